//! The role `collect`: accounts of Telegram read channels. Decides nothing by itself: what is read next, and what
//! becomes of it, is `services::collect::session`.
//!
//! [`run`] leases the accounts that nobody uses and gives each a [`Worker`]. A worker hears what Telegram tells, does one
//! task after another, and lets the account go when a person stops it, another process has it, or Telegram ends it.

mod observed;
mod pool;
mod worker;

pub use pool::run;
pub use worker::{Turn, Worker};
