//! Metrics §2 *sources*.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceShare {
    pub source: String,
    pub views: i64,
    pub share: Option<f64>,
    /// share of change against the previous equal window: views / views before − 1
    pub change: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourcesDay {
    pub day: Date,
    #[serde(flatten)]
    pub views: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    pub sources: Vec<SourceShare>,
    pub days: Vec<SourcesDay>,
}

pub fn sources(data: &Dataset, window: &Window) -> Answer<Sources> {
    let _ = (data, window);
    todo!()
}
