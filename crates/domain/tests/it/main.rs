//! The questions over whole channels: against laws on real data, and against a second implementation on made-up data.

mod csv_files;
mod independent;
mod real_data;
