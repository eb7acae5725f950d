//! Tail of a weighted sum of squares of normal variables, their variance estimated from the same data.

use std::f64::consts::{SQRT_2, TAU};

/// P(Σ wⱼ Zⱼ² / (χ²ᵥ / ν) > t) for independent standard normal Zⱼ, weights wⱼ > 0 and ν degrees of freedom of the
/// variance. Saddlepoint approximation of Lugannani and Rice for quadratic forms (Kuonen, *Saddlepoint approximations
/// for distributions of quadratic forms in normal variables*, Biometrika 1999). 1 where there are no weights.
pub fn quadratic_tail(weights: &[f64], freedom: f64, t: f64) -> f64 {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    if largest <= 0.0 || t <= 0.0 || t.is_nan() {
        return 1.0;
    }
    // Q = Σ wⱼ Zⱼ² − (t / ν) χ²ᵥ is above 0 exactly where the ratio is above t; its cumulant function and derivatives:
    let unit = t / freedom;
    let cumulant = |s: f64| {
        -0.5 * weights.iter().map(|w| (-2.0 * w * s).ln_1p()).sum::<f64>() - 0.5 * freedom * (2.0 * unit * s).ln_1p()
    };
    let slope =
        |s: f64| weights.iter().map(|w| w / (1.0 - 2.0 * w * s)).sum::<f64>() - freedom * unit / (1.0 + 2.0 * unit * s);
    let curvature = |s: f64| {
        weights.iter().map(|w| 2.0 * (w / (1.0 - 2.0 * w * s)).powi(2)).sum::<f64>()
            + freedom * 2.0 * (unit / (1.0 + 2.0 * unit * s)).powi(2)
    };
    let (mut below, mut above) = (-0.5 / unit, 0.5 / largest);
    // the slope rises from −∞ to ∞ between the poles
    for _ in 0..200 {
        let middle = f64::midpoint(below, above);
        if slope(middle) < 0.0 { below = middle } else { above = middle }
    }
    let s = f64::midpoint(below, above);
    let spread = curvature(s).sqrt();
    let w = (-2.0 * cumulant(s)).max(0.0).sqrt().copysign(s);
    let v = s * spread;
    if w.abs() < 1e-4 {
        // at the mean the formula is 0 / 0; its limit
        let third: f64 = weights.iter().map(|w| 8.0 * w.powi(3)).sum::<f64>() - freedom * 8.0 * unit.powi(3);
        return 0.5 - third / (6.0 * TAU.sqrt() * spread.powi(3));
    }
    normal_tail(w + (v / w).ln() / w).clamp(0.0, 1.0)
}

/// P(Z > x).
fn normal_tail(x: f64) -> f64 {
    0.5 * libm::erfc(x / SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_are_the_f_distribution() {
        // 95 % and 99 % quantiles of F(4, 100), times 4 weights of 1, from tables
        for (quantile, chance) in [(2.4626, 0.05), (3.5127, 0.01)] {
            let tail = quadratic_tail(&[1.0; 4], 100.0, 4.0 * quantile);
            assert!((tail / chance - 1.0).abs() < 0.02, "{tail} for {chance}");
        }
        // F(1, 30): t² with t = 2.0423
        let tail = quadratic_tail(&[1.0], 30.0, 2.0423_f64.powi(2));
        assert!((tail / 0.05 - 1.0).abs() < 0.05, "{tail}");
    }

    #[test]
    fn the_scale_does_not_matter() {
        let one = quadratic_tail(&[1.0, 0.3, 0.05], 200.0, 5.0);
        let other = quadratic_tail(&[10.0, 3.0, 0.5], 200.0, 50.0);
        assert!((one - other).abs() < 1e-9);
    }

    #[test]
    fn it_falls_smoothly_through_the_mean() {
        let weights = [1.0, 0.5, 0.1];
        let mut last = 1.0;
        for step in 1..400 {
            let tail = quadratic_tail(&weights, 300.0, f64::from(step) * 0.02);
            assert!(tail <= last + 1e-6 && last - tail < 0.05, "{tail} after {last} at {step}");
            last = tail;
        }
    }

    #[test]
    fn nothing_is_no_evidence() {
        assert!((quadratic_tail(&[], 10.0, 3.0) - 1.0).abs() < 1e-12);
        assert!((quadratic_tail(&[0.0], 10.0, 3.0) - 1.0).abs() < 1e-12);
        assert!((quadratic_tail(&[1.0], 10.0, f64::NAN) - 1.0).abs() < 1e-12);
    }
}
