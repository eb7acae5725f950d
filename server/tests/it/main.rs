//! The server from outside: its router in this process ([`app::TestApp`]) and its program as a real process
//! ([`program::Program`]).

mod api;
mod app;
mod backtest;
mod commands;
mod hostile;
mod live;
mod mistakes;
mod pages;
mod program;
mod protection;
mod running;
mod session;
mod site;
