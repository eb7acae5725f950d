//! Settings → Channels where accounts read channels, and who sends readers: what pages say, and to whom.

use std::time::Duration;

use axum::body::Body;
use domain::channels::ChannelRef;
use domain::collect::account::AccountState;
use domain::collect::budget::{Bucket, Pace};
use domain::collect::connection::Mode;
use domain::collect::edge::{Edge, EdgeKind};
use domain::collect::gaps::Gap;
use domain::identity::Role;
use domain::ids::AccountId;
use http::StatusCode;
use mtproto::{ApiHash, SessionKey};
use serde_json::json;
use services::collect::account::{self, Accounts, Calls, Reads};
use services::collect::{connection, session};
use store::accounts as rows;
use store::collect::{edges, reading};
use telegram::{BotToken, testing};

use crate::app::{Answer, TestApp, request};

const SETTINGS: &str = "/settings/channels";
const HOUR_S: i64 = 3_600;

/// They are never connected: a test that asked Telegram would fail.
fn accounts(reads: Reads) -> Accounts {
    let telegram = mtproto::Settings {
        api_id: 1,
        api_hash: ApiHash::new("0123456789abcdef0123456789abcdef"),
        key: SessionKey::parse(&"ab".repeat(32)).expect("a key"),
        centres: None,
        home: None,
        call_timeout: Duration::from_secs(1),
        recorder: None,
    };
    Accounts { telegram, proxies: Vec::new(), reads, pace_percent: 100 }
}

fn everything() -> Reads {
    Reads { history: true, updates: true, statistics: true, statistics_of: None }
}

async fn signed_in(app: &TestApp, telegram_id: i64, name: &str) -> AccountId {
    let row = rows::SignedIn {
        workspace_id: app.operator.workspace(),
        telegram_id,
        name: name.to_owned(),
        phone: Some("+9•••••••••33".to_owned()),
    };
    let mut tx = app.state.ctx.db.write().await.expect("tx");
    let id = rows::upsert(&mut tx, &row, app.now()).await.expect("an account");
    rows::set_session(&mut tx, id, &[1]).await.expect("its session");
    tx.commit().await.expect("commit");
    id
}

async fn state(app: &TestApp, id: AccountId) -> AccountState {
    let mut tx = app.state.ctx.db.read().await.expect("tx");
    rows::find(&mut tx, id).await.expect("asked").expect("an account").state
}

async fn post(app: &TestApp, path: &str, form: &str) -> Answer {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "application/json"),
        ("x-analyticbot", "1"),
        ("origin", "http://127.0.0.1:8080"),
        ("sec-fetch-site", "same-origin"),
    ];
    app.send(request("POST", path, &headers).map(|_| Body::from(form.to_owned()))).await
}

async fn settings(app: &TestApp) -> String {
    let page = app.get(SETTINGS).await;
    assert_eq!(page.status, StatusCode::OK);
    page.text()
}

#[tokio::test]
async fn where_accounts_are_off_the_page_says_what_switches_them_on() {
    let app = TestApp::demo().await;
    let page = settings(&app).await;
    for said in ["Accounts are off on this server.", "mtproto.api_id", "mtproto.api_hash", "mtproto.encryption_key"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("analyticbot account login"), "nobody can sign in here");
    let refused = post(&app, "/api/settings/channels/connect-account", "channel=fast_news").await;
    assert_eq!(refused.json()["kind"], "unavailable");
}

#[tokio::test]
async fn without_an_account_the_page_says_how_to_sign_one_in() {
    let app = TestApp::with_accounts(accounts(everything())).await;
    let page = settings(&app).await;
    for said in ["No account is signed in.", "analyticbot account login --phone", "only reads", "docs/collecting.md"] {
        assert!(page.contains(said), "{said}");
    }
    let refused = post(&app, "/api/settings/channels/connect-account", "channel=fast_news").await;
    assert_eq!(refused.json()["kind"], "conflict");
}

