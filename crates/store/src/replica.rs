//! A read replica: a copy of the Postgres database that follows a moment behind, for reports. It is a help and no
//! need: whoever cannot read from it reads from the database itself.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::db::POSTGRES_READ;
use crate::{Error, Result, Tx};

/// One page in [`REST`] waits this long for a replica that is away, then goes to the database itself.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(1);
/// A replica that failed is left alone this long.
const REST: Duration = Duration::from_secs(10);

/// What a replica says when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplicaHealth {
    Answers,
    /// why it does not
    Fails(String),
}

#[derive(Debug)]
pub(crate) struct Replica {
    pool: PgPool,
    /// when it failed last; `None` while it answers
    failed: Mutex<Option<Instant>>,
}

impl Replica {
    pub fn new(options: PgConnectOptions, max_connections: u32) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options);
        Self { pool, failed: Mutex::new(None) }
    }

    pub async fn read(&self) -> Option<Tx> {
        if self.rests() {
            return None;
        }
        match self.begin().await {
            Ok(tx) => {
                self.answered();
                Some(tx)
            }
            Err(error) => {
                self.give_up(&error);
                None
            }
        }
    }

    pub fn give_up(&self, error: &Error) {
        let before = self.failed().replace(Instant::now());
        // said once, not with every page
        if before.is_none() {
            tracing::warn!(%error, "the read replica cannot be used: reports are read from the database itself");
        }
    }

    pub async fn health(&self) -> ReplicaHealth {
        match self.begin().await {
            Ok(_) => {
                self.answered();
                ReplicaHealth::Answers
            }
            Err(error) => {
                self.give_up(&error);
                ReplicaHealth::Fails(error.to_string())
            }
        }
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn begin(&self) -> Result<Tx> {
        match self.pool.begin_with(POSTGRES_READ).await {
            Ok(tx) => Ok(Tx::Postgres(tx)),
            Err(sqlx::Error::PoolTimedOut) => {
                Err(Error::Unreachable(format!("no connection to the replica within {ACQUIRE_TIMEOUT:?}")))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether it is left alone now. Who hears that the rest is over tries it; the others do not wait meanwhile.
    fn rests(&self) -> bool {
        let mut failed = self.failed();
        let rests = failed.is_some_and(|at| at.elapsed() < REST);
        if failed.is_some() && !rests {
            *failed = Some(Instant::now());
        }
        rests
    }

    fn answered(&self) {
        if self.failed().take().is_some() {
            tracing::info!("the read replica answers again");
        }
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_dbs, identity, testing};

    const NOWHERE: &str = "postgres://nobody@127.0.0.1:1/none";

    #[tokio::test]
    async fn a_replica_is_read_and_never_written() {
        testing::on_postgres(|primary| async move {
            testing::on_empty_postgres(|url| async move {
                let copy = testing::open(&url).await;
                copy.migrate().await.unwrap();
                let mut tx = copy.write().await.unwrap();
                identity::insert_workspace(&mut tx, "of the replica", 1).await.unwrap();
                tx.commit().await.unwrap();
                let db = primary.with_replica(&url, 2).unwrap();
                let mut tx = db.read_replica().await.expect("it answers");
                assert_eq!(identity::list_all_workspaces(&mut tx).await.unwrap()[0].name, "of the replica");
                let written = identity::insert_workspace(&mut tx, "x", 1).await;
                assert!(matches!(written, Err(Error::ReadOnly)), "{written:?}");
                assert_eq!(db.replica_health().await, Some(ReplicaHealth::Answers));
                assert_eq!(identity::list_all_workspaces(&mut db.read().await.unwrap()).await.unwrap(), []);
                drop(tx);
                copy.close().await;
                db.close().await;
            })
            .await;
        })
        .await;
    }

    #[tokio::test]
    async fn a_dead_replica_is_asked_now_and_then() {
        testing::on_postgres(|primary| async move {
            let db = primary.with_replica(NOWHERE, 2).unwrap();
            assert!(db.read_replica().await.is_none());
            let started = Instant::now();
            for _ in 0..50 {
                assert!(db.read_replica().await.is_none());
            }
            assert!(started.elapsed() < ACQUIRE_TIMEOUT, "it is left alone meanwhile");
            assert!(matches!(db.replica_health().await, Some(ReplicaHealth::Fails(_))));
            assert!(db.read().await.is_ok());
            db.close().await;
        })
        .await;
    }

    both_dbs! {
        async fn without_a_replica_there_is_nothing_to_read(db: &Db) {
            assert!(db.read_replica().await.is_none());
            assert_eq!(db.replica_health().await, None);
        }
    }

    #[tokio::test]
    async fn a_file_has_no_replica() {
        testing::on_sqlite(|db| async move {
            let refused = db.clone().with_replica("postgres://ann:secret@host/db", 2).unwrap_err();
            assert!(matches!(&refused, Error::Replica { url } if !url.contains("secret")), "{refused}");
        })
        .await;
    }
}
