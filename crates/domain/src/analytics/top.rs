//! Metrics §2 *top*.

use super::posts::PostView;
use super::query::Sort;
use super::{Answer, Dataset, Window};

pub const DEFAULT_MIN_VIEWS: i64 = 100;
pub const DEFAULT_LIMIT: usize = 10;

pub fn top(data: &Dataset, window: &Window, sort: Sort, min_views: i64, limit: usize) -> Answer<Vec<PostView>> {
    let _ = (data, window, sort, min_views, limit);
    todo!()
}
