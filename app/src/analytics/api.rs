//! Server functions of the analytics pages.

use domain::analytics::Answer;
use domain::analytics::compare::ComparedChannel;
use domain::screens::{AnalyticsScreen, PostsCompared};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

use crate::error::ApiError;
use crate::session::{JsonText, SignedClient};

/// Posts compared when nobody chose any: the most viewed of the period.
#[cfg(feature = "ssr")]
const UNASKED_POSTS: usize = 3;

/// A channel's dataset over a period (`30d`, `2025-06-01..2025-06-30`): all tabs but the comparisons come from it.
#[server(prefix = "/api", endpoint = "analytics/screen", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn screen(channel: String, period: String) -> Result<AnalyticsScreen, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::analytics::analytics_screen(&ctx, &viewer, &channel, period.parse().unwrap_or_default()).await?)
}

/// View curves of posts (ids parted by commas). Without `posts`: those of the period's most viewed ones.
#[server(prefix = "/api", endpoint = "analytics/curves", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn curves(channel: String, period: String, posts: Option<String>) -> Result<PostsCompared, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    let posts: Vec<i64> = if let Some(posts) = posts {
        posts.split(',').filter_map(|id| id.parse().ok()).collect()
    } else {
        let period = period.parse().unwrap_or_default();
        services::analytics::most_viewed(&ctx, &viewer, &channel, period, UNASKED_POSTS).await?
    };
    if posts.is_empty() {
        return Ok(no_curves());
    }
    match services::analytics::compare_posts(&ctx, &viewer, &channel, &posts).await {
        // an old address may name a post that is gone; the rest of the page is there
        Err(services::Error::NotFound(services::What::Post)) => Ok(no_curves()),
        compared => Ok(compared?),
    }
}

/// The comparison of no posts.
pub fn no_curves() -> PostsCompared {
    PostsCompared::default()
}

/// Every channel the viewer may see, over the window that the period means for this channel.
#[server(prefix = "/api", endpoint = "analytics/compare", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn compare(channel: String, period: String) -> Result<Answer<Vec<ComparedChannel>>, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    let period = period.parse().unwrap_or_default();
    Ok(services::analytics::compare_over_period(&ctx, &viewer, &channel, period).await?)
}
