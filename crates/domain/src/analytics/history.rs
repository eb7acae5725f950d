//! Rows of one channel as read from the store, in columns.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::channels::Channel;
use crate::posts::{MediaType, Source};

/// Posts in order (`date_utc`, `post_id`); every column has the same length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PostColumns {
    pub post_id: Vec<i64>,
    /// unix seconds
    pub date_utc: Vec<i64>,
    /// newest counts; `None` = not known
    pub views: Vec<Option<i64>>,
    pub forwards: Vec<Option<i64>>,
    pub reactions: Vec<Option<i64>>,
    pub replies: Vec<Option<i64>>,
    /// when the newest counts were taken, unix seconds
    pub counted_at: Vec<Option<i64>>,
    pub media_type: Vec<Option<MediaType>>,
    pub source: Vec<Source>,
    /// characters of the whole text
    pub text_chars: Vec<u32>,
    /// the text, or its beginning (see the loader); empty when there is none
    pub text: Vec<String>,
    /// lower-case, without #, each once a post
    pub hashtags: Vec<Vec<String>>,
}

impl PostColumns {
    pub fn len(&self) -> usize {
        self.post_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.post_id.is_empty()
    }
}

/// View readings of many posts, packed: those of post `i` are `at[offsets[i]..offsets[i + 1]]`, in time order.
/// Readings without a view count are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewReadings {
    /// posts + 1 entries, first 0
    pub offsets: Vec<usize>,
    /// unix seconds
    pub at: Vec<i64>,
    pub views: Vec<i64>,
}

impl ViewReadings {
    /// Times and views of post `index`; empty for a post without readings.
    pub fn of(&self, index: usize) -> (&[i64], &[i64]) {
        let Some([from, to]) = self.offsets.get(index..index + 2) else { return (&[], &[]) };
        (&self.at[*from..*to], &self.views[*from..*to])
    }
}

/// One day of a channel, as the source counts days (UTC for official statistics).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyFact {
    pub day: Date,
    pub subscribers: Option<i64>,
    pub joined: Option<i64>,
    pub left: Option<i64>,
    pub notifications_on: Option<i64>,
    /// of `subscribers`
    pub source: Source,
    /// of `joined` and `left`
    pub flow_source: Source,
    /// of `notifications_on`
    pub notifications_source: Source,
}

/// Views of one day that came from one source (`followers`, `search`, …).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFact {
    pub day: Date,
    /// where the views came from
    pub origin: String,
    pub views: Option<i64>,
    pub source: Source,
}

/// People who came by one invitation link on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkJoinsFact {
    pub day: Date,
    /// as [`shown_invite_link`] leaves it
    pub link: String,
    /// as its maker named it
    pub name: Option<String>,
    pub joined: i64,
}

/// An invitation link without the end of its secret, as Telegram shows those of other administrators: who has the
/// whole of it can join.
pub fn shown_invite_link(link: &str) -> String {
    const SECRET_CHARS: usize = 8;
    let link = link.strip_prefix("https://").unwrap_or(link);
    let start = link.find("/+").map(|at| at + 2).or(link.find("/joinchat/").map(|at| at + 10));
    let secret = &link[start.unwrap_or(0)..];
    match secret.char_indices().nth(SECRET_CHARS) {
        Some((end, _)) => format!("{}…", &link[..link.len() - secret.len() + end]),
        None => link.to_owned(),
    }
}

/// All that the questions need about one channel: the posts of the windows asked for and up to
/// [`LOOKBACK_POSTS`] before them.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    pub channel: Channel,
    /// newest snapshot of the whole channel, unix seconds
    pub as_of: Option<i64>,
    pub posts: PostColumns,
    pub readings: ViewReadings,
    pub daily: Vec<DailyFact>,
    pub sources: Vec<SourceFact>,
    /// where our bot is told who comes by which link
    pub link_joins: Vec<LinkJoinsFact>,
}

/// A post's performance is judged by up to this many posts before it.
pub const LOOKBACK_POSTS: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_link_is_shown_without_its_end() {
        for (link, shown) in [
            ("https://t.me/+AbCdEfGhIjKlMnOp", "t.me/+AbCdEfGh…"),
            ("https://t.me/joinchat/AbCdEfGhIjKlMnOp", "t.me/joinchat/AbCdEfGh…"),
            // of another administrator: Telegram has left the end out already
            ("https://t.me/+AbCdEfGh…", "t.me/+AbCdEfGh…"),
            ("https://t.me/+short", "t.me/+short"),
            ("ссылка-без-адреса", "ссылка-б…"),
            ("", ""),
        ] {
            assert_eq!(shown_invite_link(link), shown);
        }
    }
}
