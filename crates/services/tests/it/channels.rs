//! Channels: cards, changes, deletion.

use domain::identity::Role;
use services::channels::{self, Changes, PurgeChannels};
use services::{Clash, Error, What};

use crate::place::{Place, named};

#[tokio::test]
async fn a_card_shows_what_is_stored_and_the_headline() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    let cards = channels::list(&place.ctx, &place.operator()).await.expect("listed");
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    assert_eq!((card.slug.as_str(), card.posts, card.snapshots, card.days), ("mine", 10, 20, 12));
    // of the day of the newest reading, as on the dashboard
    assert_eq!(card.subscribers, Some(4_990));
    assert_eq!(card.channel, channel);
    // V(24) is halfway between 3/4 and all of a post's views: 0.875 of about 1 045, by about 4 950 subscribers
    let err24 = card.err24.expect("measured");
    assert!((0.18..0.19).contains(&err24), "{err24}");
    assert!(card.as_of.is_some());
}

#[tokio::test]
async fn a_channel_without_data_has_a_card_too() {
    let place = Place::new().await;
    let new = store::channels::NewChannel {
        workspace_id: place.workspace,
        telegram_id: Some(77),
        username: None,
        title: "Empty".to_owned(),
        zone: "UTC".to_owned(),
        demo: false,
    };
    let mut tx = place.ctx.db.write().await.expect("tx");
    store::channels::insert(&mut tx, &new, 0).await.expect("inserted");
    tx.commit().await.expect("commit");
    let cards = channels::list(&place.ctx, &place.operator()).await.expect("listed");
    assert_eq!(
        (cards[0].slug.as_str(), cards[0].err24, cards[0].subscribers, cards[0].as_of),
        ("77", None, None, None)
    );
}

#[tokio::test]
async fn title_and_zone_change_and_with_them_the_data_version() {
    let place = Place::new().await;
    place.channel("mine").await;
    let operator = place.operator();
    let version = channels::list(&place.ctx, &operator).await.expect("listed")[0].version;
    let changes = Changes { title: Some("  Renamed ".to_owned()), zone: Some("europe/moscow".to_owned()) };
    let after = channels::update(&place.ctx, &operator, &named("@MINE"), changes).await.expect("updated");
    assert_eq!((after.title.as_str(), after.zone.as_str()), ("Renamed", "Europe/Moscow"));
    let card = &channels::list(&place.ctx, &operator).await.expect("listed")[0];
    assert_eq!(card.channel, after);
    assert!(card.version > version);
}

#[tokio::test]
async fn an_unknown_zone_and_an_empty_title_are_refused_by_name() {
    let place = Place::new().await;
    place.channel("mine").await;
    for (changes, field) in [
        (Changes { zone: Some("Mars/Olympus".to_owned()), ..Changes::default() }, "zone"),
        (Changes { title: Some(" ".to_owned()), ..Changes::default() }, "title"),
        (Changes { title: Some("x".repeat(129)), ..Changes::default() }, "title"),
    ] {
        match channels::update(&place.ctx, &place.operator(), &named("mine"), changes).await {
            Err(Error::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn deleting_needs_the_title_and_takes_all_data_in_steps() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    let kept = place.channel("kept").await;
    let olim = place.member("Olim", Role::Owner).await;
    let outcome = channels::delete(&place.ctx, &olim, &named("mine"), "mine").await;
    assert_eq!(outcome, Err(Error::Conflict(Clash::TitleDiffers)));

    channels::delete(&place.ctx, &olim, &named("mine"), "Channel mine").await.expect("deleted");
    assert_eq!(channels::find(&place.ctx, &olim, &named("mine")).await, Err(Error::NotFound(What::Channel)));
    let mut tx = place.ctx.db.read().await.expect("tx");
    let queued = store::jobs::stats(&mut tx).await.expect("stats");
    assert_eq!(
        queued.iter().map(|stat| (stat.kind.as_str(), stat.jobs)).collect::<Vec<_>>(),
        [(PurgeChannels::KIND, 1)]
    );
    drop(tx);

    channels::purge_deleted(&place.ctx).await.expect("purged");
    let mut tx = place.ctx.db.read().await.expect("tx");
    assert!(store::collect::list_post_ids(&mut tx, channel.id).await.expect("posts").is_empty());
    assert!(store::channels::list_hidden(&mut tx).await.expect("hidden").is_empty());
    assert_eq!(store::channels::counts(&mut tx, kept.id).await.expect("counts").posts, 10);
}

#[tokio::test]
async fn the_name_of_a_deleted_channel_is_free_at_once() {
    let place = Place::new().await;
    place.channel("mine").await;
    channels::delete(&place.ctx, &place.operator(), &named("mine"), "Channel mine").await.expect("deleted");
    let again = place.channel("mine").await;
    assert_eq!(channels::find(&place.ctx, &place.operator(), &named("mine")).await, Ok(again));
}
