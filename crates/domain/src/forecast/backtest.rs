//! Rolling-origin backtest: what forecasts would have been in the channel's past, from what was known then.
//!
//! [`Backtest::plan`], then [`Backtest::fold`] for each of [`Backtest::folds`] in any order and on any thread, then
//! [`Backtest::report`] of the results; [`Backtest::run`] does all of it on one thread.

use serde::{Deserialize, Serialize};

use super::growth::Readings;
use super::record::{holds, log_error};
use super::{Curves, HORIZONS_H, typical};
use crate::analytics::history::ViewReadings;
use crate::analytics::statistics::median;

/// Ages, in hours, at which posts are forecast.
pub const AGES_H: [f64; 6] = [0.5, 1.0, 3.0, 6.0, 12.0, 24.0];

/// Posts before the first fold.
const POSTS_BEFORE: usize = 10;
const FOLDS_MAX: usize = 40;
const FOLD_POSTS_MIN: usize = 5;

/// A forecast counts as one of an age when the newest reading is at least this share of it old.
const NEWEST_READING: f64 = 0.7;

/// Fewest forecasts with a measured outcome that are worth a report.
const FORECASTS_MIN: u64 = 10;

const HOUR_S: f64 = 3600.0;

/// A channel's posts, divided into stretches that are forecast from what came before them.
#[derive(Debug, Clone, Copy)]
pub struct Backtest<'a> {
    date_utc: &'a [i64],
    readings: &'a ViewReadings,
    posts_a_fold: usize,
    folds: usize,
}

/// One forecast and its outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scored {
    h: u32,
    /// place in [`AGES_H`]
    age: usize,
    inside: bool,
    error_model: f64,
    error_share: f64,
}

/// What one fold found; to be collected for [`Backtest::report`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FoldScores {
    scored: Vec<Scored>,
    forecasts: u64,
}

/// Result of a backtest of one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BacktestReport {
    pub channel: String,
    pub n_posts: u64,
    pub folds: u64,
    /// forecasts made: pairs of post and age
    pub forecasts: u64,
    /// by horizon, then age; only those that were measured
    pub horizons: Vec<BacktestHorizon>,
    /// why there is little or nothing to score
    pub not_measured: Option<NotMeasured>,
}

/// Forecasts of one horizon made at one age.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BacktestHorizon {
    /// age forecast, hours
    pub h: u32,
    /// age at the forecast, hours
    pub age_h: f64,
    /// forecasts whose outcome was measured
    pub n: u64,
    /// share of outcomes within the 80 % interval
    pub coverage80: f64,
    /// median of |ln(measured / forecast)|
    pub median_error_model: f64,
    /// the same of "views now divided by the typical share at this age", times the typical share at `h`
    pub median_error_share: f64,
}

/// Tagged, so that a screen can say it in the reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum NotMeasured {
    /// no post was read both young and later, as in a channel imported from one dump
    #[error("no curves are measured: none of {posts} posts was read both young and at 24 h or later")]
    NoCurves { posts: u64 },
    #[error("too few forecasts could be held against what came: {forecasts}, at least {needed} are needed")]
    TooFew { forecasts: u64, needed: u64 },
}

impl<'a> Backtest<'a> {
    /// `date_utc`: unix seconds, ascending; post `i` with readings `i`.
    pub fn plan(date_utc: &'a [i64], readings: &'a ViewReadings) -> Self {
        let left = date_utc.len().saturating_sub(POSTS_BEFORE);
        let posts_a_fold = left.div_ceil(FOLDS_MAX).max(FOLD_POSTS_MIN);
        Self { date_utc, readings, posts_a_fold, folds: left.div_ceil(posts_a_fold) }
    }

    pub fn folds(&self) -> usize {
        self.folds
    }

    /// Learns what was known when fold `index` began and forecasts its posts at [`AGES_H`].
    pub fn fold(&self, index: usize) -> FoldScores {
        let from = POSTS_BEFORE + index * self.posts_a_fold;
        let to = (from + self.posts_a_fold).min(self.date_utc.len());
        let mut scores = FoldScores::default();
        let Some(origin) = self.date_utc.get(from) else { return scores };
        let curves = Curves::learn(self.date_utc, self.readings, *origin);
        for post in from..to {
            self.post(&curves, post, &mut scores);
        }
        scores
    }

