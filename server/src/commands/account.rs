//! `account`: the accounts of Telegram that read channels: signing in, what they did, the kill switch.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use domain::collect::account::Account as Row;
use domain::ids::AccountId;
use domain::zone::Zone;
use mtproto::login::{self, Login, LoginError, QrStep, SentBy, SignedIn, Step};
use mtproto::{OpenSession, import};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;
use services::collect::account::{self, AccountCard, Accounts};
use services::{Clash, Ctx, Error, Outage, Viewer, What};

use super::Shell;
use super::table::{Node, Reading};
use crate::failure::Failure;

/// Sign accounts of Telegram in that read channels, see what they did, stop them
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  analyticbot account login --phone +998901234567
  analyticbot account list
  analyticbot account stop --all

An account reads: it never writes, joins or answers. docs/collecting.md says what the risk of a session is.")]
pub enum Account {
    /// Sign an account in, by a code that Telegram sends or by a picture that a phone scans
    #[command(after_help = "\
Examples:
  analyticbot account login --phone +998901234567
  analyticbot account login --qr
  analyticbot account login --qr --json                the address in the picture, on standard error

The code, and the password of two-step verification where there is one, are asked for. Neither is kept.")]
    Login(LoginArgs),
    /// Take over a session that another program has made; that program must not use it any more
    #[command(after_help = "\
Examples:
  analyticbot account import telethon < session.txt
  analyticbot account import auth-key --dc 2 < key.txt

The session is read from standard input, so that it stands in no list of commands.")]
    Import(ImportArgs),
    /// The accounts of the workspace, their state, and what Telegram asks them to wait for
    #[command(after_help = "Example:\n  analyticbot account list --json")]
    List,
    /// What an account was used for, by the hour
    #[command(after_help = "Example:\n  analyticbot account calls 1 --days 7")]
    Calls(CallsArgs),
    /// The kill switch: from now on nothing is called by an account; it stays signed in
    #[command(after_help = "Examples:\n  analyticbot account stop 1\n  analyticbot account stop --all")]
    Stop(StopArgs),
    /// Undo `account stop`
    #[command(after_help = "Example:\n  analyticbot account resume 1")]
    Resume(OneArgs),
    /// Sign an account out at Telegram and forget it; what it read stays
    #[command(after_help = "Examples:\n  analyticbot account remove 1\n  analyticbot account remove 1 --force")]
    Remove(RemoveArgs),
}

#[derive(Debug, clap::Args)]
pub struct LoginArgs {
    /// With the country's code; asked for when it is left away
    #[arg(long, value_name = "NUMBER", conflicts_with = "qr")]
    phone: Option<String>,
    /// Show a picture that a phone scans: Telegram, Settings, Devices, Link Desktop Device
    #[arg(long)]
    qr: bool,
}

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    #[arg(value_enum)]
    from: Kind,
    /// The data centre where the key is signed in, 1 to 5; a Telethon string says it itself
    #[arg(long, required_if_eq("from", "auth-key"))]
    dc: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// what Telethon's StringSession saves
    Telethon,
    /// 512 hexadecimal digits
    AuthKey,
}

#[derive(Debug, clap::Args)]
pub struct CallsArgs {
    /// Its number in `account list`
    id: i64,
    /// So many days back
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=90))]
    days: i64,
}

#[derive(Debug, clap::Args)]
pub struct OneArgs {
    /// Its number in `account list`
    id: i64,
}

#[derive(Debug, clap::Args)]
pub struct StopArgs {
    /// Its number in `account list`
    #[arg(required_unless_present = "all")]
    id: Option<i64>,
    /// Every account of the workspace
    #[arg(long, conflicts_with = "id")]
    all: bool,
}

#[derive(Debug, clap::Args)]
pub struct RemoveArgs {
    /// Its number in `account list`
    id: i64,
    /// Also where Telegram cannot be told; then end the session in Telegram yourself: Settings, Devices
    #[arg(long)]
    force: bool,
}

pub async fn run(shell: &Shell, command: Account) -> Result<ExitCode, Failure> {
    match command {
        Account::Login(args) => login(shell, args).await,
        Account::Import(args) => import(shell, &args).await,
        Account::List => list(shell).await,
        Account::Calls(args) => calls(shell, &args).await,
        Account::Stop(args) => stop(shell, &args).await,
        Account::Resume(args) => resume(shell, &args).await,
        Account::Remove(args) => remove(shell, &args).await,
    }
}

async fn login(shell: &Shell, args: LoginArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let accounts = configured(&ctx)?;
    let mut login =
        Login::start(&accounts.telegram, accounts.proxies.clone()).map_err(|error| refused(error.into()))?;
    let signed_in =
        if args.qr { by_picture(&mut login, shell.json).await } else { by_code(&mut login, args.phone).await };
    login.stop().await;
    let (signed_in, phone) = signed_in?;
    keep(shell, &ctx, &viewer, &signed_in, phone.as_deref()).await
}

