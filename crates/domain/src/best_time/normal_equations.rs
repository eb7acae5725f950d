//! Least squares with a normal prior, from cross products: their size is that of the model, not of the channel.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// X'X, X'y, y'y of rows with independent noise of equal variance, and how many rows they are worth.
#[derive(Debug, Clone)]
pub struct NormalEquations {
    pub gram: DMatrix<f64>,
    pub moment: DVector<f64>,
    pub squares: f64,
    pub rows: f64,
}

/// Coefficients given the data, their prior variances and the variance of the noise.
#[derive(Debug)]
pub struct Posterior {
    pub mean: DVector<f64>,
    precision: Cholesky<f64, Dyn>,
    /// log marginal likelihood, up to what does not depend on the prior
    pub evidence: f64,
}

impl NormalEquations {
    pub fn new(design: &DMatrix<f64>, y: &DVector<f64>, rows: f64) -> Self {
        Self { gram: design.tr_mul(design), moment: design.tr_mul(y), squares: y.norm_squared(), rows }
    }

    /// `None` where a number is not finite.
    pub fn posterior(&self, prior: &DVector<f64>, variance: f64) -> Option<Posterior> {
        let mut precision = &self.gram / variance;
        for (column, prior) in prior.iter().enumerate() {
            precision[(column, column)] += prior.recip();
        }
        let precision = precision.cholesky()?;
        let moment = &self.moment / variance;
        let mean = precision.solve(&moment);
        let determinant = 2.0 * precision.l_dirty().diagonal().iter().map(|root| root.ln()).sum::<f64>();
        let log_prior: f64 = prior.iter().map(|variance| variance.ln()).sum();
        let evidence = 0.5 * (moment.dot(&mean) - determinant - log_prior);
        Some(Posterior { mean, precision, evidence })
    }

    /// Sum of squares that coefficients leave.
    pub fn residual(&self, coefficients: &DVector<f64>) -> f64 {
        let explained = 2.0 * self.moment.dot(coefficients) - coefficients.dot(&(&self.gram * coefficients));
        (self.squares - explained).max(0.0)
    }
}

impl Posterior {
    pub fn covariance(&self) -> DMatrix<f64> {
        self.precision.inverse()
    }
}
