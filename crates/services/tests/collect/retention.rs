//! Keeping facts as long as the setting says.

use domain::analytics::Query;
use domain::analytics::query::Bound;
use domain::channels::ChannelRef;
use domain::settings::Retention;
use services::collect::import::Kind;
use services::collect::retention::{self, Trimmed};
use services::{analytics, settings};
use tokio_util::sync::CancellationToken;

use crate::place::{DAILY, DAY_S, NOW, Place, SNAPSHOTS, SOURCES};

async fn filled() -> Place {
    let place = Place::new().await;
    let born = NOW - 200 * DAY_S;
    place.posts(&format!("a,1,{born},,,,,,\na,2,{born},,,,,,\n")).await;
    let readings: String = (0..150).map(|day| format!("a,1,{},{},,,\n", born + day * DAY_S, 10 + day)).collect();
    place
        .import(Kind::Snapshots, format!("{SNAPSHOTS}{readings}a,2,{},5,,,\na,2,{},6,,,\n", born + 60, born + 90))
        .await
        .expect("imports");
    let days: String = (100..=131)
        .map(|day| {
            format!(
                "a,{},1000,,,\n",
                jiff::civil::date(2025, 1, 1).checked_add(jiff::Span::new().days(day)).expect("a day")
            )
        })
        .collect();
    place.import(Kind::Daily, format!("{DAILY}{days}a,2025-10-30,2000,,,\n")).await.expect("imports");
    place
        .import(Kind::Sources, format!("{SOURCES}a,2025-01-01,search,5\na,2025-10-30,search,6\n"))
        .await
        .expect("imports");
    place
}

#[tokio::test]
async fn everything_is_kept_unless_told_otherwise() {
    let place = filled().await;
    let before = place.rows().await;
    assert_eq!(retention::apply(&place.ctx, &CancellationToken::new()).await.expect("applies"), Trimmed::default());
    assert_eq!(place.rows().await, before);
}

#[tokio::test]
async fn old_snapshots_go_and_leave_their_sums() {
    let place = filled().await;
    settings::set_retention(&place.ctx, &place.viewer, Retention { snapshots_days: Some(90), daily_days: None })
        .await
        .expect("set");
    let channel = place.channel("a").await;
    let (newest, version) = (place.post(&channel, 1).await, place.version(&channel).await);
    let trimmed = retention::apply(&place.ctx, &CancellationToken::new()).await.expect("applies");
    let kept = place.snapshots(&channel, 1).await;
    let midnight = NOW - NOW % DAY_S;
    let (old, young) = kept.split_at(kept.partition_point(|snapshot| snapshot.at < midnight - 90 * DAY_S));
    assert!(young.len() > 30, "{}", young.len());
    let days: Vec<_> = old.iter().map(|snapshot| (snapshot.at - (NOW - 200 * DAY_S)) / DAY_S).collect();
    assert_eq!(days, [0, 1, 2, 3, 6, 7], "on either side of every measured age");
    assert_eq!(place.snapshots(&channel, 2).await.len(), 1, "the newest stays, however old");
    assert_eq!(trimmed, Trimmed { snapshots: 150 - kept.len() as u64 + 1, days: 0, forecasts: 0 });
    assert_eq!(place.post(&channel, 1).await, newest);
    assert_eq!(place.version(&channel).await, version + 1);
    let mut tx = place.ctx.db.read().await.expect("tx");
    let sums = store::retention::list_summaries(&mut tx, channel.id).await.expect("sums");
    assert_eq!(sums.len(), 150 - kept.len() + 1);
    assert_eq!(sums.iter().map(|sum| sum.snapshots).sum::<i64>(), trimmed.snapshots as i64);
    assert_eq!((sums[0].posts, sums[0].snapshots, sums[0].views_gained), (0, 1, 1), "of post 2");
    assert_eq!((sums[1].posts, sums[1].snapshots, sums[1].views_gained), (1, 1, 1), "day 4 of post 1");
    assert_eq!(store::channels::counts(&mut tx, channel.id).await.expect("counts").snapshots, kept.len() as i64 + 1);
    drop(tx);
    // again: nothing left to do
    assert_eq!(retention::apply(&place.ctx, &CancellationToken::new()).await.expect("applies"), Trimmed::default());
    assert_eq!(place.version(&channel).await, version + 1);
}

#[tokio::test]
async fn reach_of_an_old_window_stays_as_it_was() {
    let place = Place::new().await;
    let born = NOW - 200 * DAY_S;
    let posts: String = (1..=4).map(|post| format!("a,{post},{},,,,,,\n", born + post * 7000)).collect();
    place.posts(&posts).await;
    // every 25 minutes, so that most ages lie between two readings
    let readings: String = (1..=4_i64)
        .flat_map(|post| (1..=500_i64).map(move |n| (post, born + post * 7000 + n * 1500, n * (10 + post))))
        .map(|(post, at, views)| format!("a,{post},{at},{views},,,\n"))
        .collect();
    place.import(Kind::Snapshots, format!("{SNAPSHOTS}{readings}")).await.expect("imports");
    let query = Query { from: Some(Bound::Instant(born)), to: Some(Bound::Instant(born + DAY_S)), ..Query::default() };
    let channel = ChannelRef::parse("a");
    let before = analytics::reach(&place.ctx, &place.viewer, &channel, &query).await.expect("answered").data;
    assert!(!before.ages.is_empty() && before.ages.iter().all(|age| age.n == 4), "{before:?}");

    settings::set_retention(&place.ctx, &place.viewer, Retention { snapshots_days: Some(30), daily_days: None })
        .await
        .expect("set");
    let trimmed = retention::apply(&place.ctx, &CancellationToken::new()).await.expect("applies");
    assert!(trimmed.snapshots > 1900, "{trimmed:?}");
    let after = analytics::reach(&place.ctx, &place.viewer, &channel, &query).await.expect("answered").data;
    assert_eq!(after, before);
}

#[tokio::test]
async fn old_days_go() {
    let place = filled().await;
    settings::set_retention(&place.ctx, &place.viewer, Retention { snapshots_days: None, daily_days: Some(30) })
        .await
        .expect("set");
    let trimmed = retention::apply(&place.ctx, &CancellationToken::new()).await.expect("applies");
    assert_eq!(trimmed, Trimmed { snapshots: 0, days: 33, forecasts: 0 });
    let rows = place.rows().await;
    assert!(
        rows.contains(&("channel_daily".to_owned(), 1)) && rows.contains(&("channel_source_daily".to_owned(), 1)),
        "{rows:?}"
    );
}

#[tokio::test]
async fn a_stopped_run_leaves_the_rest_for_the_next() {
    let place = filled().await;
    settings::set_retention(&place.ctx, &place.viewer, Retention { snapshots_days: Some(30), daily_days: None })
        .await
        .expect("set");
    let stopping = CancellationToken::new();
    stopping.cancel();
    assert_eq!(retention::apply(&place.ctx, &stopping).await.expect("applies"), Trimmed::default());
    assert!(retention::apply(&place.ctx, &CancellationToken::new()).await.expect("applies").snapshots > 0);
}
