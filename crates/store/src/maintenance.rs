//! Care of the database file itself: what `doctor`, the upkeep job and backups need.

use std::path::Path;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::{Backend, Db};
use crate::{Dialect, Error, Result, Tx, on};

/// Our tables, by name; beside them stands sqlx' table of migrations.
pub const TABLES: [&str; 45] = [
    "account",
    "account_budget",
    "account_call",
    "api_key",
    "audit_entry",
    "backtest_evidence",
    "best_time_assignment",
    "best_time_experiment",
    "best_time_setting",
    "bot_poller",
    "bot_update",
    "channel",
    "channel_album_message",
    "channel_connection",
    "channel_daily",
    "channel_daily_summary",
    "channel_deletion",
    "channel_edge",
    "channel_gap",
    "channel_member_change",
    "channel_reading",
    "channel_refresh",
    "channel_source_daily",
    "channel_summary",
    "channel_summary_due",
    "channel_watch",
    "data_version",
    "forecast",
    "import_run",
    "import_stage",
    "invitation",
    "job",
    "membership",
    "outbox_event",
    "person",
    "post",
    "preview_progress",
    "preview_unread",
    "schedule",
    "session",
    "setting",
    "sign_in_use",
    "snapshot_series",
    "stats_raw",
    "workspace",
];

/// Moves the write-ahead log into the database file (SQLite; Postgres does it by itself).
pub async fn checkpoint(db: &Db) -> Result<()> {
    match db.backend() {
        Backend::Sqlite => db.outside_transaction("PRAGMA wal_checkpoint(TRUNCATE)").await,
        Backend::Postgres => Ok(()),
    }
}

/// Puts the log away and leaves one file behind, fit to be renamed; [`Error::Busy`] while anybody else has the database
/// open. The next [`Db::open`] turns the log on again.
pub async fn leave_wal(db: &Db) -> Result<()> {
    let Some(path) = db.path() else { return Ok(()) };
    db.close().await;
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode = DELETE").fetch_one(&mut conn).await?;
    conn.close().await?;
    if mode == "delete" { Ok(()) } else { Err(Error::Busy) }
}

/// Refreshes what the query planner knows about the tables.
pub async fn optimize(db: &Db) -> Result<()> {
    match db.backend() {
        Backend::Sqlite => db.outside_transaction("PRAGMA optimize").await,
        Backend::Postgres => db.outside_transaction("ANALYZE").await,
    }
}

/// What is wrong with the database, one line each; empty when it is sound. On Postgres the server's own checksums do
/// this work, and the answer is empty.
pub async fn integrity_problems(tx: &mut Tx) -> Result<Vec<String>> {
    // only SQLite has such a check
    const SQL: Dialect = Dialect {
        sqlite: "SELECT integrity_check FROM pragma_integrity_check UNION ALL \
            SELECT 'a row of ' || \"table\" || ' points to a missing row of ' || parent FROM pragma_foreign_key_check",
        postgres: "SELECT 'ok'",
    };
    let sql = SQL.of(tx);
    let mut lines: Vec<String> = on!(tx, |conn| sqlx::query_scalar(sql).fetch_all(conn))?;
    lines.retain(|line| line != "ok");
    Ok(lines)
}

/// Bytes the database takes.
pub async fn size(tx: &mut Tx) -> Result<i64> {
    // each counts its own pages
    const SQL: Dialect = Dialect {
        sqlite: "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        postgres: "SELECT pg_database_size(current_database())",
    };
    let sql = SQL.of(tx);
    on!(tx, |conn| sqlx::query_scalar(sql).fetch_one(conn))
}

/// Name and number of rows of every table of ours, by name: what a backup is compared by.
pub async fn row_counts(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    const SQL: &str = "SELECT 'account', COUNT(*) FROM account \
        UNION ALL SELECT 'account_budget', COUNT(*) FROM account_budget \
        UNION ALL SELECT 'account_call', COUNT(*) FROM account_call \
        UNION ALL SELECT 'api_key', COUNT(*) FROM api_key \
        UNION ALL SELECT 'audit_entry', COUNT(*) FROM audit_entry \
        UNION ALL SELECT 'backtest_evidence', COUNT(*) FROM backtest_evidence \
        UNION ALL SELECT 'best_time_assignment', COUNT(*) FROM best_time_assignment \
        UNION ALL SELECT 'best_time_experiment', COUNT(*) FROM best_time_experiment \
        UNION ALL SELECT 'best_time_setting', COUNT(*) FROM best_time_setting \
        UNION ALL SELECT 'bot_poller', COUNT(*) FROM bot_poller \
        UNION ALL SELECT 'bot_update', COUNT(*) FROM bot_update \
        UNION ALL SELECT 'channel', COUNT(*) FROM channel \
        UNION ALL SELECT 'channel_album_message', COUNT(*) FROM channel_album_message \
        UNION ALL SELECT 'channel_connection', COUNT(*) FROM channel_connection \
        UNION ALL SELECT 'channel_daily', COUNT(*) FROM channel_daily \
        UNION ALL SELECT 'channel_daily_summary', COUNT(*) FROM channel_daily_summary \
        UNION ALL SELECT 'channel_deletion', COUNT(*) FROM channel_deletion \
        UNION ALL SELECT 'channel_edge', COUNT(*) FROM channel_edge \
        UNION ALL SELECT 'channel_gap', COUNT(*) FROM channel_gap \
        UNION ALL SELECT 'channel_member_change', COUNT(*) FROM channel_member_change \
        UNION ALL SELECT 'channel_reading', COUNT(*) FROM channel_reading \
        UNION ALL SELECT 'channel_refresh', COUNT(*) FROM channel_refresh \
        UNION ALL SELECT 'channel_source_daily', COUNT(*) FROM channel_source_daily \
        UNION ALL SELECT 'channel_summary', COUNT(*) FROM channel_summary \
        UNION ALL SELECT 'channel_summary_due', COUNT(*) FROM channel_summary_due \
        UNION ALL SELECT 'channel_watch', COUNT(*) FROM channel_watch \
        UNION ALL SELECT 'data_version', COUNT(*) FROM data_version \
        UNION ALL SELECT 'forecast', COUNT(*) FROM forecast \
        UNION ALL SELECT 'import_run', COUNT(*) FROM import_run \
        UNION ALL SELECT 'import_stage', COUNT(*) FROM import_stage \
        UNION ALL SELECT 'invitation', COUNT(*) FROM invitation \
        UNION ALL SELECT 'job', COUNT(*) FROM job \
        UNION ALL SELECT 'membership', COUNT(*) FROM membership \
        UNION ALL SELECT 'outbox_event', COUNT(*) FROM outbox_event \
        UNION ALL SELECT 'person', COUNT(*) FROM person \
        UNION ALL SELECT 'post', COUNT(*) FROM post \
        UNION ALL SELECT 'preview_progress', COUNT(*) FROM preview_progress \
        UNION ALL SELECT 'preview_unread', COUNT(*) FROM preview_unread \
        UNION ALL SELECT 'schedule', COUNT(*) FROM schedule \
        UNION ALL SELECT 'session', COUNT(*) FROM session \
        UNION ALL SELECT 'setting', COUNT(*) FROM setting \
        UNION ALL SELECT 'sign_in_use', COUNT(*) FROM sign_in_use \
        UNION ALL SELECT 'snapshot_series', COUNT(*) FROM snapshot_series \
        UNION ALL SELECT 'stats_raw', COUNT(*) FROM stats_raw \
        UNION ALL SELECT 'workspace', COUNT(*) FROM workspace";
    on!(tx, |conn| sqlx::query_as(SQL).fetch_all(conn))
}

