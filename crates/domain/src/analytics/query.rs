//! What was asked, before it is resolved against a channel.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Most rows that may be asked for at once.
pub const MAX_LIMIT: usize = 1_000;
/// Most ages that may be asked for at once.
pub const MAX_HOURS: usize = 24;
/// Oldest age that may be asked for: a year.
pub const MAX_AGE_H: u32 = 8_760;

/// One end of a window: a day (its midnight in the zone) or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Day(Date),
    /// unix seconds
    Instant(i64),
}

/// Which outcome stands for a post's reach in heatmap and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// V(24)
    Reach24,
    /// newest counts of posts at least 7 days old at `as_of`
    Total,
}

/// The widest hole in the snapshots that V(h) may bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MaxGap {
    /// max(2 h, h)
    #[default]
    Usual,
    Hours(u32),
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    #[default]
    Er,
    Views,
    Forwards,
    Reactions,
    Replies,
    Date,
    Performance,
}

/// A parsed question. `None` means "the default of the question".
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    pub from: Option<Bound>,
    pub to: Option<Bound>,
    /// IANA zone name; default: the channel's
    pub tz: Option<String>,
    pub hours: Option<Vec<u32>>,
    pub max_gap: MaxGap,
    pub measure: Option<Measure>,
    pub sort: Option<Sort>,
    pub limit: Option<usize>,
    pub min_views: Option<i64>,
}

/// A parameter that cannot be used: its name and what is allowed, fit to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {allowed}")]
pub struct QueryError {
    pub field: &'static str,
    pub allowed: String,
}

/// A text that is not a value of its parameter; says what is allowed, fit to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAllowed(pub String);

impl NotAllowed {
    /// Names the parameter.
    pub fn of(self, field: &'static str) -> QueryError {
        QueryError { field, allowed: self.0 }
    }
}

impl Query {
    /// Sets the parameter called `name` (as in addresses: `from, to, tz, hours, max_gap, measure, sort, limit,
    /// min_views`) from text. `Ok(false)`: there is no such parameter.
    pub fn set(&mut self, name: &str, text: &str) -> Result<bool, QueryError> {
        match name {
            "from" => self.from = Some(text.parse().map_err(|error: NotAllowed| error.of("from"))?),
            "to" => self.to = Some(text.parse().map_err(|error: NotAllowed| error.of("to"))?),
            "tz" => self.tz = Some(text.to_owned()),
            "hours" => self.hours = Some(text.parse::<Hours>().map_err(|error| error.of("hours"))?.0),
            "max_gap" => self.max_gap = text.parse().map_err(|error: NotAllowed| error.of("max_gap"))?,
            "measure" => self.measure = Some(text.parse().map_err(|error: NotAllowed| error.of("measure"))?),
            "sort" => self.sort = Some(text.parse().map_err(|error: NotAllowed| error.of("sort"))?),
            "limit" => self.limit = Some(limit(text)?),
            "min_views" => self.min_views = Some(min_views(text)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn limit(text: &str) -> Result<usize, QueryError> {
    text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(|| QueryError {
        field: "limit",
        allowed: format!("{text:?} is not a number from 1 to {MAX_LIMIT}"),
    })
}

fn min_views(text: &str) -> Result<i64, QueryError> {
    text.parse().ok().filter(|views| *views >= 0).ok_or_else(|| QueryError {
        field: "min_views",
        allowed: format!("{text:?} is not a whole number of at least 0"),
    })
}

impl FromStr for Bound {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let text = text.trim();
        if let Ok(at) = text.parse() {
            return Ok(Self::Instant(at));
        }
        if text.len() == "2025-06-01".len()
            && let Ok(day) = text.parse()
        {
            return Ok(Self::Day(day));
        }
        // a fraction of a second belongs to the second it has begun
        text.parse::<Timestamp>().map(|at| Self::Instant(at.as_second() - i64::from(at.subsec_nanosecond() < 0))).map_err(|_| {
            NotAllowed(format!(
                "{text:?} is neither a day such as 2025-06-01 nor an instant such as 2025-06-01T12:00:00Z or 1748779200"
            ))
        })
    }
}

impl FromStr for Measure {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        match text {
            "reach24" => Ok(Self::Reach24),
            "total" => Ok(Self::Total),
            _ => Err(NotAllowed(format!("{text:?} is not a measure: use reach24 or total"))),
        }
    }
}

impl FromStr for MaxGap {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        if text == "any" {
            return Ok(Self::Any);
        }
        text.parse().ok().filter(|hours| *hours > 0).map(Self::Hours).ok_or_else(|| {
            NotAllowed(format!("{text:?} is not a widest gap: use a whole number of hours from 1 on, or any"))
        })
    }
}

impl Sort {
    pub const ALL: [Self; 7] =
        [Self::Er, Self::Views, Self::Forwards, Self::Reactions, Self::Replies, Self::Date, Self::Performance];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Er => "er",
            Self::Views => "views",
            Self::Forwards => "forwards",
            Self::Reactions => "reactions",
            Self::Replies => "replies",
            Self::Date => "date",
            Self::Performance => "performance",
        }
    }
}

