//! Server functions of the dashboard.

use domain::screens::DashboardScreen;
use leptos::prelude::*;
use server_fn::codec::GetUrl;

use crate::error::ApiError;
use crate::session::{JsonText, SignedClient};

/// Everything the dashboard of a channel shows. `period` as in addresses: `24h`, `7d`, `2025-06-01..2025-06-30`.
#[server(prefix = "/api", endpoint = "dashboard/screen", input = GetUrl, output = JsonText, client = SignedClient)]
pub async fn screen(channel: String, period: String) -> Result<DashboardScreen, ApiError> {
    let (ctx, viewer) = crate::ssr::caller()?;
    let channel = domain::channels::ChannelRef::parse(&channel);
    Ok(services::analytics::dashboard_screen(&ctx, &viewer, &channel, period.parse()?).await?)
}
