//! Keys of programs that read the public API. A key's secret is shown once, at the moment it is made.

use std::time::Duration;

use domain::api_keys::{ApiKey, Scope};
use domain::channels::ChannelRef;
use domain::ids::{ApiKeyId, ChannelId};
use serde_json::json;
use store::identity::NewApiKey as Row;
use store::{Tx, channels, identity};
use tokio::time::timeout;

use super::{Token, Viewer, permission, require, viewer_of_token};
use crate::entitlements::{self, Feature};
use crate::recent::Recent;
use crate::{Ctx, Error, Result, What, audit};

/// Longest name of a key, in characters.
pub const NAME_CHARS_MAX: usize = 64;
/// Use is noted at most this often, so that reading does not become writing.
const NOTE_USE_EVERY_S: i64 = 60;
/// How long a request waits for that note.
const NOTE_USE_WAIT: Duration = Duration::from_millis(200);
/// Characters of the secret that lists show.
const ENDING_CHARS: usize = 4;

/// Callers of the public API whose credentials are not looked up again for a moment.
const CALLERS_MAX: u64 = 20_000;

/// Who presented which secret a moment ago, by its hash. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Callers(Recent<Vec<u8>, Option<Viewer>>);

impl Callers {
    pub fn new() -> Self {
        Self(Recent::new(CALLERS_MAX))
    }
}

/// A key as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// for people; 1 to [`NAME_CHARS_MAX`] characters
    pub name: String,
    /// at least one
    pub scopes: Vec<Scope>,
    /// `None`: every channel of the workspace, also those to come
    pub channels: Option<Vec<ChannelRef>>,
    /// unix seconds; `None`: never
    pub expires_at: Option<i64>,
}

/// The key and its secret, which cannot be shown again.
pub async fn create_api_key(ctx: &Ctx, viewer: &Viewer, new: NewApiKey) -> Result<(ApiKey, Token)> {
    require(viewer, permission::MANAGE_API_KEYS)?;
    entitlements::allow(ctx, viewer, Feature::ApiKeys).await?;
    let (now, secret) = (ctx.now(), Token::of_api_key());
    let name = checked_name(&new.name)?;
    let scopes = checked_scopes(new.scopes)?;
    if new.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(Error::invalid("expires", "a time to come"));
    }
    let mut tx = ctx.db.write().await?;
    let channels = match &new.channels {
        Some(named) => Some(find_all(&mut tx, viewer, named).await?),
        None => None,
    };
    let row = Row {
        workspace_id: viewer.workspace(),
        secret_hash: &secret.hash(),
        ending: secret.ending(ENDING_CHARS),
        name: &name,
        scopes: &scopes,
        channels: channels.as_deref(),
        created_by: viewer.person_id(),
        expires_at: new.expires_at,
    };
    let key = identity::insert_api_key(&mut tx, &row, now).await?;
    let detail = json!({ "name": name, "scopes": scopes, "channels": channels, "expires_at": new.expires_at });
    audit::record(ctx, &mut tx, viewer, "identity.create_api_key", &key.id.to_string(), &detail).await?;
    tx.commit().await?;
    Ok((key, secret))
}

/// Newest first, also expired and revoked ones.
pub async fn api_keys(ctx: &Ctx, viewer: &Viewer) -> Result<Vec<ApiKey>> {
    require(viewer, permission::MANAGE_API_KEYS)?;
    let mut tx = ctx.db.read().await?;
    Ok(identity::list_api_keys(&mut tx, viewer.workspace()).await?)
}

/// From now on the key opens nothing. Other processes notice within a second.
pub async fn revoke_api_key(ctx: &Ctx, viewer: &Viewer, id: ApiKeyId) -> Result<()> {
    require(viewer, permission::MANAGE_API_KEYS)?;
    let mut tx = ctx.db.write().await?;
    if !identity::revoke_api_key(&mut tx, viewer.workspace(), id, ctx.now()).await? {
        return Err(Error::NotFound(What::ApiKey));
    }
    audit::record(ctx, &mut tx, viewer, "identity.revoke_api_key", &id.to_string(), &json!({})).await?;
    Ok(tx.commit().await?)
}

/// Who calls the public API with this: a key, or a person with the token of a session. `None` when it is unknown,
/// expired or revoked.
pub async fn viewer_of_bearer(ctx: &Ctx, text: &str) -> Result<Option<Viewer>> {
    let token = Token::presented(text);
    let now = ctx.now();
    ctx.callers.0.get(token.hash(), now, Box::pin(look_up(ctx, &token, now))).await
}

async fn look_up(ctx: &Ctx, token: &Token, now: i64) -> Result<Option<Viewer>> {
    if !token.is_of_api_key() {
        return viewer_of_token(ctx, token.reveal()).await;
    }
    let found = identity::find_api_key_by_hash(&mut ctx.db.read().await?, &token.hash()).await?;
    let Some(key) = found.filter(|key| key.is_usable(now)) else { return Ok(None) };
    if key.used_at.is_none_or(|used_at| now - used_at >= NOTE_USE_EVERY_S) {
        note_use_unless_busy(ctx, key.id, now).await;
    }
    Ok(Some(Viewer::Key {
        key: key.id,
        workspace: key.workspace_id,
        scopes: key.scopes.into(),
        channels: key.channels.map(Into::into),
    }))
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    let is_allowed = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_allowed {
        Ok(name.to_owned())
    } else {
        Err(Error::invalid("name", format!("1 to {NAME_CHARS_MAX} characters")))
    }
}

fn checked_scopes(mut scopes: Vec<Scope>) -> Result<Vec<Scope>> {
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Error::invalid("scopes", format!("at least one of {}", Scope::ALL.map(Scope::as_str).join(", "))));
    }
    Ok(scopes)
}

async fn find_all(tx: &mut Tx, viewer: &Viewer, named: &[ChannelRef]) -> Result<Vec<ChannelId>> {
    let mut ids = Vec::with_capacity(named.len());
    for channel in named {
        let found = channels::find_by_ref(tx, viewer.workspace(), channel).await?;
        ids.push(found.ok_or(Error::NotFound(What::Channel))?.id);
    }
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Err(Error::invalid("channels", "at least one channel; leave it away for all of them"));
    }
    Ok(ids)
}

/// Reading goes on while something else writes, or nothing can be written; the next request tries again.
async fn note_use_unless_busy(ctx: &Ctx, id: ApiKeyId, now: i64) {
    match timeout(NOTE_USE_WAIT, note_use(ctx, id, now)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "the use of an API key could not be noted: {error}"),
        Err(_) => tracing::debug!("the use of an API key could not be noted: the database is busy"),
    }
}

async fn note_use(ctx: &Ctx, id: ApiKeyId, now: i64) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    identity::note_api_key_use(&mut tx, id, now).await?;
    Ok(tx.commit().await?)
}
