//! The two databases behind one door: [`Db`] opens, [`Tx`] is one unit of work, `on!` runs one statement on either.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Postgres, Sqlite, Transaction};
use tokio::sync::Notify;

use crate::replica::{Replica, ReplicaHealth};
use crate::{Error, Result, migrations};

/// How long a statement waits for another process' write before [`Error::Busy`].
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two tries to open a file that another process is opening for the first time.
const BUSY_PAUSE: Duration = Duration::from_millis(20);
/// How long a unit of work waits for a connection. Writers queue behind one another on SQLite, so this is generous.
const ACQUIRE_TIMEOUT: Duration = Duration::from_mins(1);
/// Pages of the write-ahead log before SQLite moves them into the database: 16 MiB, four times the default, so that
/// an import rewrites a page less often.
const WAL_AUTOCHECKPOINT_PAGES: &str = "4096";
/// Bytes of the write-ahead log kept on disk after a checkpoint.
const WAL_SIZE_LIMIT: &str = "67108864";
/// Page cache of a connection, KiB (negative: SQLite's way to say KiB rather than pages).
const CACHE_KIB: &str = "-16384";

/// All reads of the unit of work see the same moment.
pub(crate) const POSTGRES_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// Units of work that this process has committed, of whatever database.
static COMMITS: AtomicU64 = AtomicU64::new(0);

/// Changes with every unit of work that this process commits: while it stays, nothing was written from here. What
/// other processes write does not show in it.
pub fn commits() -> u64 {
    COMMITS.load(Ordering::Acquire)
}

static COMMITTED: Notify = Notify::const_new();

/// Over when this process commits something, after the first poll.
pub(crate) async fn committed() {
    COMMITTED.notified().await;
}

/// Where the data are.
#[derive(Clone)]
pub struct Settings {
    /// `sqlite:///path/to/file.db` or `postgres://user:password@host/name`
    pub url: String,
    /// connections for readers (on Postgres: in all); 1 or more
    pub max_connections: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// Connections to the database at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    pub open: u32,
    /// of those, the ones nobody uses
    pub idle: u32,
    /// as many as there may be
    pub allowed: u32,
}

/// An open database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pools: Pools,
    /// how long a unit of work waits for a connection to Postgres; `None`: [`ACQUIRE_TIMEOUT`]
    patience: Option<Duration>,
}

#[derive(Debug, Clone)]
enum Pools {
    /// one writer, so that writers queue here in order and not in SQLite's busy loop; readers beside it (WAL)
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        path: PathBuf,
    },
    Postgres {
        pool: PgPool,
        url: String,
        replica: Option<Arc<Replica>>,
    },
}

/// A unit of work; dropped without [`Tx::commit`] it never happened.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Two statements for one question, where one text cannot serve both.
pub(crate) struct Dialect {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Dialect {
    pub fn of(&self, tx: &Tx) -> &'static str {
        match tx {
            Tx::Sqlite(_) => self.sqlite,
            Tx::Postgres(_) => self.postgres,
        }
    }
}

/// Runs one sqlx call on the connection of whichever database the `Tx` is on:
/// `on!(tx, |conn| sqlx::query(SQL).bind(id).execute(conn))`.
macro_rules! on {
    ($tx:expr, |$conn:ident| $call:expr) => {
        match $tx {
            $crate::Tx::Sqlite(inner) => {
                let $conn = &mut **inner;
                $call.await.map_err($crate::Error::from)
            }
            $crate::Tx::Postgres(inner) => {
                let $conn = &mut **inner;
                $call.await.map_err($crate::Error::from)
            }
        }
    };
}
/// `on!` for a statement whose number of changed rows is the answer.
macro_rules! execute {
    ($tx:expr, |$conn:ident| $call:expr) => {
        match $tx {
            $crate::Tx::Sqlite(inner) => {
                let $conn = &mut **inner;
                $call.await.map(|done| done.rows_affected()).map_err($crate::Error::from)
            }
            $crate::Tx::Postgres(inner) => {
                let $conn = &mut **inner;
                $call.await.map(|done| done.rows_affected()).map_err($crate::Error::from)
            }
        }
    };
}
pub(crate) use {execute, on};

