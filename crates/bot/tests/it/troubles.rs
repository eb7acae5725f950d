//! Telegram asks to wait, people block the bot, somebody writes without end.

use std::time::{Duration, Instant};

use fake_telegram::scenario::Fault;

use crate::stage::{ANYA, Stage, TIMUR, bot_of, text};

#[tokio::test]
async fn a_short_wait_is_waited_out_by_everybody() {
    let stage = Stage::new().await;
    stage.ask(ANYA, "/start").await;
    stage.ask(TIMUR, "/start").await;
    stage.fault("sendmessage", 1, Fault::FloodWait(2));
    let start = Instant::now();
    let answer = stage.ask(ANYA, "/help").await;
    assert!(start.elapsed() >= Duration::from_secs(2), "sent after {:?}", start.elapsed());
    assert!(text(&answer).starts_with("What I can do"), "{answer}");
    stage.until_states(&[("handled", 3)]).await;
    assert_eq!(stage.said(ANYA).len(), 2, "said once");
    stage.end().await;
}

#[tokio::test]
async fn a_long_wait_is_kept_and_outlives_the_process() {
    let mut stage = Stage::new().await;
    stage.ask(ANYA, "/start").await;
    stage.fault("sendmessage", 1, Fault::FloodWait(300));
    stage.person(ANYA).sends("/help").expect("sent");
    stage.until_states(&[("handled", 1), ("waiting", 1)]).await;
    stage.stop().await;
    stage.clock.advance(299);
    stage.start();
    // others are answered meanwhile, and this chat keeps its order
    stage.ask(TIMUR, "/start").await;
    stage.person(ANYA).sends("/privacy").expect("sent");
    stage.until_states(&[("handled", 2), ("waiting", 2)]).await;
    assert_eq!(stage.said(ANYA).len(), 1, "not before its time");
    stage.clock.advance(1);
    stage.until_states(&[("handled", 4)]).await;
    let texts = stage.texts(ANYA);
    assert!(texts[1].starts_with("What I can do") && texts[2].starts_with("What is kept"), "{texts:?}");
    stage.end().await;
}

#[tokio::test]
async fn whoever_blocks_the_bot_is_no_error() {
    let stage = Stage::new().await;
    stage.ask(ANYA, "/start").await;
    stage.person(ANYA).blocks(true).expect("blocked");
    stage.person(ANYA).sends("/help").expect("sent just before");
    stage.until_states(&[("handled", 3)]).await;
    assert_eq!(stage.said(ANYA).len(), 1);
    stage.person(ANYA).blocks(false).expect("unblocked");
    let answer = stage.ask(ANYA, "/help").await;
    assert!(text(&answer).starts_with("What I can do"), "{answer}");
    stage.end().await;
}

#[tokio::test]
async fn whoever_writes_without_end_is_told_once_and_heard_again_later() {
    let stage = Stage::new().await;
    for _ in 0..20 {
        stage.person(TIMUR).sends("/help").expect("sent");
    }
    stage.until_states(&[("handled", 20)]).await;
    let texts = stage.texts(TIMUR);
    let (answers, rest) = texts.split_at(texts.len() - 1);
    assert!(!answers.is_empty() && answers.iter().all(|text| text.starts_with("Что я умею")), "{texts:?}");
    assert!(answers.len() < 19 && rest[0].starts_with("Минутку"), "{texts:?}");
    assert!(text(&stage.ask(ANYA, "/help").await).starts_with("What I can do"), "others are not held up");
    stage.clock.advance(60);
    assert!(text(&stage.ask(TIMUR, "/help").await).starts_with("Что я умею"));
    stage.end().await;
}

#[tokio::test]
async fn what_telegram_refuses_is_given_up_and_the_next_is_answered() {
    let stage = Stage::new().await;
    stage.ask(ANYA, "/start").await;
    stage.fault("sendmessage", 1, Fault::Error(400, "Bad Request: something new".to_owned()));
    stage.person(ANYA).sends("/help").expect("sent");
    let next = stage.ask(ANYA, "/privacy").await;
    assert!(text(&next).starts_with("What is kept"), "{next}");
    stage.until_states(&[("failed", 1), ("handled", 2)]).await;
    stage.end().await;
}

#[tokio::test]
async fn whoever_could_pay_is_told_that_nothing_is_sold() {
    let stage = Stage::new().await;
    stage.person(TIMUR).wants_to_pay("plan", "XTR", 100).expect("wants to");
    stage.until_states(&[("handled", 1)]).await;
    let answer = stage.calls("answerprecheckoutquery").pop().expect("answered");
    assert_eq!(
        (&answer["ok"], answer["error_message"].as_str()),
        (&false.into(), Some("Сейчас здесь ничего не продаётся."))
    );
    assert!(bot_of(&stage.telegram.world.lock()).messages.is_empty());
    stage.end().await;
}
