//! Why an import did not happen. Each sentence says what is wrong and the way out; the database is as before.

use std::path::PathBuf;

use domain::zone::ZoneError;

use super::{Kind, Problems};

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{} does not exist", .0.display())]
    NoFile(PathBuf),
    #[error("{} is a folder: name a file in it", .0.display())]
    IsFolder(PathBuf),
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{} is empty: the first line of a file names its columns", .0.display())]
    Empty(PathBuf),
    #[error(
        "the columns are parted by {found}, and an import file is comma-separated: save it as CSV with commas, or replace the header line's {found} to see whether the rest has commas"
    )]
    Separator { found: &'static str },
    #[error("the file is in UTF-16: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")]
    Utf16,
    #[error("the header line {problem}; a file of {} has the columns {}", kind.as_str(), super::file::columns_text(*kind))]
    Header { kind: Kind, problem: String },
    #[error("{reason}: is a quote (\") opened there and never closed? Nothing was imported")]
    EndlessRow { reason: String },
    #[error("{option} needs a file with one channel; this one has {first:?} and, on line {line}, {second:?}")]
    ManyChannels { option: &'static str, first: String, second: String, line: u64 },
    #[error(transparent)]
    Zone(#[from] ZoneError),
    #[error(
        "the counts cannot be taken after tomorrow: --taken-at is when they were read, as unix seconds or RFC 3339"
    )]
    TakenLater,
    #[error(
        "{} bad row{} in a file of {}; nothing was imported:{problems}\nmend them, or import the good rows with --skip-bad-rows FILE",
        problems.total,
        if problems.total == 1 { "" } else { "s" },
        kind.as_str()
    )]
    BadRows { kind: Kind, problems: Problems },
    #[error("the bad rows cannot be written to {}: {reason}", path.display())]
    SkipFile { path: PathBuf, reason: String },
    #[error("the bad rows cannot be written to {}: it is {reason}; name another file", path.display())]
    SkipFileTaken { path: PathBuf, reason: &'static str },
    #[error("stopped after {rows} rows; the database shows nothing of them, and the same command continues from there")]
    Stopped { rows: u64 },
    #[error("another process is importing the same file just now: let it finish")]
    Elsewhere,
    #[error("{} is no export of Telegram Desktop: {reason}. In Telegram Desktop open the channel, then ⋮ → Export chat history → format \"Machine-readable JSON\", and take its result.json", path.display())]
    NotAnExport { path: PathBuf, reason: String },
    #[error("{0}")]
    NoChannel(String),
    #[error(transparent)]
    Refused(#[from] crate::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl ImportError {
    /// The command was given wrongly (exit code 2), as opposed to: it could not be done (1).
    pub fn is_wrong_usage(&self) -> bool {
        matches!(
            self,
            Self::NoFile(_)
                | Self::IsFolder(_)
                | Self::ManyChannels { .. }
                | Self::Zone(_)
                | Self::TakenLater
                | Self::SkipFileTaken { .. }
        )
    }
}
