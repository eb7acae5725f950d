//! How often an account may call a method. Telegram does not say how much it allows; these are paces at which people's
//! own apps read, and what it does say (`FLOOD_WAIT`) is kept to the second.

use serde::{Deserialize, Serialize};

const HOUR_S: f64 = 3_600.0;

/// Calls at once, and calls an hour after that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    pub burst: f64,
    pub per_hour: f64,
}

/// Stands for all methods together.
pub const ALL_METHODS: &str = "*";

impl Pace {
    const fn new(burst: u16, per_hour: u16) -> Self {
        Self { burst: burst as f64, per_hour: per_hour as f64 }
    }

    /// The pace of a method, or of [all of them](ALL_METHODS) together.
    pub fn of(method: &str) -> Self {
        match method {
            ALL_METHODS => Self::new(40, 4_800),
            // what gives away a scraper
            "contacts.resolveUsername" => Self::new(5, 30),
            "channels.getFullChannel" => Self::new(10, 300),
            "stats.getBroadcastStats" => Self::new(5, 60),
            "stats.getMessagePublicForwards" => Self::new(10, 300),
            "stats.loadAsyncGraph" => Self::new(30, 900),
            _ => Self::new(30, 3_600),
        }
    }

    /// So many hundredths of it; a burst is one call at least.
    #[must_use]
    pub fn scaled(self, percent: u32) -> Self {
        let factor = f64::from(percent) / 100.0;
        Self { burst: (self.burst * factor).max(1.0), per_hour: self.per_hour * factor }
    }
}

/// What is left of a pace.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Bucket {
    /// calls that may be made at once
    pub calls: f64,
    /// when there were so many, unix seconds
    pub at: i64,
    /// until when Telegram has asked to wait, unix seconds
    pub closed_until: Option<i64>,
}

impl Bucket {
    pub fn full(pace: Pace, now: i64) -> Self {
        Self { calls: pace.burst, at: now, closed_until: None }
    }

    /// When the next call may be made, unix seconds; `now` or earlier: at once. Takes nothing.
    pub fn opens_at(&self, pace: Pace, now: i64) -> i64 {
        let closed = self.closed_until.unwrap_or(i64::MIN);
        // a call that is there but for rounding is there
        const ROUNDING: f64 = 1e-9;
        let missing = 1.0 - ROUNDING - self.filled(pace, now);
        let filled = if missing <= 0.0 { now } else { now + (missing * HOUR_S / pace.per_hour).ceil().max(1.0) as i64 };
        closed.max(filled)
    }

    /// Takes a call, whether there is one or not: whoever asked [`Self::opens_at`] before knows.
    pub fn take(&mut self, pace: Pace, now: i64) {
        self.calls = (self.filled(pace, now) - 1.0).max(0.0);
        self.at = now;
    }

    /// Telegram asks to wait, from `now` for so many seconds. What seemed to be left was not.
    pub fn close(&mut self, now: i64, seconds: u32) {
        self.calls = 0.0;
        self.at = now;
        self.closed_until = self.closed_until.max(Some(now + i64::from(seconds)));
    }

    fn filled(&self, pace: Pace, now: i64) -> f64 {
        // a clock that was set back fills nothing
        let since = (now - self.at).max(0) as f64;
        (self.calls + since * pace.per_hour / HOUR_S).min(pace.burst)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_768_046_400;
    const PACE: Pace = Pace { burst: 2.0, per_hour: 360.0 };

    #[test]
    fn a_burst_then_the_pace() {
        let mut bucket = Bucket::full(PACE, NOW);
        for _ in 0..2 {
            assert_eq!(bucket.opens_at(PACE, NOW), NOW);
            bucket.take(PACE, NOW);
        }
        assert_eq!(bucket.opens_at(PACE, NOW), NOW + 10);
        assert_eq!(bucket.opens_at(PACE, NOW + 7), NOW + 10);
        assert_eq!(bucket.opens_at(PACE, NOW + 10), NOW + 10);
    }

    #[test]
    fn a_wait_is_kept_to_the_second_and_is_never_shortened() {
        let mut bucket = Bucket::full(PACE, NOW);
        bucket.close(NOW, 86_400);
        bucket.close(NOW + 5, 5);
        assert_eq!(bucket.opens_at(PACE, NOW + 5), NOW + 86_400);
        assert_eq!(bucket.opens_at(PACE, NOW + 86_400), NOW + 86_400);
    }

    #[test]
    fn a_share_of_a_pace_lets_one_call_through_at_least() {
        assert_eq!(PACE.scaled(10), Pace { burst: 1.0, per_hour: 36.0 });
        assert_eq!(PACE.scaled(1_000), Pace { burst: 20.0, per_hour: 3_600.0 });
    }

    proptest! {
        #[test]
        fn no_window_sees_more_than_burst_and_pace(waits in prop::collection::vec(0..60_i64, 1..200)) {
            let (mut bucket, mut now, mut taken) = (Bucket::full(PACE, NOW), NOW, Vec::new());
            for wait in waits {
                now += wait;
                if bucket.opens_at(PACE, now) <= now {
                    bucket.take(PACE, now);
                    taken.push(now);
                }
            }
            for (index, from) in taken.iter().enumerate() {
                for (more, to) in taken[index..].iter().enumerate() {
                    let allowed = PACE.burst + (to - from) as f64 * PACE.per_hour / HOUR_S;
                    prop_assert!(more as f64 + 1.0 <= allowed + 1e-6, "{} calls in {} s", more + 1, to - from);
                }
            }
        }
    }
}
