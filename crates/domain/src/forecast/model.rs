//! The joint distribution of a post's vector (see [`growth`](super::growth)): a multivariate t, learned with holes
//! and outliers, and conditioned on what is known of a young post.
//!
//! Learning is the EM algorithm for the multivariate t with missing values (Liu and Rubin, *ML estimation of the t
//! distribution using EM and its extensions*, Statistica Sinica 5, 1995) with a normal-inverse-Wishart prior at the
//! pooled curve, so that it is the posterior mode: with few curves the pooled one, with many the channel's own.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use super::growth::{BORN, KNOTS, Place, SIZE};
use super::typical;

/// Degrees of freedom: one post far off counts little.
const FREEDOM: f64 = 6.0;
/// 90 % quantile of the t distribution with [`FREEDOM`] degrees of freedom.
pub(super) const T_90: f64 = 1.439_755_8;
/// The prior weighs as much as this many curves: in the mean, and in the covariance. Channels differ from each other
/// a little more than the posts of one channel do, so the mean soon follows the channel.
const MEAN_WEIGHT: f64 = 0.7;
const COVARIANCE_WEIGHT: f64 = 8.0;

const STEPS: usize = 6;

/// Bounds of what an unusual or an all too usual beginning does to the variance of the rest.
const SURPRISE: (f64, f64) = (0.6, 4.0);

/// Variance of one reading besides its count: knots are joined by straight lines.
const READING_VARIANCE: f64 = 2e-4;

/// One post: ln views at the knots against the channel's level, and the hour it was born.
#[derive(Debug, Clone)]
pub(super) struct Row {
    values: DVector<f64>,
    /// bit `k` = entry `k` is known
    known: u32,
    /// bit `k` = the post was read about when it was as old as knot `k`
    read: u32,
}

impl Row {
    /// `read[k]`: whether the post was read about when it was as old as knot `k`.
    pub fn new(at_knots: &[Option<f64>; KNOTS], read: [bool; KNOTS], born: [f64; BORN], level: f64) -> Self {
        let mut values = DVector::zeros(SIZE);
        let mut known = 0;
        for (knot, log) in at_knots.iter().enumerate() {
            if let Some(log) = log {
                values[knot] = log - level;
                known |= 1 << knot;
            }
        }
        for (entry, value) in born.into_iter().enumerate() {
            values[KNOTS + entry] = value;
            known |= 1 << (KNOTS + entry);
        }
        let read = read.iter().enumerate().fold(0, |bits, (knot, read)| bits | u32::from(*read) << knot);
        Self { values, known, read }
    }

    pub fn known(&self) -> u32 {
        self.known
    }

    /// Whether what is known up to a knot was known when the post was that old, and not joined by a line to a later
    /// reading.
    pub fn was_read_at(&self, knot: usize) -> bool {
        self.known & self.read & (1 << knot) != 0
    }

    pub fn value(&self, entry: usize) -> Option<f64> {
        (self.known & (1 << entry) != 0).then(|| self.values[entry])
    }
}

