//! Posts of a channel.

use std::collections::{BTreeSet, HashMap};

use domain::collect::hashtags;
use domain::ids::ChannelId;
use domain::posts::{Counters, MediaType, Source};

use super::batch::{self, execute_batches, id_list, in_id_list};
use super::copy::{self, Copy};
use super::{Written, add_totals, lock};
use crate::series::overlay;
use crate::summaries::{self, day_of};
use crate::{Dialect, Result, Tx, on};

/// A post as one source tells it. `None` = the source does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostFacts {
    /// Telegram's, of the first message of an album; unique in the channel
    pub post_id: i64,
    /// unix seconds
    pub date_utc: i64,
    /// newest known counts
    pub counters: Counters,
    /// when the newest snapshot was taken, unix seconds
    pub counted_at: Option<i64>,
    pub media_type: Option<MediaType>,
    /// messages of an album
    pub album_size: Option<i64>,
    pub forwarded: Option<bool>,
    pub source: Source,
    pub text: Option<String>,
}

impl PostFacts {
    /// What is known after hearing `newer` about the same post: its description by the rules of `docs/provenance.md`,
    /// its counts by the newest reading.
    #[must_use]
    pub fn updated(&self, newer: &Self) -> Self {
        let (believed, other) =
            if newer.source.is_believed_against(self.source) { (newer, self) } else { (self, newer) };
        Self {
            post_id: self.post_id,
            date_utc: believed.date_utc,
            counters: overlay(self.counters, newer.counters),
            counted_at: self.counted_at.max(newer.counted_at),
            media_type: believed.media_type.or(other.media_type),
            album_size: believed.album_size.or(other.album_size),
            forwarded: believed.forwarded.or(other.forwarded),
            source: believed.source,
            text: believed.text.clone().or_else(|| other.text.clone()),
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    post_id: i64,
    date_utc: i64,
    views: Option<i64>,
    forwards: Option<i64>,
    reactions: Option<i64>,
    replies: Option<i64>,
    counted_at: Option<i64>,
    media_type: Option<MediaType>,
    album_size: Option<i64>,
    forwarded: Option<bool>,
    source: Source,
    text: Option<String>,
}

impl From<Row> for PostFacts {
    fn from(row: Row) -> Self {
        Self {
            post_id: row.post_id,
            date_utc: row.date_utc,
            counters: Counters {
                views: row.views,
                forwards: row.forwards,
                reactions: row.reactions,
                replies: row.replies,
            },
            counted_at: row.counted_at,
            media_type: row.media_type,
            album_size: row.album_size,
            forwarded: row.forwarded,
            source: row.source,
            text: row.text,
        }
    }
}

/// Writes posts, each at most once in `posts`: new ones as they are, known ones [updated](PostFacts::updated).
/// Snapshots are written apart, by [`super::merge_snapshots`], which also sets the newest counts.
pub async fn upsert_posts(tx: &mut Tx, channel: ChannelId, posts: &[PostFacts]) -> Result<Written> {
    lock(tx, channel).await?;
    let mut written = Written::default();
    let mut touched = BTreeSet::new();
    for batch in posts.chunks(batch::ROWS) {
        let known = find_posts(tx, channel, batch.iter().map(|post| post.post_id)).await?;
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        for post in batch {
            match known.get(&post.post_id) {
                None => {
                    written.inserted += 1;
                    touched.insert(day_of(post.date_utc));
                    fresh.push(post.clone());
                }
                Some(before) => {
                    let after = before.updated(post);
                    if after == *before {
                        written.unchanged += 1;
                    } else {
                        written.updated += 1;
                        touched.extend([day_of(before.date_utc), day_of(after.date_utc)]);
                        changed.push(after);
                    }
                }
            }
        }
        write_new_posts(tx, channel, &fresh).await?;
        write_posts(tx, channel, &changed).await?;
    }
    summaries::mark(tx, channel, &touched).await?;
    add_totals(tx, channel, written.inserted as i64, 0, None).await?;
    Ok(written)
}

/// Those of the given posts that exist.
pub async fn find_posts(
    tx: &mut Tx,
    channel: ChannelId,
    ids: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, PostFacts>> {
    const SQL: Dialect = in_id_list!(
        "SELECT post_id, date_utc, views, forwards, reactions, replies, counted_at, media_type, album_size, \
        forwarded, source, text FROM post WHERE channel_id = $1 AND post_id"
    );
    let (sql, ids) = (SQL.of(tx), id_list(tx.backend(), ids));
    let rows: Vec<Row> = on!(tx, |conn| sqlx::query_as(sql).bind(channel).bind(&ids).fetch_all(conn))?;
    Ok(rows.into_iter().map(|row| (row.post_id, row.into())).collect())
}

/// Inserts or replaces whole rows.
pub(crate) async fn write_posts(tx: &mut Tx, channel: ChannelId, posts: &[PostFacts]) -> Result<()> {
    const COLUMNS: usize = 15;
    let backend = tx.backend();
    let statement = |rows| {
        batch::statement(
            backend,
            "INSERT INTO post (channel_id, post_id, date_utc, views, forwards, reactions, replies, counted_at, \
                media_type, album_size, forwarded, source, text_chars, hashtags, text) VALUES ",
            COLUMNS,
            rows,
            " ON CONFLICT (channel_id, post_id) DO UPDATE SET date_utc = excluded.date_utc, views = excluded.views, \
                forwards = excluded.forwards, reactions = excluded.reactions, replies = excluded.replies, \
                counted_at = excluded.counted_at, media_type = excluded.media_type, \
                album_size = excluded.album_size, forwarded = excluded.forwarded, source = excluded.source, \
                text_chars = excluded.text_chars, hashtags = excluded.hashtags, text = excluded.text",
        )
    };
    execute_batches!(tx, posts, |batch| {
        let mut query = sqlx::query(statement(batch.len()));
        for post in batch {
            let text = post.text.as_deref();
            query = query
                .bind(channel)
                .bind(post.post_id)
                .bind(post.date_utc)
                .bind(post.counters.views)
                .bind(post.counters.forwards)
                .bind(post.counters.reactions)
                .bind(post.counters.replies)
                .bind(post.counted_at)
                .bind(post.media_type.map(MediaType::as_str))
                .bind(post.album_size)
                .bind(post.forwarded)
                .bind(post.source)
                .bind(text.map_or(0, |text| text.chars().count() as i64))
                .bind(text.map(hashtags::find).filter(|tags| !tags.is_empty()).map(|tags| tags.join(" ")))
                .bind(text);
        }
        query
    })
}

/// Inserts posts none of which is there yet.
pub(crate) async fn write_new_posts(tx: &mut Tx, channel: ChannelId, posts: &[PostFacts]) -> Result<()> {
    const COPY: &str = "COPY post (channel_id, post_id, date_utc, views, forwards, reactions, replies, counted_at, \
        media_type, album_size, forwarded, source, text_chars, hashtags, text) FROM STDIN WITH (FORMAT binary)";
    const COLUMNS: i16 = 15;
    let inner = match tx {
        Tx::Postgres(inner) if posts.len() >= copy::ROWS_MIN => inner,
        tx => return write_posts(tx, channel, posts).await,
    };
    let mut copy = Copy::begin(inner, COPY, COLUMNS).await?;
    for post in posts {
        let text = post.text.as_deref();
        let tags = text.map(hashtags::find).filter(|tags| !tags.is_empty()).map(|tags| tags.join(" "));
        let counters = post.counters;
        copy.row().await?;
        copy.value(channel)?
            .value(post.post_id)?
            .value(post.date_utc)?
            .value(counters.views)?
            .value(counters.forwards)?
            .value(counters.reactions)?
            .value(counters.replies)?
            .value(post.counted_at)?
            .value(post.media_type.map(MediaType::as_str))?
            .value(post.album_size)?
            .value(post.forwarded)?
            .value(post.source)?
            .value(text.map_or(0, |text| text.chars().count() as i64))?
            .value(tags)?
            .value(text)?;
    }
    copy.finish().await
}

/// Posts published in `from <= date_utc < to` after the given one, in order (`date_utc`, `post_id`), at most `limit`:
/// pages of an export.
pub async fn list_posts(
    tx: &mut Tx,
    channel: ChannelId,
    from: i64,
    to: i64,
    after: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<PostFacts>> {
    const SQL: &str = "SELECT post_id, date_utc, views, forwards, reactions, replies, counted_at, media_type, \
        album_size, forwarded, source, text FROM post WHERE channel_id = $1 AND date_utc < $2 \
        AND (date_utc, post_id) > ($3, $4) ORDER BY date_utc, post_id LIMIT $5";
    let (date, post) = after.unwrap_or((from, i64::MIN));
    let rows: Vec<Row> =
        on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(to).bind(date).bind(post).bind(limit).fetch_all(conn))?;
    Ok(rows.into_iter().map(PostFacts::from).collect())
}

/// Ids of all posts of the channel, ascending.
pub async fn list_post_ids(tx: &mut Tx, channel: ChannelId) -> Result<Vec<i64>> {
    const SQL: &str = "SELECT post_id FROM post WHERE channel_id = $1 ORDER BY post_id";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).fetch_all(conn))
}

/// Posts with an id above `after`, by id: pages of a staging area.
pub async fn list_posts_by_id(tx: &mut Tx, channel: ChannelId, after: i64, limit: i64) -> Result<Vec<PostFacts>> {
    const SQL: &str = "SELECT post_id, date_utc, views, forwards, reactions, replies, counted_at, media_type, \
        album_size, forwarded, source, text FROM post WHERE channel_id = $1 AND post_id > $2 \
        ORDER BY post_id LIMIT $3";
    let rows: Vec<Row> = on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(after).bind(limit).fetch_all(conn))?;
    Ok(rows.into_iter().map(PostFacts::from).collect())
}

