//! The hour of the week as a row of numbers: smooth in the hour, one level a weekday, and a smooth difference between
//! weekends and working days.

use std::f64::consts::TAU;

use nalgebra::{Cholesky, DMatrix, DVector};

use super::{Objective, Settings};
use crate::zone::Zone;

pub const DAYS: usize = 7;
pub const HOURS: usize = 24;
pub const CELLS: usize = DAYS * HOURS;

/// Daily harmonics. A bump with a standard deviation of 2.5 h has 98 % of its variance in the first two, one of 1.5 h
/// in the first four.
pub const HARMONICS: usize = 4;
pub const HOUR_COLUMNS: usize = 2 * HARMONICS;
pub const WEEKDAY_COLUMNS: usize = DAYS;
/// Weekend × hour takes only the two slowest harmonics: two days in seven carry little more.
const WEEKEND_HARMONICS: usize = 2;
pub const WEEKEND_COLUMNS: usize = 2 * WEEKEND_HARMONICS;
pub const TIME_COLUMNS: usize = WEEKDAY_COLUMNS + HOUR_COLUMNS + WEEKEND_COLUMNS;

/// Prior variance of harmonic k is proportional to exp(−k² / 4): the hour's effect is smooth over about 3 h, between
/// the widths of a morning peak and of an evening.
const ROUGHNESS: f64 = 0.2;

/// How far official views by hour may shape the effect of the hour, against the smooth prior's variance of 1.
const TOP_HOURS_VARIANCE: f64 = 1.0;

const WEEKEND: [usize; 2] = [5, 6];

/// The clocks an audience lives by, against the channel's own.
#[derive(Debug)]
pub struct Clocks<'a> {
    channel: &'a Zone,
    /// with shares that sum to 1
    audience: Vec<(&'a Zone, f64)>,
    /// turns harmonics into columns of equal prior variance
    root: DMatrix<f64>,
}

impl<'a> Clocks<'a> {
    pub fn new(settings: &'a Settings) -> Self {
        let usable = |weight: f64| weight.is_finite() && weight > 0.0;
        let sum: f64 = settings.audience.iter().map(|part| part.weight).filter(|weight| usable(*weight)).sum();
        let audience = if sum.is_finite() && sum > 0.0 {
            let parts = settings.audience.iter().filter(|part| usable(part.weight));
            parts.map(|part| (&part.zone, part.weight / sum)).collect()
        } else {
            vec![(&settings.zone, 1.0)]
        };
        Self { channel: &settings.zone, audience, root: prior_root(settings) }
    }

    /// Hour of the week on the channel's clock.
    pub fn cell(&self, at: i64) -> usize {
        let (dow, hour) = self.channel.weekday_hour(at);
        dow * HOURS + hour
    }

    /// Number of the channel's week (from Monday) that an instant lies in.
    pub fn week(&self, at: i64) -> i64 {
        // 1970-01-01 was a Thursday
        let days = at.saturating_add(i64::from(self.channel.offset(at))).div_euclid(86_400);
        (days + 3).div_euclid(7)
    }

    /// The row of an instant: weekday, hour, weekend × hour.
    pub fn row(&self, at: i64) -> [f64; TIME_COLUMNS] {
        self.mixed(self.audience.iter().map(|(zone, share)| {
            let local = zone.local(at);
            let hour = f64::from(local.hour()) + f64::from(local.minute()) / 60.0;
            (local.weekday().to_monday_zero_offset() as usize, hour, *share)
        }))
    }

    /// Rows of the 168 cells, each at the middle of its hour, with the clocks as far apart as they are at `at`.
    pub fn surface(&self, at: i64) -> Vec<[f64; TIME_COLUMNS]> {
        let ahead_h = |zone: &Zone| f64::from(zone.offset(at) - self.channel.offset(at)) / 3600.0;
        let clocks: Vec<(f64, f64)> = self.audience.iter().map(|(zone, share)| (ahead_h(zone), *share)).collect();
        (0..CELLS)
            .map(|cell| {
                self.mixed(clocks.iter().map(|(ahead, share)| {
                    let there = (cell as f64 + 0.5 + ahead).rem_euclid(CELLS as f64);
                    let dow = (there / HOURS as f64) as usize % DAYS;
                    (dow, there - (dow * HOURS) as f64, *share)
                }))
            })
            .collect()
    }

