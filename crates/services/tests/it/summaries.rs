//! Weeks and months beside the daily rows they are sums of.

use domain::analytics::query::Bound;
use domain::analytics::summary::Span;
use domain::analytics::{Query, Warning};
use domain::zone::add_days;
use jiff::civil::date;
use services::{Error, analytics};

use crate::place::{Place, named};

#[tokio::test]
async fn a_period_is_what_its_days_come_to() {
    let place = Place::new().await;
    place.channel("mine").await;
    let (ctx, operator, mine) = (&place.ctx, place.operator(), named("mine"));
    for span in Span::ALL {
        let query = Query {
            from: Some(Bound::Day(date(2025, 5, 20))),
            to: Some(Bound::Day(date(2025, 6, 15))),
            ..Query::default()
        };
        let answer = analytics::summaries(ctx, &operator, &mine, &query, span).await.expect("answered");
        let first = answer.data[0].first_day;
        assert_eq!(first, span.first_day(date(2025, 5, 20)), "the whole period that the window begins in");
        assert!(answer.meta.warnings.contains(&Warning::DailyFactsAreUtc { tz: "Asia/Tashkent".to_owned() }));
        assert!(!answer.meta.sources.is_empty());
        for period in &answer.data {
            let next = span.next(period.first_day);
            let query =
                Query { from: Some(Bound::Day(period.first_day)), to: Some(Bound::Day(next)), ..Query::default() };
            let days = analytics::daily(ctx, &operator, &mine, &query).await.expect("answered").data;
            assert_eq!(days.len() as i64, domain::zone::days_between(period.first_day, next));
            let sum =
                |of: fn(&domain::analytics::daily::Day) -> Option<i64>| days.iter().filter_map(of).reduce(|a, b| a + b);
            assert_eq!(period.posts, days.iter().map(|day| day.posts).sum::<u64>(), "{period:?}");
            assert_eq!(period.counters.views, sum(|day| day.views), "{period:?}");
            assert_eq!((period.joined, period.left), (sum(|day| day.joined), sum(|day| day.left)), "{period:?}");
            assert_eq!(period.subscribers, days.iter().rev().find_map(|day| day.subscribers), "{period:?}");
        }
        let end = span.next(answer.data[answer.data.len() - 1].first_day);
        assert!(add_days(end, -1) >= date(2025, 6, 14), "and the one that it ends in");
    }
}

#[tokio::test]
async fn weeks_and_months_are_of_the_channels_zone_only() {
    let place = Place::new().await;
    place.channel("mine").await;
    let query = Query { tz: Some("UTC".to_owned()), ..Query::default() };
    let refused = analytics::summaries(&place.ctx, &place.operator(), &named("mine"), &query, Span::Week).await;
    assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == "tz"));
}

#[tokio::test]
async fn a_channel_from_before_there_were_sums_gets_them_when_asked() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    let (ctx, operator, mine) = (&place.ctx, place.operator(), named("mine"));
    let expected =
        analytics::summaries(ctx, &operator, &mine, &Query::default(), Span::Month).await.expect("answered").data;
    // as the migration leaves it
    let mut tx = ctx.db.write().await.expect("tx");
    store::summaries::mark_all(&mut tx, channel.id).await.expect("marked");
    tx.commit().await.expect("commit");
    store::testing::run(&ctx.db, "DELETE FROM channel_summary").await.expect("emptied");
    let made = analytics::summaries(ctx, &operator, &mine, &Query::default(), Span::Month).await.expect("answered");
    assert_eq!(made.data, expected);
    assert!(expected.iter().any(|month| month.posts > 0));
}
