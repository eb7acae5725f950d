//! Posts one by one: the row of lists and tables, and the page of a single post (metrics §2 *per post*, *post views*).

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::dataset::ratio;
use super::history::{History, LOOKBACK_POSTS, ViewReadings};
use super::query::MaxGap;
use super::statistics::median;
use super::{AGES_H, Dataset, Window};
use crate::posts::{Counters, MediaType};

/// Seconds up to which a hole in the snapshots is bridged at any age.
const SMALLEST_GAP_S: f64 = 2.0 * HOUR_S;

const HOUR_S: f64 = 3600.0;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostView {
    pub post_id: i64,
    pub date_utc: i64,
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
    pub media_type: Option<MediaType>,
    pub text: String,
    pub er: Option<f64>,
    pub performance: Option<f64>,
    pub growth_rate: Option<f64>,
    pub ctr: Option<f64>,
}

/// Row of post `index` of the dataset. `ctr` stays empty until links are tracked.
pub fn post_view(data: &Dataset, index: usize) -> PostView {
    let counters = data.counters(index);
    PostView {
        post_id: data.posts.post_id[index],
        date_utc: data.posts.date_utc[index],
        views: counters.views,
        forwards: counters.forwards,
        reactions: counters.reactions,
        replies: counters.replies,
        media_type: data.posts.media_type[index],
        text: data.posts.text[index].clone(),
        er: er(&counters),
        performance: data.performance[index],
        growth_rate: data.growth_rate[index],
        ctr: None,
    }
}

/// (forwards + reactions + replies) / views over the components that are known; `None` when none is, or no views.
pub fn er(counters: &Counters) -> Option<f64> {
    let parts = [counters.forwards, counters.reactions, counters.replies];
    let known = parts.into_iter().flatten().map(|count| count as f64).reduce(|sum, count| sum + count)?;
    ratio(known, counters.views? as f64)
}

/// Indices of the window's posts, in order (`date_utc`, `post_id`).
pub fn in_window(data: &Dataset, window: &Window) -> Range<usize> {
    let from = data.posts.date_utc.partition_point(|date| *date < window.from);
    let to = data.posts.date_utc.partition_point(|date| *date < window.to);
    from..to.max(from)
}

/// A post's views against its neighbours' at one age.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AgainstUsual {
    /// age, hours
    pub h: u32,
    /// V(h) / median V(h) of the up to 30 posts before; 1.0 = usual
    pub ratio: f64,
}

/// Fewest posts that say what is usual.
pub const USUAL_POSTS_MIN: usize = 5;

