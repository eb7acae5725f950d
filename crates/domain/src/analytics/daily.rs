//! Metrics §2 *daily*.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::overview::sums;
use super::posts::{er, in_window};
use super::warning::Notes;
use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Day {
    pub day: Date,
    pub posts: u64,
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
    pub er: Option<f64>,
    pub subscribers: Option<i64>,
    pub joined: Option<i64>,
    pub left: Option<i64>,
    pub notifications_on: Option<i64>,
}

/// One row per local day of the window, in order.
pub fn daily(data: &Dataset, window: &Window) -> Answer<Vec<Day>> {
    let posts = in_window(data, window);
    let facts = data.daily_in(window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());
    notes.er(data, posts.clone());
    notes.daily(window, facts);

    let days = window.local_days();
    let mut next_post = posts.start;
    let mut facts = facts.iter().peekable();
    let rows = window
        .days()
        .enumerate()
        .map(|(index, day)| {
            let end = days.midnights.get(index + 1).copied().unwrap_or(window.to);
            let first = next_post;
            while next_post < posts.end && data.posts.date_utc[next_post] < end {
                next_post += 1;
            }
            let sums = sums(data, first..next_post);
            let fact = facts.next_if(|fact| fact.day == day);
            Day {
                day,
                posts: (next_post - first) as u64,
                views: sums.views,
                forwards: sums.forwards,
                reactions: sums.reactions,
                replies: sums.replies,
                er: er(&sums),
                subscribers: fact.and_then(|fact| fact.subscribers),
                joined: fact.and_then(|fact| fact.joined),
                left: fact.and_then(|fact| fact.left),
                notifications_on: fact.and_then(|fact| fact.notifications_on),
            }
        })
        .collect();
    notes.answer(data, window, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use crate::zone::Zone;
    use jiff::civil::date;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_row_a_day_with_and_without_posts_and_facts() {
        let mut fixture = Fixture::new();
        fixture.post(1, 0, Some(100)).counters(Some(4), None, Some(1));
        fixture.post(2, DAY - 1, Some(100)).counters(Some(5), None, None);
        fixture.post(3, 2 * DAY, None);
        fixture.daily(date(1970, 1, 2), Some(1000), Some(7), Some(3));
        let rows = daily(&fixture.dataset(), &Window::of_days(date(1970, 1, 1), date(1970, 1, 3), Zone::utc())).data;
        assert_eq!(
            serde_json::to_value(&rows).unwrap(),
            json!([
                {"day": "1970-01-01", "posts": 2, "views": 200, "forwards": 9, "reactions": null, "replies": 1, "er": 0.05,
                 "subscribers": null, "joined": null, "left": null, "notifications_on": null},
                {"day": "1970-01-02", "posts": 0, "views": 0, "forwards": 0, "reactions": 0, "replies": 0, "er": null,
                 "subscribers": 1000, "joined": 7, "left": 3, "notifications_on": null},
                {"day": "1970-01-03", "posts": 1, "views": null, "forwards": null, "reactions": null, "replies": null, "er": null,
                 "subscribers": null, "joined": null, "left": null, "notifications_on": null},
            ])
        );
    }

    #[test]
    fn a_day_is_local() {
        let mut fixture = Fixture::new();
        let zone = Zone::find("Asia/Tashkent").unwrap();
        let midnight = zone.midnight(date(2025, 6, 2));
        fixture.post(1, midnight - 1, Some(1)).post(2, midnight, Some(10));
        let rows = daily(&fixture.dataset(), &Window::of_days(date(2025, 6, 1), date(2025, 6, 2), zone)).data;
        assert_eq!(rows.iter().map(|row| row.views).collect::<Vec<_>>(), [Some(1), Some(10)]);
    }

    proptest! {
        #[test]
        fn days_cover_the_window_through_changes_of_clocks(
            start in 1_735_689_600_i64..1_767_225_600, hours in 1_i64..24 * 80, zone in 0_usize..4,
            gaps in prop::collection::vec(0_i64..40 * 3600, 0..60)
        ) {
            let zone = Zone::find(["UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe"][zone]).unwrap();
            let window = Window::new(start, start + hours * HOUR, zone.clone());
            let mut fixture = Fixture::new();
            let mut at = start - 30 * HOUR;
            for (index, gap) in gaps.iter().enumerate() {
                at += gap;
                fixture.post(index as i64, at, Some(1));
            }
            let data = fixture.dataset();
            let rows = daily(&data, &window).data;
            prop_assert_eq!(rows.first().map(|row| row.day), Some(window.first_day));
            prop_assert_eq!(rows.last().map(|row| row.day), Some(window.last_day));
            prop_assert!(rows.windows(2).all(|pair| crate::zone::add_days(pair[0].day, 1) == pair[1].day));
            prop_assert_eq!(rows.iter().map(|row| row.posts).sum::<u64>(), in_window(&data, &window).len() as u64);
            for row in rows {
                let there = data.posts.date_utc.iter().filter(|at| window.contains(**at) && zone.day(**at) == row.day).count();
                prop_assert_eq!(row.posts, there as u64);
            }
        }
    }
}