impl Db {
    /// Opens the database; creates an SQLite file that is not there yet (its folder must be).
    pub async fn open(settings: &Settings) -> Result<Self> {
        if settings.url.starts_with("postgres://") || settings.url.starts_with("postgresql://") {
            return Self::open_postgres(settings).await;
        }
        let path = sqlite_path(&settings.url)?;
        Self::open_sqlite(path, settings.max_connections).await
    }

    async fn open_sqlite(path: PathBuf, max_connections: u32) -> Result<Self> {
        if path.is_dir() {
            return Err(Error::IsFolder(path));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(Error::MissingFolder(folder.to_owned()));
        }
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // an acknowledged write survives power loss
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("wal_autocheckpoint", WAL_AUTOCHECKPOINT_PAGES)
            .pragma("journal_size_limit", WAL_SIZE_LIMIT)
            .pragma("cache_size", CACHE_KIB);
        let writer = open_writer(&options).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(settings_or_one(max_connections))
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options.pragma("query_only", "ON"));
        Ok(Self { pools: Pools::Sqlite { writer, readers, path }, patience: None })
    }

    async fn open_postgres(settings: &Settings) -> Result<Self> {
        let options = PgConnectOptions::from_str(&settings.url)
            .map_err(|_| Error::Address { url: without_password(&settings.url) })?;
        // a pool goes on trying where nobody listens; whoever starts the program wants to know at once
        PgConnection::connect_with(&options).await?.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(settings_or_one(settings.max_connections))
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await?;
        Ok(Self { pools: Pools::Postgres { pool, url: settings.url.clone(), replica: None }, patience: None })
    }

    /// The same database with a copy of it beside it, for reports ([`Db::read_replica`]). The copy is not asked
    /// anything yet: it may be away.
    pub fn with_replica(self, url: &str, max_connections: u32) -> Result<Self> {
        let unfit = || Error::Replica { url: without_password(url) };
        match self.pools {
            Pools::Postgres { pool, url: primary, .. } => {
                let options = PgConnectOptions::from_str(url).map_err(|_| unfit())?;
                let replica = Some(Arc::new(Replica::new(options, settings_or_one(max_connections))));
                Ok(Self { pools: Pools::Postgres { pool, url: primary, replica }, patience: self.patience })
            }
            Pools::Sqlite { .. } => Err(unfit()),
        }
    }

    /// Brings the database to the newest version this program knows; several processes may start at once. A database
    /// of a newer version is left untouched.
    pub async fn migrate(&self) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => migrations::apply_sqlite(writer).await,
            Pools::Postgres { pool, .. } => migrations::apply_postgres(pool).await,
        }
    }

    /// Version of the newest applied migration, `None` on an empty database. Refuses a newer database.
    pub async fn version(&self) -> Result<Option<i64>> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => migrations::version_of_sqlite(writer).await,
            Pools::Postgres { pool, .. } => migrations::version_of_postgres(pool).await,
        }
    }

    /// A unit of work that only reads; all its reads see the same moment.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Pools::Postgres { pool, .. } => {
                Tx::Postgres(self.within_patience(pool, pool.begin_with(POSTGRES_READ)).await?)
            }
        })
    }

    /// A unit of work that reads what may be a moment old, from the read replica; all its reads see the same moment.
    /// `None` without a replica, and while one that failed is left alone: then the caller asks [`Db::read`].
    pub async fn read_replica(&self) -> Option<Tx> {
        self.replica()?.read().await
    }

    /// What was read from the replica ended in this error: reports go without it for a while.
    pub fn give_up_replica(&self, error: &Error) {
        if let Some(replica) = self.replica() {
            replica.give_up(error);
        }
    }

    /// Asks the replica whether it answers; `None` without one.
    pub async fn replica_health(&self) -> Option<ReplicaHealth> {
        match self.replica() {
            Some(replica) => Some(replica.health().await),
            None => None,
        }
    }

    fn replica(&self) -> Option<&Replica> {
        match &self.pools {
            Pools::Sqlite { .. } => None,
            Pools::Postgres { replica, .. } => replica.as_deref(),
        }
    }

    /// A unit of work that may write. On SQLite it holds the only writer from the start, so it cannot fail to
    /// upgrade later.
    pub async fn write(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres { pool, .. } => Tx::Postgres(self.within_patience(pool, pool.begin()).await?),
        })
    }

    /// The same database for whoever would rather hear that it is away than wait: a unit of work waits this long for a
    /// connection to Postgres. On SQLite nothing changes: its writers queue behind one another, and it cannot be away.
    #[must_use]
    pub fn impatient(&self, patience: Duration) -> Self {
        Self { pools: self.pools.clone(), patience: Some(patience) }
    }

    async fn within_patience<T>(&self, pool: &PgPool, begin: impl Future<Output = sqlx::Result<T>>) -> Result<T> {
        let begun = match self.patience {
            Some(patience) => tokio::time::timeout(patience, begin).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)),
            None => begin.await,
        };
        begun.map_err(|error| match error {
            // a pool that is not full waits for Postgres, not for its own connections
            sqlx::Error::PoolTimedOut if pool.size() < pool.options().get_max_connections() => {
                Error::Unreachable("no connection within the time".to_owned())
            }
            error => error.into(),
        })
    }

    pub fn backend(&self) -> Backend {
        match &self.pools {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Postgres { .. } => Backend::Postgres,
        }
    }

    /// How many connections there are just now; on SQLite those of the readers.
    pub fn connections(&self) -> Connections {
        let (open, idle, allowed) = match &self.pools {
            Pools::Sqlite { readers, .. } => {
                (readers.size(), readers.num_idle(), readers.options().get_max_connections())
            }
            Pools::Postgres { pool, .. } => (pool.size(), pool.num_idle(), pool.options().get_max_connections()),
        };
        Connections { open, idle: u32::try_from(idle).unwrap_or(u32::MAX), allowed }
    }

    /// The SQLite file; `None` on Postgres.
    pub fn path(&self) -> Option<&Path> {
        match &self.pools {
            Pools::Sqlite { path, .. } => Some(path),
            Pools::Postgres { .. } => None,
        }
    }

    /// The address with its password, for programs such as `pg_dump`; `None` on SQLite.
    pub fn postgres_url(&self) -> Option<&str> {
        match &self.pools {
            Pools::Sqlite { .. } => None,
            Pools::Postgres { url, .. } => Some(url),
        }
    }

    /// Runs one statement outside of any transaction (`VACUUM`, checkpoints), on the writer.
    pub(crate) async fn outside_transaction(&self, statement: &'static str) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                sqlx::raw_sql(statement).execute(writer).await?;
            }
            Pools::Postgres { pool, .. } => {
                sqlx::raw_sql(statement).execute(pool).await?;
            }
        }
        Ok(())
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn sqlite_writer(&self) -> Option<&SqlitePool> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => Some(writer),
            Pools::Postgres { .. } => None,
        }
    }

    /// Waits for units of work in flight and closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool, replica, .. } => {
                if let Some(replica) = replica {
                    replica.close().await;
                }
                pool.close().await;
            }
        }
    }
}

