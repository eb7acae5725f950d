//! `backtest`: how the recommender and the forecasts would have done in a channel's own past.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use domain::best_time::Objective;
use domain::channels::ChannelRef;
use serde::Serialize;
use services::best_time::{self, Asked, Backtested};
use services::collect::import::{ImportRequest, Kind};
use services::scratch::Scratch;
use services::{Ctx, Viewer, Watch, forecast};
use tokio_util::sync::CancellationToken;

use super::import::Watched;
use super::stoppable::stoppable;
use super::{Shell, advice, print_line, zone_named};
use crate::failure::Failure;
use crate::progress::Progress;

/// Shuffles of a channel's times: what the definitions ask of the rate of false claims.
const PERMUTATIONS: usize = 200;
/// More takes hours and tells nothing new.
const PERMUTATIONS_MAX: usize = 10_000;

/// Hold the recommender or the forecasts against a channel's own past
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  analyticbot backtest best-time my_channel
  analyticbot backtest best-time --posts channel.csv --tz Asia/Tashkent --json
  analyticbot backtest forecast --posts channel.csv --snapshots readings.csv

Files are read as `import` reads them, and nothing of them is kept. With --json: one object a channel, a line each.")]
pub enum Backtest {
    #[command(
        about = "Fit on weeks 1 to t, score week t + 1; shuffle the times within each week and count false claims",
        after_help = "\
Examples:
  analyticbot backtest best-time my_channel --objective 24h
  analyticbot backtest best-time --posts channel.csv --taken-at 2025-11-01T18:24:42Z --tz Europe/Moscow --json"
    )]
    BestTime(BestTimeArgs),
    #[command(
        about = "Forecast posts from what was known when they were young, and hold it against what came",
        after_help = "\
Examples:
  analyticbot backtest forecast my_channel
  analyticbot backtest forecast --posts channel.csv --snapshots readings.csv --json"
    )]
    Forecast(ForecastArgs),
}

/// A channel that is stored, or files.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Subject {
    /// Username with or without @, or Telegram's id
    #[arg(conflicts_with = "posts")]
    channel: Option<String>,
    /// Posts with their newest counts, as for `import posts`
    #[arg(long, value_name = "FILE.csv")]
    posts: Option<PathBuf>,
    /// Readings of their counts over time, as for `import snapshots`
    #[arg(long, value_name = "FILE.csv", requires = "posts")]
    snapshots: Option<PathBuf>,
    /// When the counts of the posts were read, unix seconds or RFC 3339 [default: now]
    #[arg(long, value_name = "T", requires = "posts")]
    taken_at: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct BestTimeArgs {
    #[command(flatten)]
    subject: Subject,
    /// Clock that hours are named by, e.g. Asia/Tashkent [default: the channel's; of a file UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Views that a good time is good for: 3h, 24h or total [default: the channel's; of a file total]
    #[arg(long, value_name = "OBJECTIVE")]
    objective: Option<Objective>,
    /// The same seed shuffles the same way
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How often the times are shuffled within each week
    #[arg(long, value_name = "K", default_value_t = PERMUTATIONS)]
    permute: usize,
}

#[derive(Debug, clap::Args)]
pub struct ForecastArgs {
    #[command(flatten)]
    subject: Subject,
}

