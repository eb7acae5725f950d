//! Loading, the cache, and the screens. The maths itself is tested in `domain`.

use domain::analytics::Query;
use domain::analytics::attention::Attention;
use domain::analytics::compare::CompareSort;
use domain::analytics::period::Period;
use domain::analytics::query::Bound;
use jiff::civil::date;
use services::{Error, What, analytics};

use crate::place::{DAY_S, HOUR_S, NOW, Place, named};

async fn views(place: &Place) -> Option<i64> {
    analytics::overview(&place.ctx, &place.operator(), &named("mine"), &Query::default())
        .await
        .expect("answered")
        .data
        .views
}

#[tokio::test]
async fn a_write_is_seen_by_the_next_question() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    let before = views(&place).await.expect("known");
    assert_eq!(views(&place).await, Some(before));
    place.publish(&channel, 99, NOW - 2 * DAY_S, 500).await;
    assert_eq!(views(&place).await, Some(before + 500));
}

#[tokio::test]
async fn a_write_by_another_process_is_seen_too() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    let before = views(&place).await.expect("known");
    // another context on the same file: nothing is shared but the database
    let url = format!("sqlite://{}", place.ctx.db.path().expect("a file").display());
    let other = store::Db::open(&store::Settings { url, max_connections: 1 }).await.expect("opens");
    let mut tx = other.write().await.expect("tx");
    let snapshot = domain::posts::Snapshot {
        at: NOW - HOUR_S,
        counters: domain::posts::Counters { views: Some(9_000), ..domain::posts::Counters::default() },
    };
    let series = store::collect::Series { post_id: 1, snapshots: vec![snapshot] };
    store::collect::merge_snapshots(&mut tx, channel.id, &[series]).await.expect("written");
    store::collect::bump(&mut tx, channel.id, NOW).await.expect("a version");
    tx.commit().await.expect("commit");
    assert_eq!(views(&place).await, Some(before - 1_000 + 9_000));
}

#[tokio::test]
async fn many_askers_at_once_get_one_answer() {
    let place = Place::new().await;
    place.channel("mine").await;
    let expected = views(&place).await;
    let askers = (0..16).map(|_| views(&place));
    for answer in futures::future::join_all(askers).await {
        assert_eq!(answer, expected);
    }
}

#[tokio::test]
async fn the_window_is_the_one_asked_for_in_the_zone_asked_for() {
    let place = Place::new().await;
    place.channel("mine").await;
    let query = Query {
        from: Some(Bound::Day(date(2025, 6, 5))),
        to: Some(Bound::Day(date(2025, 6, 8))),
        tz: Some("UTC".to_owned()),
        ..Query::default()
    };
    let answer = analytics::daily(&place.ctx, &place.operator(), &named("mine"), &query).await.expect("answered");
    assert_eq!((answer.meta.from, answer.meta.to, answer.meta.tz.as_str()), (1_749_081_600, 1_749_340_800, "UTC"));
    let days: Vec<_> = answer.data.iter().map(|day| (day.day, day.posts)).collect();
    assert_eq!(days, [(date(2025, 6, 5), 1), (date(2025, 6, 6), 1), (date(2025, 6, 7), 1)]);
}

#[tokio::test]
async fn wrong_parameters_are_refused_by_name() {
    let place = Place::new().await;
    place.channel("mine").await;
    let (ctx, operator, mine) = (&place.ctx, place.operator(), named("mine"));
    let field = |outcome: Result<(), Error>| match outcome {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let query = Query { tz: Some("Mars/Olympus".to_owned()), ..Query::default() };
    assert_eq!(field(analytics::overview(ctx, &operator, &mine, &query).await.map(drop)), "tz");
    let query = Query { limit: Some(1_001), ..Query::default() };
    assert_eq!(field(analytics::top(ctx, &operator, &mine, &query).await.map(drop)), "limit");
    let query = Query { hours: Some(vec![0]), ..Query::default() };
    assert_eq!(field(analytics::reach(ctx, &operator, &mine, &query).await.map(drop)), "hours");
    let (from, to) = (Some(Bound::Instant(NOW)), Some(Bound::Instant(NOW - 1)));
    let query = Query { from, to, ..Query::default() };
    assert_eq!(field(analytics::overview(ctx, &operator, &mine, &query).await.map(drop)), "to");
    assert_eq!(field(analytics::compare_posts(ctx, &operator, &mine, &[1, 2, 3, 4, 5, 6]).await.map(drop)), "posts");
}

#[tokio::test]
async fn hours_that_are_not_usual_are_measured_too() {
    let place = Place::new().await;
    place.channel("mine").await;
    let query = Query { hours: Some(vec![30]), ..Query::default() };
    let answer = analytics::reach(&place.ctx, &place.operator(), &named("mine"), &query).await.expect("answered");
    assert_eq!(answer.data.ages.iter().map(|age| (age.h, age.n)).collect::<Vec<_>>(), [(30, 10)]);
}

#[tokio::test]
async fn channels_are_compared_over_one_window() {
    let place = Place::new().await;
    place.channel("alpha").await;
    let beta = place.channel("beta").await;
    place.publish(&beta, 50, NOW - 3 * DAY_S, 40_000).await;
    let answer = analytics::compare(&place.ctx, &place.operator(), CompareSort::Views, &Query::default())
        .await
        .expect("answered");
    assert_eq!(answer.data.iter().map(|row| row.channel.as_str()).collect::<Vec<_>>(), ["beta", "alpha"]);
    assert_eq!(answer.meta.tz, "Asia/Tashkent");
    assert_eq!(answer.data.iter().map(|row| row.overview.posts).collect::<Vec<_>>(), [11, 10]);
}

#[tokio::test]
async fn channels_are_compared_over_the_period_of_one_of_them() {
    let place = Place::new().await;
    place.channel("alpha").await;
    let beta = place.channel("beta").await;
    place.publish(&beta, 50, NOW - 3 * DAY_S, 40_000).await;
    let (ctx, operator) = (&place.ctx, place.operator());
    let answer =
        analytics::compare_over_period(ctx, &operator, &named("beta"), Period::Days(7)).await.expect("answered");
    let screen = analytics::dashboard_screen(ctx, &operator, &named("beta"), Period::Days(7)).await.expect("made");
    assert_eq!((answer.meta.from, answer.meta.to), (screen.window.from, screen.window.to));
    assert_eq!(answer.data.len(), 2);
}

#[tokio::test]
async fn the_most_viewed_posts_of_a_period() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    place.publish(&channel, 50, NOW - 4 * DAY_S, 40_000).await;
    let ids = analytics::most_viewed(&place.ctx, &place.operator(), &named("mine"), Period::Days(7), 2).await;
    assert_eq!(ids, Ok(vec![50, 10]));
}

