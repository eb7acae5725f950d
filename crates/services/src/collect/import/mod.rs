//! Importing files of posts, snapshots, daily facts and sources (metrics §1).
//!
//! The file is read in chunks on a thread of its own ([`file`]); each chunk is staged out of sight and commits together
//! with how far the file was read ([`staging`]), so memory is bounded, nothing else waits long for the writer, and a
//! run that was stopped continues where it was; at the end all of it becomes visible in one unit of work
//! ([`publish`]). A file with bad rows changes nothing, unless they are to be skipped.

pub(super) mod cell;
mod error;
pub(super) mod file;
mod problem;
pub(super) mod publish;
mod rows;
mod skip_file;
pub(super) mod staging;

use std::fs::{File, Metadata};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use domain::zone::Zone;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use error::ImportError;
pub use problem::{Problem, Problems};

use crate::entitlements::{self, Feature};
use crate::identity::{permission, require};
use crate::{Ctx, Viewer, channels};
use file::{Chunk, FileReader};
pub(super) use rows::Place;
use staging::{Bookmark, Staging};

/// Chunks read ahead of the database. One is being read, one waits, one is written.
const CHUNKS_AHEAD: usize = 1;
/// An unfinished run that nobody continued for this long is forgotten.
const STALE_RUN_S: i64 = 7 * 86_400;
/// A file is told from another by its size, its time and this much of its beginning.
const IDENTITY_BYTES: u64 = 1 << 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Posts,
    Snapshots,
    Daily,
    Sources,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::Snapshots => "snapshots",
            Self::Daily => "daily",
            Self::Sources => "sources",
        }
    }
}

#[derive(Debug, Clone)]
pub struct ImportRequest {
    pub kind: Kind,
    pub path: PathBuf,
    /// the channel of a file that holds exactly one: an existing one, or the name of the new one
    pub channel: Option<String>,
    /// title of the channel; of a new one without it, its name
    pub title: Option<String>,
    /// IANA zone of the channels; of new ones without it, UTC
    pub tz: Option<String>,
    /// when the counts of a posts file were taken, unix seconds; without it, now
    pub taken_at: Option<i64>,
    /// import the good rows, and write the bad ones with the reason to this file
    pub skip_bad_rows: Option<PathBuf>,
}

impl ImportRequest {
    pub fn new(kind: Kind, path: impl Into<PathBuf>) -> Self {
        Self { kind, path: path.into(), channel: None, title: None, tz: None, taken_at: None, skip_bad_rows: None }
    }

    /// The option, if given, that only a file with one channel can follow.
    pub(super) fn option_for_one_channel(&self) -> Option<&'static str> {
        match (&self.channel, &self.title) {
            (Some(_), _) => Some("--channel"),
            (None, Some(_)) => Some("--title"),
            (None, None) => None,
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ImportReport {
    /// data rows of the file, bad ones too
    pub rows: u64,
    /// rows that told something new, about a known post or day, nothing new
    pub inserted: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// bad rows, written to the file of `skip_bad_rows`
    pub skipped: u64,
    /// slugs of the channels of the file, in its order
    pub channels: Vec<String>,
    /// rows an earlier run of the same import had staged already
    pub continued_from: Option<u64>,
}

/// Hears how far an import is, once a chunk.
pub trait Progress: Send + Sync {
    /// Bytes of the file, and rows so far.
    fn advance(&self, bytes_done: u64, bytes_total: u64, rows: u64);
    /// All is read; it becomes visible now.
    fn publishing(&self) {}
}

/// Nobody watches.
impl Progress for () {
    fn advance(&self, _: u64, _: u64, _: u64) {}
}

/// Reads an instant given to an option such as `--taken-at`: unix seconds or RFC 3339, at most a day ahead of `now`.
pub fn parse_instant(text: &str, now: i64) -> Result<i64, &'static str> {
    cell::instant(text.as_bytes(), now)
}

/// Imports a file. After [`ImportError::Stopped`], or when the process died, the database is as before and the same
/// request continues.
pub async fn run(
    ctx: &Ctx,
    viewer: &Viewer,
    request: &ImportRequest,
    progress: &dyn Progress,
    cancel: &CancellationToken,
) -> Result<ImportReport, ImportError> {
    let (request, opened) = prepare(ctx, viewer, request, request.kind.as_str()).await?;
    // a file that is refused for its header leaves nothing behind, no file of bad rows either
    let taken_at = request.taken_at.unwrap_or(ctx.now());
    FileReader::open(&request, Place { offset: 0, line: 1 }, Vec::new(), ctx.now(), taken_at)?;
    let staging = Staging::open(ctx, viewer, &request, opened.identity).await?;
    let (start, channels) = (staging.bookmark.place(), staging.bookmark.channels.clone());
    let taken_at = staging.bookmark.taken_at;
    let mut reader = match FileReader::open(&request, start, channels, ctx.now(), taken_at) {
        Ok(reader) => reader,
        Err(error) => return Err(staging.abandon_after(error).await),
    };
    let produce = move |send: &Sink<'_>, stop: &CancellationToken| {
        while let Some(chunk) = reader.next_chunk(stop).transpose() {
            if !send(chunk) {
                break;
            }
        }
    };
    stage_and_publish(staging, opened.bytes, progress, cancel, produce).await
}

/// A file that may be imported.
pub(super) struct Opened {
    pub identity: String,
    pub bytes: u64,
}

