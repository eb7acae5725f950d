//! Metrics §2 *view curve*.

use serde::{Deserialize, Serialize};

use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    pub h: u32,
    pub n: u64,
    pub mean_views: Option<f64>,
    pub median_views: Option<f64>,
    pub mean_share: Option<f64>,
}

pub fn view_curve(data: &Dataset, window: &Window, hours: &[u32]) -> Answer<Vec<CurvePoint>> {
    let _ = (data, window, hours);
    todo!()
}
