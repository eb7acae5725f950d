//! Facts in and out, on a real database with a clock that stands still.

mod backup;
mod bad_input;
mod export;
mod import;
mod place;
mod real_data;
mod retention;
mod telegram_export;
