//! `POST /api/v2/session`: what Telegram has told a Mini App about who opened it, for a token of a session.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, post};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
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

/// As the `OpenAPI` document tells it.
pub fn described() -> Value {
    let (text, whole) = (json!({ "type": "string" }), json!({ "type": "integer", "format": "int64" }));
    let or_null = |kind: &str| json!({ "type": [kind, "null"] });
    let problem = |description: &str| {
        json!({
            "description": description,
            "headers": { "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } },
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        })
    };
    json!({
        "operationId": "open-session", "summary": "A session for whoever has opened the Mini App", "tags": ["session"],
        "description": "The init data is accepted for an hour after the app was opened, twenty times at most.",
        "security": [],
        "requestBody": { "required": true, "content": { "application/json": {
            "schema": {
                "type": "object", "required": ["init_data"], "additionalProperties": false,
                "properties": { "init_data": {
                    "type": "string", "description": "window.Telegram.WebApp.initData, as it is.",
                } },
            },
        } } },
        "responses": {
            "200": {
                "description": "The token goes into the header Authorization: Bearer.",
                "content": { "application/json": { "schema": {
                    "type": "object", "required": ["token", "expires_at", "person"],
                    "properties": {
                        "token": text, "expires_at": whole,
                        "person": {
                            "type": "object", "required": ["telegram_id", "name", "language"],
                            "properties": { "telegram_id": or_null("integer"), "name": text, "language": or_null("string") },
                        },
                    },
                } } },
            },
            "400": problem("No JSON."),
            "401": problem("What is wrong with the init data, in one word: expired, bad_signature or malformed."),
            "404": problem("Nobody signs in by Telegram here: telegram.bot_token is not set."),
            "413": problem("Longer than 64 KiB."),
            "415": problem("Content-Type has to be application/json."),
            "422": problem("No init_data in it."),
            "503": { "$ref": "#/components/responses/Unavailable" },
        },
    })
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
