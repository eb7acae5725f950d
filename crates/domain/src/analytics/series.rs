//! Series for charts: views over time, reach by day.

use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::posts::in_window;
use super::query::{Measure, NotAllowed};
use super::statistics::median;
use super::table::MediaKind;
use super::window::LocalDays;
use super::{Dataset, Window};
use crate::zone::add_days;

/// Most buckets of a series: more is neither seen nor drawn in time. A finer step than fits becomes a coarser one.
pub const MOST_BUCKETS: usize = 5_000;

/// Up to so many days a chart shows hours, and up to so many days: days.
const HOURLY_DAYS: usize = 3;
const DAILY_DAYS: usize = 120;

const HOUR_S: i64 = 3600;
const HOURS_A_DAY: usize = 24;
const DAYS_A_WEEK: usize = 7;

/// Length of a bucket, on the local calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    Hour,
    Day,
    /// from Monday
    Week,
}

impl Step {
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// The step that suits a window.
    pub fn of(window: &Window) -> Self {
        match window.day_count() {
            days if days <= HOURLY_DAYS => Self::Hour,
            days if days <= DAILY_DAYS => Self::Day,
            _ => Self::Week,
        }
    }

    /// This step, or the next coarser one that keeps a window within [`MOST_BUCKETS`].
    fn that_fits(self, window: &Window) -> Self {
        let days = window.day_count();
        match self {
            Self::Hour if days.saturating_mul(HOURS_A_DAY) <= MOST_BUCKETS => Self::Hour,
            Self::Hour | Self::Day if days <= MOST_BUCKETS => Self::Day,
            _ => Self::Week,
        }
    }
}

impl FromStr for Step {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        Self::ALL
            .into_iter()
            .find(|step| step.as_str() == text)
            .ok_or_else(|| NotAllowed(format!("{text:?} is not a step: use hour, day or week")))
    }
}

/// Posts published in one stretch of the local calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewBucket {
    /// unix seconds; the first bucket may begin before the window
    pub start: i64,
    /// newest counts of the posts published in the bucket; `None` when none of them is known
    pub views: Option<i64>,
    pub posts: u64,
    /// the same of the window before, at the same place of the calendar; `None` when nothing is known of that window
    pub previous_views: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewsOverTime {
    /// the step used
    pub step: Step,
    pub buckets: Vec<ViewBucket>,
    /// sum over the window; `None` when no post's views are known
    pub views: Option<i64>,
    pub previous_views: Option<i64>,
    pub posts: u64,
    pub previous_posts: u64,
}

/// Views of the posts published in each bucket. `step`: by the length of the window unless given.
/// `data` has to hold the window before, too: see [`Window::needs_from`].
pub fn views_over_time(data: &Dataset, window: &Window, step: Option<Step>, media: Option<MediaKind>) -> ViewsOverTime {
    let step = step.unwrap_or_else(|| Step::of(window)).that_fits(window);
    let starts = bucket_starts(window, step);
    let bucket_of = |at: i64| starts.partition_point(|start| *start <= at).saturating_sub(1);
    let passes = |index: &usize| media.is_none_or(|kind| kind == MediaKind::of(data.posts.media_type[*index]));

    let mut now = Sums::new(starts.len());
    for index in in_window(data, window).filter(passes) {
        now.add(bucket_of(data.posts.date_utc[index]), data.posts.views[index]);
    }
    let moved = Moved::onto(window);
    let mut before = Sums::new(starts.len());
    for index in in_window(data, &moved.previous).filter(passes) {
        before.add(bucket_of(moved.instant(data.posts.date_utc[index])), data.posts.views[index]);
    }

    let buckets = starts
        .into_iter()
        .enumerate()
        .map(|(place, start)| ViewBucket {
            start,
            views: now.views(place),
            posts: now.posts[place],
            previous_views: before.views(place).filter(|_| before.total_posts() > 0),
        })
        .collect();
    ViewsOverTime {
        step,
        buckets,
        views: now.total(),
        previous_views: before.total(),
        posts: now.total_posts(),
        previous_posts: before.total_posts(),
    }
}

/// First instants of the buckets that a window touches.
fn bucket_starts(window: &Window, step: Step) -> Vec<i64> {
    let zone = &window.zone;
    match step {
        Step::Hour => {
            let local = zone.local(window.from);
            let mut start = window.from - i64::from(local.minute()) * 60 - i64::from(local.second());
            let mut starts = Vec::new();
            while start < window.to {
                starts.push(start);
                start += HOUR_S;
                // clocks that move by half an hour leave an hour of one and a half
                let past_the_hour = i64::from(zone.local(start).minute()) * 60;
                if past_the_hour > 0 {
                    start += HOUR_S - past_the_hour;
                }
            }
            starts
        }
        Step::Day => window.local_days().midnights,
        Step::Week => {
            let monday = add_days(window.first_day, -i64::from(window.first_day.weekday().to_monday_zero_offset()));
            let weeks = Window::of_days(monday, window.last_day, zone.clone());
            weeks.days().step_by(DAYS_A_WEEK).map(|day| zone.midnight(day)).collect()
        }
    }
}

