//! Bringing a database to the version of this program. Several processes may start at once on one database: the first
//! does the work, the others wait for it and find it done.

use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migrator};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::sqlite::SqlitePool;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::{Error, Result};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Where sqlx keeps what was applied.
const TABLE: &str = "_sqlx_migrations";

/// Advisory lock of whoever changes the tables, in the database it is taken in. The migrator of sqlx takes another one
/// inside it: a program of ours that knows only that one is kept out as well.
const LOCK: i64 = 0x616e_616c_7974_6963;

/// What is applied, held against what this program knows.
enum Found {
    /// nothing is left to do
    Current(i64),
    /// older, empty (`None`), or changed by somebody else: the migrator sorts it out, under the lock
    Behind(Option<i64>),
}

impl Found {
    fn version(&self) -> Option<i64> {
        match self {
            Self::Current(version) => Some(*version),
            Self::Behind(version) => *version,
        }
    }
}

/// All in one transaction that holds the writer from the start: another process waits as for any other write.
pub async fn apply_sqlite(writer: &SqlitePool) -> Result<()> {
    let mut conn = writer.acquire().await?;
    if let Found::Current(_) = look(&mut *conn, &SQLITE).await? {
        return Ok(());
    }
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    // it may have been brought up to date, or further, while we waited
    look(&mut *tx, &SQLITE).await?;
    SQLITE.run(&mut *tx).await.map_err(failed)?;
    Ok(tx.commit().await?)
}

/// On a connection of its own, whose end frees the locks whatever happened: in a pool a failed migration would keep
/// them, and every other process would wait for good.
pub async fn apply_postgres(pool: &PgPool) -> Result<()> {
    if let Found::Current(_) = look(&mut *pool.acquire().await?, &POSTGRES).await? {
        return Ok(());
    }
    let mut conn = pool.connect_options().connect().await?;
    let outcome = apply_locked(&mut conn).await;
    let closed = conn.close().await.map_err(Error::from);
    outcome.and(closed)
}

async fn apply_locked(conn: &mut PgConnection) -> Result<()> {
    const TRY: &str = "SELECT pg_try_advisory_lock($1)";
    const WAIT: &str = "SELECT pg_advisory_lock($1)";
    let is_ours: bool = sqlx::query_scalar(TRY).bind(LOCK).fetch_one(&mut *conn).await?;
    if !is_ours {
        tracing::warn!("another process is bringing the database up to date: waiting for it");
        sqlx::query(WAIT).bind(LOCK).execute(&mut *conn).await?;
    }
    // a newer program may have been that process
    look(conn, &POSTGRES).await?;
    POSTGRES.run(conn).await.map_err(failed)
}

/// Version of the newest applied migration, `None` on an empty database; a newer one is refused.
pub async fn version_of_sqlite(writer: &SqlitePool) -> Result<Option<i64>> {
    Ok(look(&mut *writer.acquire().await?, &SQLITE).await?.version())
}

pub async fn version_of_postgres(pool: &PgPool) -> Result<Option<i64>> {
    Ok(look(&mut *pool.acquire().await?, &POSTGRES).await?.version())
}

/// Refuses a database of a newer version.
async fn look<C: Migrate + Send>(conn: &mut C, known: &Migrator) -> Result<Found> {
    // a database that was never migrated has no table of migrations yet
    let applied = match conn.list_applied_migrations(TABLE).await {
        Ok(applied) => applied,
        Err(MigrateError::Execute(sqlx::Error::Database(error)))
            if error.code().as_deref() == Some("42P01") || error.message().contains("no such table") =>
        {
            return Ok(Found::Behind(None));
        }
        Err(error) => return Err(failed(error)),
    };
    let found = applied.iter().map(|migration| migration.version).max();
    let newest = known.iter().map(|migration| migration.version).max().unwrap_or_default();
    match found {
        Some(found) if found > newest => Err(Error::NewerDatabase { found, known: newest }),
        Some(found) if is_all_of(&applied, known) => Ok(Found::Current(found)),
        found => Ok(Found::Behind(found)),
    }
}

