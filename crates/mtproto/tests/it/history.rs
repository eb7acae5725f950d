//! Reading messages.

use domain::collect::message::{Message, Reaction};
use domain::posts::MediaType;
use fake_telegram::scenario::PostPlan;
use fake_telegram::world::Delivery;
use fake_telegram::world::digest::{Row, rows_sha256};
use mtproto::{Account, CallError, PAGE_MAX, Peer};

use crate::stage::{OWNER, POSTS, READER, Stage, post, resolved};

/// Every message, page by page down to the end.
async fn whole(account: &Account, peer: &Peer, limit: u8) -> Vec<Message> {
    let (messages, unreadable) = paged(account, peer, limit).await;
    assert_eq!(unreadable, Vec::<i32>::new());
    messages
}

/// The same, and the ids of what cannot be read.
async fn paged(account: &Account, peer: &Peer, limit: u8) -> (Vec<Message>, Vec<i32>) {
    let (mut messages, mut unreadable, mut below) = (Vec::new(), Vec::new(), None);
    loop {
        let page = account.history(peer, below, limit).await.expect("a page");
        assert!(page.messages.len() <= usize::from(limit));
        messages.extend(page.messages);
        unreadable.extend(page.unreadable);
        if page.ends {
            return (messages, unreadable);
        }
        assert!(page.lowest < below.or(Some(i32::MAX)), "the next page lies below");
        below = page.lowest;
    }
}

/// As the stand-in describes what a client must have read.
fn digest(messages: &[Message]) -> String {
    let count = Option::unwrap_or_default;
    let posts = messages.iter().filter(|message| !message.is_service);
    let rows: Vec<Row> = posts
        .map(|message| {
            let counters = message.counters;
            let (forwards, reactions) = (count(counters.forwards), count(counters.reactions));
            let (views, replies) = (count(counters.views), count(counters.replies));
            (message.id, message.date, views, forwards, reactions, replies, message.text.clone())
        })
        .collect();
    rows_sha256(&rows)
}

fn ids(messages: &[Message]) -> Vec<i32> {
    messages.iter().map(|message| message.id).collect()
}

#[tokio::test]
async fn pages_down_to_the_end_are_the_worlds_messages() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "@Orbit").await;
    let messages = whole(&account, &peer, 100).await;
    assert_eq!(messages.len(), POSTS);
    assert!(messages.windows(2).all(|pair| pair[0].id > pair[1].id), "newest first");
    assert_eq!(digest(&messages), stage.digest("orbit"));
    // two whole pages, the rest, and the one that says that nothing is left
    assert_eq!(stage.calls("messages.getHistory"), 4);
    assert_eq!(whole(&account, &peer, 37).await, messages);
    let page = account.history(&peer, Some(1_005), 2).await.expect("a page");
    assert_eq!((ids(&page.messages), page.lowest, page.total), (vec![1_004, 1_003], Some(1_003), Some(POSTS as i64)));
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn albums_forwards_services_and_edits_are_read_as_what_they_are() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(READER);
    let peer = resolved(&account, "moon").await;
    let page = account.history(&peer, None, 100).await.expect("a page");
    assert_eq!(ids(&page.messages), [12, 10, 9, 8, 7, 6, 5, 1]);
    // the first message of all is in it
    assert!(page.ends);
    assert_eq!(digest(&page.messages), stage.digest("moon"));
    let message = |id: i32| page.messages.iter().find(|message| message.id == id).expect("a message");

    let album: Vec<_> = [6, 7, 8].map(|id| message(id).grouped_id).into();
    assert!(album[0].is_some() && album.iter().all(|group| *group == album[0]), "{album:?}");
    assert_eq!([6, 7, 8].map(|id| message(id).text.as_str()), ["an album", "", ""]);
    assert_eq!(message(7).media_type, MediaType::Photo);

    let orbit = resolved(&account, "orbit").await;
    let forward = message(5).forwarded_from.clone().expect("a forward");
    assert_eq!((forward.channel_id, forward.message_id), (Some(orbit.id), Some(1_002)));
    assert_eq!((forward.username.as_deref(), forward.name.as_deref()), (Some("orbit"), Some("Orbit")));
    let forward = message(10).forwarded_from.clone().expect("a forward");
    assert_eq!((forward.channel_id, forward.name.as_deref()), (None, Some("Somebody")));
    assert_eq!(message(10).author.as_deref(), Some("A. Writer"));

    assert_eq!([1, 9, 10].map(|id| message(id).is_service), [true, true, false]);
    assert_eq!(message(9).counters.views, None);

    let edited = message(12);
    assert_eq!(edited.edit_date, Some(edited.date + 60));
    assert_eq!(message(5).edit_date, None);
    let given: i64 = edited.reactions.iter().map(|reaction| reaction.count).sum();
    assert_eq!(edited.counters.reactions, Some(given));
    assert_eq!(edited.reactions[0].reaction, Reaction::Emoji("👍".to_owned()));
    assert!(edited.counters.replies.is_some_and(|replies| replies > 0));
    account.stop().await;
    stage.end();
}

fn future(id: i32) -> PostPlan {
    PostPlan { id: Some(id), future: true, ..post("from the future") }
}

fn publish(stage: &Stage, plan: &PostPlan) -> i32 {
    stage.telegram.world.publish("orbit", plan, Delivery::Once).expect("a channel")[0]
}

