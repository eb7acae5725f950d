//! Telegram calls: updates are stored, whoever else calls is turned away.

use axum::body::Body;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::json;
use telegram::BotToken;

use crate::app::{Answer, TestApp, WEBHOOK_SECRET, request};

const HEADER: &str = "x-telegram-bot-api-secret-token";
const UPDATE: &str = r#"{"update_id": 900000001, "message": {"message_id": 1, "chat": {"id": 7}}}"#;

fn bot() -> BotToken {
    BotToken::parse("70001:secret-that-nobody-says-aloud-anywhere").expect("a token")
}

async fn post(app: &TestApp, body: &str, secret: Option<&str>) -> Answer {
    let secret = secret.map(|secret| (HEADER, secret));
    let headers: Vec<_> = [(CONTENT_TYPE.as_str(), "application/json")].into_iter().chain(secret).collect();
    app.send(request("POST", "/hooks/telegram", &headers).map(|_| Body::from(body.to_owned()))).await
}

async fn stored(app: &TestApp) -> i64 {
    let mut tx = app.state.ctx.db.read().await.expect("tx");
    let states = store::bot_updates::count_by_state(&mut tx, 70_001).await.expect("counts");
    states.iter().map(|(_, count)| count).sum()
}

#[tokio::test]
async fn an_update_is_stored_once_however_often_it_comes() {
    let app = TestApp::with_webhook(bot()).await;
    for _ in 0..2 {
        let answer = post(&app, UPDATE, Some(WEBHOOK_SECRET)).await;
        assert_eq!((answer.status, answer.text().as_str()), (StatusCode::OK, ""));
    }
    assert_eq!(stored(&app).await, 1);
}

#[tokio::test]
async fn nobody_but_telegram_is_heard() {
    let app = TestApp::with_webhook(bot()).await;
    let longer = format!("{WEBHOOK_SECRET}x");
    for secret in [None, Some(""), Some(longer.as_str()), Some(&WEBHOOK_SECRET[1..])] {
        let answer = post(&app, UPDATE, secret).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{secret:?}");
        assert!(!answer.text().contains(WEBHOOK_SECRET));
    }
    assert_eq!(stored(&app).await, 0);
    let without = TestApp::with_bot(bot()).await;
    assert_eq!(post(&without, UPDATE, Some("")).await.status, StatusCode::NOT_FOUND, "nothing is set up");
}

#[tokio::test]
async fn what_is_no_update_is_refused_or_left_out() {
    let app = TestApp::with_webhook(bot()).await;
    let too_long = json!({ "update_id": 1, "x": "x".repeat(2 << 20) }).to_string();
    for (body, status) in [
        ("{", StatusCode::BAD_REQUEST),
        ("[]", StatusCode::OK),
        (r#"{"update_id": "x"}"#, StatusCode::OK),
        (&too_long, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = post(&app, body, Some(WEBHOOK_SECRET)).await;
        assert_eq!(answer.status, status, "{}", &body[..body.len().min(40)]);
    }
    assert_eq!(stored(&app).await, 0);
    assert_eq!(app.get("/hooks/telegram").await.status, StatusCode::METHOD_NOT_ALLOWED);
}
