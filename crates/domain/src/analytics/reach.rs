//! Metrics §2 *reach*: the headline.

use serde::{Deserialize, Serialize};

use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReachAge {
    pub h: u32,
    /// posts with V(h)
    pub n: u64,
    pub too_young: u64,
    pub unmeasured: u64,
    /// median of V(h)
    pub reach: Option<f64>,
    /// median of V(h) / subscribers on the post's day
    pub err: Option<f64>,
    /// 80 % interval of the median, from order statistics (binomial); `None` with too few posts
    pub low: Option<f64>,
    pub high: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReachTotal {
    pub n: u64,
    pub reach: Option<f64>,
    pub err: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    pub as_of: Option<i64>,
    pub posts: u64,
    pub ages: Vec<ReachAge>,
    pub total: ReachTotal,
}

impl Reach {
    pub fn at(&self, h: u32) -> Option<&ReachAge> {
        self.ages.iter().find(|age| age.h == h)
    }
}

/// `hours` must be among `data.ages_h`.
pub fn reach(data: &Dataset, window: &Window, hours: &[u32]) -> Answer<Reach> {
    let _ = (data, window, hours);
    todo!()
}
