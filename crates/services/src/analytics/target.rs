//! What a question is about, known before any number is read: enough to tell whether an answer is still the same.

use domain::analytics::compare::{CompareSort, ComparedChannel};
use domain::analytics::{Answer, Query, Window};
use domain::channels::{Channel, ChannelRef};
use domain::ids::WorkspaceId;
use domain::screens::Freshness;
use domain::zone::Zone;

use super::questions::{common_zone, compare_over};
use super::{Loaded, freshness, load, zone_of};
use crate::identity::{Viewer, require_numbers};
use crate::recent::Recent;
use crate::{Ctx, Error, Result, What, channels};

/// Channels whose state is not read again for a moment.
const KNOWN_MAX: u64 = 20_000;

/// How new a channel's data version has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// up to a second old where another process has written
    Recent,
    /// read now
    Now,
}

/// A channel and the window that a query means for it.
#[derive(Debug, Clone)]
pub struct Target {
    pub channel: Channel,
    pub window: Window,
    pub freshness: Freshness,
}

/// Every channel the viewer may see and the window that a query means for them.
#[derive(Debug, Clone)]
pub struct CompareTarget {
    /// by title
    pub channels: Vec<(Channel, Freshness)>,
    pub window: Window,
}

/// What is read of a channel with every question.
#[derive(Debug, Clone)]
pub(super) struct Known {
    channel: Channel,
    newest_post: Option<i64>,
    freshness: Freshness,
}

/// Cloning shares it.
#[derive(Clone)]
pub(crate) struct KnownChannels(Recent<(WorkspaceId, ChannelRef), Known>);

impl KnownChannels {
    pub fn new() -> Self {
        Self(Recent::new(KNOWN_MAX))
    }
}

/// What a query about a channel is about. A channel that the viewer may not see is as unknown as one that is not.
pub async fn target(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query, demand: Demand) -> Result<Target> {
    let known = known(ctx, viewer, channel, demand).await?;
    let zone = Zone::find(&known.channel.zone)?;
    let read_at = known.freshness.read_at;
    let window = Window::resolve(query, &zone, zone_of(query)?, known.newest_post, read_at)?;
    Ok(Target { channel: known.channel, window, freshness: known.freshness })
}

/// The same where no window is asked for.
pub(crate) async fn fresh_channel(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    demand: Demand,
) -> Result<(Channel, Freshness)> {
    let known = known(ctx, viewer, channel, demand).await?;
    Ok((known.channel, known.freshness))
}

async fn known(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, demand: Demand) -> Result<Known> {
    require_numbers(viewer)?;
    let (now, key) = (ctx.now(), (viewer.workspace(), channel.clone()));
    let load = Box::pin(know(ctx, viewer.workspace(), channel));
    let known = match demand {
        Demand::Recent => ctx.cache.known.0.get(key, now, load).await?,
        Demand::Now => ctx.cache.known.0.get_anew(key, now, load).await?,
    };
    if !viewer.sees(known.channel.id) {
        return Err(Error::NotFound(What::Channel));
    }
    Ok(Known { freshness: Freshness { read_at: now, ..known.freshness }, ..known })
}

async fn know(ctx: &Ctx, workspace: WorkspaceId, channel: &ChannelRef) -> Result<Known> {
    let mut tx = ctx.db.read().await?;
    let found = store::channels::find_by_ref(&mut tx, workspace, channel).await?;
    let channel = found.ok_or(Error::NotFound(What::Channel))?;
    let newest_post = store::channels::newest_post(&mut tx, channel.id).await?;
    let freshness = freshness(ctx, &mut tx, &channel).await?;
    Ok(Known { channel, newest_post, freshness })
}

impl Target {
    /// The numbers of exactly this version; `None` when the channel has been written to in the meantime.
    pub async fn load(&self, ctx: &Ctx, query: &Query) -> Result<Option<Loaded>> {
        let loaded = load(ctx, self.channel.clone(), self.window.clone(), self.freshness, query).await?;
        Ok((loaded.measured.version == self.freshness.version).then_some(loaded))
    }
}

/// What a comparison is about. Without bounds, its window is the 30 days that end with the newest post of any of the
/// channels; days of channels in several zones are compared in UTC.
pub async fn compare_target(ctx: &Ctx, viewer: &Viewer, query: &Query) -> Result<CompareTarget> {
    let mut tx = ctx.db.read().await?;
    let (mut newest_post, mut channels) = (None, Vec::new());
    for channel in channels::visible_in(&mut tx, viewer).await? {
        newest_post = newest_post.max(store::channels::newest_post(&mut tx, channel.id).await?);
        let freshness = freshness(ctx, &mut tx, &channel).await?;
        channels.push((channel, freshness));
    }
    drop(tx);
    let zones: Vec<&str> = channels.iter().map(|(channel, _)| channel.zone.as_str()).collect();
    let window = Window::resolve(query, &common_zone(&zones)?, zone_of(query)?, newest_post, ctx.now())?;
    Ok(CompareTarget { channels, window })
}

impl CompareTarget {
    /// The comparison of exactly these versions; `None` when one of the channels has been written to in the meantime.
    pub async fn answer(
        &self,
        ctx: &Ctx,
        by: CompareSort,
        query: &Query,
    ) -> Result<Option<Answer<Vec<ComparedChannel>>>> {
        let mut loaded = Vec::with_capacity(self.channels.len());
        for (channel, freshness) in &self.channels {
            let one = load(ctx, channel.clone(), self.window.clone(), *freshness, query).await?;
            if one.measured.version != freshness.version {
                return Ok(None);
            }
            loaded.push(one);
        }
        Ok(Some(compare_over(&loaded, &self.window, by)))
    }
}
