//! From outcomes to what the model is fitted to: against the level of their time, and without extremes.

use nalgebra::DVector;

use super::design::{Design, MIDDLING};
use super::level::Memory;
use super::normal_equations::NormalEquations;
use super::observations::Observations;
use crate::analytics::statistics::median;

/// Metrics §4: winsorise at ±3 MAD.
const WINSOR_MADS: f64 = 3.0;
/// A normal distribution's standard deviation over its median absolute deviation.
const MAD_SCALE: f64 = 1.482_602_218_505_602;
/// Passes of winsorising and fitting; a third moves residuals by less than a percent of their spread.
const WINSOR_PASSES: usize = 2;
/// Once with the level of raw outcomes, once with that of outcomes freed of the effects found.
const LEVEL_PASSES: usize = 2;

/// Below this outcomes count as equal: what is left is the rounding of logarithms.
const NO_SPREAD: f64 = 1e-9;

/// Posts with a level, ready for the final fit.
#[derive(Debug)]
pub struct Cleaned {
    pub memory: Memory,
    /// their places among the observations
    pub posts: Vec<usize>,
    /// ln(outcome / level), winsorised around the fit
    pub x: DVector<f64>,
    /// what the fit leaves of `x`
    pub residuals: Vec<f64>,
}

impl Cleaned {
    /// Cleans the first `count` observations; `None` where no post has a level or they do not differ at all.
    pub fn of(observations: &Observations, count: usize, design: &Design) -> Option<Self> {
        let mut effects = vec![0.0; count];
        let mut cleaned = None;
        for _ in 0..LEVEL_PASSES {
            let memory = Memory::best(&freed(observations, &effects));
            let (posts, x) = against_level(observations, &effects, memory);
            let matrix = design.matrix(observations, &posts);
            let mut fitted = DVector::from_element(posts.len(), median(&mut x.clone())?);
            let mut winsorised = DVector::from_vec(x.clone());
            let mut coefficients = DVector::zeros(design.width());
            for _ in 0..WINSOR_PASSES {
                let spread = winsorise(&x, &fitted, &mut winsorised)?;
                let equations = NormalEquations::new(&matrix, &winsorised, posts.len() as f64);
                coefficients = equations.posterior(&design.prior(MIDDLING), spread * spread)?.mean;
                fitted = &matrix * &coefficients;
            }
            for (index, effect) in effects.iter_mut().enumerate() {
                *effect = design.effect(observations, index, &coefficients);
            }
            let residuals = (&winsorised - &fitted).iter().copied().collect();
            cleaned = Some(Self { memory, posts, x: winsorised, residuals });
        }
        cleaned
    }
}

/// Instants and log outcomes without `effects` of the first of `observations`, as many as there are effects.
fn freed(observations: &Observations, effects: &[f64]) -> Vec<(i64, f64)> {
    let posts = observations.moments.iter().zip(&observations.contents).zip(effects);
    posts.map(|((moment, content), effect)| (moment.at, content.y - effect)).collect()
}

/// Posts with a level among the first of `observations`, as many as there are `effects`, and their log outcomes against
/// it; the level is that of outcomes without the effects.
pub fn against_level(observations: &Observations, effects: &[f64], memory: Memory) -> (Vec<usize>, Vec<f64>) {
    let levels = memory.levels(&freed(observations, effects));
    let posts = levels.iter().enumerate().filter_map(|(index, level)| Some((index, (*level)?)));
    posts.map(|(index, level)| (index, observations.contents[index].y - level)).unzip()
}

/// Moves values further than three scaled median absolute deviations from the fit to there. Returns the spread so
/// measured; `None` where there is none.
fn winsorise(x: &[f64], fitted: &DVector<f64>, winsorised: &mut DVector<f64>) -> Option<f64> {
    let mut residuals: Vec<f64> = x.iter().zip(fitted.iter()).map(|(x, fitted)| x - fitted).collect();
    let middle = median(&mut residuals.clone())?;
    for residual in &mut residuals {
        *residual = (*residual - middle).abs();
    }
    // more than half of the posts alike: their mean distance, which sees the others
    let mean = residuals.iter().sum::<f64>() / residuals.len() as f64;
    let mad = median(&mut residuals).filter(|mad| *mad > NO_SPREAD).unwrap_or(mean);
    let spread = MAD_SCALE * mad;
    let reach = WINSOR_MADS * spread;
    for ((winsorised, x), fitted) in winsorised.iter_mut().zip(x).zip(fitted.iter()) {
        let centre = fitted + middle;
        *winsorised = x.clamp(centre - reach, centre + reach);
    }
    (spread > NO_SPREAD).then_some(spread)
}
