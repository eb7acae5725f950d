//! Who is signed in, and the client that proves it with every request.

pub mod api;
pub mod client;
mod json_text;
pub mod sign_in;

use serde::{Deserialize, Serialize};

pub use client::SignedClient;
pub use json_text::JsonText;

/// Header that every changing request must carry. A page of another origin cannot set it without asking first.
pub const CSRF_HEADER: &str = "x-analyticbot";

/// Cookie of a browser that somebody is signed in with.
pub const SESSION_COOKIE: &str = "analyticbot_session";

/// Cookie of a page that shows the Login Widget: `<state>.<address of the page, percent-encoded>`.
pub const LOGIN_COOKIE: &str = "analyticbot_sign_in";

/// Parameter of the first page: why the Login Widget signed nobody in (`expired`, `bad_signature`, `malformed`, `off`).
pub const REFUSED_PARAM: &str = "sign-in";

/// What the frame around every page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionInfo {
    pub person: String,
    pub workspace: String,
    pub role: domain::identity::Role,
    /// signed in by `serve --demo`
    pub demo: bool,
    pub channels: Vec<ChannelItem>,
}

/// A channel in the side bar and the switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelItem {
    pub slug: String,
    pub title: String,
    pub subscribers: Option<i64>,
    pub err24: Option<f64>,
    pub posts: i64,
    pub demo: bool,
    /// newest snapshot, unix seconds
    pub as_of: Option<i64>,
    /// the channel's clock at `as_of`, seconds east of UTC
    pub as_of_offset_s: i32,
}
