//! What is wrong or partial about an answer; part of the result, not a footnote.

use serde::{Deserialize, Serialize};

/// Tagged, so that a screen can say it in the reader's language; `Display` is the English of the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Warning {
    #[error("er counts only what is known; not known here: {}", missing.join(", "))]
    ErComponentsMissing { missing: Vec<String> },
    #[error("daily facts are UTC days; they are not shifted to {tz}")]
    DailyFactsAreUtc { tz: String },
    #[error("{posts} posts are younger than {h} h and left out")]
    TooYoung { h: u32, posts: u64 },
    #[error("{posts} posts are old enough but have no usable pair of snapshots at {h} h")]
    Unmeasured { h: u32, posts: u64 },
    #[error("fewer than half of the posts have V(24): totals of posts at least 7 days old take its place")]
    MeasureIsTotal,
    #[error("views of {posts} posts are not known and left out")]
    ViewsMissing { posts: u64 },
    #[error("no subscriber counts: err is not known")]
    SubscribersMissing,
    #[error("no sources of views are known for this window")]
    SourcesMissing,
    #[error("some views are rounded labels from the public page")]
    RoundedViews,
}