impl Tx {
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        COMMITS.fetch_add(1, Ordering::Release);
        COMMITTED.notify_waiters();
        Ok(())
    }

    pub fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
        }
    }
}

/// Turning the log of a new file on needs the file to itself, and SQLite does not wait for that by itself: several
/// processes may start at once.
async fn open_writer(options: &SqliteConnectOptions) -> Result<SqlitePool> {
    let deadline = tokio::time::Instant::now() + BUSY_TIMEOUT;
    loop {
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone());
        match writer.await.map_err(Error::from) {
            Err(Error::Busy) if tokio::time::Instant::now() < deadline => tokio::time::sleep(BUSY_PAUSE).await,
            opened => return opened,
        }
    }
}

fn settings_or_one(connections: u32) -> u32 {
    connections.max(1)
}

/// The file an `sqlite:` address names.
pub fn sqlite_path(url: &str) -> Result<PathBuf> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    match path {
        // a database in memory has one connection only, and nothing survives: of no use here
        Some(path) if !path.is_empty() && !path.starts_with(":memory:") => {
            Ok(PathBuf::from(path.split('?').next().unwrap_or(path)))
        }
        _ => Err(Error::Address { url: without_password(url) }),
    }
}

/// The address with its password masked, wherever it stands.
pub fn without_password(url: &str) -> String {
    // first of all, as it may hold an @
    let url = map_query(url, |name, value| match name {
        "password" | "sslpassword" => Some(format!("{name}=***")),
        _ => Some(format!("{name}={value}")),
    });
    let Some((scheme, rest)) = url.split_once("://") else { return url };
    let Some((user, host)) = rest.rsplit_once('@') else { return url };
    match user.split_once(':') {
        Some((name, _)) => format!("{scheme}://{name}:***@{host}"),
        None => url,
    }
}

