//! Messages that are no more. What was measured of them stays.

use domain::ids::ChannelId;

use crate::{Result, Tx, execute, on};

/// `false`: it was known.
pub async fn note(tx: &mut Tx, channel: ChannelId, message_id: i64, now: i64) -> Result<bool> {
    const SQL: &str = "INSERT INTO channel_deletion (channel_id, message_id, noticed_at) VALUES ($1, $2, $3) \
        ON CONFLICT (channel_id, message_id) DO NOTHING";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(message_id).bind(now).execute(conn))? > 0)
}

/// Message and when it was noticed (unix seconds), by message.
pub async fn list(tx: &mut Tx, channel: ChannelId) -> Result<Vec<(i64, i64)>> {
    const SQL: &str = "SELECT message_id, noticed_at FROM channel_deletion WHERE channel_id = $1 ORDER BY message_id";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_all(conn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both_dbs;
    use crate::collect::tests::channel;

    both_dbs! {
        async fn a_deletion_is_noticed_once(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            assert!(note(&mut tx, channel, 5, 10).await.unwrap());
            assert!(!note(&mut tx, channel, 5, 20).await.unwrap());
            assert_eq!(list(&mut tx, channel).await.unwrap(), [(5, 10)]);
        }
    }
}
