//! The same as the library's calls, over HTTP, for end-to-end tests that are not written in Rust:
//! `POST /control/<what>` with JSON, `GET /control/<what>`.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mtproto::DataCentres;
use crate::scenario::{PostPlan, RatePlan, Rule};
use crate::socks5::{Mood, Socks5};
use crate::world::{Delivery, NotThere, World};

/// What the controls move.
pub struct Controls {
    pub world: Arc<World>,
    pub centres: Arc<DataCentres>,
    pub proxy: Arc<Socks5>,
}

type Shared = State<Arc<Controls>>;

pub fn router(controls: Arc<Controls>) -> Router {
    Router::new()
        .route("/control/person", post(person))
        .route("/control/sent", get(sent))
        .route("/control/clock", get(clock).post(move_clock))
        .route("/control/post", post(publish))
        .route("/control/edit", post(edit))
        .route("/control/delete", post(delete))
        .route("/control/rule", post(add_rule).delete(clear_rules))
        .route("/control/rates", post(set_rates))
        .route("/control/silent", post(set_silent))
        .route("/control/proxy", post(set_proxy))
        .route("/control/preview", post(set_preview))
        .route("/control/login-token", post(accept_login))
        .route("/control/account", post(set_account))
        .route("/control/channel", post(set_channel))
        .route("/control/calls", get(calls))
        .with_state(controls)
}

/// An answer to a call that names what is not there.
impl IntoResponse for NotThere {
    fn into_response(self) -> Response {
        (StatusCode::NOT_FOUND, Json(json!({"error": self.to_string()}))).into_response()
    }
}

