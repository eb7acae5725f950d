//! Facts in and out, on a real database with a clock that stands still.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    clippy::items_after_statements,
    clippy::large_futures,
    reason = "tests build their files from pieces, and are read from top to bottom"
)]

mod backup;
mod bad_input;
mod export;
mod import;
mod place;
mod real_data;
mod retention;
mod telegram_export;
