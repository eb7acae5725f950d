//! What Telegram tells an account by itself. A hint: what it does not tell, sweeps and schedules find.

use std::collections::BTreeMap;

use domain::channels::Channel;
use domain::collect::gaps::Gap;
use domain::collect::message::Message;
use mtproto::Update;
use store::Tx;
use store::collect::reading::{self, Reading};

use super::perform::heard;
use super::write;
use crate::collect::account::Held;
use crate::{Ctx, Result};

/// Pushed counters are taken this long after the reading before at the earliest.
const SPARSELY_S: i64 = 60;

/// Takes in what happened, in its order and in one unit of work; of channels that this account does not read, nothing.
pub async fn hear(ctx: &Ctx, held: &mut Held, updates: &[Update]) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    let mut by_channel: BTreeMap<i64, Vec<&Update>> = BTreeMap::new();
    for update in updates {
        by_channel.entry(peer_of(update)).or_default().push(update);
    }
    for (peer_id, updates) in by_channel {
        let Some(reading) = reading::find_by_peer(&mut tx, held.id(), peer_id).await? else { continue };
        let Some(channel) = store::channels::find(&mut tx, reading.channel_id).await? else { continue };
        let mut is_news = false;
        for update in updates {
            is_news |= take_in(ctx, &mut tx, &channel, update).await?;
        }
        heard(ctx, &mut tx, &channel, is_news).await?;
    }
    held.commit(tx).await
}

/// Whether something is different from before.
async fn take_in(ctx: &Ctx, tx: &mut Tx, channel: &Channel, update: &Update) -> Result<bool> {
    Ok(match update {
        Update::Post { message, .. } => {
            heard_of(tx, channel, message).await?;
            written(ctx, tx, channel, message).await?
        }
        Update::Edited { message, .. } => written(ctx, tx, channel, message).await?,
        Update::Deleted { ids, .. } => {
            let ids: Vec<i64> = ids.iter().map(|id| i64::from(*id)).collect();
            write::deleted(ctx, tx, channel, &ids).await? > 0
        }
        Update::Counters { id, counters, .. } => {
            !write::counters(ctx, tx, channel, i64::from(*id), *counters, SPARSELY_S).await?.is_unchanged()
        }
        // the newest messages are read at once, and with them what lies between
        Update::TooLong { .. } => again(tx, channel, |reading| reading.swept_at = 0).await?,
        Update::Changed { .. } => again(tx, channel, |reading| reading.looked_at = 0).await?,
    })
}

async fn again(tx: &mut Tx, channel: &Channel, change: impl FnOnce(&mut Reading)) -> Result<bool> {
    if let Some(mut reading) = reading::find(tx, channel.id).await? {
        change(&mut reading);
        reading::upsert(tx, &reading).await?;
    }
    Ok(false)
}

async fn written(ctx: &Ctx, tx: &mut Tx, channel: &Channel, message: &Message) -> Result<bool> {
    Ok(!write::messages(ctx, tx, channel, std::slice::from_ref(message)).await?.is_unchanged())
}

/// A message of which the one before is not known leaves a gap.
async fn heard_of(tx: &mut Tx, channel: &Channel, message: &Message) -> Result<()> {
    let id = i64::from(message.id);
    let Some(reading) = reading::find(tx, channel.id).await? else { return Ok(()) };
    // nothing has been read yet: the first sweep finds what was before
    if reading.newest_id == 0 || id <= reading.newest_id {
        return Ok(());
    }
    if let Some(gap) = Gap::before(id, reading.newest_id) {
        reading::add_gap(tx, reading.channel_id, gap).await?;
    }
    Ok(reading::upsert(tx, &Reading { newest_id: id, ..reading }).await?)
}

fn peer_of(update: &Update) -> i64 {
    match update {
        Update::Post { peer_id, .. }
        | Update::Edited { peer_id, .. }
        | Update::Deleted { peer_id, .. }
        | Update::Counters { peer_id, .. }
        | Update::TooLong { peer_id }
        | Update::Changed { peer_id } => *peer_id,
    }
}
