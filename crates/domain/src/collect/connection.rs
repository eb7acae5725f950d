//! How a channel is collected, and what each way can know.

use serde::{Deserialize, Serialize};

use crate::ids::ChannelId;

/// A way to collect a channel. A channel may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "lowercase"))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// our bot is an administrator of it
    Bot,
    /// its public page is read; needs nobody's rights
    Preview,
    /// an account of the owner reads it over MTProto
    Session,
}

/// What may be known about a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Knowable {
    NewPosts,
    /// posts from before the channel was connected
    History,
    Views,
    /// as Telegram rounds them for the public page, "12.3K"
    RoundedViews,
    Forwards,
    Reactions,
    Replies,
    /// edits and deletions
    Changes,
    Members,
    /// by invitation link, from now on
    JoinsByLink,
    /// Telegram's own statistics: joined and left, sources of views, languages, hours
    OfficialStatistics,
    /// who sends readers: public forwards and mentions
    Mentions,
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Bot, Self::Preview, Self::Session];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Preview => "preview",
            Self::Session => "session",
        }
    }

    /// What this way can tell (core.telegram.org/bots/api, core.telegram.org/api/stats, t.me/s pages).
    pub fn knows(self) -> &'static [Knowable] {
        use Knowable::{
            Changes, Forwards, History, JoinsByLink, Members, Mentions, NewPosts, OfficialStatistics, Reactions,
            Replies, RoundedViews, Views,
        };
        match self {
            Self::Bot => &[NewPosts, Reactions, Changes, Members, JoinsByLink],
            Self::Preview => &[NewPosts, History, RoundedViews, Reactions, Members],
            Self::Session => &[
                NewPosts,
                History,
                Views,
                Forwards,
                Reactions,
                Replies,
                Changes,
                Members,
                OfficialStatistics,
                Mentions,
            ],
        }
    }
}

impl Knowable {
    pub const ALL: [Self; 12] = [
        Self::NewPosts,
        Self::History,
        Self::Views,
        Self::RoundedViews,
        Self::Forwards,
        Self::Reactions,
        Self::Replies,
        Self::Changes,
        Self::Members,
        Self::JoinsByLink,
        Self::OfficialStatistics,
        Self::Mentions,
    ];
}

impl std::str::FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, UnknownMode> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or_else(|| UnknownMode(text.to_owned()))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a way to collect a channel: use bot, preview or session")]
pub struct UnknownMode(pub String);

/// What stands in the way of collecting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// the bot or the account is no administrator there, or not with the rights it needs
    NotAdministrator,
    /// the channel is private, or we were removed from it
    Private,
    /// nobody has this name (any more)
    NotFound,
    /// the channel has switched its public page off
    NoPreview,
    /// Telegram asked us to wait
    FloodWait,
    /// the account's session has ended: sign in again
    SignedOut,
    /// Telegram has banned the account
    AccountBanned,
    /// no account that could do it
    NoAccount,
    /// Telegram, or the proxy, does not answer
    Unreachable,
    /// Telegram's `robots.txt` does not let programs read public pages
    Disallowed,
    /// what Telegram answers is not what we know: it has changed, and we must follow
    NotUnderstood,
}

/// In English, for the command line and logs; screens say it in the reader's language.
impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotAdministrator => "no administrator there, or not with the rights that are needed",
            Self::Private => "the channel is private, or removed us",
            Self::NotFound => "there is no public channel of this name",
            Self::NoPreview => "the channel has no public page: connect it by the bot or by an account",
            Self::FloodWait => "Telegram asks to wait",
            Self::SignedOut => "the account's session has ended: sign in again",
            Self::AccountBanned => "Telegram has banned the account",
            Self::NoAccount => "there is no account that could do it",
            Self::Unreachable => "Telegram does not answer just now",
            Self::Disallowed => "Telegram's robots.txt does not allow reading public pages",
            Self::NotUnderstood => {
                "what Telegram answered is not understood: the log tells what, a newer program may help"
            }
        })
    }
}

/// One way in which a channel is collected, and how it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Connection {
    pub channel_id: ChannelId,
    pub mode: Mode,
    /// unix seconds; anew whenever the rights, once lost, are there again: what happened meanwhile was not told
    pub connected_at: i64,
    /// when the channel was last heard this way, unix seconds
    pub heard_at: Option<i64>,
    /// since the last try
    pub obstacle: Option<Obstacle>,
    /// when it is tried again, unix seconds, where that is known
    pub obstacle_until: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_knows_something_and_nothing_twice() {
        for mode in Mode::ALL {
            let mut known = mode.knows().to_vec();
            known.sort_unstable();
            known.dedup();
            assert_eq!(known.len(), mode.knows().len(), "{mode:?}");
            assert!(!known.is_empty(), "{mode:?}");
            assert_eq!(mode.as_str().parse::<Mode>().expect("its own name"), mode);
        }
        assert!("own".parse::<Mode>().is_err());
    }

    #[test]
    fn whatever_may_be_known_is_known_some_way() {
        for fact in Knowable::ALL {
            assert!(Mode::ALL.iter().any(|mode| mode.knows().contains(&fact)), "{fact:?}");
        }
    }
}
