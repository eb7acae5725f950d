//! "Refresh now".

use domain::analytics::Query;
use domain::identity::Role;
use services::collect::refresh::{self, EVERY_S, RefreshChannel};
use services::{Error, analytics, audit};

use crate::place::{NOW, Place, named};

async fn version(place: &Place, channel: domain::ids::ChannelId) -> i64 {
    let mut tx = place.ctx.db.read().await.expect("tx");
    store::analytics::data_version(&mut tx, channel).await.expect("a version").0
}

#[tokio::test]
async fn a_refresh_reaches_every_process_and_leaves_a_job_and_an_entry() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    let editor = place.member("Nodira", Role::Editor).await;
    let before = version(&place, channel.id).await;
    let refreshed = refresh::refresh(&place.ctx, &editor, &named("mine")).await.expect("refreshed");
    assert_eq!((refreshed.channel.as_str(), refreshed.version), ("mine", before + 1));
    assert_eq!(version(&place, channel.id).await, before + 1, "no key of a cache has the old one any more");
    let mut tx = place.ctx.db.read().await.expect("tx");
    let newest = store::outbox::newest(&mut tx).await.expect("an event");
    let event = store::outbox::list_after(&mut tx, newest - 1, 1).await.expect("events").remove(0);
    assert_eq!((event.channel_id, event.version), (channel.id, before + 1), "open pages hear of it");
    let jobs = store::jobs::stats(&mut tx).await.expect("jobs");
    assert!(jobs.iter().any(|stat| stat.kind == RefreshChannel::KIND && stat.jobs == 1), "{jobs:?}");
    drop(tx);
    let entries = audit::list(&place.ctx, &place.operator(), None).await.expect("entries");
    assert_eq!((entries[0].action.as_str(), entries[0].subject.as_str()), ("collect.refresh", "mine"));
    assert_eq!(entries[0].person.as_deref(), Some("Nodira"));
}

#[tokio::test]
async fn a_channel_is_refreshed_now_and_then_whoever_asks() {
    let place = Place::new().await;
    let (mine, other) = (place.channel("mine").await, place.channel("other").await);
    refresh::refresh(&place.ctx, &place.operator(), &named("mine")).await.expect("refreshed");
    place.clock.advance(EVERY_S - 1);
    let before = version(&place, mine.id).await;
    let editor = place.member("Nodira", Role::Editor).await;
    let refused = refresh::refresh(&place.ctx, &editor, &named("mine")).await;
    assert_eq!(refused, Err(Error::LimitedUntil { at: NOW + EVERY_S }));
    assert_eq!(version(&place, mine.id).await, before, "nothing moved");
    refresh::refresh(&place.ctx, &editor, &named("other")).await.expect("another channel");
    place.clock.advance(1);
    refresh::refresh(&place.ctx, &editor, &named("mine")).await.expect("again");
    assert!(version(&place, other.id).await > 0);
}

#[tokio::test]
async fn sums_that_were_wrong_are_right_again() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    store::testing::run(&place.ctx.db, "UPDATE channel_summary SET views = 1").await.expect("broken");
    refresh::derive_anew(&place.ctx, channel.id).await.expect("made anew");
    let mut tx = place.ctx.db.read().await.expect("tx");
    assert!(store::summaries::list_wrong(&mut tx, channel.id).await.expect("looked").is_empty());
    drop(tx);
    let overview = analytics::overview(&place.ctx, &place.operator(), &named("mine"), &Query::default()).await;
    assert!(overview.is_ok());
}