/// Carries instants of the window before to the same place of a window: same day of the window and time of day where
/// both are whole days, else the same seconds after the start.
struct Moved {
    previous: Window,
    days: Option<(LocalDays, LocalDays)>,
    from: i64,
    to: i64,
}

impl Moved {
    fn onto(window: &Window) -> Self {
        let previous = window.previous();
        let days = window.is_whole_days().then(|| (previous.local_days(), window.local_days()));
        Self { previous, days, from: window.from, to: window.to }
    }

    fn instant(&self, at: i64) -> i64 {
        let Some((before, now)) = &self.days else { return at - self.previous.from + self.from };
        let day = before.index_of(at);
        let end = now.midnights.get(day + 1).copied().unwrap_or(self.to);
        // a day of 25 hours before one of 24 ends with it
        (now.midnights[day] + at - before.midnights[day]).min(end - 1)
    }
}

struct Sums {
    posts: Vec<u64>,
    known: Vec<Option<i64>>,
}

impl Sums {
    fn new(buckets: usize) -> Self {
        Self { posts: vec![0; buckets], known: vec![None; buckets] }
    }

    fn add(&mut self, bucket: usize, views: Option<i64>) {
        self.posts[bucket] += 1;
        if let Some(views) = views {
            self.known[bucket] = Some(self.known[bucket].unwrap_or(0).saturating_add(views));
        }
    }

    /// 0 without posts, `None` with posts of which none is known.
    fn views(&self, bucket: usize) -> Option<i64> {
        if self.posts[bucket] == 0 { Some(0) } else { self.known[bucket] }
    }

    fn total(&self) -> Option<i64> {
        self.known.iter().flatten().copied().reduce(i64::saturating_add)
    }

    fn total_posts(&self) -> u64 {
        self.posts.iter().sum()
    }
}

/// Reach of one local day's posts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReachDay {
    pub day: Date,
    /// posts of the day with the outcome
    pub n: u64,
    /// median outcome of the day's posts, views
    pub reach: Option<f64>,
    /// the same place in the window before
    pub previous_n: u64,
    pub previous: Option<f64>,
}

