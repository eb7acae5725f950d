//! The server from outside: its router in this process ([`app::TestApp`]) and its program as a real process
//! ([`program::Program`]).

mod account_pages;
mod accounts;
mod api;
mod app;
mod at_once;
mod backends;
mod backtest;
mod commands;
mod hostile;
mod import_preview;
mod live;
mod metrics;
mod mistakes;
mod outages;
mod pages;
mod program;
mod protection;
mod replicas;
mod running;
mod session;
mod site;
mod traces;
mod webhook;
