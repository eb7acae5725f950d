//! `POST /hooks/telegram`: Telegram brings updates of the bot. They are stored and nothing else, so that Telegram is answered
//! at once and what was acknowledged survives; `bot` handles them.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, post};
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use crate::problem::Problem;
use crate::state::AppState;

pub const WEBHOOK_PATH: &str = "/hooks/telegram";

/// Telegram's header (<https://core.telegram.org/bots/api#setwebhook>).
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// An update holds one message at most, whose text has 4,096 characters; entities and quotes come on top.
const BODY_BYTES_MAX: usize = 1 << 20;

pub fn route() -> MethodRouter<AppState> {
    post(receive).layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn receive(
    State(state): State<AppState>,
    headers: HeaderMap,
    update: Result<Json<Value>, JsonRejection>,
) -> Response {
    let (Some(secret), Some(bot)) = (&state.webhook_secret, &state.ctx.site.bot) else {
        return Problem::new(StatusCode::NOT_FOUND, "no webhook is set up here").into_response();
    };
    let given = headers.get(SECRET_HEADER).map(http::HeaderValue::as_bytes).unwrap_or_default();
    if !bool::from(given.ct_eq(secret.as_bytes())) {
        return Problem::new(StatusCode::UNAUTHORIZED, "this is for Telegram only").into_response();
    }
    let update = match update {
        Ok(Json(update)) => update,
        Err(rejection) => return Problem::new(rejection.status(), rejection.body_text()).into_response(),
    };
    match services::bot_updates::receive(&state.ctx, bot.bot_id(), &[update]).await {
        Ok(_) => StatusCode::OK.into_response(),
        // Telegram brings it again
        Err(error) => Problem::from(error).into_response(),
    }
}
