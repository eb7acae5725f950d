//! `apikey`: keys with which programs read the public API.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Subcommand;
use domain::analytics::query::Bound;
use domain::api_keys::{ApiKey, Scope};
use domain::channels::ChannelRef;
use domain::ids::{ApiKeyId, ChannelId};
use domain::zone::Zone;
use serde_json::json;
use services::identity::{self, NewApiKey};
use services::{Ctx, Viewer, channels};

use super::Shell;
use super::table::{Node, Reading};
use crate::failure::Failure;

/// Make, list or revoke keys of the HTTP API
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  analyticbot apikey create --name Grafana --scopes read:analytics\n  analyticbot apikey list"
)]
pub enum ApiKeys {
    /// Make a key; it is shown this once
    #[command(after_help = "\
Examples:
  analyticbot apikey create --scopes read:analytics --json
  analyticbot apikey create --workspace default --name Grafana --channels my_channel,other --expires 2027-01-01

Then:
  curl -H \"Authorization: Bearer $KEY\" http://127.0.0.1:8080/api/v2/channels")]
    Create(CreateArgs),
    /// The keys of the workspace with when they were last used
    #[command(after_help = "Example:\n  analyticbot apikey list --json")]
    List,
    /// End a key for good
    #[command(after_help = "Example:\n  analyticbot apikey revoke 3")]
    Revoke(RevokeArgs),
}

#[derive(Debug, clap::Args)]
pub struct CreateArgs {
    /// What the key is for, to tell it apart
    #[arg(long, default_value = "made in the shell")]
    name: String,
    /// What it may do, parted by commas: read:analytics
    #[arg(long, value_delimiter = ',', default_value = "read:analytics")]
    scopes: Vec<Scope>,
    /// The only channels it sees, parted by commas [default: every channel of the workspace, also those to come]
    #[arg(long, value_name = "CHANNELS", value_delimiter = ',')]
    channels: Option<Vec<String>>,
    /// The day (UTC) or instant it ends at [default: never]
    #[arg(long, value_name = "DAY|INSTANT")]
    expires: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// Its number in `apikey list`
    id: i64,
}

pub async fn run(shell: &Shell, command: ApiKeys) -> Result<ExitCode, Failure> {
    match command {
        ApiKeys::Create(args) => create(shell, args).await,
        ApiKeys::List => list(shell).await,
        ApiKeys::Revoke(args) => revoke(shell, &args).await,
    }
}

async fn create(shell: &Shell, args: CreateArgs) -> Result<ExitCode, Failure> {
    let expires_at = args.expires.as_deref().map(instant).transpose()?;
    let (ctx, viewer) = shell.operator().await?;
    let named = args.channels.map(|names| names.iter().map(|name| ChannelRef::parse(name)).collect());
    let new = NewApiKey { name: args.name, scopes: args.scopes, channels: named, expires_at };
    let (key, secret) = identity::create_api_key(&ctx, &viewer, new).await?;
    let names = names(&ctx, &viewer).await?;
    let mut shown = as_json(&key, &names);
    shown["key"] = secret.reveal().into();
    shell.say(&shown, || {
        format!("{}\n\nThis is key {}. Keep it now: it cannot be shown again.", secret.reveal(), key.id)
    })
}

async fn list(shell: &Shell) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    let keys = identity::api_keys(&ctx, &viewer).await?;
    let (names, now) = (names(&ctx, &viewer).await?, ctx.now());
    let rows: Vec<_> = keys.iter().map(|key| as_json(key, &names)).collect();
    shell.say(&json!({ "keys": rows }), || {
        if keys.is_empty() {
            return "no keys yet: `analyticbot apikey create` makes one".to_owned();
        }
        let table = keys.iter().map(|key| as_row(key, &names, now)).collect();
        Reading { zone: Zone::utc(), bounds_are_ratios: false }.text(&Node::List(table))
    })
}

async fn revoke(shell: &Shell, args: &RevokeArgs) -> Result<ExitCode, Failure> {
    let (ctx, viewer) = shell.operator().await?;
    identity::revoke_api_key(&ctx, &viewer, ApiKeyId(args.id)).await.map_err(|error| match error {
        services::Error::NotFound(services::What::ApiKey) => Failure {
            code: "not_found",
            ..Failure::usage(
                "id",
                format!("there is no key {} to revoke: `analyticbot apikey list` shows those there are", args.id),
            )
        },
        error => error.into(),
    })?;
    shell.say(&json!({ "revoked": args.id }), || format!("key {} opens nothing any more", args.id))
}

fn instant(text: &str) -> Result<i64, Failure> {
    match text.parse() {
        Ok(Bound::Instant(at)) => Ok(at),
        Ok(Bound::Day(day)) => Ok(Zone::utc().midnight(day)),
        Err(error) => Err(Failure::usage("expires", format!("expires: {error}"))),
    }
}

async fn names(ctx: &Ctx, viewer: &Viewer) -> Result<BTreeMap<ChannelId, String>, Failure> {
    let channels = channels::visible(ctx, viewer).await?;
    Ok(channels.into_iter().map(|channel| (channel.id, channel.slug())).collect())
}

/// Of those that are still there.
fn channels_of(key: &ApiKey, names: &BTreeMap<ChannelId, String>) -> Option<Vec<String>> {
    let limited = key.channels.as_ref()?;
    Some(limited.iter().filter_map(|id| names.get(id).cloned()).collect())
}

fn as_json(key: &ApiKey, names: &BTreeMap<ChannelId, String>) -> serde_json::Value {
    json!({
        "id": key.id, "name": key.name, "ending": key.ending, "scopes": key.scopes, "channels": channels_of(key, names),
        "created_at": key.created_at, "expires_at": key.expires_at, "used_at": key.used_at, "revoked_at": key.revoked_at,
    })
}

fn as_row(key: &ApiKey, names: &BTreeMap<ChannelId, String>, now: i64) -> Node {
    let text = |text: String| Node::Text(text);
    let state = match (key.revoked_at, key.is_usable(now)) {
        (Some(_), _) => "revoked",
        (None, true) => "in use",
        (None, false) => "expired",
    };
    let moment = |at: Option<i64>| at.map_or(Node::Null, Node::Whole);
    let scopes = key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    Node::Object(vec![
        ("id".to_owned(), text(key.id.to_string())),
        ("name".to_owned(), text(key.name.clone())),
        ("ending".to_owned(), text(format!("…{}", key.ending))),
        ("state".to_owned(), text(state.to_owned())),
        ("scopes".to_owned(), text(scopes)),
        (
            "channels".to_owned(),
            text(channels_of(key, names).map_or_else(|| "all".to_owned(), |names| names.join(" "))),
        ),
        ("used_at".to_owned(), moment(key.used_at)),
        ("expires_at".to_owned(), moment(key.expires_at)),
    ])
}
