//! Connecting a channel: from here on it is collected. Who collects, and how, is the business of each way.

use domain::channels::{Channel, ChannelRef};
use domain::collect::connection::{Connection, Mode};
use domain::ids::PersonId;
use domain::zone::Zone;
use serde_json::json;
use store::Tx;
use store::channels::NewChannel;
use store::collect::connections;

use crate::entitlements::{self, Feature};
use crate::identity::{Viewer, permission, require};
use crate::{Ctx, Error, Result, What, audit, channels};

/// A channel as Telegram has told us of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduced {
    /// positive
    pub telegram_id: Option<i64>,
    /// without @
    pub username: Option<String>,
    pub title: String,
    /// IANA zone of a channel that is new here; `None`: UTC
    pub zone: Option<String>,
}

/// A channel that is collected from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    pub channel: Channel,
    /// it was not there before
    pub is_new_channel: bool,
    /// it was not collected this way before
    pub is_new_connection: bool,
}

/// Connects a channel to the viewer's workspace. One that is there under its Telegram id or its name is the same
/// channel: it keeps its zone and its facts and takes over what Telegram calls it now.
/// [`Error::Conflict`] when another channel of the workspace has one of its names.
pub async fn connect(ctx: &Ctx, viewer: &Viewer, introduced: &Introduced, mode: Mode) -> Result<Connected> {
    let mut tx = ctx.db.write().await?;
    let connected = connect_in(ctx, &mut tx, viewer, introduced, mode).await?;
    tx.commit().await?;
    Ok(connected)
}

/// [`connect`] within a unit of work, for whoever has more to write with it.
pub(crate) async fn connect_in(
    ctx: &Ctx,
    tx: &mut Tx,
    viewer: &Viewer,
    introduced: &Introduced,
    mode: Mode,
) -> Result<Connected> {
    let (channel, is_new_channel) = introduce_in(ctx, tx, viewer, introduced).await?;
    let is_new_connection = connections::insert(tx, channel.id, mode, person_of(viewer), ctx.now()).await?;
    if is_new_connection {
        let detail = json!({ "mode": mode, "title": channel.title });
        audit::record(ctx, tx, viewer, "collect.connect", &channel.slug(), &detail).await?;
    }
    Ok(Connected { channel, is_new_channel, is_new_connection })
}

/// The channel that was introduced, brought up to date, and whether it is new here; it is not collected by that.
pub(crate) async fn introduce_in(
    ctx: &Ctx,
    tx: &mut Tx,
    viewer: &Viewer,
    introduced: &Introduced,
) -> Result<(Channel, bool)> {
    require(viewer, permission::ADD_CHANNEL)?;
    if introduced.telegram_id.is_none() && introduced.username.is_none() {
        return Err(Error::invalid("channel", "a channel has a Telegram id or a username"));
    }
    let now = ctx.now();
    if let Some(known) = known(tx, viewer, introduced).await? {
        let named = Channel {
            telegram_id: introduced.telegram_id.or(known.telegram_id),
            username: introduced.username.clone().or_else(|| known.username.clone()),
            title: channels::checked_title(&introduced.title)?,
            ..known.clone()
        };
        if named != known {
            store::channels::update(tx, &named).await?;
            store::collect::bump(tx, named.id, now).await?;
        }
        Ok((named, false))
    } else {
        entitlements::allow(ctx, viewer, Feature::AddChannel).await?;
        let zone = introduced.zone.as_deref().unwrap_or("UTC");
        let new = NewChannel {
            workspace_id: viewer.workspace(),
            telegram_id: introduced.telegram_id,
            username: introduced.username.clone(),
            title: channels::checked_title(&introduced.title)?,
            zone: Zone::find(zone)?.name().to_owned(),
            demo: false,
        };
        let channel = store::channels::insert(tx, &new, now).await?;
        store::collect::bump(tx, channel.id, now).await?;
        Ok((channel, true))
    }
}

/// From here on the channel is not collected this way; its facts stay.
pub async fn disconnect(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, mode: Mode) -> Result<()> {
    require(viewer, permission::ADD_CHANNEL)?;
    let mut tx = ctx.db.write().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    if !connections::delete(&mut tx, channel.id, mode).await? {
        return Err(Error::NotFound(What::Connection));
    }
    if mode == Mode::Session {
        store::collect::reading::delete(&mut tx, channel.id).await?;
    }
    store::collect::bump(&mut tx, channel.id, ctx.now()).await?;
    audit::record(ctx, &mut tx, viewer, "collect.disconnect", &channel.slug(), &json!({ "mode": mode })).await?;
    Ok(tx.commit().await?)
}

/// How the channels that the viewer sees are collected, by channel and mode.
pub async fn list(ctx: &Ctx, viewer: &Viewer) -> Result<Vec<Connection>> {
    require(viewer, permission::SEE_SETTINGS)?;
    let mut tx = ctx.db.read().await?;
    let mut all = connections::list(&mut tx, viewer.workspace()).await?;
    all.retain(|connection| viewer.sees(connection.channel_id));
    Ok(all)
}

async fn known(tx: &mut Tx, viewer: &Viewer, introduced: &Introduced) -> Result<Option<Channel>> {
    let workspace = viewer.workspace();
    if let Some(id) = introduced.telegram_id
        && let Some(known) = store::channels::find_by_ref(tx, workspace, &ChannelRef::TelegramId(id)).await?
        && known.telegram_id == Some(id)
    {
        return Ok(Some(known));
    }
    let Some(username) = &introduced.username else { return Ok(None) };
    let named = store::channels::find_by_ref(tx, workspace, &ChannelRef::Username(username.clone())).await?;
    // a name moves from one channel to another: what has another id is another channel
    Ok(named.filter(|named| named.telegram_id.is_none() || introduced.telegram_id.is_none()))
}

pub(crate) fn person_of(viewer: &Viewer) -> Option<PersonId> {
    match viewer {
        Viewer::Person { person, .. } => Some(person.id),
        _ => None,
    }
}
