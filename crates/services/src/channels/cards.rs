//! Channels as the switcher lists them.

use domain::channels::Channel;
use domain::screens::{ChannelCard, Freshness};

use super::{visible, visible_in};
use crate::analytics;
use crate::identity::{Viewer, require_numbers};
use crate::{Ctx, Error, Result, What};

/// A channel and how much is stored of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub channel: Channel,
    pub freshness: Freshness,
    pub posts: i64,
    pub snapshots: i64,
    /// days with daily facts
    pub days: i64,
}

/// The channels the viewer may see, by title, each with its headline numbers.
pub async fn list(ctx: &Ctx, viewer: &Viewer) -> Result<Vec<ChannelCard>> {
    let mut cards = Vec::new();
    for channel in visible(ctx, viewer).await? {
        cards.push(card(ctx, channel).await?);
    }
    Ok(cards)
}

async fn card(ctx: &Ctx, channel: Channel) -> Result<ChannelCard> {
    let mut tx = ctx.db.read().await?;
    let counts = store::channels::counts(&mut tx, channel.id).await?;
    drop(tx);
    let headline = analytics::card_headline(ctx, &channel).await?;
    Ok(ChannelCard {
        slug: channel.slug(),
        subscribers: headline.subscribers,
        err24: headline.err24,
        as_of: headline.freshness.as_of,
        posts: counts.posts,
        snapshots: counts.snapshots,
        days: counts.days,
        version: headline.freshness.version,
        channel,
    })
}

/// The channels the viewer may see, by title, each with its data version.
pub async fn fresh(ctx: &Ctx, viewer: &Viewer) -> Result<Vec<(Channel, Freshness)>> {
    let mut tx = ctx.db.read().await?;
    let mut channels = Vec::new();
    for channel in visible_in(&mut tx, viewer).await? {
        let freshness = analytics::freshness(ctx, &mut tx, &channel).await?;
        channels.push((channel, freshness));
    }
    Ok(channels)
}

/// Some of [`fresh`] with how much is stored of them.
pub async fn with_counts(ctx: &Ctx, viewer: &Viewer, channels: &[(Channel, Freshness)]) -> Result<Vec<Listed>> {
    require_numbers(viewer)?;
    let mut tx = ctx.db.read().await?;
    let mut listed = Vec::with_capacity(channels.len());
    for (channel, freshness) in channels {
        if channel.workspace_id != viewer.workspace() || !viewer.sees(channel.id) {
            return Err(Error::NotFound(What::Channel));
        }
        let counts = store::channels::counts(&mut tx, channel.id).await?;
        listed.push(Listed {
            channel: channel.clone(),
            freshness: *freshness,
            posts: counts.posts,
            snapshots: counts.snapshots,
            days: counts.days,
        });
    }
    Ok(listed)
}
