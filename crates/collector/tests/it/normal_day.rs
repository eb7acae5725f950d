//! A day of normal operation with limits like Telegram's: at the usual pace hardly a call is refused, and what is stored
//! in the end is what Telegram has.

use fake_telegram::world::digest::describe;

use crate::stage::{EVERYTHING, OWNER, Stage};

/// Five channels that publish every half an hour, and a flood model that answers what is too quick by a wait.
fn scenario() -> String {
    let mut text = String::from(
        "now = \"2026-01-10T00:00:00Z\"\nrates_by_scenario = true\ngraph_polls = 1\n\
        [[rates]]\nmethod = \"messages.getHistory\"\nburst = 30.0\nper_second = 1.0\n\
        [[rates]]\nmethod = \"channels.*\"\nburst = 30.0\nper_second = 1.0\n\
        [[rates]]\nmethod = \"contacts.*\"\nburst = 5.0\nper_second = 0.01\n\
        [[rates]]\nmethod = \"stats.*\"\nburst = 40.0\nper_second = 0.3\n\
        [[accounts]]\nid = 11\nfirst_name = \"Owner\"\nphone = \"998901112233\"\nadmin_of = [",
    );
    let names: Vec<String> = (0..CHANNELS).map(|number| format!("\"channel_{number}\"")).collect();
    text.push_str(&names.join(", "));
    text.push_str("]\n");
    for name in names {
        text.push_str(&format!(
            "[[channels]]\nusername = {name}\nmembers = 900\nstats = true\n\
            generate = {{ posts = 60, every_minutes = 30, views = 700, goes_on = true }}\n"
        ));
    }
    text
}

const CHANNELS: usize = 5;
const MINUTE_S: i64 = 60;
/// Minutes between two looks: more than the pace needs, less than anything is due.
const STEP_MINUTES: i64 = 10;

#[tokio::test]
async fn more_than_99_of_100_calls_succeed() {
    let mut stage = Stage::of(&scenario(), EVERYTHING).await;
    // the usual pace
    stage.ctx = stage.ctx_with(|accounts| accounts.pace_percent = 100);
    let account = stage.sign_in(OWNER).await;
    for number in 0..CHANNELS {
        stage.connect(&format!("channel_{number}")).await;
    }
    let mut worker = stage.worker(account).await;
    for _ in 0..24 * 60 / STEP_MINUTES {
        stage.work(&mut worker).await;
        stage.advance(STEP_MINUTES * MINUTE_S);
    }
    stage.work(&mut worker).await;
    worker.close().await;
    let calls = services::collect::account::calls(&stage.ctx, &stage.operator, account, 0).await.expect("on record");
    let all: i64 = calls.iter().map(|one| one.calls).sum();
    let answered: i64 = calls.iter().filter(|one| one.outcome == "answered").map(|one| one.calls).sum();
    assert!(all > 1_000, "{all} calls are no day");
    assert!(answered * 100 > all * 99, "{answered} of {all} calls were answered: {calls:?}");
    for number in 0..CHANNELS {
        let name = format!("channel_{number}");
        let progress = stage.progress(&name).await;
        let there = describe(&stage.telegram.world, &name).expect("a channel").posts as i64;
        assert!(there > 100, "{there} posts are no day");
        assert_eq!((progress.unread, progress.posts), (0, there), "{name}");
    }
    stage.end([]).await;
}
