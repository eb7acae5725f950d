//! A post's readings as a vector: logarithms of views at fixed ages, and the hour it was born.

use std::f64::consts::TAU;

use crate::analytics::posts::views_at;
use crate::analytics::query::MaxGap;

/// Ages, in hours, between which growth is taken for a power of age. The horizons are among them.
pub(super) const KNOTS_H: [f64; KNOTS] =
    [0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 36.0, 48.0, 72.0, 120.0, 168.0];
pub(super) const KNOTS: usize = 17;
/// Entries after the knots: cosine and sine of the UTC hour of publication, so that a post born before the night
/// is not taken for a weak one.
pub(super) const BORN: usize = 2;
pub(super) const SIZE: usize = KNOTS + BORN;

/// Place of 24 h among the knots.
pub(super) const KNOT_24: usize = 11;

pub(super) const HOUR_S: f64 = 3600.0;
const DAY_S: i64 = 86_400;

/// How far from a knot, as a factor of its age, a single reading still speaks for it.
const LATE: f64 = 1.1;

/// Added to a count before its logarithm, so that 0 has one.
const HALF_A_VIEW: f64 = 0.5;

/// Readings of one post as they stand at a moment: parallel slices in order of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Readings<'a> {
    published_at: i64,
    at: &'a [i64],
    views: &'a [i64],
}

impl<'a> Readings<'a> {
    /// Those taken from publication up to `until` (unix seconds, inclusive).
    pub fn new(published_at: i64, at: &'a [i64], views: &'a [i64], until: i64) -> Self {
        let len = at.len().min(views.len());
        let to = at[..len].partition_point(|at| *at <= until);
        let from = at[..to].partition_point(|at| *at <= published_at);
        Self { published_at, at: &at[from..to], views: &views[from..to] }
    }

    fn age_h(&self, index: usize) -> f64 {
        self.at[index].saturating_sub(self.published_at) as f64 / HOUR_S
    }

    /// Age in hours and views of the newest reading.
    pub fn newest(&self) -> Option<(f64, i64)> {
        let last = self.at.len().checked_sub(1)?;
        Some((self.age_h(last), self.views[last].max(0)))
    }

    /// V(h) as the metrics define it.
    pub fn views_at(&self, h: f64) -> Option<f64> {
        views_at(self.published_at, self.at, self.views, h, MaxGap::Usual).map(|views| views.max(0.0))
    }

    /// Views before and after an age: of the readings it lies between, 0 before the first. `None` after the last.
    pub fn around(&self, h: f64) -> Option<(f64, f64)> {
        let after = self.at.partition_point(|at| (at.saturating_sub(self.published_at) as f64) < h * HOUR_S);
        let to = *self.views.get(after)?;
        let from = after.checked_sub(1).map_or(0, |before| self.views[before]);
        Some((from.max(0) as f64, to.max(0) as f64))
    }

    /// ln views at a knot. From 24 h on it is V(h), which is what outcomes are measured by; before, where views grow
    /// as a power of age, the line between two readings is drawn in logarithms, with the same bound on the hole.
    fn log_at(&self, h: f64) -> Option<f64> {
        if h >= KNOTS_H[KNOT_24] {
            return self.views_at(h).map(log_views);
        }
        let after = self.at.partition_point(|at| (at.saturating_sub(self.published_at) as f64) < h * HOUR_S);
        if after == self.at.len() {
            return None;
        }
        let (h1, y1) = (self.age_h(after), log_views(self.views[after] as f64));
        if h1 <= h {
            return Some(y1);
        }
        let Some(before) = after.checked_sub(1) else {
            // a first reading right after the knot; until then views grow about linearly
            return (h1 <= h * LATE).then(|| y1 + (h / h1).ln());
        };
        let (h0, y0) = (self.age_h(before), log_views(self.views[before] as f64));
        (h1 - h0 <= h.max(2.0)).then(|| y0 + (y1 - y0) * (h / h0).ln() / (h1 / h0).ln())
    }

    /// Whether there is a reading at about each knot.
    pub fn read_at_knots(&self) -> [bool; KNOTS] {
        KNOTS_H.map(|h| {
            let from = self.at.partition_point(|at| (at.saturating_sub(self.published_at) as f64) < h / LATE * HOUR_S);
            from < self.at.len() && self.age_h(from) <= h * LATE
        })
    }

