//! Settings of a workspace and what they may be.

use serde::{Deserialize, Serialize};

/// How long facts are kept, in days; `None` keeps them for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Retention {
    /// readings of posts; when they go, the day's sums remain, and of each post its newest counts and what views at
    /// the measured ages are read from
    pub snapshots_days: Option<u32>,
    /// daily facts, sources and the sums of days
    pub daily_days: Option<u32>,
}

/// Less would take readings of posts that have not reached the oldest measured age yet, and days that the comparison
/// with the window before needs.
pub const RETENTION_DAYS_MIN: u32 = 30;
/// Ten years; whoever wants more keeps them for good.
pub const RETENTION_DAYS_MAX: u32 = 3650;

/// A number of days that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {}", self.allowed())]
pub struct RetentionError {
    pub field: &'static str,
}

impl RetentionError {
    pub fn allowed(&self) -> String {
        format!("a number of days from {RETENTION_DAYS_MIN} to {RETENTION_DAYS_MAX}, or nothing to keep them for good")
    }
}

impl Retention {
    pub fn check(&self) -> Result<(), RetentionError> {
        for (field, days) in [("snapshots_days", self.snapshots_days), ("daily_days", self.daily_days)] {
            if days.is_some_and(|days| !(RETENTION_DAYS_MIN..=RETENTION_DAYS_MAX).contains(&days)) {
                return Err(RetentionError { field });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_for_good_or_within_its_limits() {
        assert_eq!(Retention::default().check(), Ok(()));
        assert_eq!(Retention { snapshots_days: Some(90), daily_days: Some(365) }.check(), Ok(()));
        let error = Retention { snapshots_days: None, daily_days: Some(7) }.check().unwrap_err();
        assert!(error.to_string().starts_with("daily_days: a number of days from 30"), "{error}");
    }
}
