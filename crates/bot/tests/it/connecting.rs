//! Connecting a channel.

use domain::analytics::history::DailyFact;
use domain::channels::ChannelRef;
use domain::collect::connection::Mode;
use domain::zone::Zone;
use fake_telegram::scenario::{Media, PostPlan};
use fake_telegram::world::Delivery;
use serde_json::json;
use services::collect::connection;

use crate::stage::{ANYA, NOW, Stage, TIMUR, buttons, text};

/// The newest post of the scenario.
const POST: i32 = 1_005;

#[tokio::test]
async fn from_the_start_to_a_connected_channel_by_a_forwarded_post() {
    let stage = Stage::new().await;
    let start = stage.ask(ANYA, "/start").await;
    assert!(text(&start).starts_with("Hello, Anya."), "{start}");
    let offered = [("Open the app", "https://app.example/"), ("Connect a channel", "k"), ("My channels", "p:0")];
    let offered = offered.map(|(text, does)| vec![(text.to_owned(), does.to_owned())]);
    assert_eq!(buttons(&start), offered);

    let steps = stage.press(ANYA, &start, "k").await;
    for says in ["manage the channel", "invite by link", "I cannot post, edit or delete", "forward me any post"] {
        assert!(text(&steps).contains(says), "{says}: {steps}");
    }
    assert_eq!(stage.calls("answercallbackquery").len(), 1, "the button's clock stops");

    let forward = |person: fake_telegram::person::Person<'_>| person.forwards("orbit", POST).expect("sent");
    let refused = stage.answer(ANYA, forward).await;
    assert!(text(&refused).starts_with("I am no administrator there."), "{refused}");
    let asked = stage.answer(ANYA, |anya| anya.adds_bot("orbit", true).expect("added")).await;
    assert_eq!(text(&asked), "I was made an administrator of Orbit <& Co>. Shall I collect its numbers for you?");
    let refused = stage.answer(TIMUR, forward).await;
    assert!(text(&refused).starts_with("Подключить канал может только его администратор"), "{refused}");
    assert!(ways(&stage, ANYA).await.is_empty(), "nobody has connected it yet");

    let connected = stage.answer(ANYA, forward).await;
    for says in [
        "Orbit <& Co> is connected.",
        "I can know: new posts, reactions, edits, subscribers, day by day, joins by invitation link.",
        "I cannot know: posts from before I came, views, forwards, comments",
    ] {
        assert!(text(&connected).contains(says), "{says}: {connected}");
    }
    assert_eq!(ways(&stage, ANYA).await, [Mode::Bot]);
    assert_eq!(subscribers_today(&stage).await, Some(15_432));
    let again = stage.answer(ANYA, forward).await;
    assert!(text(&again).starts_with("Orbit <& Co> is connected already."), "{again}");
    // a post that the library takes for an empty message
    let gif = PostPlan { media: Media::Gif, ..PostPlan::default() };
    let gif = stage.telegram.world.publish("orbit", &gif, Delivery::Once).expect("published")[0];
    let again = stage.answer(ANYA, |anya| anya.forwards("orbit", gif).expect("sent")).await;
    assert!(text(&again).starts_with("Orbit <& Co> is connected already."), "{again}");
    assert!(ways(&stage, TIMUR).await.is_empty(), "it is in her workspace only");
    stage.end().await;
}

#[tokio::test]
async fn by_the_button_that_picks_a_channel() {
    let stage = Stage::new().await;
    // a link such as t.me/orbit_bot?start=connect
    stage.ask(ANYA, "/start connect").await;
    let sent = stage.calls("sendmessage").pop().expect("sent");
    let button = &sent["reply_markup"]["keyboard"][0][0];
    let request = &button["request_chat"];
    assert_eq!((&button["text"], &request["chat_is_channel"]), (&json!("Choose a channel"), &json!(true)));
    let rights = request["bot_administrator_rights"].as_object().expect("rights").clone();
    let granted: Vec<&String> =
        rights.iter().filter(|(_, granted)| **granted == true).map(|(right, _)| right).collect();
    assert_eq!(granted, ["can_invite_users", "can_manage_chat"], "the least there are");
    assert!(request["user_administrator_rights"].is_object(), "Telegram offers channels that they administer");

    let id = request["request_id"].as_i64().expect("an id");
    // Telegram makes the bot an administrator with the same press
    stage.answer(ANYA, |anya| anya.adds_bot("orbit", true).expect("added")).await;
    let connected = stage.answer(ANYA, |anya| anya.shares_chat(id, "orbit").expect("shared")).await;
    assert!(text(&connected).starts_with("Orbit <& Co> is connected."), "{connected}");
    let sent = stage.calls("sendmessage").pop().expect("sent");
    assert_eq!(sent["reply_markup"], json!({ "remove_keyboard": true }), "the button has done its work");
    assert_eq!(ways(&stage, ANYA).await, [Mode::Bot]);
    stage.end().await;
}

#[tokio::test]
async fn by_the_question_that_follows_the_bots_promotion() {
    let stage = Stage::new().await;
    // she has never opened a chat with the bot: it may not write, and that is no error
    stage.person(ANYA).adds_bot("orbit", true).expect("added");
    stage.until_states(&[("handled", 1)]).await;
    assert!(stage.said(ANYA).is_empty());

    stage.ask(ANYA, "/start").await;
    stage.person(ANYA).adds_bot("orbit", false).expect("removed");
    let asked = stage.answer(ANYA, |anya| anya.adds_bot("orbit", true).expect("added")).await;
    let rows = buttons(&asked);
    let (label, data) = &rows[0][0];
    assert_eq!(label, "Connect Orbit <& Co>");
    let connected = stage.press(ANYA, &asked, data).await;
    assert!(text(&connected).starts_with("Orbit <& Co> is connected."), "{connected}");
    stage.end().await;
}

async fn ways(stage: &Stage, person: i64) -> Vec<Mode> {
    let viewer = stage.viewer(person).await;
    let all = connection::list(&stage.ctx, &viewer).await.expect("listed");
    all.into_iter().map(|connection| connection.mode).collect()
}

async fn subscribers_today(stage: &Stage) -> Option<i64> {
    let viewer = stage.viewer(ANYA).await;
    let channel = services::channels::find(&stage.ctx, &viewer, &ChannelRef::parse("orbit")).await.expect("there");
    let today = Zone::utc().day(NOW);
    let mut tx = stage.ctx.db.read().await.expect("tx");
    let days: Vec<DailyFact> = store::collect::list_daily(&mut tx, channel.id, today, today).await.expect("days");
    days.first()?.subscribers
}
