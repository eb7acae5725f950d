//! Unmodified grammers against the stand-in: what the product's collectors will do.

use std::time::{Duration, Instant};

use crate::account::{Account, connect, connect_with, telegram};
use fake_telegram::scenario::{Fault, PostPlan, RatePlan, Rule};
use fake_telegram::world::Delivery;
use fake_telegram::world::digest;
use grammers_client::{SignInError, tl};

async fn input_channel(account: &Account, username: &str) -> tl::types::InputChannel {
    let peer = account.peer(username).await;
    tl::types::InputChannel { channel_id: peer.id.bare_id().expect("a channel"), access_hash: peer.auth.hash() }
}

fn rule(method: &str, times: u32, then: Fault) -> Rule {
    Rule { method: Some(method.into()), dc: None, account: None, skip: 0, times: Some(times), then }
}

#[tokio::test]
async fn reads_the_whole_history_as_described() {
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    let rows = account.history("orbit").await;
    let expected = digest::describe(&telegram.world, "orbit").unwrap();
    assert_eq!((rows.len(), expected.posts), (350, 350));
    assert_eq!(digest::rows_sha256(&rows), expected.rows_sha256);
    let pages = telegram.world.calls().iter().filter(|call| call.method == "messages.getHistory").count();
    assert!((4..=5).contains(&pages), "{pages} pages");
    let moon = account.history("moon").await;
    assert_eq!(digest::rows_sha256(&moon), digest::describe(&telegram.world, "moon").unwrap().rows_sha256);
    account.close().await;
    telegram.stop().unwrap();
}

#[tokio::test]
async fn counters_of_a_hundred_posts_in_one_call_move_with_the_clock() {
    let telegram = telegram().await;
    let account = connect(&telegram, 12).await;
    let channel = input_channel(&account, "orbit").await;
    let peer: tl::enums::InputPeer =
        tl::types::InputPeerChannel { channel_id: channel.channel_id, access_hash: channel.access_hash }.into();
    let request = tl::functions::messages::GetMessagesViews { peer, id: (1_330..1_383).collect(), increment: false };
    let ask = async || {
        let tl::enums::messages::MessageViews::Views(answer) = account.client.invoke(&request).await.unwrap();
        answer.views.into_iter().map(|tl::enums::MessageViews::Views(views)| views.views).collect::<Vec<_>>()
    };
    let before = ask().await;
    assert_eq!(before.len(), 53);
    assert_eq!(before, ask().await);
    telegram.world.advance(6 * 3_600);
    let after = ask().await;
    assert!(after.iter().flatten().sum::<i32>() > before.iter().flatten().sum::<i32>());
    // ids that are holes have no counters
    assert!(before.iter().any(Option::is_none));
    account.close().await;
}

#[tokio::test]
async fn ids_without_a_message_come_back_empty() {
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    let channel = input_channel(&account, "orbit").await;
    let id = [1_002, 2, 1_003].map(|id| tl::types::InputMessageId { id }.into()).to_vec();
    let request = tl::functions::channels::GetMessages { channel: channel.into(), id };
    let tl::enums::messages::Messages::ChannelMessages(answer) = account.client.invoke(&request).await.unwrap() else {
        panic!("not a channel's messages")
    };
    let empty: Vec<bool> =
        answer.messages.iter().map(|message| matches!(message, tl::enums::Message::Empty(_))).collect();
    assert_eq!(empty, [false, true, false]);
    account.close().await;
}

#[tokio::test]
async fn another_accounts_access_hash_opens_nothing() {
    let telegram = telegram().await;
    let (owner, reader) = (connect(&telegram, 11).await, connect(&telegram, 12).await);
    let channel = input_channel(&owner, "orbit").await.into();
    let request = tl::functions::channels::GetFullChannel { channel };
    assert!(owner.client.invoke(&request).await.is_ok());
    assert!(reader.client.invoke(&request).await.unwrap_err().is("CHANNEL_INVALID"));
    owner.close().await;
    reader.close().await;
}

