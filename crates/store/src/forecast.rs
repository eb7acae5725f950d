//! What was forecast of young posts, kept as it was said.

use domain::forecast::ForecastRecord;
use domain::ids::ChannelId;

use crate::{Result, Tx, execute, on};

#[derive(sqlx::FromRow)]
struct Row {
    post_id: i64,
    made_at: i64,
    age_s: i64,
    h: i64,
    views: f64,
    low: f64,
    high: f64,
}

impl From<Row> for ForecastRecord {
    fn from(row: Row) -> Self {
        let Row { post_id, made_at, age_s, h, views, low, high } = row;
        Self { post_id, made_at, age_s, h: u32::try_from(h).unwrap_or(u32::MAX), views, low, high }
    }
}

/// Keeps forecasts that stand for the age `at_age_h`; what was said first of a post at an age and about an age stays.
/// How many are new.
pub async fn insert(tx: &mut Tx, channel: ChannelId, at_age_h: u32, records: &[ForecastRecord]) -> Result<u64> {
    const SQL: &str = "INSERT INTO forecast (channel_id, post_id, at_age_h, h, made_at, age_s, views, low, high) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (channel_id, post_id, at_age_h, h) DO NOTHING";
    let mut inserted = 0;
    for record in records {
        inserted += execute!(tx, |conn| sqlx::query(SQL)
            .bind(channel)
            .bind(record.post_id)
            .bind(i64::from(at_age_h))
            .bind(i64::from(record.h))
            .bind(record.made_at)
            .bind(record.age_s)
            .bind(record.views)
            .bind(record.low)
            .bind(record.high)
            .execute(conn))?;
    }
    Ok(inserted)
}

/// Posts and the ages they were forecast at since `made_at` (unix seconds), each pair once.
pub async fn list_ages(tx: &mut Tx, channel: ChannelId, made_at: i64) -> Result<Vec<(i64, i64)>> {
    const SQL: &str = "SELECT DISTINCT post_id, at_age_h FROM forecast WHERE channel_id = $1 AND made_at >= $2 \
        ORDER BY post_id, at_age_h";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(made_at).fetch_all(conn))
}

/// The newest `limit` forecasts.
pub async fn list(tx: &mut Tx, channel: ChannelId, limit: i64) -> Result<Vec<ForecastRecord>> {
    const SQL: &str = "SELECT post_id, made_at, age_s, h, views, low, high FROM forecast WHERE channel_id = $1 \
        ORDER BY made_at DESC, post_id DESC, at_age_h, h LIMIT $2";
    let rows: Vec<Row> = on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(limit).fetch_all(conn))?;
    Ok(rows.into_iter().map(ForecastRecord::from).collect())
}

/// Removes forecasts made before `at` (unix seconds), of up to `limit` posts; how many rows went.
pub async fn delete_before(tx: &mut Tx, channel: ChannelId, at: i64, limit: i64) -> Result<u64> {
    const SQL: &str = "DELETE FROM forecast WHERE channel_id = $1 AND made_at < $2 AND post_id IN \
        (SELECT post_id FROM forecast WHERE channel_id = $1 AND made_at < $2 ORDER BY post_id LIMIT $3)";
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(at).bind(limit).execute(conn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::tests::channel;
    use crate::{both_dbs, channels, maintenance};

    fn record(post_id: i64, made_at: i64, h: u32) -> ForecastRecord {
        ForecastRecord { post_id, made_at, age_s: 3600, h, views: 100.5, low: 80.0, high: 130.0 }
    }

    both_dbs! {
        async fn what_was_said_first_stays(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            assert_eq!(insert(&mut tx, channel, 1, &[record(1, 10, 24), record(1, 10, 48)]).await.unwrap(), 2);
            let again = ForecastRecord { views: 1.0, ..record(1, 20, 24) };
            assert_eq!(insert(&mut tx, channel, 1, &[again]).await.unwrap(), 0);
            assert_eq!(insert(&mut tx, channel, 3, &[record(1, 30, 24)]).await.unwrap(), 1);
            let listed = list(&mut tx, channel, 10).await.unwrap();
            assert_eq!(listed, [record(1, 30, 24), record(1, 10, 24), record(1, 10, 48)]);
            assert_eq!(list(&mut tx, channel, 1).await.unwrap().len(), 1);
            assert_eq!(list_ages(&mut tx, channel, 0).await.unwrap(), [(1, 1), (1, 3)]);
            assert_eq!(list_ages(&mut tx, channel, 30).await.unwrap(), [(1, 3)]);
        }

        async fn old_ones_go_and_all_go_with_the_channel(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            for post in 1..=5 {
                insert(&mut tx, channel, 1, &[record(post, post * 10, 24)]).await.unwrap();
            }
            assert_eq!(delete_before(&mut tx, channel, 30, 1).await.unwrap(), 1);
            assert_eq!(delete_before(&mut tx, channel, 30, 10).await.unwrap(), 1);
            assert_eq!(delete_before(&mut tx, channel, 30, 10).await.unwrap(), 0);
            channels::hide(&mut tx, channel, 2).await.unwrap();
            while !channels::delete_rows(&mut tx, channel, 2).await.unwrap() {}
            let left = maintenance::row_counts(&mut tx).await.unwrap();
            assert!(left.contains(&("forecast".to_owned(), 0)), "{left:?}");
        }
    }
}
