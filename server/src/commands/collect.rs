//! `collect`: has an account read a channel now, in this shell, unless a running server does it.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Subcommand;
use collector::{Turn, Worker};
use domain::channels::ChannelRef;
use domain::collect::connection::{Connection, Mode, Obstacle};
use domain::ids::AccountId;
use futures::FutureExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use services::collect::account::Reads;
use services::collect::connection;
use services::collect::session::{self, Again, Progress};
use services::{Ctx, Error, Viewer};

use super::account::{configured, of_account};
use super::stoppable::stoppable;
use super::{Shell, of_channel};
use crate::failure::Failure;

/// Have an account read a channel: its history, what happens in it, Telegram's own statistics
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  analyticbot collect history @my_channel
  analyticbot collect updates @my_channel
  analyticbot collect stats @my_channel

`analyticbot account login` signs an account in first. A server that runs reads all connected channels by itself.")]
pub enum Collect {
    /// Read every post that there is, from the newest down; stopped, it goes on there
    #[command(after_help = "\
Examples:
  analyticbot collect history @my_channel
  analyticbot collect history @my_channel --again      all of it once more, for its counters")]
    History(HistoryArgs),
    /// Read what is new, and follow what happens until Ctrl-C
    #[command(after_help = "\
Examples:
  analyticbot collect updates @my_channel
  analyticbot collect updates @my_channel --once")]
    Updates(UpdatesArgs),
    /// Read Telegram's own statistics, where the account may see them
    #[command(after_help = "Example:\n  analyticbot collect stats @my_channel")]
    Stats(ChannelArgs),
}

#[derive(Debug, clap::Args)]
pub struct ChannelArgs {
    /// Username with or without @, or Telegram's id of a channel that is here
    channel: String,
    /// Which account reads it, by its number in `account list` [default: the healthiest]
    #[arg(long, value_name = "ID")]
    account: Option<i64>,
}

#[derive(Debug, clap::Args)]
pub struct HistoryArgs {
    #[command(flatten)]
    channel: ChannelArgs,
    /// Also what was read before
    #[arg(long)]
    again: bool,
}

#[derive(Debug, clap::Args)]
pub struct UpdatesArgs {
    #[command(flatten)]
    channel: ChannelArgs,
    /// Read what is new, and end
    #[arg(long)]
    once: bool,
}