#[tokio::test]
async fn statistics_are_in_another_data_centre_and_partly_async() {
    use tl::functions::stats::{GetBroadcastStats, GetMessagePublicForwards, GetMessageStats, LoadAsyncGraph};
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    let channel: tl::enums::InputChannel = input_channel(&account, "orbit").await.into();
    let tl::enums::messages::ChatFull::Full(full) =
        account.client.invoke(&tl::functions::channels::GetFullChannel { channel: channel.clone() }).await.unwrap();
    let tl::enums::ChatFull::ChannelFull(full) = full.full_chat else { panic!("no channel") };
    assert_eq!((full.can_view_stats, full.stats_dc, full.participants_count), (true, Some(5), Some(1_500)));

    let request = GetBroadcastStats { dark: false, channel: channel.clone() };
    let migrate = account.client.invoke(&request).await.unwrap_err();
    assert!(migrate.is("STATS_MIGRATE"), "{migrate}");
    assert!(account.client.invoke_in_dc(5, &request).await.unwrap_err().is("AUTH_KEY_UNREGISTERED"));
    account.import_authorization(5).await;
    let tl::enums::stats::BroadcastStats::Stats(stats) = account.client.invoke_in_dc(5, &request).await.unwrap();
    let tl::enums::StatsGraph::Graph(growth) = stats.growth_graph else { panic!("growth comes filled") };
    let tl::enums::DataJson::Json(json) = growth.json;
    let json: serde_json::Value = serde_json::from_str(&json.data).unwrap();
    let last = json["columns"][1].as_array().unwrap().last().unwrap();
    assert_eq!(last.as_f64(), Some(1_500.0));

    let tl::enums::StatsGraph::Async(graph) = stats.interactions_graph else { panic!("interactions come later") };
    let load = LoadAsyncGraph { token: graph.token, x: None };
    // graph_polls = 2: once more async, then there
    assert!(matches!(account.client.invoke_in_dc(5, &load).await.unwrap(), tl::enums::StatsGraph::Async(_)));
    assert!(matches!(account.client.invoke_in_dc(5, &load).await.unwrap(), tl::enums::StatsGraph::Graph(_)));
    telegram.world.advance(3_600);
    assert!(account.client.invoke_in_dc(5, &load).await.unwrap_err().is("GRAPH_EXPIRED_RELOAD"));

    let forwards =
        GetMessagePublicForwards { channel: channel.clone(), msg_id: 1_002, offset: String::new(), limit: 100 };
    let tl::enums::stats::PublicForwards::Forwards(forwards) = account.client.invoke_in_dc(5, &forwards).await.unwrap();
    assert_eq!((forwards.count, forwards.chats.len(), forwards.next_offset), (1, 2, None));
    let post = GetMessageStats { dark: false, channel, msg_id: 1_002 };
    assert!(account.client.invoke_in_dc(5, &post).await.is_ok());
    account.close().await;
    telegram.stop().unwrap();
}

#[tokio::test]
async fn who_is_no_administrator_gets_no_statistics() {
    let telegram = telegram().await;
    let account = connect(&telegram, 12).await;
    let channel = input_channel(&account, "orbit").await.into();
    let request = tl::functions::stats::GetBroadcastStats { dark: false, channel };
    assert!(account.client.invoke(&request).await.unwrap_err().is("CHAT_ADMIN_REQUIRED"));
    account.close().await;
}

#[tokio::test]
async fn following_a_channel_is_what_brings_its_updates() {
    let telegram = telegram().await;
    let mut account = connect(&telegram, 12).await;
    let channel: tl::enums::InputChannel = input_channel(&account, "moon").await.into();
    account.client.invoke(&tl::functions::channels::JoinChannel { channel: channel.clone() }).await.unwrap();
    assert_eq!(telegram.world.lock().channel_named("moon").unwrap().members, 1_001);
    let mut updates = account.updates(false).await;
    telegram.world.publish("moon", &post("new"), Delivery::Once).unwrap();
    loop {
        let update = tokio::time::timeout(Duration::from_secs(20), updates.next()).await.expect("an update").unwrap();
        if matches!(&update, grammers_client::update::Update::NewMessage(message) if message.text() == "new") {
            break;
        }
    }
    let leave = tl::functions::channels::LeaveChannel { channel };
    account.client.invoke(&leave).await.unwrap();
    assert!(account.client.invoke(&leave).await.unwrap_err().is("USER_NOT_PARTICIPANT"));
    account.close().await;
    telegram.stop().unwrap();
}

// ---- updates --------------------------------------------------------------------------------------------------------

fn post(text: &str) -> PostPlan {
    PostPlan { text: text.into(), ..PostPlan::default() }
}

#[tokio::test]
async fn a_post_that_was_not_told_arrives_between_its_neighbours_and_a_doubled_one_once() {
    let telegram = telegram().await;
    let mut account = connect(&telegram, 11).await;
    account.history("orbit").await;
    let mut updates = account.updates(false).await;
    for (text, delivery) in [("one", Delivery::Once), ("two", Delivery::Withheld), ("three", Delivery::Twice)] {
        telegram.world.publish("orbit", &post(text), delivery).unwrap();
    }
    telegram.world.publish("orbit", &post("four"), Delivery::Once).unwrap();
    let mut texts = Vec::new();
    while texts.len() < 4 {
        let update = tokio::time::timeout(Duration::from_secs(20), updates.next()).await.expect("an update").unwrap();
        if let grammers_client::update::Update::NewMessage(message) = update {
            texts.push(message.text().to_owned());
        }
    }
    assert_eq!(texts, ["one", "two", "three", "four"]);
    assert!(telegram.world.calls().iter().any(|call| call.method == "updates.getChannelDifference"));
    account.close().await;
}

