//! How often the 80 % intervals of forecasts held what came, on one channel (metrics §5).

use serde::{Deserialize, Serialize};

use crate::forecast::HorizonScore;
use crate::forecast::backtest::BacktestReport;

/// Fewer outcomes say nothing about a share of 80 %: its standard error would be above 7 points.
pub const OUTCOMES_MIN: u64 = 30;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// share of the outcomes inside the interval, 0..=1
    pub coverage80: f64,
    /// forecasts held against their outcome
    pub n: u64,
    pub origin: Origin,
}

/// What the intervals were of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// forecasts that were made and kept while the posts were young
    Kept,
    /// the channel's past, forecast as it would have been then
    Backtest,
}

impl Coverage {
    /// Over all horizons; `None` of fewer than [`OUTCOMES_MIN`] outcomes.
    pub fn of_kept(scores: &[HorizonScore]) -> Option<Self> {
        Self::over(scores.iter().filter_map(|score| Some((score.coverage80?, score.n))), Origin::Kept)
    }

    /// The same for a backtest.
    pub fn of_backtest(report: &BacktestReport) -> Option<Self> {
        Self::over(report.horizons.iter().map(|horizon| (horizon.coverage80, horizon.n)), Origin::Backtest)
    }

    fn over(parts: impl Iterator<Item = (f64, u64)>, origin: Origin) -> Option<Self> {
        let (inside, n) =
            parts.fold((0.0, 0), |(inside, n), (coverage80, of)| (inside + coverage80 * of as f64, n + of));
        (n >= OUTCOMES_MIN).then(|| Self { coverage80: inside / n as f64, n, origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(h: u32, n: u64, coverage80: Option<f64>) -> HorizonScore {
        HorizonScore { h, n, coverage80, median_error: None }
    }

    #[test]
    fn horizons_weigh_as_many_outcomes_as_they_have() {
        let coverage = Coverage::of_kept(&[score(24, 30, Some(0.9)), score(48, 10, Some(0.5)), score(168, 0, None)]);
        let coverage = coverage.unwrap();
        assert!((coverage.coverage80 - 0.8).abs() < 1e-12);
        assert_eq!(coverage.n, 40);
        assert_eq!(Coverage::of_kept(&[score(24, 29, Some(0.9))]), None);
        assert_eq!(Coverage::of_kept(&[]), None);
    }
}
