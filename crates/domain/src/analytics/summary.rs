//! Weeks and months of a channel: what the daily rows (metrics §2 *daily*) of a period come to, in the channel's zone.

use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::posts::er;
use crate::posts::Counters;
use crate::zone::add_days;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Span {
    /// ISO week: Monday to Sunday
    Week,
    /// calendar month
    Month,
}

impl Span {
    pub const ALL: [Self; 2] = [Self::Week, Self::Month];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// First day of the period that a day is in.
    pub fn first_day(self, day: Date) -> Date {
        match self {
            Self::Week => add_days(day, -i64::from(day.weekday().to_monday_zero_offset())),
            Self::Month => day.first_of_month(),
        }
    }

    /// First day of the period after the one that begins on `first_day`.
    pub fn next(self, first_day: Date) -> Date {
        match self {
            Self::Week => add_days(first_day, 7),
            Self::Month => first_day.saturating_add(1.month()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("week or month")]
pub struct UnknownSpan;

impl FromStr for Span {
    type Err = UnknownSpan;

    fn from_str(text: &str) -> Result<Self, UnknownSpan> {
        Self::ALL.into_iter().find(|span| span.as_str() == text).ok_or(UnknownSpan)
    }
}

/// A week or month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub first_day: Date,
    /// published in it
    pub posts: u64,
    /// sums of what is known of their newest counts; 0 without posts
    #[serde(flatten)]
    pub counters: Counters,
    pub er: Option<f64>,
    /// of the last day that knows it
    pub subscribers: Option<i64>,
    pub joined: Option<i64>,
    pub left: Option<i64>,
    pub net: Option<i64>,
}

impl Summary {
    /// A period in which nothing is known to have happened.
    pub fn empty(first_day: Date) -> Self {
        let none = Counters { views: Some(0), forwards: Some(0), reactions: Some(0), replies: Some(0) };
        Self::of(first_day, 0, none, None, None, None)
    }

    pub fn of(
        first_day: Date,
        posts: u64,
        counters: Counters,
        subscribers: Option<i64>,
        joined: Option<i64>,
        left: Option<i64>,
    ) -> Self {
        let net = joined.zip(left).map(|(joined, left)| joined - left);
        Self { first_day, posts, er: er(&counters), counters, subscribers, joined, left, net }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_is_in_the_week_of_its_monday_and_in_its_month() {
        for (day, week, month) in [
            (date(2026, 1, 1), date(2025, 12, 29), date(2026, 1, 1)),
            (date(2025, 12, 28), date(2025, 12, 22), date(2025, 12, 1)),
            (date(2024, 2, 29), date(2024, 2, 26), date(2024, 2, 1)),
        ] {
            assert_eq!((Span::Week.first_day(day), Span::Month.first_day(day)), (week, month));
        }
        assert_eq!(Span::Week.next(date(2025, 12, 29)), date(2026, 1, 5));
        assert_eq!(Span::Month.next(date(2025, 12, 1)), date(2026, 1, 1));
        assert_eq!(Span::Month.next(date(2025, 1, 1)), date(2025, 2, 1));
    }

    #[test]
    fn periods_follow_one_another_to_the_end_of_the_calendar() {
        for span in Span::ALL {
            assert!(span.next(Date::MAX) <= Date::MAX);
            let mut first = span.first_day(date(2023, 12, 31));
            for _ in 0..60 {
                let next = span.next(first);
                assert_eq!(span.first_day(add_days(next, -1)), first);
                assert_eq!(span.first_day(next), next);
                first = next;
            }
        }
    }

    #[test]
    fn net_needs_both_and_a_quiet_period_has_no_rate() {
        let counters = Counters { views: Some(100), forwards: Some(4), ..Counters::default() };
        let summary = Summary::of(date(2025, 6, 2), 1, counters, Some(5), Some(3), Some(7));
        assert_eq!((summary.net, summary.er), (Some(-4), Some(0.04)));
        assert_eq!(Summary::of(date(2025, 6, 2), 1, counters, None, Some(3), None).net, None);
        assert_eq!(Summary::empty(date(2025, 6, 2)).er, None);
    }
}
