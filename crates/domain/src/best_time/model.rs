//! The model: ln(outcome / level) = intercept + media type + gap + crowding + weekday + hour + weekend × hour + noise.
//!
//! * Level and robustness: [`super::robust`] (Huber, *Robust Statistics*, 1981, §7.8: residuals beyond a bound are
//!   moved to it and the model is fitted again).
//! * Noise: posts close in time have something in common ([`super::noise`]); columns and outcome are whitened by it.
//! * Shrinkage: coefficients of each group are normal with one variance per group. The variances of hour, weekday
//!   and weekend × hour are not known: the posterior is averaged over a grid of them, each weighted by its marginal
//!   likelihood (Gelman et al., *Bayesian Data Analysis*, ch. 5 and 15).

use nalgebra::{DMatrix, DVector};

use super::ALPHA;
use super::answer::Factor;
use super::design::{Design, TIME, TimeSpreads};
use super::hour_test::HourTest;
use super::level::Memory;
use super::noise::{Noise, Whitening, relative_variances};
use super::normal_equations::NormalEquations;
use super::observations::Observations;
use super::robust::{Cleaned, against_level};
use crate::analytics::statistics::quantile;

/// Prior spreads in log views that the posterior is averaged over: from none to more than seen on any channel, where
/// "the effect of the hour on the final count is mostly 0 to 20 %" (metrics §4).
const HOUR_SPREADS: [f64; 7] = [0.005, 0.02, 0.04, 0.06, 0.09, 0.14, 0.25];
const WEEKDAY_SPREADS: [f64; 5] = [0.005, 0.02, 0.05, 0.1, 0.2];
const WEEKEND_SPREADS: [f64; 3] = [0.002, 0.02, 0.06];
/// For what must be adjusted for rather than guessed: shrinkage would leave some of it to the hour.
const FREE: TimeSpreads = TimeSpreads { hour: 0.25, weekday: 0.2, weekend: 0.06 };
/// As good as none.
const NONE: TimeSpreads = TimeSpreads { hour: 1e-4, weekday: 1e-4, weekend: 1e-4 };

/// Points of the grid this much less likely than the best are left out: together they weigh less than 1 %.
const NEGLIGIBLE: f64 = 1e-4;

/// Posts that tell how far forecasts have lately been off. The predictive interval is the wider of theirs and that of
/// all: a channel that has become more erratic is believed, one that has calmed down not yet.
const RECENT_POSTS: usize = 100;

/// A factor's level against the mean post, log views.
#[derive(Debug, Clone, Copy)]
pub struct FactorEffect {
    pub factor: Factor,
    pub mean: f64,
    pub deviation: f64,
    pub n: u32,
}

/// The model fitted to the first posts of a channel.
#[derive(Debug)]
pub struct Fit {
    design: Design,
    pub memory: Memory,
    /// posterior of all coefficients
    pub mean: DVector<f64>,
    pub covariance: DMatrix<f64>,
    /// coefficients where neither weekday nor hour matters
    flat: DVector<f64>,
    /// mean over the posts of every column, by weight
    pub centre: DVector<f64>,
    /// ln of the mean over the posts of exp(effect of their time), against the effect at `centre`
    pub mean_slot: f64,
    /// chance of a difference between hours like this where there is none
    pub p_value: f64,
    /// standard deviation of the noise
    pub spread: f64,
    pub effects: Vec<FactorEffect>,
}

