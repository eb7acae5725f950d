//! `GET /chat?person=5`: a person's chat with a bot as a page, to click through by hand. It acts through the controls.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

use crate::world::World;

const PAGE: &str = include_str!("chat.html");

/// What the page needs to know.
pub struct Chat {
    pub world: Arc<World>,
    /// Base URL of the Mini App host.
    pub host: String,
}

pub fn router(chat: Chat) -> Router {
    Router::new().route("/chat", get(page)).with_state(Arc::new(chat))
}

#[derive(Deserialize)]
struct Opened {
    /// Without it the scenario's first.
    person: Option<i64>,
    /// Username; without it the scenario's first.
    bot: Option<String>,
}

async fn page(State(chat): State<Arc<Chat>>, Query(opened): Query<Opened>) -> Response {
    let scenario = &chat.world.scenario;
    let person = match opened.person {
        Some(id) => scenario.people.iter().find(|person| person.id == id),
        None => scenario.people.first(),
    };
    let bot = match &opened.bot {
        Some(name) => scenario.bots.iter().find(|bot| bot.username == *name),
        None => scenario.bots.first(),
    };
    let (Some(person), Some(bot)) = (person, bot) else {
        return (StatusCode::NOT_FOUND, "the scenario has no such person or bot").into_response();
    };
    let channels: Vec<&str> = scenario.channels.iter().map(|channel| channel.username.as_str()).collect();
    let chat = json!({
        "person": person.id, "bot": bot.username, "token": bot.token, "host": chat.host, "channels": channels,
    });
    // inside a script element the one thing to avoid is its end
    Html(PAGE.replace("\"CHAT\"", &chat.to_string().replace('<', "\\u003c"))).into_response()
}
