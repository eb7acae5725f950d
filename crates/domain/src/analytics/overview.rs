//! Metrics §2 *overview*.

use serde::{Deserialize, Serialize};

use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    pub posts: u64,
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
    pub avg_reach: Option<f64>,
    pub subscribers: Option<i64>,
    pub err: Option<f64>,
    pub er: Option<f64>,
    pub growth: Option<i64>,
    pub growth_pct: Option<f64>,
}

pub fn overview(data: &Dataset, window: &Window) -> Answer<Overview> {
    let _ = (data, window);
    todo!()
}
