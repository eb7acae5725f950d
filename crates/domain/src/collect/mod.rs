//! Turning what comes in (files, exports, Telegram) into facts: pure rules of the slice *collect*.

pub mod connection;
pub mod hashtags;
pub mod label;
pub mod unread;
