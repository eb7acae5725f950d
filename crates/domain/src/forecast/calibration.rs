//! How far outcomes strayed from what was expected of the channel's own posts, by age: the interval's ends come from
//! there, not from the model's belief (split conformal prediction with folds: Vovk, *Cross-conformal predictors*,
//! Annals of Mathematics and Artificial Intelligence 74, 2015), drawn towards the model's where posts are few.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::growth::{KNOT_24, KNOTS, KNOTS_H, views_of_log};
use super::model::{Model, Regression, Row, T_90, reading_variance};
use crate::analytics::statistics::quantile;

/// Knots at which a forecast is tried.
const TRIED: [usize; 14] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
/// Knots of the horizons.
const HORIZONS: [usize; 3] = [KNOT_24, 13, 16];
/// What is prior to an age and horizon weighs as much as this many outcomes.
const PRIOR_OUTCOMES: f64 = 3.0;
/// What is prior to the channel weighs as much as this many of its posts.
const PRIOR_POSTS: f64 = 2.0;
/// Outcomes of one age and horizon that need no others.
const ENOUGH: usize = 8;
/// Up to so many posts each is left out alone, above them a fifth at a time.
const LEFT_OUT_ALONE: usize = 20;
const FOLDS: usize = 5;
/// Fewest posts that are worth trying forecasts on.
const ROWS_MIN: usize = 4;

/// Quantiles of (outcome − mean) / scale in logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Quantiles {
    pub low: f64,
    pub middle: f64,
    pub high: f64,
}

const OF_THE_MODEL: Quantiles = Quantiles { low: -T_90, middle: 0.0, high: T_90 };

impl Quantiles {
    fn between(self, other: Self, part: f64) -> Self {
        let mix = |a: f64, b: f64| a + part * (b - a);
        Self { low: mix(self.low, other.low), middle: mix(self.middle, other.middle), high: mix(self.high, other.high) }
    }

    /// Quantiles of the errors of so many posts, drawn towards `prior`.
    fn of(errors: &mut [f64], posts: usize, prior: Self) -> Self {
        let count = errors.len().min(posts) as f64;
        // with one more outcome each of the count + 1 gaps is as likely
        let place = |q: f64| ((q * (count + 1.0) - 1.0) / (count - 1.0).max(1.0)).clamp(0.0, 1.0);
        let trust = count / (count + PRIOR_OUTCOMES);
        let mut at = |q: f64| quantile(errors, place(q));
        let (Some(low), Some(middle), Some(high)) = (at(0.1), at(0.5), at(0.9)) else { return prior };
        prior.between(Self { low, middle, high }, trust)
    }

    fn scaled(self, factor: f64) -> Self {
        Self { low: self.low * factor, middle: self.middle * factor, high: self.high * factor }
    }
}

/// One row an age tried, one column a horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Calibration(Vec<[Quantiles; HORIZONS.len()]>);

impl Calibration {
    /// Tries forecasts of every row by a model that has not seen it. `level`: the channel's, ln views.
    pub fn learn(model: &Model, rows: &[&Row], level: f64) -> Self {
        let mut errors = vec![[const { Vec::new() }; HORIZONS.len()]; TRIED.len()];
        if rows.len() >= ROWS_MIN {
            let folds = if rows.len() <= LEFT_OUT_ALONE { rows.len() } else { FOLDS };
            for fold in 0..folds {
                let others: Vec<&Row> =
                    rows.iter().enumerate().filter(|(index, _)| index % folds != fold).map(|(_, row)| *row).collect();
                let unseen = model.relearn(&others);
                try_forecasts(&unseen, rows.iter().skip(fold).step_by(folds).copied(), level, &mut errors);
            }
        }
        let usual = OF_THE_MODEL.scaled(scale(&errors));
        let of_age = |row: usize| {
            std::array::from_fn(|column| {
                let mut errors = errors_about(&errors, row, column);
                Quantiles::of(&mut errors, rows.len(), usual)
            })
        };
        Self((0..TRIED.len()).map(of_age).collect())
    }

    /// For a forecast made at one age of another, hours.
    pub fn at(&self, age_h: f64, h: f64) -> Quantiles {
        let (above, part) = place(&TRIED, age_h);
        let (later, part_h) = place(&HORIZONS, h);
        let of_age = |row: usize| {
            let Some(columns) = self.0.get(row) else { return OF_THE_MODEL };
            columns[later.saturating_sub(1)].between(columns[later], part_h)
        };
        of_age(above.saturating_sub(1)).between(of_age(above), part)
    }
}

/// By how much errors are wider than the model believes, all ages and horizons together: where none was measured, the
/// others speak for it.
fn scale(errors: &[[Vec<f64>; HORIZONS.len()]]) -> f64 {
    let posts = errors.iter().flatten().map(Vec::len).max().unwrap_or(0) as f64;
    let mut sizes: Vec<f64> = errors.iter().flatten().flatten().map(|error| error.abs()).collect();
    let own = quantile(&mut sizes, 0.8).unwrap_or(T_90) / T_90;
    1.0 + (own - 1.0) * posts / (posts + PRIOR_POSTS)
}

/// Errors of one age and horizon; where they are few, those of the ages around it, too.
fn errors_about(errors: &[[Vec<f64>; HORIZONS.len()]], row: usize, column: usize) -> Vec<f64> {
    let mut found = errors[row][column].clone();
    for apart in 1..errors.len() {
        if found.len() >= ENOUGH {
            break;
        }
        let around = [row.checked_sub(apart), Some(row + apart)].into_iter().flatten();
        found.extend(around.filter_map(|row| errors.get(row)).flat_map(|by_horizon| &by_horizon[column]));
    }
    found
}

/// Index of the first of `knots` at or above an age, the last if there is none, and how far from the one before.
fn place(knots: &[usize], age_h: f64) -> (usize, f64) {
    let above = knots.iter().position(|knot| KNOTS_H[*knot] >= age_h).unwrap_or(knots.len() - 1);
    let Some(below) = above.checked_sub(1) else { return (0, 1.0) };
    let (from, to) = (KNOTS_H[knots[below]], KNOTS_H[knots[above]]);
    (above, ((age_h / from).ln() / (to / from).ln()).clamp(0.0, 1.0))
}

fn try_forecasts<'a>(
    model: &Model,
    rows: impl Iterator<Item = &'a Row> + Clone,
    level: f64,
    errors: &mut [[Vec<f64>; HORIZONS.len()]],
) {
    for (tried, by_horizon) in TRIED.into_iter().zip(errors) {
        // all entries but the knots after the age tried
        let early = !(((1_u32 << KNOTS) - 1) & !((1 << (tried + 1)) - 1));
        let mut by_pattern: BTreeMap<u32, Vec<&Row>> = BTreeMap::new();
        for row in rows.clone().filter(|row| row.was_read_at(tried)) {
            by_pattern.entry(row.known() & early).or_default().push(row);
        }
        for (known, rows) in by_pattern {
            let noise = |entry: usize| {
                if entry < KNOTS { reading_variance(views_of_log(level + model.mean[entry])) } else { 0.0 }
            };
            let Some(regression) = Regression::predictive(model, known, noise) else { continue };
            for row in rows {
                let expect = regression.expect(model, row);
                for (horizon, errors) in HORIZONS.into_iter().zip(by_horizon.iter_mut()) {
                    if horizon > tried
                        && let Some(outcome) = row.value(horizon)
                    {
                        let (mean, scale) = expect(horizon);
                        if scale > 0.0 {
                            errors.push((outcome - mean) / scale);
                        }
                    }
                }
            }
        }
    }
}
