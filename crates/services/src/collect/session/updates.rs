//! What Telegram tells an account by itself. A hint: what it does not tell, sweeps and schedules find.

use domain::channels::Channel;
use domain::collect::gaps::Gap;
use domain::collect::message::Message;
use mtproto::Update;
use store::Tx;
use store::collect::reading::{self, Reading};

use super::perform::finish;
use super::write;
use crate::collect::account::Held;
use crate::{Ctx, Result};

/// Pushed counters are taken this long after the reading before at the earliest.
const SPARSELY_S: i64 = 60;

/// Takes in what happened; of a channel that this account does not read, nothing.
pub async fn hear(ctx: &Ctx, held: &mut Held, update: &Update) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    let Some(reading) = reading::find_by_peer(&mut tx, held.id(), peer_of(update)).await? else { return Ok(()) };
    let Some(channel) = store::channels::find(&mut tx, reading.channel_id).await? else { return Ok(()) };
    let is_news = match update {
        Update::Post { message, .. } => {
            heard_of(&mut tx, &reading, message).await?;
            written(ctx, &mut tx, &channel, message).await?
        }
        Update::Edited { message, .. } => written(ctx, &mut tx, &channel, message).await?,
        Update::Deleted { ids, .. } => {
            let ids: Vec<i64> = ids.iter().map(|id| i64::from(*id)).collect();
            write::deleted(ctx, &mut tx, &channel, &ids).await? > 0
        }
        Update::Counters { id, counters, .. } => {
            let id = i64::from(*id);
            !write::counters(ctx, &mut tx, &channel, id, *counters, SPARSELY_S).await?.is_unchanged()
        }
        // the newest messages are read at once, and with them what lies between
        Update::TooLong { .. } => {
            reading::upsert(&mut tx, &Reading { swept_at: 0, ..reading }).await?;
            false
        }
        Update::Changed { .. } => {
            reading::upsert(&mut tx, &Reading { looked_at: 0, ..reading }).await?;
            false
        }
    };
    finish(ctx, held, &mut tx, &channel, is_news).await?;
    Ok(tx.commit().await?)
}

async fn written(ctx: &Ctx, tx: &mut Tx, channel: &Channel, message: &Message) -> Result<bool> {
    Ok(!write::messages(ctx, tx, channel, std::slice::from_ref(message)).await?.is_unchanged())
}

/// A message of which the one before is not known leaves a gap.
async fn heard_of(tx: &mut Tx, reading: &Reading, message: &Message) -> Result<()> {
    let id = i64::from(message.id);
    // nothing has been read yet: the first sweep finds what was before
    if reading.newest_id == 0 || id <= reading.newest_id {
        return Ok(());
    }
    if let Some(gap) = Gap::before(id, reading.newest_id) {
        reading::add_gap(tx, reading.channel_id, gap).await?;
    }
    Ok(reading::upsert(tx, &Reading { newest_id: id, ..reading.clone() }).await?)
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
