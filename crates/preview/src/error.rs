//! What can stand between us and a page.

use std::time::Duration;

use domain::collect::label::{CountLabel, NotACount};

/// Why a page could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody has this name, or it is not a channel's.
    #[error("there is no public channel of this name")]
    NotFound,
    /// It exists, but shows no posts to whoever is not in Telegram.
    #[error("the channel {title:?} has no public preview")]
    NoPreview { title: String, members: Option<CountLabel> },
    /// We were asked to wait, or the server is in trouble: no request before that.
    #[error("asked to wait {} s ({why})", wait.as_secs())]
    Wait { wait: Duration, why: Why },
    /// `robots.txt` does not let us read previews.
    #[error("robots.txt of the server does not allow reading previews")]
    Disallowed,
    /// Led to a place that is no preview; it is not followed.
    #[error("the server leads elsewhere, to {0:?}")]
    Elsewhere(String),
    #[error("the server answered with status {0}")]
    Status(u16),
    #[error("the page is longer than {max} bytes")]
    TooLong { max: usize },
    #[error("the server does not answer: {0}")]
    Unreachable(String),
    #[error(transparent)]
    Page(#[from] PageError),
}

/// Who makes us wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("too many requests")]
    TooManyRequests,
    #[error("the server is in trouble")]
    ServerTrouble,
}

/// Markup that is not that of a preview page: what is missing or cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    #[error("the page has no {0}: it is no preview page, or Telegram has changed it")]
    Missing(&'static str),
    #[error("post {post} has no {part}: Telegram has changed its page")]
    MissingOfPost { post: i64, part: &'static str },
    #[error("{part} of the page is {value:?}, which cannot be read")]
    Unreadable { part: &'static str, value: String },
}

impl PageError {
    pub(crate) fn unreadable(part: &'static str, value: &str) -> Self {
        Self::Unreadable { part, value: value.chars().take(80).collect() }
    }

    pub(crate) fn of_count(part: &'static str) -> impl Fn(NotACount) -> Self {
        move |error| Self::Unreadable { part, value: error.0 }
    }
}
