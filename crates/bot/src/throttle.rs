//! How much one person may ask for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// At once.
const BURST: i64 = 12;
/// One more after each of these.
const SECONDS_EACH: i64 = 2;
/// People remembered; beyond, those who have been quiet are forgotten.
const PEOPLE_MAX: usize = 10_000;

/// Whether somebody is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Yes,
    /// no, and they are told
    SaySo,
    /// no, and they know
    No,
}

#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<i64, Spent>>);

#[derive(Debug, Clone, Copy)]
struct Spent {
    /// unix seconds at which all is as if nothing had been asked
    free_at: i64,
    is_told: bool,
}

impl Throttle {
    /// `now`: unix seconds.
    pub fn turn(&self, person: i64, now: i64) -> Turn {
        let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if people.len() >= PEOPLE_MAX {
            people.retain(|_, spent| spent.free_at > now);
        }
        let spent = people.entry(person).or_insert(Spent { free_at: now, is_told: false });
        let free_at = spent.free_at.max(now) + SECONDS_EACH;
        if free_at - now <= BURST * SECONDS_EACH {
            *spent = Spent { free_at, is_told: false };
            return Turn::Yes;
        }
        if std::mem::replace(&mut spent.is_told, true) { Turn::No } else { Turn::SaySo }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_much_is_told_once_and_answered_again_later() {
        let throttle = Throttle::default();
        let turns: Vec<Turn> = (0..BURST + 2).map(|_| throttle.turn(5, 100)).collect();
        assert!(turns[..BURST as usize].iter().all(|turn| *turn == Turn::Yes));
        assert_eq!(turns[BURST as usize..], [Turn::SaySo, Turn::No]);
        assert_eq!(throttle.turn(6, 100), Turn::Yes, "others are not held up");
        assert_eq!(throttle.turn(5, 100 + SECONDS_EACH), Turn::Yes);
        assert_eq!(throttle.turn(5, 100 + SECONDS_EACH), Turn::SaySo);
    }

    #[test]
    fn only_so_many_people_are_remembered() {
        let throttle = Throttle::default();
        for person in 0..PEOPLE_MAX as i64 * 2 {
            throttle.turn(person, 100 + person * SECONDS_EACH);
        }
        assert!(throttle.0.lock().unwrap().len() <= PEOPLE_MAX);
    }
}
