//! What a channel's posts taught, and forecasts from it.

use std::f64::consts::FRAC_PI_2;

use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use super::growth::{KNOT_24, KNOTS, KNOTS_H, Place, Readings, born, log_views, views_of_log};
use super::model::{Conditional, Model, Reading, Row, reading_variance};
use super::typical::log_growth;
use super::{BandPoint, Basis, Forecast, HORIZONS_H, Horizon, NotEnoughData, USUAL_POSTS_MIN};
use crate::analytics::history::{LOOKBACK_POSTS, ViewReadings};
use crate::analytics::statistics::{RollingMedian, median};
use crate::posts::Source;

/// The newest so many posts with measured growth are learned from.
pub const CURVES_MAX: usize = 400;

/// Age from which a post tells the channel's level, hours.
const LEVEL_H: f64 = 24.0;
/// Age from which the newest count stands for a post's total, hours.
const TOTAL_H: f64 = 168.0;

/// ln views at 24 h assumed of a channel nothing is known of, and its variance: anything from a handful to millions.
const UNKNOWN_LEVEL: f64 = 7.0;
const UNKNOWN_LEVEL_VARIANCE: f64 = 16.0;

/// Standard deviations from the usual up to which the channel's posts say what comes of it.
const SEEN: f64 = 3.0;

/// Steps of the band besides the horizons.
const BAND_STEPS: u32 = 32;
const LAST_H: f64 = 168.0;
const HOUR_S: f64 = 3600.0;

/// How posts of one channel grow, as far as it was known at one moment. Some hundred numbers: it may travel to the
/// browser and forecast there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// unix seconds; readings after it were not looked at
    pub as_of: i64,
    /// posts whose growth was measured
    grown: u32,
    /// posts behind `level`
    levels: u32,
    /// ln views at 24 h of a usual post, and the variance of not knowing it
    level: f64,
    level_variance: f64,
    mean: Vec<f64>,
    /// column by column
    predictive: Vec<f64>,
    weight: f64,
    calibration: Calibration,
}

/// A post while it is learned from.
struct Grown {
    date_utc: i64,
    at_knots: [Option<f64>; KNOTS],
    read_at_knots: [bool; KNOTS],
    /// ln views at 24 h that the post stands for
    level: Option<f64>,
    /// whether its growth is measured: besides its end, a beginning
    measured: bool,
}

impl Grown {
    fn of(date_utc: i64, at: &[i64], views: &[i64], as_of: i64) -> Option<Self> {
        let readings = Readings::new(date_utc, at, views, as_of);
        let (newest_h, newest) = readings.newest().filter(|(age_h, _)| *age_h >= LEVEL_H)?;
        let at_knots = readings.at_knots();
        let last_knot = (KNOT_24..KNOTS_H.len()).find_map(|knot| Some((KNOTS_H[knot], at_knots[knot]?)));
        let total = (newest_h >= TOTAL_H).then(|| (newest_h, log_views(newest as f64)));
        let level = last_knot.or(total).map(|(age_h, log)| log - log_growth(age_h));
        let known = at_knots.iter().flatten().count();
        let read_at_knots = readings.read_at_knots();
        Some(Self { date_utc, at_knots, read_at_knots, level, measured: known >= 2 && last_knot.is_some() })
    }
}

impl Curves {
    /// Learns from the readings up to `as_of` (unix seconds) of posts published at `date_utc` (unix seconds,
    /// ascending), post `i` with readings `i`.
    pub fn learn(date_utc: &[i64], readings: &ViewReadings, as_of: i64) -> Self {
        let grown = date_utc.iter().enumerate().rev().filter(|(_, date)| **date < as_of).filter_map(|(index, date)| {
            let (at, views) = readings.of(index);
            Grown::of(*date, at, views, as_of)
        });
        let mut posts = Vec::new();
        let mut curves = 0;
        for post in grown {
            curves += usize::from(post.measured);
            posts.push(post);
            if curves == CURVES_MAX || posts.len() == 2 * CURVES_MAX {
                break;
            }
        }
        posts.reverse();
        Self::of_posts(&posts, as_of)
    }

