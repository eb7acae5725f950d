//! The program: commands, settings, the roles a process may play, and the composition of everything else.
//! Decisions are made in `services`; here is what knows the shell, HTTP and the environment.
//!
//! To add a command, see [`commands`]; a setting, [`config`]; a route that is not a page or a server function,
//! [`router`].

pub mod api;
pub mod api_errors;
pub mod commands;
pub mod config;
pub mod connections;
pub mod failure;
pub mod health;
pub mod listener;
pub mod live;
pub mod log;
pub mod login_widget;
pub mod metrics;
pub mod problem;
pub mod progress;
pub mod requests;
pub mod router;
pub mod security;
pub mod serve;
pub mod shared;
pub mod sign_in;
pub mod site_files;
pub mod state;
pub mod traces;
pub mod webhook;

pub use state::AppState;
