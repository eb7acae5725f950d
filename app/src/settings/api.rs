//! Server functions of the settings.

use domain::api_keys::ApiKey;
use domain::audit::AuditEntry;
use domain::channels::Channel;
use domain::collect::account::Account;
use domain::collect::connection::{Connection, Mode};
use domain::identity::{Invitation, Member, Role};
use domain::ids::{AccountId, ApiKeyId, ChannelId, InvitationId, PersonId};
use domain::screens::ChannelCard;
use domain::settings::Retention;
use domain::zone::Zone;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::{GetUrl, PostUrl};

use crate::error::ApiError;
use crate::session::{JsonText, SignedClient};

/// Channels with what is stored of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelSettings {
    pub channels: Vec<ChannelCard>,
    /// how they are collected
    pub connections: Vec<Connection>,
    /// rules of the zones of those
    pub clocks: Vec<Zone>,
    /// unix seconds
    pub now: i64,
    /// a bot is configured
    pub has_bot: bool,
    /// of the channels that accounts read
    pub read_so_far: Vec<ReadSoFar>,
    /// `None`: accounts are not configured
    pub by_accounts: Option<ByAccounts>,
    /// `None`: not the viewer's to see
    pub accounts: Option<Vec<AccountItem>>,
    /// all IANA zone names
    pub zones: Vec<String>,
    /// may the viewer change and delete channels?
    pub may_edit: bool,
    pub may_delete: bool,
}

/// How far an account has read a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadSoFar {
    pub channel_id: ChannelId,
    /// the newest message heard of; 0: nothing has been read
    pub newest_id: i64,
    /// numbers of messages that have not been read yet, at most
    pub unread: i64,
    pub can_view_stats: bool,
    /// when the channel was asked about itself, unix seconds; 0: never. The same of the next.
    pub looked_at: i64,
    pub stats_at: i64,
}

/// What is switched on of what accounts could read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reads {
    pub history: bool,
    pub updates: bool,
    pub statistics: bool,
}

/// What reading by accounts comes to here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByAccounts {
    pub reads: Reads,
    /// one is signed in that could read a channel
    pub has_one: bool,
}

/// An account that reads channels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountItem {
    pub account: Account,
    /// channels it reads
    pub channels: i64,
    /// method and until when Telegram wants it left alone (unix seconds), the longest first
    pub waits: Vec<(String, i64)>,
}

/// Calls of a method within an hour that came to the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallsOfHour {
    /// its beginning, unix seconds
    pub hour: i64,
    pub method: String,
    pub outcome: String,
    pub calls: i64,
    /// that Telegram has asked to wait, in all
    pub waits_s: i64,
}

#[server(prefix = "/api", endpoint = "settings/channels", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn list_channels() -> Result<ChannelSettings, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channels = services::channels::list(&ctx, &viewer).await?;
    let connections = services::collect::connection::list(&ctx, &viewer).await?;
    let read_so_far = read_so_far(&ctx, &viewer, &channels, &connections).await?;
    let is_collected = |card: &&ChannelCard| connections.iter().any(|way| way.channel_id == card.channel.id);
    let names: std::collections::BTreeSet<_> =
        channels.iter().filter(is_collected).map(|card| card.channel.zone.as_str()).collect();
    Ok(ChannelSettings {
        clocks: names.into_iter().filter_map(|name| Zone::find(name).ok()).collect(),
        channels,
        connections,
        now: ctx.now(),
        has_bot: ctx.site.bot.is_some(),
        read_so_far,
        by_accounts: by_accounts(&ctx, &viewer).await?,
        accounts: accounts(&ctx, &viewer).await?,
        zones: Zone::names().into_iter().map(str::to_owned).collect(),
        may_edit: viewer.role() >= Role::Editor,
        may_delete: viewer.role() >= Role::Owner,
    })
}

#[server(prefix = "/api", endpoint = "settings/channels/update", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn update_channel(channel: String, title: String, zone: String) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    let changes = services::channels::Changes { title: Some(title), zone: Some(zone) };
    services::channels::update(&ctx, &viewer, &channel, changes).await?;
    Ok(())
}

#[server(prefix = "/api", endpoint = "settings/channels/delete", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn delete_channel(channel: String, typed_title: String) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    services::channels::delete(&ctx, &viewer, &channel, &typed_title).await?;
    Ok(())
}

#[server(prefix = "/api", endpoint = "settings/channels/refresh", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn refresh_channel(channel: String) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    services::collect::refresh::refresh(&ctx, &viewer, &channel).await?;
    Ok(())
}

