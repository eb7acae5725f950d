//! What the questions read: one channel's history in columns, a few queries whatever its size.

use domain::analytics::history::{History, LOOKBACK_POSTS, PostColumns, ViewReadings};
use domain::channels::Channel;
use domain::ids::ChannelId;
use domain::posts::{MediaType, Snapshot, Source};
use domain::zone::add_days;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sqlx::PgConnection;

use crate::collect::{self, PostFacts};
use crate::{Result, Tx, fact_pages, on, post_pages, series};

/// Characters of a text that a list shows; the post's own page reads the whole text with [`find_post`].
pub const TEXT_BEGINNING_CHARS: i64 = 280;

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
    source: Source,
    text_chars: i64,
    text: Option<String>,
    hashtags: Option<String>,
    series: Option<Vec<u8>>,
}

/// Posts in `from <= date_utc < to` and up to [`LOOKBACK_POSTS`] before them, with their view readings; daily facts
/// and sources of the UTC days touched, from one day before.
pub async fn history(tx: &mut Tx, channel: &Channel, from: i64, to: i64) -> Result<History> {
    const LOOKBACK: &str = "SELECT date_utc, post_id FROM post WHERE channel_id = $1 AND date_utc < $2 \
        ORDER BY date_utc DESC, post_id DESC LIMIT $3";
    let before: Vec<(i64, i64)> = on!(tx, |conn| sqlx::query_as(LOOKBACK)
        .bind(channel.id)
        .bind(from)
        .bind(LOOKBACK_POSTS as i64)
        .fetch_all(conn))?;
    let first = before.last().copied().unwrap_or((from, i64::MIN));
    read(tx, channel, first, (to, i64::MIN), (from, to), TEXT_BEGINNING_CHARS).await
}

/// The newest `count` posts with their view readings, without texts, daily facts and sources: what curves and the
/// worth of an hour are learned from.
pub async fn newest_history(tx: &mut Tx, channel: &Channel, count: usize) -> Result<History> {
    const FIRST: &str = "SELECT date_utc, post_id FROM post WHERE channel_id = $1 \
        ORDER BY date_utc DESC, post_id DESC LIMIT 1 OFFSET $2";
    let before_first = count.saturating_sub(1) as i64;
    let first: Option<(i64, i64)> =
        on!(tx, |conn| sqlx::query_as(FIRST).bind(channel.id).bind(before_first).fetch_optional(conn))?;
    read(tx, channel, first.unwrap_or((i64::MIN, i64::MIN)), (i64::MAX, i64::MAX), (0, 0), 0).await
}

/// The post and up to [`LOOKBACK_POSTS`] before it, with daily facts of its day and the day before; without posts
/// when there is no such post.
pub async fn post_history(tx: &mut Tx, channel: &Channel, post_id: i64) -> Result<History> {
    const DATE: &str = "SELECT date_utc FROM post WHERE channel_id = $1 AND post_id = $2";
    const LOOKBACK: &str = "SELECT date_utc, post_id FROM post WHERE channel_id = $1 \
        AND (date_utc, post_id) < ($2, $3) ORDER BY date_utc DESC, post_id DESC LIMIT $4";
    let date: Option<i64> =
        on!(tx, |conn| sqlx::query_scalar(DATE).bind(channel.id).bind(post_id).fetch_optional(conn))?;
    let Some(date) = date else {
        return read(tx, channel, (0, 0), (0, 0), (0, 0), 0).await;
    };
    let before: Vec<(i64, i64)> = on!(tx, |conn| sqlx::query_as(LOOKBACK)
        .bind(channel.id)
        .bind(date)
        .bind(post_id)
        .bind(LOOKBACK_POSTS as i64)
        .fetch_all(conn))?;
    let first = before.last().copied().unwrap_or((date, post_id));
    read(tx, channel, first, (date, post_id.saturating_add(1)), (date, date + 1), TEXT_BEGINNING_CHARS).await
}

/// Posts in `first <= (date_utc, post_id) < end`, with so many characters of their texts.
async fn read(
    tx: &mut Tx,
    channel: &Channel,
    first: (i64, i64),
    end: (i64, i64),
    days: (i64, i64),
    text_chars: i64,
) -> Result<History> {
    let mut posts = PostColumns::default();
    let mut readings = ViewReadings { offsets: vec![0], ..ViewReadings::default() };
    let (first_day, last_day) = (add_days(utc_day(days.0), -1), utc_day(days.1));
    let (daily, sources) = match tx {
        Tx::Sqlite(inner) => {
            post_pages::read(inner, channel.id, first, end, text_chars, &mut posts, &mut readings).await?;
            let daily = fact_pages::daily(inner, channel.id, first_day, last_day).await?;
            (daily, fact_pages::sources(inner, channel.id, first_day, last_day).await?)
        }
        Tx::Postgres(inner) => {
            read_rows(inner, channel.id, first, end, text_chars, &mut posts, &mut readings).await?;
            let daily = collect::list_daily(tx, channel.id, first_day, last_day).await?;
            (daily, collect::list_sources(tx, channel.id, first_day, last_day).await?)
        }
    };
    let link_joins = collect::member_changes::list_link_joins(tx, channel.id, first_day, last_day).await?;
    let as_of = as_of(tx, channel.id).await?;
    Ok(History { channel: channel.clone(), as_of, posts, readings, daily, sources, link_joins })
}

