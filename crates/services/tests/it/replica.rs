//! Reports beside a read replica: another database stands in for the copy, as far behind as the test wants it.

use domain::analytics::Query;
use domain::analytics::query::Bound;
use jiff::civil::date;
use services::{Ctx, SiteSettings, Viewer, analytics};
use store::Db;

use crate::place::{DAY_S, NOW, Place, named};

/// An installation on `primary`, which reads reports from the database at `url`.
async fn with_replica(primary: Db, url: &str) -> Place {
    Place::on(primary.with_replica(url, 2).expect("a replica"), SiteSettings::default(), None).await
}

/// Views since a day; another day each time, so that no answer is one that was kept.
async fn views(ctx: &Ctx, viewer: &Viewer, from: jiff::civil::Date) -> Option<i64> {
    let query = Query { from: Some(Bound::Day(from)), ..Query::default() };
    analytics::overview(ctx, viewer, &named("mine"), &query).await.expect("answered").data.views
}

#[tokio::test]
async fn rows_come_from_a_replica_that_is_as_far_and_from_the_database_when_it_is_behind() {
    store::testing::on_postgres(|primary| async move {
        store::testing::on_empty_postgres(|url| async move {
            let copy = store::testing::open(&url).await;
            copy.migrate().await.expect("migrates");
            let place = with_replica(primary, &url).await;
            let (ctx, operator) = (place.ctx.clone(), place.operator());
            let channel = place.channel("mine").await;
            // nothing has arrived there: no row, an older version
            let real = views(&ctx, &operator, date(2025, 5, 1)).await;
            assert_eq!(real, Some((0..10).map(|day| 1_000 + day * 10).sum()));

            // the same writes, and one view more, so that it shows where an answer was read
            let twin = Place::on(copy.clone(), SiteSettings::default(), None).await;
            let twin_channel = twin.channel("mine").await;
            assert_eq!(twin_channel.id, channel.id);
            store::testing::run(&copy, "UPDATE post SET views = views + 1 WHERE post_id = 1").await.expect("marked");
            assert_eq!(views(&ctx, &operator, date(2025, 5, 2)).await, real.map(|views| views + 1));

            // the database moves on, the copy has not heard of it
            place.publish(&channel, 99, NOW - 2 * DAY_S, 500).await;
            let moved = views(&ctx, &operator, date(2025, 5, 3)).await;
            assert_eq!(moved, real.map(|views| views + 500), "never an old row under the new version");
            copy.close().await;
            ctx.db.close().await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_dead_replica_costs_an_answer_a_moment_and_nothing_else() {
    store::testing::on_postgres(|primary| async move {
        let place = with_replica(primary, "postgres://nobody@127.0.0.1:1/none").await;
        place.channel("mine").await;
        let first = views(&place.ctx, &place.operator(), date(2025, 5, 1)).await;
        assert!(first.is_some());
        let started = std::time::Instant::now();
        assert_eq!(views(&place.ctx, &place.operator(), date(2025, 5, 2)).await, first);
        assert!(started.elapsed() < std::time::Duration::from_secs(1), "it is not asked again at once");
        place.ctx.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_breaks_in_the_middle_is_left_for_the_database() {
    store::testing::on_postgres(|primary| async move {
        store::testing::on_empty_postgres(|url| async move {
            // it answers, and has none of our tables
            let place = with_replica(primary, &url).await;
            place.channel("mine").await;
            assert!(views(&place.ctx, &place.operator(), date(2025, 5, 1)).await.is_some());
            assert!(place.ctx.db.read_replica().await.is_none(), "it rests");
            place.ctx.db.close().await;
        })
        .await;
    })
    .await;
}
