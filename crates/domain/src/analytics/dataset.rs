//! The measured stage: what a [`History`](super::History) says at fixed ages, small enough to travel to the browser.

use serde::{Deserialize, Serialize};

use super::history::{DailyFact, History, PostColumns, SourceFact};
use super::query::MaxGap;
use crate::channels::Channel;

/// Posts with their measured views, daily facts and sources of one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    pub channel: Channel,
    /// newest snapshot of the whole channel, unix seconds
    pub as_of: Option<i64>,
    pub posts: PostColumns,
    /// ages in hours of `measured`
    pub ages_h: Vec<u32>,
    /// `measured[a][i]` = V(`ages_h[a]`) of post `i`, views
    pub measured: Vec<Vec<Option<f64>>>,
    /// V(a) / median V(a) of the 30 posts before, a = age at `as_of`; 1.0 = usual
    pub performance: Vec<Option<f64>>,
    /// views per hour between the last two snapshots
    pub growth_rate: Vec<Option<f64>>,
    pub daily: Vec<DailyFact>,
    pub sources: Vec<SourceFact>,
}

impl Dataset {
    /// Measures a history at the given ages (hours, ascending).
    pub fn measure(history: History, ages_h: &[u32], max_gap: MaxGap) -> Self {
        let _ = (history, ages_h, max_gap);
        todo!()
    }
}
