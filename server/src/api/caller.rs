//! Who is calling: a key or the token of a session, both in the header `Authorization`.

use http::HeaderMap;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use services::Viewer;
use services::identity::{require_numbers, viewer_of_bearer};

use crate::problem::Problem;
use crate::sign_in::bearer;
use crate::state::AppState;

/// What a client is told that came without credentials, with wrong ones, or with a key that may not do this (RFC 6750).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"analyticbot\"");
const CHALLENGE_TO_WRONG: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"analyticbot\", error=\"invalid_token\"");
const CHALLENGE_TO_LIMITED: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"analyticbot\", error=\"insufficient_scope\", scope=\"read:analytics\"");

/// The caller, who may see numbers.
pub async fn identify(state: &AppState, headers: &HeaderMap) -> Result<Viewer, Problem> {
    if !headers.contains_key(AUTHORIZATION) {
        return Err(refused(CHALLENGE, "say who you are: Authorization: Bearer <API key or session token>"));
    }
    let Some(token) = bearer(headers) else {
        return Err(refused(
            CHALLENGE_TO_WRONG,
            "the header Authorization has to read: Bearer <API key or session token>",
        ));
    };
    let Some(viewer) = viewer_of_bearer(&state.ctx, token).await? else {
        return Err(refused(CHALLENGE_TO_WRONG, "this key or token is unknown, expired or revoked"));
    };
    if require_numbers(&viewer).is_err() {
        let detail = "this key lacks the scope read:analytics";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail).with_header(WWW_AUTHENTICATE, CHALLENGE_TO_LIMITED));
    }
    Ok(viewer)
}

fn refused(challenge: HeaderValue, detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, detail).with_header(WWW_AUTHENTICATE, challenge)
}
