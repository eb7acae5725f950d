//! Backups: a consistent copy made while the product is in use, read back before it counts; and the way back.
//!
//! An SQLite database is copied into one file by the database itself; a Postgres database by its own programs,
//! `pg_dump`, `pg_restore` and `psql`. A backup goes back into a database of its kind.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Serialize;
use store::maintenance::Owner;
use store::{Backend, Db, Settings, maintenance};
use tokio::process::Command;

use crate::Ctx;

const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";
const PG_DUMP_MAGIC: &[u8] = b"PGDMP";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupReport {
    pub path: PathBuf,
    pub bytes: u64,
    /// rows read back, in all tables; `None` where the program that wrote the backup does not tell (Postgres)
    pub rows: Option<i64>,
}

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{} does not exist", .0.display())]
    NoFile(PathBuf),
    #[error("the folder {} does not exist: create it first", .0.display())]
    NoFolder(PathBuf),
    #[error("{} is a folder: name a file in it", .0.display())]
    IsFolder(PathBuf),
    #[error("{} exists and is no backup of ours: name another file", .0.display())]
    Occupied(PathBuf),
    #[error("{} is the database itself: name another file", .0.display())]
    Itself(PathBuf),
    #[error("{} is no backup of AnalyticBot: {reason}", path.display())]
    NotABackup { path: PathBuf, reason: String },
    #[error("{} is damaged: {problem}; take another backup", path.display())]
    Damaged { path: PathBuf, problem: String },
    #[error(
        "the database {target} holds {channels} channels: nothing was changed; --force replaces them by the backup"
    )]
    NotEmpty { target: String, channels: i64 },
    #[error("the database {0} holds tables of another program: nothing was changed; name another database, or --force")]
    NotOurs(String),
    #[error("the database {0} is in use: stop the server and other commands first; nothing was changed")]
    InUse(String),
    #[error("this is a backup of {found}, and {target} is {wanted}: give a database of the same kind")]
    OtherKind { found: &'static str, wanted: &'static str, target: String },
    #[error("the program {program} is not here: install PostgreSQL's client programs (Debian: postgresql-client)")]
    NoProgram { program: &'static str },
    #[error("{program} failed: {message}")]
    Program { program: &'static str, message: String },
    #[error("{}: {reason}", path.display())]
    Io { path: PathBuf, reason: String },
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl BackupError {
    /// The command was given wrongly (exit code 2), as opposed to: it could not be done (1).
    pub fn is_wrong_usage(&self) -> bool {
        matches!(
            self,
            Self::NoFile(_) | Self::NoFolder(_) | Self::IsFolder(_) | Self::Itself(_) | Self::OtherKind { .. }
        )
    }
}

/// Writes a backup, and reads it back. An older backup of that name is replaced at once by the whole new one.
pub async fn backup(ctx: &Ctx, path: &Path) -> Result<BackupReport, BackupError> {
    check_target(ctx, path)?;
    let folder = folder_of(path);
    // beside the target, so that the rename is one step; removed when anything fails
    let scratch =
        tempfile::Builder::new().prefix(".backup-").tempdir_in(folder).map_err(|error| io_error(folder, &error))?;
    let unfinished = scratch.path().join("backup");
    let rows = match ctx.db.backend() {
        Backend::Sqlite => Some(copy_sqlite(&ctx.db, &unfinished).await?),
        Backend::Postgres => {
            dump_postgres(ctx.db.postgres_url().unwrap_or_default(), &unfinished).await?;
            None
        }
    };
    put_in_place(&unfinished, path)?;
    let bytes = fs::metadata(path).map_err(|error| io_error(path, &error))?.len();
    Ok(BackupReport { path: path.to_owned(), bytes, rows })
}

/// Puts a backup in the place of the database at `url`. The backup is checked first, and read back from its new place
/// after. A database with channels in it is replaced only with `force`; until the backup is whole in its place the old
/// one is untouched.
pub async fn restore(path: &Path, url: &str, force: bool) -> Result<BackupReport, BackupError> {
    let magic = read_magic(path)?;
    let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let target = store::without_password(url);
    if magic.starts_with(SQLITE_MAGIC) {
        if is_postgres {
            return Err(BackupError::OtherKind { found: "SQLite", wanted: "Postgres", target });
        }
        restore_sqlite(path, url, force).await
    } else if magic.starts_with(PG_DUMP_MAGIC) {
        if !is_postgres {
            return Err(BackupError::OtherKind { found: "Postgres", wanted: "SQLite", target });
        }
        restore_postgres(path, url, force).await
    } else {
        let reason = "it is neither an SQLite database nor an archive of pg_dump".to_owned();
        Err(BackupError::NotABackup { path: path.to_owned(), reason })
    }
}

fn check_target(ctx: &Ctx, path: &Path) -> Result<(), BackupError> {
    if path.is_dir() {
        return Err(BackupError::IsFolder(path.to_owned()));
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(BackupError::NoFolder(folder.to_owned()));
    }
    if !path.exists() {
        return Ok(());
    }
    let is_same = |database: &Path| fs::canonicalize(database).ok() == fs::canonicalize(path).ok();
    if ctx.db.path().is_some_and(is_same) {
        return Err(BackupError::Itself(path.to_owned()));
    }
    let magic = read_magic(path)?;
    if magic.is_empty() || magic.starts_with(SQLITE_MAGIC) || magic.starts_with(PG_DUMP_MAGIC) {
        Ok(())
    } else {
        Err(BackupError::Occupied(path.to_owned()))
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn read_magic(path: &Path) -> Result<Vec<u8>, BackupError> {
    if path.is_dir() {
        return Err(BackupError::IsFolder(path.to_owned()));
    }
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => BackupError::NoFile(path.to_owned()),
        _ => io_error(path, &error),
    })?;
    let mut magic = Vec::new();
    file.take(SQLITE_MAGIC.len() as u64).read_to_end(&mut magic).map_err(|error| io_error(path, &error))?;
    Ok(magic)
}

fn io_error(path: &Path, error: &std::io::Error) -> BackupError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => store::Error::DiskFull.into(),
        _ => BackupError::Io { path: path.to_owned(), reason: error.to_string() },
    }
}

