//! The fitted effect of the hour of the week: 168 cells, and draws from their posterior.

use nalgebra::{DMatrix, DVector};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use super::Settings;
use super::clock::{CELLS, Clocks, TIME_COLUMNS};
use super::design::TIME;
use super::model::Fit;
use crate::analytics::statistics::NORMAL_80;

/// Normal posterior of the coefficients of time, in the form it travels to the browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Posterior {
    /// instant (unix seconds) whose distances between the audience's clocks hold
    as_of: i64,
    /// log views
    mean: Vec<f64>,
    /// root of the covariance, row by row
    root: Vec<f64>,
    /// mean over the posts of the columns of time
    centre: Vec<f64>,
    /// effect of the mean slot against the effect at `centre`
    mean_slot: f64,
}

/// Expected log lift of a cell.
#[derive(Debug, Clone, Copy)]
pub struct CellEffect {
    pub mean: f64,
    pub deviation: f64,
}

impl CellEffect {
    /// Lift with its 80 % interval.
    pub fn lift(self) -> [f64; 3] {
        let half = NORMAL_80 * self.deviation;
        [self.mean, self.mean - half, self.mean + half].map(f64::exp_m1)
    }
}

impl Posterior {
    pub fn new(fit: &Fit, as_of: i64) -> Self {
        let covariance = fit.covariance.view_range(TIME, TIME).into_owned();
        // a covariance averaged over the grid is positive only up to rounding: the root by eigenvalues stands that
        let eigen = covariance.symmetric_eigen();
        let scale = eigen.eigenvalues.map(|value| value.max(0.0).sqrt());
        let root = eigen.eigenvectors * DMatrix::from_diagonal(&scale);
        Self {
            as_of,
            mean: fit.mean.rows_range(TIME).iter().copied().collect(),
            root: root.transpose().as_slice().to_vec(),
            centre: fit.centre.rows_range(TIME).iter().copied().collect(),
            mean_slot: fit.mean_slot,
        }
    }

    /// The 168 cells against the mean slot: mean and root of their log lifts.
    pub fn surface(&self, clocks: &Clocks) -> Surface {
        let centre = DVector::from_column_slice(&self.centre);
        let root = DMatrix::from_row_slice(TIME_COLUMNS, TIME_COLUMNS, &self.root);
        let mut contrasts = DMatrix::zeros(CELLS, TIME_COLUMNS);
        for (cell, row) in clocks.surface(self.as_of).iter().enumerate() {
            for column in 0..TIME_COLUMNS {
                contrasts[(cell, column)] = row[column] - centre[column];
            }
        }
        let mean = (&contrasts * DVector::from_column_slice(&self.mean)).add_scalar(-self.mean_slot);
        Surface { mean, root: contrasts * root }
    }
}

/// Log lifts of the 168 cells: normal with this mean and covariance root · rootᵀ.
#[derive(Debug)]
pub struct Surface {
    mean: DVector<f64>,
    root: DMatrix<f64>,
}

impl Surface {
    pub fn cells(&self) -> Vec<CellEffect> {
        let cell = |(cell, mean): (usize, &f64)| CellEffect { mean: *mean, deviation: self.root.row(cell).norm() };
        self.mean.iter().enumerate().map(cell).collect()
    }

    /// One draw of all cells.
    pub fn draw(&self, generator: &mut ChaCha8Rng) -> DVector<f64> {
        let standard = DVector::from_fn(TIME_COLUMNS, |_, _| generator.sample::<f64, _>(StandardNormal));
        &self.mean + &self.root * standard
    }
}

impl Settings {
    pub(super) fn allows_cell(&self, cell: usize) -> bool {
        let (dow, hour) = hour_of_week(cell);
        self.allows(dow, hour)
    }
}

pub fn hour_of_week(cell: usize) -> (u8, u8) {
    ((cell / super::clock::HOURS) as u8, (cell % super::clock::HOURS) as u8)
}