#[tokio::test]
async fn a_message_that_cannot_be_read_costs_calls_and_not_the_others() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    let before = whole(&account, &peer, 100).await;
    let newest = before[0].id;
    // in the middle, where a page ends, next to each other, at both ends
    let (middle, edge) = (before[20].id, before[99].id);
    let strange = [newest + 1, middle, before[40].id, before[41].id, edge, 1_001];
    for id in strange {
        publish(&stage, &future(id));
    }
    let (read, unreadable) = paged(&account, &peer, 100).await;
    assert_eq!(unreadable, strange);
    let expected: Vec<Message> = before.iter().filter(|message| !strange.contains(&message.id)).cloned().collect();
    assert_eq!(read, expected);

    let (younger, older) = (before[19].id, before[21].id);
    let found = account.messages(&peer, &[younger, middle, older, 2]).await.expect("an answer");
    assert_eq!((ids(&found.messages), found.unreadable), (vec![younger, older], vec![middle]));
    assert_eq!(found.missing, [2]);
    let calls = stage.calls("messages.getHistory");
    account.history(&peer, Some(middle), 10).await.expect("a page");
    assert_eq!(stage.calls("messages.getHistory"), calls + 1, "a page without them costs one call");
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_channel_half_of_which_cannot_be_read_is_read_in_shorter_pages() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    let before = whole(&account, &peer, 100).await;
    let strange: Vec<i32> = before.iter().take(100).step_by(2).map(|message| message.id).collect();
    for id in &strange {
        publish(&stage, &future(*id));
    }
    let (read, unreadable) = paged(&account, &peer, 100).await;
    assert_eq!((read.len(), unreadable), (POSTS - strange.len(), strange.clone()));
    assert!(before.iter().filter(|message| !strange.contains(&message.id)).eq(&read));
    let found = account.messages(&peer, &ids(&before)).await.expect("an answer");
    assert_eq!((found.messages, found.unreadable, found.missing), (read, strange, Vec::new()));
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_channel_that_cannot_be_read_at_all_is_given_up_after_some_calls() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    let ids: Vec<i32> = (0..120).map(|_| publish(&stage, &PostPlan { future: true, ..post("") })).collect();
    let refused = account.history(&peer, None, 100).await.expect_err("it cannot be read");
    assert!(matches!(refused, CallError::Malformed { method: "messages.getHistory", .. }), "{refused}");
    let refused = account.messages(&peer, &ids).await.expect_err("they cannot be read");
    assert!(matches!(refused, CallError::Malformed { method: "channels.getMessages", .. }), "{refused}");
    let calls = stage.calls("messages.getHistory") + stage.calls("channels.getMessages");
    assert!(calls < 150, "{calls}");
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn every_number_asked_for_is_there_or_missing() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    // more than one call's worth, with holes, what never was, and what is deleted now
    stage.telegram.world.delete("orbit", &[1_003], Delivery::Once).expect("deleted");
    let asked: Vec<i32> = (999..1_121).collect();
    let found = account.messages(&peer, &asked).await.expect("an answer");
    let mut all = ids(&found.messages);
    assert!(found.missing.contains(&1_003) && found.missing.contains(&999));
    let hole = (1_001..1_121).find(|id| id % 11 == 0).expect("a hole");
    assert!(found.missing.contains(&hole));
    all.extend(&found.missing);
    all.sort_unstable();
    assert_eq!(all, asked);
    assert_eq!(stage.calls("channels.getMessages"), asked.len().div_ceil(PAGE_MAX));
    let whole = whole(&account, &peer, 100).await;
    for message in &found.messages {
        assert!(whole.contains(message));
    }
    assert_eq!(account.messages(&peer, &[]).await.expect("an answer"), mtproto::ById::default());
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn counters_come_in_the_order_asked_for_and_nobody_counts_as_a_viewer() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    let asked: Vec<i32> = (1_001..1_131).rev().collect();
    let counters = account.views(&peer, &asked).await.expect("an answer");
    assert_eq!(counters.len(), asked.len());
    let messages = account.messages(&peer, &asked).await.expect("an answer").messages;
    for (id, counters) in asked.iter().zip(&counters) {
        let message = messages.iter().find(|message| message.id == *id);
        assert_eq!(counters.and_then(|counters| counters.views), message.and_then(|message| message.counters.views));
        assert_eq!(
            counters.and_then(|counters| counters.replies),
            message.and_then(|message| message.counters.replies)
        );
    }
    assert!(counters.iter().any(Option::is_none), "holes have no counters");
    assert_eq!(account.views(&peer, &asked).await.expect("an answer"), counters, "asking is not looking");
    let sum = |counters: &[Option<domain::posts::Counters>]| -> i64 {
        counters.iter().flatten().filter_map(|counters| counters.views).sum()
    };
    stage.telegram.world.advance(6 * 3_600);
    let later = account.views(&peer, &asked).await.expect("an answer");
    assert!(sum(&later) > sum(&counters));
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_channel_is_found_by_its_name_and_nothing_else_is_one() {
    let stage = Stage::with("bots = [{ token = \"77:secret\", username = \"made_up_bot\", name = \"Bot\" }]").await;
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    let full = account.full_channel(&peer).await.expect("a channel");
    assert_eq!((full.title.as_str(), full.members, full.stats_dc), ("Orbit", Some(1_500), Some(5)));
    assert!(full.is_administrator && full.is_member && full.can_view_stats);
    assert_eq!(account.known_peer(peer.id).map(|known| known.access_hash), Some(peer.access_hash));
    assert_eq!(account.resolve("nobody_at_all").await, Err(CallError::NotFound));
    assert_eq!(account.resolve("made_up_bot").await, Err(CallError::NotAChannel));

    // an access hash is good for its account only
    let (reader, _reading) = stage.start(READER);
    assert_eq!(reader.full_channel(&peer).await, Err(CallError::NotFound));
    let peer = resolved(&reader, "orbit").await;
    let full = reader.full_channel(&peer).await.expect("a channel");
    assert!(full.is_member && !full.is_administrator && !full.can_view_stats);
    account.stop().await;
    reader.stop().await;
    stage.end();
}
