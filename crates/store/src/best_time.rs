//! Best time to post: how a channel's owner wants to choose, and slot experiments. Values are JSON that `services`
//! reads and writes.

use domain::ids::{ChannelId, ExperimentId};

use crate::{Dialect, Result, Tx, execute, on};

/// An experiment as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Experiment {
    pub id: ExperimentId,
    pub channel_id: ChannelId,
    /// JSON
    pub state: String,
    /// unix seconds
    pub created_at: i64,
    pub changed_at: i64,
}

/// What is written of an experiment besides its key.
#[derive(Debug, Clone, Copy)]
pub struct State<'a> {
    /// `proposed`, `running`, `finished` or `stopped`
    pub stage: &'a str,
    /// JSON
    pub state: &'a str,
    /// assigned posts without a result
    pub waiting: i64,
}

/// When an assigned post goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Assignment {
    pub number: i64,
    /// beginning of the slot's hour, unix seconds
    pub due_at: i64,
    pub post_id: Option<i64>,
}

pub async fn settings(tx: &mut Tx, channel: ChannelId) -> Result<Option<String>> {
    const SQL: &str = "SELECT value FROM best_time_setting WHERE channel_id = $1";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).fetch_optional(conn))
}

pub async fn set_settings(tx: &mut Tx, channel: ChannelId, value: &str, now: i64) -> Result<()> {
    const SQL: &str = "INSERT INTO best_time_setting (channel_id, value, changed_at) VALUES ($1, $2, $3) \
        ON CONFLICT (channel_id) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at";
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(value).bind(now).execute(conn))?;
    Ok(())
}

/// Conflict: `best_time_experiment_open` while another one of the channel is proposed or running.
pub async fn insert_experiment(tx: &mut Tx, channel: ChannelId, state: State<'_>, now: i64) -> Result<ExperimentId> {
    const SQL: &str = "INSERT INTO best_time_experiment (channel_id, stage, state, waiting, created_at, changed_at) \
        VALUES ($1, $2, $3, $4, $5, $5) RETURNING id";
    on!(tx, |conn| sqlx::query_scalar(SQL)
        .bind(channel)
        .bind(state.stage)
        .bind(state.state)
        .bind(state.waiting)
        .bind(now)
        .fetch_one(conn))
}

/// `false` when it is gone.
pub async fn update_experiment(tx: &mut Tx, id: ExperimentId, state: State<'_>, now: i64) -> Result<bool> {
    const SQL: &str =
        "UPDATE best_time_experiment SET stage = $2, state = $3, waiting = $4, changed_at = $5 WHERE id = $1";
    Ok(execute!(tx, |conn| sqlx::query(SQL)
        .bind(id)
        .bind(state.stage)
        .bind(state.state)
        .bind(state.waiting)
        .bind(now)
        .execute(conn))?
        > 0)
}

/// The channel's newest experiment, to look at.
pub async fn newest_experiment(tx: &mut Tx, channel: ChannelId) -> Result<Option<Experiment>> {
    const SQL: &str = "SELECT id, channel_id, state, created_at, changed_at FROM best_time_experiment \
        WHERE channel_id = $1 ORDER BY id DESC LIMIT 1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_optional(conn))
}

/// An experiment of the channel, to change it in this unit of work: other writers of it wait.
pub async fn hold_experiment(tx: &mut Tx, channel: ChannelId, id: ExperimentId) -> Result<Option<Experiment>> {
    // SQLite has one writer anyway
    const SQL: Dialect = Dialect {
        sqlite: "SELECT id, channel_id, state, created_at, changed_at FROM best_time_experiment \
            WHERE channel_id = $1 AND id = $2",
        postgres: "SELECT id, channel_id, state, created_at, changed_at FROM best_time_experiment \
            WHERE channel_id = $1 AND id = $2 FOR UPDATE",
    };
    let sql = SQL.of(tx);
    on!(tx, |conn| sqlx::query_as(sql).bind(channel).bind(id).fetch_optional(conn))
}

/// Experiments of all channels with assigned posts that have no result yet.
pub async fn list_waiting(tx: &mut Tx) -> Result<Vec<(ChannelId, ExperimentId)>> {
    const SQL: &str = "SELECT e.channel_id, e.id FROM best_time_experiment e JOIN channel c ON c.id = e.channel_id \
        WHERE e.waiting > 0 AND c.deleted_at IS NULL ORDER BY e.id";
    on!(tx, |conn| sqlx::query_as(SQL).fetch_all(conn))
}