/// Entries of a bit pattern, ascending.
fn entries(known: u32) -> Vec<usize> {
    (0..SIZE).filter(|entry| known & (1 << entry) != 0).collect()
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Model {
    pub mean: DVector<f64>,
    /// of posts around the mean
    scatter: DMatrix<f64>,
    /// of one more post: the mean itself is not known exactly
    pub predictive: DMatrix<f64>,
    /// curves behind the mean, outliers counted in part
    pub weight: f64,
}

impl Model {
    pub fn prior() -> Self {
        let scatter = typical::posts();
        let predictive = predictive(&scatter, &DVector::zeros(SIZE));
        Self { mean: DVector::from_vec(typical::mean()), scatter, predictive, weight: 0.0 }
    }

    /// One that was [learned](Self::learn) elsewhere and only has to forecast.
    pub fn learned(mean: &[f64], predictive: &[f64], weight: f64) -> Option<Self> {
        let whole = mean.len() == SIZE && predictive.len() == SIZE * SIZE;
        whole.then(|| {
            let predictive = DMatrix::from_column_slice(SIZE, SIZE, predictive);
            Self { mean: DVector::from_column_slice(mean), scatter: predictive.clone(), predictive, weight }
        })
    }

    /// The channel's distribution.
    pub fn learn(rows: &[&Row]) -> Self {
        let prior = Self::prior();
        let mut model = prior.clone();
        for _ in 0..STEPS {
            model = model.step(rows, &prior);
        }
        model
    }

    /// What [`learn`](Self::learn) would have found without some of its rows, from one step of the others.
    pub fn relearn(&self, rows: &[&Row]) -> Self {
        self.step(rows, &Self::prior())
    }

    /// Weight of the pooled curve against the channel's, 0..=1.
    pub fn pooled_weight(&self) -> f64 {
        MEAN_WEIGHT / (MEAN_WEIGHT + self.weight)
    }

    /// One EM step.
    fn step(&self, rows: &[&Row], prior: &Self) -> Self {
        let mut by_pattern: BTreeMap<u32, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            by_pattern.entry(row.known).or_default().push(row);
        }
        let mut weight = 0.0;
        let mut weights = DVector::zeros(SIZE);
        let mut sum = DVector::zeros(SIZE);
        let mut squares = DMatrix::zeros(SIZE, SIZE);
        for (known, rows) in by_pattern {
            let Some(regression) = Regression::new(self, known, |_| 0.0) else { continue };
            for row in &rows {
                let (residual, distance2) = regression.residual(self, row);
                let trust = (FREEDOM + regression.known.len() as f64) / (FREEDOM + distance2);
                // deviation from the prior's mean, holes filled with what is expected of them
                let filled = &self.mean + &regression.gain * residual - &prior.mean;
                weight += trust;
                regression.known.iter().for_each(|entry| weights[*entry] += trust);
                sum.axpy(trust, &filled, 1.0);
                squares.ger(trust, &filled, &filled, 1.0);
            }
            squares += &regression.rest * rows.len() as f64;
        }
        let total = MEAN_WEIGHT + weight;
        let shift = sum / total;
        let mut scatter = &prior.scatter * COVARIANCE_WEIGHT + squares;
        scatter.ger(-total, &shift, &shift, 1.0);
        scatter /= COVARIANCE_WEIGHT + rows.len() as f64;
        let predictive = predictive(&scatter, &weights);
        Self { mean: &prior.mean + shift, scatter, predictive, weight }
    }

    /// Mean and scale of ln views of a post of which nothing is known, against the channel's level.
    pub fn at(&self, place: Place) -> (f64, f64) {
        project(&self.mean, &self.predictive, place)
    }

    /// What is expected of a post, given some of its readings.
    ///
    /// `level_variance`: of what is not known of the channel's level; `level` is subtracted from the readings.
    pub fn condition(&self, born: [f64; BORN], readings: &[Reading], level_variance: f64) -> Conditional {
        let mut scatter = self.predictive.clone();
        scatter.view_mut((0, 0), (KNOTS, KNOTS)).add_scalar_mut(level_variance);
        let count = BORN + readings.len();
        let mut design = DMatrix::zeros(count, SIZE);
        let mut residual = DVector::zeros(count);
        let mut noise = DVector::zeros(count);
        for (row, value) in born.into_iter().enumerate() {
            design[(row, KNOTS + row)] = 1.0;
            residual[row] = value - self.mean[KNOTS + row];
        }
        for (index, reading) in readings.iter().enumerate() {
            let row = BORN + index;
            residual[row] = reading.log - reading.place.beyond;
            for (knot, part) in reading.place.weights() {
                design[(row, knot)] += part;
                residual[row] -= part * self.mean[knot];
            }
            noise[row] = reading.variance;
        }
        let across = &scatter * design.transpose();
        let mut inner = &design * &across;
        for (row, variance) in noise.iter().enumerate() {
            inner[(row, row)] += variance;
        }
        let Some(inner) = inner.cholesky() else {
            return Conditional { mean: self.mean.clone(), covariance: scatter };
        };
        let solved = inner.solve(&residual);
        let surprise = surprise(residual.dot(&solved), count);
        let covariance = (&scatter - &across * inner.solve(&across.transpose())) * surprise;
        Conditional { mean: &self.mean + across * solved, covariance }
    }
}

