//! Does the hour of the day matter? A test of "no effect of the hour".
//!
//! With Z the hour's columns freed of all others and y the outcomes, U = Z'y has covariance σ² Z'Z where there is no
//! effect. Among all tests the one most powerful on average over effects drawn from the prior N(0, τ²) is
//! T = Σ wⱼ uⱼ², uⱼ the standardised parts of U along the eigenvectors of Z'Z with eigenvalues λⱼ and
//! wⱼ = τ²λⱼ / (σ² + τ²λⱼ) (Neyman–Pearson; between the score test of a variance component, Goeman et al.,
//! *Testing against a high dimensional alternative*, JRSS B 2006, as τ → 0 and the F test as τ → ∞). The F test
//! of two harmonics gives equal weight to every direction, also to those in which a channel that posts by day can see
//! nothing.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::design::{HOUR, WEEKEND};
use super::normal_equations::NormalEquations;
use super::tail::quadratic_tail;

/// τ: the spread over the day of the effects the test is sharpest for, log views. That of a bump of 8 %: larger ones are
/// found anyway.
const TESTED_SPREAD: f64 = 0.025;

/// The hour's columns freed of all others.
#[derive(Debug)]
pub struct HourTest {
    others: Vec<usize>,
    /// coefficients of the hour's columns on the others
    explained: DMatrix<f64>,
    /// direction, its information λ and its part of U
    directions: Vec<(DVector<f64>, f64, f64)>,
}

impl HourTest {
    /// `prior`: variances of all columns; weekend × hour is left out. `variance`: of the noise. `None` where the
    /// channel's hours do not differ.
    pub fn new(equations: &NormalEquations, prior: &DVector<f64>, variance: f64) -> Option<Self> {
        let others: Vec<usize> =
            (0..prior.len()).filter(|column| !HOUR.contains(column) && !WEEKEND.contains(column)).collect();
        let gram = equations.gram.select_rows(&others);
        let mut precision = gram.select_columns(&others);
        for (place, column) in others.iter().enumerate() {
            precision[(place, place)] += variance / prior[*column];
        }
        let cross = gram.columns_range(HOUR).into_owned();
        let explained = precision.cholesky()?.solve(&cross);
        let information = equations.gram.view_range(HOUR, HOUR) - cross.tr_mul(&explained);
        let score = equations.moment.rows_range(HOUR) - explained.tr_mul(&equations.moment.select_rows(&others));
        let eigen = SymmetricEigen::new(information);
        let largest = eigen.eigenvalues.max();
        let directions: Vec<_> = eigen
            .eigenvalues
            .iter()
            .zip(eigen.eigenvectors.column_iter())
            .filter(|(information, _)| **information > 1e-9 * largest)
            .map(|(information, vector)| (vector.into_owned(), *information, vector.dot(&score)))
            .collect();
        (!directions.is_empty()).then_some(Self { others, explained, directions })
    }

    /// How much more than `variance` allows the score moves from day to day, at least 1: a check of the noise model by
    /// what clusters of posts really do (the trace of a cluster-robust covariance; Liang and Zeger, *Longitudinal data
    /// analysis using generalized linear models*, Biometrika 1986). `days`: of each row, equal ones together.
    pub fn inflation(&self, design: &DMatrix<f64>, residuals: &DVector<f64>, days: &[i64], variance: f64) -> f64 {
        let hours = design.columns_range(HOUR) - design.select_columns(&self.others) * &self.explained;
        let (mut seen, mut expected) = (0.0, 0.0);
        for (direction, information, _) in &self.directions {
            let weight = weight(*information, variance);
            let scores = (&hours * direction).component_mul(residuals);
            let mut from = 0;
            for day in days.chunk_by(|a, b| a == b) {
                let sum: f64 = scores.as_slice()[from..from + day.len()].iter().sum();
                seen += weight * sum * sum / information;
                from += day.len();
            }
            expected += weight * variance;
        }
        (seen / expected).max(1.0)
    }

    /// Chance of an effect like the one seen where there is none. `variance` of the noise, known to `freedom` degrees
    /// of freedom.
    pub fn p_value(&self, variance: f64, freedom: f64) -> f64 {
        let weights: Vec<f64> =
            self.directions.iter().map(|(_, information, _)| weight(*information, variance)).collect();
        let squares = self.directions.iter().map(|(_, information, score)| score * score / (information * variance));
        let statistic: f64 = weights.iter().zip(squares).map(|(weight, square)| weight * square).sum();
        quadratic_tail(&weights, freedom, statistic)
    }
}

fn weight(information: f64, variance: f64) -> f64 {
    let signal = TESTED_SPREAD * TESTED_SPREAD * information;
    signal / (variance + signal)
}
