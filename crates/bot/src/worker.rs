//! Handles stored updates: one chat in order, several chats at once.

use std::sync::Arc;
use std::time::Duration;

use services::bot_updates::{self, Claimed, LEASE_S, Settled, TRIES_MAX};
use telegram::CallError;
use telegram::bot_api::ALLOWED_UPDATES;
use teloxide::types::{Update, UpdateKind};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{Desk, collecting, conversation};

/// Chats answered at the same time.
const AT_ONCE: usize = 8;
/// Another process may have stored something, or a wait may be over.
const LOOK: Duration = Duration::from_millis(700);
/// Before the second try; twice as long before the third, and so on.
pub const SECONDS_BETWEEN_TRIES: i64 = 5;

/// Ends well before the lease does: nobody else may begin meanwhile.
const HANDLING: Duration = Duration::from_secs(LEASE_S as u64 - 20);

const UPDATES: &str = "analyticbot_bot_updates_total";

/// Why an update is not handled yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Service(#[from] services::Error),
    #[error("it took longer than {} s", HANDLING.as_secs())]
    Slow,
}

/// Until `stopping`; then what was begun is finished.
pub async fn run(desk: Arc<Desk>, stopping: &CancellationToken) {
    let mut running = JoinSet::new();
    while !stopping.is_cancelled() {
        let free = AT_ONCE - running.len();
        let claimed = match bot_updates::claim(&desk.ctx, desk.api.bot_id(), &desk.name, free as i64).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!("updates cannot be claimed: {error}");
                Vec::new()
            }
        };
        let is_quiet = claimed.is_empty();
        for update in claimed {
            let desk = Arc::clone(&desk);
            running.spawn(async move { one(&desk, &update).await });
        }
        if is_quiet || running.len() == AT_ONCE {
            tokio::select! {
                Some(ended) = running.join_next() => said(ended),
                () = desk.news.notified(), if running.len() < AT_ONCE => {}
                () = tokio::time::sleep(LOOK), if running.len() < AT_ONCE => {}
                () = stopping.cancelled() => {}
            }
        }
    }
    while let Some(ended) = running.join_next().await {
        said(ended);
    }
}

fn said(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        // its lease runs out, and it is tried again
        tracing::error!(%error, "handling an update failed");
    }
}

async fn one(desk: &Desk, update: &Claimed) {
    let outcome = tokio::time::timeout(HANDLING, handle(desk, update)).await.unwrap_or(Err(Trouble::Slow));
    let kind = ALLOWED_UPDATES.into_iter().find(|kind| *kind == update.kind).unwrap_or("other");
    let label = match &outcome {
        Ok(Settled::Unknown) => "unknown",
        Ok(_) => "handled",
        Err(_) => "trouble",
    };
    metrics::counter!(UPDATES, "kind" => kind, "outcome" => label).increment(1);
    if let Err(error) = settle(desk, update, outcome).await {
        tracing::warn!(update = update.update_id, "what became of an update cannot be noted: {error}");
    }
}

async fn settle(desk: &Desk, update: &Claimed, outcome: Result<Settled, Trouble>) -> services::Result<()> {
    let (ctx, bot, id, name) = (&desk.ctx, desk.api.bot_id(), update.update_id, &desk.name);
    let trouble = match outcome {
        Ok(settled) => return bot_updates::settle(ctx, bot, id, name, settled, None).await,
        // whom the bot cannot write to needs no answer
        Err(Trouble::Call(CallError::Blocked | CallError::NotModified)) => {
            return bot_updates::settle(ctx, bot, id, name, Settled::Handled, None).await;
        }
        Err(trouble) => trouble,
    };
    let after_s = match &trouble {
        Trouble::Call(CallError::Wait { seconds }) => Some(i64::from(*seconds)),
        Trouble::Call(CallError::Refused(_) | CallError::NotFound | CallError::NotMember) => None,
        _ => Some(SECONDS_BETWEEN_TRIES * update.tries),
    };
    let text = trouble.to_string();
    match after_s {
        Some(after_s) if update.tries < TRIES_MAX => bot_updates::retry(ctx, bot, id, name, after_s, &text).await,
        _ => {
            tracing::warn!(update = id, kind = update.kind, "an update is given up: {text}");
            bot_updates::settle(ctx, bot, id, name, Settled::Failed, Some(&text)).await
        }
    }
}

async fn handle(desk: &Desk, claimed: &Claimed) -> Result<Settled, Trouble> {
    let Ok(update) = serde_json::from_str::<Update>(&claimed.raw) else { return Ok(Settled::Unknown) };
    match update.kind {
        UpdateKind::Message(message) => conversation::message(desk, &message, &claimed.raw).await?,
        UpdateKind::CallbackQuery(query) => conversation::pressed(desk, &query).await?,
        UpdateKind::PreCheckoutQuery(query) => conversation::pre_checkout(desk, &query).await?,
        // what somebody mends in a command is no new command
        UpdateKind::EditedMessage(_) => {}
        UpdateKind::ChannelPost(post) | UpdateKind::EditedChannelPost(post) => {
            return collecting::post(desk, &post, &claimed.raw).await;
        }
        UpdateKind::MessageReactionCount(count) => collecting::reactions(desk, &count).await?,
        UpdateKind::ChatMember(change) => collecting::member(desk, claimed.update_id, &change).await?,
        UpdateKind::MyChatMember(change) => {
            collecting::standing(desk, &change).await?;
            conversation::made_administrator(desk, &change).await?;
        }
        _ => return Ok(Settled::Unknown),
    }
    Ok(Settled::Handled)
}