/// Appends the posts row by row: rows come from a socket in one go.
async fn read_rows(
    conn: &mut PgConnection,
    channel: ChannelId,
    first: (i64, i64),
    end: (i64, i64),
    text_chars: i64,
    posts: &mut PostColumns,
    readings: &mut ViewReadings,
) -> Result<()> {
    // the bare bounds of date_utc are implied by those of the pair; with them both planners walk the index
    const SQL: &str = "SELECT p.post_id, p.date_utc, p.views, p.forwards, p.reactions, p.replies, p.counted_at, \
        p.media_type, p.source, p.text_chars, substr(p.text, 1, $6) AS text, p.hashtags, s.series \
        FROM post p LEFT JOIN snapshot_series s ON s.channel_id = p.channel_id AND s.post_id = p.post_id \
        WHERE p.channel_id = $1 AND p.date_utc >= $2 AND p.date_utc <= $4 \
        AND (p.date_utc, p.post_id) >= ($2, $3) AND (p.date_utc, p.post_id) < ($4, $5) \
        ORDER BY p.date_utc, p.post_id";
    let rows: Vec<Row> = sqlx::query_as(SQL)
        .bind(channel)
        .bind(first.0)
        .bind(first.1)
        .bind(end.0)
        .bind(end.1)
        .bind(text_chars as i32)
        .fetch_all(conn)
        .await?;
    for row in rows {
        if let Some(bytes) = row.series {
            series::decode_views(&bytes, &mut readings.at, &mut readings.views)
                .map_err(|problem| collect::damaged(channel, row.post_id, problem))?;
        }
        readings.offsets.push(readings.at.len());
        posts.post_id.push(row.post_id);
        posts.date_utc.push(row.date_utc);
        posts.views.push(row.views);
        posts.forwards.push(row.forwards);
        posts.reactions.push(row.reactions);
        posts.replies.push(row.replies);
        posts.counted_at.push(row.counted_at);
        posts.media_type.push(row.media_type);
        posts.source.push(row.source);
        posts.text_chars.push(u32::try_from(row.text_chars).unwrap_or(u32::MAX));
        posts.text.push(row.text.unwrap_or_default());
        posts.hashtags.push(row.hashtags.map(|tags| tags.split(' ').map(str::to_owned).collect()).unwrap_or_default());
    }
    Ok(())
}

fn utc_day(at: i64) -> Date {
    let at = at.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(at).unwrap_or_default().to_zoned(TimeZone::UTC).date()
}

/// The post with its whole text.
pub async fn find_post(tx: &mut Tx, channel: ChannelId, post_id: i64) -> Result<Option<PostFacts>> {
    Ok(collect::find_posts(tx, channel, std::iter::once(post_id)).await?.remove(&post_id))
}

/// All snapshots of a post, in time order; empty without any.
pub async fn snapshots(tx: &mut Tx, channel: ChannelId, post_id: i64) -> Result<Vec<Snapshot>> {
    Ok(collect::find_series(tx, channel, std::iter::once(post_id)).await?.remove(&post_id).unwrap_or_default())
}

/// When the channel's newest snapshot was taken, unix seconds.
pub async fn as_of(tx: &mut Tx, channel: ChannelId) -> Result<Option<i64>> {
    const SQL: &str = "SELECT as_of FROM data_version WHERE channel_id = $1";
    let found: Option<Option<i64>> = on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).fetch_optional(conn))?;
    Ok(found.flatten())
}

/// The channel's data version and when it changed last (unix seconds); `(0, 0)` while nothing was ever written.
pub async fn data_version(tx: &mut Tx, channel: ChannelId) -> Result<(i64, i64)> {
    const SQL: &str = "SELECT version, changed_at FROM data_version WHERE channel_id = $1";
    let found = on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_optional(conn))?;
    Ok(found.unwrap_or((0, 0)))
}

#[cfg(test)]
mod tests {
    use domain::analytics::history::{DailyFact, SourceFact};
    use domain::posts::Counters;
    use jiff::civil::date;

    use super::*;
    use crate::both_dbs;
    use crate::collect::tests::{channel, fill, post};
    use crate::collect::{
        Series, list_daily, list_sources, merge_snapshots, upsert_daily, upsert_posts, upsert_sources,
    };

    fn midnight(day: Date) -> i64 {
        day.to_zoned(TimeZone::UTC).unwrap().timestamp().as_second()
    }

