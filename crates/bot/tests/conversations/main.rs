//! Whole conversations with the bot, over HTTP, with the people of a stand-in for Telegram.

mod commands;
mod connecting;
mod desk;
mod faults;