pub async fn run(shell: &Shell, command: Backtest) -> Result<ExitCode, Failure> {
    stoppable(|cancel| async move {
        match command {
            Backtest::BestTime(args) => best_time(shell, args, &cancel).await,
            Backtest::Forecast(args) => {
                let place = Place::open(shell, &args.subject, None, &cancel).await?;
                for channel in place.channels() {
                    let watch = watch("forecasting the past", shell);
                    let report = forecast::backtest(place.ctx(), place.viewer(), channel, watch, &cancel).await;
                    let report = report.map_err(|error| place.failure(error))?.ok_or_else(stopped)?;
                    say(shell, &report, &advice::forecast(&report)?)?;
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    })
    .await
}

async fn best_time(shell: &Shell, args: BestTimeArgs, cancel: &CancellationToken) -> Result<ExitCode, Failure> {
    if args.permute > PERMUTATIONS_MAX {
        return Err(Failure::usage("permute", format!("--permute: 0 to {PERMUTATIONS_MAX}")));
    }
    let tz = args.tz.as_deref().map(zone_named).transpose()?;
    let place = Place::open(shell, &args.subject, tz.clone(), cancel).await?;
    let of_a_file = matches!(place, Place::Files { .. });
    let asked =
        Asked { objective: args.objective.or(of_a_file.then_some(Objective::Total)), tz, seed: Some(args.seed) };
    for channel in place.channels() {
        let watch = watch("running the backtest", shell);
        let done = best_time::backtest(place.ctx(), place.viewer(), channel, &asked, args.permute, watch, cancel).await;
        let Backtested::Done(report) = done.map_err(|error| place.failure(error))? else { return Err(stopped()) };
        say(shell, &*report, &advice::backtest(&report)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn say(shell: &Shell, report: &impl Serialize, text: &str) -> Result<(), Failure> {
    if shell.json {
        let json = serde_json::to_string(report).map_err(|error| Failure::failed("json", error.to_string()))?;
        print_line(&json);
    } else {
        print_line(text);
    }
    Ok(())
}

fn stopped() -> Failure {
    Failure::failed("stopped", "stopped; nothing was kept, run the same command again")
}

/// Where the channels are.
enum Place {
    Stored { ctx: Box<Ctx>, viewer: Viewer, channel: ChannelRef, typed: String },
    Files { scratch: Box<Scratch>, channels: Vec<ChannelRef> },
}

impl Place {
    async fn open(
        shell: &Shell,
        subject: &Subject,
        tz: Option<String>,
        cancel: &CancellationToken,
    ) -> Result<Self, Failure> {
        if let Some(typed) = &subject.channel {
            // clap lets `requires` go where the required one conflicts
            if subject.snapshots.is_some() || subject.taken_at.is_some() {
                return Err(Failure::usage("posts", "--snapshots and --taken-at are about a file of --posts"));
            }
            let (ctx, viewer) = shell.operator().await?;
            let channel = ChannelRef::parse(typed);
            return Ok(Self::Stored { ctx: Box::new(ctx), viewer, channel, typed: typed.clone() });
        }
        let Some(posts) = &subject.posts else {
            return Err(Failure::usage("posts", "name a channel, or files with --posts FILE.csv"));
        };
        let clock = shell.clock()?;
        let taken_at = super::import::taken_at(subject.taken_at.as_deref(), clock.now())?;
        let scratch = Scratch::new(clock).await?;
        let request = ImportRequest { tz, taken_at, ..ImportRequest::new(Kind::Posts, posts) };
        let mut requests = vec![request];
        requests.extend(subject.snapshots.iter().map(|file| ImportRequest::new(Kind::Snapshots, file)));
        let mut channels = Vec::new();
        for request in requests {
            let watched = Watched::new(&format!("reading {}", request.kind.as_str()), shell.json);
            let found = scratch.import(&request, &watched, cancel).await.map_err(super::import::failure)?;
            if channels.is_empty() {
                channels = found;
            }
        }
        Ok(Self::Files { scratch: Box::new(scratch), channels })
    }

    fn ctx(&self) -> &Ctx {
        match self {
            Self::Stored { ctx, .. } => ctx,
            Self::Files { scratch, .. } => &scratch.ctx,
        }
    }

    fn viewer(&self) -> &Viewer {
        match self {
            Self::Stored { viewer, .. } => viewer,
            Self::Files { scratch, .. } => &scratch.viewer,
        }
    }

    fn channels(&self) -> &[ChannelRef] {
        match self {
            Self::Stored { channel, .. } => std::slice::from_ref(channel),
            Self::Files { channels, .. } => channels,
        }
    }

    fn failure(&self, error: services::Error) -> Failure {
        match self {
            Self::Stored { typed, .. } => super::of_channel(error, typed),
            Self::Files { .. } => error.into(),
        }
    }
}

/// Tells the terminal how far a computation is.
struct Parts(Progress);

fn watch(what: &str, shell: &Shell) -> Arc<dyn Watch> {
    Arc::new(Parts(Progress::of_parts(what, shell.json)))
}

impl Watch for Parts {
    fn advance(&self, done: usize, of: usize) {
        self.0.set(done as u64, of as u64, || format!("{done} of {of}"));
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        self.0.clear();
    }
}