/// How a post did against the up to 30 posts before it at 24 h, or at the oldest measured age it has reached below
/// that. Unlike `performance` it needs no reading at `as_of`, so that posts no longer read have it too.
pub fn against_usual(data: &Dataset, index: usize) -> Option<AgainstUsual> {
    let ages = data.ages_h.iter().copied().filter(|h| *h <= super::dataset::HEADLINE_H);
    let (h, own) = ages.filter_map(|h| Some((h, data.view_at(h, index)?))).max_by_key(|(h, _)| *h)?;
    let column = data.views_at(h)?;
    let mut before: Vec<f64> = column[index.saturating_sub(LOOKBACK_POSTS)..index].iter().copied().flatten().collect();
    if before.len() < USUAL_POSTS_MIN {
        return None;
    }
    Some(AgainstUsual { h, ratio: ratio(own, median(&mut before)?)? })
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnapshotView {
    pub at: i64,
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostCurvePoint {
    pub h: u32,
    pub views: f64,
    /// V(h) / newest views
    pub share: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsualPoint {
    pub h: u32,
    pub median: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostViews {
    pub post_id: i64,
    pub date_utc: i64,
    pub snapshots: Vec<SnapshotView>,
    /// only the ages where V(h) is defined
    pub curve: Vec<PostCurvePoint>,
    /// median V(h) of the 30 posts before; only the ages where one of them has it
    pub usual: Vec<UsualPoint>,
}

/// Everything about one post's views. `history` holds the post and the posts before it.
pub fn post_views(history: &History, post_id: i64, snapshots: Vec<SnapshotView>) -> Option<PostViews> {
    let posts = &history.posts;
    let index = posts.post_id.iter().position(|id| *id == post_id)?;
    let views_at = |index: usize, h: u32| {
        views_at_index(&history.readings, posts.date_utc[index], index, f64::from(h), MaxGap::Usual)
    };
    let curve = AGES_H
        .into_iter()
        .filter_map(|h| {
            let views = views_at(index, h)?;
            Some(PostCurvePoint { h, views, share: posts.views[index].and_then(|newest| ratio(views, newest as f64)) })
        })
        .collect();
    let before = index.saturating_sub(LOOKBACK_POSTS)..index;
    let usual = AGES_H
        .into_iter()
        .filter_map(|h| {
            let mut views: Vec<f64> = before.clone().filter_map(|earlier| views_at(earlier, h)).collect();
            Some(UsualPoint { h, median: median(&mut views)? })
        })
        .collect();
    Some(PostViews { post_id, date_utc: posts.date_utc[index], snapshots, curve, usual })
}

/// V(h), views, of one post: linear interpolation between the origin and its readings; `None` where undefined
/// (metrics §2 *V(h)*). `h` in hours.
pub fn views_at(date_utc: i64, at: &[i64], views: &[i64], h: f64, max_gap: MaxGap) -> Option<f64> {
    views_at_age(date_utc, at, views, h * HOUR_S, max_gap)
}

/// [`views_at`] with the age in seconds, so that an age that is no whole number of hours is exact.
pub(super) fn views_at_age(date_utc: i64, at: &[i64], views: &[i64], age_s: f64, max_gap: MaxGap) -> Option<f64> {
    if age_s < 0.0 {
        return None;
    }
    // ages instead of instants: exact in f64, and a reading from before the post's own date is before the origin
    let age = |index: usize| at[index].saturating_sub(date_utc) as f64;
    let after = at.partition_point(|at| (at.saturating_sub(date_utc) as f64) < age_s);
    if after == at.len() {
        return None;
    }
    let (t0, v0) = match after.checked_sub(1) {
        Some(before) if age(before) >= 0.0 => (age(before), views[before] as f64),
        _ => (0.0, 0.0),
    };
    let (t1, v1) = (age(after), views[after] as f64);
    let widest_s = match max_gap {
        MaxGap::Usual => age_s.max(SMALLEST_GAP_S),
        MaxGap::Hours(hours) => f64::from(hours) * HOUR_S,
        MaxGap::Any => f64::INFINITY,
    };
    if t1 - t0 > widest_s {
        return None;
    }
    if age_s >= t1 {
        return Some(v1);
    }
    Some(v0 + (v1 - v0) * (age_s - t0) / (t1 - t0))
}

/// [`views_at`] of post `index`.
pub fn views_at_index(readings: &ViewReadings, date_utc: i64, index: usize, h: f64, max_gap: MaxGap) -> Option<f64> {
    let (at, views) = readings.of(index);
    views_at(date_utc, at, views, h, max_gap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use proptest::prelude::*;

    #[test]
    fn views_by_age() {
        let date = 1_000_000;
        let (at, views) = ([date + HOUR, date + 3 * HOUR, date + 30 * HOUR], [100, 300, 900]);
        for (h, gap, expected) in [
            (0.5, MaxGap::Usual, Some(50.0)),
            (1.0, MaxGap::Usual, Some(100.0)),
            (2.0, MaxGap::Usual, Some(200.0)),
            (3.0, MaxGap::Usual, Some(300.0)),
            // the hole is 27 h wide
            (24.0, MaxGap::Usual, None),
            (24.0, MaxGap::Hours(26), None),
            (24.0, MaxGap::Hours(27), Some(300.0 + 600.0 * 21.0 / 27.0)),
            (24.0, MaxGap::Any, Some(300.0 + 600.0 * 21.0 / 27.0)),
            (28.0, MaxGap::Usual, Some(300.0 + 600.0 * 25.0 / 27.0)),
            // a reading at the very instant is still the far side of a hole
            (30.0, MaxGap::Hours(2), None),
            (30.0, MaxGap::Usual, Some(900.0)),
            (30.1, MaxGap::Any, None),
            (0.0, MaxGap::Usual, Some(0.0)),
            (-1.0, MaxGap::Any, None),
        ] {
            assert_eq!(views_at(date, &at, &views, h, gap), expected, "{h} h, {gap:?}");
        }
    }

    #[test]
    fn one_late_reading_gives_no_early_age() {
        assert_eq!(views_at(0, &[30 * DAY], &[5000], 24.0, MaxGap::Usual), None);
        assert_eq!(views_at(0, &[], &[], 24.0, MaxGap::Any), None);
        assert_eq!(views_at(0, &[24 * HOUR], &[5000], 24.0, MaxGap::Usual), Some(5000.0));
    }

    #[test]
    fn a_reading_from_before_the_post_is_not_its_origin() {
        assert_eq!(views_at(0, &[-HOUR, HOUR], &[70, 100], 0.5, MaxGap::Usual), Some(50.0));
        assert_eq!(views_at(0, &[0, HOUR], &[20, 100], 0.5, MaxGap::Usual), Some(60.0));
        assert_eq!(views_at(0, &[0, HOUR], &[20, 100], 0.0, MaxGap::Usual), Some(20.0));
    }

    #[test]
    fn extremes_do_not_panic() {
        let _ = views_at(i64::MIN, &[i64::MAX], &[i64::MAX], 24.0, MaxGap::Any);
        let _ = views_at(i64::MAX, &[i64::MIN], &[i64::MIN], 24.0, MaxGap::Any);
    }

    #[test]
    fn er_counts_what_is_known() {
        let counters = Counters { views: Some(200), forwards: Some(6), reactions: None, replies: Some(4) };
        assert_eq!(er(&counters), Some(0.05));
        assert_eq!(er(&Counters { views: Some(0), ..counters }), None);
        assert_eq!(er(&Counters { views: None, ..counters }), None);
        assert_eq!(er(&Counters { forwards: None, replies: None, ..counters }), None);
    }

    #[test]
    fn the_window_takes_its_first_second_and_not_its_end() {
        let mut fixture = Fixture::new();
        for (post_id, date) in [(1, 99), (2, 100), (3, 100), (4, 199), (5, 200)] {
            fixture.post(post_id, date, Some(1));
        }
        let data = fixture.dataset();
        assert_eq!(in_window(&data, &Window::new(100, 200, crate::zone::Zone::utc())), 1..4);
        assert_eq!(in_window(&data, &Window::new(300, 400, crate::zone::Zone::utc())), 5..5);
    }

    #[test]
    fn performance_is_against_the_posts_before_at_the_same_age() {
        // three posts a day apart, each read every 12 h; the third is 24 h old at as_of
        let mut fixture = Fixture::new();
        for (post_id, day, factor) in [(1, 0, 100), (2, 1, 200), (3, 2, 450)] {
            let readings: Vec<(i64, i64)> =
                (1..=(6 - 2 * day)).map(|half| (day * DAY + half * 12 * HOUR, half * factor)).collect();
            fixture.post_read(post_id, day * DAY, &readings);
        }
        let data = fixture.dataset();
        assert_eq!(data.as_of, Some(3 * DAY));
        // V(24) = 200, 400, 900
        assert_eq!(data.performance[2], Some(3.0));
        // V(48) = 400, 800
        assert_eq!(data.performance[1], Some(2.0));
        assert_eq!(data.performance[0], None);
        assert_eq!(data.growth_rate, [Some(100.0 / 12.0), Some(200.0 / 12.0), Some(450.0 / 12.0)]);
    }

    #[test]
    fn a_post_not_read_at_as_of_has_no_performance_but_may_be_compared_at_24_hours() {
        let mut fixture = Fixture::new();
        for post_id in 0..6 {
            fixture.post_read(post_id, post_id * HOUR, &[(post_id * HOUR + DAY, 100 * (post_id + 1))]);
        }
        let data = fixture.dataset();
        assert_eq!(data.performance[4], None);
        assert_eq!(against_usual(&data, 4), None);
        assert_eq!(against_usual(&data, 5), Some(AgainstUsual { h: 24, ratio: 2.0 }));
    }

    #[test]
    fn the_page_of_a_post() {
        let mut fixture = Fixture::new();
        fixture.post_read(7, 0, &[(HOUR, 100), (3 * HOUR, 300)]);
        fixture.post_read(8, HOUR, &[(2 * HOUR, 50), (4 * HOUR, 250), (7 * HOUR, 500)]);
        let history = fixture.history();
        assert_eq!(post_views(&history, 9, Vec::new()), None);
        let snapshots =
            vec![SnapshotView { at: 2 * HOUR, views: Some(50), forwards: None, reactions: None, replies: None }];
        let views = post_views(&history, 8, snapshots).unwrap();
        let json = serde_json::to_value(&views).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "post_id": 8, "date_utc": 3600,
                "snapshots": [{"at": 7200, "views": 50, "forwards": null, "reactions": null, "replies": null}],
                "curve": [{"h": 1, "views": 50.0, "share": 0.1}, {"h": 3, "views": 250.0, "share": 0.5}, {"h": 6, "views": 500.0, "share": 1.0}],
                "usual": [{"h": 1, "median": 100.0}, {"h": 3, "median": 300.0}],
            })
        );
    }

    proptest! {
        #[test]
        fn monotone_readings_give_monotone_views(
            steps in prop::collection::vec((1_i64..20_000, 0_i64..5_000), 1..30), ages in prop::collection::vec(0.0..170.0_f64, 2..20)
        ) {
            let (mut at, mut views) = (Vec::new(), Vec::new());
            let (mut time, mut count) = (0, 0);
            for (seconds, gained) in steps {
                time += seconds;
                count += gained;
                at.push(time);
                views.push(count);
            }
            for (at_reading, views_there) in at.iter().zip(&views) {
                prop_assert_eq!(views_at_age(0, &at, &views, *at_reading as f64, MaxGap::Any), Some(*views_there as f64));
            }
            let mut ages = ages;
            ages.sort_by(f64::total_cmp);
            let values: Vec<f64> = ages.iter().filter_map(|h| views_at(0, &at, &views, *h, MaxGap::Any)).collect();
            prop_assert!(values.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9));
            for h in ages {
                let narrow = views_at(0, &at, &views, h, MaxGap::Usual);
                prop_assert!(narrow.is_none() || narrow == views_at(0, &at, &views, h, MaxGap::Any));
            }
        }
    }
}
