//! Signing in on a web page: Telegram's Login Widget comes back to `/sign-in/telegram/{state}` with what it has signed in
//! the query; a session in a first-party cookie begins.
//!
//! The page that shows the widget keeps `state` and where it stands in a cookie of its own
//! ([`app::session::LOGIN_COOKIE`]). A link that somebody else has made brings another state, so nobody is signed in as a
//! stranger without noticing; and where to go next is never taken from the address.

use app::session::SESSION_COOKIE;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use services::identity::{Refusal, SignedIn, sign_in_with_login_widget};
use telegram::Rejection;

use crate::problem::Problem;
use crate::sign_in::cookie;
use crate::state::AppState;

/// The session ends by itself, on the server; a cookie that outlives it is harmless.
const COOKIE_S: u32 = 30 * 24 * 3600;

pub async fn come_back(
    State(state): State<AppState>,
    Path(brought): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let kept = cookie(&headers, app::session::LOGIN_COOKIE).and_then(|kept| kept.split_once('.'));
    // the page was left open until its cookie was gone, or the link is not ours
    let Some((_, page)) = kept.filter(|(known, _)| !known.is_empty() && *known == brought) else {
        return refused(Rejection::Expired.into());
    };
    match sign_in_with_login_widget(&state.ctx, &query.unwrap_or_default()).await {
        Ok(Ok(signed_in)) => welcome(&state, &signed_in, page),
        Ok(Err(refusal)) => refused(refusal),
        Err(error) => Problem::from(error).into_response(),
    }
}

fn welcome(state: &AppState, SignedIn { session, .. }: &SignedIn, page: &str) -> Response {
    let page = percent_decode_str(page).decode_utf8_lossy();
    let mut response = Redirect::to(if is_of_ours(&page) { &page } else { "/" }).into_response();
    let secure = if state.public_origin.as_deref().is_some_and(|origin| origin.starts_with("https://")) {
        "; Secure"
    } else {
        ""
    };
    let token = session.token.reveal();
    for text in [
        format!("{SESSION_COOKIE}={token}; Path=/; Max-Age={COOKIE_S}; HttpOnly; SameSite=Lax{secure}"),
        format!("{}=; Path=/; Max-Age=0", app::session::LOGIN_COOKIE),
    ] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The first page says why, in the reader's language.
fn refused(refusal: Refusal) -> Response {
    let reason = match refusal {
        Refusal::Off => "off",
        Refusal::Rejected(rejection) => rejection.code(),
    };
    Redirect::to(&format!("/?{}={reason}", app::session::REFUSED_PARAM)).into_response()
}

/// A path of this server: `//elsewhere` and `/\elsewhere` are addresses of others.
fn is_of_ours(page: &str) -> bool {
    page.starts_with('/') && !page.starts_with("//") && !page.contains(['\\', '\n', '\r', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_follow() {
        for page in ["/", "/channels/orbit_daily?period=7d", "/settings/members"] {
            assert!(is_of_ours(page), "{page}");
        }
        for page in ["", "//evil.example", "/\\evil.example", "https://evil.example", "channels", "/\t/evil.example"] {
            assert!(!is_of_ours(page), "{page}");
        }
    }
}
