//! Turning what comes in (files, exports, Telegram) into facts: pure rules of the slice *collect*.

pub mod account;
pub mod budget;
pub mod connection;
pub mod edge;
pub mod gaps;
pub mod hashtags;
pub mod label;
pub mod message;
pub mod messages;
pub mod snapshot_schedule;
pub mod statistics;
pub mod unread;