pub async fn run(shell: &Shell, command: Collect) -> Result<ExitCode, Failure> {
    match command {
        Collect::History(args) => {
            let again = if args.again { Again::Everything } else { Again::Newest };
            Box::pin(Job::begin(shell, &args.channel, What::History, again).await?.run()).await
        }
        Collect::Updates(args) => {
            let what = if args.once { What::Newest } else { What::Updates };
            Box::pin(Job::begin(shell, &args.channel, what, Again::Newest).await?.run()).await
        }
        Collect::Stats(args) => {
            Box::pin(Job::begin(shell, &args, What::Statistics, Again::Statistics).await?.run()).await
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    History,
    Newest,
    Updates,
    Statistics,
}

impl What {
    /// What of the settings it needs, and what it reads then.
    fn reads(self, allowed: &Reads) -> Result<Reads, Failure> {
        let (is_on, name) = match self {
            Self::History => (allowed.history, "history_enabled"),
            Self::Newest | Self::Updates => (allowed.updates, "updates_enabled"),
            Self::Statistics => (allowed.statistics, "stats_enabled"),
        };
        if !is_on {
            return Err(Failure::failed(
                "switched_off",
                format!(
                    "mtproto.{name} is off: set it to true in the settings, or in the environment with MTPROTO_{}=true",
                    name.to_ascii_uppercase()
                ),
            ));
        }
        Ok(Reads {
            history: self == Self::History,
            updates: matches!(self, Self::Newest | Self::Updates),
            statistics: self == Self::Statistics,
            statistics_of: allowed.statistics_of.clone(),
        })
    }

    /// Whether nothing of it is left to do.
    fn is_done(self, progress: &Progress, since: i64) -> bool {
        match self {
            Self::History => progress.newest_id > 0 && progress.unread == 0,
            Self::Newest => progress.swept_at >= since,
            Self::Updates => false,
            Self::Statistics => progress.stats_at >= since,
        }
    }
}

struct Job<'a> {
    shell: &'a Shell,
    ctx: Ctx,
    viewer: Viewer,
    channel: ChannelRef,
    what: What,
    /// when it began, unix seconds
    since: i64,
}

impl<'a> Job<'a> {
    async fn begin(shell: &'a Shell, args: &ChannelArgs, what: What, again: Again) -> Result<Self, Failure> {
        let (ctx, viewer) = shell.operator().await?;
        let mut accounts = configured(&ctx)?.clone();
        accounts.reads = what.reads(&accounts.reads)?;
        let channel = ChannelRef::parse(&args.channel);
        session::connect(&ctx, &viewer, &channel, args.account.map(AccountId)).await.map_err(|error| {
            match args.account {
                Some(id) => of_account(error, id),
                None => of_channel(error, &args.channel),
            }
        })?;
        let since = ctx.now();
        session::read_again(&ctx, &viewer, &channel, again).await?;
        Ok(Self { shell, ctx: ctx.with_accounts(Some(accounts)), viewer, channel, what, since })
    }

    async fn run(self) -> Result<ExitCode, Failure> {
        let progress = session::progress(&self.ctx, &self.viewer, &self.channel).await?;
        let id = progress.account.ok_or(Error::Conflict(services::Clash::NoAccount))?;
        let channel = services::channels::find(&self.ctx, &self.viewer, &self.channel).await?;
        let Some(worker) = Worker::open(&self.ctx, id).await? else {
            return self.shell.say(&json!({ "channel": channel.slug(), "read_by_server": true }), || {
                format!("a running server uses account {id}: it reads @{} now", channel.slug())
            });
        };
        let bar = if self.shell.json { ProgressBar::hidden() } else { bar() };
        let outcome = Arc::new(Mutex::new(None));
        let over = {
            let (ctx, viewer, channel) = (self.ctx.clone(), self.viewer.clone(), self.channel.clone());
            let (bar, outcome, what, since) = (bar.clone(), Arc::clone(&outcome), self.what, self.since);
            move |turn: Turn| {
                let (ctx, viewer, channel) = (ctx.clone(), viewer.clone(), channel.clone());
                let (bar, outcome) = (bar.clone(), Arc::clone(&outcome));
                async move {
                    let found = look(&ctx, &viewer, &channel, what, since, turn, &bar).await;
                    let is_over = !matches!(found, Ok(Seen::GoesOn));
                    if is_over {
                        *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
                    }
                    is_over
                }
                .boxed()
            }
        };
        stoppable(|cancel| Box::pin(worker.only(channel.id).run_until(cancel, over))).await;
        bar.finish_and_clear();
        let outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
        match outcome {
            Some(Err(error)) => Err(error.into()),
            Some(Ok(Seen::Obstructed(connection))) => {
                let obstacle = connection.obstacle.unwrap_or(Obstacle::Unreachable);
                Err(Error::Obstructed { obstacle, until: connection.obstacle_until }.into())
            }
            Some(Ok(Seen::Done | Seen::GoesOn)) => self.ended(false).await,
            None => self.ended(true).await,
        }
    }

    async fn ended(&self, stopped: bool) -> Result<ExitCode, Failure> {
        let progress = session::progress(&self.ctx, &self.viewer, &self.channel).await?;
        let channel = services::channels::find(&self.ctx, &self.viewer, &self.channel).await?;
        let posts = progress.posts;
        let report = json!({
            "channel": channel.slug(), "title": channel.title, "posts": posts, "newest_id": progress.newest_id,
            "unread": progress.unread, "watched": progress.watched, "stats_at": progress.stats_at, "stopped": stopped,
        });
        self.shell.say(&report, || {
            let left = match (stopped, self.what) {
                (true, What::History) if progress.unread > 0 => "; stopped, the same again goes on from there",
                _ => "",
            };
            format!("{}: {posts} posts are here{left}", channel.title)
        })
    }
}

enum Seen {
    GoesOn,
    Done,
    Obstructed(Connection),
}

async fn look(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    what: What,
    since: i64,
    turn: Turn,
    bar: &ProgressBar,
) -> services::Result<Seen> {
    let progress = session::progress(ctx, viewer, channel).await?;
    bar.set_message(message(ctx, &progress, turn));
    let id = services::channels::find(ctx, viewer, channel).await?.id;
    let ways = connection::list(ctx, viewer).await?;
    let way = ways.into_iter().find(|way| way.channel_id == id && way.mode == Mode::Session);
    if let Some(way) = way.filter(|way| way.obstacle.is_some()) {
        return Ok(Seen::Obstructed(way));
    }
    if what == What::Statistics && progress.looked_at >= since && !progress.can_view_stats {
        return Err(Error::Obstructed { obstacle: Obstacle::NotAdministrator, until: None });
    }
    Ok(if what.is_done(&progress, since) { Seen::Done } else { Seen::GoesOn })
}

fn message(ctx: &Ctx, progress: &Progress, turn: Turn) -> String {
    let read = progress.newest_id - progress.unread;
    let waits = match turn {
        Turn::Idle { until: Some(until) } if until > ctx.now() => format!(", next call in {} s", until - ctx.now()),
        _ => String::new(),
    };
    format!("{} of {} messages{waits}", read.max(0), progress.newest_id)
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
