//! A channel as a workspace knows it.

use serde::{Deserialize, Serialize};

use crate::ids::{ChannelId, WorkspaceId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Channel {
    pub id: ChannelId,
    pub workspace_id: WorkspaceId,
    /// Telegram's positive id, or the positive number an import file used
    pub telegram_id: Option<i64>,
    /// public name without @, or the name an import file used; unique in the workspace, compared without case
    pub username: Option<String>,
    pub title: String,
    /// IANA zone name, e.g. `Asia/Tashkent`
    pub zone: String,
    /// made up by the command `demo`; labelled wherever shown
    pub demo: bool,
    /// unix seconds
    pub created_at: i64,
}

impl Channel {
    /// What stands for the channel in addresses: its username, else its Telegram id, else our key.
    pub fn slug(&self) -> String {
        match (&self.username, self.telegram_id) {
            (Some(username), _) => username.clone(),
            (None, Some(telegram_id)) => telegram_id.to_string(),
            (None, None) => format!("c{}", self.id),
        }
    }
}

/// A username as it is compared: without case, in any script.
pub fn folded(username: &str) -> String {
    username.to_lowercase()
}

/// How a person names a channel: username with or without @, or a positive number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ChannelRef {
    Username(String),
    TelegramId(i64),
    /// `c17`, spelled exactly so: our own key, for a channel without both of the others; or a username like that
    Key(ChannelId),
}

impl ChannelRef {
    pub fn parse(text: &str) -> Self {
        let text = text.trim().trim_start_matches('@');
        if let Ok(number) = text.parse::<i64>()
            && number > 0
        {
            return Self::TelegramId(number);
        }
        // `c007` and `c+7` are not how a key is written: the text would be lost
        if let Some(key) = text.strip_prefix('c').and_then(|key| key.parse::<i64>().ok())
            && format!("c{key}") == text
        {
            return Self::Key(ChannelId(key));
        }
        Self::Username(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_as_we_write_it_is_a_key() {
        assert_eq!(ChannelRef::parse("c17"), ChannelRef::Key(ChannelId(17)));
        for name in ["c007", "c+7", "c", "C17", "c17a"] {
            assert_eq!(ChannelRef::parse(name), ChannelRef::Username(name.to_owned()));
        }
    }
}
