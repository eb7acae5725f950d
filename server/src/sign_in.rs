//! Who is calling. A token in the header (inside Telegram, where cookies are third-party), a first-party cookie (in a
//! browser), or the demo owner; nobody otherwise. What a person may do is not decided here.

use std::net::IpAddr;

use app::ssr::RequestViewer;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, COOKIE, HOST, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use services::{Error, Viewer};

use crate::problem::{Problem, TRY_AGAIN_S};
use crate::requests::page;
use crate::state::AppState;

/// Finds out who is calling and hands it on.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    match Credentials::of(request.headers()).viewer(&state).await {
        Ok(Some(viewer)) => {
            request.extensions_mut().insert(RequestViewer(viewer));
        }
        Ok(None) => {}
        Err(error) => return unavailable(&error, request.uri().path()),
    }
    next.run(request).await
}

/// How somebody says who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// said on purpose: a wrong one is refused
    Token(String),
    /// sent by the browser unasked, also long after its session has ended
    Cookie(String),
    Nothing,
}

impl Credentials {
    /// The header goes before the cookie.
    pub fn of(headers: &HeaderMap) -> Self {
        let of_cookie = || session_cookie(headers).map_or(Self::Nothing, |token| Self::Cookie(token.to_owned()));
        bearer(headers).map_or_else(of_cookie, |token| Self::Token(token.to_owned()))
    }

    /// `None`: nobody is signed in, or the session has ended. With `--demo`, a cookie that is not known counts as none.
    pub async fn viewer(&self, state: &AppState) -> Result<Option<Viewer>, Error> {
        let viewer = match self.token() {
            Some(token) => services::identity::viewer_of_token(&state.ctx, token).await?,
            None => None,
        };
        self.or_demo_owner(state, viewer).await
    }

    /// The same while a page is merely open, see [`services::identity::viewer_of_open_page`].
    pub async fn viewer_of_open_page(&self, state: &AppState) -> Result<Option<Viewer>, Error> {
        let viewer = match self.token() {
            Some(token) => services::identity::viewer_of_open_page(&state.ctx, token).await?,
            None => None,
        };
        self.or_demo_owner(state, viewer).await
    }

    fn token(&self) -> Option<&str> {
        match self {
            Self::Token(token) | Self::Cookie(token) => Some(token),
            Self::Nothing => None,
        }
    }

    async fn or_demo_owner(&self, state: &AppState, viewer: Option<Viewer>) -> Result<Option<Viewer>, Error> {
        if viewer.is_some() || matches!(self, Self::Token(_)) { Ok(viewer) } else { demo_owner(state).await }
    }
}

/// With `--demo`, whoever asks; [`refuse_other_hosts`] has seen to it that they ask from this machine.
pub async fn demo_owner(state: &AppState) -> Result<Option<Viewer>, Error> {
    if state.ctx.site.demo { services::identity::demo_viewer(&state.ctx).await.map(Some) } else { Ok(None) }
}

fn unavailable(error: &Error, path: &str) -> Response {
    if path.starts_with("/api/") {
        return Problem::unavailable(error.to_string()).into_response();
    }
    let mut response = page(
        StatusCode::SERVICE_UNAVAILABLE,
        "Not available just now",
        "The server cannot read its database. Try again in a moment.",
    );
    response.headers_mut().insert(RETRY_AFTER, TRY_AGAIN_S.into());
    response
}

/// The token behind `Authorization: Bearer`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, app::session::SESSION_COOKIE)
}

pub fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let pairs =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find_map(|(name, value)| (name == wanted).then_some(value))
}

/// `--demo` signs everybody in, so it answers only to the names of this machine: a page elsewhere can point its own
/// name at 127.0.0.1 and read what comes back (DNS rebinding).
pub fn refuse_other_hosts(state: &AppState, request: &Request) -> Option<Response> {
    if !state.ctx.site.demo || is_this_machine(request.headers()) {
        return None;
    }
    let detail =
        "this server runs with --demo and answers on this machine only: open it as http://127.0.0.1 with its port";
    if request.uri().path().starts_with("/api/") {
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail).into_response());
    }
    Some(page(
        StatusCode::MISDIRECTED_REQUEST,
        "Not here",
        "This server runs with <code>--demo</code> and answers on this machine only: open it as <code>http://127.0.0.1</code> with its port.",
    ))
}

fn is_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|value| value.to_str().ok()) else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _port)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_names_of_this_machine_count_as_such() {
        let is_this_machine =
            |host: &'static str| is_this_machine(&HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]));
        for host in ["127.0.0.1:8080", "127.0.0.1", "localhost:3000", "LOCALHOST", "[::1]:8080", "127.1.2.3"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in
            ["evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "", "0.0.0.0:8080"]
        {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn the_header_goes_before_the_cookie() {
        let mut headers =
            HeaderMap::from_iter([(COOKIE, HeaderValue::from_static("theme=dark; analyticbot_session=of-cookie"))]);
        assert_eq!(Credentials::of(&headers), Credentials::Cookie("of-cookie".to_owned()));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("bearer of-header"));
        assert_eq!(Credentials::of(&headers), Credentials::Token("of-header".to_owned()));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Basic x"));
        assert_eq!(Credentials::of(&headers), Credentials::Cookie("of-cookie".to_owned()));
        headers.remove(COOKIE);
        assert_eq!(Credentials::of(&headers), Credentials::Nothing);
    }
}