/// Scatter of one more post when the mean is known from `weights` posts at each entry: there, channels may be as far
/// from the pooled curve as [`typical::channels`] says, except for what their own curves show.
fn predictive(scatter: &DMatrix<f64>, weights: &DVector<f64>) -> DMatrix<f64> {
    let apart = typical::channels();
    let seen: Vec<usize> = (0..KNOTS).filter(|knot| weights[*knot] > 0.0).collect();
    let across = apart.select_columns(&seen);
    let mut inner = across.select_rows(&seen);
    for (row, a) in seen.iter().enumerate() {
        for (column, b) in seen.iter().enumerate() {
            inner[(row, column)] += scatter[(*a, *b)] / (weights[*a] * weights[*b]).sqrt();
        }
    }
    let left = match inner.cholesky() {
        Some(inner) => &apart - &across * inner.solve(&across.transpose()),
        None => apart,
    };
    scatter + left
}

/// Factor on the variance of what is left, from the squared distance of `count` known entries from what was expected
/// of them: the conditional of a multivariate t.
fn surprise(distance2: f64, count: usize) -> f64 {
    ((FREEDOM + distance2) / (FREEDOM + count as f64)).clamp(SURPRISE.0, SURPRISE.1)
}

/// Variance of a reading of so many views: how many of those who would have seen the post had seen it by then is
/// chance, about a Poisson count.
pub(super) fn reading_variance(views: f64) -> f64 {
    READING_VARIANCE + 1.0 / (views.max(0.0) + 0.5)
}

/// A reading of a young post.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub place: Place,
    /// ln views against the channel's level
    pub log: f64,
    pub variance: f64,
}

/// The vector of a post of which something is known.
#[derive(Debug)]
pub(super) struct Conditional {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

impl Conditional {
    /// Mean and scale of ln views, against the channel's level.
    pub fn at(&self, place: Place) -> (f64, f64) {
        project(&self.mean, &self.covariance, place)
    }
}

/// Mean and scale between two knots.
fn project(mean: &DVector<f64>, covariance: &DMatrix<f64>, place: Place) -> (f64, f64) {
    let weights = place.weights();
    let mut at = place.beyond;
    let mut variance = 0.0;
    for (a, part_a) in weights {
        at += part_a * mean[a];
        for (b, part_b) in weights {
            variance += part_a * part_b * covariance[(a, b)];
        }
    }
    (at, variance.max(0.0).sqrt())
}

/// Regression of a whole vector on some of its entries.
pub(super) struct Regression {
    known: Vec<usize>,
    inverse: DMatrix<f64>,
    gain: DMatrix<f64>,
    /// scatter of what the known entries leave open
    rest: DMatrix<f64>,
}

impl Regression {
    /// `noise(entry)` = variance of a known entry's reading.
    fn new(model: &Model, known: u32, noise: impl Fn(usize) -> f64) -> Option<Self> {
        Self::of(&model.scatter, known, noise)
    }

    /// Of one more post than the model was learned from.
    pub fn predictive(model: &Model, known: u32, noise: impl Fn(usize) -> f64) -> Option<Self> {
        Self::of(&model.predictive, known, noise)
    }

    fn of(scatter: &DMatrix<f64>, known: u32, noise: impl Fn(usize) -> f64) -> Option<Self> {
        let known = entries(known);
        let across = scatter.select_columns(&known);
        let mut inner = across.select_rows(&known);
        for (row, entry) in known.iter().enumerate() {
            inner[(row, row)] += noise(*entry);
        }
        let inverse = inner.cholesky()?.inverse();
        let gain = &across * &inverse;
        let rest = scatter - &gain * across.transpose();
        Some(Self { known, inverse, gain, rest })
    }

    fn residual(&self, model: &Model, row: &Row) -> (DVector<f64>, f64) {
        let differences = self.known.iter().map(|entry| row.values[*entry] - model.mean[*entry]);
        let residual = DVector::from_iterator(self.known.len(), differences);
        let distance2 = residual.dot(&(&self.inverse * &residual));
        (residual, distance2)
    }

    /// Mean and scale of an entry of `row`, as far as this regression knows it.
    pub fn expect<'a>(&'a self, model: &'a Model, row: &Row) -> impl Fn(usize) -> (f64, f64) + 'a {
        let (residual, distance2) = self.residual(model, row);
        let surprise = surprise(distance2, self.known.len());
        move |entry| {
            let mean = model.mean[entry] + self.gain.row(entry).transpose().dot(&residual);
            (mean, (self.rest[(entry, entry)] * surprise).max(0.0).sqrt())
        }
    }
}
