//! `import`: files into channels.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use services::collect::import::{self, ImportError, ImportReport, ImportRequest, Kind, parse_instant};
use services::collect::preview::{self, PreviewImport, PreviewReport};
use services::collect::telegram_export::{self, TelegramReport};

use super::stoppable::stoppable;
use super::{Shell, zone_named};
use crate::failure::{Exit, Failure};
use crate::progress::Progress;

/// Put a channel's history in, from CSV files, Telegram Desktop's export or its public page
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  analyticbot import posts channel.csv --tz Asia/Tashkent
  analyticbot import telegram-export result.json
  analyticbot import preview @my_channel

A file is imported whole or not at all; importing it again changes nothing; Ctrl-C leaves the database as it was, and the
same command continues.")]
pub enum Import {
    #[command(
        about = "Posts with their newest counts: channel or channel_id, post_id, date_utc, views, forwards, reactions, replies, media_type, text",
        after_help = "Example:\n  analyticbot import posts channel.csv --title \"My channel\" --tz Europe/Moscow --taken-at 2025-11-01T18:24:42Z"
    )]
    Posts(PostsArgs),
    #[command(
        about = "Readings of counts over time: channel or channel_id, post_id, taken_at_utc, views, forwards, reactions, replies",
        after_help = "Example:\n  analyticbot import snapshots readings.csv"
    )]
    Snapshots(FileArgs),
    #[command(
        about = "Subscribers day by day: channel or channel_id, day, subscribers, joined, left, notifications_on",
        after_help = "Example:\n  analyticbot import daily subscribers.csv --channel my_channel"
    )]
    Daily(FileArgs),
    #[command(
        about = "Views by source day by day: channel or channel_id, day, source, views",
        after_help = "Example:\n  analyticbot import sources sources.csv"
    )]
    Sources(FileArgs),
    /// Telegram Desktop's export of a channel in the machine-readable format
    #[command(after_help = "Example:\n  analyticbot import telegram-export result.json --tz Asia/Tashkent")]
    TelegramExport(ExportArgs),
    /// The public page of a public channel (t.me/s/NAME); needs no login, its counts are rounded
    #[command(after_help = "\
Examples:
  analyticbot import preview @my_channel --tz Asia/Tashkent
  analyticbot import preview https://t.me/my_channel --pages 5 --connect

Pages are read newest first and are visible at once; after Ctrl-C the same command continues.")]
    Preview(PreviewArgs),
}