    /// ln views at every knot; `None` where not measured.
    pub fn at_knots(&self) -> [Option<f64>; KNOTS] {
        KNOTS_H.map(|h| self.log_at(h))
    }
}

/// ln of a count of views.
pub(super) fn log_views(views: f64) -> f64 {
    (views.max(0.0) + HALF_A_VIEW).ln()
}

/// The count whose [`log_views`] this is, 0 at least.
pub(super) fn views_of_log(log: f64) -> f64 {
    (log.exp() - HALF_A_VIEW).max(0.0)
}

/// Cosine and sine of the UTC hour of an instant.
pub(super) fn born(published_at: i64) -> [f64; BORN] {
    let day_gone = published_at.rem_euclid(DAY_S) as f64 / DAY_S as f64;
    [(day_gone * TAU).cos(), (day_gone * TAU).sin()]
}

/// Where an age lies among the knots: ln views there = `(1 - part)` of knot `below` + `part` of the next + `beyond`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub below: usize,
    pub part: f64,
    /// growth outside the knots: views start linearly, and stay after the last knot
    pub beyond: f64,
}

/// Youngest age told apart, hours.
const YOUNGEST_H: f64 = 1.0 / 60.0;

impl Place {
    pub fn of(age_h: f64) -> Self {
        let first = KNOTS_H[0];
        if age_h <= first {
            return Self { below: 0, part: 0.0, beyond: (age_h.max(YOUNGEST_H) / first).ln() };
        }
        let Some(above) = KNOTS_H.iter().position(|knot| *knot >= age_h) else {
            return Self { below: KNOTS - 2, part: 1.0, beyond: 0.0 };
        };
        let below = above - 1;
        let part = (age_h / KNOTS_H[below]).ln() / (KNOTS_H[above] / KNOTS_H[below]).ln();
        Self { below, part, beyond: 0.0 }
    }

    /// The two knots and their weights.
    pub fn weights(&self) -> [(usize, f64); 2] {
        [(self.below, 1.0 - self.part), (self.below + 1, self.part)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_among_the_knots() {
        assert!((KNOTS_H[KNOT_24] - 24.0).abs() < 1e-12);
        for (knot, age_h) in KNOTS_H.into_iter().enumerate() {
            let there: f64 = Place::of(age_h).weights().iter().map(|(k, w)| if *k == knot { *w } else { 0.0 }).sum();
            assert!((there - 1.0).abs() < 1e-12, "{age_h}");
        }
        assert_eq!(Place::of(500.0), Place { below: KNOTS - 2, part: 1.0, beyond: 0.0 });
        assert!((Place::of(0.125).beyond - 0.5_f64.ln()).abs() < 1e-12);
        assert!(Place::of(0.0).beyond.is_finite());
    }

    #[test]
    fn growth_between_early_readings_is_a_power_of_age() {
        let hour = 3600;
        // views = 100 sqrt(age)
        let (at, views) = ([hour, 4 * hour, 9 * hour], [100, 200, 300]);
        let readings = Readings::new(0, &at, &views, 9 * hour);
        let knots = readings.at_knots();
        let at_6 = knots[7].map(f64::exp);
        assert!(at_6.is_some_and(|views| (views - 100.0 * 6.0_f64.sqrt()).abs() < 1.0), "{at_6:?}");
        assert_eq!(knots[0], None, "before the first reading nothing is known");
        assert_eq!(knots[4], None, "a hole of 3 h is too wide at 2 h");
        assert_eq!(knots[9], None);
        assert_eq!(Readings::new(0, &at, &views, 5 * hour).newest(), Some((4.0, 200)));
        assert_eq!(Readings::new(0, &at, &views, 0).newest(), None);
    }

    #[test]
    fn logarithms_of_counts_and_back() {
        for views in [0.0, 1.0, 12_345.0] {
            assert!((views_of_log(log_views(views)) - views).abs() < 1e-6);
        }
        assert!(views_of_log(-50.0).abs() < 1e-12, "never below none");
    }
}