    fn post(&self, curves: &Curves, post: usize, scores: &mut FoldScores) {
        let date_utc = self.date_utc[post];
        let (at, views) = self.readings.of(post);
        let whole = Readings::new(date_utc, at, views, i64::MAX);
        for (age, age_h) in AGES_H.into_iter().enumerate() {
            let now = date_utc.saturating_add((age_h * HOUR_S) as i64);
            let Some((read_h, views_now)) = Readings::new(date_utc, at, views, now).newest() else { continue };
            if read_h < age_h * NEWEST_READING {
                continue;
            }
            let Ok(forecast) = curves.forecast(date_utc, (at, views), now) else { continue };
            scores.forecasts += 1;
            for horizon in forecast.horizons.iter().filter(|horizon| !horizon.measured) {
                let h = f64::from(horizon.h);
                let Some(outcome) = whole.views_at(h).filter(|_| h > age_h) else { continue };
                let by_share = views_now as f64 / typical::share(read_h) * typical::share(h);
                scores.scored.push(Scored {
                    h: horizon.h,
                    age,
                    inside: holds(horizon.low, horizon.high, outcome),
                    error_model: log_error(outcome, horizon.views),
                    error_share: log_error(outcome, by_share),
                });
            }
        }
    }

    /// The report of all folds' results.
    pub fn report(&self, channel: &str, folds: &[FoldScores]) -> BacktestReport {
        let forecasts = folds.iter().map(|fold| fold.forecasts).sum();
        let scored: Vec<Scored> = folds.iter().flat_map(|fold| fold.scored.iter().copied()).collect();
        let horizons = HORIZONS_H.into_iter().flat_map(|h| (0..AGES_H.len()).map(move |age| (h, age)));
        let horizons: Vec<BacktestHorizon> = horizons.filter_map(|(h, age)| horizon(&scored, h, age)).collect();
        let measured = horizons.iter().map(|horizon| horizon.n).sum::<u64>();
        BacktestReport {
            channel: channel.to_owned(),
            n_posts: self.date_utc.len() as u64,
            folds: self.folds as u64,
            forecasts,
            horizons,
            not_measured: self.not_measured(measured),
        }
    }

    fn not_measured(&self, forecasts: u64) -> Option<NotMeasured> {
        let newest = self.readings.at.iter().copied().max().unwrap_or(i64::MIN);
        if Curves::learn(self.date_utc, self.readings, newest).basis().curves == 0 {
            return Some(NotMeasured::NoCurves { posts: self.date_utc.len() as u64 });
        }
        (forecasts < FORECASTS_MIN).then_some(NotMeasured::TooFew { forecasts, needed: FORECASTS_MIN })
    }

    /// All folds one after another. `on_progress(done, all)` after each.
    pub fn run(&self, channel: &str, mut on_progress: impl FnMut(usize, usize)) -> BacktestReport {
        let folds: Vec<FoldScores> = (0..self.folds)
            .map(|index| {
                let scores = self.fold(index);
                on_progress(index + 1, self.folds);
                scores
            })
            .collect();
        self.report(channel, &folds)
    }
}

fn horizon(scored: &[Scored], h: u32, age: usize) -> Option<BacktestHorizon> {
    let of_it: Vec<&Scored> = scored.iter().filter(|scored| scored.h == h && scored.age == age).collect();
    let mut errors_model: Vec<f64> = of_it.iter().map(|scored| scored.error_model).collect();
    let mut errors_share: Vec<f64> = of_it.iter().map(|scored| scored.error_share).collect();
    let inside = of_it.iter().filter(|scored| scored.inside).count();
    Some(BacktestHorizon {
        h,
        age_h: AGES_H[age],
        n: of_it.len() as u64,
        coverage80: inside as f64 / of_it.len().max(1) as f64,
        median_error_model: median(&mut errors_model)?,
        median_error_share: median(&mut errors_share)?,
    })
}
