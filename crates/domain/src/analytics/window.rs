//! A window resolved in a zone: `from <= date_utc < to`.

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use super::query::{Bound, Query, QueryError};
use crate::zone::{Zone, add_days, days_between};

/// Days of the window when none is asked for.
pub const DEFAULT_DAYS: i64 = 30;
/// Longest window that may be asked for, in days: a century holds every channel, and its rows still fit in memory.
pub const LONGEST_DAYS: i64 = 36_525;
/// First and last day that may be asked for.
pub const FIRST_DAY: Date = date(1970, 1, 1);
pub const LAST_DAY: Date = date(9000, 12, 31);

const DAY_S: i64 = 86_400;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// unix seconds, inclusive
    pub from: i64,
    /// unix seconds, exclusive
    pub to: i64,
    /// first local day touched
    pub first_day: Date,
    /// last local day touched, inclusive
    pub last_day: Date,
    pub zone: Zone,
}

impl Window {
    /// The window between two instants (unix seconds, `from < to`).
    pub fn new(from: i64, to: i64, zone: Zone) -> Self {
        debug_assert!(from < to, "an empty window");
        Self { from, to, first_day: zone.day(from), last_day: zone.day(to.saturating_sub(1)), zone }
    }

    /// Whole local days, both inclusive.
    pub fn of_days(first_day: Date, last_day: Date, zone: Zone) -> Self {
        Self { from: zone.midnight(first_day), to: zone.midnight(add_days(last_day, 1)), first_day, last_day, zone }
    }

    /// What a query means for a channel. `newest_post`: date of the channel's newest post; `now`: stands in where
    /// the channel has none (unix seconds both).
    ///
    /// Without bounds: the 30 local days ending with the day of the newest post. `from` alone reaches to the end of
    /// that day (30 days on where `from` is later than that); `to` alone reaches 30 local days back.
    pub fn resolve(
        query: &Query,
        channel_zone: &Zone,
        zone_of_query: Option<Zone>,
        newest_post: Option<i64>,
        now: i64,
    ) -> Result<Self, QueryError> {
        let zone = zone_of_query.unwrap_or_else(|| channel_zone.clone());
        let newest_day = zone.day(newest_post.unwrap_or(now));
        let from = query.from.map(|bound| instant(bound, &zone, "from")).transpose()?;
        let to = query.to.map(|bound| instant(bound, &zone, "to")).transpose()?;
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => {
                let end = zone.midnight(add_days(newest_day, 1));
                (from, if from < end { end } else { zone.midnight(add_days(zone.day(from), DEFAULT_DAYS)) })
            }
            (None, Some(to)) => {
                let last_day = zone.day(to - 1);
                (zone.midnight(add_days(last_day, 1 - DEFAULT_DAYS)), to)
            }
            (None, None) => {
                return Ok(Self::of_days(add_days(newest_day, 1 - DEFAULT_DAYS), newest_day, zone));
            }
        };
        let field = if query.to.is_some() { "to" } else { "from" };
        if from >= to {
            return Err(QueryError { field, allowed: "from has to be earlier than to".to_owned() });
        }
        if to - from > LONGEST_DAYS * DAY_S {
            return Err(QueryError { field, allowed: format!("a window holds at most {LONGEST_DAYS} days") });
        }
        Ok(Self::new(from, to, zone))
    }

    pub fn contains(&self, at: i64) -> bool {
        (self.from..self.to).contains(&at)
    }

    /// Whether a calendar day is one of the window's.
    pub fn has_day(&self, day: Date) -> bool {
        (self.first_day..=self.last_day).contains(&day)
    }

    /// Number of local days touched, at least 1.
    pub fn day_count(&self) -> usize {
        usize::try_from(days_between(self.first_day, self.last_day)).unwrap_or(0) + 1
    }

    /// The local days touched, in order.
    pub fn days(&self) -> impl Iterator<Item = Date> + use<> {
        let first_day = self.first_day;
        (0..self.day_count() as i64).map(move |index| add_days(first_day, index))
    }

    /// Whether both ends are midnights of the zone.
    pub fn is_whole_days(&self) -> bool {
        self.from == self.zone.midnight(self.first_day) && self.to == self.zone.midnight(add_days(self.last_day, 1))
    }

    /// The equal window before: as many local days where both ends are midnights, else as many seconds.
    #[must_use]
    pub fn previous(&self) -> Self {
        if self.is_whole_days() {
            let days = self.day_count() as i64;
            return Self::of_days(add_days(self.first_day, -days), add_days(self.first_day, -1), self.zone.clone());
        }
        Self::new(self.from - (self.to - self.from), self.from, self.zone.clone())
    }

    /// The 30 local days that end with the window: what the market's 30-day ERR speaks of.
    #[must_use]
    pub fn last_30_days(&self) -> Self {
        let from = self.zone.midnight(add_days(self.last_day, 1 - DEFAULT_DAYS));
        Self::new(from.min(self.to - 1), self.to, self.zone.clone())
    }

    /// Earliest instant whose facts the screens of this window show (unix seconds): those of the window before, and
    /// of the 30 days that end with it with the 30 before those.
    pub fn needs_from(&self) -> i64 {
        self.previous().from.min(self.last_30_days().previous().from)
    }

    /// The local days touched with their first instants.
    pub fn local_days(&self) -> LocalDays {
        LocalDays { first_day: self.first_day, midnights: self.days().map(|day| self.zone.midnight(day)).collect() }
    }
}