#[tokio::test]
async fn edits_deletions_and_counters_are_pushed() {
    use tl::enums::Update;
    let telegram = telegram().await;
    let mut account = connect(&telegram, 11).await;
    account.history("orbit").await;
    let mut updates = account.updates(false).await;
    telegram.world.edit("orbit", 1_384, "changed", Delivery::Once).unwrap();
    telegram.world.delete("orbit", &[1_383], Delivery::Once).unwrap();
    telegram.world.advance(60);
    let (mut edited, mut deleted, mut viewed) = (false, false, false);
    while !(edited && deleted && viewed) {
        let (update, ..) =
            tokio::time::timeout(Duration::from_secs(20), updates.next_raw()).await.expect("an update").unwrap();
        match update {
            Update::EditChannelMessage(_) => edited = true,
            Update::DeleteChannelMessages(update) => deleted = update.messages == [1_383],
            Update::ChannelMessageViews(_) => viewed = true,
            _ => {}
        }
    }
    account.close().await;
}

#[tokio::test]
async fn a_difference_is_paged_and_may_be_too_long() {
    use tl::enums::updates::ChannelDifference;
    let telegram = crate::account::telegram_with("difference_events = 5").await;
    let account = connect(&telegram, 11).await;
    let channel: tl::enums::InputChannel = input_channel(&account, "orbit").await.into();
    let pts = telegram.world.lock().channel_named("orbit").unwrap().pts;
    let filter = tl::enums::ChannelMessagesFilter::Empty;
    let mut request = tl::functions::updates::GetChannelDifference { force: false, channel, filter, pts, limit: 3 };
    assert!(matches!(account.client.invoke(&request).await.unwrap(), ChannelDifference::Empty(_)));
    for number in 0..4 {
        telegram.world.publish("orbit", &post(&number.to_string()), Delivery::Withheld).unwrap();
    }
    let ChannelDifference::Difference(first) = account.client.invoke(&request).await.unwrap() else { panic!("none") };
    assert_eq!((first.new_messages.len(), first.r#final, first.pts), (3, false, pts + 3));
    request.pts = first.pts;
    let ChannelDifference::Difference(last) = account.client.invoke(&request).await.unwrap() else { panic!("none") };
    assert_eq!((last.new_messages.len(), last.r#final, last.pts), (1, true, pts + 4));
    for number in 0..2 {
        telegram.world.publish("orbit", &post(&number.to_string()), Delivery::Withheld).unwrap();
    }
    request.pts = pts;
    assert!(matches!(account.client.invoke(&request).await.unwrap(), ChannelDifference::TooLong(_)));
    account.close().await;
}

// ---- faults ---------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_flood_is_waited_out() {
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    telegram.world.add_rule(rule("contacts.resolveUsername", 1, Fault::FloodWait(1)));
    let start = Instant::now();
    assert!(account.client.resolve_username("orbit").await.unwrap().is_some());
    assert!(start.elapsed() >= Duration::from_secs(1));
    account.close().await;
}

#[tokio::test]
async fn the_rate_model_floods_who_is_too_quick() {
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    telegram.centres.set_rates(vec![RatePlan { method: "users.*".into(), burst: 3.0, per_second: 0.01 }]);
    let request = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
    for _ in 0..3 {
        account.client.invoke(&request).await.unwrap();
    }
    let flood = account.client.invoke(&request).await.unwrap_err();
    assert!(flood.is("FLOOD_WAIT"), "{flood}");
    account.close().await;
}

#[tokio::test]
async fn dropped_delayed_doubled_and_resalted_calls_succeed_in_the_end() {
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    let request = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
    for fault in [Fault::DropBefore, Fault::DropAfter, Fault::DelayMs(50), Fault::AnswerTwice, Fault::BadSalt] {
        telegram.world.clear_rules();
        telegram.world.add_rule(rule("users.getUsers", 1, fault.clone()));
        assert_eq!(account.client.invoke(&request).await.map(|users| users.len()).unwrap(), 1, "{fault:?}");
    }
    account.close().await;
}

#[tokio::test]
async fn what_cannot_be_read_or_never_comes_ends_the_call_alone() {
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    let request = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
    telegram.world.add_rule(rule("users.getUsers", 1, Fault::UnknownConstructor));
    assert!(account.client.invoke(&request).await.is_err());
    telegram.world.add_rule(rule("messages.getHistory", 1, Fault::FutureMessage));
    let peer = account.peer("orbit").await;
    assert!(account.client.iter_messages(peer).next().await.is_err());
    telegram.world.add_rule(rule("users.getUsers", 1, Fault::Silence));
    assert!(tokio::time::timeout(Duration::from_millis(300), account.client.invoke(&request)).await.is_err());
    assert!(account.client.invoke(&request).await.is_ok());
    account.close().await;
}

#[tokio::test]
async fn a_silent_data_centre_accepts_and_says_nothing() {
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    telegram.centres.set_silent(5, true);
    let request = tl::functions::help::GetNearestDc {};
    let asked = tokio::time::timeout(Duration::from_millis(300), account.client.invoke_in_dc(5, &request)).await;
    assert!(asked.is_err());
    // the pool is stuck in its connect: nothing but aborting it helps
    account.abort().await;
}

#[tokio::test]
async fn a_key_in_two_places_is_voided() {
    let telegram = crate::account::telegram_with("one_session_per_key = true").await;
    let first = connect(&telegram, 11).await;
    assert!(first.client.get_me().await.is_ok());
    let second = connect_with(&telegram, 11, None).await;
    assert!(second.client.get_me().await.unwrap_err().is("AUTH_KEY_DUPLICATED"));
    assert!(first.client.get_me().await.unwrap_err().is("AUTH_KEY_DUPLICATED"));
    first.close().await;
    second.close().await;
}

#[tokio::test]
async fn dead_accounts_and_private_channels() {
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    let channel: tl::enums::InputChannel = input_channel(&account, "orbit").await.into();
    telegram.world.lock().channel_named("orbit").unwrap().private = true;
    let request = tl::functions::channels::GetFullChannel { channel };
    assert!(account.client.invoke(&request).await.unwrap_err().is("CHANNEL_PRIVATE"));
    telegram.world.lock().accounts.get_mut(&11).unwrap().dead = Some("USER_DEACTIVATED".into());
    assert!(account.client.get_me().await.unwrap_err().is("USER_DEACTIVATED"));
    account.close().await;
}

#[tokio::test]
async fn what_is_not_part_of_the_stand_in_is_remembered() {
    let telegram = telegram().await;
    let account = connect(&telegram, 11).await;
    let request = tl::functions::messages::GetAvailableEffects { hash: 0 };
    let error = account.client.invoke(&request).await.unwrap_err();
    assert!(error.is("METHOD_NOT_IMPLEMENTED_BY_FAKE"));
    account.close().await;
    assert!(telegram.stop().unwrap_err().to_string().contains("messages.getAvailableEffects"));
}

// ---- signing in -----------------------------------------------------------------------------------------------------

#[tokio::test]
async fn signs_in_with_code_and_password() {
    let telegram = telegram().await;
    let account = connect_with(&telegram, 0, Some("phone")).await;
    assert!(!account.client.is_authorized().await.unwrap());
    let token = account.client.request_login_code("+998 90 444-55-66", "hash").await.unwrap();
    assert!(matches!(account.client.sign_in(&token, "00000").await, Err(SignInError::InvalidCode)));
    let Err(SignInError::PasswordRequired(password)) = account.client.sign_in(&token, "54321").await else {
        panic!("no password asked for")
    };
    let wrong = account.client.check_password(password, "wrong").await;
    assert!(matches!(wrong, Err(SignInError::InvalidPassword(_))));
    // a challenge is good for one attempt
    let Err(SignInError::PasswordRequired(again)) = account.client.sign_in(&token, "54321").await else {
        panic!("no password asked for")
    };
    let user = account.client.check_password(again, "correct horse").await.unwrap();
    assert_eq!(user.first_name(), Some("Reader"));
    assert!(account.client.is_authorized().await.unwrap());
    assert!(account.client.sign_out().await.is_ok());
    assert!(!account.client.is_authorized().await.unwrap());
    account.close().await;
    telegram.stop().unwrap();
}

#[tokio::test]
async fn signs_in_by_a_code_on_the_screen() {
    let telegram = telegram().await;
    let account = connect_with(&telegram, 0, Some("screen")).await;
    let ask = tl::functions::auth::ExportLoginToken { api_id: 1, api_hash: "hash".into(), except_ids: Vec::new() };
    let tl::enums::auth::LoginToken::Token(token) = account.client.invoke(&ask).await.unwrap() else {
        panic!("no token")
    };
    assert!(!telegram.centres.accept_login_token(b"another", 11));
    assert!(telegram.centres.accept_login_token(&token.token, 11));
    let tl::enums::auth::LoginToken::Success(_) = account.client.invoke(&ask).await.unwrap() else {
        panic!("not signed in")
    };
    assert_eq!(account.client.get_me().await.unwrap().first_name(), Some("Owner"));
    account.close().await;
}
