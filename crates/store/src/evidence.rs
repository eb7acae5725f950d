//! What the backtests of a channel came to: the newest run of each kind, as JSON that `services` reads and writes.

use domain::ids::ChannelId;

use crate::{Result, Tx, execute, on};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Evidence {
    /// `best_time.` and the objective, or `forecast`
    pub kind: String,
    /// JSON
    pub report: String,
    /// unix seconds
    pub made_at: i64,
    /// data version it was made of
    pub version: i64,
}

/// Takes the place of the last run of the kind.
pub async fn set(tx: &mut Tx, channel: ChannelId, evidence: &Evidence) -> Result<()> {
    const SQL: &str = "INSERT INTO backtest_evidence (channel_id, kind, report, made_at, version) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (channel_id, kind) DO UPDATE SET report = excluded.report, \
        made_at = excluded.made_at, version = excluded.version";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(&evidence.kind)
        .bind(&evidence.report)
        .bind(evidence.made_at)
        .bind(evidence.version)
        .execute(conn))?;
    Ok(())
}

/// By kind.
pub async fn list(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Evidence>> {
    const SQL: &str =
        "SELECT kind, report, made_at, version FROM backtest_evidence WHERE channel_id = $1 ORDER BY kind";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_all(conn))
}

pub async fn find(tx: &mut Tx, channel: ChannelId, kind: &str) -> Result<Option<Evidence>> {
    const SQL: &str =
        "SELECT kind, report, made_at, version FROM backtest_evidence WHERE channel_id = $1 AND kind = $2";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(kind).fetch_optional(conn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::tests::channel;
    use crate::{both_dbs, channels, maintenance};

    both_dbs! {
        async fn the_newest_run_of_a_kind_stays_until_the_channel_goes(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let run = |kind: &str, version| Evidence { kind: kind.to_owned(), report: "{}".to_owned(), made_at: 1, version };
            for evidence in [run("forecast", 1), run("best_time.total", 1), run("best_time.total", 2)] {
                set(&mut tx, channel, &evidence).await.unwrap();
            }
            assert_eq!(list(&mut tx, channel).await.unwrap(), [run("best_time.total", 2), run("forecast", 1)]);
            assert_eq!(find(&mut tx, channel, "forecast").await.unwrap(), Some(run("forecast", 1)));
            assert_eq!(find(&mut tx, channel, "best_time.3h").await.unwrap(), None);
            channels::hide(&mut tx, channel, 2).await.unwrap();
            while !channels::delete_rows(&mut tx, channel, 10).await.unwrap() {}
            let left = maintenance::row_counts(&mut tx).await.unwrap();
            assert!(left.contains(&("backtest_evidence".to_owned(), 0)), "{left:?}");
        }
    }
}
