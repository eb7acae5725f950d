//! Updates of the bot: stored before they are answered, handled once, one chat in order. What an update means is the
//! business of the crate `bot`; here is what becomes of it. For the program itself, not for doors people come through.

use serde_json::Value;
use store::bot_updates as rows;
pub use store::bot_updates::{Claimed, Settled};

use crate::{Ctx, Result};

/// How long a worker may take over an update before another takes it.
pub const LEASE_S: i64 = 120;
/// Tries before an update is kept as failed.
pub const TRIES_MAX: i64 = 5;
/// Handled updates are kept this long: Telegram repeats what it is not sure about for a day.
pub const KEPT_S: i64 = 3 * 86_400;

/// Job: removes handled updates.
pub struct TrimBotUpdates;

impl TrimBotUpdates {
    pub const KIND: &'static str = "trim-bot-updates";
}

/// Stores updates, all or none; how many were new. What has no `update_id` is none and is left out.
pub async fn receive(ctx: &Ctx, bot: i64, updates: &[Value]) -> Result<usize> {
    let mut tx = ctx.db.write().await?;
    let now = ctx.now();
    let mut new = 0;
    for update in updates {
        let Some(received) = received(update) else {
            tracing::warn!("Telegram sent something that is no update; it is left out");
            continue;
        };
        new += usize::from(rows::insert(&mut tx, bot, &received, now).await?);
    }
    tx.commit().await?;
    Ok(new)
}

/// Up to `limit` updates, each the oldest open one of its chat.
pub async fn claim(ctx: &Ctx, bot: i64, worker: &str, limit: i64) -> Result<Vec<Claimed>> {
    let now = ctx.now();
    if !rows::any_claimable(&mut ctx.db.read().await?, bot, now).await? {
        return Ok(Vec::new());
    }
    let mut tx = ctx.db.write().await?;
    let claimed = rows::claim(&mut tx, bot, worker, now, LEASE_S, limit).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// `error`: why it was given up.
pub async fn settle(
    ctx: &Ctx,
    bot: i64,
    update: i64,
    worker: &str,
    outcome: Settled,
    error: Option<&str>,
) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    rows::settle(&mut tx, bot, update, worker, outcome, error, ctx.now()).await?;
    Ok(tx.commit().await?)
}

/// Another try in `after_s` seconds.
pub async fn retry(ctx: &Ctx, bot: i64, update: i64, worker: &str, after_s: i64, error: &str) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    rows::retry_at(&mut tx, bot, update, worker, ctx.now() + after_s, error).await?;
    Ok(tx.commit().await?)
}

/// Whether this process fetches the bot's updates for the next `lease_s` seconds.
pub async fn lease_poller(ctx: &Ctx, bot: i64, holder: &str, lease_s: i64) -> Result<bool> {
    let mut tx = ctx.db.write().await?;
    let now = ctx.now();
    let leased = rows::lease_poller(&mut tx, bot, holder, now, now + lease_s).await?;
    tx.commit().await?;
    Ok(leased)
}

pub async fn release_poller(ctx: &Ctx, bot: i64, holder: &str) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    rows::release_poller(&mut tx, bot, holder).await?;
    Ok(tx.commit().await?)
}

/// How many updates were removed.
pub async fn trim(ctx: &Ctx) -> Result<u64> {
    let mut tx = ctx.db.write().await?;
    let removed = rows::delete_handled_before(&mut tx, ctx.now() - KEPT_S).await?;
    tx.commit().await?;
    Ok(removed)
}

/// A name for a worker or a holder of a lease, another at every call.
pub fn worker_name() -> String {
    crate::identity::token::short_id()
}

fn received(update: &Value) -> Option<rows::Received> {
    let fields = update.as_object()?;
    let update_id = fields.get("update_id")?.as_i64()?;
    let (kind, content) = fields.iter().find(|(name, _)| *name != "update_id")?;
    let id = |value: &Value| value["id"].as_i64();
    let chat_id = id(&content["chat"])
        .or_else(|| id(&content["message"]["chat"]))
        .or_else(|| id(&content["from"]))
        .or_else(|| id(&content["user"]))
        .unwrap_or_default();
    Some(rows::Received { update_id, chat_id, kind: kind.clone(), raw: update.to_string() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_update_belongs_to_its_chat_or_its_person() {
        for (content, chat_id) in [
            (json!({"chat": {"id": -5}, "from": {"id": 3}}), -5),
            (json!({"message": {"chat": {"id": 8}}, "from": {"id": 3}}), 8),
            (json!({"from": {"id": 3}}), 3),
            (json!({"user": {"id": 4}}), 4),
            (json!("whatever"), 0),
        ] {
            let update = json!({"update_id": 1, "some_kind": content});
            let received = received(&update).expect("an update");
            assert_eq!((received.update_id, received.chat_id, received.kind.as_str()), (1, chat_id, "some_kind"));
        }
        for none in [json!({}), json!([]), json!({"update_id": "x", "message": {}}), json!({"update_id": 1})] {
            assert_eq!(received(&none), None, "{none}");
        }
    }
}
