//! The crate against the stand-in, over real connections on loopback. One binary: each would link grammers again.

mod faults;
mod history;
mod login;
mod proxy;
mod recorder;
mod session;
mod stage;
mod statistics;
mod updates;
