//! What changed, in order: written in the transaction of the change ([`crate::collect::bump`]), read by live updates.

use domain::ids::ChannelId;
use sqlx::postgres::PgListener;

use crate::{Db, Result, Tx, committed, execute, on};

/// Postgres' name for the news that there are events.
const CHANNEL: &str = "analyticbot_outbox";

/// Rings when there may be new events. On Postgres whoever writes one rings it, in whatever process, with the commit
/// (`NOTIFY`); on SQLite only commits of this process do, so that other processes' events have to be looked for.
pub enum Bell {
    Sqlite,
    /// a connection of its own
    Postgres(Box<PgListener>),
}

impl Bell {
    pub async fn hang(db: &Db) -> Result<Self> {
        let Some(url) = db.postgres_url() else { return Ok(Self::Sqlite) };
        let mut listener = PgListener::connect(url).await?;
        // who hangs the bell up again has to look anyway
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Self::Postgres(Box::new(listener)))
    }

    /// Whether it rings for what other processes write, too.
    pub fn hears_everybody(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Over when it rings; an error means that it fell down and is to be hung again. May be dropped while it waits.
    pub async fn rung(&mut self) -> Result<()> {
        match self {
            Self::Sqlite => committed().await,
            Self::Postgres(listener) => {
                if listener.try_recv().await?.is_none() {
                    return Err(crate::Error::Unreachable("the connection that listens was closed".to_owned()));
                }
                while listener.next_buffered().is_some() {}
            }
        }
        Ok(())
    }
}

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
    const RING: &str = "SELECT pg_notify($1, '')";
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(version).bind(now).execute(conn))?;
    if let Tx::Postgres(inner) = tx {
        sqlx::query(RING).bind(CHANNEL).execute(&mut **inner).await?;
    }
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::both_dbs;
    use crate::collect::bump;
    use crate::collect::tests::channel;

    const NOW: i64 = 1_760_000_000;
    const SOON: Duration = Duration::from_secs(20);

    both_dbs! {
        async fn the_bell_rings_with_the_commit(db: &Db) {
            let mut bell = Bell::hang(db).await.unwrap();
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            bump(&mut tx, channel.id, NOW).await.unwrap();
            // rung before the commit it would be of no use
            let rung = std::pin::pin!(bell.rung());
            let (rung, committed) = tokio::join!(tokio::time::timeout(SOON, rung), tx.commit());
            committed.unwrap();
            rung.expect("in time").unwrap();
            assert_eq!(newest(&mut db.read().await.unwrap()).await.unwrap(), 1);
        }
    }
}