#[tokio::test]
async fn an_account_shows_with_what_telegram_asks_of_it_and_what_it_was_used_for() {
    let app = TestApp::with_accounts(accounts(everything())).await;
    let id = signed_in(&app, 11, "Anya").await;
    let mut tx = app.state.ctx.db.write().await.expect("tx");
    let mut bucket = Bucket::full(Pace { burst: 3.0, per_hour: 60.0 }, app.now());
    bucket.close(app.now(), 600);
    rows::set_budget(&mut tx, id, "messages.getHistory", &bucket).await.expect("a wait");
    let hour = app.now() - app.now() % HOUR_S;
    for (hour, outcome, calls, waits_s) in [(hour, "wait", 1, 600), (hour - 30 * HOUR_S, "answered", 5, 0)] {
        let (method, outcome) = ("messages.getHistory".to_owned(), outcome.to_owned());
        rows::add_calls(&mut tx, id, &Calls { hour, method, outcome, calls, waits_s }).await.expect("calls");
    }
    rows::set_health(&mut tx, id, 87, Some(app.now() - 120)).await.expect("health");
    tx.commit().await.expect("commit");
    let page = settings(&app).await;
    for said in
        ["Anya", "+9•••••••••33", "0 channels", "87%", "2 min ago", "messages.getHistory", "1 Jun 2026, 12:10 UTC"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("Stop all"), "one account has its own switch");
    let used = app.get(&format!("/api/settings/accounts/calls?id={}", id.0)).await.json();
    let wait = json!({ "hour": hour, "method": "messages.getHistory", "outcome": "wait", "calls": 1, "waits_s": 600 });
    assert_eq!(used, json!([wait]), "of the last day only");
}

#[tokio::test]
async fn an_account_is_stopped_and_resumed() {
    let app = TestApp::with_accounts(accounts(everything())).await;
    let (id, other) = (signed_in(&app, 11, "Anya").await, signed_in(&app, 12, "Office").await);
    assert!(settings(&app).await.contains("Stop all"));
    assert_eq!(post(&app, "/api/settings/accounts/stop", &format!("id={}", id.0)).await.status, StatusCode::OK);
    assert_eq!((state(&app, id).await, state(&app, other).await), (AccountState::Stopped, AccountState::Active));
    let page = settings(&app).await;
    assert!(page.contains("A person has switched it off.") && page.contains("Resume Anya"), "{page}");
    assert_eq!(post(&app, "/api/settings/accounts/resume", &format!("id={}", id.0)).await.status, StatusCode::OK);
    assert_eq!(state(&app, id).await, AccountState::Active);
    assert_eq!(post(&app, "/api/settings/accounts/stop-all", "").await.status, StatusCode::OK);
    assert_eq!((state(&app, id).await, state(&app, other).await), (AccountState::Stopped, AccountState::Stopped));
}

#[tokio::test]
async fn what_has_ended_says_why_and_offers_no_switch() {
    let app = TestApp::with_accounts(accounts(everything())).await;
    let (out, banned) = (signed_in(&app, 11, "Anya").await, signed_in(&app, 12, "Office").await);
    let mut tx = app.state.ctx.db.write().await.expect("tx");
    for (id, state, reason) in
        [(out, AccountState::SignedOut, "SESSION_REVOKED"), (banned, AccountState::Banned, "USER_DEACTIVATED_BAN")]
    {
        rows::set_state(&mut tx, id, state, Some(reason), None).await.expect("ended");
    }
    tx.commit().await.expect("commit");
    let page = settings(&app).await;
    for said in
        ["Telegram has ended its session.", "SESSION_REVOKED", "Telegram has banned it.", "USER_DEACTIVATED_BAN"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("Stop Anya") && !page.contains("Resume Anya"));
    let refused = post(&app, "/api/settings/accounts/resume", &format!("id={}", out.0)).await;
    assert_eq!(refused.json()["kind"], "conflict");
}

#[tokio::test]
async fn a_channel_is_read_by_an_account_from_the_page_and_the_page_says_how_far() {
    let reads = Reads { statistics: false, ..everything() };
    let app = TestApp::with_accounts(accounts(reads)).await;
    signed_in(&app, 11, "Anya").await;
    let path = "/api/settings/channels/connect-account";
    let connected = post(&app, path, "channel=https%3A%2F%2Ft.me%2Ffast_news").await;
    assert_eq!(connected.status, StatusCode::OK, "{}", connected.text());
    let page = settings(&app).await;
    assert!(page.contains("Own account") && page.contains("1 channel"), "{page}");
    assert!(page.contains("Telegram has not been asked about the channel yet."));
    assert!(page.contains("mtproto.stats_enabled is off"));

    let channels = services::channels::visible(&app.state.ctx, &app.operator).await.expect("channels");
    let id = channels.first().expect("the channel").id;
    let mut tx = app.state.ctx.db.write().await.expect("tx");
    let read = reading::find(&mut tx, id).await.expect("asked").expect("read");
    let read = reading::Reading { newest_id: 1_200, looked_at: app.now(), ..read };
    reading::upsert(&mut tx, &read).await.expect("kept");
    reading::add_gap(&mut tx, id, Gap { above: 0, below: 401 }).await.expect("a gap");
    tx.commit().await.expect("commit");
    assert!(settings(&app).await.contains("Read 800 of 1,200 message numbers, 400 to go."));

    let refused = post(&app, path, "channel=not+a+name").await;
    assert_eq!(refused.json()["kind"], "invalid");
    let form = "channel=fast_news&mode=session";
    assert_eq!(post(&app, "/api/settings/channels/disconnect", form).await.status, StatusCode::OK);
    let ways = connection::list(&app.state.ctx, &app.operator).await.expect("listed");
    assert!(ways.iter().all(|way| way.mode != Mode::Session));
}

