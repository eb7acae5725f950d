//! `/channels`.

use domain::collect::connection::{Mode, Obstacle};

use crate::stage::{ANYA, Stage, TIMUR, buttons, said, text};

#[tokio::test]
async fn channels_are_shown_a_page_at_a_time_in_one_message() {
    let stage = Stage::new().await;
    let none = stage.ask(ANYA, "/channels").await;
    assert!(text(&none).starts_with("No channel yet."), "{none}");
    assert_eq!(buttons(&none), [[("Connect a channel".to_owned(), "k".to_owned())]]);
    for index in 1..=8 {
        stage.connected(ANYA, 900 + index, &format!("space{index}")).await;
    }

    let first = stage.ask(ANYA, "/channels").await;
    assert_eq!(text(&first), "Your 8 channels");
    let rows = buttons(&first);
    assert_eq!(rows.len(), 6 + 2);
    assert_eq!(rows[0], [("Channel space1".to_owned(), "s:7:space1".to_owned())]);
    assert_eq!(rows[6], [("1 / 2".to_owned(), "p:0".to_owned()), ("›".to_owned(), "p:1".to_owned())]);
    let id = first["message_id"].as_i64().expect("an id");
    stage.person(ANYA).presses(id, "p:1").expect("pressed");
    let second = stage
        .until("another page", |state| said(state, ANYA).pop().filter(|message| buttons(message).len() == 2 + 2))
        .await;
    assert_eq!(second["message_id"], first["message_id"], "in its place");
    assert_eq!(buttons(&second)[1], [("Channel space8".to_owned(), "s:7:space8".to_owned())]);
    assert_eq!(buttons(&second)[2], [("‹".to_owned(), "p:0".to_owned()), ("2 / 2".to_owned(), "p:1".to_owned())]);
    // the page that is shown already: Telegram refuses to change nothing, and nobody hears of it
    stage.person(ANYA).presses(id, "p:1").expect("pressed");
    stage.until_states(&[("handled", 4)]).await;
    assert_eq!(stage.said(ANYA).len(), 2);
    stage.end().await;
}

#[tokio::test]
async fn what_the_bot_hears_no_more_is_said_and_to_its_own_people_only() {
    let stage = Stage::new().await;
    let channel = stage.connected(ANYA, 900, "space").await;
    let mut tx = stage.ctx.db.write().await.expect("tx");
    store::collect::connections::blocked(&mut tx, channel.id, Mode::Bot, Obstacle::NotAdministrator, None)
        .await
        .expect("noted");
    tx.commit().await.expect("commit");
    let shown = stage.ask(ANYA, "/channels").await;
    assert!(text(&shown).contains("I hear nothing of Channel space any more"), "{shown}");
    let others = stage.ask(TIMUR, "/channels").await;
    assert!(text(&others).starts_with("Каналов пока нет."), "{others}");
    stage.end().await;
}
