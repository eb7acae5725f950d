//! The Bot API.

pub mod shape;
