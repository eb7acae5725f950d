//! Forecasts of young posts on channels whose curves are known: how often the outcome falls into the interval, and
//! how far it is from what was expected.

use std::path::PathBuf;

use domain::analytics::history::ViewReadings;
use domain::analytics::posts::views_at;
use domain::analytics::query::MaxGap;
use domain::analytics::statistics::median;
use domain::forecast::backtest::NotMeasured;
use domain::forecast::{Backtest, Curves, HORIZONS_H, typical};

use crate::csv_files;
use crate::forecast_channels::{Channel, DAY_S, FAST, HOUR_S, Kind, SLOW, Schedule, TYPICAL, USUAL};

const AGES_H: [f64; 5] = [0.5, 1.0, 3.0, 6.0, 12.0];
/// Posts of a channel that are forecast, after those it learned from.
const FORECAST: usize = 15;

/// Forecasts of one age and horizon.
#[derive(Default)]
struct Tally {
    age_h: f64,
    h: u32,
    inside: usize,
    errors: Vec<f64>,
    errors_share: Vec<f64>,
}

impl Tally {
    fn coverage(&self) -> f64 {
        self.inside as f64 / self.errors.len() as f64
    }
}

/// Forecasts of the last posts of so many channels of a kind, from what was known when the first of them was
/// published and the post's own readings up to each age.
fn tallies(kind: &Kind, channels: u64) -> Vec<Tally> {
    let new = |age_h: f64, h: u32| Tally { age_h, h, ..Tally::default() };
    let mut tallies: Vec<Tally> =
        AGES_H.into_iter().flat_map(|age_h| HORIZONS_H.into_iter().map(move |h| new(age_h, h))).collect();
    for seed in 0..channels {
        let channel = Channel::new(&Kind { posts: kind.posts + FORECAST, ..kind.clone() }, seed * 7_919 + 1);
        let curves = Curves::learn(&channel.date_utc, &channel.readings, channel.date_utc[kind.posts]);
        for post in kind.posts..channel.date_utc.len() {
            let date_utc = channel.date_utc[post];
            let (at, views) = channel.readings.of(post);
            for (age_h, tallies) in AGES_H.into_iter().zip(tallies.chunks_mut(HORIZONS_H.len())) {
                // a reading asked for at an age comes up to two minutes later
                let now = date_utc + (age_h * HOUR_S as f64) as i64 + 130;
                let forecast = curves.forecast(date_utc, (at, views), now).unwrap();
                let (Some(read_h), Some(views_now)) = (forecast.read_at_age_h, forecast.views_now) else { continue };
                if read_h < 0.7 * age_h {
                    continue;
                }
                for (tally, horizon) in tallies.iter_mut().zip(forecast.horizons) {
                    assert_eq!((tally.h, horizon.measured), (horizon.h, false));
                    let h = f64::from(tally.h);
                    let Some(outcome) = views_at(date_utc, at, views, h, MaxGap::Usual) else { continue };
                    let by_share = views_now as f64 / typical::share(read_h) * typical::share(h);
                    tally.inside += usize::from(horizon.low <= outcome && outcome <= horizon.high);
                    tally.errors.push((outcome / horizon.views).ln().abs());
                    tally.errors_share.push((outcome / by_share.max(1.0)).ln().abs());
                }
            }
        }
    }
    tallies.retain(|tally| !tally.errors.is_empty());
    tallies
}

/// Checks a kind: 75–85 % of all outcomes, and of each age and horizon 80 % within `apart` besides four standard
/// errors of a share of so many outcomes.
fn check(kind: &Kind, channels: u64, apart: f64) {
    let mut tallies = tallies(kind, channels);
    let count: usize = tallies.iter().map(|tally| tally.errors.len()).sum();
    let inside: usize = tallies.iter().map(|tally| tally.inside).sum();
    let coverage = inside as f64 / count as f64;
    println!("{} after {} posts: {:.1} % of {count} outcomes", kind.name, kind.posts, 100.0 * coverage);
    for tally in &mut tallies {
        let (error, error_share) = (median(&mut tally.errors).unwrap(), median(&mut tally.errors_share).unwrap());
        println!(
            "  {:>4} h → {:>3} h: {:.1} % of {:>4}, median error {error:.3}, by the typical share {error_share:.3}",
            tally.age_h,
            tally.h,
            100.0 * tally.coverage(),
            tally.errors.len(),
        );
        // fewer say nothing of a single age
        if tally.errors.len() >= 300 {
            let chance = 4.0 * (0.8 * 0.2 / tally.errors.len() as f64).sqrt();
            assert!((tally.coverage() - 0.8).abs() <= apart + chance, "{} h → {} h", tally.age_h, tally.h);
            assert!(error < error_share, "{error} {error_share}");
        }
    }
    assert!((0.75..=0.85).contains(&coverage), "{coverage}");
}

