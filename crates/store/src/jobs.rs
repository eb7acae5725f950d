//! The queue and the schedules, in the database: a job is enqueued in the transaction that made it necessary.

use domain::ids::JobId;

use crate::{Dialect, Result, Tx, execute, on};

/// A job that a worker holds until `leased_until`.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Claimed {
    pub id: JobId,
    pub kind: String,
    /// JSON
    pub payload: String,
    /// 1 on the first try
    pub attempts: i64,
    pub leased_until: i64,
}

/// A job that was given up.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Failed {
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub failed_at: Option<i64>,
}

/// How many jobs of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Stat {
    pub kind: String,
    /// `waiting`, `running` or `failed`
    pub state: String,
    pub jobs: i64,
    /// when the oldest of them was due, unix seconds
    pub oldest_run_at: i64,
}

/// `None` when a job with the same dedup key waits already. A running one does not count: what made this job
/// necessary may have happened after it looked.
pub async fn enqueue(
    tx: &mut Tx,
    kind: &str,
    payload: &str,
    dedup_key: Option<&str>,
    run_at: i64,
    now: i64,
) -> Result<Option<JobId>> {
    const SQL: &str = "INSERT INTO job (kind, payload, dedup_key, state, attempts, run_at, created_at) \
        VALUES ($1, $2, $3, 'waiting', 0, $4, $5) \
        ON CONFLICT (dedup_key) WHERE state = 'waiting' DO NOTHING RETURNING id";
    on!(tx, |conn| sqlx::query_scalar(SQL)
        .bind(kind)
        .bind(payload)
        .bind(dedup_key)
        .bind(run_at)
        .bind(now)
        .fetch_optional(conn))
}

/// Takes up to `limit` due jobs of the given kinds for `lease_s` seconds, also those whose worker let its lease run
/// out.
pub async fn claim(
    tx: &mut Tx,
    worker: &str,
    kinds: &[&str],
    now: i64,
    lease_s: i64,
    limit: i64,
) -> Result<Vec<Claimed>> {
    // Postgres skips rows that another worker is claiming and has its own function for lists in JSON; SQLite has one
    // writer at a time anyway
    const SQL: Dialect = Dialect {
        sqlite: "UPDATE job SET state = 'running', worker = $1, leased_until = $3 + $4, attempts = attempts + 1 \
            WHERE id IN (SELECT id FROM job WHERE kind IN (SELECT value FROM json_each($2)) \
                AND ((state = 'waiting' AND run_at <= $3) OR (state = 'running' AND leased_until <= $3)) \
                ORDER BY run_at, id LIMIT $5) \
            RETURNING id, kind, payload, attempts, leased_until",
        postgres: "UPDATE job SET state = 'running', worker = $1, leased_until = $3 + $4, attempts = attempts + 1 \
            WHERE id IN (SELECT id FROM job WHERE kind IN (SELECT jsonb_array_elements_text(CAST($2 AS jsonb))) \
                AND ((state = 'waiting' AND run_at <= $3) OR (state = 'running' AND leased_until <= $3)) \
                ORDER BY run_at, id LIMIT $5 FOR UPDATE SKIP LOCKED) \
            RETURNING id, kind, payload, attempts, leased_until",
    };
    let kinds = serde_json::Value::from(kinds).to_string();
    let sql = SQL.of(tx);
    let mut claimed: Vec<Claimed> = on!(tx, |conn| sqlx::query_as(sql)
        .bind(worker)
        .bind(&kinds)
        .bind(now)
        .bind(lease_s)
        .bind(limit)
        .fetch_all(conn))?;
    // RETURNING promises no order
    claimed.sort_by_key(|job| job.id);
    Ok(claimed)
}

/// Holds a running job longer; `false` when the worker lost it.
pub async fn extend_lease(tx: &mut Tx, id: JobId, worker: &str, until: i64) -> Result<bool> {
    const SQL: &str = "UPDATE job SET leased_until = $3 WHERE id = $1 AND worker = $2 AND state = 'running'";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(id).bind(worker).bind(until).execute(conn))? > 0)
}

/// Done: the job leaves the queue. `false` when the worker lost it meanwhile.
pub async fn finish(tx: &mut Tx, id: JobId, worker: &str) -> Result<bool> {
    const SQL: &str = "DELETE FROM job WHERE id = $1 AND worker = $2 AND state = 'running'";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(id).bind(worker).execute(conn))? > 0)
}

