//! The period a screen is about, as it stands in the address, before the channel's data give it an end.

use std::str::FromStr;

use jiff::civil::Date;

use super::query::{Bound, Query};
use crate::zone::{Zone, add_days, days_between};

/// The longest period a screen may ask for, days: ten years.
pub const MAX_PERIOD_DAYS: i64 = 3660;

/// A channel read at most this long after its newest post is still followed: its periods end with the reading, so that
/// a quiet week shows as one. A dump read later than that ends with its newest post.
const FOLLOWED_S: i64 = 7 * 86_400;

/// Where periods of a channel end, unix seconds: newest reading `as_of` or newest post, else `now`.
pub fn newest_data(as_of: Option<i64>, newest_post: Option<i64>, now: i64) -> i64 {
    match (as_of, newest_post) {
        (Some(as_of), Some(post)) if as_of.saturating_sub(post) > FOLLOWED_S => post,
        (Some(as_of), _) => as_of,
        (None, post) => post.unwrap_or(now),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// the 24 hours that end with the newest data
    Hours24,
    /// whole local days, the last one being the day of the newest data
    Days(u16),
    /// both days included
    Range { first: Date, last: Date },
}

impl Default for Period {
    fn default() -> Self {
        Self::Days(30)
    }
}

impl Period {
    pub const PRESETS: [Self; 4] = [Self::Hours24, Self::Days(7), Self::Days(30), Self::Days(90)];

    /// The question for a channel whose newest data (newest snapshot, else newest post, else now) are of `newest`
    /// (unix seconds).
    pub fn query(self, zone: &Zone, newest: i64) -> Query {
        let (from, to) = match self {
            Self::Hours24 => (Bound::Instant(newest - 24 * 3600), Bound::Instant(newest)),
            Self::Days(days) => {
                let end = add_days(zone.day(newest), 1);
                (Bound::Day(add_days(end, -i64::from(days))), Bound::Day(end))
            }
            Self::Range { first, last } => (Bound::Day(first), Bound::Day(add_days(last, 1))),
        };
        Query { from: Some(from), to: Some(to), ..Query::default() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a period: use 24h, 7d, 30d, 90d or FIRST..LAST such as 2025-06-01..2025-06-30, at most ten years"
)]
pub struct NotAPeriod(pub String);

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let wrong = || NotAPeriod(text.to_owned());
        if text == "24h" {
            return Ok(Self::Hours24);
        }
        if let Some(days) = text.strip_suffix('d') {
            let days = days.parse().map_err(|_| wrong())?;
            return if (1..=MAX_PERIOD_DAYS).contains(&i64::from(days)) { Ok(Self::Days(days)) } else { Err(wrong()) };
        }
        let (first, last) = text.split_once("..").ok_or_else(wrong)?;
        let (first, last): (Date, Date) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
        let days = days_between(first, last) + 1;
        if (1..=MAX_PERIOD_DAYS).contains(&days) { Ok(Self::Range { first, last }) } else { Err(wrong()) }
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hours24 => f.write_str("24h"),
            Self::Days(days) => write!(f, "{days}d"),
            Self::Range { first, last } => write!(f, "{first}..{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_period_reads_back_from_the_address() {
        for text in ["24h", "7d", "30d", "365d", "2025-06-01..2025-06-30"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for text in ["", "0d", "-3d", "99999d", "2025-06-30..2025-06-01", "1900-01-01..2025-01-01", "week"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_dump_read_long_after_ends_with_its_newest_post() {
        let post = 1_700_000_000;
        assert_eq!(newest_data(Some(post + FOLLOWED_S), Some(post), 0), post + FOLLOWED_S);
        assert_eq!(newest_data(Some(post + FOLLOWED_S + 1), Some(post), 0), post);
        assert_eq!(newest_data(None, Some(post), 0), post);
        assert_eq!(newest_data(None, None, 7), 7);
    }

    #[test]
    fn days_end_with_the_day_of_the_newest_data() {
        let zone = Zone::find("Europe/Berlin").unwrap();
        // 2025-03-30 23:30 in Berlin
        let query = Period::Days(2).query(&zone, 1_743_370_200);
        assert_eq!(query.from, Some(Bound::Day(date(2025, 3, 29))));
        assert_eq!(query.to, Some(Bound::Day(date(2025, 3, 31))));
    }
}
