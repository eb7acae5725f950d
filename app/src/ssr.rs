//! What a request brings into rendering and server functions. The server's middleware decides who is calling; here it
//! is only read.

use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, COOKIE};
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

/// The document's language: chosen, else the browser's, else English.
pub fn request_language() -> Language {
    let Some(parts) = use_context::<Parts>() else { return Language::default() };
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

/// Sets the policy of the document: only our own scripts, those with this request's nonce, and WebAssembly.
pub fn set_content_security_policy() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let ancestors = use_context::<FrameAncestors>().map_or_else(|| "'none'".to_owned(), |ancestors| ancestors.0);
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; \
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