#[tokio::test]
async fn the_dashboard_has_everything_in_one_value() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    place.publish(&channel, 98, NOW - 40 * HOUR_S, 9_000).await;
    let screen = analytics::dashboard_screen(&place.ctx, &place.operator(), &named("mine"), Period::Days(7))
        .await
        .expect("made");
    assert_eq!(screen.window.day_count(), 7);
    assert_eq!(screen.latest.len(), analytics::LATEST_POSTS);
    assert_eq!(screen.latest[0].post.post_id, 98);
    assert!(screen.latest[0].curve.points.len() > 1);
    assert_eq!(screen.headline.subscribers.now, Some(5_000.0));
    assert_eq!(screen.headline.reach.now.map(f64::round), screen.headline.inputs.median.map(f64::round));
    assert_eq!(screen.reach_trend.len(), 30);
    assert!(screen.usual.n >= 5);
    let above = screen.attention.iter().any(|item| matches!(item, Attention::PostAbove { post_id: 98, .. }));
    assert!(above, "{:?}", screen.attention);
    let json = serde_json::to_string(&screen).expect("serialises");
    let back: domain::screens::DashboardScreen = serde_json::from_str(&json).expect("reads back");
    assert_eq!(
        (back.latest.len(), back.window, back.attention),
        (screen.latest.len(), screen.window, screen.attention)
    );
}

#[tokio::test]
async fn old_numbers_ask_for_attention_first() {
    let place = Place::new().await;
    place.channel("mine").await;
    place.clock.advance(3 * DAY_S);
    let screen = analytics::dashboard_screen(&place.ctx, &place.operator(), &named("mine"), Period::default())
        .await
        .expect("made");
    assert!(matches!(screen.attention[0], Attention::StaleNumbers { hours: 96.., .. }), "{:?}", screen.attention);
}

#[tokio::test]
async fn the_analytics_screen_reaches_back_to_the_window_before_and_stays_lean() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    place.publish(&channel, 99, NOW - DAY_S, 10).await;
    let screen = analytics::analytics_screen(&place.ctx, &place.operator(), &named("mine"), Period::Days(7))
        .await
        .expect("made");
    assert!(screen.dataset.posts.date_utc[0] < screen.window.previous().to);
    assert!(screen.dataset.posts.text.iter().all(|text| text.chars().count() <= 121));
    // the browser answers from it what the server would have
    let overview = domain::analytics::overview::overview(&screen.dataset, &screen.window).data;
    assert_eq!(overview.subscribers, Some(5_000));
}

#[tokio::test]
async fn a_post_page_knows_its_neighbours_and_its_whole_text() {
    let place = Place::new().await;
    place.channel("mine").await;
    let page = analytics::post(&place.ctx, &place.operator(), &named("mine"), 9).await.expect("made");
    assert_eq!(page.post.text, "Post 9\nwith a second line #tag");
    assert_eq!(page.views.snapshots.len(), 2);
    assert_eq!(page.earlier.map(|link| (link.post_id, link.title)), Some((8, "Post 8".to_owned())));
    assert_eq!(page.later.map(|link| link.post_id), Some(10));
    let ratio = page.against.expect("compared").ratio;
    assert!((1.0..1.1).contains(&ratio), "{ratio}");
    let first = analytics::post(&place.ctx, &place.operator(), &named("mine"), 1).await.expect("made");
    assert_eq!(first.earlier, None);
    let unknown = analytics::post(&place.ctx, &place.operator(), &named("mine"), 1_000).await.map(drop);
    assert_eq!(unknown, Err(Error::NotFound(What::Post)));
}

#[tokio::test]
async fn posts_are_laid_over_one_another_in_the_order_asked_for() {
    let place = Place::new().await;
    place.channel("mine").await;
    let compared =
        analytics::compare_posts(&place.ctx, &place.operator(), &named("mine"), &[9, 2]).await.expect("compared");
    assert_eq!(compared.curves.iter().map(|curve| curve.post_id).collect::<Vec<_>>(), [9, 2]);
}