/// Copies and reads back; how many rows the copy has.
async fn copy_sqlite(db: &Db, to: &Path) -> Result<i64, BackupError> {
    let before = maintenance::row_counts(&mut db.read().await?).await?;
    maintenance::copy_sqlite(db, to).await?;
    let after = maintenance::row_counts(&mut db.read().await?).await?;
    let copied = check_sqlite(to).await?;
    // with writes going on meanwhile the copy is of a moment between the two counts
    if before == after && copied != after {
        let problem = "the copy has other rows than the database".to_owned();
        return Err(BackupError::Damaged { path: to.to_owned(), problem });
    }
    Ok(copied.iter().map(|(_, rows)| rows).sum())
}

/// Opens a copy as a database, migrates it if it is of an older version, and looks through every page; its rows by
/// table. Leaves one file.
async fn check_sqlite(path: &Path) -> Result<Vec<(String, i64)>, BackupError> {
    let not_ours = |reason: String| BackupError::NotABackup { path: path.to_owned(), reason };
    let damaged = |problem: String| BackupError::Damaged { path: path.to_owned(), problem };
    let url = format!("sqlite://{}", path.display());
    let db = Db::open(&Settings { url, max_connections: 1 }).await.map_err(|error| match error {
        store::Error::Damaged(problem) => damaged(problem),
        error => error.into(),
    })?;
    let checked = async {
        if db.version().await.map_err(|error| damaged_or(error, path))?.is_none() {
            return Err(not_ours("it is another program's database".to_owned()));
        }
        let problems = {
            let mut tx = db.read().await?;
            maintenance::integrity_problems(&mut tx).await.map_err(|error| damaged_or(error, path))?
        };
        if let Some(first) = problems.first() {
            return Err(damaged(first.clone()));
        }
        db.migrate().await?;
        Ok(maintenance::row_counts(&mut db.read().await?).await?)
    }
    .await;
    let single_file = maintenance::leave_wal(&db).await;
    db.close().await;
    let rows = checked?;
    single_file?;
    Ok(rows)
}