/// Back into the queue for another try at `run_at`. When a job with the same dedup key waits already, that one will
/// do. `false` when the worker lost the job.
pub async fn retry_at(tx: &mut Tx, id: JobId, worker: &str, run_at: i64, error: &str) -> Result<bool> {
    const DROP_TWIN: &str = "DELETE FROM job WHERE id = $1 AND worker = $2 AND state = 'running' AND EXISTS \
        (SELECT 1 FROM job twin WHERE twin.dedup_key = job.dedup_key AND twin.state = 'waiting')";
    const SQL: &str = "UPDATE job SET state = 'waiting', worker = NULL, leased_until = NULL, run_at = $3, \
        last_error = $4 WHERE id = $1 AND worker = $2 AND state = 'running'";
    if execute!(tx, |conn| sqlx::query(DROP_TWIN).bind(id).bind(worker).execute(conn))? > 0 {
        return Ok(true);
    }
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(id).bind(worker).bind(run_at).bind(error).execute(conn))? > 0)
}

/// Back into the queue as if never claimed: a worker that stops hands over what it had not begun.
pub async fn release(tx: &mut Tx, id: JobId, worker: &str, run_at: i64) -> Result<bool> {
    const DROP_TWIN: &str = "DELETE FROM job WHERE id = $1 AND worker = $2 AND state = 'running' AND EXISTS \
        (SELECT 1 FROM job twin WHERE twin.dedup_key = job.dedup_key AND twin.state = 'waiting')";
    const SQL: &str = "UPDATE job SET state = 'waiting', worker = NULL, leased_until = NULL, run_at = $3, \
        attempts = attempts - 1 WHERE id = $1 AND worker = $2 AND state = 'running'";
    if execute!(tx, |conn| sqlx::query(DROP_TWIN).bind(id).bind(worker).execute(conn))? > 0 {
        return Ok(true);
    }
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(id).bind(worker).bind(run_at).execute(conn))? > 0)
}

/// Kept as failed, for a person to look at. `false` when the worker lost the job.
pub async fn give_up(tx: &mut Tx, id: JobId, worker: &str, error: &str, now: i64) -> Result<bool> {
    const SQL: &str = "UPDATE job SET state = 'failed', leased_until = NULL, last_error = $3, failed_at = $4 \
        WHERE id = $1 AND worker = $2 AND state = 'running'";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(id).bind(worker).bind(error).bind(now).execute(conn))? > 0)
}

/// Newest failure first.
pub async fn list_failed(tx: &mut Tx, limit: i64) -> Result<Vec<Failed>> {
    const SQL: &str = "SELECT id, kind, payload, attempts, last_error, failed_at FROM job WHERE state = 'failed' \
        ORDER BY failed_at DESC, id DESC LIMIT $1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(limit).fetch_all(conn))
}

/// Removes failures older than `at`; how many there were.
pub async fn delete_failed_before(tx: &mut Tx, at: i64) -> Result<u64> {
    const SQL: &str = "DELETE FROM job WHERE state = 'failed' AND failed_at < $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(at).execute(conn))
}

/// By kind, then state.
pub async fn stats(tx: &mut Tx) -> Result<Vec<Stat>> {
    const SQL: &str = "SELECT kind, state, COUNT(*) AS jobs, MIN(run_at) AS oldest_run_at FROM job \
        GROUP BY kind, state ORDER BY kind, state";
    on!(tx, |conn| sqlx::query_as(SQL).fetch_all(conn))
}

/// When the next waiting job of these kinds is due; `None` without any.
pub async fn next_run_at(tx: &mut Tx, kinds: &[&str]) -> Result<Option<i64>> {
    // each has its own function for lists in JSON
    const SQL: Dialect = Dialect {
        sqlite: "SELECT MIN(run_at) FROM job WHERE state = 'waiting' AND kind IN (SELECT value FROM json_each($1))",
        postgres: "SELECT MIN(run_at) FROM job WHERE state = 'waiting' \
            AND kind IN (SELECT jsonb_array_elements_text(CAST($1 AS jsonb)))",
    };
    let kinds = serde_json::Value::from(kinds).to_string();
    let sql = SQL.of(tx);
    on!(tx, |conn| sqlx::query_scalar(sql).bind(&kinds).fetch_one(conn))
}

