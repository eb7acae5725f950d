//! Metrics §2 *trending*.

use serde::{Deserialize, Serialize};

use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrendingPost {
    pub post_id: i64,
    pub date_utc: i64,
    pub views: i64,
    pub z: Option<f64>,
    pub ewz: Option<f64>,
    pub expected_views: Option<f64>,
    pub text: String,
}

pub fn trending(data: &Dataset, window: &Window) -> Answer<Vec<TrendingPost>> {
    let _ = (data, window);
    todo!()
}
