//! Settings that are printed masked.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

/// A text that opens something. Prints masked.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Address of the database. Prints without its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(pub(super) String);

impl DatabaseUrl {
    /// With the password, for the driver only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// File of an SQLite database; `None` for Postgres and for a database in memory.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let rest = self.0.strip_prefix("sqlite:")?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = path.split('?').next().unwrap_or(path);
        (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Address of Redis. Prints without its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// With the password, for the driver only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

pub(super) const MASK: &str = "***";

/// `postgres://me:secret@host/db` → `postgres://me:***@host/db`; a `password=` in the query is hidden too.
pub(super) fn without_password(url: &str) -> String {
    let mut shown = url.to_owned();
    if let Some(scheme_end) = url.find("://") {
        let authority_end = url[scheme_end + 3..].find(['/', '?']).map_or(url.len(), |at| scheme_end + 3 + at);
        // the last @ of the authority ends the password, which may hold an @ itself
        if let Some(at) = url[..authority_end].rfind('@')
            && let Some(colon) = url[scheme_end + 3..at].find(':')
        {
            shown = format!("{}{MASK}{}", &url[..=scheme_end + 3 + colon], &url[at..]);
        }
    }
    if let Some(start) = shown.find("password=") {
        let value = start + "password=".len();
        let end = shown[value..].find('&').map_or(shown.len(), |at| value + at);
        shown.replace_range(value..end, MASK);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_an_sqlite_address() {
        let file = |url: &str| DatabaseUrl(url.to_owned()).sqlite_file();
        assert_eq!(file("sqlite:///var/a.db?mode=rwc"), Some("/var/a.db".into()));
        assert_eq!(file("sqlite:a.db"), Some("a.db".into()));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://h/db"), None);
    }
}
