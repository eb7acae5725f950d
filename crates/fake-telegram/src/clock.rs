//! The stand-in's time: set by the scenario, moved by hand or at a steady pace.
//!
//! Posts, counters and statistics live in this time. The wire (message ids, salts) lives in the machine's, because
//! clients compare message ids with their own clock.

use std::sync::Mutex;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A clock that stands still unless a pace is set.
pub struct Clock {
    state: Mutex<State>,
}

struct State {
    /// Unix seconds at `since`.
    unix: f64,
    since: Instant,
    /// Seconds of the scenario per second of the machine; 0 stands still.
    speed: f64,
}

impl State {
    fn now(&self) -> f64 {
        self.unix + self.since.elapsed().as_secs_f64() * self.speed
    }
}

impl Clock {
    /// `unix`: where it starts, in Unix seconds; `speed`: seconds of the scenario per second of the machine.
    pub fn new(unix: i64, speed: f64) -> Self {
        Self { state: Mutex::new(State { unix: unix as f64, since: Instant::now(), speed }) }
    }

    /// Unix seconds, in the scenario's time.
    pub fn now(&self) -> i64 {
        self.lock().now().floor() as i64
    }

    /// Moves on by `seconds` at once.
    pub fn advance(&self, seconds: i64) {
        let mut state = self.lock();
        state.unix = state.now() + seconds as f64;
        state.since = Instant::now();
    }

    /// From here on so many seconds of the scenario pass per second of the machine.
    pub fn set_speed(&self, speed: f64) {
        let mut state = self.lock();
        state.unix = state.now();
        state.since = Instant::now();
        state.speed = speed;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The machine's time since the epoch, for what clients compare with their own clock.
#[expect(clippy::disallowed_methods, reason = "message ids are checked against the clients' real clock")]
pub fn wall() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn stands_still_until_moved() {
        let clock = Clock::new(1_000, 0.0);
        assert_eq!(clock.now(), 1_000);
        clock.advance(60);
        assert_eq!(clock.now(), 1_060);
    }

    #[test]
    fn runs_at_its_pace() {
        let clock = Clock::new(0, 1e6);
        std::thread::park_timeout(std::time::Duration::from_millis(5));
        assert!(clock.now() >= 5_000);
        clock.set_speed(0.0);
        assert_eq!(clock.now(), clock.now());
    }
}
