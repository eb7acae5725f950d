//! Telegram as a user account sees it, over MTProto (grammers), in the product's words.
//!
//! [`Account::start`] opens a sealed session; an [`Account`] reads channels, histories, counters and official
//! statistics, its [`UpdateStream`] tells what happens in the channels it is a member of. [`login`] and [`import`] make
//! sessions. It depends on `domain` only and knows no database: leases, limits and who may do what are `services`'.
//!
//! - One key, one process: Telegram voids a key that is used in two places. Lease an account before starting it.
//! - Nobody sleeps in here: a flood comes back at once as [`CallError::Wait`].
//! - An answer that does not come within [`Settings::call_timeout`] is [`CallError::Silent`]; its connection is thrown
//!   away and the next call makes another. Calls that were under way on it are sent again.
//! - A message that this version cannot read costs calls, not the page it is on ([`HistoryPage::unreadable`]).
//! - The key that an account is signed in with is never replaced: where Telegram does not know it,
//!   [`CallError::SignedOut`].
//! - A session may call what [`methods`] lists, and nothing else: it reads.
//! - Whatever Telegram answers ends in a value or a [`CallError`], never in a panic of ours.
//!
//! To add a method: its line in `methods.rs`, a function in the file of its slice, a test in `tests/it` against
//! `fake-telegram`.

mod account;
mod channel;
mod error;
mod follow;
mod history;
pub mod import;
pub mod login;
mod message;
pub mod methods;
mod recorder;
mod session;
mod settings;
mod statistics;
mod wire;

/// Sealed sessions are bound to it.
pub use domain::ids::AccountId;

pub use account::{Account, Me};
pub use channel::{FullChannel, Peer};
pub use error::{CallError, OpenError};
pub use follow::{Update, UpdateStream};
pub use history::{ById, HistoryPage, PAGE_MAX};
pub use recorder::Recorder;
pub use session::{OpenSession, SealedSession};
pub use settings::{ApiHash, CALL_TIMEOUT, Centre, NotAKey, NotAProxy, ProxyUrl, SessionKey, Settings};
pub use statistics::{BroadcastStats, Change, Graph, MessageStats, PostInteractions, PublicForward, PublicForwards};

/// Telegram's schema that is spoken; raw answers are in it.
pub const LAYER: i32 = grammers_tl_types::LAYER;
