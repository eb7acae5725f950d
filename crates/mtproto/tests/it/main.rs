//! The crate against the stand-in, over real connections on loopback. One binary: each would link grammers again.

mod history;
mod login;
mod session;
mod stage;
mod updates;
