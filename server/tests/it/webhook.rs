//! Updates of the bot on their way in: `POST /hooks/telegram`, and the whole program with a stand-in for Telegram.

use std::net::TcpListener;
use std::time::Duration;

use axum::body::Body;
use fake_telegram::FakeTelegram;
use fake_telegram::scenario::Scenario;
use http::StatusCode;
use serde_json::{Value, json};
use telegram::BotToken;

use crate::app::{Answer, TestApp, request};
use crate::program::{Program, Server};

const TOKEN: &str = "7654321:AAmade-up_made-up_made-up";
const BOT: i64 = 7_654_321;
const SECRET: &str = "made-up_made-up_made-up";
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
const PATIENCE: Duration = Duration::from_mins(1);

const WORLD: &str = r#"
[[bots]]
token = "7654321:AAmade-up_made-up_made-up"
username = "orbit_bot"
name = "Orbit bot"
[[people]]
id = 5
first_name = "Anya"
"#;

async fn app() -> TestApp {
    TestApp::with_webhook(BotToken::parse(TOKEN).expect("a token"), SECRET).await
}

fn update(id: i64) -> String {
    json!({"update_id": id, "message": {"chat": {"id": 5}, "text": "/start"}}).to_string()
}

async fn post(app: &TestApp, secret: Option<&str>, body: impl Into<Body>) -> Answer {
    // as from another site: it brings no cookies and is not mistaken for a forged request of a browser
    let mut headers = vec![("content-type", "application/json"), ("sec-fetch-site", "cross-site")];
    headers.extend(secret.map(|secret| (SECRET_HEADER, secret)));
    app.send(request("POST", "/hooks/telegram", &headers).map(|_| body.into())).await
}

async fn stored(app: &TestApp) -> Vec<(String, i64)> {
    let mut tx = app.state.ctx.db.read().await.expect("tx");
    store::bot_updates::count_by_state(&mut tx, BOT).await.expect("counted")
}

#[tokio::test]
async fn an_update_with_the_secret_is_stored_once_before_it_is_answered() {
    let app = app().await;
    for _ in 0..2 {
        let answer = post(&app, Some(SECRET), update(1)).await;
        assert_eq!((answer.status, answer.bytes.len()), (StatusCode::OK, 0));
    }
    // of a kind that nobody here knows yet
    let unknown = json!({"update_id": 2, "telepathy": {"thought": "…"}}).to_string();
    assert_eq!(post(&app, Some(SECRET), unknown).await.status, StatusCode::OK);
    assert_eq!(stored(&app).await, [("waiting".to_owned(), 2)]);
}

#[tokio::test]
async fn without_the_right_secret_nothing_is_stored() {
    let app = app().await;
    let longer = format!("{SECRET}x");
    for wrong in [None, Some(""), Some("wrong"), Some(&SECRET[1..]), Some(longer.as_str())] {
        let answer = post(&app, wrong, update(1)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        assert!(!answer.text().contains(SECRET), "{}", answer.text());
        // what is in it is not even looked at
        assert_eq!(post(&app, wrong, "{").await.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
    }
    assert_eq!(stored(&app).await, []);
}

#[tokio::test]
async fn what_is_no_update_is_refused_and_without_a_webhook_there_is_none() {
    let app = app().await;
    assert_eq!(post(&app, Some(SECRET), "{").await.status, StatusCode::BAD_REQUEST);
    // left out: asked for again and again it would be no better
    for other in ["[]", r#"{"update_id": "x"}"#] {
        assert_eq!(post(&app, Some(SECRET), other).await.status, StatusCode::OK, "{other}");
    }
    let huge = json!({"update_id": 1, "message": "x".repeat(2 << 20)}).to_string();
    assert_eq!(post(&app, Some(SECRET), huge).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(app.get("/hooks/telegram").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(stored(&app).await, []);
    let polling = TestApp::with_bot(BotToken::parse(TOKEN).expect("a token")).await;
    for secret in [Some(SECRET), Some(""), None] {
        assert_eq!(post(&polling, secret, update(1)).await.status, StatusCode::NOT_FOUND);
    }
}

/// A program in whose home the stand-in is Telegram.
fn program(telegram: &FakeTelegram) -> Program {
    Program::new()
        .with("ANALYTICBOT_TELEGRAM__BOT_TOKEN", TOKEN)
        .with("ANALYTICBOT_TELEGRAM__API_URL", &telegram.http_url())
}

async fn telegram() -> FakeTelegram {
    FakeTelegram::start(Scenario::parse(WORLD).expect("a scenario")).await.expect("it starts")
}

/// What the bot says next.
async fn answer(telegram: &FakeTelegram) -> String {
    let said = |message: &Value| message["from"]["is_bot"] == true;
    let seen = async {
        loop {
            let found = telegram.world.lock().bots[&BOT].messages.values().find(|message| said(message)).cloned();
            if let Some(message) = found {
                return message["text"].as_str().unwrap_or_default().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.expect("an answer")
}

async fn ended_well(server: Server) {
    server.signal("TERM");
    let ended = tokio::task::spawn_blocking(|| server.ended(Duration::from_secs(25)));
    let (code, _, log) = ended.await.expect("it ends");
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("panicked") && !log.contains("made-up"), "no panic, no token, no secret: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_answers_people_without_any_setup_but_the_token() {
    let telegram = telegram().await;
    let program = program(&telegram);
    let server = tokio::task::block_in_place(|| program.serve(&[]));
    telegram.world.person(5, "orbit_bot").expect("there").sends("/start").expect("sent");
    assert!(answer(&telegram).await.starts_with("Hello, Anya."));
    ended_well(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_tells_telegram_of_its_webhook_and_answers_what_comes_there() {
    let telegram = telegram().await;
    // free just now
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let program = program(&telegram)
        .with("ANALYTICBOT_TELEGRAM__MODE", "webhook")
        .with("ANALYTICBOT_TELEGRAM__WEBHOOK_SECRET", SECRET)
        .with("ANALYTICBOT_SERVER__PUBLIC_URL", &format!("http://{address}"));
    let server = tokio::task::block_in_place(|| program.serve_at(&address.to_string(), &[]));
    telegram.world.person(5, "orbit_bot").expect("there").sends("/start").expect("sent");
    assert!(answer(&telegram).await.starts_with("Hello, Anya."));
    {
        let state = telegram.world.lock();
        let webhook = state.bots[&BOT].webhook.as_ref().expect("a webhook");
        assert_eq!(webhook.url, format!("http://{address}/hooks/telegram"));
        assert_eq!(state.bots[&BOT].polls, 0, "nobody polls");
    }
    ended_well(server).await;
}

#[test]
fn without_a_token_the_bot_is_off_and_says_so_once() {
    let program = Program::new();
    let server = program.serve(&[]);
    server.signal("TERM");
    let (code, _, log) = server.ended(Duration::from_secs(25));
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(log.matches("telegram.bot_token").count(), 1, "{log}");
}

#[test]
fn a_webhook_that_is_half_set_up_stops_the_program_before_it_starts() {
    let program = Program::new().with("ANALYTICBOT_TELEGRAM__MODE", "webhook");
    program.run(&["serve"]).refused(2, &["telegram.webhook_secret"]);
}
