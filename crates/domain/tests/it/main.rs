//! The questions over whole channels: against laws on real data, and against a second implementation on made-up data.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod csv_files;
mod independent;
mod real_data;
