//! `demo`: made-up channels to look at.

use std::process::ExitCode;

use serde_json::json;
use services::channels;
use services::demo::{self, Options, Outcome};

use super::Shell;
use crate::failure::Failure;
use crate::progress::Progress;

/// Fill the workspace with made-up channels, labelled as such wherever they are shown
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  analyticbot demo\n  analyticbot demo --seed 7 --channels 2 --days 365\n  analyticbot demo --if-empty"
)]
pub struct Args {
    /// The same seed makes the same channels
    #[arg(long, value_name = "N", default_value_t = Options::default().seed)]
    seed: u64,
    /// How many channels
    #[arg(long, value_name = "N", default_value_t = Options::default().channels)]
    channels: usize,
    /// How many days of past
    #[arg(long, value_name = "N", default_value_t = Options::default().days)]
    days: u32,
    /// Do nothing when there is a channel already
    #[arg(long)]
    if_empty: bool,
}

pub async fn run(shell: &Shell, args: Args) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    if args.if_empty && !channels::visible(&ctx, &viewer).await?.is_empty() {
        return shell
            .say(&json!({ "channels": [] }), || "there are channels already: nothing made up was added".to_owned());
    }
    let progress = Progress::of_steps("making up channels", shell.json);
    let filled = demo::fill(&ctx, &viewer, Options { seed: args.seed, channels: args.channels, days: args.days }).await;
    progress.clear();
    let filled = filled?;
    shell.say(&json!({ "channels": filled }), || {
        let lines = filled.iter().map(|one| match one.outcome {
            Outcome::Made { posts, snapshots, days } => {
                format!("{}: \"{}\", {posts} posts, {snapshots} snapshots, {days} days", one.channel, one.title)
            }
            Outcome::AlreadyThere => format!("{}: is there already, left as it is", one.channel),
            Outcome::NameTaken => format!("{}: another channel has this name, left alone", one.channel),
        });
        lines.chain(["Look at them with `analyticbot serve --demo`.".to_owned()]).collect::<Vec<_>>().join("\n")
    })
}
