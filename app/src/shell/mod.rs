//! The frame around every page: document, side bar, top bar, channel switch, period, freshness, connection.

pub mod channel_switch;
pub mod connection;
#[cfg(feature = "ssr")]
pub mod document;
pub mod frame;
pub mod period;
pub mod place;
pub mod side_bar;
pub mod sign_in;
pub mod telegram;
pub mod theme;
pub mod top_bar;
