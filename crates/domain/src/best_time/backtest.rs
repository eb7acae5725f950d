//! The recommender's own past: fitted on weeks 1…t, scored on week t + 1 (rolling origin), and its verdicts on
//! posts whose times were shuffled within each week. Every fold and every shuffle is a pure function of its index,
//! so that a caller may spread them over threads in any order.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::clock::{CELLS, Clocks};
use super::level::Memory;
use super::model::Fit;
use super::observations::Observations;
use super::robust::against_level;
use super::slots::Field;
use super::{ALPHA, Advice, Posterior, Settings, half_life_s, missing, recommend};
use crate::analytics::Dataset;

/// Metrics §4: scores of single posts of weeks the model had not seen. A ratio of nothing is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Backtest {
    pub folds: u32,
    pub posts_scored: u32,
    /// mean of |ln(actual / predicted)|
    pub log_error_model: Option<f64>,
    /// the same model without hour and weekday
    pub log_error_flat: Option<f64>,
    /// the raw mean of the slot's earlier posts, as a naive reader of a heatmap would predict
    pub log_error_slot_mean: Option<f64>,
    /// share of the posts inside the 80 % predictive interval
    pub coverage80: Option<f64>,
    /// what posts that happened to fall into the slots recommended at the time got, over the mean of all posts of the
    /// weeks with a recommendation, minus 1; other effects taken out
    pub lift_recommended: Option<f64>,
}

/// Verdicts on shuffled times: how many claimed a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Permuted {
    pub runs: u32,
    pub claims: u32,
}

/// One object of `analyticbot backtest best-time` (metrics §4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    #[serde(flatten)]
    pub advice: Advice,
    pub backtest: Backtest,
    pub permuted: Permuted,
}

/// Scores of one fold, or of many: they add up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Scores {
    pub folds: u32,
    pub posts: u32,
    /// sums of |ln(actual / predicted)|
    pub error_model: f64,
    pub error_flat: f64,
    pub error_slot_mean: f64,
    /// posts inside the 80 % predictive interval
    pub covered: u32,
    /// of weeks for which a slot was recommended: posts, and sum of ln(actual / flat prediction)
    pub posts_advised: u32,
    pub log_ratio_advised: f64,
    /// of these the posts in the recommended slots
    pub posts_recommended: u32,
    pub log_ratio_recommended: f64,
}

/// A backtest made ready: [`Plan::score`] and [`Plan::permuted_claims`] may be called from many threads, in any order.
#[derive(Debug)]
pub struct Plan<'a> {
    settings: &'a Settings,
    clocks: Clocks<'a>,
    observations: Observations,
    /// for each fold: how many posts are fitted, and where the scored week ends
    folds: Vec<(usize, usize)>,
}

/// How far [`run`] has come: folds and shuffles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub of: usize,
}

impl<'a> Plan<'a> {
    pub fn new(data: &Dataset, settings: &'a Settings) -> Self {
        let clocks = Clocks::new(settings);
        let observations = Observations::of(data, settings, &clocks);
        let mut folds = Vec::new();
        let mut from = 0;
        for week in observations.moments.chunk_by(|a, b| a.week == b.week) {
            if missing(&observations, from).is_none() {
                folds.push((from, from + week.len()));
            }
            from += week.len();
        }
        Self { settings, clocks, observations, folds }
    }

    /// Weeks with posts that have enough data before them.
    pub fn folds(&self) -> usize {
        self.folds.len()
    }

    /// Scores of one fold, `0..self.folds()`: a model fitted to all weeks before, and the posts of the week against
    /// the level of the posts before each.
    pub fn score(&self, fold: usize) -> Scores {
        let Some((fitted, end)) = self.folds.get(fold).copied() else { return Scores::default() };
        let observations = &self.observations;
        let Some(fit) = Fit::new(observations, fitted, half_life_s(self.settings)) else { return Scores::default() };
        let advised = self.recommended(&fit, fitted);
        let forecasts = fit.forecasts(observations, fitted, end);
        let slot_means = SlotMeans::of(observations, fitted, end, fit.memory);

        let [low, middle, high] = forecasts.model_quantiles;
        let mut scores = Scores { folds: 1, ..Scores::default() };
        for (place, index) in forecasts.posts.iter().copied().enumerate() {
            let cell = observations.moments[index].cell;
            let flat = forecasts.flat[place] - forecasts.flat_quantiles[1];
            scores.posts += 1;
            scores.error_model += (forecasts.model[place] - middle).abs();
            scores.error_flat += flat.abs();
            scores.error_slot_mean += slot_means.error(index, cell).abs();
            scores.covered += u32::from((low..=high).contains(&forecasts.model[place]));
            if advised.is_empty() {
                continue;
            }
            scores.posts_advised += 1;
            scores.log_ratio_advised += flat;
            if advised.contains(&cell) {
                scores.posts_recommended += 1;
                scores.log_ratio_recommended += flat;
            }
        }
        scores
    }