impl Fit {
    /// Fits the first `count` observations. `half_life_s`: age at which a post counts half. `None` where the outcomes
    /// do not differ at all.
    pub fn new(observations: &Observations, count: usize, half_life_s: Option<f64>) -> Option<Self> {
        let design = Design::of(&observations.contents[..count]);
        let cleaned = Cleaned::of(observations, count, &design)?;
        let at: Vec<i64> = cleaned.posts.iter().map(|index| observations.moments[*index].at).collect();
        let recency = recency(&at, half_life_s);
        let matrix = design.matrix(observations, &cleaned.posts);
        let centre = matrix.tr_mul(&recency) / recency.sum();

        let whitening = Whitening::new(Noise::of(&cleaned.residuals, &at), &at);
        let mut white = cleaned.residuals.clone();
        whitening.apply(&mut white);
        let weeks: Vec<i64> = cleaned.posts.iter().map(|index| observations.moments[*index].week).collect();
        let weights = worth(recency.component_div(&DVector::from_vec(relative_variances(&white, &weeks))));
        let (white, white_x) = whitened(&matrix, &cleaned.x, &whitening, &weights);
        let equations = NormalEquations::new(&white, &white_x, weights.sum());

        let first = cleaned.residuals.iter().map(|x| x * x).sum::<f64>() / cleaned.residuals.len() as f64;
        let design = design.with_circumstances(&equations, first)?;
        let free = design.prior(FREE);
        let NoiseVariance { value: variance, freedom, coefficients } = NoiseVariance::of(&equations, &free, first)?;
        let test = HourTest::new(&equations, &free, variance)?;
        let days: Vec<i64> = cleaned.posts.iter().map(|index| observations.moments[*index].day()).collect();
        let variance = variance * test.inflation(&white, &(white_x - &white * coefficients), &days, variance);
        // what days have in common is known from as many days as there are, however many posts they have
        let clusters = days.chunk_by(|a, b| a == b).count() as f64;
        let p_value = test.p_value(variance, freedom.min(clusters - 1.0).max(1.0));
        let (mean, covariance) = averaged(&equations, &design, variance)?;
        let flat = equations.posterior(&design.prior(NONE), variance)?.mean;

        let time = matrix.columns_range(TIME) * mean.rows_range(TIME);
        let middle = centre.rows_range(TIME).dot(&mean.rows_range(TIME));
        let ratios = time.map(|time| (time - middle).exp());
        let mean_slot = (ratios.dot(&recency) / recency.sum()).ln();
        let every_post: Vec<usize> = (0..count).collect();
        let posts = design.matrix(observations, &every_post);
        let effects = factor_effects(&design, &posts, &centre, &mean, &covariance);
        Some(Self {
            design,
            memory: cleaned.memory,
            mean,
            covariance,
            flat,
            centre,
            mean_slot,
            p_value,
            spread: variance.sqrt(),
            effects,
        })
    }

    /// Forecasts of the observations `from..to` (and of those before, which the quantiles come from).
    pub fn forecasts(&self, observations: &Observations, from: usize, to: usize) -> Forecasts {
        let of = |coefficients: &DVector<f64>| {
            let effects: Vec<f64> =
                (0..to).map(|index| self.design.effect(observations, index, coefficients)).collect();
            let (posts, x) = against_level(observations, &effects, self.memory);
            let errors: Vec<f64> = posts.iter().zip(&x).map(|(index, x)| x - effects[*index]).collect();
            let past = posts.partition_point(|index| *index < from);
            let recent = past.saturating_sub(RECENT_POSTS);
            let [low, middle, high] = quantiles(&errors[..past]);
            let [recent_low, _, recent_high] = quantiles(&errors[recent..past]);
            let quantiles = [low.min(recent_low), middle, high.max(recent_high)];
            (posts[past..].to_vec(), errors[past..].to_vec(), quantiles)
        };
        // where no difference is claimed, none is forecast
        let (posts, model, model_quantiles) = of(if self.p_value < ALPHA { &self.mean } else { &self.flat });
        let (_, flat, flat_quantiles) = of(&self.flat);
        Forecasts { posts, model, model_quantiles, flat, flat_quantiles }
    }
}

/// How far outcomes were from what was forecast, log views, before the median error of the past is taken off.
#[derive(Debug)]
pub struct Forecasts {
    /// places of the posts among the observations
    pub posts: Vec<usize>,
    pub model: Vec<f64>,
    /// 10 %, 50 % and 90 % quantiles of the past errors
    pub model_quantiles: [f64; 3],
    pub flat: Vec<f64>,
    pub flat_quantiles: [f64; 3],
}

/// 2^(−age / half life).
fn recency(at: &[i64], half_life_s: Option<f64>) -> DVector<f64> {
    let newest = at.last().copied().unwrap_or_default();
    let weight = |at: &i64| half_life_s.map_or(1.0, |life| (-(newest - at) as f64 / life).exp2());
    DVector::from_iterator(at.len(), at.iter().map(weight))
}