    fn of_posts(posts: &[Grown], as_of: i64) -> Self {
        let mut newest: Vec<f64> = posts.iter().rev().filter_map(|post| post.level).take(LOOKBACK_POSTS).collect();
        let levels = newest.len();
        let level = median(&mut newest).unwrap_or(UNKNOWN_LEVEL);
        let rows = rows(posts);
        let rows: Vec<&Row> = rows.iter().collect();
        let model = Model::learn(&rows);
        let calibration = Calibration::learn(&model, &rows, level);
        let level_variance = match levels {
            0 => UNKNOWN_LEVEL_VARIANCE,
            few if few < USUAL_POSTS_MIN => FRAC_PI_2 * model.predictive[(KNOT_24, KNOT_24)] / few as f64,
            // the vectors learned from were held against a median themselves
            _ => 0.0,
        };
        Self {
            as_of,
            grown: rows.len() as u32,
            levels: levels as u32,
            level,
            level_variance,
            mean: model.mean.as_slice().to_vec(),
            predictive: model.predictive.as_slice().to_vec(),
            weight: model.weight,
            calibration,
        }
    }

    /// What the curves rest on.
    pub fn basis(&self) -> Basis {
        Basis { curves: self.grown, levels: self.levels, pooled_weight: self.model().pooled_weight() }
    }

    /// Views expected of a post published at `published_at`, from its readings (times ascending, views) up to `now`,
    /// all in unix seconds.
    pub fn forecast(
        &self,
        published_at: i64,
        (at, views): (&[i64], &[i64]),
        now: i64,
    ) -> Result<Forecast, NotEnoughData> {
        let young = self.young(published_at, (at, views), now)?;
        let horizons = HORIZONS_H
            .into_iter()
            .map(|h| {
                let age_h = f64::from(h);
                if let Some(views) = young.readings.views_at(age_h) {
                    return Horizon { h, views, low: views, high: views, measured: true };
                }
                let BandPoint { views, low, high, .. } = young.expected(age_h);
                Horizon { h, views, low, high, measured: false }
            })
            .collect();
        let newest = young.readings.newest();
        Ok(Forecast {
            at_age_h: now.saturating_sub(published_at) as f64 / HOUR_S,
            read_at_age_h: newest.map(|(age_h, _)| age_h),
            views_now: newest.map(|(_, views)| views),
            horizons,
            basis: self.basis(),
            source: Source::Estimated,
        })
    }

    /// The same forecast as a band from the post's newest reading (without any: from its age) to 7 days, for a chart;
    /// empty once the post is older. Nothing in it falls, and it passes through the open horizons of
    /// [`forecast`](Self::forecast).
    pub fn band(
        &self,
        published_at: i64,
        (at, views): (&[i64], &[i64]),
        now: i64,
    ) -> Result<Vec<BandPoint>, NotEnoughData> {
        Ok(self.young(published_at, (at, views), now)?.path)
    }

    fn young<'a>(
        &'a self,
        published_at: i64,
        (at, views): (&'a [i64], &'a [i64]),
        now: i64,
    ) -> Result<Young<'a>, NotEnoughData> {
        if now < published_at {
            return Err(NotEnoughData::NotPublished);
        }
        let readings = Readings::new(published_at, at, views, now);
        if readings.newest().is_none() && (self.levels as usize) < USUAL_POSTS_MIN {
            return Err(NotEnoughData::NoReadings { posts: self.levels, needed: USUAL_POSTS_MIN as u32 });
        }
        let age_h = now.saturating_sub(published_at) as f64 / HOUR_S;
        Ok(Young::new(self, published_at, readings, age_h))
    }

    fn model(&self) -> Model {
        Model::learned(&self.mean, &self.predictive, self.weight).unwrap_or_else(Model::prior)
    }
}

/// Vectors of the posts whose growth is measured, each against the level of the posts before it: those that were
/// 24 h old when it was published. The first few are held against all there are.
fn rows(posts: &[Grown]) -> Vec<Row> {
    let mut all: Vec<f64> = posts.iter().filter_map(|post| post.level).collect();
    let overall = median(&mut all).unwrap_or(UNKNOWN_LEVEL);
    let mut before = RollingMedian::new(LOOKBACK_POSTS);
    let mut old_enough = posts.iter().peekable();
    let mut rows = Vec::new();
    for post in posts {
        let settled = post.date_utc.saturating_sub((LEVEL_H * HOUR_S) as i64);
        while let Some(earlier) = old_enough.next_if(|earlier| earlier.date_utc <= settled) {
            if let Some(level) = earlier.level {
                before.push(level);
            }
        }
        let level = before.median().filter(|_| before.len() >= USUAL_POSTS_MIN).unwrap_or(overall);
        if post.measured {
            rows.push(Row::new(&post.at_knots, post.read_at_knots, born(post.date_utc), level));
        }
    }
    rows
}

