//! Metrics §2 *heatmap*.

use serde::{Deserialize, Serialize};

use super::query::Measure;
use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeatCell {
    /// 0 = Monday
    pub dow: u8,
    pub hour: u8,
    pub n: u64,
    pub median: Option<f64>,
    pub score: Option<f64>,
    pub lift: Option<f64>,
}

/// 168 cells by weekday, then hour, of the window's zone.
pub fn heatmap(data: &Dataset, window: &Window, measure: Option<Measure>) -> Answer<Vec<HeatCell>> {
    let _ = (data, window, measure);
    todo!()
}