    both_dbs! {
        async fn a_history_has_the_window_and_the_posts_before(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            fill(&mut tx, channel.id, 50).await;
            let date = |id| post(id).date_utc;
            let history = history(&mut tx, &channel, date(41), date(45)).await.unwrap();
            assert_eq!(history.posts.post_id, (11..45).collect::<Vec<_>>());
            assert_eq!(history.posts.views[0], Some(21));
            assert_eq!(history.posts.text[0], "#Новости пост 11");
            assert_eq!(history.posts.text_chars[0], 16);
            assert_eq!(history.posts.hashtags[0], ["новости"]);
            assert_eq!(history.posts.media_type[0], Some(MediaType::VideoNote));
            assert_eq!(history.readings.of(33).1, [10, 54]);
            assert_eq!(history.as_of, history.posts.counted_at[0]);
        }

        async fn facts_of_the_days_come_as_they_are_listed(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            let (first, last) = (date(2026, 1, 1), date(2026, 1, 4));
            assert_eq!(history(&mut tx, &channel, midnight(last), midnight(last)).await.unwrap().sources, []);
            let told_by = |source, day| DailyFact { left: Some(0), ..DailyFact::told_by(source, day) };
            let daily = [
                DailyFact { subscribers: Some(9), ..told_by(Source::Imported, first) },
                DailyFact { notifications_on: Some(-1), joined: Some(7), ..told_by(Source::Official, last) },
                told_by(Source::Official, date(2026, 1, 5)),
            ];
            upsert_daily(&mut tx, channel.id, &daily).await.unwrap();
            let sources = ["followers", "", "из поиска", "odd\u{1e}one\u{1f}"].map(|origin| SourceFact {
                day: last,
                origin: origin.to_owned(),
                views: (origin != "followers").then_some(12),
                source: Source::Imported,
            });
            upsert_sources(&mut tx, channel.id, &sources).await.unwrap();
            let found = history(&mut tx, &channel, midnight(last), midnight(last)).await.unwrap();
            assert_eq!(found.daily, list_daily(&mut tx, channel.id, date(2026, 1, 3), last).await.unwrap());
            assert_eq!(found.daily.len(), 1);
            assert_eq!(found.sources, list_sources(&mut tx, channel.id, first, last).await.unwrap());
            assert_eq!(found.sources.len(), 4);
        }

        async fn a_post_comes_with_the_posts_before_it(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            fill(&mut tx, channel.id, 40).await;
            let found = post_history(&mut tx, &channel, 33).await.unwrap();
            assert_eq!(found.posts.post_id, (3..=33).collect::<Vec<_>>());
            assert!(post_history(&mut tx, &channel, 99).await.unwrap().posts.is_empty());
        }

        async fn the_newest_posts_come_without_texts(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            assert!(newest_history(&mut tx, &channel, 5).await.unwrap().posts.is_empty());
            fill(&mut tx, channel.id, 9).await;
            let newest = newest_history(&mut tx, &channel, 5).await.unwrap();
            assert_eq!(newest.posts.post_id, (5..=9).collect::<Vec<_>>());
            assert_eq!((newest.posts.text[0].as_str(), newest.readings.of(0).1), ("", [10, 15].as_slice()));
            assert_eq!(newest_history(&mut tx, &channel, 50).await.unwrap().posts.len(), 9);
        }

        async fn more_posts_than_a_page_come_in_order_each_once(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            let posts: Vec<_> = (1..=9_000).map(|id| PostFacts { date_utc: 1_000 + id / 7, ..post(id) }).collect();
            for chunk in posts.chunks(1_000) {
                upsert_posts(&mut tx, channel.id, chunk).await.unwrap();
            }
            let history = history(&mut tx, &channel, 0, i64::MAX).await.unwrap();
            assert_eq!(history.posts.post_id, (1..=9_000).collect::<Vec<_>>());
            assert!(history.posts.text.iter().zip(&posts).all(|(text, post)| Some(text) == post.text.as_ref()));
            assert!(history.posts.views.iter().all(Option::is_none), "nothing was counted");
        }

        async fn readings_without_views_are_left_out(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            upsert_posts(&mut tx, channel.id, &[post(1), post(2)]).await.unwrap();
            let reading = |at, views| Snapshot { at, counters: Counters { views, replies: Some(1), ..Counters::default() } };
            let snapshots = vec![reading(1, None), reading(2, Some(9)), reading(3, None)];
            merge_snapshots(&mut tx, channel.id, &[Series { post_id: 1, snapshots }]).await.unwrap();
            let history = history(&mut tx, &channel, 0, i64::MAX).await.unwrap();
            assert_eq!(history.readings.of(0), ([2_i64].as_slice(), [9_i64].as_slice()));
            assert_eq!(history.readings.of(1).0, [0_i64; 0]);
        }
    }
}
