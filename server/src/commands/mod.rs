//! The commands. Each file holds one: its flags, what it does through `services`, how its result reads.
//!
//! To add a command: a file here with its `Args` and `run`, a variant of [`Command`], an arm in [`dispatch`], an
//! example in its help, a test in `tests/it/commands.rs`.

mod account;
mod advice;
mod apikey;
mod backtest;
mod backup;
mod channel;
mod collect;
mod config;
mod demo;
mod doctor;
mod export;
mod import;
mod migrate;
mod openapi;
mod serve;
mod stats;
mod stoppable;
mod table;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use services::{Clock, Ctx, SiteSettings, Viewer};
use store::Db;

use crate::config::{Config, Sources};
use crate::failure::Failure;
use crate::log;

const EXAMPLES: &str = "\
Examples:
  analyticbot serve --demo                                   look at made-up channels on http://127.0.0.1:8080
  analyticbot import posts channel.csv --tz Asia/Tashkent    put a channel's history in
  analyticbot stats my_channel reach                         ask one question
  analyticbot serve --help                                   all about one command";

/// What the posts of a Telegram channel reach, and why.
#[derive(Debug, Parser)]
#[command(name = "analyticbot", version, after_help = EXAMPLES, max_term_width = 110)]
pub struct Cli {
    /// Settings file (default: analyticbot.toml here, then in the folder of personal settings)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Workspace to work in
    #[arg(long, global = true, value_name = "NAME", default_value = services::identity::DEFAULT_WORKSPACE)]
    workspace: String,
    /// Results on standard output and errors on standard error as JSON, no progress
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    #[command(subcommand)]
    Import(import::Import),
    Demo(demo::Args),
    Stats(stats::Args),
    #[command(subcommand)]
    Backtest(backtest::Backtest),
    #[command(subcommand)]
    Export(export::Export),
    #[command(subcommand)]
    Channel(channel::Channel),
    #[command(subcommand)]
    Account(account::Account),
    #[command(subcommand)]
    Collect(collect::Collect),
    #[command(subcommand, name = "apikey")]
    ApiKeys(apikey::ApiKeys),
    Migrate(migrate::Args),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Doctor(doctor::Args),
    #[command(subcommand)]
    Config(config::ConfigCommand),
    Openapi(openapi::Args),
}

/// What every command is given.
struct Shell {
    workspace: String,
    json: bool,
    config: Config,
}

/// Runs the command line of this process.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    // before clap has understood the line, its wish for JSON can only be looked for
    let as_json = args.iter().any(|arg| arg == "--json");
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return wrong_line(&error, as_json),
    };
    let json = cli.json;
    match dispatch(cli) {
        Ok(code) => code,
        Err(failure) => failure.report(json),
    }
}

/// `--help` and `--version` come this way too, and are no failures.
fn wrong_line(error: &clap::Error, as_json: bool) -> ExitCode {
    if as_json && error.use_stderr() {
        let text = error.render().to_string();
        return Failure::usage("arguments", text.trim_start_matches("error: ").trim_end()).report(true);
    }
    // a closed terminal is nobody to complain to
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1))
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    if let Command::Config(config::ConfigCommand::Example) = cli.command {
        return Ok(config::example());
    }
    if let Command::Openapi(_) = cli.command {
        return Ok(openapi::run());
    }
    let mut sources = Sources::of_process(cli.config);
    if let Command::Serve(args) = &cli.command {
        sources.flags.extend(args.bind.iter().map(|bind| ("server.bind", bind.clone())));
    }
    let config = sources.load()?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::failed("runtime", format!("cannot start threads: {error}")))?;
    let _log = log::start(&config, matches!(cli.command, Command::Serve(_)), runtime.handle())?;
    let shell = Shell { workspace: cli.workspace, json: cli.json, config };
    runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::run(&shell, args).await,
            Command::Import(import) => import::run(&shell, import).await,
            Command::Demo(args) => demo::run(&shell, args).await,
            Command::Stats(args) => stats::run(&shell, args).await,
            Command::Backtest(backtest) => backtest::run(&shell, backtest).await,
            Command::Export(export) => export::run(&shell, export).await,
            Command::Channel(channel) => channel::run(&shell, channel).await,
            Command::Account(command) => account::run(&shell, command).await,
            Command::Collect(command) => Box::pin(collect::run(&shell, command)).await,
            Command::ApiKeys(command) => apikey::run(&shell, command).await,
            Command::Migrate(args) => migrate::run(&shell, args).await,
            Command::Backup(args) => backup::backup(&shell, args).await,
            Command::Restore(args) => backup::restore(&shell, args).await,
            Command::Doctor(args) => doctor::run(&shell, args).await,
            Command::Config(command) => Ok(config::print(&shell, &command)),
            Command::Openapi(_) => Ok(openapi::run()),
        }
    })
}