/// What the database is, as far as its tables tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// there are no tables yet
    Nobody,
    Us,
    Another,
}

pub async fn owner(tx: &mut Tx) -> Result<Owner> {
    // each has its own catalogue
    const SQL: Dialect = Dialect {
        sqlite: "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        postgres: "SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition",
    };
    let sql = SQL.of(tx);
    let tables: Vec<String> = on!(tx, |conn| sqlx::query_scalar(sql).fetch_all(conn))?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    // a migration that never came to its end left the table of migrations only
    Ok(if tables.iter().all(|table| table == "_sqlx_migrations") {
        Owner::Nobody
    } else if ["_sqlx_migrations", "workspace", "channel", "post"].into_iter().all(has) {
        Owner::Us
    } else {
        Owner::Another
    })
}

/// Writes a consistent copy of an SQLite database to a file that does not exist yet, while it is in use: neither
/// readers nor the writer wait.
pub async fn copy_sqlite(db: &Db, to: &Path) -> Result<()> {
    let Some(from) = db.path() else {
        return Err(Error::Address { url: "a Postgres database is not a file".to_owned() });
    };
    let to = to.to_str().ok_or_else(|| Error::Address { url: to.display().to_string() })?;
    // a connection of its own: the writer stays free
    let mut conn = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(from)).await?;
    sqlx::query("VACUUM INTO $1").bind(to).execute(&mut conn).await?;
    conn.close().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both_dbs;

    both_dbs! {
        async fn a_fresh_database_is_sound(db: &Db) {
            checkpoint(db).await.unwrap();
            optimize(db).await.unwrap();
            let mut tx = db.read().await.unwrap();
            assert_eq!(integrity_problems(&mut tx).await.unwrap(), [""; 0]);
            assert!(size(&mut tx).await.unwrap() > 10_000);
        }

        async fn every_table_of_ours_is_counted(db: &Db) {
            const TABLES: Dialect = Dialect {
                sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name",
                postgres: "SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT LIKE '\\_%' ORDER BY c.relname",
            };
            let mut tx = db.read().await.unwrap();
            let sql = TABLES.of(&tx);
            let tables: Vec<String> = on!(&mut tx, |conn| sqlx::query_scalar(sql).fetch_all(conn)).unwrap();
            let mut counted: Vec<_> = row_counts(&mut tx).await.unwrap().into_iter().map(|(table, _)| table).collect();
            counted.sort_unstable();
            assert_eq!(counted, tables);
            assert_eq!(counted, super::TABLES);
        }

        async fn another_programs_database_is_told_from_ours(db: &Db) {
            assert_eq!(owner(&mut db.read().await.unwrap()).await.unwrap(), Owner::Us);
            // a program that keeps its migrations as we do, and then one that does not
            for rename in ["ALTER TABLE post RENAME TO letter", "ALTER TABLE _sqlx_migrations RENAME TO migration"] {
                crate::testing::run(db, rename).await.unwrap();
                assert_eq!(owner(&mut db.read().await.unwrap()).await.unwrap(), Owner::Another);
            }
        }
    }

    #[tokio::test]
    async fn a_row_that_points_nowhere_is_found() {
        crate::testing::on_sqlite(|db| async move {
            crate::testing::run(&db, "PRAGMA foreign_keys = OFF; INSERT INTO membership VALUES (5, 5, 'owner', 1)")
                .await
                .unwrap();
            let problems = integrity_problems(&mut db.read().await.unwrap()).await.unwrap();
            assert!(
                problems.contains(&"a row of membership points to a missing row of person".to_owned()),
                "{problems:?}"
            );
        })
        .await;
    }
}
