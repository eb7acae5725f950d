//! Trimming what a workspace no longer wants to keep, a bounded batch a call. Which snapshots of a post go is the
//! caller's choice; what goes leaves its sums behind, by day.

use domain::ids::ChannelId;
use jiff::civil::Date;

use crate::collect::{Series, add_totals, batch, lock, unpack, write_series};
use crate::{Result, Tx, execute, on, summaries};

/// What stays of a UTC day whose snapshots were trimmed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Summary {
    /// `YYYY-MM-DD`
    pub day: String,
    /// posts whose last snapshot of the day was trimmed
    pub posts: i64,
    /// snapshots trimmed
    pub snapshots: i64,
    /// views the posts gained from each of these snapshots to the one that followed it
    pub views_gained: i64,
}

/// A series of more than one snapshot, the first of them old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trimmable {
    /// when the post was published, unix seconds
    pub date_utc: i64,
    pub series: Series,
}

/// Series that begin before `at`, of posts with an id above `after`, by id.
pub async fn list_trimmable(
    tx: &mut Tx,
    channel: ChannelId,
    at: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<Trimmable>> {
    const SQL: &str = "SELECT s.post_id, p.date_utc, s.series FROM snapshot_series s \
        JOIN post p ON p.channel_id = s.channel_id AND p.post_id = s.post_id \
        WHERE s.channel_id = $1 AND s.post_id > $2 AND s.first_at < $3 AND s.snapshots > 1 \
        ORDER BY s.post_id LIMIT $4";
    lock(tx, channel).await?;
    let rows: Vec<(i64, i64, Vec<u8>)> =
        on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(after).bind(at).bind(limit).fetch_all(conn))?;
    rows.into_iter()
        .map(|(post_id, date_utc, bytes)| {
            Ok(Trimmable { date_utc, series: Series { post_id, snapshots: unpack(channel, post_id, &bytes)? } })
        })
        .collect()
}

/// Writes shortened series, and the sums of the `removed` snapshots.
pub async fn write_trimmed(
    tx: &mut Tx,
    channel: ChannelId,
    shortened: &[Series],
    removed: i64,
    sums: &[Summary],
) -> Result<()> {
    const SUM: &str = "INSERT INTO channel_daily_summary (channel_id, day, posts, snapshots, views_gained) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (channel_id, day) DO UPDATE SET \
        posts = channel_daily_summary.posts + excluded.posts, \
        snapshots = channel_daily_summary.snapshots + excluded.snapshots, \
        views_gained = channel_daily_summary.views_gained + excluded.views_gained";
    for sum in sums {
        execute!(tx, |conn| sqlx::query(SUM)
            .bind(channel)
            .bind(&sum.day)
            .bind(sum.posts)
            .bind(sum.snapshots)
            .bind(sum.views_gained)
            .execute(conn))?;
    }
    for batch in shortened.chunks(batch::ROWS) {
        write_series(tx, channel, batch).await?;
    }
    add_totals(tx, channel, 0, -removed, None).await
}

/// The sums left behind, by day.
pub async fn list_summaries(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Summary>> {
    const SQL: &str = "SELECT day, posts, snapshots, views_gained FROM channel_daily_summary \
        WHERE channel_id = $1 ORDER BY day";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_all(conn))
}