/// The address without its password, and the password (percent-decoded by whoever needs it). One in the query goes
/// before the one of the user, as it does when connecting.
pub fn split_password(url: &str) -> (String, Option<String>) {
    let mut password = None;
    let url = map_query(url, |name, value| {
        if name == "password" {
            // in a query, + is a space
            password = Some(value.replace('+', "%20"));
            return None;
        }
        Some(format!("{name}={value}"))
    });
    let Some((scheme, rest)) = url.split_once("://") else { return (url, password) };
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let Some((user, host)) = authority.rsplit_once('@') else { return (url, password) };
    match user.split_once(':') {
        Some((name, of_user)) => {
            let password = password.or_else(|| Some(of_user.to_owned()));
            (format!("{scheme}://{name}@{host}{tail}"), password)
        }
        None => (url, password),
    }
}

/// The address with each `name=value` of its query replaced, or left out.
fn map_query(url: &str, mut map: impl FnMut(&str, &str) -> Option<String>) -> String {
    // a password may hold a ? as well: the query follows the first one behind which a name stands
    let begins_query = |at: &usize| {
        let name = url[at + 1..].split(['=', '&']).next().unwrap_or_default();
        url[at + 1..].contains('=') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let Some(start) = url.match_indices('?').map(|(at, _)| at).find(begins_query) else { return url.to_owned() };
    let kept: Vec<String> = url[start + 1..]
        .split('&')
        .filter_map(|pair| match pair.split_once('=') {
            Some((name, value)) => map(name, value),
            None => Some(pair.to_owned()),
        })
        .collect();
    let address = &url[..start];
    if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_dbs, identity, outbox};

    fn settings(path: &Path) -> Settings {
        Settings { url: format!("sqlite://{}", path.display()), max_connections: 2 }
    }

    #[test]
    fn passwords_are_masked_and_split_off() {
        assert_eq!(without_password("postgres://ann:secret@host/db"), "postgres://ann:***@host/db");
        assert_eq!(without_password("postgres://ann:se@cret@host/db"), "postgres://ann:***@host/db");
        assert_eq!(without_password("sqlite:///a.db"), "sqlite:///a.db");
        let (address, password) = split_password("postgres://ann:secret@host/db?x=1");
        assert_eq!((address.as_str(), password.as_deref()), ("postgres://ann@host/db?x=1", Some("secret")));
    }

    #[test]
    fn a_password_in_the_query_is_masked_and_split_off() {
        for (url, shown, address, password) in [
            ("postgres:///db?user=x&password=y", "postgres:///db?user=x&password=***", "postgres:///db?user=x", "y"),
            ("postgres:///db?password=y", "postgres:///db?password=***", "postgres:///db", "y"),
            (
                "postgres://h:5432/db?password=p@s%20s+s&user=x",
                "postgres://h:5432/db?password=***&user=x",
                "postgres://h:5432/db?user=x",
                "p@s%20s%20s",
            ),
            (
                "postgres://ann:old@h/db?password=new&sslmode=require",
                "postgres://ann:***@h/db?password=***&sslmode=require",
                "postgres://ann@h/db?sslmode=require",
                "new",
            ),
        ] {
            assert_eq!(without_password(url), shown);
            assert_eq!(split_password(url), (address.to_owned(), Some(password.to_owned())), "{url}");
        }
        assert_eq!(without_password("postgres://ann:se?cret@host/db"), "postgres://ann:***@host/db");
    }

    #[tokio::test]
    async fn addresses_that_are_none() {
        for url in ["", "mysql://host/db", "sqlite::memory:", "sqlite://", "/var/lib/a.db"] {
            let error = Db::open(&Settings { url: url.to_owned(), max_connections: 1 }).await.unwrap_err();
            assert!(matches!(error, Error::Address { .. }), "{url}: {error}");
        }
    }

    #[tokio::test]
    async fn places_where_no_database_can_be() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Db::open(&settings(&folder.path().join("no/such/a.db"))).await.unwrap_err();
        assert!(matches!(&missing, Error::MissingFolder(path) if path.ends_with("no/such")), "{missing}");
        let directory = Db::open(&settings(folder.path())).await.unwrap_err();
        assert!(matches!(directory, Error::IsFolder(_)), "{directory}");
        let letter = folder.path().join("letter.txt");
        std::fs::write(&letter, "Dear reader, this is no database at all, however long you look at it.").unwrap();
        let error = Db::open(&settings(&letter)).await.unwrap_err();
        assert!(matches!(error, Error::Damaged(_)), "{error}");
        // a folder in which not even the superuser can make a file
        let read_only = Db::open(&settings(Path::new("/proc/analyticbot.db"))).await.unwrap_err();
        assert!(matches!(read_only, Error::ReadOnly), "{read_only}");
        let unreachable = Settings { url: "postgres://nobody@127.0.0.1:1/none".to_owned(), max_connections: 1 };
        let error = Db::open(&unreachable).await.unwrap_err();
        assert!(matches!(error, Error::Unreachable(_)), "{error}");
    }

    #[tokio::test]
    async fn a_full_disk_is_named_and_takes_nothing_with_it() {
        crate::testing::on_sqlite(|db| async move {
            crate::testing::fill_disk_at(&db, 120).await.unwrap();
            let mut tx = db.write().await.unwrap();
            let mut outcome = Ok(());
            for number in 0..10_000 {
                let name = format!("{number}{}", "x".repeat(500));
                outcome = identity::insert_workspace(&mut tx, &name, 1).await.map(drop);
                if outcome.is_err() {
                    break;
                }
            }
            assert!(matches!(outcome, Err(Error::DiskFull)), "{outcome:?}");
            drop(tx);
            let mut tx = db.read().await.unwrap();
            assert_eq!(identity::list_all_workspaces(&mut tx).await.unwrap(), []);
        })
        .await;
    }

    both_dbs! {
        async fn what_is_not_committed_never_happened(db: &Db) {
            let mut tx = db.write().await.unwrap();
            identity::insert_workspace(&mut tx, "default", 1).await.unwrap();
            drop(tx);
            assert_eq!(identity::list_all_workspaces(&mut db.read().await.unwrap()).await.unwrap(), []);
        }

        async fn a_reader_sees_one_moment(db: &Db) {
            let mut reader = db.read().await.unwrap();
            assert_eq!(identity::list_all_workspaces(&mut reader).await.unwrap(), []);
            let mut writer = db.write().await.unwrap();
            identity::insert_workspace(&mut writer, "default", 1).await.unwrap();
            writer.commit().await.unwrap();
            assert_eq!(identity::list_all_workspaces(&mut reader).await.unwrap(), [], "still the moment it began");
            drop(reader);
            assert_eq!(identity::list_all_workspaces(&mut db.read().await.unwrap()).await.unwrap().len(), 1);
        }

        async fn a_commit_is_counted(db: &Db) {
            // other tests of this process commit, too, so that only growth can be asserted
            let mut tx = db.write().await.unwrap();
            identity::insert_workspace(&mut tx, "default", 1).await.unwrap();
            let before = commits();
            tx.commit().await.unwrap();
            assert!(commits() > before);
        }

        async fn a_reader_cannot_write(db: &Db) {
            let mut reader = db.read().await.unwrap();
            let outcome = identity::insert_workspace(&mut reader, "default", 1).await;
            assert!(matches!(outcome, Err(Error::ReadOnly)), "{outcome:?}");
        }

        async fn writers_wait_for_one_another(db: &Db) {
            let mut writers = Vec::new();
            for number in 0..8 {
                let db = db.clone();
                writers.push(tokio::task::spawn_local(async move {
                    let mut tx = db.write().await.unwrap();
                    let before = outbox::newest(&mut tx).await.unwrap();
                    identity::insert_workspace(&mut tx, &format!("w{number}"), before).await.unwrap();
                    tx.commit().await.unwrap();
                }));
            }
            for writer in writers {
                writer.await.unwrap();
            }
            assert_eq!(identity::list_all_workspaces(&mut db.read().await.unwrap()).await.unwrap().len(), 8);
        }
    }
}
