//! What was asked, before it is resolved against a channel.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
