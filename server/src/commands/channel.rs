//! `channel`: which channels there are, what they are called, reading one afresh, and how one goes.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Subcommand;
use domain::channels::ChannelRef;
use domain::zone::Zone;
use serde_json::json;
use services::channels::{self, Changes};
use services::collect::refresh;

use super::Shell;
use super::table::{Node, Reading};
use crate::failure::Failure;

/// List, rename, refresh or delete channels
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  analyticbot channel list\n  analyticbot channel set my_channel --tz Asia/Tashkent"
)]
pub enum Channel {
    /// The channels of the workspace with their headline numbers
    #[command(after_help = "Example:\n  analyticbot channel list --json")]
    List,
    /// Change a channel's title or time zone
    #[command(after_help = "Example:\n  analyticbot channel set my_channel --title \"My channel\" --tz Asia/Tashkent")]
    Set(SetArgs),
    /// Read a channel's numbers afresh in every process, and make its weeks, months and forecasts anew
    #[command(after_help = "Example:\n  analyticbot channel refresh my_channel")]
    Refresh(RefreshArgs),
    /// Delete a channel with all its data
    #[command(
        after_help = "Examples:\n  analyticbot channel delete my_channel\n  analyticbot channel delete my_channel --confirm \"My channel\""
    )]
    Delete(DeleteArgs),
}

#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// Username with or without @, or Telegram's id
    channel: String,
    #[arg(long, required_unless_present = "tz")]
    title: Option<String>,
    /// Time zone of the channel's days and hours, e.g. Europe/Moscow
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct RefreshArgs {
    /// Username with or without @, or Telegram's id
    channel: String,
}

#[derive(Debug, clap::Args)]
pub struct DeleteArgs {
    /// Username with or without @, or Telegram's id
    channel: String,
    /// The channel's title, typed out, instead of being asked for it
    #[arg(long, value_name = "TITLE")]
    confirm: Option<String>,
}

pub async fn run(shell: &Shell, command: Channel) -> Result<ExitCode, Failure> {
    match command {
        Channel::List => list(shell).await,
        Channel::Set(args) => set(shell, args).await,
        Channel::Refresh(args) => refresh(shell, args).await,
        Channel::Delete(args) => delete(shell, args).await,
    }
}

async fn list(shell: &Shell) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let cards = channels::list(&ctx, &viewer).await?;
    let rows: Vec<_> = cards
        .iter()
        .map(|card| {
            json!({
                "channel": card.slug, "title": card.channel.title, "telegram_id": card.channel.telegram_id, "tz": card.channel.zone,
                "demo": card.channel.demo, "subscribers": card.subscribers, "err24": card.err24, "posts": card.posts,
                "snapshots": card.snapshots, "days": card.days, "as_of": card.as_of,
            })
        })
        .collect();
    shell.say(&json!({ "channels": rows }), || {
        if cards.is_empty() {
            return "no channels yet: `analyticbot import posts FILE.csv` brings one, `analyticbot demo` makes some up"
                .to_owned();
        }
        let table = cards
            .iter()
            .map(|card| {
                let whole = |number: Option<i64>| number.map_or(Node::Null, Node::Whole);
                let text = |text: &str| Node::Text(text.to_owned());
                Node::Object(vec![
                    ("channel".to_owned(), text(&card.slug)),
                    ("title".to_owned(), text(&card.channel.title)),
                    ("subscribers".to_owned(), whole(card.subscribers)),
                    ("err24".to_owned(), card.err24.map_or(Node::Null, Node::Number)),
                    ("posts".to_owned(), Node::Whole(card.posts)),
                    ("tz".to_owned(), text(&card.channel.zone)),
                    ("as_of".to_owned(), whole(card.as_of)),
                    ("demo".to_owned(), Node::Switch(card.channel.demo)),
                ])
            })
            .collect();
        Reading { zone: Zone::utc(), bounds_are_ratios: false }.text(&Node::List(table))
    })
}

async fn set(shell: &Shell, args: SetArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let changes = Changes { title: args.title, zone: args.tz };
    let channel = channels::update(&ctx, &viewer, &ChannelRef::parse(&args.channel), changes)
        .await
        .map_err(|error| super::of_channel(error, &args.channel))?;
    shell.say(&json!({ "channel": channel.slug(), "title": channel.title, "tz": channel.zone }), || {
        format!("{}: \"{}\", {}", channel.slug(), channel.title, channel.zone)
    })
}

async fn refresh(shell: &Shell, args: RefreshArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let refreshed = refresh::refresh(&ctx, &viewer, &ChannelRef::parse(&args.channel))
        .await
        .map_err(|error| super::of_channel(error, &args.channel))?;
    // at once, whether or not a server runs that takes the job
    refresh::derive_anew(&ctx, refreshed.id).await?;
    shell.say(&refreshed, || format!("{} is read afresh, data version {}", refreshed.channel, refreshed.version))
}

async fn delete(shell: &Shell, args: DeleteArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let named = ChannelRef::parse(&args.channel);
    let unknown = |error| super::of_channel(error, &args.channel);
    let channel = channels::find(&ctx, &viewer, &named).await.map_err(unknown)?;
    let typed = match args.confirm {
        Some(title) => title,
        None if std::io::stdin().is_terminal() && !shell.json => ask_for_title(&channel.title)?,
        None => {
            return Err(Failure::usage(
                "confirm",
                format!("nothing was deleted: repeat it with --confirm {:?}, the channel's title", channel.title),
            ));
        }
    };
    channels::delete(&ctx, &viewer, &named, &typed).await.map_err(unknown)?;
    channels::purge_deleted(&ctx).await?;
    shell.say(&json!({ "deleted": channel.slug() }), || format!("{} is deleted with all its data", channel.slug()))
}

fn ask_for_title(title: &str) -> Result<String, Failure> {
    eprint!("This deletes \"{title}\" with all its data for good. Type its title to go on: ");
    let mut typed = String::new();
    std::io::stderr()
        .flush()
        .and_then(|()| std::io::stdin().lock().read_line(&mut typed))
        .map_err(|error| Failure::failed("terminal", error.to_string()))?;
    Ok(typed)
}
