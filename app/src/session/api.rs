//! Server functions of the session.

use leptos::prelude::*;
use server_fn::codec::{GetUrl, PostUrl};

use super::{JsonText, SessionInfo, SignedClient};
use crate::error::ApiError;

/// Who is signed in, and the channels they may see.
#[server(prefix = "/api", endpoint = "session", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn session() -> Result<SessionInfo, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let info = services::identity::session_info(&ctx, &viewer).await?;
    let cards = services::channels::list(&ctx, &viewer).await?;
    Ok(SessionInfo {
        person: info.person,
        workspace: info.workspace,
        role: info.role,
        demo: ctx.site.demo,
        channels: cards
            .into_iter()
            .map(|card| super::ChannelItem {
                as_of_offset_s: card
                    .as_of
                    .map_or(0, |at| domain::zone::Zone::find(&card.channel.zone).map_or(0, |zone| zone.offset(at))),
                slug: card.channel.slug(),
                title: card.channel.title,
                subscribers: card.subscribers,
                err24: card.err24,
                posts: card.posts,
                demo: card.channel.demo,
                as_of: card.as_of,
            })
            .collect(),
    })
}

/// Ends the session of this browser.
#[server(prefix = "/api", endpoint = "session/end", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn sign_out() -> Result<(), ApiError> {
    let (ctx, _) = crate::ssr::caller()?;
    if let Some(token) = crate::ssr::request_cookie(super::SESSION_COOKIE) {
        services::identity::close_session(&ctx, &token).await?;
    }
    crate::ssr::forget_cookie(super::SESSION_COOKIE);
    Ok(())
}

/// The data versions of the channels the caller may see, by name: what `/api/live` tells, for pages that it cannot reach.
#[server(prefix = "/api", endpoint = "live/versions", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn versions() -> Result<Vec<(String, i64)>, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channels = services::channels::fresh(&ctx, &viewer).await?;
    Ok(channels.into_iter().map(|(channel, freshness)| (channel.slug(), freshness.version)).collect())
}
