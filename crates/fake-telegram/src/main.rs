//! The stand-in as a program: `cargo run -p fake-telegram -- --scenario FILE --describe OUT.json`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use fake_telegram::describe::Description;
use fake_telegram::scenario::Scenario;
use fake_telegram::{FakeTelegram, clock};

/// A stand-in for Telegram on loopback. Runs until it is interrupted.
#[derive(Parser)]
struct Arguments {
    /// What exists and what goes wrong, TOML or JSON
    #[arg(long, value_name = "FILE")]
    scenario: PathBuf,
    /// The scenario's clock starts at the machine's now and goes with it
    #[arg(long)]
    live: bool,
    /// A copy of Telegram's script for Mini Apps (the npm package @twa-dev/sdk has one), for a machine without network
    #[arg(long, value_name = "FILE.js")]
    web_app_script: Option<PathBuf>,
    /// Where the Mini App is
    #[arg(long, value_name = "URL")]
    mini_app_url: Option<String>,
    /// Write here how a client is pointed at it, as JSON
    #[arg(long, value_name = "OUT.json")]
    describe: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fake-telegram: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut scenario = Scenario::read(&arguments.scenario)?;
    if let Some(file) = arguments.web_app_script {
        scenario.web_app_script = Some(std::path::absolute(file)?);
    }
    scenario.mini_app_url = arguments.mini_app_url.or(scenario.mini_app_url);
    if arguments.live {
        scenario.now = Some(jiff::Timestamp::from_second(clock::wall().as_secs().try_into()?)?);
        scenario.speed = 1.0;
    }
    let fake = FakeTelegram::start(scenario).await?;
    let description = serde_json::to_string_pretty(&Description::of(&fake)?)? + "\n";
    match &arguments.describe {
        Some(file) => {
            // whoever waits for the file reads it whole
            let unfinished = file.with_extension("unfinished");
            std::fs::write(&unfinished, description)?;
            std::fs::rename(&unfinished, file)?;
            println!("fake-telegram is running; {} says where", file.display());
        }
        None => print!("{description}"),
    }
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(fake.stop()?)
}
