//! Edges between channels: who sends readers, by forwarding a post or by naming the channel.

use serde::{Deserialize, Serialize};

use super::message::Message;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// the other channel has forwarded a post
    Forward,
    /// the other channel has written the name or a link
    Mention,
}

/// One message of another channel that leads to ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Edge {
    pub kind: EdgeKind,
    /// Telegram's id of the other channel
    pub peer_id: i64,
    /// its message; 0 for a story
    pub message_id: i64,
    /// without @
    pub username: Option<String>,
    pub title: Option<String>,
    /// our post that was forwarded
    pub post_id: Option<i64>,
    /// when the other published it, unix seconds
    pub at: Option<i64>,
    pub views: Option<i64>,
}

/// A channel that sends readers, its messages taken together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Sender {
    pub peer_id: i64,
    /// without @
    pub username: Option<String>,
    pub title: Option<String>,
    pub forwards: i64,
    pub mentions: i64,
    /// of those messages; the readers who may have followed are among them
    pub views: Option<i64>,
    /// the newest of them, unix seconds
    pub last_at: Option<i64>,
}

/// Names of channels, without @ and in lower case, that a message leads to: `@name` and `t.me/name`, in the text or
/// behind words. Each once, in order.
pub fn named_in(message: &Message) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let name = name.to_lowercase();
        if is_username(&name) && !names.contains(&name) {
            names.push(name);
        }
    };
    let texts = std::iter::once(message.text.as_str()).chain(message.links.iter().map(String::as_str));
    for text in texts {
        for start in ["@", "t.me/", "telegram.me/"] {
            for (at, _) in text.match_indices(start) {
                // "me@t.me": an address of mail is no name
                let before = text[..at].chars().next_back();
                if start == "@" && before.is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_') {
                    continue;
                }
                let rest = text[at + start.len()..].trim_start_matches("s/");
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                add(&rest[..end]);
            }
        }
    }
    names
}

/// As Telegram has them: 4 to 32 of a–z, 0–9 and _, beginning with a letter. Some short words are paths of t.me.
fn is_username(name: &str) -> bool {
    const PATHS: [&str; 4] = ["joinchat", "addstickers", "addemoji", "share"];
    (4..=32).contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_alphabetic()) && !PATHS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::messages::tests::message;

    #[test]
    fn names_are_found_in_texts_and_behind_words() {
        for (text, links, found) in [
            ("read @Orbit_Daily, and t.me/s/moon_base/12", &[][..], vec!["orbit_daily", "moon_base"]),
            ("https://t.me/orbit_daily @orbit_daily", &[], vec!["orbit_daily"]),
            ("here", &["https://telegram.me/orbit_daily?x=1"], vec!["orbit_daily"]),
            ("mail me@orbit.example, t.me/joinchat/abc, t.me/+abc, @abc, @1abcd", &[], vec![]),
        ] {
            let links = links.iter().map(|link| (*link).to_owned()).collect();
            let message = Message { text: text.to_owned(), links, ..message(1, None) };
            assert_eq!(named_in(&message), found, "{text}");
        }
    }
}
