//! Metrics §2 *growth*.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrowthDay {
    pub day: Date,
    pub subscribers: Option<i64>,
    pub joined: Option<i64>,
    pub left: Option<i64>,
    pub net: Option<i64>,
    pub notifications_on: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    pub days: Vec<GrowthDay>,
    pub joined: Option<i64>,
    pub left: Option<i64>,
    pub net: Option<i64>,
    pub churn: Option<f64>,
}

pub fn growth(data: &Dataset, window: &Window) -> Answer<Growth> {
    let _ = (data, window);
    todo!()
}
