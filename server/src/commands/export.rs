//! `export`: a channel's facts as a file that `import` reads again.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use domain::analytics::query::Query;
use domain::channels::ChannelRef;
use serde_json::json;
use services::collect::export::{self, ExportError, Format, Range};

use super::Shell;
use crate::failure::Failure;

/// Write a channel's posts or daily facts to a file
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  analyticbot export posts my_channel --format csv --from 2025-06-01 --to 2025-07-01 --out june.csv"
)]
pub enum Export {
    /// Posts with their newest counts
    #[command(after_help = "Example:\n  analyticbot export posts my_channel --format csv --out posts.csv")]
    Posts(Args),
    /// Subscribers day by day; days are UTC, as the source counts them
    #[command(after_help = "Example:\n  analyticbot export daily my_channel --format json")]
    Daily(Args),
}

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Username with or without @, or Telegram's id
    channel: String,
    #[arg(long, value_enum, default_value = "csv")]
    format: FileFormat,
    /// First day, or an instant [default: the channel's first]
    #[arg(long, value_name = "DAY|INSTANT")]
    from: Option<String>,
    /// The day after the last, or an instant [default: after the channel's last]
    #[arg(long, value_name = "DAY|INSTANT")]
    to: Option<String>,
    /// Time zone of the days [default: the channel's]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FileFormat {
    Csv,
    Json,
}

#[derive(Debug, Clone, Copy)]
enum Facts {
    Posts,
    Daily,
}

pub async fn run(shell: &Shell, command: Export) -> Result<ExitCode, Failure> {
    if !shell.config.export.enabled {
        return Err(Failure::failed(
            "export_disabled",
            "exports are switched off here: set export.enabled to true in the settings, or EXPORT_ENABLED=true",
        ));
    }
    let (facts, args) = match command {
        Export::Posts(args) => (Facts::Posts, args),
        Export::Daily(args) => (Facts::Daily, args),
    };
    let Some(file) = &args.out else {
        write(shell, facts, &args, &mut BufWriter::new(std::io::stdout())).await?;
        return Ok(ExitCode::SUCCESS);
    };
    // nobody finds half a file under the name: it gets it when it is whole
    let part = file.with_added_extension("part");
    let written = write_file(shell, facts, &args, &part).await.and_then(|rows| {
        std::fs::rename(&part, file).map_err(|error| super::cannot_write(file, &error))?;
        Ok(rows)
    });
    let rows = match written {
        Ok(rows) => rows,
        Err(failure) => {
            // it may not even exist; the failure is what matters
            let _ = std::fs::remove_file(&part);
            return Err(failure);
        }
    };
    shell.say(&json!({ "out": file, "rows": rows }), || format!("{rows} rows in {}", file.display()))
}

async fn write_file(shell: &Shell, facts: Facts, args: &Args, part: &Path) -> Result<u64, Failure> {
    let file = File::create(part).map_err(|error| super::cannot_write(part, &error))?;
    write(shell, facts, args, &mut BufWriter::new(file)).await
}

async fn write(shell: &Shell, facts: Facts, args: &Args, out: &mut (dyn Write + Send)) -> Result<u64, Failure> {
    let range = args.range()?;
    let (ctx, viewer) = shell.operator().await?;
    let channel = ChannelRef::parse(&args.channel);
    let format = match args.format {
        FileFormat::Csv => Format::Csv,
        FileFormat::Json => Format::Json,
    };
    let written = match facts {
        Facts::Posts => export::posts(&ctx, &viewer, &channel, &range, format, out).await,
        Facts::Daily => export::daily(&ctx, &viewer, &channel, &range, format, out).await,
    };
    let cannot = |error: &std::io::Error| {
        super::cannot_write(args.out.as_deref().unwrap_or(Path::new("standard output")), error)
    };
    let rows = written.map_err(|error| match error {
        ExportError::Refused(refused) => super::of_channel(refused, &args.channel),
        ExportError::Write(error) => cannot(&error),
    })?;
    out.flush().map_err(|error| cannot(&error))?;
    Ok(rows)
}

impl Args {
    fn range(&self) -> Result<Range, Failure> {
        let mut query = Query::default();
        for (name, value) in [("from", &self.from), ("to", &self.to), ("tz", &self.tz)] {
            if let Some(value) = value {
                query.set(name, value).map_err(services::Error::from)?;
            }
        }
        Ok(Range { from: query.from, to: query.to, tz: query.tz })
    }
}
