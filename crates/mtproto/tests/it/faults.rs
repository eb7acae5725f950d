//! What goes wrong: waits, ends, silence, broken connections, answers that cannot be read.

use std::time::{Duration, Instant};

use fake_telegram::scenario::{Fault, RatePlan};
use mtproto::login::{Login, LoginError};
use mtproto::{Account, CallError};

use crate::stage::{HOME, OWNER, STATS, Stage, client, resolved, soon, until};

const ME: &str = "users.getUsers";
/// More than a call takes on a busy machine, less than a test should.
const SHORT: Duration = Duration::from_secs(1);

fn impatient(stage: &Stage) -> Account {
    let mut settings = stage.settings(&client(OWNER));
    settings.call_timeout = SHORT;
    stage.start_with(OWNER, &settings, Vec::new()).0
}

#[tokio::test]
async fn a_wait_is_told_at_once_and_nobody_sleeps() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    account.me().await.expect("an answer");
    for seconds in [5, 86_400] {
        stage.befalls(ME, 1, Fault::FloodWait(seconds));
        let asked = Instant::now();
        assert_eq!(account.me().await, Err(CallError::Wait { seconds, method: ME }));
        assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    }
    assert_eq!(stage.calls(ME), 3, "and nobody asks again");
    // the next call goes out: the caller decides how long to wait
    account.me().await.expect("an answer");
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn who_is_too_quick_is_told_to_wait_and_loses_nothing_else() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    account.me().await.expect("an answer");
    let plan = RatePlan { method: "users.*".to_owned(), burst: 3.0, per_second: 0.01 };
    stage.telegram.centres.set_rates(vec![plan]);
    for _ in 0..3 {
        account.me().await.expect("an answer");
    }
    assert!(matches!(account.me().await, Err(CallError::Wait { seconds: 1..=100, .. })));
    resolved(&account, "orbit").await;
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn ends_of_an_account_are_told_apart() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    account.me().await.expect("an answer");
    stage.telegram.world.lock().accounts.get_mut(&OWNER).expect("an account").dead =
        Some("USER_DEACTIVATED".to_owned());
    let refused = account.me().await.expect_err("banned");
    assert_eq!(refused, CallError::Banned);
    assert!(refused.ends_the_account() && !refused.is_temporary());
    stage.telegram.world.lock().accounts.get_mut(&OWNER).expect("an account").dead = None;

    stage.befalls(ME, 1, Fault::VoidKey("AUTH_KEY_DUPLICATED".to_owned()));
    for _ in 0..2 {
        let refused = account.me().await.expect_err("voided");
        assert_eq!(refused, CallError::SignedOut { reason: "AUTH_KEY_DUPLICATED".to_owned() });
        assert!(refused.ends_the_account());
    }
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_channel_that_turns_private_is_told_in_the_middle_of_reading() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    let page = account.history(&peer, None, 100).await.expect("a page");
    stage.telegram.world.lock().channel_named("orbit").expect("a channel").private = true;
    assert_eq!(account.history(&peer, page.lowest, 100).await, Err(CallError::Private));
    assert_eq!(account.messages(&peer, &[1_001]).await, Err(CallError::Private));
    assert_eq!(account.views(&peer, &[1_001]).await, Err(CallError::Private));
    assert_eq!(account.full_channel(&peer).await, Err(CallError::Private));
    assert_eq!(account.broadcast_stats(&peer, Some(STATS)).await, Err(CallError::Private));
    assert!(!CallError::Private.ends_the_account());
    account.me().await.expect("the account itself goes on");
    account.stop().await;
    stage.end();
}

// ---- silence --------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_centre_that_never_answers_costs_one_call() {
    let stage = Stage::new().await;
    stage.telegram.centres.set_silent(HOME, true);
    let account = impatient(&stage);
    for _ in 0..2 {
        let asked = Instant::now();
        assert_eq!(account.me().await, Err(CallError::Silent { method: ME }));
        assert!((SHORT..SHORT * 8).contains(&asked.elapsed()), "{:?}", asked.elapsed());
    }
    // connections from before stay silent: the next call must make another
    stage.telegram.centres.set_silent(HOME, false);
    account.me().await.expect("over a new connection");
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_centre_that_falls_silent_is_left_for_a_new_connection() {
    let stage = Stage::new().await;
    let account = impatient(&stage);
    account.me().await.expect("an answer");
    stage.telegram.centres.set_silent(HOME, true);
    assert_eq!(account.me().await, Err(CallError::Silent { method: ME }));
    stage.telegram.centres.set_silent(HOME, false);
    account.me().await.expect("over a new connection");
    assert_eq!(stage.calls("help.getConfig"), 2, "every connection begins with that call");
    until("the end of the old connection", || stage.telegram.centres.connections() == 1).await;
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn one_silent_centre_does_not_hold_up_the_other() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    stage.telegram.centres.set_silent(STATS, true);
    let mut asking = Box::pin(account.broadcast_stats(&peer, Some(STATS)));
    tokio::select! {
        answer = &mut asking => panic!("{answer:?} from a silent data centre"),
        page = soon("home", account.history(&peer, None, 10)) => drop(page.expect("a page")),
    }
    drop(asking);
    account.me().await.expect("an answer");
    drop(account);
}

