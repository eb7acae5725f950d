//! Clients that nobody here wrote against the stand-in, and a test at each of its doors. One binary, because each
//! would link grammers and teloxide again.

mod account;
mod doors;
mod grammers;
mod host_page;
mod real_channels;
mod teloxide;