    /// The mean over the clocks, each given as weekday, hour and share.
    fn mixed(&self, clocks: impl Iterator<Item = (usize, f64, f64)>) -> [f64; TIME_COLUMNS] {
        let mut row = [0.0; TIME_COLUMNS];
        for (dow, hour, share) in clocks {
            row[dow] += share;
            let harmonics = harmonics(hour);
            let weekend = if WEEKEND.contains(&dow) { 1.0 } else { 0.0 } - WEEKEND.len() as f64 / DAYS as f64;
            for column in 0..HOUR_COLUMNS {
                let value: f64 = (0..HOUR_COLUMNS).map(|k| harmonics[k] * self.root[(k, column)]).sum();
                row[WEEKDAY_COLUMNS + column] += share * value;
            }
            for column in 0..WEEKEND_COLUMNS {
                row[WEEKDAY_COLUMNS + HOUR_COLUMNS + column] += share * weekend * harmonics[column];
            }
        }
        row
    }
}

/// cos and sin of the first harmonics of a day.
fn harmonics(hour: f64) -> [f64; HOUR_COLUMNS] {
    let mut values = [0.0; HOUR_COLUMNS];
    let (sin, cos) = (TAU * hour / HOURS as f64).sin_cos();
    let (mut s, mut c) = (sin, cos);
    for k in 0..HARMONICS {
        values[2 * k] = c;
        values[2 * k + 1] = s;
        (c, s) = (c * cos - s * sin, s * cos + c * sin);
    }
    values
}

/// Root of the prior covariance of the harmonics, scaled so that the curve's variance over the day is 1. Official views
/// by hour add the direction of their own curve: the effect may follow it, by a factor that is not known.
fn prior_root(settings: &Settings) -> DMatrix<f64> {
    let variances: Vec<f64> = (1..=HARMONICS).map(|k| (-ROUGHNESS * (k * k) as f64).exp()).collect();
    let sum: f64 = variances.iter().sum();
    let mut covariance =
        DMatrix::from_diagonal(&DVector::from_fn(HOUR_COLUMNS, |column, _| variances[column / 2] / sum));
    if settings.objective != Objective::Total
        && let Some(curve) = settings.top_hours.and_then(|hours| official_curve(&hours))
    {
        covariance += TOP_HOURS_VARIANCE * &curve * curve.transpose();
    }
    covariance.cholesky().map_or_else(|| DMatrix::identity(HOUR_COLUMNS, HOUR_COLUMNS), Cholesky::unpack)
}

/// Harmonics of the logarithm of official views by hour, scaled to a variance of 1 over the day; `None` where there is
/// nothing to learn from it.
fn official_curve(hours: &[f64; HOURS]) -> Option<DVector<f64>> {
    let sum: f64 = hours.iter().sum();
    if hours.iter().any(|views| !views.is_finite() || *views < 0.0) || sum <= 0.0 {
        return None;
    }
    let mut curve: DVector<f64> = DVector::zeros(HOUR_COLUMNS);
    for (hour, views) in hours.iter().enumerate() {
        // an hour without a view counts as a tenth of the mean hour: its logarithm must not decide
        let log = (views / sum * HOURS as f64).max(0.1).ln();
        for (k, value) in harmonics(hour as f64 + 0.5).into_iter().enumerate() {
            curve[k] += log * value * 2.0 / HOURS as f64;
        }
    }
    let norm = curve.norm() / std::f64::consts::SQRT_2;
    (norm > 1e-6).then(|| curve / norm)
}
