//! A page that hosts Mini Apps as Telegram Web does: a sandboxed frame and the postMessage protocol.
//!
//! `GET /mini-app?person=5` opens the scenario's Mini App as that person. A browser test reads `window.miniApp`:
//! `events` (what the app sent), `state`, and `send(type, data)`; the buttons on the page are the user's.
//! `GET /telegram-web-app.js` is the scenario's copy of Telegram's script.
//! `GET /login-widget?person=5&to=URL` comes back to `URL` as the Login Widget does when that person agrees.

pub mod init_data;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::scenario::{BotPlan, PersonPlan};
use crate::world::World;

use init_data::{Launch, encode, signed};

const PAGE: &str = include_str!("host.html");
pub const SCRIPT_PATH: &str = "/telegram-web-app.js";
/// What Telegram Web speaks.
const VERSION: &str = "9.1";

/// Themes as Telegram Web A sends them.
const LIGHT: &[(&str, &str)] = &[
    ("bg_color", "#ffffff"),
    ("text_color", "#000000"),
    ("hint_color", "#707579"),
    ("link_color", "#3390ec"),
    ("button_color", "#3390ec"),
    ("button_text_color", "#ffffff"),
    ("secondary_bg_color", "#f4f4f5"),
    ("header_bg_color", "#ffffff"),
    ("bottom_bar_bg_color", "#ffffff"),
    ("accent_text_color", "#3390ec"),
    ("section_bg_color", "#ffffff"),
    ("section_header_text_color", "#707579"),
    ("section_separator_color", "#dadce0"),
    ("subtitle_text_color", "#707579"),
    ("destructive_text_color", "#e53935"),
];
const DARK: &[(&str, &str)] = &[
    ("bg_color", "#212121"),
    ("text_color", "#ffffff"),
    ("hint_color", "#aaaaaa"),
    ("link_color", "#8774e1"),
    ("button_color", "#8774e1"),
    ("button_text_color", "#ffffff"),
    ("secondary_bg_color", "#0f0f0f"),
    ("header_bg_color", "#212121"),
    ("bottom_bar_bg_color", "#212121"),
    ("accent_text_color", "#8774e1"),
    ("section_bg_color", "#212121"),
    ("section_header_text_color", "#aaaaaa"),
    ("section_separator_color", "#303030"),
    ("subtitle_text_color", "#aaaaaa"),
    ("destructive_text_color", "#e53935"),
];

pub fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/mini-app", get(page))
        .route("/mini-app/init-data", get(data))
        .route("/login-widget", get(login))
        .route(SCRIPT_PATH, get(script))
        .with_state(world)
}

/// The address of a launch; everything but the person has a default.
#[derive(Deserialize)]
struct Opened {
    person: Option<i64>,
    /// Username.
    bot: Option<String>,
    /// The app's address.
    url: Option<String>,
    /// `light` or `dark`.
    #[serde(default)]
    theme: String,
    start_param: Option<String>,
    platform: Option<String>,
    version: Option<String>,
    /// Unix seconds; without it the machine's now.
    auth_date: Option<i64>,
    /// Where the Login Widget returns to.
    to: Option<String>,
    /// Opens from a button in a private chat instead of a link.
    query_id: Option<String>,
}

impl Opened {
    /// The signed init data.
    fn sign(&self, world: &World) -> Result<String, &'static str> {
        let (bot, person) = self.who(world)?;
        let launch = Launch {
            auth_date: self.auth_date(),
            start_param: self.start_param.clone(),
            query_id: self.query_id.clone(),
        };
        Ok(signed(&bot.token, person, &launch))
    }

    fn auth_date(&self) -> i64 {
        self.auth_date.unwrap_or_else(|| crate::clock::wall().as_secs() as i64)
    }

    fn who<'w>(&self, world: &'w World) -> Result<(&'w BotPlan, &'w PersonPlan), &'static str> {
        let bots = &world.scenario.bots;
        let bot = match &self.bot {
            Some(name) => bots.iter().find(|bot| bot.username == *name),
            None => bots.first(),
        };
        let people = &world.scenario.people;
        let person = match self.person {
            Some(id) => people.iter().find(|person| person.id == id),
            None => people.first(),
        };
        Ok((bot.ok_or("the scenario has no such bot")?, person.ok_or("the scenario has no such person")?))
    }
}

fn theme(name: &str) -> Value {
    let colors = if name == "dark" { DARK } else { LIGHT };
    Value::Object(colors.iter().map(|(key, color)| ((*key).to_owned(), json!(color))).collect())
}

async fn data(State(world): State<Arc<World>>, Query(opened): Query<Opened>) -> Response {
    match opened.sign(&world) {
        Ok(data) => Json(json!({"init_data": data, "public_key": init_data::public_key()})).into_response(),
        Err(what) => (StatusCode::NOT_FOUND, what).into_response(),
    }
}

async fn script(State(world): State<Arc<World>>) -> Response {
    let Some(file) = &world.scenario.web_app_script else {
        return (StatusCode::NOT_FOUND, "the scenario names no `web_app_script`").into_response();
    };
    match tokio::fs::read(world.scenario.folder.join(file)).await {
        Ok(bytes) => ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], bytes).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, format!("{}: {error}", file.display())).into_response(),
    }
}

async fn login(State(world): State<Arc<World>>, Query(opened): Query<Opened>) -> Response {
    let Some(to) = &opened.to else {
        return (StatusCode::NOT_FOUND, "where to? Name ?to=").into_response();
    };
    match opened.who(&world) {
        Ok((bot, person)) => {
            let separator = if to.contains('?') { '&' } else { '?' };
            let signed = init_data::widget(&bot.token, person, opened.auth_date());
            Redirect::to(&format!("{to}{separator}{signed}")).into_response()
        }
        Err(what) => (StatusCode::NOT_FOUND, what).into_response(),
    }
}

async fn page(State(world): State<Arc<World>>, Query(opened): Query<Opened>) -> Response {
    let Some(url) = opened.url.clone().or_else(|| world.scenario.mini_app_url.clone()) else {
        return (StatusCode::NOT_FOUND, "which app? Name `mini_app_url` in the scenario or ?url=").into_response();
    };
    let data = match opened.sign(&world) {
        Ok(data) => data,
        Err(what) => return (StatusCode::NOT_FOUND, what).into_response(),
    };
    let start = opened.start_param.as_deref().map(|parameter| format!("&tgWebAppStartParam={}", encode(parameter)));
    let fragment = format!(
        "tgWebAppData={}&tgWebAppVersion={}&tgWebAppPlatform={}&tgWebAppThemeParams={}{}",
        encode(&data),
        opened.version.as_deref().unwrap_or(VERSION),
        opened.platform.as_deref().unwrap_or("weba"),
        encode(&theme(&opened.theme).to_string()),
        start.unwrap_or_default(),
    );
    let separator = if url.contains('#') { '&' } else { '#' };
    let launch = json!({
        "src": format!("{url}{separator}{fragment}"),
        "theme": if opened.theme == "dark" { "dark" } else { "light" },
        "themes": {"light": theme("light"), "dark": theme("dark")},
    });
    // inside a script element the one thing to avoid is its end
    Html(PAGE.replace("\"LAUNCH\"", &launch.to_string().replace('<', "\\u003c"))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_themes_name_the_same_colours() {
        let keys = |theme: &[(&str, &str)]| theme.iter().map(|(key, _)| (*key).to_owned()).collect::<Vec<_>>();
        assert_eq!(keys(LIGHT), keys(DARK));
    }
}
