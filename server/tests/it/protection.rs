//! Who is let in, and what the browser is told not to do.

use axum::body::Body;
use http::StatusCode;

use crate::app::{TestApp, request};

#[tokio::test]
async fn demo_answers_to_the_names_of_this_machine_only() {
    let app = TestApp::with_a_channel().await;
    for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"] {
        assert_eq!(app.get_with("/api/session", &[("host", host)]).await.status, StatusCode::OK, "{host}");
    }
    for path in ["/", "/api/session", "/pkg/app.js", "/healthz"] {
        let answer = app.get_with(path, &[("host", "rebound.example:8080")]).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        assert!(answer.text().contains("--demo"), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn nobody_sees_numbers_without_signing_in() {
    let app = TestApp::signed_out().await;
    app.fill().await;
    let session = app.get("/api/session").await;
    assert_eq!(session.status, StatusCode::UNAUTHORIZED, "{}", session.text());
    let page = app.get(&format!("/channels/{}", app.slug().await)).await;
    let title = services::channels::visible(&app.state.ctx, &app.operator).await.expect("channels")[0].title.clone();
    assert!(!page.text().contains(&title), "the channel's title is on the page of a stranger");
    assert!(page.text().contains("<html"), "a page, not a blank");
}

#[tokio::test]
async fn a_session_token_signs_in_by_header_and_by_cookie() {
    let app = TestApp::signed_out().await;
    app.fill().await;
    let mut tx = app.state.ctx.db.read().await.expect("a read");
    let members = store::identity::list_members(&mut tx, app.operator.workspace()).await.expect("members");
    drop(tx);
    let session = services::identity::open_session(&app.state.ctx, members[0].person_id).await.expect("a session");
    let token = session.token.reveal();

    let by_header = app.get_with("/api/session", &[("authorization", &format!("Bearer {token}"))]).await;
    assert_eq!(by_header.status, StatusCode::OK, "{}", by_header.text());
    assert_eq!(by_header.json()["channels"][0]["slug"], app.slug().await);
    let by_cookie = app.get_with("/api/session", &[("cookie", &format!("analyticbot_session={token}"))]).await;
    assert_eq!(by_cookie.status, StatusCode::OK);

    let wrong = app.get_with("/api/session", &[("authorization", "Bearer guessed")]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    app.state.ctx.clock.advance(services::identity::SESSION_S + 1);
    let expired = app.get_with("/api/session", &[("authorization", &format!("Bearer {token}"))]).await;
    assert_eq!(expired.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_changing_request_from_elsewhere_is_refused() {
    let app = TestApp::demo().await;
    let ours = [("x-analyticbot", "1"), ("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-origin")];
    let evil = [("x-analyticbot", "1"), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    for (path, _) in leptos::server_fn::axum::server_fn_paths().filter(|(_, method)| method == http::Method::POST) {
        let without_header = app.send(request("POST", path, &ours[1..])).await;
        assert_eq!(without_header.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(without_header.header("content-type"), "application/problem+json");
        assert_eq!(app.send(request("POST", path, &evil)).await.status, StatusCode::FORBIDDEN, "{path}");
        let from_our_page = app.send(request("POST", path, &ours)).await;
        assert_ne!(from_our_page.header("content-type"), "application/problem+json", "{path} is let through");
    }
}

#[tokio::test]
async fn every_answer_carries_the_protective_headers() {
    let app = TestApp::with_a_channel().await;
    let page = format!("/channels/{}", app.slug().await);
    for path in [page.as_str(), "/pkg/app.js", "/healthz", "/api/nothing", "/missing", "/api/session"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin", "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        let policy = answer.header("content-security-policy");
        for part in
            ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors https://web.telegram.org"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-eval'") || policy.contains("'wasm-unsafe-eval'"), "{path}: {policy}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_a_page_of_the_app_runs_no_script() {
    let app = TestApp::demo().await;
    for (path, host) in [
        ("/pkg/app.js", "127.0.0.1:8080"),
        ("/favicon.svg", "127.0.0.1:8080"),
        ("/api/nothing", "127.0.0.1:8080"),
        ("/api/session", "127.0.0.1:8080"),
        ("/", "rebound.example:8080"),
    ] {
        let answer = app.get_with(path, &[("host", host)]).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'none'"), "{path} of {host}: {policy}");
    }
}

#[tokio::test]
async fn a_cookie_left_behind_locks_nobody_out_of_the_demo() {
    let app = TestApp::demo().await;
    let left_behind = ("cookie", "analyticbot_session=of-another-run");
    assert_eq!(app.get_with("/api/session", &[left_behind]).await.status, StatusCode::OK);
    let presented = ("authorization", "Bearer of-another-run");
    assert_eq!(app.get_with("/api/session", &[presented]).await.status, StatusCode::UNAUTHORIZED);
    let both = app.get_with("/api/session", &[presented, left_behind]).await;
    assert_eq!(both.status, StatusCode::UNAUTHORIZED, "the header goes before the cookie");

    let app = TestApp::signed_out().await;
    assert_eq!(app.get_with("/api/session", &[left_behind]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn scripts_of_a_page_carry_the_nonce_of_its_policy_and_no_other() {
    let app = TestApp::with_a_channel().await;
    let page = format!("/channels/{}", app.slug().await);
    let (first, second) = (app.get(&page).await, app.get(&page).await);
    let nonce = |answer: &crate::app::Answer| {
        let policy = answer.header("content-security-policy").to_owned();
        let start = policy.find("'nonce-").expect("a nonce") + "'nonce-".len();
        policy[start..].split('\'').next().expect("its end").to_owned()
    };
    assert_ne!(nonce(&first), nonce(&second), "a nonce is used once");
    let html = first.text();
    let scripts: Vec<&str> =
        html.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap_or_default()).collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        assert!(
            script.contains(&format!("nonce=\"{}\"", nonce(&first))) || script.contains("src="),
            "<script{script}>"
        );
    }
}

#[tokio::test]
async fn an_unknown_address_below_api_is_a_problem_with_an_id() {
    let app = TestApp::demo().await;
    let answer = app.get("/api/nothing/here").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::NOT_FOUND, "application/problem+json"));
    let problem = answer.json();
    assert_eq!(problem["status"], 404);
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    assert!(problem["detail"].as_str().expect("a sentence").contains("/api/nothing/here"));
}

#[tokio::test]
async fn a_panic_becomes_a_page_with_an_id() {
    let app = TestApp::demo().await;
    let broken = axum::Router::new()
        .route("/page", axum::routing::get(|| async { panic!("on purpose") as &'static str }))
        .route("/api/call", axum::routing::get(|| async { panic!("on purpose") as &'static str }))
        .layer(axum::middleware::from_fn(server::requests::observe));
    let app = TestApp { router: broken, ..app };
    let page = app.get("/page").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.text().contains(page.header("x-request-id")), "{}", page.text());
    let call = app.get("/api/call").await;
    assert_eq!(call.json()["request_id"], call.header("x-request-id"));
}

#[tokio::test]
async fn a_panic_in_the_middle_of_a_page_ends_it_with_a_sentence() {
    let app = TestApp::demo().await;
    let broken = axum::Router::new()
        .route("/page", axum::routing::get(|| async { Body::from_stream(half_a_page()) }))
        .layer(axum::middleware::from_fn(server::requests::observe));
    let app = TestApp { router: broken, ..app };
    let page = app.get("/page").await;
    assert!(page.text().starts_with("first half") && page.text().contains("Reload the page"), "{}", page.text());
}

fn half_a_page() -> impl futures::Stream<Item = std::io::Result<&'static str>> {
    use futures::StreamExt as _;
    futures::stream::iter(0..2).map(|part| if part == 0 { Ok("first half") } else { panic!("on purpose") })
}
