//! What a screen shows, one value each: made by `services` in one go, sent once, drawn by the browser. Shapes only;
//! the numbers come from [`crate::analytics`].

use serde::{Deserialize, Serialize};

use crate::analytics::attention::Attention;
use crate::analytics::curve::{PostCurve, UsualCurve};
use crate::analytics::headline::Headline;
use crate::analytics::posts::{AgainstUsual, PostView, PostViews};
use crate::analytics::series::ReachDay;
use crate::analytics::{Dataset, Meta, Window};
use crate::channels::Channel;
use crate::posts::MediaType;
use crate::zone::Zone;

/// A channel in lists and in the switcher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelCard {
    pub channel: Channel,
    /// [`Channel::slug`]
    pub slug: String,
    /// of the last of the 30 days to the newest reading, people
    pub subscribers: Option<i64>,
    /// median of V(24) / subscribers over the same days; a ratio
    pub err24: Option<f64>,
    /// newest snapshot, unix seconds
    pub as_of: Option<i64>,
    /// how much is stored: posts, snapshots, days with daily facts
    pub posts: i64,
    pub snapshots: i64,
    pub days: i64,
    /// counts writes of facts; another version means other numbers
    pub version: i64,
}

/// How new the numbers are. Another `version` means other numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// newest snapshot, unix seconds
    pub as_of: Option<i64>,
    /// counts writes of facts
    pub version: i64,
    /// last write of facts, unix seconds
    pub changed_at: i64,
    /// when this was read, unix seconds
    pub read_at: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardScreen {
    pub channel: Channel,
    pub slug: String,
    pub freshness: Freshness,
    pub window: Window,
    pub headline: Headline,
    /// newest first
    pub latest: Vec<LatestPost>,
    /// the band behind the curves of `latest`, up to [`LATEST_CURVE_H`]
    pub usual: UsualCurve,
    /// most urgent first
    pub attention: Vec<Attention>,
    /// one entry a local day of `trend_window`, of the outcome that `headline.measure` names
    pub reach_trend: Vec<ReachDay>,
    /// 30 days whatever the period of the screen
    pub trend_window: Window,
    /// of the headline: sources, freshness, warnings
    pub meta: Meta,
}

/// Hours of a post's life that the dashboard's small curves show.
pub const LATEST_CURVE_H: f64 = 24.0;
/// Hours that the comparison of posts shows.
pub const COMPARE_CURVE_H: f64 = 48.0;
/// Hours that the page of one post shows.
pub const POST_CURVE_H: f64 = 168.0;
/// Posts whose curves can be laid over one another.
pub const COMPARED_POSTS_MAX: usize = 5;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatestPost {
    pub post: PostView,
    /// hours between its date and `as_of`
    pub age_h: f64,
    /// at 24 h, or at the oldest age reached before
    pub against: Option<AgainstUsual>,
    pub curve: PostCurve,
}

/// The browser answers every question of the screen itself from `dataset`, which reaches back to the window before
/// and the posts before that which performance and heatmap need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalyticsScreen {
    pub slug: String,
    pub freshness: Freshness,
    pub window: Window,
    pub dataset: Dataset,
    /// up to [`COMPARE_CURVE_H`]
    pub usual: UsualCurve,
}

/// Everything about one post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostPage {
    pub channel: Channel,
    pub slug: String,
    pub freshness: Freshness,
    /// the channel's clock
    pub zone: Zone,
    /// with the whole text
    pub post: PostView,
    pub views: PostViews,
    /// at 24 h, or at the oldest age reached before
    pub against: Option<AgainstUsual>,
    pub curve: PostCurve,
    /// up to [`POST_CURVE_H`]
    pub usual: UsualCurve,
    /// the posts published before and after it
    pub earlier: Option<PostLink>,
    pub later: Option<PostLink>,
    pub meta: Meta,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostLink {
    pub post_id: i64,
    /// the text's beginning
    pub title: String,
    pub media_type: Option<MediaType>,
}

/// Curves of up to [`COMPARED_POSTS_MAX`] posts over the usual band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostsCompared {
    pub curves: Vec<PostCurve>,
    /// up to [`COMPARE_CURVE_H`]
    pub usual: UsualCurve,
}