/// Removes daily facts, sources and sums of days before `day`, of up to `limit` days each; how many rows went.
pub async fn delete_daily_before(tx: &mut Tx, channel: ChannelId, day: Date, limit: i64) -> Result<u64> {
    const BATCHES: [&str; 3] = [
        "DELETE FROM channel_daily WHERE channel_id = $1 AND day IN \
            (SELECT day FROM channel_daily WHERE channel_id = $1 AND day < $2 ORDER BY day LIMIT $3)",
        "DELETE FROM channel_source_daily WHERE channel_id = $1 AND day IN \
            (SELECT DISTINCT day FROM channel_source_daily WHERE channel_id = $1 AND day < $2 ORDER BY day LIMIT $3)",
        "DELETE FROM channel_daily_summary WHERE channel_id = $1 AND day IN \
            (SELECT day FROM channel_daily_summary WHERE channel_id = $1 AND day < $2 ORDER BY day LIMIT $3)",
    ];
    const DAYS: &str = "SELECT day FROM channel_daily WHERE channel_id = $1 AND day < $2 ORDER BY day LIMIT $3";
    let day = day.to_string();
    let going: Vec<String> =
        on!(tx, |conn| sqlx::query_scalar(DAYS).bind(channel).bind(&day).bind(limit).fetch_all(conn))?;
    // one that is not a day is of no period
    let going = going.iter().filter_map(|day| Some(summaries::day_number(day.parse().ok()?))).collect();
    summaries::mark(tx, channel, &going).await?;
    let mut removed = 0;
    for batch in BATCHES {
        removed += execute!(tx, |conn| sqlx::query(batch).bind(channel).bind(&day).bind(limit).execute(conn))?;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use domain::analytics::history::DailyFact;
    use domain::posts::Source;

    use super::*;
    use crate::collect::tests::{channel, fill};
    use crate::{analytics, both_dbs, channels, collect};

    both_dbs! {
        async fn trimmed_series_leave_their_sums(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            fill(&mut tx, channel.id, 3).await;
            let all = list_trimmable(&mut tx, channel.id, i64::MAX, 1, 10).await.unwrap();
            assert_eq!(all.iter().map(|old| old.series.post_id).collect::<Vec<_>>(), [2, 3]);
            let posts = collect::find_posts(&mut tx, channel.id, [2, 3].into_iter()).await.unwrap();
            assert!(all.iter().all(|old| posts.values().any(|p| (p.post_id, p.date_utc) == (old.series.post_id, old.date_utc))));
            assert_eq!(list_trimmable(&mut tx, channel.id, 0, 0, 10).await.unwrap(), []);
            let shortened: Vec<_> =
                all.into_iter().map(|Trimmable { series: s, .. }| Series { post_id: s.post_id, snapshots: s.snapshots[1..].to_vec() }).collect();
            let sum = Summary { day: "2025-10-09".to_owned(), posts: 2, snapshots: 2, views_gained: 5 };
            write_trimmed(&mut tx, channel.id, &shortened, 2, std::slice::from_ref(&sum)).await.unwrap();
            write_trimmed(&mut tx, channel.id, &[], 0, &[sum]).await.unwrap();
            assert_eq!(list_trimmable(&mut tx, channel.id, i64::MAX, 1, 10).await.unwrap(), []);
            assert_eq!(analytics::snapshots(&mut tx, channel.id, 3).await.unwrap(), shortened[1].snapshots);
            assert_eq!(channels::counts(&mut tx, channel.id).await.unwrap().snapshots, 4);
            let sums = list_summaries(&mut tx, channel.id).await.unwrap();
            assert_eq!((sums.len(), sums[0].posts, sums[0].snapshots, sums[0].views_gained), (1, 4, 4, 10));
        }

        async fn old_days_go_in_batches(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            let days: Vec<_> = (1..=9)
                .map(|day| DailyFact {
                    subscribers: Some(1),
                    ..DailyFact::told_by(Source::Official, jiff::civil::date(2025, 1, day))
                })
                .collect();
            collect::upsert_daily(&mut tx, channel.id, &days).await.unwrap();
            let before = jiff::civil::date(2025, 1, 6);
            assert_eq!(delete_daily_before(&mut tx, channel.id, before, 3).await.unwrap(), 3);
            assert_eq!(delete_daily_before(&mut tx, channel.id, before, 3).await.unwrap(), 2);
            assert_eq!(delete_daily_before(&mut tx, channel.id, before, 3).await.unwrap(), 0);
            assert_eq!(channels::counts(&mut tx, channel.id).await.unwrap().days, 4);
        }
    }
}
