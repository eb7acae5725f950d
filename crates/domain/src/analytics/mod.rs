//! Every number shown, as pure functions in named stages:
//! [`query::Query`] (what was asked) → [`window::Window`] (resolved in a zone) → [`history::History`] (rows as read)
//! → [`dataset::Dataset`] (measured: V(h) at fixed ages, performance) → one function a question → [`Answer`].
//!
//! A [`Dataset`] also travels to the browser, where the same question functions answer again for a filter, a zoom
//! or another window, without a round trip. Formulas are those of the product's metrics definitions; each function
//! names its section.

pub mod attention;
pub mod compare;
pub mod content;
pub mod curve;
pub mod daily;
pub mod dashboard;
pub mod dataset;
#[cfg(test)]
mod fixture;
pub mod growth;
pub mod headline;
pub mod heatmap;
pub mod history;
mod lifts;
pub mod media;
pub mod outcomes;
pub mod overview;
pub mod period;
pub mod post_list;
pub mod posts;
pub mod query;
pub mod reach;
pub mod series;
pub mod sources;
pub mod statistics;
pub mod summary;
pub mod table;
pub mod top;
pub mod trending;
pub mod view_curve;
pub mod warning;
pub mod window;

use serde::{Deserialize, Serialize};

pub use dataset::Dataset;
pub use history::History;
pub use query::Query;
pub use warning::Warning;
pub use window::Window;

use crate::posts::Source;

/// The ages, in hours, at which views are measured for view curve and reach.
pub const AGES_H: [u32; 8] = [1, 3, 6, 12, 24, 48, 72, 168];

/// A result with where it comes from. `data` has exactly the public fields of its question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer<T> {
    pub data: T,
    pub meta: Meta,
}

/// What an answer is about and how far to trust it (metrics §3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// the channel's slug; `None` where an answer spans channels
    pub channel: Option<String>,
    /// unix seconds, inclusive
    pub from: i64,
    /// unix seconds, exclusive
    pub to: i64,
    pub tz: String,
    pub sources: Vec<Source>,
    /// newest snapshot of the channel, unix seconds; `None` without any
    pub as_of: Option<i64>,
    pub warnings: Vec<Warning>,
}
