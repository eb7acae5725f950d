//! The public page of a public channel (`t.me/s/NAME`): fetched politely, read into facts.
//!
//! [`Client`] asks (one connection, pauses, `robots.txt`, waits that it was told); [`page::parse`] reads. Neither knows
//! a database or a person. Counts on the page are rounded: they are [`domain::collect::label::CountLabel`]s.
//!
//! When Telegram changes its page: the class names are in [`page`]; a page that lacks what is needed ends in a
//! [`PageError`] that names it. Take a real page, correct the stand-in (`fake-telegram`'s `preview.rs`), then [`page`].

mod client;
mod error;
mod html;
mod landing;
pub mod page;
mod robots;
mod username;

pub use client::{Client, Fetched, Fresh, Settings, Unusable, Validators};
pub use error::{Error, PageError, Why};
pub use page::{Page, Post};
pub use username::{NotAUsername, Username};
