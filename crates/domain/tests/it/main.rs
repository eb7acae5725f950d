//! The questions over whole channels: against laws on real data, and against a second implementation on made-up data.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod best_time;
mod csv_files;
mod forecast;
mod forecast_channels;
mod independent;
mod real_data;
