//! Where posts were forwarded to, as far as that is public: who sends readers.

use domain::channels::Channel;
use domain::collect::edge::{Edge, EdgeKind};
use mtproto::PublicForward;
use store::collect::reading::Reading;
use store::collect::{edges, watch};

use super::perform::{finish, peer};
use crate::Ctx;
use crate::collect::account::{Asked, Held};

/// Pages of a hundred, a post and day.
const PAGES_MAX: u32 = 5;

pub(super) async fn read(ctx: &Ctx, held: &mut Held, channel: &Channel, reading: &Reading, post_id: i64) -> Asked<()> {
    let dc = reading.stats_dc.and_then(|dc| i32::try_from(dc).ok());
    let (mut forwards, mut offset) = (Vec::new(), None::<String>);
    for _ in 0..PAGES_MAX {
        let (peer, id) = (peer(channel, reading), i32::try_from(post_id).unwrap_or(i32::MAX));
        let page = held
            .ask("stats.getMessagePublicForwards", async move |account| {
                account.public_forwards(&peer, dc, id, offset.as_deref()).await
            })
            .await?;
        forwards.extend(page.forwards);
        offset = page.next;
        if offset.is_none() {
            break;
        }
    }
    let mut tx = ctx.db.write().await?;
    let mut is_news = false;
    for forward in &forwards {
        is_news |= edges::upsert(&mut tx, channel.id, &edge(forward, post_id)).await?;
    }
    watch::note_forwards(&mut tx, channel.id, post_id, ctx.now()).await?;
    Ok(finish(ctx, held, tx, channel, is_news).await?)
}

fn edge(forward: &PublicForward, post_id: i64) -> Edge {
    let message = forward.message.as_ref();
    Edge {
        kind: EdgeKind::Forward,
        peer_id: forward.channel_id,
        message_id: message.map_or(0, |message| i64::from(message.id)),
        username: forward.username.clone(),
        title: forward.title.clone(),
        post_id: Some(post_id),
        at: message.map(|message| message.date),
        views: message.and_then(|message| message.counters.views),
    }
}
