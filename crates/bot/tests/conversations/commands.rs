//! What people ask, and what they get.

use crate::desk::{Desk, buttons, text};

#[tokio::test]
async fn a_start_offers_the_app_and_a_channel_in_the_persons_language() {
    let desk = Desk::open().await;
    for (person, hello) in [(5, "Здравствуйте, Anya."), (6, "Assalomu alaykum, Timur."), (7, "Hello, Ann.")]
    {
        desk.person(person).sends("/start").expect("sent");
        let answer = desk.answer(person, 1).await;
        assert!(text(&answer).starts_with(hello), "{answer}");
        let offered = buttons(&answer);
        assert_eq!(offered[0]["web_app"]["url"], "https://stats.example/");
        assert_eq!(offered.len(), 3, "{offered:?}");
    }
    let commands = desk.calls("setmycommands");
    assert_eq!(commands.len(), 3, "one list a language");
    assert!(commands.iter().all(|list| list["commands"].as_array().map(Vec::len) == Some(7)), "{commands:?}");
    let menu = desk.calls("setchatmenubutton");
    assert_eq!(menu[0]["menu_button"]["web_app"]["url"], "https://stats.example/");
}

#[tokio::test]
async fn every_command_is_answered_and_what_is_none_gets_a_hint() {
    let desk = Desk::open().await;
    let ann = desk.person(7);
    let asked = [
        ("/help", "What I can do"),
        ("/privacy", "What is kept"),
        ("/paysupport", "Nothing is sold here"),
        ("/channels", "No channel yet"),
        ("/stats", "No channel yet"),
        ("/stats @nobody_knows", "no such channel"),
        ("/HELP@orbit_bot", "What I can do"),
        ("/dance", "I know the commands"),
        ("how are you?", "I know the commands"),
    ];
    for (index, (said, expected)) in asked.into_iter().enumerate() {
        ann.sends(said).expect("sent");
        let answer = desk.answer(7, index + 1).await;
        assert!(text(&answer).contains(expected), "{said}: {answer}");
    }
}

#[tokio::test]
async fn numbers_come_with_their_change_and_periods_to_choose() {
    let desk = Desk::open().await;
    desk.measured_channel("orbit_news").await;
    let anya = desk.person(5);
    anya.sends("/stats @orbit_news").expect("sent");
    let answer = desk.answer(5, 1).await;
    assert!(text(&answer).contains("ORBIT_NEWS"), "{answer}");
    assert!(text(&answer).contains("1\u{a0}000 — просмотры поста за первые 24 часа"), "{answer}");
    assert!(text(&answer).contains("6 — посты (−1)"), "{answer}");
    assert!(text(&answer).contains("Подписчики: пока неизвестно"), "what is not known is said: {answer}");
    let offered = buttons(&answer);
    assert_eq!((offered[0]["text"].as_str(), offered[1]["text"].as_str()), (Some("7 дней"), Some("30 дней")));
    assert_eq!(offered[2]["web_app"]["url"], "https://stats.example/?tgWebAppStartParam=c-orbit_news");
    let message = answer["message_id"].as_i64().expect("an id");
    anya.presses(message, offered[1]["callback_data"].as_str().expect("data")).expect("pressed");
    let of_month = desk.answer(5, 2).await;
    assert!(text(&of_month).contains("30 последних дней"), "{of_month}");
    assert_eq!(desk.calls("answercallbackquery").len(), 1, "the button stops turning");
}

#[tokio::test]
async fn a_link_to_a_channel_leads_to_its_numbers() {
    let desk = Desk::open().await;
    desk.measured_channel("orbit_news").await;
    desk.person(5).sends("/start c-orbit_news").expect("sent");
    assert!(text(&desk.answer(5, 1).await).contains("ORBIT_NEWS"));
    // of another workspace: there is no such channel
    desk.person(7).sends("/start c-orbit_news").expect("sent");
    assert!(text(&desk.answer(7, 1).await).contains("no such channel"));
}

#[tokio::test]
async fn many_channels_are_shown_in_pages_that_turn_in_place() {
    let desk = Desk::open().await;
    for number in 10..18 {
        desk.measured_channel(&format!("orbit_{number}")).await;
    }
    let anya = desk.person(5);
    anya.sends("/channels").expect("sent");
    let first = desk.answer(5, 1).await;
    let of_page = |message: &serde_json::Value| -> Vec<String> {
        let named = buttons(message).into_iter().filter_map(|button| button["text"].as_str().map(str::to_owned));
        named.filter(|name| name.starts_with("ORBIT")).collect()
    };
    assert_eq!(of_page(&first).len(), 6);
    let next = buttons(&first).into_iter().find(|button| button["text"] == "›").expect("a way on").clone();
    anya.presses(first["message_id"].as_i64().expect("an id"), next["callback_data"].as_str().expect("data"))
        .expect("pressed");
    let second = desk.once(|| desk.said(5).first().filter(|message| **message != first).cloned()).await;
    assert_eq!(of_page(&second), ["ORBIT_16", "ORBIT_17"]);
    assert_eq!(second["message_id"], first["message_id"], "in the place of the first page");
}
