//! A message of a channel, as Telegram has it: what an account reads and the bot is told. Albums are still several of them.

use serde::{Deserialize, Serialize};

use crate::posts::{Counters, MediaType};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Telegram's, unique in the channel and rising with time
    pub id: i32,
    /// unix seconds
    pub date: i64,
    /// of the last edit that readers are shown, unix seconds; a new reaction is none
    pub edit_date: Option<i64>,
    /// text or caption; empty when there is none
    pub text: String,
    /// addresses behind words, which `text` does not show
    pub links: Vec<String>,
    pub media_type: MediaType,
    /// the same for all messages of an album
    pub grouped_id: Option<i64>,
    pub forwarded_from: Option<ForwardedFrom>,
    /// signature of who wrote it, where the channel shows one
    pub author: Option<String>,
    pub counters: Counters,
    /// in Telegram's order; their sum is `counters.reactions`
    pub reactions: Vec<ReactionCount>,
    /// "channel created", "message pinned": no post
    pub is_service: bool,
}

/// Where a forwarded message comes from, as far as its author lets that be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardedFrom {
    /// Telegram's id of a channel (positive), when it comes from one
    pub channel_id: Option<i64>,
    /// its message there
    pub message_id: Option<i32>,
    /// public name of that channel, without `@`
    pub username: Option<String>,
    /// title of that channel, or the name of somebody who hides the account
    pub name: Option<String>,
    /// when the original was written, unix seconds
    pub date: i64,
}

/// How often one reaction was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionCount {
    pub reaction: Reaction,
    pub count: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    Emoji(String),
    /// Telegram's id of the picture
    CustomEmoji(i64),
    /// paid with Stars
    Paid,
}

impl Message {
    /// Something a reader sees as a post.
    pub fn is_post(&self) -> bool {
        !self.is_service
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_json() {
        let message = Message {
            id: 7,
            date: 1_768_046_400,
            edit_date: None,
            text: "hello".to_owned(),
            links: vec!["https://t.me/orbit/5".to_owned()],
            media_type: MediaType::Photo,
            grouped_id: Some(-3),
            forwarded_from: Some(ForwardedFrom {
                channel_id: Some(1_000),
                message_id: Some(5),
                username: Some("orbit".to_owned()),
                name: Some("Orbit".to_owned()),
                date: 1_768_000_000,
            }),
            author: None,
            counters: Counters { views: Some(10), forwards: Some(0), reactions: Some(3), replies: None },
            reactions: vec![
                ReactionCount { reaction: Reaction::Emoji("👍".to_owned()), count: 2 },
                ReactionCount { reaction: Reaction::Paid, count: 1 },
            ],
            is_service: false,
        };
        let json = serde_json::to_string(&message).expect("JSON");
        assert_eq!(serde_json::from_str::<Message>(&json).expect("the same"), message);
        assert!(message.is_post());
    }
}