/// From some dozens of posts on each age and horizon is right by itself.
macro_rules! kinds {
    ($($name:ident: $channels:literal, $kind:expr;)*) => {$(
        #[test]
        fn $name() {
            check(&Kind { name: stringify!($name), ..$kind }, $channels, 0.0);
        }
    )*};
}

kinds! {
    forty_posts: 24, Kind { posts: 40, ..USUAL };
    usual_posts: 24, USUAL;
    four_hundred_posts: 20, Kind { posts: 400, ..USUAL };
    news: 24, Kind { shape: FAST, ..USUAL };
    found_by_search: 24, Kind { shape: SLOW, ..USUAL };
    viral_posts: 24, Kind { viral: 0.05, ..USUAL };
    a_small_channel: 24, Kind { views: 300.0, ..USUAL };
    calm: 24, Kind { spread: 0.15, pace: 0.08, noise: 0.02, night: 0.0, ..USUAL };
    wild: 24, Kind { spread: 0.6, pace: 0.35, noise: 0.12, ..USUAL };
    growing: 24, Kind { trend: 1.0, posts: 200, ..USUAL };
    few_readings: 24, Kind { schedule: Schedule::Few, ..USUAL };
    irregular_readings: 24, Kind { schedule: Schedule::Irregular, ..USUAL };
    outages: 24, Kind { schedule: Schedule::Outages, ..USUAL };
}

/// Channels too new to have curves of their own are forecast by the pooled one, which is about many channels: it is
/// held against many kinds of them, and each age and horizon is right within 8 %.
#[test]
fn new_channels_of_all_kinds() {
    for posts in [5, 15] {
        check(&Kind { name: "new channels", posts, any_shape: true, ..USUAL }, 50, 0.08);
    }
}

#[test]
fn the_backtest_agrees_and_can_be_divided() {
    let channel = Channel::new(&Kind { posts: 90, ..USUAL }, 5);
    let backtest = Backtest::plan(&channel.date_utc, &channel.readings);
    let mut seen = Vec::new();
    let report = backtest.run("orbit", |done, all| seen.push((done, all)));
    assert_eq!(seen.len(), backtest.folds());
    assert_eq!(seen.last(), Some(&(backtest.folds(), backtest.folds())));
    let backwards: Vec<_> = (0..backtest.folds()).rev().map(|index| backtest.fold(index)).collect();
    let divided = backtest.report("orbit", &backwards);
    assert_eq!(report, divided);
    assert_eq!((report.n_posts, report.not_measured), (90, None));
    let [inside, n] = report.horizons.iter().fold([0.0, 0.0], |[inside, n], horizon| {
        [inside + horizon.coverage80 * horizon.n as f64, n + horizon.n as f64]
    });
    assert!((0.7..=0.9).contains(&(inside / n)), "{}", inside / n);
    for horizon in report.horizons.iter().filter(|horizon| horizon.n > 50) {
        assert!(horizon.median_error_model < horizon.median_error_share, "{horizon:?}");
    }
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["channel"], "orbit");
    assert!(json["horizons"][0]["median_error_share"].is_f64());
}

