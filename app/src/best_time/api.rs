//! Server functions of the best time to post.

use domain::best_time::Settings;
use domain::ids::ExperimentId;
use domain::screens::{BestTimeScreen, ExperimentProposal, ExperimentView};
use domain::zone::Zone;
use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json, PostUrl};

use crate::error::ApiError;
use crate::session::{JsonText, SignedClient};

/// Everything the browser needs to work the answer out itself.
#[server(prefix = "/api", endpoint = "best-time/screen", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn screen(channel: String) -> Result<BestTimeScreen, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::best_time::screen(&ctx, &viewer, &channel).await?)
}

/// The rules of a zone that did not come with the screen.
#[server(prefix = "/api", endpoint = "best-time/zone", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn zone_rules(channel: String, name: String) -> Result<Zone, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::best_time::zone(&ctx, &viewer, &channel, &name).await?)
}

#[server(prefix = "/api", endpoint = "best-time/settings/save", input = Json, output = JsonText, client = SignedClient)]
pub async fn save_settings(channel: String, settings: Settings) -> Result<(), ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::best_time::save_settings(&ctx, &viewer, &channel, &settings).await?)
}

#[server(prefix = "/api", endpoint = "best-time/experiment/propose", input = Json, output = JsonText, client = SignedClient)]
pub async fn propose(channel: String, proposal: ExperimentProposal) -> Result<ExperimentView, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::best_time::propose(&ctx, &viewer, &channel, &proposal).await?)
}

#[server(prefix = "/api", endpoint = "best-time/experiment/approve", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn approve(channel: String, id: ExperimentId) -> Result<ExperimentView, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::best_time::approve(&ctx, &viewer, &channel, id).await?)
}

/// Gives the next post its slot.
#[server(prefix = "/api", endpoint = "best-time/experiment/assign", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn assign(channel: String, id: ExperimentId) -> Result<ExperimentView, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::best_time::assign(&ctx, &viewer, &channel, id).await?)
}

/// An assigned post will not be published.
#[server(prefix = "/api", endpoint = "best-time/experiment/withdraw", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn withdraw(channel: String, id: ExperimentId, number: u32) -> Result<ExperimentView, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::best_time::withdraw(&ctx, &viewer, &channel, id, number).await?)
}

#[server(prefix = "/api", endpoint = "best-time/experiment/stop", input = PostUrl, output = JsonText, client = SignedClient)]
pub async fn stop(channel: String, id: ExperimentId) -> Result<ExperimentView, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::best_time::stop(&ctx, &viewer, &channel, id).await?)
}