/// Permission, options and the file itself, before anything is written. The request comes back with its zone spelled
/// as the zone database does.
pub(super) async fn prepare(
    ctx: &Ctx,
    viewer: &Viewer,
    request: &ImportRequest,
    format: &str,
) -> Result<(ImportRequest, Opened), ImportError> {
    require(viewer, permission::IMPORT)?;
    entitlements::allow(ctx, viewer, Feature::Import).await?;
    let tz = request.tz.as_deref().map(Zone::find).transpose()?.map(|zone| zone.name().to_owned());
    let now = ctx.now();
    if request.taken_at.is_some_and(|at| at > now + cell::AHEAD_S_MAX) {
        return Err(ImportError::TakenLater);
    }
    let request = ImportRequest { tz, ..request.clone() };
    let (file, metadata) = open(&request.path)?;
    if let Some(skip) = &request.skip_bad_rows {
        skip_file::check_path(skip, &request.path, ctx.db.path())?;
    }
    let identity = identity(&request, format, file, &metadata)?;
    forget_stale_runs(ctx, now).await?;
    Ok((request, Opened { identity, bytes: metadata.len() }))
}

/// Hands a chunk to the database; `false` when no more are wanted.
pub(super) type Sink<'a> = dyn Fn(Result<Chunk, ImportError>) -> bool + 'a;

/// Stages the chunks that `produce` makes on a thread of its own, then makes them visible.
pub(super) async fn stage_and_publish(
    mut staging: Staging<'_>,
    bytes: u64,
    progress: &dyn Progress,
    cancel: &CancellationToken,
    produce: impl FnOnce(&Sink<'_>, &CancellationToken) + Send + 'static,
) -> Result<ImportReport, ImportError> {
    let ctx = staging.ctx;
    progress.advance(staging.bookmark.offset, bytes, staging.bookmark.rows);
    let (sender, mut chunks) = mpsc::channel::<Result<Chunk, ImportError>>(CHUNKS_AHEAD);
    let stop = cancel.child_token();
    let reading = tokio::task::spawn_blocking({
        let stop = stop.clone();
        move || produce(&|chunk| sender.blocking_send(chunk).is_ok(), &stop)
    });
    let outcome = stage_all(&mut staging, &mut chunks, bytes, progress, cancel).await;
    stop.cancel();
    drop(chunks);
    let read = reading.await;
    match (outcome, read) {
        (Ok(()), Ok(())) => {}
        (Err(stopped @ (ImportError::Stopped { .. } | ImportError::Elsewhere)), _) => return Err(stopped),
        (Err(error), _) => return Err(staging.abandon_after(error).await),
        // the reader panicked: what was staged is not the whole file
        (Ok(()), Err(panicked)) => {
            let error = crate::Error::internal(&panicked);
            return Err(staging.abandon_after(error.into()).await);
        }
    }
    if staging.refuses() {
        let problems = staging.explained_problems()?;
        let refused = ImportError::BadRows { problems, kind: staging.request.kind };
        return Err(staging.abandon_after(refused).await);
    }
    progress.publishing();
    let report = staging.publish().await?;
    // what was staged for channels that existed is of no use now
    channels::purge_deleted(ctx).await?;
    Ok(report)
}

async fn stage_all(
    staging: &mut Staging<'_>,
    chunks: &mut mpsc::Receiver<Result<Chunk, ImportError>>,
    total: u64,
    progress: &dyn Progress,
    cancel: &CancellationToken,
) -> Result<(), ImportError> {
    while let Some(chunk) = chunks.recv().await {
        if cancel.is_cancelled() {
            break;
        }
        let chunk = chunk?;
        let end = chunk.end;
        staging.take(chunk).await?;
        progress.advance(end.offset, total, staging.bookmark.rows);
    }
    if cancel.is_cancelled() {
        return Err(ImportError::Stopped { rows: staging.bookmark.rows });
    }
    Ok(())
}

fn open(path: &Path) -> Result<(File, Metadata), ImportError> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => ImportError::NoFile(path.to_owned()),
        _ => ImportError::Unreadable { path: path.to_owned(), reason: error.to_string() },
    };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(ImportError::IsFolder(path.to_owned()));
    }
    Ok((file, metadata))
}

/// What is the same when the same file is imported in the same way.
fn identity(request: &ImportRequest, format: &str, mut file: File, metadata: &Metadata) -> Result<String, ImportError> {
    use std::fmt::Write as _;

    let mut hash = Sha256::new();
    let changed = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let options = (
        format,
        metadata.len(),
        changed.as_nanos().to_string(),
        (&request.channel, &request.title, &request.tz, request.taken_at, &request.skip_bad_rows),
    );
    hash.update(serde_json::to_vec(&options).map_err(crate::Error::from)?);
    let mut beginning = Vec::new();
    let unreadable =
        |error: std::io::Error| ImportError::Unreadable { path: request.path.clone(), reason: error.to_string() };
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    file.take(IDENTITY_BYTES).read_to_end(&mut beginning).map_err(unreadable)?;
    if beginning.is_empty() {
        return Err(ImportError::Empty(request.path.clone()));
    }
    hash.update(&beginning);
    Ok(hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // writing to a String cannot fail
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

async fn forget_stale_runs(ctx: &Ctx, now: i64) -> Result<(), ImportError> {
    let stale = store::collect::stage::list_stale_runs(&mut ctx.db.read().await?, now - STALE_RUN_S).await?;
    for run in stale {
        let mut tx = ctx.db.write().await?;
        store::collect::stage::delete_run(&mut tx, run, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

impl Bookmark {
    fn place(&self) -> Place {
        Place { offset: self.offset, line: self.line }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The server imports on threads of its own choosing.
    #[test]
    fn an_import_may_move_between_threads() {
        fn is_send(_: impl Send) {}
        fn check(ctx: &Ctx, viewer: &Viewer, request: &ImportRequest, cancel: &CancellationToken) {
            is_send(run(ctx, viewer, request, &(), cancel));
        }
        let _ = check;
    }
}
