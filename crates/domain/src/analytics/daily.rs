//! Metrics §2 *daily*.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Day {
    pub day: Date,
    pub posts: u64,
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
    pub er: Option<f64>,
    pub subscribers: Option<i64>,
    pub joined: Option<i64>,
    pub left: Option<i64>,
    pub notifications_on: Option<i64>,
}

/// One row per local day of the window, in order.
pub fn daily(data: &Dataset, window: &Window) -> Answer<Vec<Day>> {
    let _ = (data, window);
    todo!()
}