macro_rules! update_counters {
    ($and:literal) => {
        concat!(
            ") UPDATE post SET views = newest.views, forwards = newest.forwards, reactions = newest.reactions, \
            replies = newest.replies, counted_at = newest.counted_at FROM newest \
            WHERE post.channel_id = newest.channel_id AND post.post_id = newest.post_id",
            $and,
            " RETURNING date_utc"
        )
    };
}

/// Newest counts of existing posts, at most [`batch::ROWS`]; when those were published (unix seconds).
pub(crate) async fn write_counters(
    tx: &mut Tx,
    channel: ChannelId,
    newest: &[(i64, Counters, i64)],
) -> Result<Vec<i64>> {
    const COLUMNS: usize = 7;
    // Postgres looks into one part of the table only when the channel is named apart; $1 is that of the first row
    const UPDATE: Dialect =
        Dialect { sqlite: update_counters!(""), postgres: update_counters!(" AND post.channel_id = $1") };
    if newest.is_empty() {
        return Ok(Vec::new());
    }
    let update = UPDATE.of(tx);
    // Postgres takes the columns' types from the first row, which has none of its own when all are parameters
    let sql = batch::statement(
        tx.backend(),
        "WITH newest (channel_id, post_id, views, forwards, reactions, replies, counted_at) AS (\
            SELECT CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), \
            CAST(0 AS BIGINT), CAST(0 AS BIGINT) UNION ALL VALUES ",
        COLUMNS,
        newest.len(),
        update,
    );
    on!(tx, |conn| {
        let mut query = sqlx::query_scalar(sql);
        for (post_id, counters, counted_at) in newest {
            query = query
                .bind(channel)
                .bind(post_id)
                .bind(counters.views)
                .bind(counters.forwards)
                .bind(counters.reactions)
                .bind(counters.replies)
                .bind(counted_at);
        }
        query.fetch_all(conn)
    })
}