/// Reads the channel's public page and collects it from now on.
#[server(prefix = "/api", endpoint = "settings/channels/connect", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn connect_channel(channel: String) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    services::collect::preview::connect(&ctx, &viewer, &channel).await?;
    Ok(())
}

#[server(prefix = "/api", endpoint = "settings/channels/disconnect", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn disconnect_channel(channel: String, mode: Mode) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    services::collect::connection::disconnect(&ctx, &viewer, &channel, mode).await?;
    Ok(())
}

#[cfg(feature = "ssr")]
async fn read_so_far(
    ctx: &services::Ctx,
    viewer: &services::Viewer,
    channels: &[ChannelCard],
    connections: &[Connection],
) -> Result<Vec<ReadSoFar>, ApiError> {
    let mut all = Vec::new();
    let is_read = |card: &&ChannelCard| {
        connections.iter().any(|way| way.channel_id == card.channel.id && way.mode == Mode::Session)
    };
    for card in channels.iter().filter(is_read) {
        let channel = domain::channels::ChannelRef::parse(&card.slug);
        match services::collect::session::progress(ctx, viewer, &channel).await {
            Ok(progress) => all.push(ReadSoFar {
                channel_id: card.channel.id,
                newest_id: progress.newest_id,
                unread: progress.unread,
                can_view_stats: progress.can_view_stats,
                looked_at: progress.looked_at,
                stats_at: progress.stats_at,
            }),
            // disconnected or deleted since the list was read
            Err(services::Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(all)
}

#[cfg(feature = "ssr")]
async fn by_accounts(ctx: &services::Ctx, viewer: &services::Viewer) -> Result<Option<ByAccounts>, ApiError> {
    let has_one = services::collect::account::any_usable(ctx, viewer).await?;
    Ok(ctx.accounts.as_ref().map(|accounts| {
        let services::collect::account::Reads { history, updates, statistics, .. } = accounts.reads;
        ByAccounts { reads: Reads { history, updates, statistics }, has_one }
    }))
}

#[cfg(feature = "ssr")]
async fn accounts(ctx: &services::Ctx, viewer: &services::Viewer) -> Result<Option<Vec<AccountItem>>, ApiError> {
    let cards = match services::collect::account::list(ctx, viewer).await {
        Err(services::Error::Forbidden { .. }) => return Ok(None),
        cards => cards?,
    };
    let item = |card: services::collect::account::AccountCard| AccountItem {
        account: card.account,
        channels: card.channels,
        waits: card.waits,
    };
    Ok(Some(cards.into_iter().map(item).collect()))
}

/// Has an account read the channel from now on: one of ours, or a public one by name or address.
#[server(prefix = "/api", endpoint = "settings/channels/connect-account", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn connect_by_account(channel: String) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    services::collect::session::connect(&ctx, &viewer, &channel, None).await?;
    Ok(())
}

#[server(prefix = "/api", endpoint = "settings/accounts/stop", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn stop_account(id: AccountId) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::collect::account::stop(&ctx, &viewer, id).await?)
}

#[server(prefix = "/api", endpoint = "settings/accounts/stop-all", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn stop_all_accounts() -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    services::collect::account::stop_all(&ctx, &viewer).await?;
    Ok(())
}

#[server(prefix = "/api", endpoint = "settings/accounts/resume", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn resume_account(id: AccountId) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::collect::account::resume(&ctx, &viewer, id).await?)
}

/// What an account was used for in the last day, newest hour first.
#[server(prefix = "/api", endpoint = "settings/accounts/calls", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn account_calls(id: AccountId) -> Result<Vec<CallsOfHour>, ApiError> {
    const DAY_S: i64 = 86_400;
    let (ctx, viewer) = crate::ssr::caller()?;
    let calls = services::collect::account::calls(&ctx, &viewer, id, ctx.now() - DAY_S).await?;
    let of_hour = |calls: services::collect::account::Calls| CallsOfHour {
        hour: calls.hour,
        method: calls.method,
        outcome: calls.outcome,
        calls: calls.calls,
        waits_s: calls.waits_s,
    };
    Ok(calls.into_iter().map(of_hour).collect())
}

/// Members and open invitations; `invitations` is `None` for whoever may not see them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberSettings {
    pub members: Vec<Member>,
    pub invitations: Option<Vec<Invitation>>,
    /// the viewer, to mark them in the list
    pub me: Option<PersonId>,
    /// unix seconds, to tell expired invitations
    pub now: i64,
}