fn damaged_or(error: store::Error, path: &Path) -> BackupError {
    match error {
        store::Error::Damaged(problem) => BackupError::Damaged { path: path.to_owned(), problem },
        store::Error::Driver(cause) => BackupError::Damaged { path: path.to_owned(), problem: cause.to_string() },
        error => error.into(),
    }
}

/// Down to the disk, then under its name in one step.
fn put_in_place(unfinished: &Path, path: &Path) -> Result<(), BackupError> {
    File::open(unfinished).and_then(|file| file.sync_all()).map_err(|error| io_error(unfinished, &error))?;
    fs::rename(unfinished, path).map_err(|error| io_error(path, &error))?;
    let folder = folder_of(path);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| io_error(folder, &error))
}

async fn restore_sqlite(path: &Path, url: &str, force: bool) -> Result<BackupReport, BackupError> {
    let target = store::sqlite_path(url)?;
    if target.is_dir() {
        return Err(BackupError::IsFolder(target));
    }
    let folder = folder_of(&target);
    if !folder.is_dir() {
        return Err(BackupError::NoFolder(folder.to_owned()));
    }
    if fs::canonicalize(path).ok().is_some_and(|path| fs::canonicalize(&target).ok() == Some(path)) {
        return Err(BackupError::Itself(path.to_owned()));
    }
    let scratch =
        tempfile::Builder::new().prefix(".restore-").tempdir_in(folder).map_err(|error| io_error(folder, &error))?;
    let copy = scratch.path().join("restored");
    fs::copy(path, &copy).map_err(|error| io_error(&copy, &error))?;
    let rows = check_sqlite(&copy).await.map_err(|error| about(error, path))?;
    if target.exists() {
        clear_for_replacement(&target, url, force).await?;
    }
    put_in_place(&copy, &target)?;
    let read_back = check_sqlite(&target).await?;
    if read_back != rows {
        let problem = "read back, it has other rows than the backup".to_owned();
        return Err(BackupError::Damaged { path: target, problem });
    }
    let bytes = fs::metadata(&target).map_err(|error| io_error(&target, &error))?.len();
    Ok(BackupReport { path: target, bytes, rows: Some(rows.iter().map(|(_, rows)| rows).sum()) })
}

/// Speaks of the file the person named, not of our copy of it.
fn about(error: BackupError, path: &Path) -> BackupError {
    match error {
        BackupError::NotABackup { reason, .. } => BackupError::NotABackup { path: path.to_owned(), reason },
        BackupError::Damaged { problem, .. } => BackupError::Damaged { path: path.to_owned(), problem },
        error => error,
    }
}

