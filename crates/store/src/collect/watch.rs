//! Young posts, whose counters are read at the ages of `domain::collect::snapshot_schedule`.

use domain::collect::snapshot_schedule::Watched;
use domain::ids::ChannelId;

use crate::{Result, Tx, execute, on};

#[derive(sqlx::FromRow)]
struct Row {
    post_id: i64,
    ids: i64,
    date_utc: i64,
    read_at: i64,
}

impl From<Row> for Watched {
    fn from(row: Row) -> Self {
        Self {
            post_id: row.post_id,
            ids: usize::try_from(row.ids).unwrap_or(1),
            date: row.date_utc,
            read_at: row.read_at,
        }
    }
}

/// Watches a post from now on, or notes that it was read. One that is to be read no more is forgotten.
pub async fn note(tx: &mut Tx, channel: ChannelId, post: &Watched) -> Result<()> {
    const SQL: &str = "INSERT INTO channel_watch (channel_id, post_id, ids, date_utc, read_at, next_at, forwards_at) \
        VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (channel_id, post_id) DO UPDATE SET ids = excluded.ids, \
            date_utc = excluded.date_utc, read_at = excluded.read_at, next_at = excluded.next_at";
    let Some(next_at) = post.next_at() else { return forget(tx, channel, post.post_id).await };
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(post.post_id)
        .bind(post.ids as i64)
        .bind(post.date)
        .bind(post.read_at)
        .bind(next_at)
        .execute(conn))?;
    Ok(())
}

pub async fn forget(tx: &mut Tx, channel: ChannelId, post_id: i64) -> Result<()> {
    const SQL: &str = "DELETE FROM channel_watch WHERE channel_id = $1 AND post_id = $2";
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(post_id).execute(conn))?;
    Ok(())
}

/// All that are watched, by post.
pub async fn list(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Watched>> {
    const SQL: &str =
        "SELECT post_id, ids, date_utc, read_at FROM channel_watch WHERE channel_id = $1 ORDER BY post_id";
    let rows: Vec<Row> = on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_all(conn))?;
    Ok(rows.into_iter().map(Watched::from).collect())
}

/// When the next reading is due, unix seconds; `None`: nothing is watched.
pub async fn next_at(tx: &mut Tx, channel: ChannelId) -> Result<Option<i64>> {
    const SQL: &str = "SELECT MIN(next_at) FROM channel_watch WHERE channel_id = $1";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).fetch_one(conn))
}

/// The watched post of at least `age_s` seconds that was not asked about its forwards for `every_s`; the longest
/// overdue.
pub async fn next_forwards(tx: &mut Tx, channel: ChannelId, now: i64, age_s: i64, every_s: i64) -> Result<Option<i64>> {
    const SQL: &str = "SELECT post_id FROM channel_watch WHERE channel_id = $1 AND date_utc <= $2 AND forwards_at <= $3 \
        ORDER BY forwards_at, post_id LIMIT 1";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).bind(now - age_s).bind(now - every_s).fetch_optional(conn))
}

pub async fn note_forwards(tx: &mut Tx, channel: ChannelId, post_id: i64, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE channel_watch SET forwards_at = $3 WHERE channel_id = $1 AND post_id = $2";
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(post_id).bind(now).execute(conn))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both_dbs;
    use crate::collect::tests::channel;

    const NOW: i64 = 1_760_000_000;

    both_dbs! {
        async fn a_post_is_watched_until_its_last_reading(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let young = Watched { post_id: 5, ids: 3, date: NOW, read_at: NOW };
            note(&mut tx, channel, &young).await.unwrap();
            assert_eq!(list(&mut tx, channel).await.unwrap(), [young]);
            assert_eq!(next_at(&mut tx, channel).await.unwrap(), Some(NOW + 600));
            let read = Watched { read_at: NOW + 600, ..young };
            note(&mut tx, channel, &read).await.unwrap();
            assert_eq!(next_at(&mut tx, channel).await.unwrap(), Some(NOW + 1_800));
            note(&mut tx, channel, &Watched { read_at: NOW + 700_000, ..young }).await.unwrap();
            assert_eq!((list(&mut tx, channel).await.unwrap(), next_at(&mut tx, channel).await.unwrap()), (Vec::new(), None));
        }

        async fn forwards_are_asked_for_in_turns(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            for post_id in [1, 2] {
                note(&mut tx, channel, &Watched { post_id, ids: 1, date: NOW, read_at: NOW }).await.unwrap();
            }
            assert_eq!(next_forwards(&mut tx, channel, NOW + 3_599, 3_600, 86_400).await.unwrap(), None, "too young");
            assert_eq!(next_forwards(&mut tx, channel, NOW + 3_600, 3_600, 86_400).await.unwrap(), Some(1));
            note_forwards(&mut tx, channel, 1, NOW + 3_600).await.unwrap();
            assert_eq!(next_forwards(&mut tx, channel, NOW + 3_600, 3_600, 86_400).await.unwrap(), Some(2));
            note_forwards(&mut tx, channel, 2, NOW + 3_601).await.unwrap();
            assert_eq!(next_forwards(&mut tx, channel, NOW + 3_602, 3_600, 86_400).await.unwrap(), None);
            note(&mut tx, channel, &Watched { post_id: 1, ids: 1, date: NOW, read_at: NOW + 9 }).await.unwrap();
            assert_eq!(next_forwards(&mut tx, channel, NOW + 90_000, 3_600, 86_400).await.unwrap(), Some(1));
        }
    }
}