#[tokio::test]
async fn one_answer_that_never_comes_does_not_cost_the_connection() {
    let stage = Stage::new().await;
    let account = impatient(&stage);
    account.me().await.expect("an answer");
    stage.befalls("contacts.resolveUsername", 1, Fault::Silence);
    let (silent, answered) = tokio::join!(account.resolve("orbit"), account.me());
    assert_eq!(silent, Err(CallError::Silent { method: "contacts.resolveUsername" }));
    answered.expect("an answer meanwhile");
    let before = stage.calls("help.getConfig");
    account.me().await.expect("an answer");
    assert_eq!(stage.calls("help.getConfig"), before, "over the same connection");
    account.stop().await;
    stage.end();
}

// ---- broken connections ---------------------------------------------------------------------------------------------

#[tokio::test]
async fn what_only_reads_is_sent_again() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let faults = [
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::DelayMs(50),
        Fault::AnswerTwice,
        Fault::BadSalt,
        Fault::Transport(429),
        Fault::Transport(404),
    ];
    for fault in faults {
        stage.telegram.world.clear_rules();
        stage.befalls(ME, 1, fault.clone());
        assert_eq!(account.me().await.map(|me| me.id), Ok(OWNER), "{fault:?}");
    }
    // not for ever
    stage.befalls(ME, 100, Fault::DropBefore);
    let refused = account.me().await.expect_err("no connection holds");
    assert!(matches!(refused, CallError::Unreachable { .. }) && refused.is_temporary(), "{refused}");
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_code_is_never_asked_for_twice_by_itself() {
    let stage = Stage::new().await;
    let mut login = Login::start(&stage.settings("phone"), Vec::new()).expect("a login");
    stage.befalls("auth.sendCode", 1, Fault::DropAfter);
    let refused = login.ask_code("998901112233").await.expect_err("nobody knows");
    assert!(matches!(refused, LoginError::Call(CallError::Unreachable { .. })), "{refused}");
    assert_eq!(stage.calls("auth.sendCode"), 1);
    login.ask_code("998901112233").await.expect("a code");
    login.stop().await;
    stage.end();
}

#[tokio::test]
async fn calls_under_way_on_a_broken_connection_are_all_answered() {
    let stage = Stage::with("latency_ms = 30").await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    stage.befalls(ME, 1, Fault::DropBefore);
    let pages: Vec<_> = (0..100)
        .map(|_| {
            let (account, peer) = (account.clone(), peer.clone());
            tokio::spawn(async move { account.history(&peer, None, 10).await })
        })
        .collect();
    account.me().await.expect("an answer");
    for page in pages {
        assert_eq!(page.await.expect("no panic").expect("a page").messages.len(), 10);
    }
    account.stop().await;
    stage.end();
}

// ---- what cannot be read --------------------------------------------------------------------------------------------

#[tokio::test]
async fn what_cannot_be_read_ends_its_call_alone() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    for fault in [Fault::UnknownConstructor, Fault::Malformed] {
        stage.befalls(ME, 1, fault);
        let refused = account.me().await.expect_err("it cannot be read");
        assert!(matches!(refused, CallError::Malformed { method: ME, .. }), "{refused}");
        assert!(!refused.is_temporary());
        account.me().await.expect("an answer");
    }
    // a page that is only this time unreadable is read whole in smaller parts
    let peer = resolved(&account, "orbit").await;
    let whole = account.history(&peer, None, 100).await.expect("a page");
    stage.befalls("messages.getHistory", 1, Fault::FutureMessage);
    assert_eq!(account.history(&peer, None, 100).await, Ok(whole));
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn errors_of_telegrams_own_are_temporary() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    stage.befalls(ME, 1, Fault::Error(500, "RPC_CALL_FAIL".to_owned()));
    let refused = account.me().await.expect_err("it fails");
    assert_eq!(refused, CallError::Refused { code: 500, name: "RPC_CALL_FAIL".to_owned(), method: ME });
    assert!(refused.is_temporary());
    account.stop().await;
    stage.end();
}

// ---- stopping -------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn stopping_lets_calls_end_and_takes_no_new_ones() {
    let stage = Stage::new().await;
    let (account, mut stream) = stage.start(OWNER);
    account.me().await.expect("an answer");
    stage.befalls(ME, 1, Fault::DelayMs(300));
    let asking = tokio::spawn({
        let account = account.clone();
        async move { account.me().await }
    });
    until("the call", || stage.calls(ME) == 2).await;
    let (other, began) = (account.clone(), Instant::now());
    account.stop().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    asking.await.expect("no panic").expect("an answer");
    assert_eq!(other.me().await, Err(CallError::Stopped));
    assert_eq!(soon("the end", stream.next()).await, None);
    until("the end of its connections", || stage.telegram.centres.connections() == 0).await;
    stage.end();
}

#[tokio::test]
async fn stopping_does_not_wait_for_what_never_comes() {
    let stage = Stage::new().await;
    let account = impatient(&stage);
    account.me().await.expect("an answer");
    stage.befalls(ME, 8, Fault::Silence);
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let account = account.clone();
            tokio::spawn(async move { account.me().await })
        })
        .collect();
    until("the calls", || stage.calls(ME) == 9).await;
    let began = Instant::now();
    account.stop().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    for call in asking {
        assert!(call.await.expect("no panic").is_err());
    }
    stage.end();
}

#[tokio::test]
async fn connections_end_with_the_last_clone() {
    let stage = Stage::new().await;
    let (account, stream) = stage.start(OWNER);
    account.me().await.expect("an answer");
    let clone = account.clone();
    drop((account, stream));
    clone.me().await.expect("an answer");
    drop(clone);
    until("the end of its connections", || stage.telegram.centres.connections() == 0).await;
    stage.end();
}
