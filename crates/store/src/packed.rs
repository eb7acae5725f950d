//! Many rows of SQLite in one, as text: fields are parted by the control character 31, rows by 30. What could hold such a
//! character is laid end to end elsewhere, and a field tells its length.
//!
//! A row costs what it takes to hand it over from the thread on which SQLite runs: for thousands of rows several times
//! what it takes to find them.

use std::str::{FromStr, Split};

use domain::ids::ChannelId;

use crate::{Error, Result};

/// The fields of one row, taken in the order in which they were packed.
pub(crate) struct Fields<'a> {
    rest: Split<'a, char>,
    table: &'static str,
    channel: ChannelId,
}

/// The rows of what a statement has packed; none of an empty text.
pub(crate) fn rows<'a>(
    packed: &'a str,
    table: &'static str,
    channel: ChannelId,
) -> impl Iterator<Item = Fields<'a>> + use<'a> {
    packed.split_terminator('\u{1e}').map(move |row| Fields { rest: row.split('\u{1f}'), table, channel })
}

impl<'a> Fields<'a> {
    pub fn text(&mut self) -> &'a str {
        self.rest.next().unwrap_or_default()
    }

    pub fn value<T: FromStr>(&mut self, column: &'static str) -> Result<T> {
        let text = self.text();
        text.parse().map_err(|_| self.unreadable(column, text))
    }

    /// `None` where nothing is stored.
    pub fn known<T: FromStr>(&mut self, column: &'static str) -> Result<Option<T>> {
        match self.text() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.unreadable(column, text)),
        }
    }

    /// The next field says how many bytes; they are taken off what is left of the texts laid end to end.
    pub fn text_of(&mut self, texts: &mut &'a str, column: &'static str) -> Result<&'a str> {
        let bytes = self.value(column)?;
        let (text, others) =
            texts.split_at_checked(bytes).ok_or_else(|| self.unreadable(column, "shorter than it says"))?;
        *texts = others;
        Ok(text)
    }

    fn unreadable(&self, column: &'static str, found: &str) -> Error {
        Error::Data {
            table: self.table,
            column,
            row: format!("channel {}", self.channel),
            problem: format!("{found:?} makes no sense there"),
        }
    }
}
