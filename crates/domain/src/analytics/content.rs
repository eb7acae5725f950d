//! Metrics §2 *content*.

use serde::{Deserialize, Serialize};

use super::query::Measure;
use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContentGroup {
    /// e.g. `photo`, `300-999`, `#launch`, `0` (Monday), `2-3`
    pub name: String,
    pub n: u64,
    /// posts of the group that count in median and lift (with a base)
    pub measured: u64,
    /// median of the outcome itself, views
    pub median_views: Option<f64>,
    /// median of x = ln(outcome / base)
    pub median: Option<f64>,
    /// exp(shrunken x) − 1 with its 80 % interval
    pub lift: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub media_type: Vec<ContentGroup>,
    pub length: Vec<ContentGroup>,
    pub hashtag: Vec<ContentGroup>,
    pub weekday: Vec<ContentGroup>,
    pub posts_a_day: Vec<ContentGroup>,
}

pub fn content(data: &Dataset, window: &Window, measure: Option<Measure>) -> Answer<Content> {
    let _ = (data, window, measure);
    todo!()
}