async fn by_code(login: &mut Login, phone: Option<String>) -> Result<(SignedIn, Option<String>), Failure> {
    let phone = match phone {
        Some(phone) => phone,
        None => ask("Phone number, with the country's code: ")?,
    };
    let sent = login.ask_code(&phone).await.map_err(refused)?;
    say(match sent {
        SentBy::App => "Telegram has sent a code to its app on your other devices.",
        SentBy::Sms => "Telegram has sent a code by SMS.",
        SentBy::Call => "Telegram calls you and says the code.",
        SentBy::Email => "Telegram has sent a code by e-mail.",
        SentBy::Other => "Telegram has sent a code.",
    });
    let step = loop {
        match login.code(&ask("Code: ")?).await {
            Err(LoginError::WrongCode) if std::io::stdin().is_terminal() => say("The code is wrong: try again."),
            step => break step.map_err(refused)?,
        }
    };
    Ok((finished(login, step).await?, Some(phone)))
}

async fn by_picture(login: &mut Login, as_json: bool) -> Result<(SignedIn, Option<String>), Failure> {
    /// As often as official clients ask.
    const LOOK: Duration = Duration::from_secs(2);
    let mut shown = None;
    loop {
        match login.qr().await.map_err(refused)? {
            QrStep::Next(step) => return Ok((finished(login, step).await?, None)),
            QrStep::Show(code) => {
                if shown.as_ref() != Some(&code.url) && as_json {
                    // a program draws it itself
                    say(&json!({ "qr": code.url, "expires_at": code.expires_at }).to_string());
                    shown = Some(code.url);
                } else if shown.as_ref() != Some(&code.url) {
                    let picture = QrCode::new(&code.url).map_err(|error| Failure::failed("qr", error.to_string()))?;
                    say(&picture.render::<Dense1x2>().build());
                    say("Scan it with Telegram on your phone: Settings, Devices, Link Desktop Device. Ctrl-C ends it.");
                    shown = Some(code.url);
                }
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

async fn finished(login: &mut Login, step: Step) -> Result<SignedIn, Failure> {
    let hint = match step {
        Step::Done(signed_in) => return Ok(*signed_in),
        Step::PasswordNeeded { hint } => hint,
    };
    let prompt = hint.filter(|hint| !hint.is_empty()).map_or_else(
        || "Password of two-step verification: ".to_owned(),
        |hint| format!("Password of two-step verification (hint: {hint}): "),
    );
    loop {
        match login.password(&ask_hidden(&prompt)?).await {
            Err(LoginError::WrongPassword) if std::io::stdin().is_terminal() => {
                say("The password is wrong: try again.");
            }
            signed_in => return signed_in.map_err(refused),
        }
    }
}

async fn import(shell: &Shell, args: &ImportArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let accounts = configured(&ctx)?;
    let mut text = String::new();
    std::io::stdin()
        .take(64 << 10)
        .read_to_string(&mut text)
        .map_err(|error| Failure::failed("input", format!("standard input cannot be read: {error}")))?;
    let session: OpenSession = match args.from {
        Kind::Telethon => import::from_telethon(&text),
        Kind::AuthKey => import::from_auth_key(&text, args.dc.unwrap_or_default()),
    }
    .map_err(|error| Failure::usage("session", error.to_string()))?;
    let confirmed = login::confirm(&accounts.telegram, session, accounts.proxies.clone()).await.map_err(refused)?;
    keep(shell, &ctx, &viewer, &confirmed, None).await
}

async fn keep(
    shell: &Shell,
    ctx: &Ctx,
    viewer: &Viewer,
    signed_in: &SignedIn,
    phone: Option<&str>,
) -> Result<ExitCode, Failure> {
    let kept = account::keep(ctx, viewer, signed_in, phone).await?;
    let reads = &configured(ctx)?.reads;
    let is_off = !(reads.history || reads.updates || reads.statistics);
    shell.say(&as_json(&kept), || {
        let next = if is_off {
            "Accounts read nothing yet: switch mtproto.history_enabled, updates_enabled or stats_enabled on."
        } else {
            "`analyticbot collect history @channel` has it read a channel."
        };
        format!("{} is signed in as account {}. {next}", kept.name, kept.id)
    })
}

async fn list(shell: &Shell) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let cards = account::list(&ctx, &viewer).await?;
    let rows: Vec<_> = cards.iter().map(card_as_json).collect();
    shell.say(&json!({ "accounts": rows }), || {
        if cards.is_empty() {
            return "no accounts yet: `analyticbot account login` signs one in".to_owned();
        }
        let table = cards.iter().map(|card| as_row(card, ctx.now())).collect();
        Reading { zone: Zone::utc(), bounds_are_ratios: false }.text(&Node::List(table))
    })
}

async fn calls(shell: &Shell, args: &CallsArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let since = ctx.now() - args.days * 86_400;
    let calls =
        account::calls(&ctx, &viewer, AccountId(args.id), since).await.map_err(|error| of_account(error, args.id))?;
    let rows: Vec<_> = calls
        .iter()
        .map(|one| {
            json!({
                "hour": one.hour, "method": one.method, "outcome": one.outcome, "calls": one.calls, "waits_s": one.waits_s,
            })
        })
        .collect();
    shell.say(&json!({ "calls": rows }), || {
        if calls.is_empty() {
            return format!("account {} was not used in {} days", args.id, args.days);
        }
        let table = calls
            .iter()
            .map(|one| {
                Node::Object(vec![
                    ("hour_at".to_owned(), Node::Whole(one.hour)),
                    ("method".to_owned(), Node::Text(one.method.clone())),
                    ("outcome".to_owned(), Node::Text(one.outcome.clone())),
                    ("calls".to_owned(), Node::Whole(one.calls)),
                    ("waits_s".to_owned(), Node::Whole(one.waits_s)),
                ])
            })
            .collect();
        Reading { zone: Zone::utc(), bounds_are_ratios: false }.text(&Node::List(table))
    })
}

async fn stop(shell: &Shell, args: &StopArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let stopped = match args.id {
        Some(id) => {
            account::stop(&ctx, &viewer, AccountId(id)).await.map_err(|error| of_account(error, id))?;
            1
        }
        None => account::stop_all(&ctx, &viewer).await?,
    };
    shell.say(&json!({ "stopped": stopped }), || {
        format!("stopped {stopped}: a running server ends its calls within a second; `account resume` undoes it")
    })
}

async fn resume(shell: &Shell, args: &OneArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    account::resume(&ctx, &viewer, AccountId(args.id)).await.map_err(|error| of_account(error, args.id))?;
    shell.say(&json!({ "resumed": args.id }), || format!("account {} reads again", args.id))
}

async fn remove(shell: &Shell, args: &RemoveArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    account::remove(&ctx, &viewer, AccountId(args.id), args.force).await.map_err(|error| of_account(error, args.id))?;
    shell.say(&json!({ "removed": args.id }), || format!("account {} is forgotten; what it read stays", args.id))
}

pub(super) fn configured(ctx: &Ctx) -> Result<&Accounts, Failure> {
    ctx.accounts.as_deref().ok_or_else(|| Error::Unavailable(Outage::NoAccounts).into())
}

/// What Telegram has said, in words that say what to do.
fn refused(error: LoginError) -> Failure {
    Failure::failed("sign_in", error.to_string())
}

pub(super) fn of_account(error: Error, id: i64) -> Failure {
    match error {
        Error::NotFound(What::Account) => Failure {
            code: "not_found",
            ..Failure::usage(
                "id",
                format!("there is no account {id}: `analyticbot account list` shows those there are"),
            )
        },
        Error::Conflict(Clash::SignInAgain) => {
            Failure::failed("conflict", format!("{error}: `analyticbot account login`"))
        }
        error => error.into(),
    }
}

fn as_json(row: &Row) -> serde_json::Value {
    json!({
        "id": row.id, "telegram_id": row.telegram_id, "name": row.name, "phone": row.phone, "state": row.state,
        "reason": row.reason, "health": row.health, "retry_at": row.retry_at, "in_use_until": row.leased_until,
        "created_at": row.created_at, "answered_at": row.answered_at,
    })
}

fn card_as_json(card: &AccountCard) -> serde_json::Value {
    let waits: Vec<_> = card.waits.iter().map(|(method, until)| json!({ "method": method, "until": until })).collect();
    let mut shown = as_json(&card.account);
    shown["channels"] = card.channels.into();
    shown["waits"] = waits.into();
    shown
}

fn as_row(card: &AccountCard, now: i64) -> Node {
    let row = &card.account;
    let text = |text: String| Node::Text(text);
    let moment = |at: Option<i64>| at.map_or(Node::Null, Node::Whole);
    let state = match &row.reason {
        Some(reason) => format!("{}: {reason}", row.state.as_str()),
        None if row.leased_until.is_some_and(|until| until > now) => format!("{}, in use", row.state.as_str()),
        None => row.state.as_str().to_owned(),
    };
    let waits = card.waits.iter().map(|(method, until)| format!("{method} for {} s", until - now));
    Node::Object(vec![
        ("id".to_owned(), text(row.id.to_string())),
        ("name".to_owned(), text(row.name.clone())),
        ("phone".to_owned(), row.phone.clone().map_or(Node::Null, Node::Text)),
        ("state".to_owned(), text(state)),
        ("health".to_owned(), text(format!("{} %", row.health))),
        ("channels".to_owned(), Node::Whole(card.channels)),
        ("waits".to_owned(), text(waits.collect::<Vec<_>>().join(", "))),
        ("answered_at".to_owned(), moment(row.answered_at)),
    ])
}

/// On standard error: standard output is for results.
fn say(text: &str) {
    let mut out = std::io::stderr().lock();
    // whoever has gone hears nothing
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn ask(prompt: &str) -> Result<String, Failure> {
    let mut out = std::io::stderr().lock();
    let _ = write!(out, "{prompt}").and_then(|()| out.flush());
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    match read {
        Ok(1..) => Ok(line.trim().to_owned()),
        Ok(0) => Err(Failure::failed("input", "standard input has ended before the sign-in was finished")),
        Err(error) => Err(Failure::failed("input", format!("standard input cannot be read: {error}"))),
    }
}

fn ask_hidden(prompt: &str) -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password(prompt).map_err(|error| Failure::failed("input", error.to_string()));
    }
    ask(prompt)
}
