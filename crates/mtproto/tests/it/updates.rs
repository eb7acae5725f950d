//! Following what happens in channels.

use std::time::{Duration, Instant};

use fake_telegram::scenario::{Fault, PostPlan};
use fake_telegram::world::Delivery;
use mtproto::{Account, CallError, Update, UpdateStream};

use crate::stage::{OWNER, Stage, next, post, resolved, soon, until};

const ORBIT: &str = "orbit";

/// An account that follows: it has heard of the channel, so that a gap shows.
async fn following(stage: &Stage) -> (Account, UpdateStream, i64) {
    let (account, mut stream) = stage.start(OWNER);
    let peer = resolved(&account, ORBIT).await;
    begin(stage, &mut stream).await;
    publish(stage, "the first");
    assert_eq!(text(&next(&mut stream).await), "the first");
    (account, stream, peer.id)
}

/// Nothing is followed before the first `next`, and nothing is lost after the state was asked for.
async fn begin(stage: &Stage, stream: &mut UpdateStream) {
    let before = stage.calls("updates.getState") + stage.calls("updates.getDifference");
    let asked = async {
        until("the state", || stage.calls("updates.getState") + stage.calls("updates.getDifference") > before).await;
    };
    tokio::select! {
        update = stream.next() => panic!("nothing has happened: {update:?}"),
        () = asked => {}
    }
}

fn publish(stage: &Stage, text: &str) -> i32 {
    publish_as(stage, &post(text), Delivery::Once)
}

fn publish_as(stage: &Stage, plan: &PostPlan, delivery: Delivery) -> i32 {
    stage.telegram.world.publish(ORBIT, plan, delivery).expect("a channel")[0]
}

fn text(update: &Update) -> &str {
    let Update::Post { message, .. } = update else { panic!("not a post: {update:?}") };
    &message.text
}

async fn texts(stream: &mut UpdateStream, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < count {
        texts.push(text(&next(stream).await).to_owned());
    }
    texts
}

