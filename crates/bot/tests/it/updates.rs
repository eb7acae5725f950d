//! Updates are stored first and handled once.

use fake_telegram::scenario::Fault;
use serde_json::{Value, json};
use services::bot_updates;

use crate::stage::{ANYA, BOT, NOW, Stage};

fn written(update_id: i64, text: &str) -> Value {
    let anya = json!({"id": ANYA, "is_bot": false, "first_name": "Anya", "language_code": "en"});
    let chat = json!({"id": ANYA, "type": "private", "first_name": "Anya"});
    json!({"update_id": update_id,
        "message": {"message_id": update_id, "from": anya, "chat": chat, "date": NOW, "text": text}})
}

#[tokio::test]
async fn told_twice_it_is_answered_once() {
    let mut stage = Stage::new().await;
    stage.ask(ANYA, "/start").await;
    stage.stop().await;
    // a process that ended before it confirmed what it had stored: Telegram tells the next one again
    let told = written(100_000_001, "/start");
    stage.telegram.world.lock().bots.get_mut(&BOT).expect("the bot").updates.push_front(told.clone());
    stage.start();
    stage.ask(ANYA, "/privacy").await;
    // and so does a webhook whose answer got lost
    assert_eq!(bot_updates::receive(&stage.ctx, BOT, &[told]).await, Ok(0));
    stage.until_all_is_handled().await;
    assert_eq!(stage.states().await, [("handled".to_owned(), 2)]);
    let begins: Vec<String> = stage.texts(ANYA).iter().map(|text| text.chars().take(12).collect()).collect();
    assert_eq!(begins, ["Hello, Anya.", "What is kept"]);
    stage.end().await;
}

#[tokio::test]
async fn what_was_stored_by_a_process_that_is_gone_is_handled_by_the_next_in_order() {
    let mut stage = Stage::new().await;
    stage.ask(ANYA, "/start").await;
    stage.stop().await;
    // a webhook has stored these, and Telegram has been told so
    let stored = [written(200_000_001, "/help"), written(200_000_002, "/privacy"), written(200_000_003, "/paysupport")];
    assert_eq!(bot_updates::receive(&stage.ctx, BOT, &stored).await, Ok(3));
    assert_eq!(stage.states().await, [("handled".to_owned(), 1), ("waiting".to_owned(), 3)]);
    stage.start();
    stage.until_states(&[("handled", 4)]).await;
    let begins: Vec<String> = stage.texts(ANYA).iter().skip(1).map(|text| text.chars().take(12).collect()).collect();
    assert_eq!(begins, ["What I can d", "What is kept", "Nothing is s"]);
    stage.end().await;
}

#[tokio::test]
async fn killed_in_the_middle_of_an_answer_it_answers_after_the_restart_once() {
    let mut stage = Stage::new().await;
    stage.ask(ANYA, "/start").await;
    stage.fault("sendmessage", 1, Fault::Silence);
    stage.person(ANYA).sends("/help").expect("sent");
    // in the middle: Telegram has the call, and is silent
    stage.until_befallen(1).await;
    stage.kill().await;
    // the poll that held this place, and the update, are given to another when their leases run out
    stage.clock.advance(bot_updates::LEASE_S);
    stage.start();
    stage.until_states(&[("handled", 2)]).await;
    stage.ask(ANYA, "/privacy").await;
    assert_eq!(stage.texts(ANYA).iter().filter(|text| text.starts_with("What I can do")).count(), 1);
    assert_eq!(stage.said(ANYA).len(), 3);
    stage.end().await;
}

#[tokio::test]
async fn what_is_not_known_is_kept_as_it_came() {
    let stage = Stage::new().await;
    // one that the program asks for although its client has never heard of it, and one from the future
    let subscription = json!({"update_id": 1, "subscription": {"user": {"id": ANYA}, "state": "renewed"}});
    let future = json!({"update_id": 2, "telepathy": {"from": {"id": ANYA}, "thought": "…"}});
    bot_updates::receive(&stage.ctx, BOT, &[subscription.clone(), future.clone()]).await.expect("stored");
    stage.ask(ANYA, "/start").await;
    stage.until_states(&[("handled", 1), ("unknown", 2)]).await;
    stage.clock.advance(bot_updates::KEPT_S + 1);
    bot_updates::trim(&stage.ctx).await.expect("trimmed");
    assert_eq!(stage.states().await, [("unknown".to_owned(), 2)], "handled ones go, these stay");
    stage.end().await;
}
