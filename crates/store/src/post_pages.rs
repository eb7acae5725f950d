//! Thousands of posts with their series in a few rows, from SQLite: the database packs a page of posts into one row
//! (see [`crate::packed`]), and it is unpacked here.

use domain::analytics::history::{PostColumns, ViewReadings};
use domain::ids::ChannelId;
use sqlx::SqliteConnection;

use crate::collect::damaged;
use crate::packed::{self, Fields};
use crate::{Result, series};

/// Posts in one row. With the beginnings of their texts some 5 MiB at most, far below what SQLite allows.
const PAGE: usize = 4_096;

/// The bare bounds of `date_utc` are implied by those of the pair; with them the planner walks the index. Texts and
/// series are laid end to end, and `group_concat` takes the bytes of a series as they are. All are null on an empty page.
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
        let (Some(fields), texts, series) = page else { return Ok(()) };
        let (texts, series) = (texts.unwrap_or_default(), series.unwrap_or_default());
        let (mut texts, mut series) = (texts.as_str(), series.as_slice());
        let mut found = 0;
        for mut fields in packed::rows(&fields, "post", channel) {
            first = post(&mut fields, channel, &mut texts, &mut series, posts, readings)?;
            found += 1;
        }
        if found < PAGE {
            return Ok(());
        }
        // the next page begins behind the last post
        first.1 = first.1.saturating_add(1);
    }
}

/// Appends the post whose fields these are, in the order of [`SQL`], and takes its text and series off what is left of
/// them; its place.
fn post<'a>(
    fields: &mut Fields<'a>,
    channel: ChannelId,
    texts: &mut &'a str,
    packed: &mut &[u8],
    posts: &mut PostColumns,
    readings: &mut ViewReadings,
) -> Result<(i64, i64)> {
    let post_id = fields.value("post_id")?;
    let date_utc = fields.value("date_utc")?;
    posts.post_id.push(post_id);
    posts.date_utc.push(date_utc);
    posts.views.push(fields.known("views")?);
    posts.forwards.push(fields.known("forwards")?);
    posts.reactions.push(fields.known("reactions")?);
    posts.replies.push(fields.known("replies")?);
    posts.counted_at.push(fields.known("counted_at")?);
    posts.media_type.push(fields.known("media_type")?);
    posts.source.push(fields.value("source")?);
    posts.text_chars.push(u32::try_from(fields.value::<i64>("text_chars")?).unwrap_or(u32::MAX));
    posts.text.push(fields.text_of(texts, "text")?.to_owned());
    if let Some(bytes) = fields.known("series")? {
        let (series, others) =
            packed.split_at_checked(bytes).ok_or_else(|| damaged(channel, post_id, "shorter than it says"))?;
        *packed = others;
        series::decode_views(series, &mut readings.at, &mut readings.views)
            .map_err(|problem| damaged(channel, post_id, problem))?;
    }
    readings.offsets.push(readings.at.len());
    posts.hashtags.push(fields.text().split_terminator(' ').map(str::to_owned).collect());
    Ok((date_utc, post_id))
}
