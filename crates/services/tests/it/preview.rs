//! Channels read from their public pages.

use std::time::Duration;

use ::preview::{Client, Settings};
use domain::collect::connection::{Mode, Obstacle};
use domain::identity::Role;
use domain::posts::{Counters, Source};
use fake_telegram::FakeTelegram;
use fake_telegram::scenario::{PostPlan, Scenario};
use fake_telegram::world::Delivery;
use services::collect::connection;
use services::collect::preview::{self, PreviewImport, PreviewReport, Visited};
use services::{Error, audit};
use store::collect::PostFacts;
use tokio_util::sync::CancellationToken;

use crate::place::{DAY_S, HOUR_S, Place, named};

const WORLD: &str = r#"
now = "2025-06-15T12:00:00Z"
[[channels]]
username = "orbit"
title = "Orbit"
members = 15432
generate = { posts = 45, views = 90000 }
[[channels]]
username = "quiet"
no_preview = true
[[channels]]
username = "hidden"
private = true
"#;

async fn place() -> (FakeTelegram, Place) {
    let telegram = FakeTelegram::start(Scenario::parse(WORLD).expect("a scenario")).await.expect("it starts");
    let mut place = Place::new().await;
    let settings = Settings { base: telegram.http_url(), pause: Duration::ZERO, ..Settings::default() };
    place.ctx = place.ctx.with_preview(Client::new(settings).expect("a client"));
    (telegram, place)
}

fn everything(channel: &str) -> PreviewImport {
    PreviewImport { channel: channel.to_owned(), zone: Some("Asia/Tashkent".to_owned()), ..PreviewImport::default() }
}

async fn import(place: &Place, import: &PreviewImport, cancel: &CancellationToken) -> Result<PreviewReport, Error> {
    preview::import(&place.ctx, &place.operator(), import, &|_| {}, cancel).await
}

async fn posts(place: &Place, channel: &str) -> Vec<PostFacts> {
    let channel = services::channels::find(&place.ctx, &place.operator(), &named(channel)).await.expect("there");
    let mut tx = place.ctx.db.read().await.expect("tx");
    let posts = store::collect::find_posts(&mut tx, channel.id, 0..5_000).await.expect("posts");
    let mut posts: Vec<PostFacts> = posts.into_values().collect();
    posts.sort_unstable_by_key(|post| post.post_id);
    posts
}

#[tokio::test]
async fn a_whole_channel_is_imported_as_the_pages_show_it() {
    let (_telegram, place) = place().await;
    let seen = std::sync::Mutex::new(Vec::new());
    let watch = |report: &PreviewReport| seen.lock().expect("whole").push(report.pages);
    let cancel = CancellationToken::new();
    let report = preview::import(&place.ctx, &place.operator(), &everything("t.me/orbit"), &watch, &cancel)
        .await
        .expect("imported");
    assert_eq!((report.channel.as_str(), report.title.as_str()), ("orbit", "Orbit"));
    assert_eq!((report.pages, report.new_posts, report.complete, report.stopped), (3, 45, true, false));
    assert_eq!(*seen.lock().expect("whole"), [1, 2, 3]);
    let stored = posts(&place, "orbit").await;
    assert_eq!(stored.len(), 45);
    for post in &stored {
        assert_eq!(post.source, Source::Preview);
        let views = post.counters.views.expect("the page shows views");
        // 90.4K is all that a page says of 90,412
        assert!(views < 1_000 || views % 50 == 0, "{views} is more exact than a page is");
        assert_eq!(post.counters.forwards, None, "a page does not show them");
    }
}

#[tokio::test]
async fn an_import_that_is_stopped_goes_on_where_it_was() {
    let (_telegram, place) = place().await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let first = import(&place, &everything("orbit"), &cancel).await.expect("a page");
    assert_eq!((first.pages, first.new_posts, first.complete, first.stopped), (1, 20, false, true));
    let two = PreviewImport { pages: Some(2), ..everything("orbit") };
    let second = import(&place, &two, &CancellationToken::new()).await.expect("two pages");
    assert_eq!((second.pages, second.new_posts, second.complete, second.stopped), (2, 20, false, false));
    let last = import(&place, &everything("orbit"), &CancellationToken::new()).await.expect("the rest");
    assert_eq!((last.new_posts, last.complete), (5, true));
    assert_eq!(posts(&place, "orbit").await.len(), 45, "none twice");
    let ways = connection::list(&place.ctx, &place.operator()).await.expect("listed");
    assert!(ways.is_empty(), "imported, not connected");
}

