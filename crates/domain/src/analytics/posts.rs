//! Posts one by one: the row of lists and tables, and the page of a single post (metrics §2 *per post*, *post views*).

use serde::{Deserialize, Serialize};

use super::history::{History, ViewReadings};
use super::{Dataset, Window};
use crate::posts::MediaType;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostView {
    pub post_id: i64,
    pub date_utc: i64,
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
    pub media_type: Option<MediaType>,
    pub text: String,
    pub er: Option<f64>,
    pub performance: Option<f64>,
    pub growth_rate: Option<f64>,
    pub ctr: Option<f64>,
}

/// Row of post `index` of the dataset.
pub fn post_view(data: &Dataset, index: usize) -> PostView {
    let _ = (data, index);
    todo!()
}

/// Indices of the window's posts, in order (`date_utc`, `post_id`).
pub fn in_window(data: &Dataset, window: &Window) -> std::ops::Range<usize> {
    let _ = (data, window);
    todo!()
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotView {
    pub at: i64,
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostCurvePoint {
    pub h: u32,
    pub views: f64,
    /// V(h) / newest views
    pub share: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsualPoint {
    pub h: u32,
    pub median: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostViews {
    pub post_id: i64,
    pub date_utc: i64,
    pub snapshots: Vec<SnapshotView>,
    /// only the ages where V(h) is defined
    pub curve: Vec<PostCurvePoint>,
    /// median V(h) of the 30 posts before
    pub usual: Vec<UsualPoint>,
}

/// Everything about one post's views. `history` holds the post and the posts before it.
pub fn post_views(history: &History, post_id: i64, snapshots: Vec<SnapshotView>) -> Option<PostViews> {
    let _ = (history, post_id, snapshots);
    todo!()
}

/// V(h), views, of one post: linear interpolation between the origin and its readings; `None` where undefined
/// (metrics §2 *V(h)*). `h` in hours.
pub fn views_at(date_utc: i64, at: &[i64], views: &[i64], h: f64, max_gap: super::query::MaxGap) -> Option<f64> {
    let _ = (date_utc, at, views, h, max_gap);
    todo!()
}

/// [`views_at`] of post `index`.
pub fn views_at_index(readings: &ViewReadings, date_utc: i64, index: usize, h: f64, max_gap: super::query::MaxGap) -> Option<f64> {
    let (at, views) = readings.of(index);
    views_at(date_utc, at, views, h, max_gap)
}