/// Weights scaled so that their sum is the number of equal posts they are worth (Kish): (Σw)² / Σw².
fn worth(weights: DVector<f64>) -> DVector<f64> {
    let scale = weights.sum() / weights.norm_squared();
    weights * scale
}

/// Rows with independent noise of equal variance.
fn whitened(
    matrix: &DMatrix<f64>,
    x: &DVector<f64>,
    whitening: &Whitening,
    weights: &DVector<f64>,
) -> (DMatrix<f64>, DVector<f64>) {
    let roots = weights.map(f64::sqrt);
    let (mut matrix, mut x) = (matrix.clone(), x.clone());
    for mut column in matrix.column_iter_mut() {
        whitening.apply(column.as_mut_slice());
        column.component_mul_assign(&roots);
    }
    whitening.apply(x.as_mut_slice());
    x.component_mul_assign(&roots);
    (matrix, x)
}

/// Variance of the whitened noise.
struct NoiseVariance {
    value: f64,
    /// rows less the coefficients that were free to follow them
    freedom: f64,
    coefficients: DVector<f64>,
}

impl NoiseVariance {
    /// `first`: a guess of it, above 0.
    fn of(equations: &NormalEquations, prior: &DVector<f64>, first: f64) -> Option<Self> {
        let posterior = equations.posterior(prior, first)?;
        let used = (posterior.covariance() * &equations.gram).trace() / first;
        let freedom = (equations.rows - used).max(1.0);
        let variance = equations.residual(&posterior.mean) / freedom;
        let usable = variance > 0.0 && variance.is_finite();
        usable.then_some(Self { value: variance, freedom, coefficients: posterior.mean })
    }
}

/// 10 %, 50 % and 90 %.
fn quantiles(errors: &[f64]) -> [f64; 3] {
    let mut sorted = errors.to_vec();
    [0.1, 0.5, 0.9].map(|q| quantile(&mut sorted, q).unwrap_or_default())
}

/// Mean and covariance of the coefficients over the grid of prior spreads.
fn averaged(equations: &NormalEquations, design: &Design, variance: f64) -> Option<(DVector<f64>, DMatrix<f64>)> {
    let mut grid = Vec::new();
    for hour in HOUR_SPREADS {
        for weekday in WEEKDAY_SPREADS {
            for weekend in WEEKEND_SPREADS {
                grid.push(equations.posterior(&design.prior(TimeSpreads { hour, weekday, weekend }), variance)?);
            }
        }
    }
    let best = grid.iter().map(|point| point.evidence).fold(f64::NEG_INFINITY, f64::max);
    grid.retain(|point| point.evidence >= best + NEGLIGIBLE.ln());
    let sum: f64 = grid.iter().map(|point| (point.evidence - best).exp()).sum();
    let mut mean = DVector::zeros(design.width());
    let mut square = DMatrix::zeros(design.width(), design.width());
    for point in &grid {
        let weight = (point.evidence - best).exp() / sum;
        mean += weight * &point.mean;
        square += weight * (point.covariance() + &point.mean * point.mean.transpose());
    }
    let covariance = square - &mean * mean.transpose();
    mean.iter().chain(covariance.iter()).all(|value| value.is_finite()).then_some((mean, covariance))
}

/// `posts`: one row a post, those without a level too: they are the level of others.
fn factor_effects(
    design: &Design,
    posts: &DMatrix<f64>,
    centre: &DVector<f64>,
    mean: &DVector<f64>,
    covariance: &DMatrix<f64>,
) -> Vec<FactorEffect> {
    let mut effects = Vec::new();
    for levels in design.factors() {
        for (factor, column) in &levels {
            let n = posts.column(*column).iter().filter(|share| **share >= 0.5).count() as u32;
            let mut contrast = DVector::zeros(design.width());
            for (_, other) in &levels {
                contrast[*other] = -centre[*other];
            }
            contrast[*column] += 1.0;
            let variance = contrast.dot(&(covariance * &contrast)).max(0.0);
            effects.push(FactorEffect { factor: *factor, mean: contrast.dot(mean), deviation: variance.sqrt(), n });
        }
    }
    effects
}
