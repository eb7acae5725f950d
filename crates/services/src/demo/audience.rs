//! How views of one made-up post grow: shares of the final count by age as in metrics §5, faster while the channel's
//! country is awake, each post at its own pace.

/// (age in hours, share of the final count). 50 % at 24 h, 62 % at 48 h, 67 % at 72 h, 92 % at 7 days.
const SHARE_BY_AGE: &[(f64, f64)] = &[
    (0.0, 0.0),
    (0.25, 0.035),
    (0.5, 0.065),
    (1.0, 0.11),
    (2.0, 0.175),
    (3.0, 0.22),
    (6.0, 0.31),
    (12.0, 0.40),
    (24.0, 0.50),
    (48.0, 0.62),
    (72.0, 0.67),
    (168.0, 0.92),
    (336.0, 0.975),
    (720.0, 1.0),
];

/// After this age a post gains nothing worth reading.
pub(super) const LIFE_H: f64 = 720.0;

/// How awake readers are at each local hour; the mean is 1, so that a whole day counts as a day.
const AWAKE: [f64; 24] = [
    0.62, 0.38, 0.26, 0.22, 0.24, 0.34, 0.60, 0.94, 1.22, 1.28, 1.20, 1.14, 1.20, 1.24, 1.14, 1.08, 1.10, 1.18, 1.30,
    1.42, 1.50, 1.50, 1.08, 0.82,
];

/// Share of the final count at `age_h` hours, for a post at pace 1.
fn usual_share(age_h: f64) -> f64 {
    let next = SHARE_BY_AGE.partition_point(|&(h, _)| h <= age_h);
    let Some(&(h1, share1)) = SHARE_BY_AGE.get(next) else { return 1.0 };
    let (h0, share0) = SHARE_BY_AGE[next - 1];
    // straight on a logarithmic axis of time: views come fast, then ever slower
    let along = ((1.0 + age_h).ln() - (1.0 + h0).ln()) / ((1.0 + h1).ln() - (1.0 + h0).ln());
    share0 + (share1 - share0) * along
}

/// Hours of readers' waking time between two local times, given in hours since some midnight.
fn waking_hours(from: f64, to: f64) -> f64 {
    waking_since_midnight(to) - waking_since_midnight(from)
}

fn waking_since_midnight(at: f64) -> f64 {
    let total: f64 = AWAKE.iter().sum();
    let (days, hour) = ((at / 24.0).floor(), at.rem_euclid(24.0));
    let whole = hour as usize;
    let today = AWAKE[..whole].iter().sum::<f64>() + AWAKE[whole.min(23)] * (hour - whole as f64);
    days * 24.0 + today * 24.0 / total
}

/// Share of the final count of a post published at the local hour `born_h` (0..24), `age_h` hours later. A pace above
/// 1 starts slower: the share is raised to it.
pub(super) fn share(born_h: f64, age_h: f64, pace: f64) -> f64 {
    if age_h <= 0.0 {
        return 0.0;
    }
    usual_share(waking_hours(born_h, born_h + age_h)).powf(pace).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_shares_are_those_of_the_definitions() {
        for (age_h, expected) in [(24.0, 0.50), (48.0, 0.62), (72.0, 0.67), (168.0, 0.92)] {
            assert!((usual_share(age_h) - expected).abs() < 1e-9);
            // whole days count whole, whatever the hour
            assert!((share(15.5, age_h, 1.0) - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn views_never_fall_and_grow_slower_at_night() {
        let mut last = 0.0;
        for step in 0..3000 {
            let now = share(22.0, f64::from(step) * 0.25, 1.2);
            assert!(now >= last, "at {step}");
            last = now;
        }
        assert!(share(19.0, 3.0, 1.0) > share(1.0, 3.0, 1.0) * 1.5);
    }
}
