//! The queue's runner, the schedule, and one file per job.
//!
//! A job is a row written in the transaction that made it necessary; its payload carries ids, its body calls one
//! function of `services`. A body may run again after a crash (at least once), so it is idempotent; it is bounded, and
//! stops within seconds when told to.
//!
//! To add a job: its kind and payload beside the service that enqueues it, a file here with the body and its tests
//! (success, repeat, unknown id), and its line in [`registry`], where everything about it stands in one place.

mod advance_demo;
mod apply_retention;
mod backtest_best_time;
mod collect_preview;
mod count_members;
mod forecast_young_posts;
mod outcome;
mod purge_channels;
mod record_experiment_outcomes;
mod refresh_channel;
mod registry;
mod runner;
pub mod testing;
mod trim_account_calls;
mod trim_bot_updates;
mod upkeep_database;

pub use outcome::{Outcome, Stop};
pub use registry::{Job, registry};
pub use runner::run;
