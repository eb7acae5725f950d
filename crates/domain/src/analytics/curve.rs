//! Curves for pictures: a post's views by age beside the channel's usual band.

use serde::{Deserialize, Serialize};

use super::history::History;

/// Views of one post by age, thinned for drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostCurve {
    pub post_id: i64,
    /// the text's beginning
    pub title: String,
    /// (age in hours, views), from (0, 0), in order of age
    pub points: Vec<(f64, f64)>,
}

/// The middle half of posts by age.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct UsualCurve {
    pub ages_h: Vec<f64>,
    /// quartiles of V(age); `None` where fewer than 5 posts have it
    pub low: Vec<Option<f64>>,
    pub median: Vec<Option<f64>>,
    pub high: Vec<Option<f64>>,
    /// posts behind the band
    pub n: u64,
}

/// Curve of post `index` up to `until_h` hours of age.
pub fn post_curve(history: &History, index: usize, until_h: f64) -> PostCurve {
    let _ = (history, index, until_h);
    todo!()
}

/// Usual curve of the posts of `history` older than `until_h` at its `as_of`, at about 24 ages up to `until_h`.
pub fn usual_curve(history: &History, until_h: f64) -> UsualCurve {
    let _ = (history, until_h);
    todo!()
}
