//! Metrics §2 *overview*.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::dataset::ratio;
use super::posts::{er, in_window};
use super::warning::{Notes, Warning};
use super::{Answer, Dataset, Window};
use crate::posts::Counters;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    pub posts: u64,
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
    pub avg_reach: Option<f64>,
    pub subscribers: Option<i64>,
    pub err: Option<f64>,
    pub er: Option<f64>,
    pub growth: Option<i64>,
    pub growth_pct: Option<f64>,
}

/// Posts whose views are not known count in `posts` and are left out of the mean.
pub fn overview(data: &Dataset, window: &Window) -> Answer<Overview> {
    let posts = in_window(data, window);
    let facts = data.daily_in(window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());
    notes.er(data, posts.clone());
    notes.daily(window, facts);

    let sums = sums(data, posts.clone());
    let counted = data.posts.views[posts.clone()].iter().flatten().count();
    let avg_reach = sums.views.and_then(|views| ratio(views as f64, counted as f64));
    let mut known = facts.iter().filter_map(|fact| fact.subscribers);
    let first = known.next();
    let subscribers = known.next_back().or(first);
    if subscribers.is_none() {
        notes.warn(Warning::SubscribersMissing);
    }
    let growth = first.zip(subscribers).map(|(first, last)| last.saturating_sub(first));
    let value = Overview {
        posts: posts.len() as u64,
        views: sums.views,
        forwards: sums.forwards,
        reactions: sums.reactions,
        replies: sums.replies,
        avg_reach,
        subscribers,
        err: avg_reach.zip(subscribers).and_then(|(reach, subscribers)| ratio(reach, subscribers as f64)),
        er: er(&sums),
        growth,
        growth_pct: growth.zip(first).and_then(|(growth, first)| ratio(growth as f64, first as f64)),
    };
    notes.answer(data, window, value)
}

/// Sums of what is known; 0 over no posts, `None` over posts of which none knows it.
pub(super) fn sums(data: &Dataset, posts: Range<usize>) -> Counters {
    let sum = |column: &[Option<i64>]| {
        let column = &column[posts.clone()];
        if column.is_empty() {
            return Some(0);
        }
        column.iter().flatten().copied().reduce(i64::saturating_add)
    };
    Counters {
        views: sum(&data.posts.views),
        forwards: sum(&data.posts.forwards),
        reactions: sum(&data.posts.reactions),
        replies: sum(&data.posts.replies),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture};
    use crate::posts::Source;
    use crate::zone::Zone;
    use jiff::civil::date;
    use serde_json::json;

    fn window() -> Window {
        Window::of_days(date(1970, 1, 1), date(1970, 1, 10), Zone::utc())
    }

    #[test]
    fn sums_and_ratios_of_what_is_known() {
        let mut fixture = Fixture::new();
        fixture.post(1, 0, Some(100)).counters(Some(3), None, Some(1));
        fixture.post(2, DAY, None).counters(Some(2), None, None);
        fixture.post(3, 2 * DAY, Some(300)).counters(None, None, Some(4));
        fixture.post(4, 10 * DAY, Some(9_000));
        fixture.daily(date(1970, 1, 1), Some(1000), None, None).daily(date(1970, 1, 5), Some(1250), None, None);
        fixture.daily(date(1970, 1, 6), None, Some(5), None).daily(date(1970, 1, 11), Some(9000), None, None);
        let answer = overview(&fixture.dataset(), &window());
        assert_eq!(
            serde_json::to_value(&answer.data).unwrap(),
            json!({
                "posts": 3, "views": 400, "forwards": 5, "reactions": null, "replies": 5, "avg_reach": 200.0,
                "subscribers": 1250, "err": 0.16, "er": 0.025, "growth": 250, "growth_pct": 0.25
            })
        );
        assert_eq!(
            answer.meta.warnings,
            [
                Warning::ViewsMissing { posts: 1 },
                Warning::ErComponentsMissing { missing: vec!["reactions".to_owned()] }
            ]
        );
        assert_eq!(answer.meta.sources, [Source::Official, Source::Imported]);
        assert_eq!(answer.meta.channel.as_deref(), Some("orbit"));
    }

    #[test]
    fn an_empty_window_counts_nothing_and_divides_nothing() {
        let answer = overview(&Fixture::new().dataset(), &window());
        assert_eq!(
            serde_json::to_value(&answer.data).unwrap(),
            json!({
                "posts": 0, "views": 0, "forwards": 0, "reactions": 0, "replies": 0, "avg_reach": null,
                "subscribers": null, "err": null, "er": null, "growth": null, "growth_pct": null
            })
        );
        assert_eq!(answer.meta.warnings, [Warning::SubscribersMissing]);
    }

    #[test]
    fn extremes_saturate() {
        let mut fixture = Fixture::new();
        fixture.post(1, 0, Some(i64::MAX)).counters(Some(i64::MAX), Some(i64::MAX), Some(i64::MAX));
        fixture.post(2, 0, Some(i64::MAX)).counters(Some(i64::MAX), Some(i64::MAX), Some(i64::MAX));
        fixture.daily(date(1970, 1, 1), Some(0), None, None);
        let overview = overview(&fixture.dataset(), &window()).data;
        assert_eq!(overview.views, Some(i64::MAX));
        assert_eq!((overview.err, overview.growth_pct), (None, None));
    }

    #[test]
    fn utc_days_asked_for_in_another_zone_are_said_to_be_so() {
        let mut fixture = Fixture::new();
        fixture.daily(date(1970, 1, 1), Some(5), None, None);
        let window = Window::of_days(date(1970, 1, 1), date(1970, 1, 10), Zone::find("Europe/Moscow").unwrap());
        let warnings = overview(&fixture.dataset(), &window).meta.warnings;
        assert_eq!(warnings, [Warning::DailyFactsAreUtc { tz: "Europe/Moscow".to_owned() }]);
        assert_eq!(
            serde_json::to_value(&warnings).unwrap(),
            json!([{"code": "daily_facts_are_utc", "tz": "Europe/Moscow"}])
        );
    }
}
