//! Server functions of posts.

use domain::screens::PostPage;
use leptos::prelude::*;
use server_fn::codec::GetUrl;

use crate::error::ApiError;
use crate::session::{JsonText, SignedClient};

/// Everything about one post.
#[server(prefix = "/api", endpoint = "posts/page", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn page(channel: String, post_id: i64) -> Result<PostPage, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::analytics::post(&ctx, &viewer, &channel, post_id).await?)
}