#[tokio::test]
async fn connecting_reads_the_newest_page_and_is_written_down() {
    let (_telegram, place) = place().await;
    let editor = place.member("Nodira", Role::Editor).await;
    let connected = preview::connect(&place.ctx, &editor, "@orbit").await.expect("connected");
    assert!(connected.is_new_channel && connected.is_new_connection);
    assert_eq!(posts(&place, "orbit").await.len(), 20);
    let ways = connection::list(&place.ctx, &editor).await.expect("listed");
    assert_eq!((ways.len(), ways[0].mode, ways[0].obstacle), (1, Mode::Preview, None));
    let entries = audit::list(&place.ctx, &place.operator(), None).await.expect("entries");
    assert_eq!((entries[0].action.as_str(), entries[0].subject.as_str()), ("collect.connect", "orbit"));
}

#[tokio::test]
async fn a_page_that_cannot_be_read_leaves_nothing_and_says_why() {
    let (telegram, place) = place().await;
    for (channel, expected) in
        [("quiet", Obstacle::NoPreview), ("hidden", Obstacle::NotFound), ("nobody_there", Obstacle::NotFound)]
    {
        let refused = preview::connect(&place.ctx, &place.operator(), channel).await.expect_err(channel);
        let Error::Obstructed { obstacle, .. } = refused else { panic!("{channel}: {refused:?}") };
        assert_eq!(obstacle, expected, "{channel}");
    }
    telegram.world.lock().preview_wait_s = Some(90);
    let refused = preview::connect(&place.ctx, &place.operator(), "orbit").await.expect_err("a wait");
    let now = place.ctx.now();
    assert!(
        matches!(refused, Error::Obstructed { obstacle: Obstacle::FloodWait, until: Some(until) } if until >= now + 90),
        "{refused:?}"
    );
    for typed in ["", "https://example.com/orbit", "@no spaces", "a"] {
        let refused = preview::connect(&place.ctx, &place.operator(), typed).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{typed:?}: {refused:?}");
    }
    assert!(services::channels::list(&place.ctx, &place.operator()).await.expect("listed").is_empty());
}

#[tokio::test]
async fn a_visit_brings_what_is_new_and_a_channel_that_goes_away_is_noted() {
    let (telegram, place) = place().await;
    let channel = preview::connect(&place.ctx, &place.operator(), "orbit").await.expect("connected").channel;
    let cancel = CancellationToken::new();
    assert_eq!(preview::visit(&place.ctx, channel.id, &cancel).await, Ok(Visited::Read));
    assert_eq!(posts(&place, "orbit").await.len(), 45, "older posts come with the first visit");

    telegram.world.advance(HOUR_S);
    place.clock.advance(HOUR_S);
    let plan = PostPlan { text: "Out of the blue".to_owned(), ..PostPlan::default() };
    telegram.world.publish("orbit", &plan, Delivery::Once).expect("published");
    assert_eq!(preview::visit(&place.ctx, channel.id, &cancel).await, Ok(Visited::Read));
    let stored = posts(&place, "orbit").await;
    assert_eq!(stored.last().and_then(|post| post.text.as_deref()), Some("Out of the blue"));
    assert!(preview::due(&place.ctx).await.expect("due").is_empty(), "not at once again");

    telegram.world.lock().channels.values_mut().for_each(|channel| channel.private = true);
    place.clock.advance(DAY_S);
    let gone = preview::visit(&place.ctx, channel.id, &cancel).await;
    assert_eq!(gone, Ok(Visited::Obstructed(Obstacle::NotFound)));
    let ways = connection::list(&place.ctx, &place.operator()).await.expect("listed");
    assert_eq!(ways[0].obstacle, Some(Obstacle::NotFound));
    assert_eq!(posts(&place, "orbit").await.len(), 46, "what was read stays");
}

#[tokio::test]
async fn what_was_counted_exactly_is_not_rounded_by_a_page() {
    let (_telegram, place) = place().await;
    preview::connect(&place.ctx, &place.operator(), "orbit").await.expect("connected");
    let stored = posts(&place, "orbit").await;
    let rounded = stored[0].clone();
    let channel = services::channels::find(&place.ctx, &place.operator(), &named("orbit")).await.expect("there");
    let exact = Counters { views: Some(1_234_567), ..Counters::default() };
    let counted =
        PostFacts { source: Source::Measured, counters: exact, counted_at: Some(place.ctx.now()), ..rounded.clone() };
    let mut tx = place.ctx.db.write().await.expect("tx");
    store::collect::upsert_posts(&mut tx, channel.id, &[counted]).await.expect("counted");
    tx.commit().await.expect("commit");
    place.clock.advance(DAY_S);
    preview::visit(&place.ctx, channel.id, &CancellationToken::new()).await.expect("read");
    let after = posts(&place, "orbit").await;
    let after = after.iter().find(|post| post.post_id == rounded.post_id).expect("there");
    assert_eq!((after.counters.views, after.source), (Some(1_234_567), Source::Measured));
}
