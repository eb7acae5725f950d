//! Long polling. An update is confirmed to Telegram by asking for the ones after it, so only after it is stored.

use std::time::Duration;

use serde_json::Value;
use services::bot_updates;
use tokio_util::sync::CancellationToken;

use crate::Desk;

/// How long Telegram keeps a request open when there is nothing to tell.
const WAIT: Duration = Duration::from_secs(25);
/// Longer than a request takes, so that the lease is renewed in time.
const LEASE_S: i64 = 90;
/// Before another look whether somebody else still fetches.
const STAND_BY: Duration = Duration::from_secs(10);
/// After an error.
const PAUSE: Duration = Duration::from_secs(3);

/// Fetches until `stopping`, in turns with other replicas.
pub async fn poll(desk: &Desk, stopping: &CancellationToken) {
    let (ctx, bot) = (&desk.ctx, desk.api.bot_id());
    let mut offset = None;
    while !stopping.is_cancelled() {
        let pause = match bot_updates::lease_poller(ctx, bot, &desk.name, LEASE_S).await {
            Ok(true) => tokio::select! {
                fetched = fetch(desk, &mut offset) => fetched.err(),
                () = stopping.cancelled() => None,
            },
            Ok(false) => Some(STAND_BY),
            Err(error) => {
                tracing::warn!("the bot cannot note that it fetches updates: {error}");
                Some(PAUSE)
            }
        };
        if let Some(pause) = pause {
            // either way it looks again
            _ = tokio::time::timeout(pause, stopping.cancelled()).await;
        }
    }
    if let Err(error) = bot_updates::release_poller(ctx, bot, &desk.name).await {
        tracing::warn!("another replica fetches updates only when the lease runs out: {error}");
    }
}

/// One request. An error says how long to pause.
async fn fetch(desk: &Desk, offset: &mut Option<i64>) -> Result<(), Duration> {
    let updates = desk.api.updates(*offset, WAIT).await.map_err(|error| {
        tracing::warn!("no updates: {error}");
        PAUSE
    })?;
    if updates.is_empty() {
        // all is confirmed; ids may begin anew after a quiet week
        *offset = None;
        return Ok(());
    }
    let stored = bot_updates::receive(&desk.ctx, desk.api.bot_id(), &updates).await;
    stored.map_err(|error| {
        tracing::warn!("updates cannot be stored; Telegram keeps them: {error}");
        PAUSE
    })?;
    *offset = updates.iter().filter_map(id).max().map(|newest| newest + 1);
    desk.news.notify_one();
    Ok(())
}

fn id(update: &Value) -> Option<i64> {
    update["update_id"].as_i64()
}
