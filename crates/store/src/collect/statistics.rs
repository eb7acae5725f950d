//! Official statistics as they came: kept for ever, so that what is read out of them can be read anew.

use domain::ids::ChannelId;

use crate::{Result, Tx, execute, on};

/// An answer, or a graph's JSON.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Raw {
    /// unix seconds
    pub taken_at: i64,
    /// `broadcast`, or the name of a graph
    pub kind: String,
    /// Telegram's schema of an answer; `None`: JSON
    pub layer: Option<i64>,
    pub raw: Vec<u8>,
}

/// Taken twice in a second, the second stays.
pub async fn insert(tx: &mut Tx, channel: ChannelId, raw: &Raw) -> Result<()> {
    const SQL: &str = "INSERT INTO stats_raw (channel_id, taken_at, kind, layer, raw) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (channel_id, taken_at, kind) DO UPDATE SET layer = excluded.layer, raw = excluded.raw";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(raw.taken_at)
        .bind(&raw.kind)
        .bind(raw.layer)
        .bind(&raw.raw)
        .execute(conn))?;
    Ok(())
}

/// Newest first, then by kind.
pub async fn list(tx: &mut Tx, channel: ChannelId, limit: i64) -> Result<Vec<Raw>> {
    const SQL: &str = "SELECT taken_at, kind, layer, raw FROM stats_raw WHERE channel_id = $1 \
        ORDER BY taken_at DESC, kind LIMIT $2";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(limit).fetch_all(conn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both_dbs;
    use crate::collect::tests::channel;

    both_dbs! {
        async fn answers_are_kept_as_they_came(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let answer = Raw { taken_at: 10, kind: "broadcast".to_owned(), layer: Some(230), raw: vec![0, 255] };
            let graph = Raw { taken_at: 10, kind: "growth".to_owned(), layer: None, raw: b"{}".to_vec() };
            insert(&mut tx, channel, &graph).await.unwrap();
            insert(&mut tx, channel, &Raw { raw: vec![1], ..answer.clone() }).await.unwrap();
            insert(&mut tx, channel, &answer).await.unwrap();
            assert_eq!(list(&mut tx, channel, 10).await.unwrap(), [answer, graph]);
        }
    }
}
