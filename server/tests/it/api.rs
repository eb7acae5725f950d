//! The public API: its answers, what it refuses, what it keeps.

use domain::api_keys::Scope;
use domain::best_time::{Objective, QuietHours, Settings};
use domain::channels::ChannelRef;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::api::document::{self, EXAMPLE_CHANNEL, EXAMPLE_DAYS_OF_ADVICE, EXAMPLE_ENTRIES, Operation, operations};
use server::api::question::Question;
use services::best_time;
use services::identity::{NewApiKey, create_api_key, open_session, revoke_api_key};

use tokio_util::sync::CancellationToken;

use crate::app::{Answer, NOW, TestApp, request};

const DAY_S: i64 = 86_400;

/// The router with one made-up channel and a key.
struct Api {
    app: TestApp,
    key: String,
}

impl Api {
    async fn new() -> Self {
        Self::of(TestApp::signed_out().await).await
    }

    async fn of(app: TestApp) -> Self {
        app.fill().await;
        let key = key(&app, None, None).await;
        Self { app, key }
    }

    /// With enough of a past for advice, and with a backtest of it.
    async fn proven() -> Self {
        let app = TestApp::signed_out().await;
        app.fill_with_days(EXAMPLE_DAYS_OF_ADVICE).await;
        best_time::refresh_evidence(&app.state.ctx, &CancellationToken::new()).await.expect("backtests");
        let key = key(&app, None, None).await;
        Self { app, key }
    }

    async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let authorization = format!("Bearer {}", self.key);
        let all = [&[("authorization", authorization.as_str())], headers].concat();
        self.app.get_with(&format!("/api/v2{path}"), &all).await
    }

    /// Of the made-up channel.
    async fn ask(&self, rest: &str) -> Answer {
        self.get(&format!("/channels/{EXAMPLE_CHANNEL}/{rest}")).await
    }
}

async fn key(app: &TestApp, channels: Option<&[&str]>, expires_at: Option<i64>) -> String {
    let new = NewApiKey {
        name: "of a test".to_owned(),
        scopes: vec![Scope::ReadAnalytics],
        channels: channels.map(|names| names.iter().map(|name| ChannelRef::parse(name)).collect()),
        expires_at,
    };
    let (_, secret) = create_api_key(&app.state.ctx, &app.operator, new).await.expect("a key");
    secret.reveal().to_owned()
}

/// Writes to the channel, as a collector would.
async fn write_to(app: &TestApp) {
    let ctx = &app.state.ctx;
    let channels = services::channels::visible(ctx, &app.operator).await.expect("channels");
    let mut tx = ctx.db.write().await.expect("a write");
    store::collect::bump(&mut tx, channels[0].id, ctx.now()).await.expect("a version");
    tx.commit().await.expect("a commit");
}

/// Status, the parameter complained about, and a sentence that holds `said`.
#[track_caller]
fn refused(answer: &Answer, status: StatusCode, field: Option<&str>, said: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    let names: Vec<&String> = problem.as_object().expect("an object").keys().collect();
    for name in ["type", "title", "status", "detail", "request_id"] {
        assert!(names.contains(&&name.to_owned()), "{name} is missing: {problem}");
    }
    assert_eq!(problem["status"], status.as_u16());
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    assert_eq!(problem.get("field").and_then(Value::as_str), field, "{problem}");
    assert!(problem["detail"].as_str().expect("a sentence").contains(said), "{problem}");
}

// ---- answers ---------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn every_question_is_answered_as_the_shell_answers_it() {
    let api = Api::new().await;
    let channel = ChannelRef::parse(EXAMPLE_CHANNEL);
    let query = domain::analytics::Query::default();
    let loaded = services::analytics::dataset(&api.app.state.ctx, &api.app.operator, &channel, &query).await;
    let loaded = loaded.expect("loaded");
    for question in Question::ALL {
        let answer = api.ask(question.name()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}: {}", question.name(), answer.text());
        assert_eq!(answer.header("content-type"), "application/json");
        let expected = question.answer(&loaded, &query).expect("answered");
        assert_eq!(answer.text(), String::from_utf8(expected).expect("UTF-8"), "{}", question.name());
        let meta = &answer.json()["meta"];
        assert_eq!((&meta["channel"], &meta["tz"]), (&json!(EXAMPLE_CHANNEL), &json!("Europe/London")));
        assert!(answer.text().starts_with("{\"data\":"), "data comes first");
    }
}

