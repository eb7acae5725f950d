//! What a request brings into rendering and server functions. The server's middleware decides who is calling; here it
//! is only read.

use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, COOKIE, SET_COOKIE};
use http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use services::identity::Viewer;
use services::{Ctx, Error};

use crate::error::ApiError;
use crate::i18n::{LANGUAGE_COOKIE, Language};
use crate::shell::theme::{THEME_COOKIE, Theme};

/// Put into the request's extensions by the server once it knows who is calling.
#[derive(Clone)]
pub struct RequestViewer(pub Viewer);

/// Who may show the app in a frame (Telegram's web clients); provided as context by the server.
#[derive(Clone)]
pub struct FrameAncestors(pub String);

/// Telegram's script for Mini Apps; where there is none in `SiteSettings`, Telegram's own.
const WEB_APP_SCRIPT: &str = "https://telegram.org/js/telegram-web-app.js";
/// The Login Widget, and the frame it makes (<https://core.telegram.org/widgets/login>).
const WIDGET_SCRIPT: &str = "https://telegram.org/js/telegram-widget.js";
const WIDGET_FRAME: &str = "https://oauth.telegram.org";
/// Of the empty style element that Telegram's script for Mini Apps adds in a frame.
const EMPTY_STYLE: &str = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/// Where pages that Telegram opens load its script from; `None` where there is no bot to open them.
pub fn web_app_script() -> Option<String> {
    let site = use_context::<Ctx>()?.site;
    site.bot?;
    Some(site.web_app_script.unwrap_or_else(|| WEB_APP_SCRIPT.to_owned()))
}

/// The bot's username, empty where it is not known; `None` where there is no bot.
pub fn bot_username() -> Option<String> {
    let site = use_context::<Ctx>()?.site;
    site.bot?;
    Some(site.bot_username.unwrap_or_default())
}

/// State and viewer of the running request. Every server function begins here.
pub fn caller() -> Result<(Ctx, Viewer), ApiError> {
    let ctx = use_context::<Ctx>().ok_or_else(|| ApiError::Unavailable { what: "context".to_owned() })?;
    let viewer = use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<RequestViewer>().cloned())
        .ok_or(ApiError::SignIn)?;
    Ok((ctx, viewer.0))
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';')).find_map(
        |pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then(|| value.to_owned())
        },
    )
}

/// A cookie of the running request.
pub fn request_cookie(name: &str) -> Option<String> {
    use_context::<Parts>().and_then(|parts| cookie(&parts.headers, name))
}

/// The browser loses a cookie with this answer.
pub fn forget_cookie(name: &str) {
    let gone = http::HeaderValue::from_str(&format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
    if let (Some(response), Ok(gone)) = (use_context::<ResponseOptions>(), gone) {
        response.append_header(SET_COOKIE, gone);
    }
}

/// The document's language: asked for in the address (inside Telegram, where there is no cookie), chosen, else the
/// browser's, else English.
pub fn request_language() -> Language {
    let Some(parts) = use_context::<Parts>() else { return Language::default() };
    let asked = parts.uri.query().and_then(|query| {
        query.split('&').find_map(|pair| Language::parse(pair.strip_prefix(LANGUAGE_COOKIE)?.strip_prefix('=')?))
    });
    if let Some(language) = asked {
        return language;
    }
    cookie(&parts.headers, LANGUAGE_COOKIE)
        .and_then(|code| Language::parse(&code))
        .or_else(|| {
            let header = parts.headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            Language::from_accept_language(header)
        })
        .unwrap_or_default()
}

pub fn request_theme() -> Theme {
    request_cookie(THEME_COOKIE).and_then(|name| Theme::parse(&name)).unwrap_or_default()
}

/// Sets the policy of the document: only our own scripts, those with this request's nonce, WebAssembly, and where there is
/// a bot exactly those scripts of Telegram's that the page may come to need.
pub fn set_content_security_policy() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let ancestors = use_context::<FrameAncestors>().map_or_else(|| "'none'".to_owned(), |ancestors| ancestors.0);
    let (mut scripts, mut styles, mut frames) = (String::new(), String::new(), String::new());
    if let Some(script) = web_app_script() {
        // a path of ours is `'self'`
        if !script.starts_with('/') {
            scripts = format!(" {script}");
        }
        styles = format!(" {EMPTY_STYLE}");
    }
    let is_stranger = caller().is_err();
    if is_stranger && bot_username().is_some_and(|name| !name.is_empty()) {
        scripts = format!("{scripts} {WIDGET_SCRIPT}");
        frames = format!(" frame-src {WIDGET_FRAME};");
    }
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'{scripts}; style-src 'self' 'nonce-{nonce}'{styles}; \
         style-src-attr 'unsafe-inline'; connect-src 'self'; img-src 'self' data:;{frames} base-uri 'none'; object-src 'none'; \
         form-action 'self'; frame-ancestors {ancestors}"
    );
    if let Ok(policy) = policy.parse() {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}

pub fn set_status(status: http::StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => Self::NotFound,
            Error::SignInNeeded => Self::SignIn,
            Error::Forbidden { .. } => Self::Forbidden,
            Error::Invalid { field, allowed } => Self::Invalid { field, allowed },
            Error::LimitedUntil { at } => Self::Limited { until: at },
            Error::Unavailable(outage) => Self::Unavailable { what: outage.to_string() },
            Error::Conflict(clash) => Self::Conflict { what: clash.to_string() },
            Error::Obstructed { obstacle, until } => Self::Obstructed { obstacle, until },
            Error::Internal { id } => Self::Internal { id },
        }
    }
}
