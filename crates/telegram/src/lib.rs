//! Telegram towards its Mini Apps and bots: what it signs about a person, what opens a bot, and the Bot API.
//!
//! Knows nobody: who a verified person is to us is decided in `services::identity`.

pub mod bot_api;
pub mod bot_token;
pub mod init_data;
pub mod login_widget;
mod signed_fields;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use bot_api::{BotApi, CallError};
pub use bot_token::BotToken;
pub use init_data::InitData;
pub use signed_fields::Rejection;
