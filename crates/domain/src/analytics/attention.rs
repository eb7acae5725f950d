//! What on the dashboard asks to be looked at: only what the numbers say, each rule with its threshold by name.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::curve::title;
use super::posts::{AgainstUsual, against_usual, in_window};
use super::{Dataset, Window};
use crate::zone::{Zone, days_between};

const HOUR_S: i64 = 3600;

/// A collector reads old posts once a day; an hour more, and it is late.
const STALE_AFTER_H: i64 = 25;
/// Telegram's daily statistics come a day late.
const DAILY_FACTS_OLD_AFTER_DAYS: i64 = 2;
/// One bad day is noise.
const FALLING_DAYS: usize = 3;
/// A channel that posts daily and then does not.
const QUIET_AFTER_DAYS: i64 = 3;
/// Below this age a few hundred views decide, so nothing is said.
const YOUNG_FROM_H: f64 = 2.0;
/// After this age a post is no news.
const YOUNG_UNTIL_H: f64 = 72.0;
/// About one post in twenty is above.
pub const WELL_ABOVE: f64 = 1.6;
pub const WELL_BELOW: f64 = 0.55;
/// Posts named at most, so that the list stays a list.
const POSTS_MAX: usize = 3;

/// Something to act on or to know about. Tagged, so that the screen says it in the reader's language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Attention {
    /// no reading for longer than a collector takes; `hours` since the newest
    StaleNumbers { as_of: i64, hours: i64 },
    /// no daily facts, so nothing can be said per subscriber
    NoSubscribers,
    /// newest daily facts are `days` days old
    DailyFactsOld { day: Date, days: i64 },
    /// left exceeded joined on each of the last `days` days
    SubscribersFalling { days: i64, net: i64 },
    /// nothing was published for `days` days
    Quiet { days: i64 },
    /// a young post far above what is usual at an age
    PostAbove { post_id: i64, title: String, against: AgainstUsual },
    /// the same, far below
    PostBelow { post_id: i64, title: String, against: AgainstUsual },
    /// more than half of the window's posts old enough for V(24) have none, for want of readings
    Unmeasured { posts: u64, of: u64 },
}

impl Attention {
    /// 0 = act now, 1 = look at it, 2 = good to know.
    pub fn rank(&self) -> u8 {
        match self {
            Self::StaleNumbers { .. } => 0,
            Self::SubscribersFalling { .. } | Self::PostBelow { .. } | Self::Quiet { .. } => 1,
            Self::NoSubscribers | Self::DailyFactsOld { .. } | Self::PostAbove { .. } | Self::Unmeasured { .. } => 2,
        }
    }
}

/// Most urgent first. `now` in unix seconds.
pub fn attention(data: &Dataset, window: &Window, now: i64) -> Vec<Attention> {
    let mut found: Vec<Attention> = [
        stale_numbers(data, now),
        subscribers_falling(data),
        quiet(data, now),
        unmeasured(data, window),
        no_subscribers(data),
        daily_facts_old(data, now),
    ]
    .into_iter()
    .flatten()
    .chain(unusual_posts(data))
    .collect();
    found.sort_by_key(Attention::rank);
    found
}

fn stale_numbers(data: &Dataset, now: i64) -> Option<Attention> {
    let as_of = data.as_of?;
    let hours = (now - as_of) / HOUR_S;
    (hours >= STALE_AFTER_H).then_some(Attention::StaleNumbers { as_of, hours })
}

fn no_subscribers(data: &Dataset) -> Option<Attention> {
    data.daily.iter().all(|fact| fact.subscribers.is_none()).then_some(Attention::NoSubscribers)
}

fn daily_facts_old(data: &Dataset, now: i64) -> Option<Attention> {
    let day = data.daily.last()?.day;
    let days = days_between(day, Zone::utc().day(now));
    // where the numbers as a whole are old, that is said instead
    let fresh = data.as_of.is_some_and(|as_of| now - as_of < STALE_AFTER_H * HOUR_S);
    (fresh && days > DAILY_FACTS_OLD_AFTER_DAYS).then_some(Attention::DailyFactsOld { day, days })
}

fn subscribers_falling(data: &Dataset) -> Option<Attention> {
    let nets: Vec<i64> =
        data.daily.iter().rev().map_while(|fact| Some(fact.joined? - fact.left?)).take_while(|net| *net < 0).collect();
    (nets.len() >= FALLING_DAYS)
        .then(|| Attention::SubscribersFalling { days: nets.len() as i64, net: nets.iter().sum() })
}

fn quiet(data: &Dataset, now: i64) -> Option<Attention> {
    let newest = *data.posts.date_utc.last()?;
    // a channel imported years ago is not "quiet" but old: its numbers are stale
    let seen = data.as_of.unwrap_or(newest).min(now);
    let days = (seen - newest) / (24 * HOUR_S);
    (days >= QUIET_AFTER_DAYS).then_some(Attention::Quiet { days })
}