/// Makes sure that the database may be replaced and that nobody uses it, and that no log of it is left which would be
/// taken for one of its successor.
async fn clear_for_replacement(target: &Path, url: &str, force: bool) -> Result<(), BackupError> {
    let shown = || target.display().to_string();
    let opened = Db::open(&Settings { url: url.to_owned(), max_connections: 1 }).await;
    let db = match opened {
        Ok(db) => db,
        // whatever is there, it is no database that works
        Err(store::Error::Damaged(_)) if force => {
            for end in ["-wal", "-shm"] {
                let mut log = target.as_os_str().to_owned();
                log.push(end);
                let _ = fs::remove_file(PathBuf::from(log));
            }
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let allowed = if force { Ok(()) } else { check_replaceable(&db, shown()).await };
    // succeeds only while nobody else has the database open, and puts its log away
    let alone = maintenance::leave_wal(&db).await;
    db.close().await;
    allowed?;
    alone.map_err(|error| match error {
        store::Error::Busy => BackupError::InUse(shown()),
        error => error.into(),
    })
}

/// Without force only a database without tables is replaced, or one of ours without channels.
async fn check_replaceable(db: &Db, target: String) -> Result<(), BackupError> {
    let mut tx = db.read().await?;
    match maintenance::owner(&mut tx).await? {
        Owner::Nobody => return Ok(()),
        Owner::Another => return Err(BackupError::NotOurs(target)),
        Owner::Us => {}
    }
    drop(tx);
    db.version().await?;
    let rows = maintenance::row_counts(&mut db.read().await?).await?;
    let channels = rows.iter().find(|(table, _)| table == "channel").map_or(0, |(_, rows)| *rows);
    if channels > 0 {
        return Err(BackupError::NotEmpty { target, channels });
    }
    Ok(())
}

/// Our tables go, and what hangs on them; another program's beside them stay.
fn drop_tables() -> String {
    let tables: Vec<String> =
        maintenance::TABLES.into_iter().chain(["_sqlx_migrations"]).map(|table| format!("public.{table}")).collect();
    format!("DROP TABLE IF EXISTS {} CASCADE", tables.join(", "))
}

async fn dump_postgres(url: &str, to: &Path) -> Result<(), BackupError> {
    let mut dump = program("pg_dump", url);
    dump.args(["--format=custom", "--no-owner", "--no-privileges"]).arg("--file").arg(to);
    output("pg_dump", dump).await?;
    // reading the table of contents back shows that the archive is whole up to its index
    let mut list = Command::new("pg_restore");
    list.arg("--list").arg(to);
    let contents = output("pg_restore", list).await?;
    check_contents(to, &contents)
}

fn check_contents(path: &Path, contents: &str) -> Result<(), BackupError> {
    for table in ["workspace", "channel", "post", "_sqlx_migrations"] {
        if !contents.lines().any(|line| line.contains(&format!(" TABLE public {table} "))) {
            let reason = format!("it has no table {table}");
            return Err(BackupError::NotABackup { path: path.to_owned(), reason });
        }
    }
    Ok(())
}

async fn restore_postgres(path: &Path, url: &str, force: bool) -> Result<BackupReport, BackupError> {
    let mut list = Command::new("pg_restore");
    list.arg("--list").arg(path);
    let contents = output("pg_restore", list).await.map_err(|error| match error {
        BackupError::Program { message, .. } => BackupError::Damaged { path: path.to_owned(), problem: message },
        error => error,
    })?;
    check_contents(path, &contents)?;
    let settings = Settings { url: url.to_owned(), max_connections: 1 };
    let db = Db::open(&settings).await?;
    let allowed = if force { Ok(()) } else { check_replaceable(&db, store::without_password(url)).await };
    db.close().await;
    allowed?;
    // pg_restore cannot replace partitioned tables, so the archive becomes a script, which runs after the old tables
    // went, in one transaction: either all of the backup is there, or the database as it was
    let scratch = tempfile::tempdir().map_err(|error| io_error(&std::env::temp_dir(), &error))?;
    let script = scratch.path().join("restore.sql");
    let mut unpack = Command::new("pg_restore");
    unpack.args(["--no-owner", "--no-privileges"]).arg("--file").arg(&script).arg(path);
    output("pg_restore", unpack).await?;
    let mut run = program("psql", url);
    run.args(["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]);
    run.arg("--command").arg(drop_tables()).arg("--file").arg(&script);
    output("psql", run).await?;
    let db = Db::open(&settings).await?;
    db.migrate().await?;
    let rows = maintenance::row_counts(&mut db.read().await?).await?;
    db.close().await;
    let bytes = fs::metadata(path).map_err(|error| io_error(path, &error))?.len();
    Ok(BackupReport { path: path.to_owned(), bytes, rows: Some(rows.iter().map(|(_, rows)| rows).sum()) })
}

/// One of Postgres' programs on a database; the password goes by the environment, not by the list of processes.
fn program(name: &'static str, url: &str) -> Command {
    let mut command = Command::new(name);
    let (address, password) = store::split_password(url);
    command.arg("--dbname").arg(address).arg("--no-password");
    if let Some(password) = password {
        let password = percent_encoding::percent_decode_str(&password).decode_utf8_lossy();
        command.env("PGPASSWORD", password.as_ref());
    }
    command
}

async fn output(name: &'static str, mut command: Command) -> Result<String, BackupError> {
    let output = command.stdin(Stdio::null()).output().await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => BackupError::NoProgram { program: name },
        _ => BackupError::Program { program: name, message: error.to_string() },
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let message = String::from_utf8_lossy(&output.stderr);
    let message = message.lines().take(3).collect::<Vec<_>>().join("; ");
    Err(BackupError::Program { program: name, message })
}
