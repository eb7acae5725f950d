//! How far the public page of a channel has been read.

use domain::collect::connection::{Mode, Obstacle};
use domain::collect::unread::Stretch;
use domain::ids::ChannelId;

use crate::{Result, Tx, execute, on};

#[derive(Debug, Clone, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct Progress {
    /// the newest message that was on the page; 0: nothing has been read
    pub newest_id: i64,
    /// when it is looked at again, unix seconds
    pub next_at: i64,
    /// when the posts of the last days were read again, unix seconds
    pub days_read_at: i64,
    /// the same of the last weeks
    pub weeks_read_at: i64,
    /// of the newest page
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// `None`: the page was never read.
pub async fn find(tx: &mut Tx, channel: ChannelId) -> Result<Option<Progress>> {
    const SQL: &str = "SELECT newest_id, next_at, days_read_at, weeks_read_at, etag, last_modified \
        FROM preview_progress WHERE channel_id = $1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_optional(conn))
}

pub async fn upsert(tx: &mut Tx, channel: ChannelId, progress: &Progress) -> Result<()> {
    const SQL: &str = "INSERT INTO preview_progress (channel_id, newest_id, next_at, days_read_at, weeks_read_at, etag, \
            last_modified) VALUES ($1, $2, $3, $4, $5, $6, $7) \
        ON CONFLICT (channel_id) DO UPDATE SET newest_id = excluded.newest_id, next_at = excluded.next_at, \
            days_read_at = excluded.days_read_at, weeks_read_at = excluded.weeks_read_at, etag = excluded.etag, \
            last_modified = excluded.last_modified";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(progress.newest_id)
        .bind(progress.next_at)
        .bind(progress.days_read_at)
        .bind(progress.weeks_read_at)
        .bind(&progress.etag)
        .bind(&progress.last_modified)
        .execute(conn))?;
    Ok(())
}

/// What has not been read yet, newest first.
pub async fn list_unread(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Stretch>> {
    const SQL: &str = "SELECT after_id AS \"after\", before_id AS \"before\" FROM preview_unread \
        WHERE channel_id = $1 ORDER BY before_id DESC";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_all(conn))
}

/// Puts these in the place of those that were there.
pub async fn replace_unread(tx: &mut Tx, channel: ChannelId, unread: &[Stretch]) -> Result<()> {
    const DELETE: &str = "DELETE FROM preview_unread WHERE channel_id = $1";
    const INSERT: &str = "INSERT INTO preview_unread (channel_id, after_id, before_id) VALUES ($1, $2, $3)";
    execute!(tx, |conn| sqlx::query(DELETE).bind(channel).execute(conn))?;
    // a channel has one or two of them
    for stretch in unread {
        execute!(tx, |conn| sqlx::query(INSERT).bind(channel).bind(stretch.after).bind(stretch.before).execute(conn))?;
    }
    Ok(())
}

/// The channels collected by their public page whose time has come, the longest overdue first, of whatever workspace.
pub async fn list_due(tx: &mut Tx, now: i64) -> Result<Vec<ChannelId>> {
    const SQL: &str = "SELECT c.channel_id FROM channel_connection c JOIN channel ON channel.id = c.channel_id \
        LEFT JOIN preview_progress p ON p.channel_id = c.channel_id \
        WHERE c.mode = $2 AND channel.deleted_at IS NULL AND COALESCE(p.next_at, 0) <= $1 \
        ORDER BY COALESCE(p.next_at, 0), c.channel_id";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(now).bind(Mode::Preview).fetch_all(conn))
}

/// Whether Telegram has asked us to wait for longer than `now`.
pub async fn waits(tx: &mut Tx, now: i64) -> Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM channel_connection \
        WHERE mode = $2 AND obstacle = $3 AND obstacle_until > $1";
    let waiting: i64 = on!(tx, |conn| sqlx::query_scalar(SQL)
        .bind(now)
        .bind(Mode::Preview)
        .bind(Obstacle::FloodWait)
        .fetch_one(conn))?;
    Ok(waiting > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both_dbs;
    use crate::collect::connections;
    use crate::collect::tests::channel;

    both_dbs! {
        async fn progress_is_kept_and_goes_with_its_channel(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            assert_eq!(find(&mut tx, channel.id).await.unwrap(), None);
            let first = Progress { newest_id: 40, next_at: 5, etag: Some("\"a\"".to_owned()), ..Progress::default() };
            upsert(&mut tx, channel.id, &first).await.unwrap();
            let second = Progress { newest_id: 60, days_read_at: 7, weeks_read_at: 3, etag: None, ..first };
            upsert(&mut tx, channel.id, &second).await.unwrap();
            assert_eq!(find(&mut tx, channel.id).await.unwrap(), Some(second));
            let stretches = [Stretch { after: 40, before: 55 }, Stretch { after: 0, before: 20 }];
            replace_unread(&mut tx, channel.id, &[stretches[1], stretches[0]]).await.unwrap();
            assert_eq!(list_unread(&mut tx, channel.id).await.unwrap(), stretches);
            replace_unread(&mut tx, channel.id, &stretches[1..]).await.unwrap();
            assert_eq!(list_unread(&mut tx, channel.id).await.unwrap(), stretches[1..]);
        }

        async fn whose_time_has_come_is_due_unless_telegram_asks_to_wait(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            assert_eq!(list_due(&mut tx, 100).await.unwrap(), []);
            connections::insert(&mut tx, channel.id, Mode::Preview, None, 1).await.unwrap();
            assert_eq!(list_due(&mut tx, 100).await.unwrap(), [channel.id], "a new one at once");
            upsert(&mut tx, channel.id, &Progress { next_at: 101, ..Progress::default() }).await.unwrap();
            assert_eq!(list_due(&mut tx, 100).await.unwrap(), []);
            assert_eq!(list_due(&mut tx, 101).await.unwrap(), [channel.id]);
            assert!(!waits(&mut tx, 100).await.unwrap());
            connections::blocked(&mut tx, channel.id, Mode::Preview, Obstacle::FloodWait, Some(105)).await.unwrap();
            assert!(waits(&mut tx, 104).await.unwrap() && !waits(&mut tx, 105).await.unwrap());
        }
    }
}