/// Whether [`claim`] would find something: a look that does not take the writer's place.
pub async fn any_claimable(tx: &mut Tx, kinds: &[&str], now: i64) -> Result<bool> {
    // each has its own function for lists in JSON
    const SQL: Dialect = Dialect {
        sqlite: "SELECT COUNT(*) FROM job WHERE kind IN (SELECT value FROM json_each($1)) \
            AND ((state = 'waiting' AND run_at <= $2) OR (state = 'running' AND leased_until <= $2))",
        postgres: "SELECT COUNT(*) FROM job WHERE kind IN (SELECT jsonb_array_elements_text(CAST($1 AS jsonb))) \
            AND ((state = 'waiting' AND run_at <= $2) OR (state = 'running' AND leased_until <= $2))",
    };
    let kinds = serde_json::Value::from(kinds).to_string();
    let sql = SQL.of(tx);
    let claimable: i64 = on!(tx, |conn| sqlx::query_scalar(sql).bind(&kinds).bind(now).fetch_one(conn))?;
    Ok(claimable > 0)
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Schedule {
    pub name: String,
    pub every_s: i64,
    /// unix seconds
    pub next_at: i64,
    pub last_at: Option<i64>,
}

/// Makes the schedule known, first due at `first_at`; a known one keeps its place in time unless its period changed.
pub async fn upsert_schedule(tx: &mut Tx, name: &str, every_s: i64, first_at: i64) -> Result<()> {
    const SQL: &str = "INSERT INTO schedule (name, every_s, next_at) VALUES ($1, $2, $3) \
        ON CONFLICT (name) DO UPDATE SET every_s = excluded.every_s, next_at = excluded.next_at \
        WHERE schedule.every_s <> excluded.every_s";
    execute!(tx, |conn| sqlx::query(SQL).bind(name).bind(every_s).bind(first_at).execute(conn))?;
    Ok(())
}

pub async fn list_schedules(tx: &mut Tx) -> Result<Vec<Schedule>> {
    const SQL: &str = "SELECT name, every_s, next_at, last_at FROM schedule ORDER BY name";
    on!(tx, |conn| sqlx::query_as(SQL).fetch_all(conn))
}

/// `true` for exactly one caller a period: whoever gets it enqueues the job, in the same unit of work. Periods missed
/// while nothing ran are not made up for.
pub async fn claim_due(tx: &mut Tx, name: &str, now: i64, every_s: i64) -> Result<bool> {
    const SQL: &str = "UPDATE schedule SET last_at = $2, next_at = $2 + $3 WHERE name = $1 AND next_at <= $2";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(name).bind(now).bind(every_s).execute(conn))? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Db, both_dbs};

    const NOW: i64 = 1_760_000_000;

    async fn claim_all(db: &Db, worker: &str, now: i64) -> Vec<Claimed> {
        let mut tx = db.write().await.unwrap();
        let any = any_claimable(&mut tx, &["a", "b"], now).await.unwrap();
        let claimed = claim(&mut tx, worker, &["a", "b"], now, 60, 10).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(any, !claimed.is_empty());
        claimed
    }

    both_dbs! {
        async fn a_job_goes_its_way(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let id = enqueue(&mut tx, "a", "{\"x\":1}", None, NOW + 10, NOW).await.unwrap().unwrap();
            enqueue(&mut tx, "z", "{}", None, NOW, NOW).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(claim_all(db, "w", NOW).await, [], "not due yet, or of another kind");
            let mut tx = db.read().await.unwrap();
            assert!(!any_claimable(&mut tx, &["a"], NOW).await.unwrap());
            assert!(any_claimable(&mut tx, &["a"], NOW + 10).await.unwrap());
            drop(tx);
            let claimed = claim_all(db, "w", NOW + 10).await;
            assert_eq!(claimed, [Claimed { id, kind: "a".to_owned(), payload: "{\"x\":1}".to_owned(), attempts: 1, leased_until: NOW + 70 }]);
            assert_eq!(claim_all(db, "v", NOW + 20).await, []);
            let mut tx = db.write().await.unwrap();
            assert!(!extend_lease(&mut tx, id, "v", NOW + 200).await.unwrap(), "not its job");
            assert!(extend_lease(&mut tx, id, "w", NOW + 100).await.unwrap());
            assert!(retry_at(&mut tx, id, "w", NOW + 300, "no luck").await.unwrap());
            assert_eq!(next_run_at(&mut tx, &["a"]).await.unwrap(), Some(NOW + 300));
            tx.commit().await.unwrap();
            assert_eq!(claim_all(db, "v", NOW + 300).await[0].attempts, 2);
            let mut tx = db.write().await.unwrap();
            assert!(!finish(&mut tx, id, "w").await.unwrap());
            assert!(finish(&mut tx, id, "v").await.unwrap());
            assert_eq!(stats(&mut tx).await.unwrap(), [Stat { kind: "z".to_owned(), state: "waiting".to_owned(), jobs: 1, oldest_run_at: NOW }]);
        }

        async fn a_lease_that_ran_out_is_claimed_again(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let id = enqueue(&mut tx, "a", "{}", None, NOW, NOW).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            claim_all(db, "dead", NOW).await;
            assert_eq!(claim_all(db, "w", NOW + 59).await, []);
            let again = claim_all(db, "w", NOW + 60).await;
            assert_eq!((again[0].id, again[0].attempts), (id, 2));
            let mut tx = db.write().await.unwrap();
            assert!(!finish(&mut tx, id, "dead").await.unwrap(), "it lost the job");
        }

        async fn a_job_that_waits_already_is_not_doubled(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let first = enqueue(&mut tx, "a", "{}", Some("key"), NOW, NOW).await.unwrap().unwrap();
            assert_eq!(enqueue(&mut tx, "a", "{}", Some("key"), NOW, NOW).await.unwrap(), None);
            tx.commit().await.unwrap();
            claim_all(db, "w", NOW).await;
            let mut tx = db.write().await.unwrap();
            let second = enqueue(&mut tx, "a", "{}", Some("key"), NOW + 5, NOW).await.unwrap();
            assert!(second.is_some(), "the running one may have looked too early");
            // the retried one gives way to its twin
            assert!(retry_at(&mut tx, first, "w", NOW + 9, "no").await.unwrap());
            tx.commit().await.unwrap();
            let claimed = claim_all(db, "w", NOW + 100).await;
            assert_eq!(claimed.iter().map(|job| Some(job.id)).collect::<Vec<_>>(), [second]);
            let mut tx = db.write().await.unwrap();
            assert!(release(&mut tx, claimed[0].id, "w", NOW).await.unwrap());
            tx.commit().await.unwrap();
            assert_eq!(claim_all(db, "w", NOW + 100).await[0].attempts, 1, "as if never claimed");
        }

        async fn what_is_given_up_is_kept_to_look_at(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let id = enqueue(&mut tx, "a", "{}", Some("key"), NOW, NOW).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            claim_all(db, "w", NOW).await;
            let mut tx = db.write().await.unwrap();
            assert!(give_up(&mut tx, id, "w", "hopeless", NOW + 3).await.unwrap());
            let failed = list_failed(&mut tx, 5).await.unwrap();
            assert_eq!((failed[0].id, failed[0].last_error.as_deref(), failed[0].failed_at), (id, Some("hopeless"), Some(NOW + 3)));
            assert!(enqueue(&mut tx, "a", "{}", Some("key"), NOW, NOW).await.unwrap().is_some(), "the key is free again");
            assert_eq!(delete_failed_before(&mut tx, NOW + 3).await.unwrap(), 0);
            assert_eq!(delete_failed_before(&mut tx, NOW + 4).await.unwrap(), 1);
        }

        async fn forty_jobs_go_to_eight_workers_once_each(db: &Db) {
            let mut tx = db.write().await.unwrap();
            for _ in 0..40 {
                enqueue(&mut tx, "a", "{}", None, NOW, NOW).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut workers = Vec::new();
            for number in 0..8 {
                let db = db.clone();
                workers.push(tokio::task::spawn_local(async move {
                    let worker = format!("w{number}");
                    let mut mine = Vec::new();
                    loop {
                        let mut tx = db.write().await.unwrap();
                        let claimed = claim(&mut tx, &worker, &["a"], NOW, 60, 3).await.unwrap();
                        tx.commit().await.unwrap();
                        if claimed.is_empty() {
                            return mine;
                        }
                        mine.extend(claimed.into_iter().map(|job| job.id));
                    }
                }));
            }
            let mut all = Vec::new();
            for worker in workers {
                all.extend(worker.await.unwrap());
            }
            all.sort_unstable();
            let claimed = all.len();
            all.dedup();
            assert_eq!((claimed, all.len()), (40, 40));
        }

        async fn a_schedule_is_due_for_one_caller_a_period(db: &Db) {
            let mut tx = db.write().await.unwrap();
            upsert_schedule(&mut tx, "retention", 3600, NOW).await.unwrap();
            upsert_schedule(&mut tx, "retention", 3600, NOW + 999).await.unwrap();
            assert!(!claim_due(&mut tx, "retention", NOW - 1, 3600).await.unwrap());
            assert!(claim_due(&mut tx, "retention", NOW, 3600).await.unwrap());
            assert!(!claim_due(&mut tx, "retention", NOW + 3599, 3600).await.unwrap());
            assert!(claim_due(&mut tx, "retention", NOW + 20_000, 3600).await.unwrap(), "missed periods are not made up for");
            let known = Schedule { name: "retention".to_owned(), every_s: 3600, next_at: NOW + 23_600, last_at: Some(NOW + 20_000) };
            assert_eq!(list_schedules(&mut tx).await.unwrap(), [known]);
            upsert_schedule(&mut tx, "retention", 60, NOW + 20_001).await.unwrap();
            assert_eq!(list_schedules(&mut tx).await.unwrap()[0].next_at, NOW + 20_001);
        }
    }
}
