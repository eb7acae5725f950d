//! What Telegram tells a bot: kept before it is answered, claimed with a lease, handled once, one chat in order.

use crate::{Dialect, Result, Tx, execute, on};

/// An update that was just received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub update_id: i64,
    /// updates with the same one are handled one after another
    pub chat_id: i64,
    /// the name of its field, such as `message`
    pub kind: String,
    /// JSON as it came
    pub raw: String,
}

/// An update that a worker holds until its lease runs out.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Claimed {
    pub update_id: i64,
    pub kind: String,
    pub raw: String,
    /// 1 on the first try
    pub tries: i64,
}

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Settled {
    Handled,
    /// of a kind that this program does not know: kept for one that does
    Unknown,
    /// given up
    Failed,
}

/// `false` when it is there already: Telegram repeats what it is not sure about.
pub async fn insert(tx: &mut Tx, bot: i64, update: &Received, now: i64) -> Result<bool> {
    const SQL: &str = "INSERT INTO bot_update (bot_id, update_id, chat_id, kind, raw, state, tries, received_at, run_at) \
        VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6, $6) ON CONFLICT (bot_id, update_id) DO NOTHING";
    let inserted = execute!(tx, |conn| sqlx::query(SQL)
        .bind(bot)
        .bind(update.update_id)
        .bind(update.chat_id)
        .bind(&update.kind)
        .bind(&update.raw)
        .bind(now)
        .execute(conn))?;
    Ok(inserted > 0)
}

/// Whether [`claim`] would find something: a look that does not take the writer's place.
pub async fn any_claimable(tx: &mut Tx, bot: i64, now: i64) -> Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM bot_update WHERE bot_id = $1 \
        AND ((state = 'waiting' AND run_at <= $2) OR (state = 'running' AND leased_until <= $2))";
    let claimable: i64 = on!(tx, |conn| sqlx::query_scalar(SQL).bind(bot).bind(now).fetch_one(conn))?;
    Ok(claimable > 0)
}

/// Takes the oldest open update of up to `limit` chats for `lease_s` seconds, also those whose worker let its lease run
/// out. A chat whose oldest one is being handled, or waits for its time, waits.
pub async fn claim(tx: &mut Tx, bot: i64, worker: &str, now: i64, lease_s: i64, limit: i64) -> Result<Vec<Claimed>> {
    // Postgres skips rows that another worker is claiming; SQLite has one writer at a time anyway
    const SQL: Dialect = Dialect {
        sqlite: "UPDATE bot_update SET state = 'running', worker = $2, leased_until = $3 + $4, tries = tries + 1 \
            WHERE bot_id = $1 AND update_id IN (SELECT update_id FROM bot_update one WHERE bot_id = $1 \
                AND ((state = 'waiting' AND run_at <= $3) OR (state = 'running' AND leased_until <= $3)) \
                AND NOT EXISTS (SELECT 1 FROM bot_update older WHERE older.bot_id = one.bot_id \
                    AND older.chat_id = one.chat_id AND older.update_id < one.update_id \
                    AND older.state IN ('waiting', 'running')) \
                ORDER BY update_id LIMIT $5) \
            RETURNING update_id, kind, raw, tries",
        postgres: "UPDATE bot_update SET state = 'running', worker = $2, leased_until = $3 + $4, tries = tries + 1 \
            WHERE bot_id = $1 AND update_id IN (SELECT update_id FROM bot_update one WHERE bot_id = $1 \
                AND ((state = 'waiting' AND run_at <= $3) OR (state = 'running' AND leased_until <= $3)) \
                AND NOT EXISTS (SELECT 1 FROM bot_update older WHERE older.bot_id = one.bot_id \
                    AND older.chat_id = one.chat_id AND older.update_id < one.update_id \
                    AND older.state IN ('waiting', 'running')) \
                ORDER BY update_id LIMIT $5 FOR UPDATE SKIP LOCKED) \
            RETURNING update_id, kind, raw, tries",
    };
    let sql = SQL.of(tx);
    let mut claimed: Vec<Claimed> =
        on!(tx, |conn| sqlx::query_as(sql).bind(bot).bind(worker).bind(now).bind(lease_s).bind(limit).fetch_all(conn))?;
    // RETURNING promises no order
    claimed.sort_by_key(|update| update.update_id);
    Ok(claimed)
}

/// `false` when the worker lost it meanwhile.
pub async fn settle(
    tx: &mut Tx,
    bot: i64,
    update_id: i64,
    worker: &str,
    outcome: Settled,
    error: Option<&str>,
    now: i64,
) -> Result<bool> {
    const SQL: &str = "UPDATE bot_update SET state = $4, leased_until = NULL, settled_at = $5, last_error = $6 \
        WHERE bot_id = $1 AND update_id = $2 AND worker = $3 AND state = 'running'";
    let settled = execute!(tx, |conn| sqlx::query(SQL)
        .bind(bot)
        .bind(update_id)
        .bind(worker)
        .bind(outcome)
        .bind(now)
        .bind(error)
        .execute(conn))?;
    Ok(settled > 0)
}

/// Another try, not before `run_at` (unix seconds); `false` when the worker lost it meanwhile.
pub async fn retry_at(tx: &mut Tx, bot: i64, update_id: i64, worker: &str, run_at: i64, error: &str) -> Result<bool> {
    const SQL: &str = "UPDATE bot_update SET state = 'waiting', worker = NULL, leased_until = NULL, run_at = $4, \
        last_error = $5 WHERE bot_id = $1 AND update_id = $2 AND worker = $3 AND state = 'running'";
    let waits = execute!(tx, |conn| sqlx::query(SQL)
        .bind(bot)
        .bind(update_id)
        .bind(worker)
        .bind(run_at)
        .bind(error)
        .execute(conn))?;
    Ok(waits > 0)
}

