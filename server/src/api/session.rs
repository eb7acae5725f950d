//! `POST /api/v2/session`: what Telegram has told a Mini App about who opened it, for a token of a session.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, post};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::json;
use services::identity::{Refusal, SignedIn, sign_in_with_init_data};

use crate::problem::Problem;
use crate::state::AppState;

/// Init data beyond 16 KiB is not read; escaped as JSON it may be longer.
const BODY_BYTES_MAX: usize = 64 << 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// `window.Telegram.WebApp.initData`, as it is
    init_data: String,
}

pub fn route() -> MethodRouter<AppState> {
    super::only(post(open).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)), "POST", "use POST")
}

async fn open(State(state): State<AppState>, asked: Result<Json<Asked>, JsonRejection>) -> Response {
    let answer = async {
        let Json(asked) = asked.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
        match sign_in_with_init_data(&state.ctx, &asked.init_data).await? {
            Ok(signed_in) => Ok(token(&signed_in)),
            // the reason class and nothing more: a forger learns nothing
            Err(Refusal::Rejected(rejection)) => Err(Problem::new(StatusCode::UNAUTHORIZED, rejection.code())),
            Err(off @ Refusal::Off) => Err(Problem::new(StatusCode::NOT_FOUND, off.to_string())),
        }
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

fn token(SignedIn { session, person }: &SignedIn) -> Response {
    let body = json!({
        "token": session.token.reveal(),
        "expires_at": session.expires_at,
        "person": { "telegram_id": person.telegram_id, "name": person.name, "language": person.language },
    });
    ([(CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(body)).into_response()
}
