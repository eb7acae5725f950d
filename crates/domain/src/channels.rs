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

/// How a person names a channel: username with or without @, or a positive number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelRef {
    Username(String),
    TelegramId(i64),
    /// `c17`: our own key, for a channel without both of the others
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
        if let Some(key) = text.strip_prefix('c').and_then(|key| key.parse().ok()) {
            return Self::Key(ChannelId(key));
        }
        Self::Username(text.to_owned())
    }
}
