//! Connecting a channel, and what the bot hears of it from then on.

use domain::collect::connection::{Mode, Obstacle};
use fake_telegram::scenario::PostPlan;
use fake_telegram::world::Delivery;
use services::Viewer;
use services::collect::connection;

use crate::desk::{Desk, buttons, text};

async fn owner(desk: &Desk) -> Viewer {
    services::identity::viewer_of_bot_chat(&desk.ctx, 5, "Anya", None).await.expect("a viewer")
}

#[tokio::test]
async fn a_channel_is_picked_and_connected() {
    let desk = Desk::open().await;
    let anya = desk.person(5);
    anya.sends("/connect").expect("sent");
    assert!(text(&desk.answer(5, 1).await).contains("Выбрать канал"));
    let asked = desk.calls("sendmessage").remove(0);
    let button = &asked["reply_markup"]["keyboard"][0][0]["request_chat"];
    assert_eq!((&button["chat_is_channel"], &button["request_id"]), (&true.into(), &1.into()));
    for forbidden in ["can_post_messages", "can_edit_messages", "can_delete_messages", "can_promote_members"] {
        assert_eq!(button["bot_administrator_rights"][forbidden], false, "{forbidden} is not asked for");
    }
    anya.adds_bot("orbit", true).expect("added");
    anya.shares_chat(1, "orbit").expect("shared");
    let answers = desk
        .once(|| Some(desk.said(5)).filter(|said| said.iter().any(|message| text(message).contains("подключён"))))
        .await;
    let connected = answers.iter().find(|message| text(message).contains("подключён")).expect("said");
    assert!(text(connected).contains("Orbit & <moon>"), "a title is what it is: {connected}");
    assert!(text(connected).contains("Не могу узнать"), "{connected}");
    let ways = connection::list(&desk.ctx, &owner(&desk).await).await.expect("listed");
    assert_eq!((ways.len(), ways[0].mode, ways[0].obstacle), (1, Mode::Bot, None));
    // once more changes nothing
    anya.forwards("orbit", 1_001).expect("forwarded");
    desk.once(|| desk.said(5).iter().find(|message| text(message).contains("уже подключён")).cloned()).await;
    assert_eq!(connection::list(&desk.ctx, &owner(&desk).await).await.expect("listed").len(), 1);
}

#[tokio::test]
async fn whoever_makes_the_bot_an_administrator_is_asked() {
    let desk = Desk::open().await;
    let anya = desk.person(5);
    anya.sends("/start").expect("sent");
    desk.answer(5, 1).await;
    anya.adds_bot("orbit", true).expect("added");
    let asked = desk.answer(5, 2).await;
    let button = buttons(&asked).remove(0);
    assert_eq!(button["text"], "Подключить Orbit & <moon>");
    let message = asked["message_id"].as_i64().expect("an id");
    anya.presses(message, button["callback_data"].as_str().expect("data")).expect("pressed");
    assert!(text(&desk.answer(5, 3).await).contains("подключён"));
}

#[tokio::test]
async fn what_cannot_be_connected_says_why() {
    let desk = Desk::open().await;
    let ann = desk.person(7);
    ann.forwards("orbit", 1_001).expect("forwarded");
    assert!(text(&desk.answer(7, 1).await).contains("no administrator there"), "the bot is not in it");
    desk.person(5).adds_bot("orbit", true).expect("added");
    ann.forwards("orbit", 1_001).expect("forwarded");
    assert!(text(&desk.answer(7, 2).await).contains("Only an administrator"), "Ann is none");
    assert!(connection::list(&desk.ctx, &owner(&desk).await).await.expect("listed").is_empty());
}

#[tokio::test]
async fn posts_and_members_of_a_connected_channel_become_facts_and_a_lost_right_is_shown() {
    let desk = Desk::open().await;
    let anya = desk.person(5);
    anya.adds_bot("orbit", true).expect("added");
    anya.forwards("orbit", 1_001).expect("forwarded");
    desk.once(|| desk.said(5).iter().find(|message| text(message).contains("подключён")).cloned()).await;
    let plan = PostPlan { text: "Out of the blue".to_owned(), ..PostPlan::default() };
    desk.telegram.world.publish("orbit", &plan, Delivery::Once).expect("published");
    let viewer = owner(&desk).await;
    let posts = async {
        loop {
            let cards = services::channels::list(&desk.ctx, &viewer).await.expect("listed");
            if cards[0].posts > 0 {
                return cards;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let cards = tokio::time::timeout(std::time::Duration::from_secs(20), posts).await.expect("the post is heard");
    assert_eq!((cards[0].posts, cards[0].subscribers), (1, Some(1_500)));
    anya.adds_bot("orbit", false).expect("removed");
    desk.quiet().await;
    let obstacle = async {
        loop {
            let ways = connection::list(&desk.ctx, &viewer).await.expect("listed");
            if let Some(obstacle) = ways[0].obstacle {
                return obstacle;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let obstacle = tokio::time::timeout(std::time::Duration::from_secs(20), obstacle).await.expect("it is noted");
    assert_eq!(obstacle, Obstacle::NotAdministrator);
    anya.sends("/channels").expect("sent");
    let warned = desk.once(|| desk.said(5).iter().find(|message| text(message).contains("⚠️")).cloned()).await;
    assert!(text(&warned).contains("Orbit & <moon>"));
}