#[tokio::test]
async fn posts_edits_deletions_and_counters_are_told() {
    let stage = Stage::new().await;
    let (account, mut stream, channel) = following(&stage).await;
    let id = publish(&stage, "as written");
    let Update::Post { peer_id, message } = next(&mut stream).await else { panic!("not a post") };
    assert_eq!((peer_id, message.id, message.text.as_str()), (channel, id, "as written"));
    let peer = account.known_peer(channel).expect("a channel");
    assert_eq!(account.messages(&peer, &[id]).await.expect("an answer").messages, [message]);

    stage.telegram.world.edit(ORBIT, id, "as meant", Delivery::Once).expect("edited");
    let Update::Edited { peer_id, message } = next(&mut stream).await else { panic!("not an edit") };
    assert_eq!((peer_id, message.id, message.text.as_str()), (channel, id, "as meant"));
    assert!(message.edit_date.is_some());

    stage.telegram.world.delete(ORBIT, &[id], Delivery::Once).expect("deleted");
    assert_eq!(next(&mut stream).await, Update::Deleted { peer_id: channel, ids: vec![id] });

    stage.telegram.world.advance(60);
    let (mut views, mut reactions) = (false, false);
    while !(views && reactions) {
        let update = soon("counters", stream.next()).await.expect("an update").expect("counters");
        let Update::Counters { peer_id, counters, reactions: given, .. } = update else { panic!("{update:?}") };
        assert_eq!(peer_id, channel);
        views |= counters.views.is_some();
        reactions |= counters.reactions.is_some_and(|sum| sum == given.iter().map(|one| one.count).sum::<i64>());
    }
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn an_album_is_several_posts() {
    let stage = Stage::new().await;
    let (account, mut stream, _) = following(&stage).await;
    publish_as(&stage, &PostPlan { album: Some(3), ..post("three pictures") }, Delivery::Once);
    let mut groups = Vec::new();
    for _ in 0..3 {
        let Update::Post { message, .. } = next(&mut stream).await else { panic!("not a post") };
        groups.push(message.grouped_id.expect("an album"));
    }
    assert!(groups.iter().all(|group| *group == groups[0]));
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn what_was_not_told_is_fetched_and_what_was_told_twice_comes_once() {
    let stage = Stage::new().await;
    let (account, mut stream, _) = following(&stage).await;
    for (text, delivery) in [("one", Delivery::Once), ("two", Delivery::Withheld), ("three", Delivery::Twice)] {
        publish_as(&stage, &post(text), delivery);
    }
    assert_eq!(texts(&mut stream, 3).await, ["one", "two", "three"]);
    // had anything been doubled, it would come before this
    publish(&stage, "four");
    assert_eq!(texts(&mut stream, 1).await, ["four"]);
    assert_eq!(stage.calls("updates.getChannelDifference"), 1);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_difference_that_is_too_long_says_so_and_following_goes_on() {
    let stage = Stage::with("difference_events = 5").await;
    let (account, mut stream, channel) = following(&stage).await;
    for number in 0..6 {
        publish_as(&stage, &post(&number.to_string()), Delivery::Withheld);
    }
    publish(&stage, "a gap");
    assert_eq!(next(&mut stream).await, Update::TooLong { peer_id: channel });
    publish(&stage, "goes on");
    assert_eq!(texts(&mut stream, 1).await, ["goes on"]);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn after_a_restart_nothing_is_lost_or_doubled() {
    let stage = Stage::new().await;
    let (account, mut stream, channel) = following(&stage).await;
    let (kept, gone) = (publish(&stage, "kept"), publish(&stage, "gone"));
    assert_eq!(texts(&mut stream, 2).await, ["kept", "gone"]);
    // what was read is in the session, also what was read just now
    let ending = account.clone();
    account.stop().await;
    let session = ending.sealed_session().expect("sealed");
    drop((ending, stream));

    for number in 0..150 {
        publish(&stage, &number.to_string());
    }
    stage.telegram.world.edit(ORBIT, kept, "changed", Delivery::Once).expect("edited");
    stage.telegram.world.delete(ORBIT, &[gone], Delivery::Once).expect("deleted");
    let (account, mut stream) = stage.restart(OWNER, &session);
    let expected: Vec<String> = (0..150).map(|number| number.to_string()).collect();
    assert_eq!(texts(&mut stream, 150).await, expected);
    let Update::Edited { message, .. } = next(&mut stream).await else { panic!("not an edit") };
    assert_eq!((message.id, message.text.as_str()), (kept, "changed"));
    assert_eq!(next(&mut stream).await, Update::Deleted { peer_id: channel, ids: vec![gone] });
    publish(&stage, "live again");
    assert_eq!(texts(&mut stream, 1).await, ["live again"]);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn after_a_crash_what_was_not_noted_comes_again() {
    let stage = Stage::new().await;
    let (account, mut stream, _) = following(&stage).await;
    // how the database has it: a channel is noted when it is first heard of, then now and then
    let session = account.sealed_session().expect("sealed");
    publish(&stage, "before");
    assert_eq!(texts(&mut stream, 1).await, ["before"]);
    drop((account, stream));
    until("the end of its connections", || stage.telegram.centres.connections() == 0).await;
    publish(&stage, "meanwhile");
    let (account, mut stream) = stage.restart(OWNER, &session);
    assert_eq!(texts(&mut stream, 2).await, ["before", "meanwhile"]);
    account.stop().await;
    stage.end();
}

/// Posts until nothing more fits into the stream, and one that is missed for certain.
async fn overflow(stage: &Stage, stream: &UpdateStream) -> usize {
    const ROOM: usize = 1_000;
    let mut posted = 0;
    while posted < ROOM + 100 {
        for _ in 0..100 {
            publish(stage, &posted.to_string());
            posted += 1;
        }
        until("posts", || stream.waiting() == posted.min(ROOM)).await;
    }
    // a gap is asked for after everything before it was handed on
    publish_as(stage, &post("unheard"), Delivery::Withheld);
    publish(stage, "a gap");
    until("a question", || stage.calls("updates.getChannelDifference") == 1).await;
    ROOM
}

#[tokio::test]
async fn a_slow_reader_is_told_that_it_has_missed_something() {
    let stage = Stage::new().await;
    let (account, mut stream, channel) = following(&stage).await;
    let room = overflow(&stage, &stream).await;
    let read = texts(&mut stream, room).await;
    assert_eq!(read, (0..room).map(|number| number.to_string()).collect::<Vec<_>>());
    // as soon as there is room, not when something happens next
    let read_up = Instant::now();
    assert_eq!(next(&mut stream).await, Update::TooLong { peer_id: channel });
    assert!(read_up.elapsed() < Duration::from_secs(10), "{:?}", read_up.elapsed());
    publish(&stage, "after it");
    while text(&next(&mut stream).await) != "after it" {}
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn what_was_missed_is_told_after_the_account_has_stopped_too() {
    let stage = Stage::new().await;
    let (account, mut stream, channel) = following(&stage).await;
    let room = overflow(&stage, &stream).await;
    account.stop().await;
    texts(&mut stream, room).await;
    assert_eq!(next(&mut stream).await, Update::TooLong { peer_id: channel });
    assert_eq!(soon("the end", stream.next()).await, None);
    stage.end();
}

#[tokio::test]
async fn a_connection_that_breaks_loses_nothing() {
    let stage = Stage::new().await;
    let (account, mut stream, _) = following(&stage).await;
    stage.befalls("users.getUsers", 1, Fault::DropBefore);
    account.me().await.expect("sent again over another connection");
    publish_as(&stage, &post("unheard"), Delivery::Withheld);
    publish(&stage, "heard");
    assert_eq!(texts(&mut stream, 2).await, ["unheard", "heard"]);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_channel_that_closes_is_told_and_the_others_go_on() {
    let stage = Stage::new().await;
    let (account, mut stream, channel) = following(&stage).await;
    stage.befalls("updates.getChannelDifference", 1, Fault::Error(400, "CHANNEL_PRIVATE".to_owned()));
    publish_as(&stage, &post("unheard"), Delivery::Withheld);
    publish(&stage, "a gap");
    assert_eq!(next(&mut stream).await, Update::Changed { peer_id: channel });
    publish(&stage, "begins anew");
    assert_eq!(texts(&mut stream, 1).await, ["begins anew"]);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn an_event_that_cannot_be_read_does_not_take_the_others_with_it() {
    let stage = Stage::new().await;
    let (account, mut stream, channel) = following(&stage).await;
    for number in 0..5 {
        publish_as(&stage, &post(&number.to_string()), Delivery::Withheld);
    }
    let id = publish_as(&stage, &PostPlan { future: true, ..post("from the future") }, Delivery::Once);
    publish(&stage, "after it");
    assert_eq!(texts(&mut stream, 5).await, ["0", "1", "2", "3", "4"]);
    assert_eq!(next(&mut stream).await, Update::TooLong { peer_id: channel });
    assert_eq!(texts(&mut stream, 1).await, ["after it"]);
    let peer = account.known_peer(channel).expect("a channel");
    assert_eq!(account.history(&peer, None, 10).await.expect("a page").unreadable, [id]);
    publish(&stage, "goes on");
    assert_eq!(texts(&mut stream, 1).await, ["goes on"]);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn the_stream_ends_with_the_account_and_tells_what_it_meets() {
    let stage = Stage::new().await;
    let (account, mut stream, _) = following(&stage).await;
    stage.befalls("updates.getChannelDifference", 1, Fault::FloodWait(1));
    publish_as(&stage, &post("unheard"), Delivery::Withheld);
    publish(&stage, "heard");
    let told = soon("an error", stream.next()).await.expect("the stream goes on");
    assert_eq!(told, Err(CallError::Wait { seconds: 1, method: "updates.getChannelDifference" }));
    assert_eq!(texts(&mut stream, 2).await, ["unheard", "heard"], "it waits by itself and goes on");

    stage.befalls("updates.getChannelDifference", 1, Fault::Error(401, "SESSION_REVOKED".to_owned()));
    publish_as(&stage, &post("unheard"), Delivery::Withheld);
    publish(&stage, "heard");
    let told = soon("an error", stream.next()).await.expect("the last word");
    assert_eq!(told, Err(CallError::SignedOut { reason: "SESSION_REVOKED".to_owned() }));
    assert_eq!(soon("the end", stream.next()).await, None);
    tokio::time::timeout(Duration::from_secs(10), account.stop()).await.expect("quick");
    stage.end();
}
