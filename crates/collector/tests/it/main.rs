//! Accounts at work against a stand-in for Telegram, over real connections.

mod faults;
mod following;
mod history;
mod normal_day;
mod pool;
mod postgres;
mod stage;
mod statistics;