#[tokio::test]
async fn who_may_not_manage_accounts_does_not_see_them_and_may_use_them() {
    const PERSON: i64 = 42;
    let bot = BotToken::parse("7654321:AAmade-up_made-up_made-up").expect("a token");
    let app = TestApp::with_bot_and_accounts(bot.clone(), accounts(everything())).await;
    signed_in(&app, 11, "Anya").await;
    let mut tx = app.state.ctx.db.write().await.expect("tx");
    let person =
        store::identity::insert_person(&mut tx, Some(PERSON), "Eldor", None, app.now()).await.expect("a person");
    let workspace = app.operator.workspace();
    store::identity::upsert_membership(&mut tx, workspace, person.id, Role::Editor, app.now()).await.expect("a member");
    tx.commit().await.expect("commit");
    let user = json!({ "id": PERSON, "first_name": "Eldor" }).to_string();
    let data = testing::init_data(&bot, &[("user", &user), ("auth_date", &app.now().to_string())]);
    let asked = request("POST", "/api/v2/session", &[("content-type", "application/json")]);
    let answer = app.send(asked.map(|_| Body::from(json!({ "init_data": data }).to_string()))).await.json();
    let bearer = format!("Bearer {}", answer["token"].as_str().expect("a token"));

    let page = app.get_with(SETTINGS, &[("authorization", &bearer)]).await.text();
    assert!(page.contains("Connect a channel") && page.contains("Read by an account"), "{page}");
    assert!(!page.contains("settings-accounts") && !page.contains("Anya"));
    let calls = app.get_with("/api/settings/accounts/calls?id=1", &[("authorization", &bearer)]).await;
    assert_eq!(calls.json()["kind"], "forbidden");
}

#[tokio::test]
async fn who_sends_readers_is_told_beside_the_sources() {
    let app = TestApp::with_a_channel().await;
    let slug = app.slug().await;
    let path = format!("/channels/{slug}/analytics/sources");
    assert!(app.get(&path).await.text().contains("No channel is known to have sent readers"));
    let ctx = &app.state.ctx;
    let channel = services::channels::find(ctx, &app.operator, &ChannelRef::parse(&slug)).await.expect("the channel");
    let named = Edge {
        kind: EdgeKind::Forward,
        peer_id: 7,
        message_id: 1,
        username: Some("moon_base".to_owned()),
        title: Some("Moon <Base>".to_owned()),
        post_id: Some(3),
        at: Some(app.now() - HOUR_S),
        views: Some(1_200),
    };
    let unnamed =
        Edge { kind: EdgeKind::Mention, peer_id: 8, username: None, title: None, views: None, ..named.clone() };
    let long_ago = Edge { peer_id: 9, title: Some("Long ago".to_owned()), at: Some(1), ..named.clone() };
    let mut tx = ctx.db.write().await.expect("tx");
    for edge in [named, unnamed, long_ago] {
        edges::upsert(&mut tx, channel.id, &edge).await.expect("kept");
    }
    store::collect::bump(&mut tx, channel.id, app.now()).await.expect("news");
    tx.commit().await.expect("commit");
    let page = app.get(&path).await.text();
    for said in ["https://t.me/moon_base", "Moon &lt;Base&gt;", "1 forward", "1,200", "A channel without a public name"]
    {
        assert!(page.contains(said), "{said}");
    }
    let card = page.split("id=\"senders\"").nth(1).expect("the card").split("</section>").next().expect("its end");
    assert!(!card.contains("Long ago"), "the period is over: {card}");
    let senders = session::senders(ctx, &app.operator, &ChannelRef::parse(&slug), 0).await.expect("asked");
    assert_eq!(senders.len(), 3);
    assert!(account::list(ctx, &app.operator).await.expect("listed").is_empty());
}
