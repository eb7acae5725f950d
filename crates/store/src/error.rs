//! What can go wrong between us and the database, by name. The text of each case is fit for a person at a shell:
//! it says what happened and the way out.

use std::path::PathBuf;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "the database is of a newer version (migration {found}, this program knows {known}): start the newer program, or restore a backup made before the upgrade; nothing was touched"
    )]
    NewerDatabase { found: i64, known: i64 },
    #[error(
        "migration {version} was applied in another form than this program knows: the database belongs to another build; nothing was touched"
    )]
    ForeignMigration { version: i64 },
    #[error("{url:?} is not a database address: use sqlite:///path/to/file.db or postgres://user@host/name")]
    Address { url: String },
    #[error(
        "database.replica_url needs a Postgres behind database.url, and an address such as postgres://user@host/name itself: {url:?} is of no use as a replica"
    )]
    Replica { url: String },
    #[error("the folder {} does not exist: create it, or name another place in database.url", .0.display())]
    MissingFolder(PathBuf),
    #[error("{} is a folder, not a database file: name a file in it", .0.display())]
    IsFolder(PathBuf),
    #[error(
        "the database cannot be written: the file or its folder is read-only; make it writable or name another place in database.url"
    )]
    ReadOnly,
    #[error("the disk is full: nothing of the last change was kept; free some space and try again")]
    DiskFull,
    #[error("the database is busy with another writer: try again in a moment")]
    Busy,
    #[error("the file is not a database, or it is damaged: {0}; restore a backup")]
    Damaged(String),
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// A unique rule refused a row. `constraint` is the name of its index on both databases, e.g.
    /// `channel_workspace_id_username_folded`.
    #[error("a row with the same key exists already ({constraint})")]
    Conflict { constraint: String },
    /// A stored value makes no sense: names where it is.
    #[error("table {table}, column {column}, row {row}: {problem}")]
    Data { table: &'static str, column: &'static str, row: String, problem: String },
    #[error("database: {0}")]
    Driver(#[source] sqlx::Error),
}

// https://www.sqlite.org/rescode.html: primary codes, the low byte of an extended one
const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_READONLY: i32 = 8;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_NOTADB: i32 = 26;

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const POSTGRES_DISK_FULL: &str = "53100";
const POSTGRES_READ_ONLY: &str = "25006";
const POSTGRES_LOCK_NOT_AVAILABLE: &str = "55P03";
const POSTGRES_TOO_MANY_CONNECTIONS: &str = "53300";
/// Stopped, crashed, starting up or recovering.
const POSTGRES_NOT_THERE: [&str; 4] = ["57P01", "57P02", "57P03", "57P05"];
/// The class of errors about the connection itself.
const POSTGRES_CONNECTION: &str = "08";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => {
                if database.is_unique_violation() {
                    return Self::Conflict { constraint: constraint(database.as_ref()) };
                }
                let code = database.code().unwrap_or_default();
                if database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                    match code.parse::<i32>().unwrap_or_default() & 0xff {
                        SQLITE_BUSY | SQLITE_LOCKED => Self::Busy,
                        // a file that cannot be opened in a folder that exists: no right to it
                        SQLITE_READONLY | SQLITE_CANTOPEN => Self::ReadOnly,
                        SQLITE_FULL => Self::DiskFull,
                        SQLITE_CORRUPT | SQLITE_NOTADB => Self::Damaged(database.message().to_owned()),
                        _ => Self::Driver(error),
                    }
                } else {
                    match code.as_ref() {
                        POSTGRES_DISK_FULL => Self::DiskFull,
                        POSTGRES_READ_ONLY => Self::ReadOnly,
                        POSTGRES_LOCK_NOT_AVAILABLE | POSTGRES_TOO_MANY_CONNECTIONS => Self::Busy,
                        code if POSTGRES_NOT_THERE.contains(&code) || code.starts_with(POSTGRES_CONNECTION) => {
                            Self::Unreachable(database.message().to_owned())
                        }
                        _ => Self::Driver(error),
                    }
                }
            }
            sqlx::Error::Io(io) => Self::Unreachable(io.to_string()),
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed => Self::Unreachable("its connections are closed".to_owned()),
            _ => Self::Driver(error),
        }
    }
}

/// Name of the violated index. Postgres says it; SQLite says `UNIQUE constraint failed: t.a, t.b`, which becomes
/// `t_a_b` (our indexes are named so), or `index 'name'` for an index over an expression.
fn constraint(error: &dyn sqlx::error::DatabaseError) -> String {
    if let Some(name) = error.constraint() {
        return name.to_owned();
    }
    let message = error.message();
    let failed = message.split_once("failed: ").map_or(message, |(_, failed)| failed);
    if let Some(name) = failed.strip_prefix("index '") {
        return name.trim_end_matches('\'').to_owned();
    }
    let mut name = String::new();
    for (index, column) in failed.split(", ").enumerate() {
        let (table, column) = column.split_once('.').unwrap_or(("", column));
        if index == 0 {
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    name
}
