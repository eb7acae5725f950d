//! What changed, in order: written in the transaction of the change ([`crate::collect::bump`]), read by live updates.

use domain::ids::ChannelId;

use crate::{Result, Tx, execute, on};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Event {
    /// ascending
    pub id: i64,
    pub channel_id: ChannelId,
    /// the channel's data version from this change on
    pub version: i64,
    /// unix seconds
    pub at: i64,
}

pub(crate) async fn insert(tx: &mut Tx, channel: ChannelId, version: i64, now: i64) -> Result<()> {
    const SQL: &str = "INSERT INTO outbox_event (channel_id, version, at) VALUES ($1, $2, $3)";
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(version).bind(now).execute(conn))?;
    Ok(())
}

/// Events after `id`, oldest first.
pub async fn list_after(tx: &mut Tx, id: i64, limit: i64) -> Result<Vec<Event>> {
    const SQL: &str = "SELECT id, channel_id, version, at FROM outbox_event WHERE id > $1 ORDER BY id LIMIT $2";
    on!(tx, |conn| sqlx::query_as(SQL).bind(id).bind(limit).fetch_all(conn))
}

/// Id of the newest event, 0 without any: where a new listener starts.
pub async fn newest(tx: &mut Tx) -> Result<i64> {
    const SQL: &str = "SELECT COALESCE(MAX(id), 0) FROM outbox_event";
    on!(tx, |conn| sqlx::query_scalar(SQL).fetch_one(conn))
}

/// Removes events older than `at`; how many there were.
pub async fn delete_before(tx: &mut Tx, at: i64) -> Result<u64> {
    const SQL: &str = "DELETE FROM outbox_event WHERE at < $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(at).execute(conn))
}
