//! "Refresh now": a channel's numbers read afresh, in every process. The data version moves on, which makes whatever was
//! kept of the channel unreachable and tells open pages; weeks, months and forecasts are made anew by a job.

use domain::channels::ChannelRef;
use domain::ids::ChannelId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::identity::{Viewer, permission, require};
use crate::{Ctx, Error, Result, audit, channels, forecast};

/// A channel is refreshed once in so many seconds, whoever asks.
pub const EVERY_S: i64 = 10;

/// Job: makes anew what is derived from a channel's facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshChannel {
    pub channel: ChannelId,
}

impl RefreshChannel {
    pub const KIND: &'static str = "refresh-channel";
}

/// A channel that is read afresh from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refreshed {
    #[serde(skip)]
    pub id: ChannelId,
    pub channel: String,
    /// of the data, from here on
    pub version: i64,
}

/// Moves the data version on and enqueues the job; [`Error::LimitedUntil`] within [`EVERY_S`] of the time before.
pub async fn refresh(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef) -> Result<Refreshed> {
    require(viewer, permission::REFRESH_CHANNEL)?;
    let now = ctx.now();
    let mut tx = ctx.db.write().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    if let Some(before) = store::channels::claim_refresh(&mut tx, channel.id, now, EVERY_S).await? {
        return Err(Error::LimitedUntil { at: before + EVERY_S });
    }
    let version = store::collect::bump(&mut tx, channel.id, now).await?;
    let payload = serde_json::to_string(&RefreshChannel { channel: channel.id })?;
    let dedup_key = format!("{}/{}", RefreshChannel::KIND, channel.id);
    store::jobs::enqueue(&mut tx, RefreshChannel::KIND, &payload, Some(&dedup_key), now, now).await?;
    audit::record(ctx, &mut tx, viewer, "collect.refresh", &channel.slug(), &json!({ "version": version })).await?;
    tx.commit().await?;
    Ok(Refreshed { id: channel.id, channel: channel.slug(), version })
}

/// Makes weeks, months and forecasts of a channel anew; nothing where it is gone. For the job and the shell.
pub async fn derive_anew(ctx: &Ctx, channel: ChannelId) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    let Some(channel) = store::channels::find(&mut tx, channel).await? else { return Ok(()) };
    store::summaries::mark_all(&mut tx, channel.id).await?;
    store::summaries::bring_up_to_date(&mut tx, channel.id).await?;
    tx.commit().await?;
    forecast::keep(ctx, &channel).await?;
    Ok(())
}
