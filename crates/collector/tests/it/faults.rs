//! What goes wrong: nothing lost or doubled, the right state with what to do, and the log names account and method.

use std::time::{Duration, Instant};

use collector::{Turn, Worker};
use domain::collect::account::AccountState;
use domain::collect::connection::{Mode, Obstacle};
use fake_telegram::scenario::Fault;
use fake_telegram::world::Delivery;
use services::collect::account::{self, LEASE_S};
use services::collect::connection::{self, Introduced};
use services::{Clash, Error};

use crate::stage::{NOW, OWNER, POSTS, READER, Stage, post};

const DAY_S: i64 = 86_400;

#[tokio::test]
async fn a_flood_wait_is_kept_to_the_second_and_shown() {
    let stage = Stage::new().await;
    stage.befalls_after(1, "messages.getHistory", 1, Fault::FloodWait(5));
    let (mut worker, orbit) = stage.read("orbit").await;
    let called = stage.calls("messages.getHistory");
    let cards = account::list(&stage.ctx, &stage.operator).await.expect("listed");
    assert_eq!(cards[0].waits, [("messages.getHistory".to_owned(), NOW + 5)]);
    assert_eq!(cards[0].account.state, AccountState::Active, "it is well, and waits");
    assert_eq!(stage.connection("orbit").await.obstacle, None, "five seconds are no trouble");
    stage.advance(4);
    stage.work(&mut worker).await;
    assert_eq!(stage.calls("messages.getHistory"), called, "not a second earlier");
    stage.advance(1);
    stage.work(&mut worker).await;
    stage.assert_same_now(&mut worker, &orbit).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_wait_of_a_day_survives_the_process_and_stands_at_the_channel() {
    let stage = Stage::new().await;
    stage.befalls_after(1, "messages.getHistory", 1, Fault::FloodWait(86_400));
    let (worker, orbit) = stage.read("orbit").await;
    let way = stage.connection("orbit").await;
    assert_eq!((way.obstacle, way.obstacle_until), (Some(Obstacle::FloodWait), Some(NOW + DAY_S)));
    let called = stage.calls("messages.getHistory");
    // killed: nothing was let go
    drop(worker);
    stage.advance(LEASE_S);
    let account = stage.progress("orbit").await.account.expect("an account");
    let mut worker = stage.worker(account).await;
    stage.work(&mut worker).await;
    assert_eq!(stage.calls("messages.getHistory"), called, "the next process waits too");
    stage.advance(DAY_S - LEASE_S);
    stage.work(&mut worker).await;
    stage.assert_same(&orbit).await;
    assert_eq!(stage.connection("orbit").await.obstacle, None);
    stage.end([worker]).await;
}

#[tokio::test]
async fn an_account_whose_session_ends_says_so_and_is_signed_in_again() {
    for (name, state, obstacle) in [
        ("AUTH_KEY_DUPLICATED", AccountState::SignedOut, Obstacle::SignedOut),
        ("SESSION_REVOKED", AccountState::SignedOut, Obstacle::SignedOut),
        ("USER_DEACTIVATED", AccountState::Banned, Obstacle::AccountBanned),
    ] {
        let stage = Stage::new().await;
        let code = if name == "AUTH_KEY_DUPLICATED" { 406 } else { 401 };
        stage.befalls_after(1, "messages.getHistory", 1, Fault::Error(code, name.to_owned()));
        let account = stage.sign_in(OWNER).await;
        stage.connect("orbit").await;
        let mut worker = stage.worker(account).await;
        assert_eq!(stage.work_until_rest(&mut worker).await, Some(Turn::Over), "{name}");
        worker.close().await;
        let row = stage.account(account).await;
        assert_eq!(row.state, state, "{name}");
        assert!(row.reason.is_some_and(|reason| !reason.is_empty()));
        assert_eq!(stage.connection("orbit").await.obstacle, Some(obstacle));
        assert!(Worker::open(&stage.ctx, account).await.expect("asked").is_none(), "it is not used any more");
        let resumed = account::resume(&stage.ctx, &stage.operator, account).await;
        assert_eq!(resumed, Err(Error::Conflict(Clash::SignInAgain)));
        // a person signs in again: reading goes on where it was
        assert_eq!(stage.sign_in(OWNER).await, account);
        assert_eq!(stage.connection("orbit").await.obstacle, None);
        let mut worker = stage.worker(account).await;
        stage.work(&mut worker).await;
        stage.assert_same(&stage.channel("orbit").await).await;
        stage.end([worker]).await;
    }
}

#[tokio::test]
async fn another_account_takes_over_at_once() {
    let stage = Stage::new().await;
    let (owner, reader) = (stage.sign_in(OWNER).await, stage.sign_in(READER).await);
    stage.connect_by("orbit", Some(owner)).await;
    stage.befalls_after(1, "messages.getHistory", 1, Fault::Error(401, "SESSION_REVOKED".to_owned()));
    let mut worker = stage.worker(owner).await;
    assert_eq!(stage.work_until_rest(&mut worker).await, Some(Turn::Over));
    let known = Instant::now();
    let mut heir = stage.worker(reader).await;
    heir.turn().await;
    let took = known.elapsed();
    assert_eq!(stage.progress("orbit").await.account, Some(reader));
    assert!(stage.progress("orbit").await.looked_at > 0, "it has found the channel");
    assert!(took < Duration::from_secs(1), "{took:?}");
    stage.work(&mut heir).await;
    stage.assert_same(&stage.channel("orbit").await).await;
    stage.end([worker, heir]).await;
}

#[tokio::test]
async fn a_channel_that_turns_private_rests_and_comes_back() {
    let stage = Stage::new().await;
    stage.befalls_after(1, "messages.getHistory", 1, Fault::Error(400, "CHANNEL_PRIVATE".to_owned()));
    let (mut worker, _) = stage.read("orbit").await;
    let way = stage.connection("orbit").await;
    assert_eq!((way.obstacle, way.obstacle_until), (Some(Obstacle::Private), Some(NOW + 3_600)));
    let called = stage.calls("messages.getHistory");
    stage.work(&mut worker).await;
    assert_eq!(stage.calls("messages.getHistory"), called);
    stage.advance(3_600);
    stage.work(&mut worker).await;
    assert_eq!(stage.connection("orbit").await.obstacle, None);
    assert_eq!(stage.progress("orbit").await.posts, POSTS);
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_name_that_nobody_has_is_told() {
    let stage = Stage::new().await;
    let account = stage.sign_in(OWNER).await;
    stage.connect("nobody_has_this").await;
    let mut worker = stage.worker(account).await;
    stage.work(&mut worker).await;
    assert_eq!(stage.connection("nobody_has_this").await.obstacle, Some(Obstacle::NotFound));
    assert_eq!(stage.calls("contacts.resolveUsername"), 1, "asked once, then it rests");
    stage.end([worker]).await;
}

#[tokio::test]
async fn an_access_that_has_gone_is_found_again_by_the_name() {
    let stage = Stage::new().await;
    let (mut worker, orbit) = stage.read("orbit").await;
    stage.advance(1_800);
    stage.telegram.world.publish("orbit", &post("new"), Delivery::Withheld).expect("published");
    stage.befalls("messages.getHistory", 1, Fault::Error(400, "CHANNEL_INVALID".to_owned()));
    stage.work(&mut worker).await;
    stage.assert_same_now(&mut worker, &orbit).await;
    assert_eq!(stage.connection("orbit").await.obstacle, None);
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_silent_telegram_makes_the_account_wait_and_it_comes_back_by_itself() {
    let stage = Stage::new().await;
    let account = stage.sign_in(OWNER).await;
    stage.connect("orbit").await;
    let ctx = stage.ctx_with(|accounts| accounts.telegram.call_timeout = Duration::from_millis(300));
    let mut worker = Worker::open(&ctx, account).await.expect("opened").expect("free");
    stage.befalls("contacts.resolveUsername", 3, Fault::Silence);
    for _ in 0..2 {
        assert_eq!(stage.work_until_rest(&mut worker).await, None);
        stage.advance(2);
    }
    assert_eq!(stage.work_until_rest(&mut worker).await, Some(Turn::Over));
    worker.close().await;
    let row = stage.account(account).await;
    assert_eq!((row.state, row.retry_at), (AccountState::Waiting, Some(stage.ctx.now() + 60)));
    assert!(row.health < 100);
    let way = stage.connection("orbit").await;
    assert_eq!((way.obstacle, way.obstacle_until), (Some(Obstacle::Unreachable), row.retry_at));
    assert!(account::free(&stage.ctx).await.expect("asked").is_empty());
    stage.advance(60);
    assert_eq!(account::free(&stage.ctx).await.expect("asked"), [account]);
    let mut worker = Worker::open(&ctx, account).await.expect("opened").expect("its time has come");
    stage.work(&mut worker).await;
    assert_eq!(stage.account(account).await.state, AccountState::Active);
    assert_eq!(stage.connection("orbit").await.obstacle, None);
    stage.assert_same(&stage.channel("orbit").await).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn dropped_answers_and_troubled_servers_cost_time_only() {
    let stage = Stage::new().await;
    stage.befalls("messages.getHistory", 1, Fault::DropBefore);
    stage.befalls_after(1, "messages.getHistory", 1, Fault::DropAfter);
    stage.befalls("channels.getFullChannel", 1, Fault::Error(500, "RPC_CALL_FAIL".to_owned()));
    let (mut worker, _) = stage.read("orbit").await;
    stage.advance(10);
    stage.work(&mut worker).await;
    stage.assert_same(&stage.channel("orbit").await).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn two_processes_want_one_account_and_one_has_it() {
    let stage = Stage::with("one_session_per_key = true", crate::stage::EVERYTHING).await;
    let account = stage.sign_in(OWNER).await;
    stage.connect("orbit").await;
    let (first, second) = tokio::join!(Worker::open(&stage.ctx, account), Worker::open(&stage.ctx, account));
    let mut opened: Vec<Worker> = [first, second].into_iter().filter_map(|one| one.expect("asked")).collect();
    assert_eq!(opened.len(), 1, "one key, one process");
    let mut worker = opened.remove(0);
    stage.work(&mut worker).await;
    // long silent, then taken over: the first writes nothing over what the second keeps
    stage.advance(LEASE_S);
    let lease = worker.lease();
    let second = Worker::open(&stage.ctx, account).await.expect("asked").expect("the lease has run out");
    assert!(!lease.is_ours().await.expect("asked") && !lease.renew().await.expect("asked"));
    assert!(second.lease().is_ours().await.expect("asked"));
    worker.close().await;
    assert!(second.lease().is_ours().await.expect("asked"), "it lets go only what is its own");
    stage.end([second]).await;
}

#[tokio::test]
async fn a_session_sealed_with_another_key_waits_for_the_right_one() {
    let stage = Stage::new().await;
    let account = stage.sign_in(OWNER).await;
    let ctx = stage.ctx_with(|accounts| accounts.telegram.key = mtproto::SessionKey::new([8; 32]));
    let called = stage.telegram.world.calls().len();
    assert!(Worker::open(&ctx, account).await.expect("asked").is_none());
    let row = stage.account(account).await;
    assert_eq!((row.state, row.retry_at), (AccountState::Waiting, Some(NOW + 60)));
    assert!(row.reason.expect("why").contains("another key"));
    assert_eq!(stage.telegram.world.calls().len(), called, "nothing was called");
    // a slip in the configuration costs no account
    stage.connect("orbit").await;
    stage.advance(60);
    let mut worker = stage.worker(account).await;
    stage.work(&mut worker).await;
    assert_eq!(stage.account(account).await.state, AccountState::Active);
    stage.assert_same(&stage.channel("orbit").await).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_channel_that_is_here_under_another_name_is_told_and_not_asked_for_again() {
    let stage = Stage::new().await;
    let account = stage.sign_in(OWNER).await;
    let orbit = stage.telegram.world.lock().channel_named("orbit").expect("a channel").id;
    let known = Introduced { telegram_id: Some(orbit), username: None, title: "The bot's".to_owned(), zone: None };
    connection::connect(&stage.ctx, &stage.operator, &known, Mode::Bot).await.expect("connected");
    stage.connect("orbit").await;
    let mut worker = stage.worker(account).await;
    stage.work(&mut worker).await;
    let way = stage.connection("orbit").await;
    assert_eq!((way.obstacle, way.obstacle_until), (Some(Obstacle::NotUnderstood), Some(NOW + 3_600)));
    stage.work(&mut worker).await;
    assert_eq!(stage.calls("channels.getFullChannel"), 1);
    stage.end([worker]).await;
}

#[tokio::test]
async fn what_an_account_did_is_on_record_without_a_word_of_what_it_read() {
    let stage = Stage::new().await;
    stage.befalls_after(1, "messages.getHistory", 1, Fault::FloodWait(5));
    let (worker, _) = stage.read("orbit").await;
    worker.close().await;
    let account = stage.account(stage.progress("orbit").await.account.expect("an account")).await;
    let calls = account::calls(&stage.ctx, &stage.operator, account.id, 0).await.expect("listed");
    let of = |method: &str, outcome: &str| {
        let mut found = calls.iter().filter(|one| one.method == method && one.outcome == outcome);
        found.next().map(|one| (one.calls, one.waits_s))
    };
    assert_eq!(of("contacts.resolveUsername", "answered"), Some((1, 0)));
    assert_eq!(of("messages.getHistory", "wait"), Some((1, 5)));
    assert!(of("stats.getBroadcastStats", "answered").is_some());
    assert!(calls.iter().all(|one| one.hour == NOW - NOW % 3_600));
    stage.end([]).await;
}
