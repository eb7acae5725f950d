//! Telegram towards its Mini Apps and bots: what it signs about a person, and what opens a bot.
//!
//! Pure: no I/O and no clock. Who a verified person is to us is decided in `services::identity`.

pub mod bot_token;
pub mod init_data;
pub mod login_widget;
mod signed_fields;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use bot_token::BotToken;
pub use init_data::InitData;
pub use signed_fields::Rejection;