#[server(prefix = "/api", endpoint = "settings/members", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn list_members() -> Result<MemberSettings, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let invitations = match viewer.role() {
        Role::Owner => Some(services::identity::invitations(&ctx, &viewer).await?),
        Role::Viewer | Role::Editor => None,
    };
    let members = services::identity::members(&ctx, &viewer).await?;
    Ok(MemberSettings { members, invitations, me: viewer.person_id(), now: ctx.now() })
}

#[server(prefix = "/api", endpoint = "settings/members/role", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn set_role(person: PersonId, role: Role) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::identity::set_role(&ctx, &viewer, person, role).await?)
}

#[server(prefix = "/api", endpoint = "settings/members/remove", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn remove_member(person: PersonId) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::identity::remove_member(&ctx, &viewer, person).await?)
}

/// The path of a new invitation. Its token is shown this once and never again.
#[server(prefix = "/api", endpoint = "settings/invitations/create", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn invite(role: Role) -> Result<String, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let (_, token) = services::identity::invite(&ctx, &viewer, role).await?;
    Ok(format!("{}/invite/{}", ctx.site.public_url.unwrap_or_default(), token.reveal()))
}

#[server(prefix = "/api", endpoint = "settings/invitations/revoke", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn revoke_invitation(id: InvitationId) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::identity::revoke_invitation(&ctx, &viewer, id).await?)
}

#[server(prefix = "/api", endpoint = "settings/invitations/accept", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn accept_invitation(token: String) -> Result<Member, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let person = viewer.person().ok_or(ApiError::SignIn)?;
    Ok(services::identity::accept_invitation(&ctx, person, &token).await?)
}

/// Keys of the public API and the channels that one may be limited to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApiKeySettings {
    /// newest first, also expired and revoked ones
    pub keys: Vec<ApiKey>,
    pub channels: Vec<Channel>,
    /// unix seconds, to tell expired keys
    pub now: i64,
}

#[server(prefix = "/api", endpoint = "settings/api-keys", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn list_api_keys() -> Result<ApiKeySettings, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let keys = services::identity::api_keys(&ctx, &viewer).await?;
    let channels = services::channels::visible(&ctx, &viewer).await?;
    Ok(ApiKeySettings { keys, channels, now: ctx.now() })
}

/// The secret of a new key, which is shown this once and never again. Of `every_channel` and `channels` the first goes
/// before.
#[server(prefix = "/api", endpoint = "settings/api-keys/create", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn create_api_key(
    name: String,
    scope: domain::api_keys::Scope,
    #[server(default)] every_channel: bool,
    #[server(default)] channels: Vec<String>,
    ends_in_days: Option<u32>,
) -> Result<String, ApiError> {
    const DAY_S: i64 = 86_400;
    let (ctx, viewer) = crate::ssr::caller()?;
    let named = channels.iter().map(|channel| domain::channels::ChannelRef::parse(channel)).collect();
    let new = services::identity::NewApiKey {
        name,
        scopes: vec![scope],
        channels: (!every_channel).then_some(named),
        expires_at: ends_in_days.map(|days| ctx.now() + i64::from(days) * DAY_S),
    };
    let (_, secret) = services::identity::create_api_key(&ctx, &viewer, new).await?;
    Ok(secret.reveal().to_owned())
}

#[server(prefix = "/api", endpoint = "settings/api-keys/revoke", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn revoke_api_key(id: ApiKeyId) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::identity::revoke_api_key(&ctx, &viewer, id).await?)
}

#[server(prefix = "/api", endpoint = "settings/retention", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn read_retention() -> Result<Retention, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::settings::retention(&ctx, &viewer).await?)
}

#[server(prefix = "/api", endpoint = "settings/retention/set", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn set_retention(snapshots_days: Option<u32>, daily_days: Option<u32>) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::settings::set_retention(&ctx, &viewer, Retention { snapshots_days, daily_days }).await?)
}

/// The language follows the person to other devices; the cookie is for this browser.
#[server(prefix = "/api", endpoint = "settings/language", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn set_language(language: Option<String>) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::identity::set_language(&ctx, &viewer, language.as_deref()).await?)
}

#[server(prefix = "/api", endpoint = "settings/history", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn list_history(before: Option<i64>) -> Result<Vec<AuditEntry>, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    Ok(services::audit::list(&ctx, &viewer, before).await?)
}