#[derive(Debug, clap::Args)]
pub struct PostsArgs {
    #[command(flatten)]
    file: FileArgs,
    /// When the counts of the file were read, unix seconds or RFC 3339 [default: now]
    #[arg(long, value_name = "T")]
    taken_at: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct FileArgs {
    /// CSV in UTF-8 with a header line
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Channel of a file that holds exactly one: an existing one, or the name of the new one
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Title to show [default of a new channel: its name]
    #[arg(long)]
    title: Option<String>,
    /// Time zone of the channel's days and hours [default of a new channel: UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Import the good rows and write the bad ones, with the reason, to this file
    #[arg(long, value_name = "FILE")]
    skip_bad_rows: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// The export's result.json
    #[arg(value_name = "result.json")]
    file: PathBuf,
    /// Name of the channel [default: as in the export]
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Title to show [default: as in the export]
    #[arg(long)]
    title: Option<String>,
    /// Time zone of the channel's days and hours [default of a new channel: UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// When the export was made, unix seconds or RFC 3339 [default: now]
    #[arg(long, value_name = "T")]
    taken_at: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct PreviewArgs {
    /// The channel's name or address
    #[arg(value_name = "@channel")]
    channel: String,
    /// At most so many pages of twenty posts [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pages: Option<u64>,
    /// Time zone of the channel's days and hours [default of a new channel: UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Also collect the channel from now on, as "Connect a channel" in Settings does
    #[arg(long)]
    connect: bool,
}

pub async fn run(shell: &Shell, command: Import) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let taken_at = |text: &Option<String>| taken_at(text.as_deref(), ctx.now());
    let request = match &command {
        Import::Posts(args) => ImportRequest { taken_at: taken_at(&args.taken_at)?, ..args.file.request(Kind::Posts) },
        Import::Snapshots(args) => args.request(Kind::Snapshots),
        Import::Daily(args) => args.request(Kind::Daily),
        Import::Sources(args) => args.request(Kind::Sources),
        Import::Preview(args) => return read_preview(shell, args, &ctx, &viewer).await,
        Import::TelegramExport(args) => {
            let request = ImportRequest {
                channel: args.channel.clone(),
                title: args.title.clone(),
                tz: args.tz.clone(),
                taken_at: taken_at(&args.taken_at)?,
                ..ImportRequest::new(Kind::Posts, &args.file)
            };
            let watched = Watched::new("importing the export", shell.json);
            let done =
                stoppable(
                    |cancel| async move { telegram_export::run(&ctx, &viewer, &request, &watched, &cancel).await },
                );
            return report_export(shell, &done.await.map_err(failure)?);
        }
    };
    let watched = Watched::new("importing", shell.json);
    let done = stoppable(|cancel| async move { import::run(&ctx, &viewer, &request, &watched, &cancel).await });
    let report = done.await.map_err(failure)?;
    shell.say(&report, || summary(&report))
}

/// Reads until all is read or Ctrl-C; what has been read is there either way.
async fn read_preview(
    shell: &Shell,
    args: &PreviewArgs,
    ctx: &services::Ctx,
    viewer: &services::Viewer,
) -> Result<ExitCode, Failure> {
    let zone = args.tz.as_deref().map(zone_named).transpose()?;
    let import = PreviewImport { channel: args.channel.clone(), zone, pages: args.pages, connect: args.connect };
    let progress = Progress::of_steps("reading the public page", shell.json);
    let watch = |report: &PreviewReport| progress.say(&pages_read(report));
    let done = stoppable(|cancel| async move { preview::import(ctx, viewer, &import, &watch, &cancel).await }).await;
    progress.clear();
    let report = done.map_err(|error| match error {
        services::Error::Obstructed { .. } => {
            let failure = Failure::from(error);
            Failure { message: format!("{}: {}", args.channel, failure.message), ..failure }
        }
        other => other.into(),
    })?;
    shell.say(&report, || {
        let mut text = format!(
            "{}: {}\n{} new posts, {} readings of rounded counts",
            report.title,
            pages_read(&report),
            report.new_posts,
            report.snapshots
        );
        if report.stopped {
            text.push_str("\nstopped; the same command continues");
        } else if !report.complete {
            text.push_str("\nolder posts are left; the same command continues");
        }
        text
    })
}

fn pages_read(report: &PreviewReport) -> String {
    let day = |at: i64| domain::zone::Zone::utc().day(at);
    let back_to = report.oldest_at.map_or_else(String::new, |at| format!(", back to {}", day(at)));
    format!("{} {}{back_to}", report.pages, if report.pages == 1 { "page" } else { "pages" })
}

/// When the counts of a file were read, as typed.
pub(super) fn taken_at(text: Option<&str>, now: i64) -> Result<Option<i64>, Failure> {
    let instant = text.map(|text| {
        parse_instant(text, now)
            .map_err(|expected| Failure::usage("taken_at", format!("--taken-at {text:?}: expected {expected}")))
    });
    instant.transpose()
}

impl FileArgs {
    fn request(&self, kind: Kind) -> ImportRequest {
        ImportRequest {
            channel: self.channel.clone(),
            title: self.title.clone(),
            tz: self.tz.clone(),
            skip_bad_rows: self.skip_bad_rows.clone(),
            ..ImportRequest::new(kind, &self.file)
        }
    }
}

/// Shows the terminal how far the import is.
pub(super) struct Watched(Progress);

impl Watched {
    pub fn new(what: &str, silent: bool) -> Self {
        Self(Progress::of_bytes(what, silent))
    }
}

impl import::Progress for Watched {
    fn advance(&self, bytes_done: u64, bytes_total: u64, rows: u64) {
        self.0.set(bytes_done, bytes_total, || format!("{} %, {rows} rows", bytes_done * 100 / bytes_total.max(1)));
    }

    fn publishing(&self) {
        self.0.say("all is read; making it visible");
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.clear();
    }
}

fn summary(report: &ImportReport) -> String {
    let ImportReport { rows, inserted, updated, unchanged, skipped, channels, continued_from } = report;
    let continued = continued_from.map_or_else(String::new, |from| format!(", continued after row {from}"));
    let skipped = if *skipped > 0 { format!(", {skipped} bad ones set aside") } else { String::new() };
    format!(
        "{rows} rows: {inserted} new, {updated} changed, {unchanged} as they were{skipped}{continued}\nchannels: {}",
        channels.join(", ")
    )
}

fn report_export(shell: &Shell, report: &TelegramReport) -> Result<ExitCode, Failure> {
    shell.say(report, || {
        let mut text = summary(&report.import);
        _ = write!(
            text,
            "\n{} messages, of them {} service messages; {} albums are one post each",
            report.messages, report.service_messages, report.albums
        );
        if report.without_zone > 0 {
            _ = write!(
                text,
                "\nnote: {} messages tell only a local time without its zone; it was read in the zone of --tz, or UTC",
                report.without_zone
            );
        }
        for chat in &report.skipped_chats {
            _ = write!(text, "\nleft out: {:?} is a {}, not a channel", chat.name, chat.kind);
        }
        text
    })
}

pub(super) fn failure(error: ImportError) -> Failure {
    let exit = if error.is_wrong_usage() { Exit::Usage } else { Exit::Failed };
    let message = error.to_string();
    match error {
        ImportError::Refused(refused) => refused.into(),
        // a line a row between what happened and the way out: a machine gets the lines as a list
        ImportError::BadRows { .. } => {
            let mut lines: Vec<&str> = message.lines().map(str::trim).collect();
            let way_out = if lines.len() > 1 { lines.pop() } else { None };
            let happened = lines.remove(0).trim_end_matches(':');
            let sentence = way_out.map_or_else(|| happened.to_owned(), |way_out| format!("{happened}; {way_out}"));
            Failure { details: lines.into_iter().map(str::to_owned).collect(), ..Failure::failed("bad_rows", sentence) }
        }
        ImportError::Stopped { .. } => Failure::failed("stopped", message),
        ImportError::Zone(_) => Failure::usage("tz", message),
        ImportError::Store(_) => Failure::failed("database", message),
        _ => Failure { exit, ..Failure::failed("import", message) },
    }
}
