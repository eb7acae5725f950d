//! Unmodified teloxide against the Bot API: what the product's bot will do.

use std::time::{Duration, Instant};

use fake_telegram::FakeTelegram;
use fake_telegram::scenario::{Fault, Rule, Scenario};
use teloxide_core::prelude::*;
use teloxide_core::types::{
    AllowedUpdate, BotCommand, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, MessageOrigin, ParseMode,
    Recipient, UpdateKind, UserId,
};
use teloxide_core::{ApiError, RequestError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const SCENARIO: &str = r#"
[[channels]]
username = "orbit"
title = "Orbit"
members = 1500
generate = { posts = 20 }

[[bots]]
token = "70001:secret"
username = "orbit_bot"
name = "Orbit bot"

[[people]]
id = 5
first_name = "Anya"
language = "ru"

[[people]]
id = 6
first_name = "Timur"
"#;

async fn telegram() -> (FakeTelegram, Bot) {
    let telegram = FakeTelegram::start(Scenario::parse(SCENARIO).expect("a scenario")).await.expect("a stand-in");
    let bot = Bot::new("70001:secret").set_api_url(telegram.http_url().parse().expect("an address"));
    (telegram, bot)
}

fn refused<T: std::fmt::Debug>(result: Result<T, RequestError>) -> ApiError {
    match result {
        Err(RequestError::Api(error)) => error,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_conversation_with_buttons() {
    let (telegram, bot) = telegram().await;
    assert_eq!(bot.get_me().await.unwrap().username(), "orbit_bot");
    let unasked = refused(bot.send_message(ChatId(5), "hello").await).to_string();
    assert!(unasked.contains("bot can't initiate conversation with a user"), "{unasked}");

    let anya = telegram.world.person(5, "orbit_bot").unwrap();
    anya.sends("/start").unwrap();
    let updates = bot.get_updates().await.unwrap();
    let UpdateKind::Message(message) = &updates[0].kind else { panic!("no message: {updates:?}") };
    assert_eq!((message.text(), message.chat.id), (Some("/start"), ChatId(5)));

    let button = InlineKeyboardButton::callback("Channels", "channels:1");
    let sent = bot
        .send_message(ChatId(5), "<b>Hello</b> &amp; welcome")
        .parse_mode(ParseMode::Html)
        .reply_markup(InlineKeyboardMarkup::new([[button]]))
        .await
        .unwrap();
    assert_eq!(sent.text(), Some("Hello & welcome"));
    assert!(anya.presses(i64::from(sent.id.0), "another").is_err());
    anya.presses(i64::from(sent.id.0), "channels:1").unwrap();
    let updates = bot.get_updates().offset(updates[0].id.as_offset()).timeout(5).await.unwrap();
    assert_eq!(updates.len(), 1);
    let UpdateKind::CallbackQuery(query) = &updates[0].kind else { panic!("no query: {updates:?}") };
    assert_eq!(query.data.as_deref(), Some("channels:1"));
    bot.answer_callback_query(query.id.clone()).await.unwrap();
    assert!(refused(bot.answer_callback_query(query.id.clone()).await).to_string().contains("query is too old"));
    bot.edit_message_text(ChatId(5), sent.id, "Your channels").await.unwrap();
    assert_eq!(refused(bot.edit_message_text(ChatId(5), sent.id, "Your channels").await), ApiError::MessageNotModified);
    telegram.stop().unwrap();
}

#[tokio::test]
async fn a_long_poll_ends_when_something_comes_and_a_second_one_ends_the_first() {
    let (telegram, bot) = telegram().await;
    let waiting = tokio::spawn({
        let bot = bot.clone();
        async move { bot.get_updates().timeout(10).await }
    });
    while telegram.world.lock().bots[&70_001].polls == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let start = Instant::now();
    telegram.world.person(5, "orbit_bot").unwrap().sends("hi").unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().len(), 1);
    assert!(start.elapsed() < Duration::from_secs(5));

    let confirmed = i32::MAX;
    let first = tokio::spawn({
        let bot = bot.clone();
        async move { bot.get_updates().offset(confirmed).timeout(10).await }
    });
    while telegram.world.lock().bots[&70_001].polls == 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second = bot.get_updates().offset(confirmed).timeout(0).await;
    assert!(second.unwrap().is_empty());
    assert_eq!(refused(first.await.unwrap()), ApiError::TerminatedByOtherGetUpdates);
}

#[tokio::test]
async fn a_channel_needs_the_bot_as_administrator_and_its_posts_are_everybodys() {
    let (telegram, bot) = telegram().await;
    let channel = Recipient::ChannelUsername("@orbit".into());
    assert!(refused(bot.send_message(channel.clone(), "hi").await).to_string().contains("bot is not a member"));
    let anya = telegram.world.person(5, "orbit_bot").unwrap();
    anya.adds_bot("orbit", true).unwrap();
    let updates = bot.get_updates().await.unwrap();
    let UpdateKind::MyChatMember(change) = &updates[0].kind else { panic!("no change: {updates:?}") };
    assert!(change.new_chat_member.is_administrator() && change.old_chat_member.is_left());
    let id = change.chat.id;

    assert_eq!(bot.get_chat_member_count(id).await.unwrap(), 1_500);
    assert_eq!(bot.get_chat(id).await.unwrap().username(), Some("orbit"));
    assert_eq!(bot.get_chat_administrators(id).await.unwrap().len(), 1);
    assert!(bot.get_chat_member(id, UserId(5)).await.unwrap().is_left());

    let sent = bot.send_message(channel, "from the bot").await.unwrap();
    {
        let mut state = telegram.world.lock();
        let post = &state.channel_named("orbit").unwrap().posts[&sent.id.0];
        assert_eq!(post.text, "from the bot");
    }
    let updates = bot.get_updates().offset(updates[0].id.as_offset()).await.unwrap();
    assert!(matches!(&updates[0].kind, UpdateKind::ChannelPost(post) if post.id == sent.id));
    bot.delete_message(id, sent.id).await.unwrap();
    assert_eq!(refused(bot.delete_message(id, sent.id).await), ApiError::MessageToDeleteNotFound);

    anya.forwards("orbit", 1_001).unwrap();
    anya.shares_chat(1, "orbit").unwrap();
    let updates = bot.get_updates().offset(updates[0].id.as_offset()).await.unwrap();
    let kinds: Vec<bool> = updates
        .iter()
        .map(|update| match &update.kind {
            UpdateKind::Message(message) => {
                let origin = message.forward_origin();
                let forwarded = matches!(origin, Some(MessageOrigin::Channel { chat, .. }) if chat.id == id);
                forwarded || message.shared_chat().is_some()
            }
            _ => false,
        })
        .collect();
    assert_eq!(kinds, [true, true]);
    telegram.stop().unwrap();
}

#[tokio::test]
async fn joins_and_reactions_reach_a_bot_that_asks_for_them() {
    let (telegram, bot) = telegram().await;
    let anya = telegram.world.person(5, "orbit_bot").unwrap();
    anya.adds_bot("orbit", true).unwrap();
    let id = bot.get_updates().await.unwrap()[0].chat().unwrap().id;
    let link = bot.create_chat_invite_link(id).name("poster").await.unwrap();
    anya.joins("orbit", Some(&link.invite_link)).unwrap();
    telegram.world.advance(3_600);
    // neither is sent to a bot that did not name it
    assert_eq!(bot.get_updates().offset(100_000_002).await.unwrap().len(), 0);

    let asked = [AllowedUpdate::ChatMember, AllowedUpdate::MessageReactionCount];
    bot.get_updates().allowed_updates(asked).await.unwrap();
    telegram.world.person(6, "orbit_bot").unwrap().joins("orbit", Some(&link.invite_link)).unwrap();
    telegram.world.advance(3_600);
    let updates = bot.get_updates().await.unwrap();
    let joined = updates.iter().any(|update| match &update.kind {
        UpdateKind::ChatMember(change) => {
            change.new_chat_member.is_present()
                && change.invite_link.as_ref().is_some_and(|used| used.invite_link == link.invite_link)
        }
        _ => false,
    });
    let reacted = updates.iter().any(|update| match &update.kind {
        UpdateKind::MessageReactionCount(count) => count.reactions.iter().any(|count| count.total_count > 0),
        _ => false,
    });
    assert!(joined && reacted, "{updates:?}");
    assert_eq!(bot.get_chat_member_count(id).await.unwrap(), 1_502);
}

#[tokio::test]
async fn pictures_commands_and_the_menu() {
    let (telegram, bot) = telegram().await;
    telegram.world.person(5, "orbit_bot").unwrap().sends("/start").unwrap();
    let picture = InputFile::memory(vec![7; 30_000]).file_name("chart.png");
    let sent = bot.send_photo(ChatId(5), picture).caption("a chart").await.unwrap();
    assert_eq!(sent.caption(), Some("a chart"));
    let file = bot.get_file(sent.photo().unwrap()[0].file.id.clone()).await.unwrap();
    assert_eq!(file.meta.size, 30_000);
    bot.set_my_commands([BotCommand::new("start", "begin")]).await.unwrap();
    assert_eq!(bot.get_my_commands().await.unwrap()[0].command, "start");
    bot.set_chat_menu_button().await.unwrap();
    let logged = &telegram.world.lock().bots[&70_001].sent;
    let photo = logged.iter().find(|sent| sent.method == "sendphoto").unwrap();
    assert!(photo.files.values().any(|(name, size)| name == "chart.png" && *size == 30_000), "{photo:?}");
}

#[tokio::test]
async fn limits_and_refusals() {
    let (telegram, bot) = telegram().await;
    let anya = telegram.world.person(5, "orbit_bot").unwrap();
    anya.sends("/start").unwrap();
    assert_eq!(refused(bot.send_message(ChatId(5), "x".repeat(4_097)).await), ApiError::MessageIsTooLong);
    assert_eq!(refused(bot.send_message(ChatId(99), "hi").await), ApiError::ChatNotFound);
    let unclosed = bot.send_message(ChatId(5), "<b>hi").parse_mode(ParseMode::Html).await;
    assert!(matches!(refused(unclosed), ApiError::CantParseEntities(_)));
    let long = InlineKeyboardButton::callback("x", "d".repeat(65));
    let button = bot.send_message(ChatId(5), "hi").reply_markup(InlineKeyboardMarkup::new([[long]])).await;
    assert!(refused(button).to_string().contains("BUTTON_DATA_INVALID"));

    let mut waits = Vec::new();
    for _ in 0..5 {
        if let Err(RequestError::RetryAfter(wait)) = bot.send_message(ChatId(5), "quick").await {
            waits.push(wait.seconds());
        }
    }
    assert!(!waits.is_empty() && waits.iter().all(|wait| *wait == 1), "{waits:?}");

    let rule = Rule {
        method: Some("bot.getchat".into()),
        dc: None,
        account: None,
        skip: 0,
        times: Some(1),
        then: Fault::FloodWait(7),
    };
    telegram.world.add_rule(rule);
    let Err(RequestError::RetryAfter(wait)) = bot.get_chat(ChatId(5)).await else { panic!("no flood") };
    assert_eq!(wait.seconds(), 7);
    anya.blocks(true).unwrap();
    assert_eq!(refused(bot.send_message(ChatId(5), "hi").await), ApiError::BotBlocked);
    let other = Bot::new("70001:wrong").set_api_url(telegram.http_url().parse().unwrap());
    assert_eq!(refused(other.get_me().await), ApiError::InvalidToken);
}

#[tokio::test]
async fn a_webhook_gets_each_update_with_its_secret_until_it_takes_it() {
    let (telegram, bot) = telegram().await;
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks/telegram", receiver.local_addr().unwrap());
    bot.set_webhook(url.parse().unwrap()).secret_token("s3cret".to_owned()).await.unwrap();
    assert!(refused(bot.get_updates().await).to_string().contains("webhook is active"));
    telegram.world.person(5, "orbit_bot").unwrap().sends("/start").unwrap();
    let mut bodies = Vec::new();
    for status in ["500 Internal Server Error", "200 OK"] {
        let (mut stream, _) =
            tokio::time::timeout(Duration::from_secs(10), receiver.accept()).await.expect("a delivery").unwrap();
        let mut request = vec![0; 8_192];
        let length = stream.read(&mut request).await.unwrap();
        let mut text = String::from_utf8_lossy(&request[..length]).into_owned();
        while !text.ends_with('}') {
            let length = stream.read(&mut request).await.unwrap();
            text += &String::from_utf8_lossy(&request[..length]);
        }
        assert!(text.starts_with("POST /hooks/telegram HTTP/1.1"));
        assert!(text.contains("X-Telegram-Bot-Api-Secret-Token: s3cret\r\n"));
        stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await.unwrap();
        bodies.push(text.split_once("\r\n\r\n").unwrap().1.to_owned());
    }
    // the same update twice, because the first answer was an error
    assert_eq!(bodies[0], bodies[1]);
    assert!(bodies[0].contains("/start"));
    let info = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            let info = bot.get_webhook_info().await.unwrap();
            if info.pending_update_count == 0 {
                return info;
            }
        }
    });
    assert!(info.await.is_ok());
    bot.delete_webhook().await.unwrap();
    assert!(bot.get_updates().await.unwrap().is_empty());
}
