//! Metrics §2 *reach*: the headline.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::dataset::{TOTAL_AGE_S, ratio};
use super::posts::in_window;
use super::query::Measure;
use super::statistics::{median, median_interval};
use super::warning::{Notes, Warning};
use super::window::LocalDays;
use super::{Answer, Dataset, Window};

const HOUR_S: i64 = 3600;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReachAge {
    pub h: u32,
    /// posts with V(h)
    pub n: u64,
    pub too_young: u64,
    pub unmeasured: u64,
    /// median of V(h)
    pub reach: Option<f64>,
    /// median of V(h) / subscribers on the post's day
    pub err: Option<f64>,
    /// 80 % interval of the median, from order statistics (binomial); `None` with too few posts
    pub low: Option<f64>,
    pub high: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReachTotal {
    pub n: u64,
    pub reach: Option<f64>,
    /// reach / subscribers of the window's last daily row
    pub err: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reach {
    pub as_of: Option<i64>,
    pub posts: u64,
    pub ages: Vec<ReachAge>,
    pub total: ReachTotal,
}

impl Reach {
    pub fn at(&self, h: u32) -> Option<&ReachAge> {
        self.ages.iter().find(|age| age.h == h)
    }
}

/// `hours` must be among `data.ages_h`.
pub fn reach(data: &Dataset, window: &Window, hours: &[u32]) -> Answer<Reach> {
    let posts = in_window(data, window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());
    notes.daily(window, data.daily_in(window));
    notes.ages(data, posts.clone(), hours);
    let subscribers = data.subscribers_in(window);
    if subscribers.is_none() {
        notes.warn(Warning::SubscribersMissing);
    }

    let on_day = SubscribersOnDay::of(data, window);
    let ages = hours.iter().map(|h| at_age(data, posts.clone(), &on_day, *h)).collect();
    let mut totals: Vec<f64> = posts.clone().filter_map(|index| data.outcome(Measure::Total, index)).collect();
    let total_reach = median(&mut totals);
    let interval = median_interval(&mut totals);
    let total = ReachTotal {
        n: totals.len() as u64,
        reach: total_reach,
        err: total_reach.zip(subscribers).and_then(|(reach, subscribers)| ratio(reach, subscribers as f64)),
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
    };
    notes.answer(data, window, Reach { as_of: data.as_of, posts: posts.len() as u64, ages, total })
}

fn at_age(data: &Dataset, posts: Range<usize>, on_day: &SubscribersOnDay, h: u32) -> ReachAge {
    let (too_young, unmeasured) = left_out(data, posts.clone(), h);
    let mut views = Vec::new();
    let mut shares = Vec::new();
    for index in posts {
        if let Some(reached) = data.view_at(h, index) {
            views.push(reached);
            shares.extend(on_day.at(data.posts.date_utc[index]).and_then(|count| ratio(reached, count as f64)));
        }
    }
    let reach = median(&mut views);
    let interval = median_interval(&mut views);
    ReachAge {
        h,
        n: views.len() as u64,
        too_young,
        unmeasured,
        reach,
        err: median(&mut shares),
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
    }
}

/// Posts without V(h): those younger than `h` at `as_of`, and those old enough.
pub(super) fn left_out(data: &Dataset, posts: Range<usize>, h: u32) -> (u64, u64) {
    let (mut too_young, mut unmeasured) = (0, 0);
    for index in posts {
        if data.view_at(h, index).is_some() {
            continue;
        }
        if data.is_old_enough(index, i64::from(h) * HOUR_S) {
            unmeasured += 1;
        } else {
            too_young += 1;
        }
    }
    (too_young, unmeasured)
}

/// Posts old enough to have a total.
pub(super) fn old_enough_for_total(data: &Dataset, posts: Range<usize>) -> u64 {
    posts.filter(|index| data.as_of.is_some() && data.is_old_enough(*index, TOTAL_AGE_S)).count() as u64
}

/// Subscribers by local day of a window.
pub(super) struct SubscribersOnDay {
    days: LocalDays,
    counts: Vec<Option<i64>>,
}

impl SubscribersOnDay {
    pub fn of(data: &Dataset, window: &Window) -> Self {
        let days = window.local_days();
        let mut counts = vec![None; days.midnights.len()];
        for fact in data.daily_in(window) {
            if let Some(index) = days.index_of_day(fact.day) {
                counts[index] = fact.subscribers;
            }
        }
        Self { days, counts }
    }

    /// Subscribers on the local day of an instant of the window.
    pub fn at(&self, at: i64) -> Option<i64> {
        self.counts.get(self.days.index_of(at)).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use crate::zone::Zone;
    use jiff::civil::date;
    use serde_json::json;

    /// Four posts with V(24) = 100, 200, 400, 800 on four days, one unmeasured, one young.
    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        for (post_id, views) in [(1, 100), (2, 200), (3, 400), (4, 800)] {
            let posted = (post_id - 1) * DAY;
            fixture.post_read(post_id, posted, &[(posted + DAY, views), (posted + 7 * DAY, views + 10)]);
        }
        fixture.post_read(5, 4 * DAY, &[(10 * DAY, 5000)]);
        fixture.post_read(6, 9 * DAY + 1, &[(10 * DAY, 7000)]);
        fixture
    }

    #[test]
    fn ages_and_total() {
        let mut fixture = fixture();
        fixture.daily(date(1970, 1, 1), Some(1000), None, None).daily(date(1970, 1, 3), Some(1000), None, None);
        fixture.daily(date(1970, 1, 9), Some(3000), None, None);
        let window = Window::of_days(date(1970, 1, 1), date(1970, 1, 10), Zone::utc());
        let answer = reach(&fixture.dataset(), &window, &[24, 168]);
        assert_eq!(
            serde_json::to_value(&answer.data).unwrap(),
            json!({
                "as_of": 10 * DAY, "posts": 6,
                "ages": [
                    {"h": 24, "n": 4, "too_young": 1, "unmeasured": 1, "reach": 300.0, "err": 0.25, "low": 100.0, "high": 800.0},
                    {"h": 168, "n": 4, "too_young": 2, "unmeasured": 0, "reach": 310.0, "err": 0.26, "low": 110.0, "high": 810.0},
                ],
                "total": {"n": 4, "reach": 310.0, "err": 310.0 / 3000.0, "low": 110.0, "high": 810.0}
            })
        );
        assert_eq!(
            answer.meta.warnings,
            [Warning::TooYoung { h: 24, posts: 1 }, Warning::Unmeasured { h: 24, posts: 1 }]
        );
    }

    #[test]
    fn without_a_reading_nothing_is_too_young() {
        let mut fixture = Fixture::new();
        fixture.post(1, 0, Some(10)).post(2, HOUR, Some(20));
        let reach = reach(&fixture.dataset(), &Window::new(0, DAY, Zone::utc()), &[24]).data;
        assert_eq!((reach.ages[0].too_young, reach.ages[0].unmeasured, reach.total.n), (0, 2, 0));
    }

    #[test]
    fn few_posts_have_no_interval() {
        let mut fixture = Fixture::new();
        fixture.post_read(1, 0, &[(DAY, 10)]);
        let reach = reach(&fixture.dataset(), &Window::new(0, DAY, Zone::utc()), &[24]).data;
        assert_eq!(reach.at(24).map(|age| (age.reach, age.low, age.err)), Some((Some(10.0), None, None)));
        assert_eq!(reach.at(48), None);
    }
}