impl FromStr for Sort {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text).ok_or_else(|| {
            NotAllowed(format!("{text:?} is not an order: use {}", Self::ALL.map(Self::as_str).join(", ")))
        })
    }
}

/// A list of ages in hours as typed: `1,3,24`. Ascending, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours(pub Vec<u32>);

impl FromStr for Hours {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let not_allowed = || {
            NotAllowed(format!(
                "{text:?} is not a list of 1 to {MAX_HOURS} whole hours from 1 to {MAX_AGE_H}, such as 1,3,24"
            ))
        };
        let mut hours = text
            .split(',')
            .map(|hour| hour.trim().parse().ok().filter(|hour| (1..=MAX_AGE_H).contains(hour)))
            .collect::<Option<Vec<u32>>>()
            .ok_or_else(not_allowed)?;
        hours.sort_unstable();
        hours.dedup();
        if hours.len() > MAX_HOURS {
            return Err(not_allowed());
        }
        Ok(Self(hours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn bounds() {
        for (text, expected) in [
            ("2025-06-01", Bound::Day(date(2025, 6, 1))),
            (" 1748736000 ", Bound::Instant(1_748_736_000)),
            ("2025-06-01T00:00:00Z", Bound::Instant(1_748_736_000)),
            ("2025-06-01T03:00:00+03:00", Bound::Instant(1_748_736_000)),
            ("2025-06-01T00:00:00.9Z", Bound::Instant(1_748_736_000)),
            ("1969-12-31T23:59:59.5Z", Bound::Instant(-1)),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in ["", "yesterday", "2025-13-01", "2025-02-30", "2025-06-01T00:00:00", "99999999999999999999", "1.5"]
        {
            let error = text.parse::<Bound>().unwrap_err().to_string();
            assert!(error.contains("2025-06-01"), "{text}: {error}");
        }
    }

    #[test]
    fn hours_are_sorted_and_bounded() {
        assert_eq!("24, 1,3,3".parse(), Ok(Hours(vec![1, 3, 24])));
        for text in ["", "0", "1,", "-1", "8761", "1.5", "a"] {
            assert!(text.parse::<Hours>().is_err(), "{text}");
        }
        let many = (1..=25).map(|hour| hour.to_string()).collect::<Vec<_>>().join(",");
        assert!(many.parse::<Hours>().is_err());
    }

    #[test]
    fn gaps_measures_and_orders() {
        assert_eq!("any".parse(), Ok(MaxGap::Any));
        assert_eq!("6".parse(), Ok(MaxGap::Hours(6)));
        assert!("0".parse::<MaxGap>().is_err());
        assert!("-1".parse::<MaxGap>().is_err());
        assert_eq!("total".parse(), Ok(Measure::Total));
        assert!("v24".parse::<Measure>().unwrap_err().to_string().contains("reach24 or total"));
        for sort in Sort::ALL {
            assert_eq!(sort.as_str().parse(), Ok(sort));
        }
        assert!("likes".parse::<Sort>().unwrap_err().to_string().contains("er, views, forwards"));
    }

    #[test]
    fn a_refused_parameter_is_named() {
        let mut query = Query::default();
        assert_eq!(query.set("limit", "5"), Ok(true));
        assert_eq!(query.set("colour", "red"), Ok(false));
        assert_eq!(query.set("limit", "1001").unwrap_err().field, "limit");
        assert_eq!(query.set("min_views", "-1").unwrap_err().field, "min_views");
        assert_eq!(query.set("to", "soon").unwrap_err().field, "to");
        assert_eq!(query, Query { limit: Some(5), ..Query::default() });
    }
}