/// One post and what is expected of it.
struct Young<'a> {
    curves: &'a Curves,
    readings: Readings<'a>,
    /// ln views at 24 h that its readings are held against
    level: f64,
    conditional: Conditional,
    /// age at the newest reading, or now without any; hours
    from_h: f64,
    path: Vec<BandPoint>,
}

impl<'a> Young<'a> {
    fn new(curves: &'a Curves, published_at: i64, readings: Readings<'a>, age_h: f64) -> Self {
        let model = curves.model();
        let mut known = known_readings(curves, &model, &readings);
        let beyond = beyond_experience(curves, &model, &known);
        for reading in &mut known {
            reading.log -= beyond;
        }
        let conditional = model.condition(born(published_at), &known, curves.level_variance);
        let newest = readings.newest();
        let from_h = newest.map_or(age_h, |(age_h, _)| age_h);
        let level = curves.level + beyond;
        let mut young = Self { curves, readings, level, conditional, from_h, path: Vec::new() };
        young.path = young.path_ahead(newest.map(|(_, views)| views as f64));
        young
    }

    /// From the newest reading on, nothing falls.
    fn path_ahead(&self, views_now: Option<f64>) -> Vec<BandPoint> {
        let mut last = match views_now {
            Some(views) => BandPoint { at_h: self.from_h, views, low: views, high: views },
            None => self.raw(self.from_h),
        };
        if self.from_h >= LAST_H {
            return Vec::new();
        }
        let mut path = vec![last];
        let first_h = self.from_h.max(KNOTS_H[0] / 4.0);
        let growth = (LAST_H / first_h).ln();
        let steps = (1..=BAND_STEPS).map(|step| first_h * (growth * f64::from(step) / f64::from(BAND_STEPS)).exp());
        let mut ages: Vec<f64> = steps.chain(HORIZONS_H.map(f64::from)).filter(|h| *h > self.from_h).collect();
        ages.sort_by(f64::total_cmp);
        ages.dedup_by(|later, earlier| *later - *earlier < 1e-6);
        for at_h in ages {
            let raw = self.raw(at_h);
            let views = raw.views.max(last.views);
            last = BandPoint {
                at_h,
                views,
                low: raw.low.max(last.low).min(views),
                high: raw.high.max(last.high).max(views),
            };
            path.push(last);
        }
        path
    }

    /// What is expected at one age, as the model has it.
    fn raw(&self, at_h: f64) -> BandPoint {
        let (mean, scale) = self.conditional.at(Place::of(at_h));
        let quantiles = self.curves.calibration.at(self.from_h, at_h);
        let views = |quantile: f64| views_of_log(self.level + mean + quantile * scale);
        BandPoint { at_h, views: views(quantiles.middle), low: views(quantiles.low), high: views(quantiles.high) }
    }

    /// What is expected at a horizon: on the path ahead, or in a hole between two readings.
    fn expected(&self, h: f64) -> BandPoint {
        if let Some(point) = self.path.iter().find(|point| (point.at_h - h).abs() < 1e-6) {
            return *point;
        }
        let raw = self.raw(h);
        let Some((from, to)) = self.readings.around(h) else { return raw };
        let clamp = |views: f64| views.clamp(from.min(to), to.max(from));
        BandPoint { at_h: h, views: clamp(raw.views), low: clamp(raw.low), high: clamp(raw.high) }
    }
}

/// By how much, in ln views, a post is beyond anything the channel has seen: further than [`SEEN`] standard deviations
/// from its usual readings. That much is the post's own level. What a channel's curves say of posts a little above and
/// below the usual does not hold a hundred times above it.
fn beyond_experience(curves: &Curves, model: &Model, known: &[Reading]) -> f64 {
    let excess = known.iter().map(|reading| {
        let (mean, scale) = model.at(reading.place);
        let far = SEEN * (scale.powi(2) + curves.level_variance + reading.variance).sqrt();
        let apart = reading.log - mean;
        apart - apart.clamp(-far, far)
    });
    median(&mut excess.collect::<Vec<f64>>()).unwrap_or(0.0)
}