    /// Whether a difference is claimed on shuffle number `run`: posts keep their content and outcome, and trade their
    /// moments with others of the same week.
    pub fn permuted_claims(&self, run: usize) -> bool {
        let count = self.observations.len();
        if missing(&self.observations, count).is_some() {
            return false;
        }
        let mut generator = ChaCha8Rng::seed_from_u64(self.settings.seed);
        generator.set_stream(run as u64);
        let shuffled = self.observations.shuffled(&mut generator);
        Fit::new(&shuffled, count, half_life_s(self.settings)).is_some_and(|fit| fit.p_value < ALPHA)
    }

    /// Cells recommended by a fit to the first `fitted` posts; none without a difference.
    fn recommended(&self, fit: &Fit, fitted: usize) -> Vec<usize> {
        if fit.p_value >= ALPHA {
            return Vec::new();
        }
        let as_of = self.observations.moments[fitted - 1].at;
        let surface = Posterior::new(fit, as_of).surface(&self.clocks);
        let field = Field::new(self.settings, self.observations.posts_per_cell(fitted), surface.cells());
        field.recommended_cells()
    }
}

/// Posts against the level of raw outcomes, and the mean of those fitted by cell.
struct SlotMeans {
    /// by place among the observations; `None` without a level
    x: Vec<Option<f64>>,
    by_cell: Vec<(f64, u32)>,
    overall: f64,
}

impl SlotMeans {
    fn of(observations: &Observations, fitted: usize, end: usize, memory: Memory) -> Self {
        let mut x = vec![None; end];
        let (posts, values) = against_level(observations, &vec![0.0; end], memory);
        for (index, value) in posts.into_iter().zip(values) {
            x[index] = Some(value);
        }
        let mut by_cell = vec![(0.0, 0); CELLS];
        let (mut sum, mut count) = (0.0, 0_u32);
        for (moment, x) in observations.moments.iter().zip(&x[..fitted]) {
            if let Some(x) = x {
                let (cell_sum, cell_count) = &mut by_cell[moment.cell];
                *cell_sum += x;
                *cell_count += 1;
                sum += x;
                count += 1;
            }
        }
        Self { x, by_cell, overall: sum / f64::from(count.max(1)) }
    }

    /// ln(actual / predicted); where the cell has no post yet, the mean of all is predicted.
    fn error(&self, index: usize, cell: usize) -> f64 {
        let (sum, count) = self.by_cell[cell];
        let predicted = if count > 0 { sum / f64::from(count) } else { self.overall };
        self.x[index].unwrap_or(predicted) - predicted
    }
}

impl Scores {
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            folds: self.folds + other.folds,
            posts: self.posts + other.posts,
            error_model: self.error_model + other.error_model,
            error_flat: self.error_flat + other.error_flat,
            error_slot_mean: self.error_slot_mean + other.error_slot_mean,
            covered: self.covered + other.covered,
            posts_advised: self.posts_advised + other.posts_advised,
            log_ratio_advised: self.log_ratio_advised + other.log_ratio_advised,
            posts_recommended: self.posts_recommended + other.posts_recommended,
            log_ratio_recommended: self.log_ratio_recommended + other.log_ratio_recommended,
        }
    }

    pub fn backtest(&self) -> Backtest {
        let mean = |sum: f64, count: u32| (count > 0).then(|| sum / f64::from(count));
        let recommended = mean(self.log_ratio_recommended, self.posts_recommended);
        let advised = mean(self.log_ratio_advised, self.posts_advised);
        Backtest {
            folds: self.folds,
            posts_scored: self.posts,
            log_error_model: mean(self.error_model, self.posts),
            log_error_flat: mean(self.error_flat, self.posts),
            log_error_slot_mean: mean(self.error_slot_mean, self.posts),
            coverage80: mean(f64::from(self.covered), self.posts),
            lift_recommended: recommended.zip(advised).map(|(slots, all)| (slots - all).exp_m1()),
        }
    }
}

/// Everything on the calling thread, folds first, then `permutations` shuffles.
pub fn run(data: &Dataset, settings: &Settings, permutations: usize, mut progress: impl FnMut(Progress)) -> Report {
    let plan = Plan::new(data, settings);
    let of = plan.folds() + permutations;
    let mut scores = Scores::default();
    for fold in 0..plan.folds() {
        scores = scores.plus(plan.score(fold));
        progress(Progress { done: fold + 1, of });
    }
    let mut permuted = Permuted::default();
    for run in 0..permutations {
        permuted.runs += 1;
        permuted.claims += u32::from(plan.permuted_claims(run));
        progress(Progress { done: plan.folds() + run + 1, of });
    }
    let advice = recommend(data, settings).advice(data.channel.slug());
    Report { advice, backtest: scores.backtest(), permuted }
}