/// Median outcome (V(24) or total) of each local day's posts, beside the window before.
/// `data` has to hold the window before, too: see [`Window::needs_from`].
pub fn reach_by_day(data: &Dataset, window: &Window, measure: Measure) -> Vec<ReachDay> {
    let days = window.local_days();
    let moved = Moved::onto(window);
    let mut now = vec![Vec::new(); days.midnights.len()];
    let mut before = now.clone();
    for index in in_window(data, window) {
        now[days.index_of(data.posts.date_utc[index])].extend(data.outcome(measure, index));
    }
    for index in in_window(data, &moved.previous) {
        before[days.index_of(moved.instant(data.posts.date_utc[index]))].extend(data.outcome(measure, index));
    }
    window
        .days()
        .zip(now.iter_mut().zip(&mut before))
        .map(|(day, (now, before))| ReachDay {
            day,
            n: now.len() as u64,
            reach: median(now),
            previous_n: before.len() as u64,
            previous: median(before),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use crate::posts::MediaType;
    use crate::zone::Zone;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn berlin(first: Date, last: Date) -> Window {
        Window::of_days(first, last, Zone::find("Europe/Berlin").unwrap())
    }

    #[test]
    fn steps_suit_the_window_and_fit() {
        for (days, asked, expected) in [
            (1, None, Step::Hour),
            (3, None, Step::Hour),
            (4, None, Step::Day),
            (120, None, Step::Day),
            (121, None, Step::Week),
            (30, Some(Step::Hour), Step::Hour),
            (208, Some(Step::Hour), Step::Hour),
            (209, Some(Step::Hour), Step::Day),
            (5_001, Some(Step::Hour), Step::Week),
        ] {
            let window = Window::new(0, days * DAY, Zone::utc());
            assert_eq!(asked.unwrap_or(Step::of(&window)).that_fits(&window), expected, "{days} {asked:?}");
        }
        assert_eq!("week".parse(), Ok(Step::Week));
        assert!("month".parse::<Step>().is_err());
    }

    #[test]
    fn days_of_23_and_25_hours_are_one_bucket_each() {
        let window = berlin(date(2025, 3, 29), date(2025, 3, 31));
        let series = views_over_time(&Fixture::new().dataset(), &window, Some(Step::Day), None);
        let starts: Vec<i64> = series.buckets.iter().map(|bucket| bucket.start).collect();
        assert_eq!(starts, [window.from, window.from + 24 * HOUR, window.from + 47 * HOUR]);
        let hours = views_over_time(&Fixture::new().dataset(), &window, None, None);
        assert_eq!((hours.step, hours.buckets.len()), (Step::Hour, 71));
    }

    #[test]
    fn weeks_begin_on_monday_and_count_only_the_window() {
        // 2025-06-04 is a Wednesday
        let window = Window::of_days(date(2025, 6, 4), date(2025, 6, 9), Zone::utc());
        let mut fixture = Fixture::new();
        let monday = Zone::utc().midnight(date(2025, 6, 2));
        fixture.post(1, monday, Some(1)).post(2, monday + 2 * DAY, Some(10)).post(3, monday + 7 * DAY, Some(100));
        let series = views_over_time(&fixture.dataset(), &window, Some(Step::Week), None);
        let rows: Vec<_> =
            series.buckets.iter().map(|bucket| (bucket.start, bucket.views, bucket.previous_views)).collect();
        // the post of Monday 2 June lies four days into the six before: Sunday the 8th of this window
        assert_eq!(rows, [(monday, Some(10), Some(1)), (monday + 7 * DAY, Some(100), Some(0))]);
    }

    #[test]
    fn the_window_before_is_matched_by_day_and_time_of_day() {
        // the day before the window's has 23 hours
        let window = berlin(date(2025, 3, 31), date(2025, 3, 31));
        let zone = window.zone.clone();
        let mut fixture = Fixture::new();
        fixture.post(1, zone.midnight(date(2025, 3, 30)) + HOUR, Some(7));
        fixture.post(2, window.from + HOUR, Some(9)).media(Some(MediaType::Video));
        fixture.post(3, window.from + 2 * HOUR, None);
        let data = fixture.dataset();
        let series = views_over_time(&data, &window, None, None);
        assert_eq!(series.buckets.len(), 24);
        let bucket = &series.buckets[1];
        assert_eq!((bucket.views, bucket.posts, bucket.previous_views), (Some(9), 1, Some(7)));
        assert_eq!((series.buckets[2].views, series.buckets[3].views), (None, Some(0)));
        assert_eq!((series.views, series.previous_views, series.posts), (Some(9), Some(7), 2));
        let videos = views_over_time(&data, &window, None, Some(MediaKind::Known(MediaType::Video)));
        assert_eq!((videos.posts, videos.previous_posts, videos.buckets[1].previous_views), (1, 0, None));
        assert_eq!(
            serde_json::to_string(&videos.buckets[1]).unwrap(),
            format!(r#"{{"start":{},"views":9,"posts":1,"previous_views":null}}"#, window.from + HOUR)
        );
    }

    #[test]
    fn reach_of_days() {
        let mut fixture = Fixture::new();
        for (post_id, at, views) in [(1, 0, 100), (2, DAY, 10), (3, DAY + HOUR, 30), (4, DAY + 2 * HOUR, 50)] {
            fixture.post_read(post_id, at, &[(at + DAY, views)]);
        }
        fixture.post(5, DAY + 3 * HOUR, Some(9));
        let window = Window::of_days(date(1970, 1, 2), date(1970, 1, 2), Zone::utc());
        let days = reach_by_day(&fixture.dataset(), &window, Measure::Reach24);
        let expected =
            ReachDay { day: date(1970, 1, 2), n: 3, reach: Some(30.0), previous_n: 1, previous: Some(100.0) };
        assert_eq!(days, [expected]);
        assert_eq!(reach_by_day(&fixture.dataset(), &window, Measure::Total)[0].n, 0);
    }

    proptest! {
        #[test]
        fn buckets_hold_every_post_of_the_window_once(
            start in 1_735_689_600_i64..1_767_225_600, hours in 1_i64..24 * 60, zone in 0_usize..5, step in 0_usize..3,
            gaps in prop::collection::vec(0_i64..30 * 3600, 0..60)
        ) {
            let names = ["UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu"];
            let window = Window::new(start, start + hours * HOUR, Zone::find(names[zone]).unwrap());
            let mut fixture = Fixture::new();
            let mut at = window.previous().from - 10 * HOUR;
            for (index, gap) in gaps.iter().enumerate() {
                at += gap;
                fixture.post(index as i64, at, Some(1));
            }
            let data = fixture.dataset();
            for window in [window.clone(), Window::of_days(window.first_day, window.last_day, window.zone)] {
                let series = views_over_time(&data, &window, Some(Step::ALL[step]), None);
                let inside = in_window(&data, &window).len() as u64;
                let before = in_window(&data, &window.previous()).len() as u64;
                prop_assert_eq!(series.buckets.iter().map(|bucket| bucket.posts).sum::<u64>(), inside);
                prop_assert_eq!((series.posts, series.previous_posts), (inside, before));
                prop_assert_eq!(series.buckets.iter().filter_map(|bucket| bucket.previous_views).sum::<i64>(), before as i64);
                prop_assert!(series.buckets.windows(2).all(|pair| pair[0].start < pair[1].start));
                prop_assert!(series.buckets[0].start <= window.from);
            }
        }
    }
}