/// The newest reading, and the knots measured before it.
fn known_readings(curves: &Curves, model: &Model, readings: &Readings<'_>) -> Vec<Reading> {
    let Some((newest_h, newest)) = readings.newest() else { return Vec::new() };
    let usual = |place: Place| {
        if curves.levels == 0 { f64::INFINITY } else { views_of_log(curves.level + model.at(place).0) }
    };
    let reading = |age_h: f64, log: f64| {
        let place = Place::of(age_h);
        let variance = reading_variance(views_of_log(log).min(usual(place)));
        Reading { place, log: log - curves.level, variance }
    };
    let at_knots = KNOTS_H.into_iter().zip(readings.at_knots());
    // a knot right before the newest reading would be the same reading twice
    let mut known: Vec<Reading> = at_knots
        .filter(|(age_h, _)| *age_h < newest_h * 0.98)
        .filter_map(|(age_h, log)| Some(reading(age_h, log?)))
        .collect();
    known.push(reading(newest_h, log_views(newest as f64)));
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;
    /// Ages at which posts of these tests are read, hours.
    const READ_H: [i64; 12] = [1, 2, 3, 4, 6, 8, 12, 18, 24, 48, 72, 168];

    /// Posts every 8 h; post `i` has `views(i, age in hours)` views.
    struct Channel {
        date_utc: Vec<i64>,
        readings: ViewReadings,
    }

    impl Channel {
        fn new(posts: i64, views: impl Fn(i64, f64) -> f64) -> Self {
            let mut channel =
                Self { date_utc: Vec::new(), readings: ViewReadings { offsets: vec![0], ..ViewReadings::default() } };
            for index in 0..posts {
                let date = index * 8 * HOUR;
                channel.post(date, &READ_H.map(|h| (date + h * HOUR, views(index, h as f64) as i64)));
            }
            channel
        }

        fn post(&mut self, date: i64, readings: &[(i64, i64)]) {
            self.date_utc.push(date);
            self.readings.at.extend(readings.iter().map(|(at, _)| at));
            self.readings.views.extend(readings.iter().map(|(_, views)| views));
            self.readings.offsets.push(self.readings.at.len());
        }

        fn now(&self) -> i64 {
            self.date_utc.last().map_or(0, |date| date + 8 * DAY)
        }

        fn curves(&self) -> Curves {
            Curves::learn(&self.date_utc, &self.readings, self.now())
        }
    }

    /// Posts of 1,000 views at 24 h, 15 % more or less, growing as a power of age.
    fn usual(posts: i64) -> Channel {
        Channel::new(posts, |index, h| 1_000.0 * level_of(index) * (h / 24.0).powf(0.3 + 0.05 * level_of(index * 3)))
    }

    fn level_of(index: i64) -> f64 {
        ((index * 7 % 11 - 5) as f64 * 0.03).exp()
    }

    /// Numbers, in order, and no fewer views than there are.
    fn sound(forecast: &Forecast) {
        for Horizon { views, low, high, .. } in &forecast.horizons {
            assert!(low.is_finite() && views.is_finite() && high.is_finite(), "{forecast:?}");
            assert!(0.0 <= *low && low <= views && views <= high, "{forecast:?}");
        }
        assert_eq!(forecast.horizons.iter().map(|horizon| horizon.h).collect::<Vec<_>>(), HORIZONS_H);
    }

    /// Forecast of a post published at `now` − the age of its newest reading; ages in hours, views.
    fn forecast(curves: &Curves, readings: &[(f64, i64)]) -> Forecast {
        let published_at = curves.as_of;
        let at: Vec<i64> = readings.iter().map(|(h, _)| published_at + (h * HOUR_S) as i64).collect();
        let views: Vec<i64> = readings.iter().map(|(_, views)| *views).collect();
        let now = at.last().copied().unwrap_or(published_at + HOUR);
        let forecast = curves.forecast(published_at, (&at, &views), now).unwrap();
        sound(&forecast);
        forecast
    }

    fn width(horizon: &Horizon) -> f64 {
        (horizon.high / horizon.low).ln()
    }

    #[test]
    fn a_usual_post_is_expected_to_grow_as_usual() {
        let curves = usual(60).curves();
        let forecast = forecast(&curves, &[(1.0, 352), (2.0, 440), (3.0, 502)]);
        let [day, two, week] = forecast.horizons[..] else { panic!("{forecast:?}") };
        assert!((day.views / 1_000.0 - 1.0).abs() < 0.1, "{day:?}");
        assert!((two.views / 1_270.0 - 1.0).abs() < 0.1, "{two:?}");
        assert!((week.views / 1_970.0 - 1.0).abs() < 0.15, "{week:?}");
        assert_eq!((forecast.views_now, forecast.basis.curves, forecast.basis.levels), (Some(502), 60, 30));
        assert_eq!(forecast.source, Source::Estimated);
    }

    #[test]
    fn the_interval_narrows_with_age_and_with_curves() {
        let (few, many) = (usual(4).curves(), usual(100).curves());
        let young = forecast(&many, &[(1.0, 352)]);
        let older = forecast(&many, &[(1.0, 352), (3.0, 502), (6.0, 630), (12.0, 790)]);
        assert!(width(&older.horizons[2]) < width(&young.horizons[2]));
        let with_few = forecast(&few, &[(1.0, 352)]);
        for (few, many) in with_few.horizons.iter().zip(&young.horizons) {
            assert!(width(many) < width(few), "{many:?} {few:?}");
        }
        assert!(young.basis.pooled_weight < with_few.basis.pooled_weight && with_few.basis.pooled_weight < 1.0);
    }

    #[test]
    fn no_reading_yet_is_forecast_from_the_usual_reach() {
        let curves = usual(30).curves();
        let expected = forecast(&curves, &[]);
        assert_eq!((expected.views_now, expected.read_at_age_h), (None, None));
        let day = expected.horizons[0];
        assert!((day.views / 1_000.0 - 1.0).abs() < 0.2 && day.low < 900.0 && day.high > 1_100.0, "{day:?}");
    }

    #[test]
    fn no_reading_and_no_reach_says_what_is_missing() {
        let curves = usual(3).curves();
        let missing = curves.forecast(curves.as_of, (&[], &[]), curves.as_of + HOUR).unwrap_err();
        assert_eq!(missing, NotEnoughData::NoReadings { posts: 3, needed: 5 });
        assert_eq!(
            serde_json::to_value(missing).unwrap(),
            serde_json::json!({"code": "no_readings", "posts": 3, "needed": 5})
        );
        let nobody = Curves::learn(&[], &ViewReadings { offsets: vec![0], ..ViewReadings::default() }, 0);
        assert_eq!(nobody.band(0, (&[], &[]), HOUR), Err(NotEnoughData::NoReadings { posts: 0, needed: 5 }));
        assert_eq!(nobody.forecast(HOUR, (&[], &[]), 0), Err(NotEnoughData::NotPublished));
    }

    #[test]
    fn a_channel_of_nothing_is_forecast_by_the_pooled_curve() {
        let nobody = Curves::learn(&[], &ViewReadings { offsets: vec![0], ..ViewReadings::default() }, 0);
        let expected = forecast(&nobody, &[(12.0, 4_000)]);
        assert!((expected.basis.pooled_weight - 1.0).abs() < f64::EPSILON);
        let typical = 4_000.0 / super::super::typical::share(12.0) * 0.5;
        assert!((expected.horizons[0].views / typical - 1.0).abs() < 0.1, "{expected:?} {typical}");
        assert!(expected.horizons[2].high > 1.5 * expected.horizons[2].low);
    }

    #[test]
    fn one_dump_gives_a_level_and_no_curves() {
        let mut channel = Channel::new(0, |_, _| 0.0);
        for index in 0..40 {
            channel.post(index * DAY, &[(60 * DAY, 2_000)]);
        }
        let curves = Curves::learn(&channel.date_utc, &channel.readings, 60 * DAY);
        assert_eq!((curves.basis().curves, curves.basis().levels), (0, 30));
        let day = forecast(&curves, &[]).horizons[0];
        assert!((day.views / 1_000.0 - 1.0).abs() < 0.1, "half of the total: {day:?}");
    }

    #[test]
    fn zero_views() {
        let dead = Channel::new(30, |_, _| 0.0).curves();
        assert!(forecast(&dead, &[(1.0, 0), (3.0, 0)]).horizons[2].high < 5.0);
        // nobody has come yet where a thousand usually do
        let day = forecast(&usual(60).curves(), &[(0.1, 0)]).horizons[0];
        assert!(day.views > 100.0, "{day:?}");
        let hours_of_nothing = forecast(&usual(60).curves(), &[(1.0, 0), (3.0, 0)]).horizons[0];
        assert!(hours_of_nothing.views < day.views, "{hours_of_nothing:?}");
    }

    #[test]
    fn falling_views() {
        let expected = forecast(&usual(60).curves(), &[(1.0, 400), (2.0, 440), (3.0, 380)]);
        assert!(expected.horizons[0].low >= 380.0);
        let falling = Channel::new(30, |index, h| 1_000.0 * level_of(index) * (1.0 - h / 400.0)).curves();
        forecast(&falling, &[(1.0, 990), (3.0, 980)]);
    }

    #[test]
    fn constant_views() {
        let expected = forecast(&Channel::new(60, |_, _| 500.0).curves(), &[(1.0, 500), (3.0, 500)]);
        for horizon in expected.horizons {
            assert!((horizon.views / 500.0 - 1.0).abs() < 0.05 && horizon.high < 600.0, "{horizon:?}");
        }
    }

    #[test]
    fn a_gap_of_a_year_in_the_channel_and_of_days_in_the_readings() {
        let mut channel = usual(30);
        let later = channel.now() + 365 * DAY;
        channel.post(later, &[(later + HOUR, 350), (later + 8 * DAY, 2_000)]);
        let curves = Curves::learn(&channel.date_utc, &channel.readings, later + 9 * DAY);
        let expected = forecast(&curves, &[(1.0, 350)]);
        assert!((expected.horizons[0].views / 1_000.0 - 1.0).abs() < 0.3, "{expected:?}");
        // old enough for all horizons, read at none of them: between the readings
        let (at, views) = ([later + HOUR, later + 20 * DAY], [350, 2_000]);
        let holed = curves.forecast(later, (&at, &views), later + 20 * DAY).unwrap();
        sound(&holed);
        assert!(holed.horizons.iter().all(|h| !h.measured && h.low >= 350.0 && h.high <= 2_000.0), "{holed:?}");
    }

    #[test]
    fn one_giant_outlier() {
        let giant = Channel::new(60, |index, h| {
            let usual = 1_000.0 * level_of(index) * (h / 24.0).powf(0.3 + 0.05 * level_of(index * 3));
            if index == 40 { 500.0 * usual } else { usual }
        });
        let (with, without) = (giant.curves(), usual(60).curves());
        let readings = [(1.0, 352), (3.0, 502)];
        for (with, without) in forecast(&with, &readings).horizons.iter().zip(&forecast(&without, &readings).horizons) {
            assert!((with.views / without.views).ln().abs() < 0.1, "{with:?} {without:?}");
            assert!(width(with) < 2.0 * width(without), "{with:?} {without:?}");
        }
        let giant_now = forecast(&without, &[(1.0, 176_000), (3.0, 251_000)]);
        assert!(giant_now.horizons[0].views > 300_000.0, "{giant_now:?}");
    }

    #[test]
    fn a_bought_looking_jump() {
        let curves = usual(60).curves();
        let grown = forecast(&curves, &[(1.0, 352), (2.0, 440), (3.0, 502)]);
        let bought = forecast(&curves, &[(1.0, 352), (2.0, 440), (3.0, 10_440)]);
        assert!(bought.horizons[0].low >= 10_440.0);
        assert!(bought.horizons[0].views < 30_000.0, "what was bought does not grow on: {bought:?}");
        assert!(width(&bought.horizons[2]) > width(&grown.horizons[2]), "less is known of it");
    }

    #[test]
    fn horizons_passed_are_measured() {
        let curves = usual(40).curves();
        let expected = forecast(&curves, &[(6.0, 630), (12.0, 790), (24.0, 1_000), (50.0, 1_300)]);
        let [day, two, week] = expected.horizons[..] else { panic!("{expected:?}") };
        assert_eq!((day.measured, day.views, day.low, day.high), (true, 1_000.0, 1_000.0, 1_000.0));
        assert!(two.measured && (two.views - (1_000.0 + 300.0 * 24.0 / 26.0)).abs() < 1e-9);
        assert!(!week.measured && week.low >= 1_300.0);
    }

    #[test]
    fn the_band_never_falls_and_passes_through_the_horizons() {
        let curves = usual(60).curves();
        let (at, views) = ([curves.as_of + HOUR, curves.as_of + 3 * HOUR], [352, 502]);
        let now = curves.as_of + 4 * HOUR;
        for readings in [(&at[..], &views[..]), (&[][..], &[][..])] {
            let band = curves.band(curves.as_of, readings, now).unwrap();
            let ordered = |of: fn(&BandPoint) -> f64| band.windows(2).all(|pair| of(&pair[0]) <= of(&pair[1]));
            assert!(ordered(|p| p.at_h) && ordered(|p| p.views) && ordered(|p| p.low) && ordered(|p| p.high));
            assert!((band[band.len() - 1].at_h - LAST_H).abs() < 1e-9);
            for horizon in curves.forecast(curves.as_of, readings, now).unwrap().horizons {
                let point = band.iter().find(|point| (point.at_h - f64::from(horizon.h)).abs() < 1e-6).unwrap();
                assert_eq!((point.views, point.low, point.high), (horizon.views, horizon.low, horizon.high));
            }
        }
        let band = curves.band(curves.as_of, (&at, &views), now).unwrap();
        assert_eq!(band[0], BandPoint { at_h: 3.0, views: 502.0, low: 502.0, high: 502.0 });
        let old = curves.as_of + 200 * HOUR;
        assert!(curves.band(curves.as_of, (&[old], &[2_000]), old).unwrap().is_empty());
    }

    #[test]
    fn curves_travel() {
        let curves = usual(60).curves();
        let json = serde_json::to_string(&curves).unwrap();
        assert!(json.len() < 20_000, "{}", json.len());
        let arrived: Curves = serde_json::from_str(&json).unwrap();
        let bytes = postcard::to_stdvec(&curves).unwrap();
        assert_eq!(postcard::from_bytes::<Curves>(&bytes).unwrap(), curves);
        let (here, there) = (forecast(&curves, &[(1.0, 352)]), forecast(&arrived, &[(1.0, 352)]));
        assert!((here.horizons[2].views / there.horizons[2].views - 1.0).abs() < 1e-9);
    }

    #[test]
    fn extremes_do_not_panic() {
        let readings = ViewReadings { offsets: vec![0, 1, 2], at: vec![i64::MIN, i64::MAX], views: vec![i64::MAX; 2] };
        let curves = Curves::learn(&[i64::MIN, i64::MAX], &readings, i64::MAX);
        for now in [i64::MIN, 0, i64::MAX] {
            if let Ok(expected) = curves.forecast(i64::MIN, (&[0, i64::MAX], &[i64::MIN, i64::MAX]), now) {
                sound(&expected);
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_gives_numbers(
            channel in prop::collection::vec(prop::collection::vec((1_i64..400_000, -5_i64..1_000_000), 0..9), 0..14),
            young in prop::collection::vec((1_i64..200_000, 0_i64..2_000_000), 1..6),
        ) {
            let mut learned = Channel::new(0, |_, _| 0.0);
            let steps_of = |date: i64, steps: &[(i64, i64)]| {
                let mut at = date;
                steps.iter().map(|(step, views)| { at += step; (at, *views) }).collect::<Vec<_>>()
            };
            for (index, steps) in channel.iter().enumerate() {
                let date = index as i64 * 5 * HOUR;
                learned.post(date, &steps_of(date, steps));
            }
            let curves = Curves::learn(&learned.date_utc, &learned.readings, 30 * DAY);
            let (at, views): (Vec<i64>, Vec<i64>) = steps_of(0, &young).into_iter().unzip();
            let expected = curves.forecast(0, (&at, &views), at[at.len() - 1]).unwrap();
            sound(&expected);
        }
    }
}