pub async fn insert_assignment(tx: &mut Tx, experiment: ExperimentId, number: i64, due_at: i64) -> Result<()> {
    const SQL: &str = "INSERT INTO best_time_assignment (experiment_id, number, due_at) VALUES ($1, $2, $3)";
    execute!(tx, |conn| sqlx::query(SQL).bind(experiment).bind(number).bind(due_at).execute(conn))?;
    Ok(())
}

pub async fn set_assigned_post(tx: &mut Tx, experiment: ExperimentId, number: i64, post_id: i64) -> Result<()> {
    const SQL: &str = "UPDATE best_time_assignment SET post_id = $3 WHERE experiment_id = $1 AND number = $2";
    execute!(tx, |conn| sqlx::query(SQL).bind(experiment).bind(number).bind(post_id).execute(conn))?;
    Ok(())
}

/// By number.
pub async fn list_assignments(tx: &mut Tx, experiment: ExperimentId) -> Result<Vec<Assignment>> {
    const SQL: &str =
        "SELECT number, due_at, post_id FROM best_time_assignment WHERE experiment_id = $1 ORDER BY number";
    on!(tx, |conn| sqlx::query_as(SQL).bind(experiment).fetch_all(conn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::tests::channel;
    use crate::{Error, both_dbs, channels, maintenance};

    const RUNNING: State<'_> = State { stage: "running", state: "{}", waiting: 1 };

    both_dbs! {
        async fn the_last_settings_count(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            assert_eq!(settings(&mut tx, channel).await.unwrap(), None);
            set_settings(&mut tx, channel, "1", 1).await.unwrap();
            set_settings(&mut tx, channel, "2", 2).await.unwrap();
            assert_eq!(settings(&mut tx, channel).await.unwrap().as_deref(), Some("2"));
        }

        async fn one_experiment_at_a_time_is_open(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let first = insert_experiment(&mut tx, channel, RUNNING, 1).await.unwrap();
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let clash = insert_experiment(&mut tx, channel, RUNNING, 2).await;
            assert!(matches!(clash, Err(Error::Conflict { .. })), "{clash:?}");
            drop(tx);
            let mut tx = db.write().await.unwrap();
            assert_eq!(list_waiting(&mut tx).await.unwrap(), [(channel, first)]);
            let stopped = State { stage: "stopped", waiting: 0, ..RUNNING };
            assert!(update_experiment(&mut tx, first, stopped, 3).await.unwrap());
            assert_eq!(list_waiting(&mut tx).await.unwrap(), []);
            let second = insert_experiment(&mut tx, channel, RUNNING, 4).await.unwrap();
            assert_eq!(newest_experiment(&mut tx, channel).await.unwrap().map(|found| found.id), Some(second));
            let held = hold_experiment(&mut tx, channel, first).await.unwrap().unwrap();
            assert_eq!((held.created_at, held.changed_at), (1, 3));
            assert_eq!(hold_experiment(&mut tx, ChannelId(channel.0 + 1), first).await.unwrap(), None);
        }

        async fn assignments_get_their_post(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let id = insert_experiment(&mut tx, channel, RUNNING, 1).await.unwrap();
            for (number, due_at) in [(1, 200), (0, 100)] {
                insert_assignment(&mut tx, id, number, due_at).await.unwrap();
            }
            set_assigned_post(&mut tx, id, 0, 77).await.unwrap();
            let listed = list_assignments(&mut tx, id).await.unwrap();
            let row = |number, due_at, post_id| Assignment { number, due_at, post_id };
            assert_eq!(listed, [row(0, 100, Some(77)), row(1, 200, None)]);
        }

        async fn a_deleted_channel_takes_them_along(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            set_settings(&mut tx, channel, "{}", 1).await.unwrap();
            let id = insert_experiment(&mut tx, channel, RUNNING, 1).await.unwrap();
            insert_assignment(&mut tx, id, 0, 100).await.unwrap();
            assert!(channels::hide(&mut tx, channel, 2).await.unwrap());
            assert_eq!(list_waiting(&mut tx).await.unwrap(), [], "out of sight at once");
            while !channels::delete_rows(&mut tx, channel, 10).await.unwrap() {}
            let left = maintenance::row_counts(&mut tx).await.unwrap();
            assert!(left.iter().all(|(table, rows)| !table.starts_with("best_time") || *rows == 0), "{left:?}");
        }
    }
}