/// Consecutive local days with their first instants: finds the day of an instant without asking the zone again.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalDays {
    pub first_day: Date,
    /// unix seconds, ascending
    pub midnights: Vec<i64>,
}

impl LocalDays {
    /// Which of the days an instant falls on; an instant outside counts to the nearest.
    pub fn index_of(&self, at: i64) -> usize {
        self.midnights.partition_point(|midnight| *midnight <= at).saturating_sub(1)
    }

    /// Place of a calendar day among these.
    pub fn index_of_day(&self, day: Date) -> Option<usize> {
        usize::try_from(days_between(self.first_day, day)).ok().filter(|index| *index < self.midnights.len())
    }
}

fn instant(bound: Bound, zone: &Zone, field: &'static str) -> Result<i64, QueryError> {
    let day = match bound {
        Bound::Day(day) => day,
        Bound::Instant(at) => zone.day(at),
    };
    if !(FIRST_DAY..=LAST_DAY).contains(&day) {
        return Err(QueryError { field, allowed: format!("use a time from {FIRST_DAY} to {LAST_DAY}") });
    }
    Ok(match bound {
        Bound::Day(day) => zone.midnight(day),
        Bound::Instant(at) => at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NEWEST: i64 = 1_750_000_000; // 2025-06-15 15:06:40 UTC

    fn resolve(from: Option<&str>, to: Option<&str>, zone: &str) -> Result<Window, QueryError> {
        let query = Query {
            from: from.map(|text| text.parse().unwrap()),
            to: to.map(|text| text.parse().unwrap()),
            ..Query::default()
        };
        Window::resolve(&query, &Zone::utc(), Some(Zone::find(zone).unwrap()), Some(NEWEST), 0)
    }

    #[test]
    fn windows_of_queries() {
        let day = 86_400;
        let midnight = 1_749_945_600; // 2025-06-15
        for (from, to, zone, expected) in [
            (None, None, "UTC", (midnight - 29 * day, midnight + day)),
            // 15:06 UTC is 20:06 in Tashkent: the day began at 19:00 UTC the day before
            (None, None, "Asia/Tashkent", (midnight - 29 * day - 5 * 3600, midnight + day - 5 * 3600)),
            (Some("2025-06-10"), None, "UTC", (midnight - 5 * day, midnight + day)),
            (Some("2025-07-01"), None, "UTC", (midnight + 16 * day, midnight + 46 * day)),
            (None, Some("2025-06-10"), "UTC", (midnight - 35 * day, midnight - 5 * day)),
            (Some("2025-06-10"), Some("2025-06-11"), "UTC", (midnight - 5 * day, midnight - 4 * day)),
            (Some("1749945601"), Some("2025-06-16"), "UTC", (midnight + 1, midnight + day)),
            (Some("0"), Some("2000000000"), "UTC", (0, 2_000_000_000)),
        ] {
            let window = resolve(from, to, zone).unwrap();
            assert_eq!((window.from, window.to), expected, "{from:?} {to:?} {zone}");
        }
    }

    #[test]
    fn the_zone_of_the_channel_is_the_default_and_now_stands_in_for_posts() {
        let tashkent = Zone::find("Asia/Tashkent").unwrap();
        let window = Window::resolve(&Query::default(), &tashkent, None, None, NEWEST).unwrap();
        assert_eq!(window.zone.name(), "Asia/Tashkent");
        assert_eq!((window.first_day, window.last_day), (date(2025, 5, 17), date(2025, 6, 15)));
        assert_eq!(window.day_count(), 30);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (from, to, field) in [
            (Some("2025-06-10"), Some("2025-06-10"), "to"),
            (Some("2025-06-11"), Some("2025-06-10"), "to"),
            (Some("1900-01-01"), None, "from"),
            (Some("0"), Some("2100-01-01"), "to"),
            (None, Some("9223372036854775807"), "to"),
            (Some("-9223372036854775808"), None, "from"),
        ] {
            assert_eq!(resolve(from, to, "UTC").unwrap_err().field, field, "{from:?} {to:?}");
        }
    }

    #[test]
    fn the_window_before_has_as_many_days_through_a_change_of_clocks() {
        // the window holds the 23-hour day of 2025-03-30
        let window = resolve(Some("2025-03-30"), Some("2025-04-06"), "Europe/Berlin").unwrap();
        let previous = window.previous();
        assert_eq!((previous.first_day, previous.last_day), (date(2025, 3, 23), date(2025, 3, 29)));
        assert_eq!(window.to - window.from, 7 * 86_400 - 3600);
        assert_eq!(previous.to - previous.from, 7 * 86_400);
    }

    #[test]
    fn screens_need_the_window_before_and_thirty_days() {
        let week = resolve(Some("2025-06-09"), Some("2025-06-16"), "UTC").unwrap();
        assert_eq!(week.needs_from(), Zone::utc().midnight(date(2025, 4, 17)));
        let quarter = resolve(Some("2025-03-18"), Some("2025-06-16"), "UTC").unwrap();
        assert_eq!(quarter.needs_from(), quarter.previous().from);
    }

    #[test]
    fn an_instant_finds_its_day() {
        let window = resolve(Some("2025-03-29"), Some("2025-04-01"), "Europe/Berlin").unwrap();
        let days = window.local_days();
        for at in (window.from..window.to).step_by(1800) {
            assert_eq!(add_days(days.first_day, days.index_of(at) as i64), window.zone.day(at));
        }
        assert_eq!(days.index_of_day(date(2025, 3, 28)), None);
        assert_eq!(days.index_of_day(date(2025, 3, 31)), Some(2));
        assert_eq!(days.index_of_day(date(2025, 4, 1)), None);
    }

    proptest! {
        #[test]
        fn the_window_before_abuts(from in 0_i64..2_000_000_000, seconds in 1_i64..400 * 86_400, zone in 0_usize..4) {
            let zone = Zone::find(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia"][zone]).unwrap();
            let window = Window::new(from, from + seconds, zone.clone());
            prop_assert_eq!(window.previous().to, window.from);
            if !window.is_whole_days() {
                prop_assert_eq!(window.previous().to - window.previous().from, seconds);
            }
            let whole = Window::of_days(window.first_day, window.last_day, zone);
            prop_assert_eq!(whole.previous().to, whole.from);
            prop_assert_eq!(whole.previous().day_count(), whole.day_count());
            prop_assert_eq!(whole.days().count(), whole.day_count());
        }
    }
}
