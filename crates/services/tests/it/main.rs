//! The services on a real database with a clock that the test moves.

mod analytics;
mod api_keys;
mod audit;
mod best_time;
mod bot;
mod channels;
mod connection;
mod demo;
mod identity;
mod maintenance;
mod permissions;
mod place;
mod postgres;
mod preview;
mod refresh;
mod replica;
mod settings;
mod sign_in;
mod summaries;