#[derive(Deserialize)]
struct ByPerson {
    id: i64,
    /// Username; without it the scenario's first bot.
    bot: Option<String>,
    #[serde(flatten)]
    does: Does,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Does {
    Sends(String),
    Presses { message: i64, data: String },
    Forwards { channel: String, post: i32 },
    SharesChat { request: i64, channel: String },
    AddsBot { channel: String },
    RemovesBot { channel: String },
    Joins { channel: String, invite_link: Option<String> },
    Leaves { channel: String },
    Blocks(bool),
    WantsToPay { payload: String, currency: String, amount: i64 },
    Paid { payload: String, currency: String, amount: i64, charge: String },
}

fn bot_name(world: &World, asked: Option<String>) -> String {
    asked.or_else(|| Some(world.scenario.bots.first()?.username.clone())).unwrap_or_default()
}

async fn person(State(controls): Shared, Json(by): Json<ByPerson>) -> Result<Json<Value>, NotThere> {
    let bot = bot_name(&controls.world, by.bot);
    let person = controls.world.person(by.id, &bot)?;
    let result = match by.does {
        Does::Sends(text) => json!({"message": person.sends(&text)?}),
        Does::Presses { message, data } => json!({"query": person.presses(message, &data)?}),
        Does::Forwards { channel, post } => json!({"message": person.forwards(&channel, post)?}),
        Does::SharesChat { request, channel } => json!({"message": person.shares_chat(request, &channel)?}),
        Does::AddsBot { channel } => json!(person.adds_bot(&channel, true)?),
        Does::RemovesBot { channel } => json!(person.adds_bot(&channel, false)?),
        Does::Joins { channel, invite_link } => json!(person.joins(&channel, invite_link.as_deref())?),
        Does::Leaves { channel } => json!(person.leaves(&channel)?),
        Does::Blocks(blocked) => json!(person.blocks(blocked)?),
        Does::WantsToPay { payload, currency, amount } => json!(person.wants_to_pay(&payload, &currency, amount)?),
        Does::Paid { payload, currency, amount, charge } => {
            json!({"message": person.paid(&payload, &currency, amount, &charge)?})
        }
    };
    Ok(Json(result))
}

#[derive(Deserialize)]
struct OfBot {
    bot: Option<String>,
}

/// Every call of a bot, and every message as it stands now.
async fn sent(State(controls): Shared, Query(of): Query<OfBot>) -> Result<Json<Value>, NotThere> {
    let name = bot_name(&controls.world, of.bot);
    let state = controls.world.lock();
    let bot = state.bots.values().find(|bot| bot.username == name).ok_or_else(|| NotThere(format!("bot `{name}`")))?;
    let messages: Vec<&Value> = bot.messages.values().collect();
    Ok(Json(json!({"calls": bot.sent, "messages": messages, "settings": bot.settings})))
}

#[derive(Deserialize)]
struct Moved {
    /// Seconds.
    #[serde(default)]
    advance: i64,
    speed: Option<f64>,
}

async fn clock(State(controls): Shared) -> Json<Value> {
    Json(json!({"now": controls.world.clock.now()}))
}

async fn move_clock(State(controls): Shared, Json(moved): Json<Moved>) -> Json<Value> {
    if moved.advance != 0 {
        controls.world.advance(moved.advance);
    }
    if let Some(speed) = moved.speed {
        controls.world.clock.set_speed(speed);
    }
    clock(State(controls)).await
}

#[derive(Deserialize)]
struct Published {
    channel: String,
    post: PostPlan,
    #[serde(default)]
    delivery: Delivery,
}

async fn publish(State(controls): Shared, Json(plan): Json<Published>) -> Result<Json<Value>, NotThere> {
    let ids = controls.world.publish(&plan.channel, &plan.post, plan.delivery)?;
    Ok(Json(json!({"ids": ids})))
}

#[derive(Deserialize)]
struct Edited {
    channel: String,
    post: i32,
    text: String,
}

async fn edit(State(controls): Shared, Json(edited): Json<Edited>) -> Result<Json<Value>, NotThere> {
    controls.world.edit(&edited.channel, edited.post, &edited.text, Delivery::Once)?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct Deleted {
    channel: String,
    posts: Vec<i32>,
}

async fn delete(State(controls): Shared, Json(deleted): Json<Deleted>) -> Result<Json<Value>, NotThere> {
    controls.world.delete(&deleted.channel, &deleted.posts, Delivery::Once)?;
    Ok(Json(json!({})))
}

async fn add_rule(State(controls): Shared, Json(rule): Json<Rule>) -> Json<Value> {
    controls.world.add_rule(rule);
    Json(json!({}))
}

async fn clear_rules(State(controls): Shared) -> Json<Value> {
    controls.world.clear_rules();
    Json(json!({}))
}

async fn set_rates(State(controls): Shared, Json(plans): Json<Vec<RatePlan>>) -> Json<Value> {
    controls.centres.set_rates(plans);
    Json(json!({}))
}

#[derive(Deserialize)]
struct Silent {
    dc: i32,
    silent: bool,
}

async fn set_silent(State(controls): Shared, Json(silent): Json<Silent>) -> Json<Value> {
    controls.centres.set_silent(silent.dc, silent.silent);
    Json(json!({}))
}

#[derive(Deserialize)]
struct Proxy {
    mood: Mood,
}

async fn set_proxy(State(controls): Shared, Json(proxy): Json<Proxy>) -> Json<Value> {
    controls.proxy.set_mood(proxy.mood);
    Json(json!({}))
}

#[derive(Deserialize)]
struct Preview {
    /// Seconds; null answers pages again.
    retry_after: Option<u64>,
}

async fn set_preview(State(controls): Shared, Json(preview): Json<Preview>) -> Json<Value> {
    controls.world.lock().preview_wait_s = preview.retry_after;
    Json(json!({}))
}

#[derive(Deserialize)]
struct Login {
    /// As it stands in the link `tg://login?token=`.
    token: String,
    account: i64,
}

async fn accept_login(State(controls): Shared, Json(login): Json<Login>) -> Result<Json<Value>, NotThere> {
    let token = URL_SAFE_NO_PAD.decode(login.token.trim_end_matches('=')).unwrap_or_default();
    if controls.centres.accept_login_token(&token, login.account) {
        Ok(Json(json!({})))
    } else {
        Err(NotThere("login token that is still good".to_owned()))
    }
}

#[derive(Deserialize)]
struct AccountState {
    id: i64,
    /// As `USER_DEACTIVATED`; null brings it back to life.
    dead: Option<String>,
}

async fn set_account(State(controls): Shared, Json(of): Json<AccountState>) -> Result<Json<Value>, NotThere> {
    let mut state = controls.world.lock();
    let account = state.accounts.get_mut(&of.id).ok_or_else(|| NotThere(format!("account {}", of.id)))?;
    account.dead = of.dead;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct ChannelState {
    channel: String,
    private: Option<bool>,
    preview: Option<bool>,
    members: Option<i32>,
}

async fn set_channel(State(controls): Shared, Json(of): Json<ChannelState>) -> Result<Json<Value>, NotThere> {
    let mut state = controls.world.lock();
    let found = state.channel_named(&of.channel);
    let channel = found.ok_or_else(|| NotThere(format!("channel `{}`", of.channel)))?;
    channel.private = of.private.unwrap_or(channel.private);
    channel.preview = of.preview.unwrap_or(channel.preview);
    channel.members = of.members.unwrap_or(channel.members);
    Ok(Json(json!({})))
}

/// What was asked over MTProto, and what of it the stand-in does not know.
async fn calls(State(controls): Shared) -> Json<Value> {
    Json(json!({"calls": controls.world.calls(), "not_implemented": controls.world.not_implemented()}))
}
