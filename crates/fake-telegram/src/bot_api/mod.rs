//! The Bot API: real paths, parameters in every encoding, real errors and limits.
//!
//! To add a method: an arm in `methods::call` and its function. What is not there is answered with 404, as by Telegram,
//! and remembered in [`World::not_implemented`].

mod html;
mod methods;
mod parameters;
pub mod shape;
mod webhook;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::scenario::{Fault, RatePlan};
use crate::script::Rates;
use crate::world::World;
use crate::world::inbox::Sent;

use parameters::Parameters;

pub use methods::{invite_link_of, member};
pub use webhook::deliver;

/// What an upload may weigh, in bytes, with the rest of its request.
const REQUEST_BYTES_MAX: usize = 60 << 20;

/// Telegram's limits on sending, by kind of chat.
fn limits() -> Vec<RatePlan> {
    let plan = |method: &str, burst: f64, per_second: f64| RatePlan { method: method.to_owned(), burst, per_second };
    // one a second to a chat with short bursts, twenty a minute to a group or channel, thirty a second in all
    vec![plan("private", 3.0, 1.0), plan("channel", 20.0, 20.0 / 60.0), plan("all", 30.0, 30.0)]
}

/// The Bot API's own state, beside the world.
pub struct BotApi {
    pub world: Arc<World>,
    limits: Mutex<Rates>,
}

/// An answer that is not `ok`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: u16,
    description: String,
    /// Seconds.
    retry_after: Option<u32>,
}

impl Refusal {
    fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None }
    }

    /// 400, with the words that Telegram puts in front.
    fn bad(description: &str) -> Self {
        Self::new(400, format!("Bad Request: {description}"))
    }

    fn forbidden(description: &str) -> Self {
        Self::new(403, format!("Forbidden: {description}"))
    }

    fn flood(seconds: u32) -> Self {
        let description = format!("Too Many Requests: retry after {seconds}");
        Self { code: 429, description, retry_after: Some(seconds) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.description});
        // an empty `parameters` would be unlike Telegram, and clients stumble over it
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        (StatusCode::from_u16(self.code).unwrap_or(StatusCode::BAD_REQUEST), Json(body)).into_response()
    }
}

impl BotApi {
    pub fn new(world: Arc<World>) -> Arc<Self> {
        let plans = if world.scenario.bot_limits { limits() } else { Vec::new() };
        Arc::new(Self { world, limits: Mutex::new(Rates::new(plans)) })
    }

    /// Counts a message to `chat`; `kind` is `private` or `channel`.
    fn count(&self, bot: i64, chat: i64, kind: &str) -> Result<(), Refusal> {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        limits.take(kind, chat, now).and_then(|()| limits.take("all", bot, now)).map_err(Refusal::flood)
    }
}

pub fn router(api: Arc<BotApi>) -> Router {
    Router::new()
        .route("/{bot}/{method}", any(call))
        .route("/file/{bot}/{*path}", get(file))
        .layer(axum::extract::DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .with_state(api)
}

/// The bot that a path's `bot<token>` names.
fn authorised(world: &World, bot: &str) -> Result<i64, Refusal> {
    let token = bot.strip_prefix("bot").ok_or_else(|| Refusal::new(404, "Not Found"))?;
    let found = world.lock().bots.values().find(|bot| bot.token == token).map(|bot| bot.id);
    found.ok_or_else(|| Refusal::new(401, "Unauthorized"))
}

async fn call(
    State(api): State<Arc<BotApi>>,
    Path((bot, method)): Path<(String, String)>,
    request: Request,
) -> Response {
    match answered(&api, &bot, &method, request).await {
        Ok(result) => Json(json!({"ok": true, "result": result})).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn answered(api: &Arc<BotApi>, bot: &str, method: &str, request: Request) -> Result<Value, Refusal> {
    let bot = authorised(&api.world, bot)?;
    let parameters = Parameters::read(request).await?;
    let method = method.to_ascii_lowercase();
    match api.world.befalls(&format!("bot.{method}"), 0, Some(bot)) {
        Some(Fault::FloodWait(seconds)) => return Err(Refusal::flood(seconds)),
        Some(Fault::Error(code, description)) => return Err(Refusal::new(code as u16, description)),
        Some(Fault::DelayMs(delay)) => tokio::time::sleep(Duration::from_millis(delay)).await,
        Some(Fault::Silence) => std::future::pending().await,
        Some(Fault::DropBefore) => return Err(Refusal::new(502, "Bad Gateway")),
        _ => {}
    }
    if method != "getupdates"
        && let Some(bot) = api.world.lock().bots.get_mut(&bot)
    {
        let (shown, files) = (parameters.as_json(), parameters.files());
        bot.sent.push(Sent { method: method.clone(), parameters: shown, files });
    }
    methods::call(api, bot, &method, parameters).await
}

async fn file(State(api): State<Arc<BotApi>>, Path((bot, path)): Path<(String, String)>) -> Response {
    let bot = match authorised(&api.world, &bot) {
        Ok(bot) => bot,
        Err(refusal) => return refusal.into_response(),
    };
    let state = api.world.lock();
    let id = path.trim_start_matches("files/");
    match state.bots.get(&bot).and_then(|bot| bot.files.get(id)) {
        Some(bytes) => bytes.clone().into_response(),
        None => Refusal::new(404, "Not Found").into_response(),
    }
}
