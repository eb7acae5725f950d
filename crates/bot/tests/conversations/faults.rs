//! What goes wrong: nothing is lost, nothing is answered twice.

use fake_telegram::scenario::Fault;
use serde_json::json;
use services::bot_updates;

use crate::desk::{BOT, Desk, text};

fn a_message(update_id: i64, text: &str) -> serde_json::Value {
    let (date, person) = (crate::desk::NOW, json!({"id": 7, "is_bot": false, "first_name": "Ann"}));
    let chat = json!({"id": 7, "type": "private", "first_name": "Ann"});
    json!({"update_id": update_id, "message": {
        "message_id": update_id, "from": person, "chat": chat, "date": date, "text": text,
    }})
}

/// Lets the bot write to person 7.
async fn met(desk: &Desk) {
    desk.person(7).sends("/start").expect("sent");
    desk.answer(7, 1).await;
    desk.quiet().await;
}

#[tokio::test]
async fn an_update_that_comes_twice_is_answered_once() {
    let desk = Desk::open().await;
    met(&desk).await;
    let update = a_message(900_000_001, "/help");
    assert_eq!(bot_updates::receive(&desk.ctx, BOT, &[update.clone(), update.clone()]).await, Ok(1));
    desk.answer(7, 2).await;
    desk.quiet().await;
    assert_eq!(bot_updates::receive(&desk.ctx, BOT, &[update]).await, Ok(0), "also after it was handled");
    desk.person(7).sends("/privacy").expect("sent");
    desk.answer(7, 3).await;
    desk.quiet().await;
    assert_eq!(desk.said(7).iter().filter(|message| text(message).contains("What I can do")).count(), 1);
}

#[tokio::test]
async fn what_was_stored_before_a_crash_is_answered_after_it() {
    let mut desk = Desk::open().await;
    met(&desk).await;
    desk.kill().await;
    bot_updates::receive(&desk.ctx, BOT, &[a_message(900_000_001, "/help")]).await.expect("stored");
    desk.person(7).sends("/privacy").expect("sent while it was away");
    // what the process before held is free when its lease has run out
    desk.clock.advance(bot_updates::LEASE_S + 1);
    desk.start();
    let answers = desk.once(|| Some(desk.said(7)).filter(|said| said.len() == 3)).await;
    let said: Vec<&str> = answers.iter().map(text).collect();
    assert!(said[1..].iter().any(|text| text.contains("What I can do")), "{said:?}");
    assert!(said[1..].iter().any(|text| text.contains("What is kept")), "{said:?}");
}

#[tokio::test]
async fn a_wait_that_telegram_asks_for_is_waited_out() {
    let desk = Desk::open().await;
    met(&desk).await;
    desk.fault("sendmessage", Some(1), Fault::FloodWait(1));
    let started = std::time::Instant::now();
    desk.person(7).sends("/help").expect("sent");
    desk.answer(7, 2).await;
    assert!(started.elapsed() >= std::time::Duration::from_secs(1), "not before it may");
    desk.quiet().await;
    assert_eq!(desk.said(7).len(), 2, "and once");
}

#[tokio::test]
async fn whoever_blocks_the_bot_is_let_alone_and_others_are_served() {
    let desk = Desk::open().await;
    met(&desk).await;
    desk.person(7).sends("/help").expect("sent");
    desk.person(7).blocks(true).expect("blocked");
    desk.person(5).sends("/help").expect("sent");
    desk.answer(5, 1).await;
    desk.quiet().await;
    assert_eq!(desk.in_state("failed").await, 0);
}

#[tokio::test]
async fn kinds_that_nobody_knows_are_kept() {
    let desk = Desk::open().await;
    let unknown = [
        json!({"update_id": 900_000_001, "subscription": {"user": {"id": 7}, "state": "active"}}),
        json!({"update_id": 900_000_002, "from_the_future": {"anything": [1, 2, 3]}}),
    ];
    assert_eq!(bot_updates::receive(&desk.ctx, BOT, &unknown).await, Ok(2));
    desk.quiet().await;
    assert_eq!(desk.in_state("unknown").await, 2);
}

#[tokio::test]
async fn whoever_asks_too_much_is_told_once() {
    let desk = Desk::open().await;
    for _ in 0..30 {
        desk.person(7).sends("/help").expect("sent");
    }
    desk.once(|| desk.said(7).iter().find(|message| text(message).contains("faster than")).cloned()).await;
    desk.quiet().await;
    let said = desk.said(7);
    assert_eq!(said.iter().filter(|message| text(message).contains("faster than")).count(), 1);
    assert!(said.len() < 20, "{} answers", said.len());
}

#[tokio::test]
async fn it_stops_in_time_while_telegram_is_silent() {
    let mut desk = Desk::closed().await;
    desk.fault("getupdates", None, Fault::Silence);
    desk.start();
    desk.once(|| (!desk.calls("deletewebhook").is_empty()).then_some(())).await;
    desk.stop().await;
}
