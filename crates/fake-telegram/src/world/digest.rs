//! What a client must have read when it has read a channel: counts, and a digest over the rows.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{NotThere, World};

/// The `expect` part of the description file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub members: i32,
    /// Messages without service messages; each part of an album counts.
    pub posts: usize,
    pub views: i64,
    pub max_id: i32,
    pub rows_sha256: String,
}

/// One message as a client reads it: id, date, views, forwards, reactions, replies (absent counters are 0), text.
pub type Row = (i32, i64, i64, i64, i64, i64, String);

/// Of the channel as it stands now.
pub fn describe(world: &World, channel: &str) -> Result<Expected, NotThere> {
    let now = world.clock.now();
    let mut state = world.lock();
    let channel = state.channel_named(channel).ok_or_else(|| NotThere(format!("channel `{channel}`")))?;
    let rows: Vec<Row> = channel
        .posts
        .values()
        .filter(|post| post.service.is_none())
        .map(|post| {
            let counts = post.counts(now);
            let count = Option::unwrap_or_default;
            let (forwards, reactions) = (count(counts.forwards), count(counts.reactions));
            (post.id, post.date, count(counts.views), forwards, reactions, count(counts.replies), post.text.clone())
        })
        .collect();
    Ok(Expected {
        members: channel.members,
        posts: rows.len(),
        views: rows.iter().map(|row| row.2).sum(),
        max_id: channel.posts.keys().next_back().copied().unwrap_or_default(),
        rows_sha256: rows_sha256(&rows),
    })
}

/// SHA-256, in hex, over the rows as compact JSON lines, sorted, joined by LF.
pub fn rows_sha256(rows: &[Row]) -> String {
    let mut lines: Vec<String> = rows.iter().map(|row| serde_json::json!(row).to_string()).collect();
    lines.sort_unstable();
    hex(&Sha256::digest(lines.join("\n")))
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // writing into a string does not fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_two_rows() {
        let rows = [(12, 5, 3, 0, 0, 0, "б\"\n".to_owned()), (11, 4, 2, 1, 0, 0, String::new())];
        // printf '[11,4,2,1,0,0,""]\n[12,5,3,0,0,0,"б\\"\\n"]' | sha256sum
        assert_eq!(rows_sha256(&rows), "b9ef725445ae54adbe3de09e2db14fada85399e53f8bcbb3177b407dd784b3b8");
    }
}
