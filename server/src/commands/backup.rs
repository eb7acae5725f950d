//! `backup` and `restore`: the whole database, checked after it is written.

use std::path::PathBuf;
use std::process::ExitCode;

use services::backup::{self, BackupError, BackupReport};

use super::Shell;
use crate::failure::{Exit, Failure};
use crate::progress::Progress;

/// Write the whole database to a file while the server runs, and read it back to be sure
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  analyticbot backup analyticbot-2026-11-21.backup")]
pub struct BackupArgs {
    /// File to write
    file: PathBuf,
}

/// Put a backup in the place of the database; the server is stopped meanwhile
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  analyticbot restore analyticbot-2026-11-21.backup --force")]
pub struct RestoreArgs {
    /// A file that `backup` has written
    file: PathBuf,
    /// Replace a database that holds channels
    #[arg(long)]
    force: bool,
}

pub async fn backup(shell: &Shell, args: BackupArgs) -> Result<ExitCode, Failure> {
    let ctx = shell.ctx(false).await?;
    let progress = Progress::of_steps("writing the backup and reading it back", shell.json);
    let done = backup::backup(&ctx, &args.file).await;
    progress.clear();
    let report = done.map_err(|error| failure(&error))?;
    shell.say(&report, || format!("{} holds {}", report.path.display(), size(&report)))
}

pub async fn restore(shell: &Shell, args: RestoreArgs) -> Result<ExitCode, Failure> {
    shell.make_default_place()?;
    let progress = Progress::of_steps("checking the backup and putting it in place", shell.json);
    let done = backup::restore(&args.file, shell.config.database.url.expose(), args.force).await;
    progress.clear();
    let report = done.map_err(|error| failure(&error))?;
    shell.say(&report, || {
        format!("{} is in the place of {}, {}", args.file.display(), shell.config.database.url, size(&report))
    })
}

fn size(report: &BackupReport) -> String {
    let rows = report.rows.map_or_else(String::new, |rows| format!(", {rows} rows read back"));
    format!("{:.1} MiB{rows}", report.bytes as f64 / f64::from(1 << 20))
}

fn failure(error: &BackupError) -> Failure {
    let exit = if error.is_wrong_usage() { Exit::Usage } else { Exit::Failed };
    Failure { exit, ..Failure::failed("backup", error.to_string()) }
}