#[tokio::test]
async fn best_times_are_those_of_the_shell() {
    let api = Api::proven().await;
    let channel = ChannelRef::parse(EXAMPLE_CHANNEL);
    for (query, asked) in [
        ("", best_time::Asked::default()),
        ("?objective=3h", best_time::Asked { objective: Some(Objective::First3h), ..best_time::Asked::default() }),
        (
            "?objective=total&tz=Asia/Kathmandu",
            best_time::Asked {
                objective: Some(Objective::Total),
                tz: Some("Asia/Kathmandu".to_owned()),
                ..best_time::Asked::default()
            },
        ),
    ] {
        let answer = api.ask(&format!("best-times{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let said = best_time::best_times(&api.app.state.ctx, &api.app.operator, &channel, &asked).await;
        let said = said.expect("answered");
        let answer = answer.json();
        // both through text, where a number may lose its last bit
        let said_data = serde_json::to_string(&said.data).expect("JSON");
        assert_eq!(answer["data"], serde_json::from_str::<Value>(&said_data).expect("JSON"), "{query}");
        assert!(answer["data"]["evidence"]["folds"].as_u64().is_some_and(|folds| folds > 0), "{answer}");
        assert_eq!((&answer["meta"]["tz"], &answer["meta"]["sources"]), (&json!(said.meta.tz), &json!(["estimated"])));
    }
    refused(&api.ask("best-times?objective=7d").await, StatusCode::BAD_REQUEST, Some("objective"), "3h, 24h or total");
    refused(&api.ask("best-times?tz=Mars/Olympus").await, StatusCode::BAD_REQUEST, Some("tz"), "Asia/Tashkent");
    refused(&api.ask("best-times?from=2026-05-20").await, StatusCode::BAD_REQUEST, Some("from"), "objective, tz");
    refused(&api.ask("overview?objective=3h").await, StatusCode::BAD_REQUEST, Some("objective"), "from, to, tz");
}

#[tokio::test]
async fn the_tag_of_best_times_hears_of_all_that_advice_depends_on() {
    let api = Api::new().await;
    let (ctx, operator, channel) = (&api.app.state.ctx, &api.app.operator, ChannelRef::parse(EXAMPLE_CHANNEL));
    let tag = async |query: &str| api.ask(&format!("best-times{query}")).await.header("etag").to_owned();
    let mut seen = vec![tag("").await];
    let path = format!("/channels/{EXAMPLE_CHANNEL}/best-times");
    let known = api.get_with(&path, &[("if-none-match", &seen[0])]).await;
    assert_eq!((known.status, known.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    ctx.clock.advance(3 * DAY_S);
    assert_eq!(tag("").await, seen[0], "the clock alone is no news");
    let other = |seen: &mut Vec<String>, tag: String, why: &str| {
        assert!(!seen.contains(&tag), "{why}");
        seen.push(tag);
    };
    other(&mut seen, tag("?objective=3h").await, "another objective");
    other(&mut seen, tag("?objective=total").await, "another objective");
    other(&mut seen, tag("?tz=Asia/Kathmandu").await, "another clock");
    best_time::refresh_evidence(ctx, &CancellationToken::new()).await.expect("backtests");
    other(&mut seen, tag("").await, "a backtest is shown beside it");
    let screen = best_time::screen(ctx, operator, &channel).await.expect("a screen");
    let settings = Settings { quiet_hours: Some(QuietHours { from: 22, to: 8 }), ..screen.settings };
    best_time::save_settings(ctx, operator, &channel, &settings).await.expect("kept");
    other(&mut seen, tag("").await, "the owner has chosen");
    write_to(&api.app).await;
    other(&mut seen, tag("").await, "the channel was written to");
    let afresh = api.get_with(&path, &[("cache-control", "no-cache")]).await;
    assert_eq!(Some(afresh.header("etag")), seen.last().map(String::as_str));
    assert_eq!(afresh.bytes, api.ask("best-times").await.bytes, "the same tag is the same bytes");
}

#[tokio::test]
async fn fields_have_the_order_of_the_definitions() {
    let api = Api::new().await;
    let text = api.ask("overview").await.text();
    let order =
        ["posts", "views", "forwards", "reactions", "replies", "avg_reach", "subscribers", "err", "er", "growth"];
    let places: Vec<usize> = order.iter().map(|name| text.find(&format!("\"{name}\":")).expect(name)).collect();
    assert!(places.is_sorted(), "{text}");
    let meta =
        ["\"meta\":", "\"channel\":", "\"from\":", "\"to\":", "\"tz\":", "\"sources\":", "\"as_of\":", "\"warnings\":"];
    let places: Vec<usize> = meta.iter().map(|name| text.find(name).expect(name)).collect();
    assert!(places.is_sorted(), "{text}");
}

#[tokio::test]
async fn a_channel_is_found_by_every_name_it_has() {
    let api = Api::new().await;
    let listed = api.get("/channels").await.json();
    let channel = &listed["data"]["channels"][0];
    assert_eq!(channel["channel"], EXAMPLE_CHANNEL);
    assert_eq!(listed["data"]["next"], Value::Null);
    assert_eq!(listed["meta"]["channel"], Value::Null);
    for name in ["@orbit_daily_demo", "ORBIT_daily_demo", "%40orbit_daily_demo"] {
        assert_eq!(api.get(&format!("/channels/{name}/overview")).await.status, StatusCode::OK, "{name}");
    }
    if let Some(id) = channel["telegram_id"].as_i64() {
        assert_eq!(api.get(&format!("/channels/{id}/overview")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn posts_come_in_pages_that_miss_none_and_repeat_none() {
    let api = Api::new().await;
    for order in ["", "&sort=views", "&sort=er&min_views=100", "&sort=performance"] {
        let all = api.ask(&format!("posts?limit=1000{order}")).await.json();
        let ids = |page: &Value| -> Vec<i64> {
            let posts = page["data"]["posts"].as_array().expect("posts").iter();
            posts.map(|post| post["post_id"].as_i64().expect("an id")).collect()
        };
        let expected = ids(&all);
        assert!(expected.len() > 7, "enough for pages");
        assert_eq!(all["data"]["next"], Value::Null);
        let (mut walked, mut path) = (Vec::new(), format!("posts?limit=3{order}"));
        loop {
            let page = api.ask(&path).await.json();
            assert_eq!(page["meta"]["from"], all["meta"]["from"], "{page}");
            walked.extend(ids(&page));
            let Some(next) = page["data"]["next"].as_str() else { break };
            // with the parameters repeated, and without
            let rest = if walked.len() % 2 == 0 { order } else { "" };
            path = format!("posts?limit=3&cursor={next}{rest}");
        }
        assert_eq!(walked, expected, "{order}");
    }
}

#[tokio::test]
async fn channels_come_in_pages() {
    let app = TestApp::signed_out().await;
    let options = services::demo::Options { seed: 1, channels: 3, days: 1 };
    services::demo::fill(&app.state.ctx, &app.operator, options).await.expect("channels");
    let api = Api { key: key(&app, None, None).await, app };
    let (mut walked, mut path) = (Vec::new(), "/channels?limit=2".to_owned());
    loop {
        let page = api.get(&path).await.json();
        let rows = page["data"]["channels"].as_array().expect("channels").clone();
        walked.extend(rows.iter().map(|row| row["title"].as_str().expect("a title").to_owned()));
        let Some(next) = page["data"]["next"].as_str() else { break };
        path = format!("/channels?limit=2&cursor={next}");
    }
    assert_eq!(walked.len(), 3);
    assert!(walked.is_sorted(), "{walked:?}");
    let compared = api.get("/compare?sort=posts").await.json();
    assert_eq!(compared["data"].as_array().map(Vec::len), Some(3));
    assert_eq!(compared["meta"]["channel"], Value::Null);
}

#[tokio::test]
async fn a_post_has_its_whole_text_and_its_views() {
    let api = Api::new().await;
    let page = api.ask("posts?limit=1").await.json();
    let post_id = page["data"]["posts"][0]["post_id"].as_i64().expect("an id");
    let post = api.ask(&format!("posts/{post_id}")).await.json();
    assert_eq!(post["data"]["post_id"], post_id);
    assert!(
        post["data"]["text"].as_str().expect("a text").len()
            >= page["data"]["posts"][0]["text"].as_str().expect("one").len()
    );
    let views = api.ask(&format!("posts/{post_id}/views")).await.json();
    assert_eq!(views["data"]["post_id"], post_id);
    assert!(views["data"]["snapshots"].is_array() && views["data"]["usual"].is_array(), "{views}");
    refused(&api.ask("posts/999999").await, StatusCode::NOT_FOUND, None, "no such post");
    refused(&api.ask("posts/abc").await, StatusCode::BAD_REQUEST, Some("post_id"), "whole number");
    refused(&api.ask("posts/0/views").await, StatusCode::BAD_REQUEST, Some("post_id"), "whole number");
}

// ---- who is let in ---------------------------------------------------------------------------------------------------

#[tokio::test]
async fn without_a_key_nothing_is_told() {
    let api = Api::of(TestApp::demo().await).await;
    for path in ["/channels", "/compare", "/channels/orbit_daily_demo/overview", "/channels/x/posts/1?colour=red"] {
        // not even with --demo, which signs every page in
        let answer = api.app.get(&format!("/api/v2{path}")).await;
        refused(&answer, StatusCode::UNAUTHORIZED, None, "Authorization: Bearer");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{path}");
    }
}

#[tokio::test]
async fn expired_malformed_and_revoked_keys_are_refused() {
    let api = Api::new().await;
    let path = "/api/v2/channels";
    let with = async |authorization: &str| api.app.get_with(path, &[("authorization", authorization)]).await;
    for wrong in
        ["Bearer", "Bearer ", "Basic abc", "abk_x", "Bearer abk_guessed", "Bearer nonsense", "Bearer a b c", ""]
    {
        let answer = with(wrong).await;
        refused(&answer, StatusCode::UNAUTHORIZED, None, "");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{wrong:?}");
    }
    let day = key(&api.app, None, Some(NOW + DAY_S)).await;
    assert_eq!(with(&format!("Bearer {day}")).await.status, StatusCode::OK);
    api.app.state.ctx.clock.advance(DAY_S);
    refused(&with(&format!("Bearer {day}")).await, StatusCode::UNAUTHORIZED, None, "expired");

    let keys = services::identity::api_keys(&api.app.state.ctx, &api.app.operator).await.expect("listed");
    let first = keys.last().expect("the first one").id;
    assert_eq!(with(&format!("Bearer {}", api.key)).await.status, StatusCode::OK);
    revoke_api_key(&api.app.state.ctx, &api.app.operator, first).await.expect("revoked");
    refused(&with(&format!("Bearer {}", api.key)).await, StatusCode::UNAUTHORIZED, None, "revoked");
}

#[tokio::test]
async fn a_session_token_works_too_and_a_cookie_does_not() {
    let api = Api::new().await;
    let mut tx = api.app.state.ctx.db.read().await.expect("a read");
    let members = store::identity::list_members(&mut tx, api.app.operator.workspace()).await.expect("members");
    drop(tx);
    let session = open_session(&api.app.state.ctx, members[0].person_id).await.expect("a session");
    let token = session.token.reveal();
    let path = "/api/v2/channels";
    let by_header = api.app.get_with(path, &[("authorization", &format!("Bearer {token}"))]).await;
    assert_eq!(by_header.status, StatusCode::OK);
    let by_cookie = api.app.get_with(path, &[("cookie", &format!("analyticbot_session={token}"))]).await;
    refused(&by_cookie, StatusCode::UNAUTHORIZED, None, "Authorization");
}

#[tokio::test]
async fn a_key_reaches_no_server_function_and_no_page() {
    let api = Api::new().await;
    let authorization = format!("Bearer {}", api.key);
    let headers = [("authorization", authorization.as_str()), ("x-analyticbot", "1")];
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        let answer = api.app.send(request(method.as_str(), path, &headers)).await;
        let is_refused = [StatusCode::UNAUTHORIZED, StatusCode::BAD_REQUEST].contains(&answer.status);
        assert!(is_refused, "{path}: {} {}", answer.status, answer.text());
    }
    let page = api.app.get_with(&format!("/channels/{EXAMPLE_CHANNEL}"), &headers).await;
    assert!(!page.text().contains("Orbit Daily"), "the channel's title is on a page for a key");
}

#[tokio::test]
async fn a_foreign_channel_is_as_unknown_as_none_at_all() {
    let api = Api::new().await;
    let mut tx = api.app.state.ctx.db.write().await.expect("tx");
    let elsewhere = store::identity::insert_workspace(&mut tx, "elsewhere", NOW).await.expect("a workspace");
    tx.commit().await.expect("commit");
    let stranger = services::Viewer::Operator { workspace: elsewhere.id };
    let new = NewApiKey { name: "x".to_owned(), scopes: vec![Scope::ReadAnalytics], channels: None, expires_at: None };
    let (_, secret) = create_api_key(&api.app.state.ctx, &stranger, new).await.expect("a key");
    let foreign = Api { key: secret.reveal().to_owned(), ..api };

    for rest in ["overview", "dashboard", "best-times", "posts", "posts/1", "posts/1/views"] {
        // warm: somebody else asks for it, and it is kept
        let there = foreign.get(&format!("/channels/{EXAMPLE_CHANNEL}/{rest}")).await;
        let nowhere = foreign.get(&format!("/channels/nobody_knows_it/{rest}")).await;
        refused(&there, StatusCode::NOT_FOUND, None, "no such channel");
        let without_id = |answer: &Answer| {
            let mut problem = answer.json();
            problem["request_id"] = Value::Null;
            problem
        };
        assert_eq!(without_id(&there), without_id(&nowhere), "{rest}");
    }
    assert_eq!(foreign.get("/channels").await.json()["data"]["channels"], json!([]));
    assert_eq!(foreign.get("/compare").await.json()["data"], json!([]));
}

#[tokio::test]
async fn a_key_limited_to_a_channel_shares_what_is_kept_of_it_and_nothing_else() {
    let app = TestApp::signed_out().await;
    let options = services::demo::Options { seed: 1, channels: 2, days: 2 };
    services::demo::fill(&app.state.ctx, &app.operator, options).await.expect("channels");
    let (all, limited) = (key(&app, None, None).await, key(&app, Some(&[EXAMPLE_CHANNEL]), None).await);
    let channels = services::channels::visible(&app.state.ctx, &app.operator).await.expect("channels");
    let other = channels.iter().map(domain::channels::Channel::slug).find(|slug| slug != EXAMPLE_CHANNEL);
    let other = other.expect("another channel");
    let api = Api { app, key: all };
    for path in [format!("/channels/{other}/overview"), "/compare".to_owned(), "/channels".to_owned()] {
        assert_eq!(api.get(&path).await.status, StatusCode::OK);
    }
    let warm = api.ask("overview").await;
    let api = Api { key: limited, ..api };
    refused(&api.get(&format!("/channels/{other}/overview")).await, StatusCode::NOT_FOUND, None, "no such channel");
    assert_eq!(api.get("/compare").await.json()["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(api.get("/channels").await.json()["data"]["channels"].as_array().map(Vec::len), Some(1));
    let shared = api.ask("overview").await;
    assert_eq!(
        (shared.bytes, shared.headers["cache-status"].as_bytes()),
        (warm.bytes, b"analyticbot; hit; detail=process".as_slice())
    );
}

// ---- what is refused -------------------------------------------------------------------------------------------------

#[tokio::test]
async fn unknown_parameter() {
    let api = Api::new().await;
    refused(&api.ask("overview?colour=red").await, StatusCode::BAD_REQUEST, Some("colour"), "use from, to, tz");
    refused(&api.ask("overview?limit=5").await, StatusCode::BAD_REQUEST, Some("limit"), "use from, to, tz");
    refused(&api.ask("posts/1?from=2026-01-01").await, StatusCode::BAD_REQUEST, Some("from"), "none is allowed");
    refused(&api.get("/channels?tz=UTC").await, StatusCode::BAD_REQUEST, Some("tz"), "use limit, cursor");
    refused(&api.ask("daily?from=2026-05-01&from=2026-05-02").await, StatusCode::BAD_REQUEST, Some("from"), "once");
}

#[tokio::test]
async fn from_after_to() {
    let api = Api::new().await;
    for query in ["from=2026-06-01&to=2026-05-01", "from=2026-06-01&to=2026-06-01", "from=1780000001&to=1780000000"] {
        for rest in ["overview", "dashboard", "posts"] {
            let answer = api.ask(&format!("{rest}?{query}")).await;
            refused(&answer, StatusCode::BAD_REQUEST, Some("to"), "earlier");
        }
        refused(&api.get(&format!("/compare?{query}")).await, StatusCode::BAD_REQUEST, Some("to"), "earlier");
    }
    refused(&api.ask("overview?from=yesterday").await, StatusCode::BAD_REQUEST, Some("from"), "2025-06-01");
    refused(&api.ask("overview?to=99999999999999").await, StatusCode::BAD_REQUEST, Some("to"), "1970-01-01");
}

#[tokio::test]
async fn a_window_over_five_years() {
    let api = Api::new().await;
    let long = "from=2021-01-01&to=2026-06-01";
    for path in [format!("/channels/{EXAMPLE_CHANNEL}/overview?{long}"), format!("/compare?{long}")] {
        refused(&api.get(&path).await, StatusCode::BAD_REQUEST, Some("from"), "5 years");
    }
    refused(&api.ask(&format!("posts?{long}")).await, StatusCode::BAD_REQUEST, Some("from"), "5 years");
    assert_eq!(
        api.ask("overview?from=2021-06-01&to=2026-06-01").await.status,
        StatusCode::OK,
        "five years are allowed"
    );
}

#[tokio::test]
async fn limits_are_refused_and_not_clamped() {
    let api = Api::new().await;
    for limit in ["0", "1001", "1000000000", "-1", "1.5", "", "9999999999999999999999"] {
        for rest in ["top-posts", "posts"] {
            let answer = api.ask(&format!("{rest}?limit={limit}")).await;
            refused(&answer, StatusCode::BAD_REQUEST, Some("limit"), "1 to 1000");
        }
        let answer = api.get(&format!("/channels?limit={limit}")).await;
        refused(&answer, StatusCode::BAD_REQUEST, Some("limit"), "1 to 1000");
    }
    refused(&api.ask("reach?hours=0").await, StatusCode::BAD_REQUEST, Some("hours"), "1,3,24");
    refused(&api.ask("reach?max_gap=0").await, StatusCode::BAD_REQUEST, Some("max_gap"), "any");
    refused(&api.ask("heatmap?measure=likes").await, StatusCode::BAD_REQUEST, Some("measure"), "reach24 or total");
    refused(&api.ask("top-posts?sort=likes").await, StatusCode::BAD_REQUEST, Some("sort"), "er, views");
    refused(&api.get("/compare?sort=likes").await, StatusCode::BAD_REQUEST, Some("sort"), "err24");
    refused(&api.ask("top-posts?min_views=-1").await, StatusCode::BAD_REQUEST, Some("min_views"), "at least 0");
}

#[tokio::test]
async fn hostile_utf_8() {
    let api = Api::new().await;
    refused(&api.ask("overview?tz=%FF%FE").await, StatusCode::BAD_REQUEST, Some("tz"), "UTF-8");
    refused(&api.ask("overview?%C3%28=1").await, StatusCode::BAD_REQUEST, Some("query"), "UTF-8");
    refused(&api.get("/channels/%FF/overview").await, StatusCode::BAD_REQUEST, Some("channel"), "UTF-8");
    for name in ["%00", "a%00b", "%F0%9F%92%A9", "%E2%80%AE", "..%2F..%2Fetc", "%27%20OR%201=1", &"x".repeat(5_000)] {
        refused(&api.get(&format!("/channels/{name}/overview")).await, StatusCode::NOT_FOUND, None, "no such channel");
    }
    for value in ["%00", "%F0%9F%92%A9", "..%2F..%2Fetc%2Fpasswd", "%0D%0AX-Evil:1"] {
        refused(&api.ask(&format!("overview?tz={value}")).await, StatusCode::BAD_REQUEST, Some("tz"), "time zone");
        refused(&api.ask(&format!("overview?from={value}")).await, StatusCode::BAD_REQUEST, Some("from"), "neither");
        refused(&api.ask(&format!("posts?cursor={value}")).await, StatusCode::BAD_REQUEST, Some("cursor"), "next");
    }
}

#[tokio::test]
async fn wrong_time_zone() {
    let api = Api::new().await;
    for zone in ["Mars/Olympus", "", "UTC+5", "%2B05:00"] {
        let answer = api.ask(&format!("daily?tz={zone}")).await;
        refused(&answer, StatusCode::BAD_REQUEST, Some("tz"), "Asia/Tashkent");
    }
    let answer = api.ask("daily?tz=europe/berlin").await;
    assert_eq!(answer.json()["meta"]["tz"], "Europe/Berlin");
}

#[tokio::test]
async fn cursors_of_another_list_and_made_up_ones() {
    let api = Api::new().await;
    let first = api.ask("posts?limit=2&sort=views").await.json();
    let next = first["data"]["next"].as_str().expect("more").to_owned();
    let other = api.ask(&format!("posts?limit=2&sort=er&cursor={next}")).await;
    refused(&other, StatusCode::BAD_REQUEST, Some("cursor"), "first page");
    let of_channels = api.get(&format!("/channels?cursor={next}")).await;
    refused(&of_channels, StatusCode::BAD_REQUEST, Some("cursor"), "next");
    for made_up in ["x", "e30", "bnVsbA", "////", &"A".repeat(1_000)] {
        refused(&api.ask(&format!("posts?cursor={made_up}")).await, StatusCode::BAD_REQUEST, Some("cursor"), "next");
    }
    let long = api.ask(&format!("posts?cursor={}", "A".repeat(1_025))).await;
    refused(&long, StatusCode::BAD_REQUEST, Some("cursor"), "1024");
}

#[tokio::test]
async fn other_methods_and_addresses() {
    let api = Api::new().await;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
        for path in ["/api/v2/channels", "/api/v2/channels/x/overview", "/api/v2/openapi.json"] {
            let answer = api.app.send(request(method.as_str(), path, &[])).await;
            refused(&answer, StatusCode::METHOD_NOT_ALLOWED, None, "use GET");
            assert_eq!(answer.header("allow"), "GET, HEAD", "{method} {path}");
        }
    }
    for path in ["/channels/x/colours", "/channels/x", "/channels/x/posts/1/likes", "/", "/nothing"] {
        refused(&api.get(path).await, StatusCode::NOT_FOUND, None, "nothing at");
    }
    let authorization = format!("Bearer {}", api.key);
    let head = api.app.send(request("HEAD", "/api/v2/channels", &[("authorization", &authorization)])).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    assert!(!head.header("etag").is_empty());
}

// ---- what is kept ----------------------------------------------------------------------------------------------------

#[tokio::test]
async fn an_answer_says_how_long_it_keeps() {
    let api = Api::new().await;
    let mut paths: Vec<String> =
        Question::ALL.iter().map(|question| format!("/channels/{EXAMPLE_CHANNEL}/{}", question.name())).collect();
    paths.extend(["/channels".to_owned(), "/compare".to_owned()]);
    paths.extend(["posts", "best-times"].map(|rest| format!("/channels/{EXAMPLE_CHANNEL}/{rest}")));
    for path in paths {
        let answer = api.get(&path).await;
        let keeps = answer.header("cache-control");
        let age: u32 =
            keeps.split("max-age=").nth(1).and_then(|rest| rest.split(',').next()?.parse().ok()).expect(keeps);
        assert!(keeps.starts_with("private, ") && (30..=180).contains(&age), "{path}: {keeps}");
        let etag = answer.header("etag");
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 20, "strong: {etag}");
        assert!(answer.header("last-modified").ends_with(" GMT"), "{}", answer.header("last-modified"));
        assert_eq!(answer.header("vary"), "authorization");
    }
}

#[tokio::test]
async fn a_known_tag_costs_nothing_until_the_channel_changes() {
    let api = Api::new().await;
    let first = api.ask("dashboard").await;
    let etag = first.header("etag").to_owned();
    for tags in [etag.clone(), format!("\"other\", {etag}"), format!("W/{etag}"), "*".to_owned()] {
        let again = api.get_with(&format!("/channels/{EXAMPLE_CHANNEL}/dashboard"), &[("if-none-match", &tags)]).await;
        assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0), "{tags}");
        assert_eq!(again.header("etag"), etag);
    }
    let path = format!("/channels/{EXAMPLE_CHANNEL}/dashboard");
    assert_ne!(api.get(&format!("{path}?tz=UTC")).await.header("etag"), etag, "another window");
    write_to(&api.app).await;
    let changed = api.get_with(&path, &[("if-none-match", &etag)]).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_ne!(changed.header("etag"), etag);
}

#[tokio::test]
async fn a_known_tag_needs_no_analytics_query() {
    let api = Api::new().await;
    let etag = api.ask("reach").await.header("etag").to_owned();
    // without the tables of facts only the versions can be read
    store::testing::run(&api.app.state.ctx.db, "ALTER TABLE snapshot_series RENAME TO hidden_series")
        .await
        .expect("renamed");
    let path = format!("/channels/{EXAMPLE_CHANNEL}/reach");
    let again = api.get_with(&path, &[("if-none-match", &etag)]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{}", again.text());
    let kept = api.get(&path).await;
    assert_eq!((kept.status, kept.header("cache-status")), (StatusCode::OK, "analyticbot; hit; detail=process"));
    let other = api.get(&format!("{path}?hours=5")).await;
    refused(&other, StatusCode::INTERNAL_SERVER_ERROR, None, "on our side");
}

#[tokio::test]
async fn no_cache_is_computed_afresh() {
    let api = Api::new().await;
    let path = format!("/channels/{EXAMPLE_CHANNEL}/overview");
    let first = api.get(&path).await;
    assert_eq!(first.header("cache-status"), "analyticbot; fwd=miss");
    assert_eq!(api.get(&path).await.header("cache-status"), "analyticbot; hit; detail=process");
    let etag = first.header("etag").to_owned();
    let afresh = api.get_with(&path, &[("cache-control", "no-cache"), ("if-none-match", &etag)]).await;
    assert_eq!((afresh.status, afresh.header("cache-status")), (StatusCode::OK, "analyticbot; fwd=miss"));
    assert_eq!(
        (afresh.header("etag"), &afresh.bytes),
        (etag.as_str(), &first.bytes),
        "the same data give the same bytes"
    );
    let revalidated = api.get_with(&path, &[("cache-control", "max-age=0"), ("if-none-match", &etag)]).await;
    assert_eq!(revalidated.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn the_window_without_bounds_moves_with_the_newest_post_and_so_does_the_tag() {
    let api = Api::new().await;
    let before = api.ask("overview").await;
    api.app.state.ctx.clock.advance(2 * DAY_S);
    let channels = services::channels::visible(&api.app.state.ctx, &api.app.operator).await.expect("channels");
    services::demo::advance(&api.app.state.ctx, &channels[0]).await.expect("advanced");
    let after = api.ask("overview").await;
    assert!(after.json()["meta"]["to"].as_i64() > before.json()["meta"]["to"].as_i64());
    assert_ne!(after.header("etag"), before.header("etag"));
}

#[tokio::test]
async fn equal_requests_at_once_are_computed_once() {
    let api = Api::new().await;
    let asked = futures::future::join_all((0..16).map(|_| api.ask("content"))).await;
    assert!(asked.iter().all(|answer| answer.status == StatusCode::OK && answer.bytes == asked[0].bytes));
    assert!(asked.iter().all(|answer| answer.header("etag") == asked[0].header("etag")));
}

// ---- quotas ----------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_quota_counts_what_is_computed_for_each_key() {
    let api = Api::of(TestApp::with_quota(2).await).await;
    let first = api.ask("overview").await;
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("2", "1"));
    // kept and known answers are free
    for _ in 0..5 {
        assert_eq!(api.ask("overview").await.header("ratelimit-remaining"), "1");
    }
    assert_eq!(api.ask("daily").await.header("ratelimit-remaining"), "0");
    let refused_one = api.ask("growth").await;
    refused(&refused_one, StatusCode::TOO_MANY_REQUESTS, None, "quota");
    let wait: u32 = refused_one.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(refused_one.header("ratelimit-remaining"), "0");
    assert_eq!(refused_one.header("ratelimit-policy"), "2;w=60");
    assert_eq!(api.ask("overview").await.status, StatusCode::OK, "what is kept is still free");
    let other = Api { key: key(&api.app, None, None).await, ..api };
    assert_eq!(other.ask("growth").await.status, StatusCode::OK, "another key has its own");
}

// ---- the document ----------------------------------------------------------------------------------------------------

#[tokio::test]
async fn the_document_and_its_page_need_no_key() {
    let api = Api::new().await;
    let document = api.app.get("/api/v2/openapi.json").await;
    assert_eq!((document.status, document.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(document.json()["openapi"], "3.1.0");
    let page = api.app.get("/api/v2/docs").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-security-policy").contains("script-src 'none'"));
}

/// What a request answers with long lists cut, as the document shows it.
fn cut(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.truncate(EXAMPLE_ENTRIES);
            items.iter_mut().for_each(cut);
        }
        Value::Object(fields) => fields.values_mut().for_each(cut),
        _ => {}
    }
}

/// Two channels by what they have of a past.
struct Examples {
    usual: Api,
    proven: Api,
}

impl Examples {
    async fn new() -> Self {
        Self { usual: Api::new().await, proven: Api::proven().await }
    }

    fn of(&self, operation: &Operation) -> &Api {
        if operation.id == "best-times" { &self.proven } else { &self.usual }
    }
}

/// `ANALYTICBOT_WRITE_EXAMPLES=1` writes them anew.
#[tokio::test]
async fn every_example_of_the_document_is_a_real_answer() {
    let examples = Examples::new().await;
    let writes = std::env::var_os("ANALYTICBOT_WRITE_EXAMPLES").is_some();
    for operation in operations() {
        let request = operation.example_request();
        let answer = examples.of(&operation).get(request.strip_prefix("/api/v2").expect("an address of ours")).await;
        assert_eq!(answer.status, StatusCode::OK, "{request}: {}", answer.text());
        let mut real = answer.json();
        cut(&mut real);
        if writes {
            let file = format!("{}/src/api/examples/{}.json", env!("CARGO_MANIFEST_DIR"), operation.id);
            let text = serde_json::to_string_pretty(&real).expect("JSON") + "\n";
            std::fs::write(file, text).expect("written");
        } else {
            assert_eq!(operation.example(), real, "{}: write the examples anew", operation.id);
        }
    }
}

/// Every field of every answer is one that the document knows, and the other way round.
#[tokio::test]
async fn answers_are_what_the_document_says() {
    let examples = Examples::new().await;
    let document = document::document();
    for operation in operations() {
        let request = operation.example_request();
        let answer = examples.of(&operation).get(request.strip_prefix("/api/v2").expect("an address of ours")).await;
        let path = format!("/api/v2{}", operation.path);
        let schema = &document["paths"][&path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{path}");
        let mut differences = Vec::new();
        conforms(&document, schema, &answer.json(), operation.id, &mut differences);
        assert!(differences.is_empty(), "{differences:#?}");
    }
}

/// As much of JSON Schema as the document uses.
fn conforms(document: &Value, schema: &Value, value: &Value, at: &str, differences: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
        assert!(target.is_object(), "{reference} leads nowhere");
        return conforms(document, target, value, at, differences);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        conforms(document, part, value, at, differences);
    }
    if let Some(parts) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let fits = parts.iter().any(|part| {
            let mut found = Vec::new();
            conforms(document, part, value, at, &mut found);
            found.is_empty()
        });
        if !fits {
            differences.push(format!("{at}: none of the alternatives fits {value}"));
        }
        return;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_number = kind == "integer" && kinds.contains(&"number");
    if !kinds.is_empty() && !kinds.contains(&kind) && !is_number {
        differences.push(format!("{at}: {kind} instead of {kinds:?}"));
    }
    if let Some(items) = value.as_array() {
        for (index, item) in items.iter().enumerate() {
            conforms(document, &schema["items"], item, &format!("{at}[{index}]"), differences);
        }
    }
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let is_required = |name: &String| required.contains(&name.as_str());
    let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) else { return };
    for (name, property) in properties {
        match fields.get(name) {
            Some(field) => conforms(document, property, field, &format!("{at}.{name}"), differences),
            None if is_required(name) => differences.push(format!("{at}.{name} is missing")),
            None => {}
        }
    }
}
