//! What was forecast, kept, and held against what came.

use serde::{Deserialize, Serialize};

use super::Forecast;
use crate::analytics::Dataset;
use crate::analytics::statistics::median;

/// One horizon of one forecast as it was made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ForecastRecord {
    pub post_id: i64,
    /// unix seconds
    pub made_at: i64,
    /// age of the post then, seconds
    pub age_s: i64,
    /// age forecast, hours
    pub h: u32,
    pub views: f64,
    pub low: f64,
    pub high: f64,
}

impl ForecastRecord {
    /// Every horizon of a forecast that was still open, made at `made_at` (unix seconds) of a post published at
    /// `published_at`.
    pub fn of(post_id: i64, published_at: i64, made_at: i64, forecast: &Forecast) -> Vec<Self> {
        let age_s = made_at.saturating_sub(published_at);
        let open = forecast.horizons.iter().filter(|horizon| !horizon.measured);
        open.map(|horizon| Self {
            post_id,
            made_at,
            age_s,
            h: horizon.h,
            views: horizon.views,
            low: horizon.low,
            high: horizon.high,
        })
        .collect()
    }
}

/// How forecasts of one horizon did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HorizonScore {
    /// age forecast, hours
    pub h: u32,
    /// forecasts whose outcome has been measured
    pub n: u64,
    /// share of outcomes within the interval; `None` without any
    pub coverage80: Option<f64>,
    /// median of |ln(measured / forecast)|; `None` without any
    pub median_error: Option<f64>,
}

/// Scores records against what was measured since, one row a horizon in order of it. `measured(post_id, h)` = V(h)
/// in views; `None` = not measured (yet), and the record does not count.
pub fn score(records: &[ForecastRecord], measured: impl Fn(i64, u32) -> Option<f64>) -> Vec<HorizonScore> {
    let mut horizons: Vec<u32> = records.iter().map(|record| record.h).collect();
    horizons.sort_unstable();
    horizons.dedup();
    horizons
        .into_iter()
        .map(|h| {
            let of_horizon = records.iter().filter(|record| record.h == h);
            let pairs: Vec<_> = of_horizon.filter_map(|record| Some((record, measured(record.post_id, h)?))).collect();
            let inside = pairs.iter().filter(|(record, views)| holds(record.low, record.high, *views)).count();
            let mut errors: Vec<f64> = pairs.iter().map(|(record, views)| log_error(*views, record.views)).collect();
            HorizonScore {
                h,
                n: pairs.len() as u64,
                coverage80: (!pairs.is_empty()).then(|| inside as f64 / pairs.len() as f64),
                median_error: median(&mut errors),
            }
        })
        .collect()
}

/// [`score`] against the measured views of a dataset.
pub fn score_by_dataset(records: &[ForecastRecord], data: &Dataset) -> Vec<HorizonScore> {
    let places: std::collections::HashMap<i64, usize> =
        data.posts.post_id.iter().enumerate().map(|(index, id)| (*id, index)).collect();
    score(records, |post_id, h| data.view_at(h, *places.get(&post_id)?))
}

/// Whether an interval holds an outcome. Counts are whole and the interval is shown in whole views, so its ends are
/// rounded outwards.
pub(super) fn holds(low: f64, high: f64, views: f64) -> bool {
    low.floor() <= views && views <= high.ceil()
}

/// |ln(measured / forecast)|, each with one view more so that 0 has a logarithm.
pub(super) fn log_error(measured: f64, forecast: f64) -> f64 {
    ((measured.max(0.0) + 1.0) / (forecast.max(0.0) + 1.0)).ln().abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(post_id: i64, h: u32, low: f64, views: f64, high: f64) -> ForecastRecord {
        ForecastRecord { post_id, made_at: 0, age_s: 3600, h, views, low, high }
    }

    #[test]
    fn records_are_scored_by_horizon() {
        let records = [
            record(1, 24, 80.0, 99.0, 120.0),
            record(2, 24, 80.0, 99.0, 120.0),
            record(3, 24, 80.0, 99.0, 120.0),
            record(1, 168, 100.0, 199.0, 300.0),
        ];
        let measured = |post_id: i64, h: u32| match (post_id, h) {
            (1, 24) => Some(99.0),
            (2, 24) => Some(199.0),
            _ => None,
        };
        let scores = score(&records, measured);
        assert_eq!(scores[0].h, 24);
        assert_eq!((scores[0].n, scores[0].coverage80), (2, Some(0.5)));
        assert!((scores[0].median_error.unwrap() - 2.0_f64.ln() / 2.0).abs() < 1e-12);
        assert_eq!(scores[1], HorizonScore { h: 168, n: 0, coverage80: None, median_error: None });
        assert!(score(&[], measured).is_empty());
    }
}
