//! Where "now" comes from. Everything asks the [`Clock`] of its context, so that tests and outside checks move time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Cloning shares the time: moving one clone of a set clock moves all of them.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Set(Arc<AtomicI64>),
    File { path: PathBuf, last: Arc<AtomicI64> },
}

#[derive(Debug, thiserror::Error)]
#[error("the clock file {path} cannot be used ({reason}): it holds one number, unix seconds")]
pub struct ClockFileError {
    pub path: PathBuf,
    pub reason: String,
}

impl Clock {
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Stands still at `now` (unix seconds) until it is moved.
    pub fn set(now: i64) -> Self {
        Self(Source::Set(Arc::new(AtomicI64::new(now))))
    }

    /// Reads unix seconds from a file at every question, so that another process moves the time.
    pub fn file(path: impl Into<PathBuf>) -> Result<Self, ClockFileError> {
        let path = path.into();
        let now = read_seconds(&path).map_err(|reason| ClockFileError { path: path.clone(), reason })?;
        Ok(Self(Source::File { path, last: Arc::new(AtomicI64::new(now)) }))
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
            Source::System => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64),
            Source::Set(now) => now.load(Ordering::SeqCst),
            // a file that is being rewritten reads empty for a moment: the time does not jump back to 1970 for it
            Source::File { path, last } => match read_seconds(path) {
                Ok(now) => {
                    last.store(now, Ordering::SeqCst);
                    now
                }
                Err(_) => last.load(Ordering::SeqCst),
            },
        }
    }

    /// Moves a set clock by `seconds`; the others go their own way.
    pub fn advance(&self, seconds: i64) {
        if let Source::Set(now) = &self.0 {
            now.fetch_add(seconds, Ordering::SeqCst);
        }
    }

    /// Whether the time is somebody's choice and not the machine's.
    pub fn is_settable(&self) -> bool {
        !matches!(self.0, Source::System)
    }
}

fn read_seconds(path: &std::path::Path) -> Result<i64, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    text.trim().parse().map_err(|_| format!("found {:?}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_set_clock_move_together() {
        let clock = Clock::set(1_700_000_000);
        let other = clock.clone();
        clock.advance(3600);
        assert_eq!(other.now(), 1_700_003_600);
    }

    #[test]
    fn a_clock_file_is_read_at_every_question_and_survives_a_rewrite() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("now");
        std::fs::write(&path, "1700000000\n").expect("written");
        let clock = Clock::file(&path).expect("a clock");
        assert_eq!(clock.now(), 1_700_000_000);
        std::fs::write(&path, "").expect("written");
        assert_eq!(clock.now(), 1_700_000_000);
        std::fs::write(&path, "1700000600").expect("written");
        assert_eq!(clock.now(), 1_700_000_600);
    }

    #[test]
    fn a_clock_file_without_a_number_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("now");
        std::fs::write(&path, "noon").expect("written");
        let error = Clock::file(&path).expect_err("refused").to_string();
        assert!(error.contains("noon") && error.contains("now"), "{error}");
    }
}