fn unmeasured(data: &Dataset, window: &Window) -> Option<Attention> {
    let measured24 = &data.measured[data.ages_h.iter().position(|h| *h == 24)?];
    let old_enough = |index: &usize| data.as_of.is_some_and(|as_of| data.posts.date_utc[*index] + 24 * HOUR_S <= as_of);
    let old: Vec<usize> = in_window(data, window).filter(old_enough).collect();
    let without = old.iter().filter(|index| measured24[**index].is_none()).count();
    (without * 2 > old.len()).then_some(Attention::Unmeasured { posts: without as u64, of: old.len() as u64 })
}

fn unusual_posts(data: &Dataset) -> impl Iterator<Item = Attention> {
    let newest_first = (0..data.posts.len()).rev();
    newest_first.filter_map(|index| unusual_post(data, index)).take(POSTS_MAX)
}

fn unusual_post(data: &Dataset, index: usize) -> Option<Attention> {
    let age_h = (data.as_of? - data.posts.date_utc[index]) as f64 / HOUR_S as f64;
    if !(YOUNG_FROM_H..=YOUNG_UNTIL_H).contains(&age_h) {
        return None;
    }
    let against = against_usual(data, index)?;
    let (post_id, title) = (data.posts.post_id[index], title(&data.posts.text[index]));
    if against.ratio >= WELL_ABOVE {
        Some(Attention::PostAbove { post_id, title, against })
    } else if against.ratio <= WELL_BELOW {
        Some(Attention::PostBelow { post_id, title, against })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture};
    use jiff::civil::date;

    const HOUR: i64 = 3600;

    fn window() -> Window {
        Window::of_days(date(1970, 1, 1), date(1970, 1, 30), Zone::utc())
    }

    /// Eight daily posts read a day after each; the last has `last_views` instead of 100.
    fn steady(last_views: i64) -> Fixture {
        let mut fixture = Fixture::new();
        for post_id in 1..=8 {
            let at = (post_id - 1) * DAY;
            let views = if post_id == 8 { last_views } else { 100 };
            fixture.post_read(post_id, at, &[(at + DAY, views)]).text("A title", &[]);
        }
        fixture
    }

    #[test]
    fn an_empty_channel_lacks_subscribers_and_nothing_else() {
        assert_eq!(attention(&Fixture::new().dataset(), &window(), 100 * DAY), [Attention::NoSubscribers]);
    }

    #[test]
    fn numbers_are_stale_once_a_collector_is_an_hour_late() {
        let mut fixture = steady(100);
        fixture.daily(date(1970, 1, 8), Some(1000), None, None);
        let data = fixture.dataset();
        let at = |now: i64| attention(&data, &window(), now);
        assert_eq!(at(8 * DAY + 24 * HOUR), []);
        assert_eq!(at(8 * DAY + 25 * HOUR), [Attention::StaleNumbers { as_of: 8 * DAY, hours: 25 }]);
        assert_eq!(at(0), [], "a clock behind the data is no reason to worry");
    }

    #[test]
    fn a_post_far_from_usual_is_named() {
        for (views, above) in [(160, Some(true)), (159, None), (55, Some(false)), (56, None)] {
            let items = attention(&steady(views).dataset(), &window(), 8 * DAY);
            let named = items.iter().find_map(|item| match item {
                Attention::PostAbove { post_id: 8, .. } => Some(true),
                Attention::PostBelow { post_id: 8, .. } => Some(false),
                _ => None,
            });
            assert_eq!(named, above, "{views} views");
        }
    }

    #[test]
    fn three_days_of_loss_are_said_and_two_are_not() {
        for (days, said) in [(2, None), (3, Some(Attention::SubscribersFalling { days: 3, net: -15 }))] {
            let mut fixture = steady(100);
            fixture.daily(date(1970, 1, 5), Some(1000), Some(9), Some(1));
            for day in 6..6 + days {
                fixture.daily(date(1970, 1, day), Some(990), Some(5), Some(10));
            }
            let items = attention(&fixture.dataset(), &window(), 8 * DAY);
            assert_eq!(items.into_iter().find(|item| matches!(item, Attention::SubscribersFalling { .. })), said);
        }
    }

    #[test]
    fn a_dump_read_once_has_no_views_at_24_hours() {
        let mut fixture = Fixture::new();
        for post_id in 1..=4 {
            fixture.post_read(post_id, post_id * DAY, &[(20 * DAY, 100)]);
        }
        let items = attention(&fixture.dataset(), &window(), 20 * DAY);
        assert!(items.contains(&Attention::Unmeasured { posts: 4, of: 4 }), "{items:?}");
        assert!(items.contains(&Attention::Quiet { days: 16 }), "{items:?}");
        assert!(items.is_sorted_by_key(Attention::rank), "{items:?}");
    }
}