/// Removes what was handled before a moment (unix seconds); unknown and failed ones stay.
pub async fn delete_handled_before(tx: &mut Tx, at: i64) -> Result<u64> {
    const SQL: &str = "DELETE FROM bot_update WHERE state = 'handled' AND settled_at < $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(at).execute(conn))
}

/// How many updates of a bot are in each state, by state.
pub async fn count_by_state(tx: &mut Tx, bot: i64) -> Result<Vec<(String, i64)>> {
    const SQL: &str = "SELECT state, COUNT(*) FROM bot_update WHERE bot_id = $1 GROUP BY state ORDER BY state";
    on!(tx, |conn| sqlx::query_as(SQL).bind(bot).fetch_all(conn))
}

/// Whether `holder` fetches the bot's updates until `until`: it does already, nobody does, or the one who did has
/// let its lease run out.
pub async fn lease_poller(tx: &mut Tx, bot: i64, holder: &str, now: i64, until: i64) -> Result<bool> {
    const SQL: &str = "INSERT INTO bot_poller (bot_id, holder, leased_until) VALUES ($1, $2, $4) \
        ON CONFLICT (bot_id) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until \
        WHERE bot_poller.holder = excluded.holder OR bot_poller.leased_until <= $3";
    let taken = execute!(tx, |conn| sqlx::query(SQL).bind(bot).bind(holder).bind(now).bind(until).execute(conn))?;
    Ok(taken > 0)
}

/// Another may fetch from now on.
pub async fn release_poller(tx: &mut Tx, bot: i64, holder: &str) -> Result<()> {
    const SQL: &str = "DELETE FROM bot_poller WHERE bot_id = $1 AND holder = $2";
    execute!(tx, |conn| sqlx::query(SQL).bind(bot).bind(holder).execute(conn))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both_dbs;

    const NOW: i64 = 1_760_000_000;
    const BOT: i64 = 7;

    fn update(update_id: i64, chat_id: i64) -> Received {
        Received { update_id, chat_id, kind: "message".to_owned(), raw: "{}".to_owned() }
    }

    async fn claimed(tx: &mut Tx, worker: &str, now: i64) -> Vec<i64> {
        let any = any_claimable(tx, BOT, now).await.unwrap();
        let ids: Vec<i64> =
            claim(tx, BOT, worker, now, 60, 10).await.unwrap().iter().map(|update| update.update_id).collect();
        assert!(any || ids.is_empty());
        ids
    }

    both_dbs! {
        async fn one_chat_is_handled_in_order_and_others_beside_it(db: &Db) {
            let mut tx = db.write().await.unwrap();
            for one in [update(1, 5), update(2, 5), update(3, 6)] {
                assert!(insert(&mut tx, BOT, &one, NOW).await.unwrap());
            }
            assert!(!insert(&mut tx, BOT, &update(2, 5), NOW).await.unwrap(), "told twice");
            assert_eq!(claimed(&mut tx, "a", NOW).await, [1, 3]);
            assert_eq!(claimed(&mut tx, "b", NOW).await, Vec::<i64>::new());
            assert!(settle(&mut tx, BOT, 1, "a", Settled::Handled, None, NOW).await.unwrap());
            assert_eq!(claimed(&mut tx, "b", NOW).await, [2]);
            assert!(retry_at(&mut tx, BOT, 2, "b", NOW + 30, "busy").await.unwrap());
            assert_eq!(claimed(&mut tx, "b", NOW + 29).await, Vec::<i64>::new());
            assert_eq!(claimed(&mut tx, "b", NOW + 30).await, [2]);
            // a worker that died: its lease runs out, and what it says later does not count
            assert_eq!(claimed(&mut tx, "c", NOW + 60).await, [3]);
            assert!(!settle(&mut tx, BOT, 3, "a", Settled::Handled, None, NOW).await.unwrap());
            assert!(settle(&mut tx, BOT, 3, "c", Settled::Unknown, None, NOW).await.unwrap());
            assert!(settle(&mut tx, BOT, 2, "b", Settled::Failed, Some("why"), NOW).await.unwrap());
            assert_eq!(delete_handled_before(&mut tx, NOW + 1).await.unwrap(), 1);
            let left = count_by_state(&mut tx, BOT).await.unwrap();
            assert_eq!(left, [("failed".to_owned(), 1), ("unknown".to_owned(), 1)]);
            assert!(insert(&mut tx, BOT + 1, &update(2, 5), NOW).await.unwrap(), "another bot counts its own");
        }

        async fn one_process_fetches(db: &Db) {
            let mut tx = db.write().await.unwrap();
            assert!(lease_poller(&mut tx, BOT, "a", NOW, NOW + 60).await.unwrap());
            assert!(!lease_poller(&mut tx, BOT, "b", NOW + 59, NOW + 119).await.unwrap());
            assert!(lease_poller(&mut tx, BOT, "a", NOW + 59, NOW + 119).await.unwrap());
            assert!(lease_poller(&mut tx, BOT, "b", NOW + 119, NOW + 180).await.unwrap());
            release_poller(&mut tx, BOT, "b").await.unwrap();
            assert!(lease_poller(&mut tx, BOT, "c", NOW + 120, NOW + 180).await.unwrap());
        }
    }
}