impl Shell {
    /// The folder of the default database. A place of one's own is not created: a slip in a path must not start an
    /// empty database.
    fn make_default_place(&self) -> Result<(), Failure> {
        let file = self.config.database.url.sqlite_file().filter(|_| self.config.is_default("database.url"));
        let Some(folder) = file.as_deref().and_then(Path::parent) else { return Ok(()) };
        std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))
    }

    /// Opens the database without touching its tables.
    async fn open(&self) -> Result<Db, Failure> {
        self.make_default_place()?;
        let settings = store::Settings {
            url: self.config.database.url.expose().to_owned(),
            max_connections: self.config.database.max_connections,
        };
        let db = Db::open(&settings).await.map_err(|error| self.database_failure(&error))?;
        match &self.config.database.replica_url {
            Some(replica) => db
                .with_replica(replica.expose(), self.config.database.max_connections)
                .map_err(|error| Failure::usage("database.replica_url", error.to_string())),
            None => Ok(db),
        }
    }

    /// A store error in front of any service: its own words, and which database it is about.
    fn database_failure(&self, error: &store::Error) -> Failure {
        Failure::failed("database", format!("{error} ({})", self.config.database.url))
    }

    /// The context every use case takes, on a database of the newest version.
    async fn ctx(&self, demo: bool) -> Result<Ctx, Failure> {
        let db = self.open().await?;
        db.migrate().await.map_err(|error| self.database_failure(&error))?;
        let telegram = &self.config.telegram;
        let site = SiteSettings {
            public_url: self.config.server.public_url.clone(),
            demo,
            bot: telegram.bot()?,
            bot_username: telegram.bot_username()?,
            web_app_script: Some(telegram.web_app_script()?),
            owners: telegram.owners()?,
        };
        let preview = self.config.preview.client(self.config.server.public_url.as_deref())?;
        let ctx = Ctx::new(db, self.clock()?, site).with_preview(preview).with_bot_api(telegram.bot_api()?);
        let ctx = ctx.with_accounts(self.config.mtproto.accounts()?);
        services::identity::ensure_default_workspace(&ctx).await?;
        Ok(ctx)
    }

    fn clock(&self) -> Result<Clock, Failure> {
        match &self.config.clock.file {
            Some(file) => Clock::file(file).map_err(|error| Failure::usage("clock.file", error.to_string())),
            None => Ok(Clock::system()),
        }
    }

    /// Context and viewer of a command: the operator in the workspace named.
    async fn operator(&self) -> Result<(Ctx, Viewer), Failure> {
        let ctx = self.ctx(false).await?;
        let viewer = services::identity::operator(&ctx, &self.workspace).await?;
        Ok((ctx, viewer))
    }

    /// The result: one JSON value for machines, or the given text.
    fn say(&self, value: &impl serde::Serialize, text: impl FnOnce() -> String) -> Result<ExitCode, Failure> {
        if self.json {
            let json = serde_json::to_string(value).map_err(|error| Failure::failed("json", error.to_string()))?;
            print_line(&json);
        } else {
            print_line(text().trim_end());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn cannot_write(file: &Path, error: &std::io::Error) -> Failure {
    let way_out = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::FileTooLarge => {
            "the disk is full: free some space and try again"
        }
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            "the folder is read-only: name another place"
        }
        std::io::ErrorKind::NotFound => "the folder does not exist: create it or name another place",
        _ => "name another place",
    };
    Failure::failed("write", format!("cannot write {}: {way_out} ({error})", file.display()))
}

/// A time zone that was typed, spelled as the zone database does.
fn zone_named(typed: &str) -> Result<String, Failure> {
    let zone = domain::zone::Zone::find(typed);
    zone.map(|zone| zone.name().to_owned()).map_err(|error| Failure::usage("tz", format!("--tz: {error}")))
}

/// A channel that is not there, by the name that was typed.
fn of_channel(error: services::Error, typed: &str) -> Failure {
    let failure = Failure::from(error.clone());
    match error {
        services::Error::NotFound(services::What::Channel) => Failure {
            message: format!("there is no channel {typed:?} here: `analyticbot channel list` shows those there are"),
            ..failure
        },
        _ => failure,
    }
}

/// `println!` panics when the reader has gone (`… | head`); a reader that has seen enough is no failure.
fn print_line(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// The whole command line, for tests of its help.
pub fn definition() -> clap::Command {
    Cli::command()
}