fn is_all_of(applied: &[AppliedMigration], known: &Migrator) -> bool {
    applied.len() == known.iter().count()
        && applied
            .iter()
            .zip(known.iter())
            .all(|(applied, known)| applied.version == known.version && applied.checksum == known.checksum)
}

fn failed(error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Error::from(error),
        MigrateError::VersionMismatch(version)
        | MigrateError::VersionMissing(version)
        | MigrateError::Dirty(version) => Error::ForeignMigration { version },
        other => Error::Driver(sqlx::Error::Migrate(Box::new(other))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Db, both_dbs, testing};

    #[test]
    fn both_folders_have_the_same_migrations() {
        let names = |migrator: &Migrator| {
            migrator.iter().map(|migration| (migration.version, migration.description.to_string())).collect::<Vec<_>>()
        };
        assert_eq!(names(&SQLITE), names(&POSTGRES));
        assert!(!names(&SQLITE).is_empty());
    }

    /// Databases of their own, as processes have them, that all begin at once.
    async fn migrate_from_many(url: &str) {
        let dbs = futures::future::join_all((0..8).map(|_| testing::open(url))).await;
        let outcomes = futures::future::join_all(dbs.iter().map(Db::migrate)).await;
        for (db, outcome) in dbs.iter().zip(outcomes) {
            outcome.unwrap();
            assert_eq!(db.version().await.unwrap(), POSTGRES.iter().map(|migration| migration.version).max());
            db.close().await;
        }
    }

    #[tokio::test]
    async fn many_begin_at_once_on_an_empty_file() {
        testing::on_empty_sqlite(|url| async move { migrate_from_many(&url).await }).await;
    }

    #[tokio::test]
    async fn many_begin_at_once_on_an_empty_postgres() {
        testing::on_empty_postgres(|url| async move { migrate_from_many(&url).await }).await;
    }

    #[tokio::test]
    async fn whoever_comes_second_waits_for_the_first() {
        testing::on_empty_postgres(|url| async move {
            let mut first = PgConnection::connect(&url).await.unwrap();
            sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut first).await.unwrap();
            let db = testing::open(&url).await;
            let second = db.migrate();
            tokio::pin!(second);
            let waited = tokio::time::timeout(Duration::from_millis(300), &mut second).await;
            assert!(waited.is_err(), "{waited:?}");
            // killed in the middle: the server frees the lock with its session
            drop(first);
            second.await.unwrap();
            db.close().await;
        })
        .await;
    }

    #[tokio::test]
    async fn a_failed_migration_keeps_nobody_waiting() {
        testing::on_empty_postgres(|url| async move {
            // in the way of a table of the first migration
            testing::run_at(&url, "CREATE TABLE workspace (id INT)").await;
            let broken = testing::open(&url).await;
            assert!(broken.migrate().await.is_err());
            testing::run_at(&url, "DROP TABLE workspace").await;
            // `broken` is still open, as a process is that tries again later
            let other = testing::open(&url).await;
            tokio::time::timeout(Duration::from_secs(20), other.migrate()).await.expect("the lock is free").unwrap();
            broken.close().await;
            other.close().await;
        })
        .await;
    }

    both_dbs! {
        async fn migrating_again_changes_nothing(db: &Db) {
            let version = db.version().await.unwrap();
            assert!(version.is_some());
            db.migrate().await.unwrap();
            assert_eq!(db.version().await.unwrap(), version);
        }

        async fn a_newer_database_is_left_alone(db: &Db) {
            let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                VALUES (9999, 'of tomorrow', TRUE, '', 0)";
            testing::run(db, insert).await.unwrap();
            for outcome in [db.migrate().await, db.version().await.map(drop)] {
                assert!(matches!(outcome, Err(Error::NewerDatabase { found: 9999, .. })), "{outcome:?}");
            }
        }

        async fn a_changed_migration_is_told(db: &Db) {
            testing::run(db, "UPDATE _sqlx_migrations SET checksum = '' WHERE version = 1").await.unwrap();
            let outcome = db.migrate().await;
            assert!(matches!(outcome, Err(Error::ForeignMigration { version: 1 })), "{outcome:?}");
        }
    }
}
