//! Thousands of posts with their series in a few rows, from SQLite. A row costs what it takes to hand it over from the
//! thread on which SQLite runs: for 5,000 rows several times what it takes to find them. So the database packs a page
//! of posts into one row, and it is unpacked here.

use std::str::FromStr;

use domain::analytics::history::{PostColumns, ViewReadings};
use domain::ids::ChannelId;
use sqlx::SqliteConnection;

use crate::collect::damaged;
use crate::{Error, Result, series};

/// Posts in one row. With the beginnings of their texts some 5 MiB at most, far below what SQLite allows.
const PAGE: usize = 4_096;

/// The bare bounds of `date_utc` are implied by those of the pair; with them the planner walks the index. Fields of a
/// post are parted by the control character 31 and posts by 30, which no number, name or hashtag has; texts and series
/// are laid end to end, and `group_concat` takes the bytes of a series as they are. All are null on an empty page.
const SQL: &str = "SELECT group_concat(concat_ws(char(31), post_id, date_utc, ifnull(views, ''), \
    ifnull(forwards, ''), ifnull(reactions, ''), ifnull(replies, ''), ifnull(counted_at, ''), \
    ifnull(media_type, ''), source, text_chars, ifnull(octet_length(text), 0), ifnull(octet_length(series), ''), \
    ifnull(hashtags, '')), char(30)), group_concat(text, ''), CAST(group_concat(series, '') AS BLOB) \
    FROM (SELECT p.post_id, p.date_utc, p.views, p.forwards, p.reactions, p.replies, p.counted_at, p.media_type, \
    p.source, p.text_chars, substr(p.text, 1, $6) AS text, p.hashtags, s.series \
    FROM post p LEFT JOIN snapshot_series s ON s.channel_id = p.channel_id AND s.post_id = p.post_id \
    WHERE p.channel_id = $1 AND p.date_utc >= $2 AND p.date_utc <= $4 \
    AND (p.date_utc, p.post_id) >= ($2, $3) AND (p.date_utc, p.post_id) < ($4, $5) \
    ORDER BY p.date_utc, p.post_id LIMIT $7)";

/// Appends posts in `first <= (date_utc, post_id) < end`, with so many characters of their texts.
pub(crate) async fn read(
    conn: &mut SqliteConnection,
    channel: ChannelId,
    mut first: (i64, i64),
    end: (i64, i64),
    text_chars: i64,
    posts: &mut PostColumns,
    readings: &mut ViewReadings,
) -> Result<()> {
    loop {
        let page: (Option<String>, Option<String>, Option<Vec<u8>>) = sqlx::query_as(SQL)
            .bind(channel)
            .bind(first.0)
            .bind(first.1)
            .bind(end.0)
            .bind(end.1)
            .bind(text_chars)
            .bind(PAGE as i64)
            .fetch_one(&mut *conn)
            .await?;
        let (Some(fields), texts, packed) = page else { return Ok(()) };
        let (texts, packed) = (texts.unwrap_or_default(), packed.unwrap_or_default());
        let (mut texts, mut packed) = (texts.as_str(), packed.as_slice());
        let mut found = 0;
        for fields in fields.split('\u{1e}') {
            let mut fields = Fields { rest: fields.split('\u{1f}'), channel };
            first = fields.post(&mut texts, &mut packed, posts, readings)?;
            found += 1;
        }
        if found < PAGE {
            return Ok(());
        }
        // the next page begins behind the last post
        first.1 = first.1.saturating_add(1);
    }
}

/// The fields of one post, in the order of [`SQL`].
struct Fields<'a, I: Iterator<Item = &'a str>> {
    rest: I,
    channel: ChannelId,
}

impl<'a, I: Iterator<Item = &'a str>> Fields<'a, I> {
    /// Appends the post and takes its text and series off what is left of them; its place.
    fn post(
        &mut self,
        texts: &mut &str,
        packed: &mut &[u8],
        posts: &mut PostColumns,
        readings: &mut ViewReadings,
    ) -> Result<(i64, i64)> {
        let post_id = self.value("post_id")?;
        let date_utc = self.value("date_utc")?;
        posts.post_id.push(post_id);
        posts.date_utc.push(date_utc);
        posts.views.push(self.known("views")?);
        posts.forwards.push(self.known("forwards")?);
        posts.reactions.push(self.known("reactions")?);
        posts.replies.push(self.known("replies")?);
        posts.counted_at.push(self.known("counted_at")?);
        posts.media_type.push(self.known("media_type")?);
        posts.source.push(self.value("source")?);
        posts.text_chars.push(u32::try_from(self.value::<i64>("text_chars")?).unwrap_or(u32::MAX));
        let (text, other_texts) = texts
            .split_at_checked(self.value("text")?)
            .ok_or_else(|| self.unreadable("text", "shorter than it says"))?;
        *texts = other_texts;
        posts.text.push(text.to_owned());
        if let Some(bytes) = self.known("series")? {
            let (series, others) =
                packed.split_at_checked(bytes).ok_or_else(|| damaged(self.channel, post_id, "shorter than it says"))?;
            *packed = others;
            series::decode_views(series, &mut readings.at, &mut readings.views)
                .map_err(|problem| damaged(self.channel, post_id, problem))?;
        }
        readings.offsets.push(readings.at.len());
        let hashtags = self.rest.next().unwrap_or_default();
        posts.hashtags.push(hashtags.split_terminator(' ').map(str::to_owned).collect());
        Ok((date_utc, post_id))
    }

    fn value<T: FromStr>(&mut self, column: &'static str) -> Result<T> {
        let text = self.rest.next().unwrap_or_default();
        text.parse().map_err(|_| self.unreadable(column, text))
    }

    /// `None` where nothing is stored.
    fn known<T: FromStr>(&mut self, column: &'static str) -> Result<Option<T>> {
        match self.rest.next().unwrap_or_default() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.unreadable(column, text)),
        }
    }

    fn unreadable(&self, column: &'static str, found: &str) -> Error {
        Error::Data {
            table: "post",
            column,
            row: format!("channel {}", self.channel),
            problem: format!("{found:?} makes no sense there"),
        }
    }
}
