//! The pooled curve: shares of a post's final count by age that stand in for a channel's own curves, and how far
//! channels and posts stray from them.

use nalgebra::DMatrix;

use super::growth::{BORN, KNOTS, KNOTS_H, SIZE};

const HOURS_OF_SHARE_1: f64 = 720.0;

/// (age in hours, share of the final count) after the logarithmic part; metrics §5.
const LATER_SHARES: [(f64, f64); 4] = [(48.0, 0.62), (72.0, 0.67), (168.0, 0.92), (HOURS_OF_SHARE_1, 1.0)];

/// Growth of the first two days has to pass through the two shares that the definitions give for them, 50 % at 24 h
/// and 62 % at 48 h. Logarithmic growth, `0.5 ln(1 + age / OFFSET_H) / ln(1 + 24 / OFFSET_H)`, does so with this offset
/// in hours,
const OFFSET_H: f64 = 1.633_467;
/// and growth by a power, `0.5 (age / 24)^POWER`, with this one: ln(0.62 / 0.50) / ln 2.
const POWER: f64 = 0.310_340;
const SHARE_24: f64 = 0.5;

/// Standard deviation of ln V(24) of posts around their channel's usual level.
const LEVEL_SPREAD: f64 = 0.36;

/// How shapes of curves vary. No public source measures it: these values make intervals hold 80 % on generated channels
/// of five posts, usual ones, news and guides mixed (`tests/it/forecast.rs`). From some dozens of posts on a channel's
/// own curves decide.
struct Variety {
    /// standard deviation of the pace: ln growth against 24 h is 1 + pace times the usual one
    pace: f64,
    /// standard deviation of the way from the pooled beginning towards growth by a power, 1 = all of it
    form: f64,
    /// unevenness of growth besides: variance of ln share gained per unit of it, before 24 h and after
    before: f64,
    after: f64,
}

/// Of the posts of one channel.
const POSTS: Variety = Variety { pace: 0.10, form: 0.4, before: 0.05, after: 0.025 };
/// Of channels around the pooled curve. What comes after the first day differs most: news are forgotten, guides found.
const CHANNELS: Variety = Variety { pace: 0.12, form: 1.0, before: 0.055, after: 0.07 };

/// Variance of a cosine and of a sine of a uniform hour.
const BORN_VARIANCE: f64 = 0.5;

/// Typical share of the final count (at 30 days) at an age in hours, 0..=1. From 48 h on straight lines in the
/// logarithm of age through the shares of metrics §5. Below, nothing in the definitions tells logarithmic growth
/// (8.7 % at 1 h, 28 % at 6 h) from growth by a power (18.6 % at 1 h, 32.5 % at 6 h): the share lies half way between
/// them in logarithms, and the variety of channels holds both.
pub fn share(age_h: f64) -> f64 {
    let (first_h, _) = LATER_SHARES[0];
    if age_h <= 0.0 {
        return 0.0;
    }
    if age_h <= first_h {
        return SHARE_24 * (logarithmic(age_h) * by_power(age_h)).sqrt();
    }
    let segment = LATER_SHARES.windows(2).find(|pair| age_h <= pair[1].0);
    segment.map_or(1.0, |pair| {
        let ((h0, share0), (h1, share1)) = (pair[0], pair[1]);
        share0 + (share1 - share0) * (age_h / h0).ln() / (h1 / h0).ln()
    })
}

/// Logarithmic growth up to an age, of that up to 24 h.
fn logarithmic(age_h: f64) -> f64 {
    (age_h / OFFSET_H).ln_1p() / (24.0 / OFFSET_H).ln_1p()
}

/// Growth by a power up to an age, of that up to 24 h.
fn by_power(age_h: f64) -> f64 {
    (age_h / 24.0).powf(POWER)
}

/// ln of what growth by a power is ahead of the pooled curve; 0 from 24 h on.
fn ahead(age_h: f64) -> f64 {
    if age_h < 24.0 { (by_power(age_h) / logarithmic(age_h)).ln() / 2.0 } else { 0.0 }
}

/// ln of the share at an age against the share at 24 h.
pub(super) fn log_growth(age_h: f64) -> f64 {
    (share(age_h) / SHARE_24).ln()
}

/// Prior mean of a post's vector (see [`growth`](super::growth)), level 0.
pub(super) fn mean() -> Vec<f64> {
    let mut mean = vec![0.0; SIZE];
    for (knot, age_h) in KNOTS_H.iter().enumerate() {
        mean[knot] = log_growth(*age_h);
    }
    mean
}

/// Prior covariance of a post's vector around its channel's curve: a common level, and the variety of shapes.
pub(super) fn posts() -> DMatrix<f64> {
    let mut covariance = shapes(&POSTS);
    covariance.view_mut((0, 0), (KNOTS, KNOTS)).add_scalar_mut(LEVEL_SPREAD.powi(2));
    for entry in KNOTS..SIZE {
        covariance[(entry, entry)] = BORN_VARIANCE;
    }
    covariance
}

/// Prior covariance of a channel's curve around the pooled one.
pub(super) fn channels() -> DMatrix<f64> {
    shapes(&CHANNELS)
}

/// A pace that stretches the whole curve about its 24 h, the form of its beginning, and independent bits of growth, the more the more a stretch
/// of time usually adds.
fn shapes(variety: &Variety) -> DMatrix<f64> {
    DMatrix::from_fn(SIZE, SIZE, |row, column| {
        if row >= KNOTS || column >= KNOTS {
            return 0.0;
        }
        let (a, b) = (log_growth(KNOTS_H[row]), log_growth(KNOTS_H[column]));
        // a walk that starts at 24 h and goes both ways
        let walk = match (a < 0.0, b < 0.0) {
            (true, true) => variety.before * a.abs().min(b.abs()),
            (false, false) => variety.after * a.min(b),
            _ => 0.0,
        };
        let form = variety.form.powi(2) * ahead(KNOTS_H[row]) * ahead(KNOTS_H[column]);
        variety.pace.powi(2) * a * b + form + walk
    })
}

const _: () = assert!(SIZE == KNOTS + BORN);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_definitions() {
        for (age_h, expected) in [(0.0, 0.0), (24.0, 0.50), (48.0, 0.62), (72.0, 0.67), (168.0, 0.92), (9_000.0, 1.0)] {
            assert!((share(age_h) - expected).abs() < 1e-5, "{age_h} h: {}", share(age_h));
        }
        // what follows from them below a day
        assert!((share(1.0) - 0.127).abs() < 0.001, "{}", share(1.0));
        assert!((share(6.0) - 0.302).abs() < 0.001, "{}", share(6.0));
    }

    #[test]
    fn shares_never_fall() {
        let shares: Vec<f64> = (0..8_000).map(|tenth| share(f64::from(tenth) / 10.0)).collect();
        assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn the_prior_is_a_covariance() {
        assert!(posts().cholesky().is_some());
        assert!(channels().symmetric_eigenvalues().iter().all(|value| *value > -1e-12));
    }
}
