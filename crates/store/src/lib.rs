//! Every SQL statement of the product, for SQLite and Postgres alike. One file per slice; every function takes
//! `&mut Tx`, so the caller decides what belongs together.
//!
//! To add a query: a function in the file of its slice with one SQL text (`$1` placeholders; instants are bound, never
//! a column default; `CAST(SUM(x) AS BIGINT)`), run by `on!`; where the dialects must differ, a `Dialect` pair with
//! the reason; a `both_dbs!` test below it. To add a table: a migration of the same version and name in both folders
//! under `migrations/`; the key of a big table starts with `channel_id`.

pub mod accounts;
pub mod analytics;
pub mod audit;
pub mod best_time;
pub mod bot_updates;
pub mod channels;
pub mod collect;
mod db;
mod error;
pub mod evidence;
mod fact_pages;
pub mod forecast;
pub mod identity;
pub mod jobs;
pub mod maintenance;
mod migrations;
pub mod outbox;
mod packed;
mod post_pages;
mod replica;
pub mod retention;
pub mod series;
pub mod settings;
pub mod summaries;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use db::{Backend, Connections, Db, Settings, Tx, commits, split_password, sqlite_path, without_password};
pub(crate) use db::{Dialect, committed, execute, on};
pub use error::{Error, Result};
pub use replica::ReplicaHealth;
