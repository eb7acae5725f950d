//! Channels as the switcher lists them.

use domain::channels::Channel;
use domain::screens::ChannelCard;

use super::visible;
use crate::analytics;
use crate::identity::Viewer;
use crate::{Ctx, Result};

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
