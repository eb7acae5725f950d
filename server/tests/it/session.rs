//! `POST /api/v2/session`: signing in from a Mini App over HTTP.

use axum::body::Body;
use http::StatusCode;
use serde_json::json;
use telegram::{BotToken, testing};

use crate::app::{Answer, TestApp, request};

fn bot() -> BotToken {
    BotToken::parse("7654321:AAmade-up_made-up_made-up").expect("a token")
}

async fn post(app: &TestApp, body: String) -> Answer {
    let asked = request("POST", "/api/v2/session", &[("content-type", "application/json")]);
    app.send(asked.map(|_| Body::from(body))).await
}

#[tokio::test]
async fn init_data_is_exchanged_for_a_token_that_the_api_takes() {
    let app = TestApp::with_bot(bot()).await;
    let at = app.now().to_string();
    let user = r#"{"id":42,"first_name":"Ann","language_code":"ru"}"#;
    let data = testing::init_data(&bot(), &[("user", user), ("auth_date", &at)]);
    let answer = post(&app, json!({ "init_data": data }).to_string()).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    let answer = answer.json();
    assert_eq!(answer["person"], json!({ "telegram_id": 42, "name": "Ann", "language": "ru" }));
    let bearer = format!("Bearer {}", answer["token"].as_str().expect("a token"));
    let channels = app.get_with("/api/v2/channels", &[("authorization", &bearer)]).await;
    assert_eq!(channels.status, StatusCode::OK);
    assert_eq!(channels.json()["data"]["channels"], json!([]), "a new person sees nobody's channels");
}

#[tokio::test]
async fn a_refusal_tells_its_class_and_nothing_more() {
    let app = TestApp::with_bot(bot()).await;
    let old = (app.now() - 7200).to_string();
    let user = r#"{"id":42,"first_name":"Ann"}"#;
    let old = testing::init_data(&bot(), &[("user", user), ("auth_date", &old)]);
    for (data, reason) in
        [(old.clone(), "expired"), (old.replace("Ann", "Ben"), "bad_signature"), ("nonsense".to_owned(), "malformed")]
    {
        let answer = post(&app, json!({ "init_data": data }).to_string()).await;
        assert_eq!((answer.status, answer.json()["detail"].as_str()), (StatusCode::UNAUTHORIZED, Some(reason)));
    }
    for (body, status) in [
        ("{".to_owned(), StatusCode::BAD_REQUEST),
        (json!({ "init_data": 1 }).to_string(), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "init_data": "a", "more": 1 }).to_string(), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "init_data": "a".repeat(1 << 20) }).to_string(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = post(&app, body).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"));
    }
    let get = app.get("/api/v2/session").await;
    assert_eq!((get.status, get.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    let off = post(&TestApp::signed_out().await, json!({ "init_data": old }).to_string()).await;
    assert_eq!(off.status, StatusCode::NOT_FOUND);
    assert!(off.json()["detail"].as_str().expect("a sentence").contains("telegram.bot_token"));
}
