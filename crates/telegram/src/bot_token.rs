//! What opens a bot.

use std::fmt;

/// `<bot id>:<secret>`, as `BotFather` gives it. Prints without its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct BotToken {
    id: i64,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a bot's token: it reads <number>:<letters>, as BotFather gives it")]
pub struct NotABotToken;

/// `BotFather` makes 35; what is much shorter was cut off when it was copied.
const SECRET_CHARS_MIN: usize = 20;

impl BotToken {
    pub fn parse(text: &str) -> Result<Self, NotABotToken> {
        let text = text.trim();
        let (id, secret) = text.split_once(':').ok_or(NotABotToken)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if secret.len() < SECRET_CHARS_MIN || !secret.bytes().all(plain) {
            return Err(NotABotToken);
        }
        let id = id.parse().ok().filter(|id| *id > 0).ok_or(NotABotToken)?;
        Ok(Self { id, text: text.to_owned() })
    }

    /// Telegram's id of the bot, which is no secret.
    pub fn bot_id(&self) -> i64 {
        self.id
    }

    /// The whole token, for addresses of the Bot API and for keys made of it.
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for BotToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BotToken({}:***)", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_its_bot_and_keeps_its_secret() {
        let token = BotToken::parse(" 7654321:AAmade-up_made-up_made-up\n").unwrap();
        assert_eq!(token.bot_id(), 7_654_321);
        assert_eq!(format!("{token:?}"), "BotToken(7654321:***)");
    }

    #[test]
    fn what_is_no_token() {
        for text in [
            "",
            "7654321",
            ":AAmade-up_made-up_made-up",
            "-7:AAmade-up_made-up_made-up",
            "7:short",
            "7:AAmade up/made?up:made-up",
        ] {
            assert_eq!(BotToken::parse(text), Err(NotABotToken), "{text}");
        }
    }
}
