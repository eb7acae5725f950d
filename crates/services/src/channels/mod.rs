//! Channels of a workspace: which there are, what they are called, and how one goes.

mod cards;

use domain::channels::{Channel, ChannelRef};
use domain::zone::Zone;
use serde_json::json;
use store::{Backend, Tx};

use crate::identity::{Viewer, permission, require, require_numbers};
use crate::{Clash, Ctx, Error, Result, What, audit};

pub use cards::{Listed, fresh, list, with_counts};

/// Telegram's own limit on titles, in characters.
const TITLE_CHARS_MAX: usize = 128;
/// Rows removed in one unit of work of SQLite, so that other writers wait for milliseconds.
const ROWS_PER_STEP: i64 = 2_000;
/// The same of Postgres, where nobody waits: the fewer commits, the sooner it is done.
const ROWS_PER_STEP_POSTGRES: i64 = 20_000;

/// Job: removes the rows of deleted channels.
pub struct PurgeChannels;

impl PurgeChannels {
    pub const KIND: &'static str = "purge-channels";
}

/// What may be changed about a channel; `None` leaves it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    pub title: Option<String>,
    /// IANA zone name
    pub zone: Option<String>,
}

/// The channels the viewer may see, by title.
pub async fn visible(ctx: &Ctx, viewer: &Viewer) -> Result<Vec<Channel>> {
    visible_in(&mut ctx.db.read().await?, viewer).await
}

/// The channels of all workspaces, for jobs, which work for everybody.
pub async fn of_every_workspace(ctx: &Ctx) -> Result<Vec<Channel>> {
    let mut tx = ctx.db.read().await?;
    let mut channels = Vec::new();
    for workspace in store::identity::list_all_workspaces(&mut tx).await? {
        channels.extend(store::channels::list(&mut tx, workspace.id).await?);
    }
    Ok(channels)
}

/// [`visible`] within a unit of work.
pub(crate) async fn visible_in(tx: &mut Tx, viewer: &Viewer) -> Result<Vec<Channel>> {
    require_numbers(viewer)?;
    let mut channels = store::channels::list(tx, viewer.workspace()).await?;
    channels.retain(|channel| viewer.sees(channel.id));
    Ok(channels)
}

/// A channel by the name a person gives it. One that the viewer may not see is as unknown as one that is not.
pub async fn find(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef) -> Result<Channel> {
    find_in(&mut ctx.db.read().await?, viewer, channel).await
}

/// [`find`] within a unit of work.
pub(crate) async fn find_in(tx: &mut Tx, viewer: &Viewer, channel: &ChannelRef) -> Result<Channel> {
    require_numbers(viewer)?;
    let found = store::channels::find_by_ref(tx, viewer.workspace(), channel).await?;
    found.filter(|channel| viewer.sees(channel.id)).ok_or(Error::NotFound(What::Channel))
}

/// Changes title and zone. Numbers by local day or hour are another question in another zone, so the data version
/// moves too.
pub async fn update(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, changes: Changes) -> Result<Channel> {
    require(viewer, permission::EDIT_CHANNEL)?;
    let mut tx = ctx.db.write().await?;
    let before = find_in(&mut tx, viewer, channel).await?;
    let after = changed(&before, changes)?;
    if after == before {
        return Ok(before);
    }
    store::channels::update(&mut tx, &after).await?;
    store::collect::bump(&mut tx, after.id, ctx.now()).await?;
    let detail = json!({ "title": [before.title, after.title], "zone": [before.zone, after.zone] });
    audit::record(ctx, &mut tx, viewer, "channels.update", &after.slug(), &detail).await?;
    tx.commit().await?;
    Ok(after)
}

/// Deletes a channel with all its data. Whoever does it types the channel's title. It is out of sight and its names
/// are free at once; its rows go in steps, by the job enqueued here or by [`purge_deleted`].
pub async fn delete(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, typed_title: &str) -> Result<()> {
    require(viewer, permission::DELETE_CHANNEL)?;
    let mut tx = ctx.db.write().await?;
    let channel = find_in(&mut tx, viewer, channel).await?;
    if typed_title.trim() != channel.title.trim() {
        return Err(Error::Conflict(Clash::TitleDiffers));
    }
    let (slug, now) = (channel.slug(), ctx.now());
    let counts = store::channels::counts(&mut tx, channel.id).await?;
    store::channels::hide(&mut tx, channel.id, now).await?;
    store::jobs::enqueue(&mut tx, PurgeChannels::KIND, "{}", Some(PurgeChannels::KIND), now, now).await?;
    let detail =
        json!({ "title": channel.title, "posts": counts.posts, "snapshots": counts.snapshots, "days": counts.days });
    audit::record(ctx, &mut tx, viewer, "channels.delete", &slug, &detail).await?;
    Ok(tx.commit().await?)
}

/// One bounded step of removing the rows of deleted channels; `true` when none is left. For the job and the shell,
/// not for doors that people come through.
pub async fn purge_step(ctx: &Ctx) -> Result<bool> {
    let hidden = store::channels::list_hidden(&mut ctx.db.read().await?).await?;
    let Some(channel) = hidden.first().copied() else { return Ok(true) };
    let rows = match ctx.db.backend() {
        Backend::Sqlite => ROWS_PER_STEP,
        Backend::Postgres => ROWS_PER_STEP_POSTGRES,
    };
    let mut tx = ctx.db.write().await?;
    let gone = store::channels::delete_rows(&mut tx, channel, rows).await?;
    tx.commit().await?;
    Ok(gone && hidden.len() == 1)
}

/// All steps at once.
pub async fn purge_deleted(ctx: &Ctx) -> Result<()> {
    while !purge_step(ctx).await? {}
    Ok(())
}

fn changed(before: &Channel, changes: Changes) -> Result<Channel> {
    let mut after = before.clone();
    if let Some(title) = changes.title {
        after.title = checked_title(&title)?;
    }
    if let Some(zone) = changes.zone {
        Zone::find(&zone)?.name().clone_into(&mut after.zone);
    }
    Ok(after)
}

pub(crate) fn checked_title(title: &str) -> Result<String> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX {
        return Err(Error::invalid("title", format!("1 to {TITLE_CHARS_MAX} characters")));
    }
    Ok(title.to_owned())
}