#[test]
fn a_forecast_knows_nothing_of_later() {
    let channel = Channel::new(&USUAL, 3);
    let post = 60;
    let (date_utc, now) = (channel.date_utc[post], channel.date_utc[post] + 3 * HOUR_S);
    let mut past = ViewReadings { offsets: vec![0], ..ViewReadings::default() };
    for index in 0..=post {
        let (at, views) = channel.readings.of(index);
        let known = at.partition_point(|at| *at <= now);
        past.at.extend(&at[..known]);
        past.views.extend(&views[..known]);
        past.offsets.push(past.at.len());
    }
    let then = Curves::learn(&channel.date_utc[..=post], &past, now);
    let today = Curves::learn(&channel.date_utc, &channel.readings, now);
    assert_eq!(then, today);
    assert_eq!(
        then.forecast(date_utc, past.of(post), now).unwrap(),
        today.forecast(date_utc, channel.readings.of(post), now).unwrap()
    );
}

fn folder() -> Option<PathBuf> {
    std::env::var_os("ANALYTICBOT_REAL_DATA").map(PathBuf::from)
}

/// One dump is one reading a post: there is a usual reach, but there are no curves, and nothing to score.
#[test]
fn real_channels_of_one_dump_have_no_curves() {
    let Some(folder) = folder().map(|folder| folder.join("channels")) else { return };
    let times: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("collection_times.json")).unwrap()).unwrap();
    for name in ["d_code", "mosrutop", "nevacomputer", "bbcbreaking"] {
        let taken_at = csv_files::instant(times[name]["not_after"].as_str().unwrap());
        let files =
            csv_files::Files { posts: folder.join(format!("{name}.csv")), taken_at, ..csv_files::Files::default() };
        let history = csv_files::history(&files, name, "UTC");
        let (date_utc, readings) = (&history.posts.date_utc, &history.readings);
        let report = Backtest::plan(date_utc, readings).run(name, |_, _| ());
        assert_eq!(report.not_measured, Some(NotMeasured::NoCurves { posts: date_utc.len() as u64 }), "{name}");
        assert!(report.horizons.iter().all(|horizon| horizon.coverage80.is_finite()));

        let curves = Curves::learn(date_utc, readings, taken_at);
        assert_eq!((curves.basis().curves, curves.basis().pooled_weight), (0, 1.0));
        let expected = curves.forecast(taken_at, (&[], &[]), taken_at).unwrap();
        let mut totals: Vec<f64> =
            history.posts.views.iter().rev().flatten().take(60).map(|views| *views as f64).collect();
        let total = median(&mut totals).unwrap();
        let week = expected.horizons[2];
        assert!(week.low < total && total < week.high, "{name}: {week:?} {total}");
    }
}

/// Two readings of 500 posts of a real channel, two hours apart: the growth between them, forecast from the first.
#[test]
fn real_growth_over_two_hours_is_about_what_is_expected() {
    let Some(path) = folder().map(|folder| folder.join("view-growth/two_snapshots_anonymous.csv")) else { return };
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows: Vec<[f64; 5]> = reader.deserialize().map(|row| row.unwrap()).collect();
    let (now, apart_h) = (400 * DAY_S, 1.9);
    let curves = Curves::learn(&[], &ViewReadings { offsets: vec![0], ..ViewReadings::default() }, now);
    let (mut inside, mut n) = (0, 0);
    for [age_h, views_1, views_2, ..] in rows {
        let date_utc = now - (age_h * HOUR_S as f64) as i64;
        let band = curves.band(date_utc, (&[now], &[views_1 as i64]), now).unwrap();
        assert!(band.iter().all(|point| point.low <= point.views && point.views <= point.high));
        assert!(band.iter().all(|point| point.high.is_finite()));
        let Some(after) = band.iter().position(|point| point.at_h >= age_h + apart_h) else { continue };
        let part = (age_h + apart_h - band[after - 1].at_h) / (band[after].at_h - band[after - 1].at_h);
        let at = |of: fn(&domain::forecast::BandPoint) -> f64| {
            of(&band[after - 1]) + part * (of(&band[after]) - of(&band[after - 1]))
        };
        n += 1;
        inside += usize::from(at(|point| point.low) <= views_2 && views_2 <= at(|point| point.high));
    }
    println!("{inside} of {n} within the band");
    // eleven posts younger than a week: plausible, no more can be said
    assert!(n >= 8, "{n}");
    assert!(inside * 2 >= n, "{inside} of {n}");
}

#[test]
fn shapes_are_what_they_say() {
    for shape in [TYPICAL, FAST, SLOW] {
        assert!(shape.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
    }
}
