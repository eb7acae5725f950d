//! Whole conversations with the bot, and what becomes of updates: over HTTP with a stand-in for Telegram, on a database
//! and a clock of the test's own.

mod channels;
mod collecting;
mod connecting;
mod languages;
mod stage;
mod stats;
mod troubles;
mod updates;
