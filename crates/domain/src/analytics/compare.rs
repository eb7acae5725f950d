//! Metrics §2 *compare*.

use serde::{Deserialize, Serialize};

use super::overview::Overview;
use super::{Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedChannel {
    pub channel: String,
    pub title: String,
    #[serde(flatten)]
    pub overview: Overview,
    pub reach24: Option<f64>,
    pub err24: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareSort {
    #[default]
    Err,
    Err24,
    Reach24,
    AvgReach,
    Subscribers,
    Posts,
    Views,
    Er,
    Growth,
    GrowthPct,
}

/// One channel's row.
pub fn compared(data: &Dataset, window: &Window) -> ComparedChannel {
    let _ = (data, window);
    todo!()
}

/// Sorts rows descending by `sort` (null last), then by channel.
pub fn sort(rows: &mut [ComparedChannel], sort: CompareSort) {
    let _ = (rows, sort);
    todo!()
}
