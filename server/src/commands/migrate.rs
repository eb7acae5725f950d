//! `migrate`: the database to the version of this program.

use std::process::ExitCode;

use serde_json::json;

use super::Shell;
use crate::failure::Failure;

/// Create the database or bring it to the version of this program (`serve` does so by itself)
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  analyticbot migrate")]
pub struct Args {}

pub async fn run(shell: &Shell, _: Args) -> Result<ExitCode, Failure> {
    let db = shell.open().await?;
    let failure = |error| shell.database_failure(&error);
    let before = db.version().await.map_err(failure)?;
    db.migrate().await.map_err(failure)?;
    let after = db.version().await.map_err(failure)?;
    db.close().await;
    shell.say(&json!({ "database": shell.config.database.url.to_string(), "before": before, "after": after }), || {
        let version = after.unwrap_or_default();
        if before == after {
            format!("{} is at version {version} already", shell.config.database.url)
        } else {
            format!("{} is at version {version} now", shell.config.database.url)
        }
    })
}
