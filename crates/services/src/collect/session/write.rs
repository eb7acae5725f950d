//! Messages become facts.

use std::collections::{BTreeMap, BTreeSet};

use domain::channels::Channel;
use domain::collect::edge::{Edge, EdgeKind, named_in};
use domain::collect::message::Message;
use domain::collect::messages::{ReadPost, posts_of};
use domain::collect::snapshot_schedule::{Watched, is_young};
use domain::posts::{Counters, MediaType, Snapshot, Source};
use store::Tx;
use store::channels::find_by_ref;
use store::collect::albums::{self, Part};
use store::collect::{PostFacts, Series, Written, deletions, edges, watch};

use crate::{Ctx, Result};

/// Counts of an older post are kept only when they have moved.
const YOUNG_S: i64 = 7 * 86_400;

/// Writes messages as they were read now, whole albums or not; what was different from before.
pub(super) async fn messages(ctx: &Ctx, tx: &mut Tx, channel: &Channel, messages: &[Message]) -> Result<Written> {
    let now = ctx.now();
    let posts = whole(tx, channel, messages).await?;
    let known = store::collect::find_posts(tx, channel.id, posts.iter().map(|post| i64::from(post.id))).await?;
    let facts: Vec<PostFacts> = posts.iter().map(facts).collect();
    let series: Vec<Series> =
        posts.iter().filter_map(|post| reading(post, known.get(&i64::from(post.id)), now)).collect();
    let mut written = store::collect::upsert_posts(tx, channel.id, &facts).await?;
    written += store::collect::merge_snapshots(tx, channel.id, &series).await?;
    for post in posts.iter().filter(|post| is_young(post.date, now)) {
        let watched = Watched { post_id: i64::from(post.id), ids: post.parts.len(), date: post.date, read_at: now };
        watch::note(tx, channel.id, &watched).await?;
    }
    senders(tx, channel, messages).await?;
    Ok(written)
}

/// The posts of the messages; an album is made of all its messages that are known, not only of these.
async fn whole(tx: &mut Tx, channel: &Channel, messages: &[Message]) -> Result<Vec<ReadPost>> {
    let mut posts = posts_of(messages);
    let mut albums_read = BTreeSet::new();
    for message in messages.iter().filter(|message| message.is_post()) {
        let Some(album) = message.grouped_id else { continue };
        let part = Part {
            message_id: i64::from(message.id),
            album: album.to_string(),
            date: message.date,
            counters: message.counters,
            text: message.text.clone(),
        };
        albums::note_part(tx, channel.id, &part).await?;
        albums_read.insert(album);
    }
    let albums_of: BTreeMap<i32, i64> =
        messages.iter().filter_map(|message| Some((message.id, message.grouped_id?))).collect();
    for post in posts.iter_mut().filter(|post| post.album_size.is_some()) {
        let Some(album) = albums_of.get(&post.id) else { continue };
        let parts = albums::list_parts(tx, channel.id, &album.to_string()).await?;
        complete(post, &parts);
    }
    Ok(posts)
}

/// By the album rule of `domain::collect::messages`, over all parts that are known.
fn complete(post: &mut ReadPost, parts: &[Part]) {
    let Some(first) = parts.first() else { return };
    post.parts = parts.iter().filter_map(|part| i32::try_from(part.message_id).ok()).collect();
    post.id = post.parts.first().copied().unwrap_or(post.id);
    post.date = first.date;
    post.album_size = Some(parts.len() as i64);
    post.text = parts.iter().map(|part| part.text.clone()).find(|text| !text.is_empty());
    post.counters = counters_of(parts);
}

/// Each counter of an album is the greatest of a part.
fn counters_of(parts: &[Part]) -> Counters {
    let greatest = |of: fn(&Counters) -> Option<i64>| parts.iter().filter_map(|part| of(&part.counters)).max();
    Counters {
        views: greatest(|counters| counters.views),
        forwards: greatest(|counters| counters.forwards),
        reactions: greatest(|counters| counters.reactions),
        replies: greatest(|counters| counters.replies),
    }
}

fn facts(post: &ReadPost) -> PostFacts {
    PostFacts {
        post_id: i64::from(post.id),
        date_utc: post.date,
        // the reading says
        counters: Counters::default(),
        counted_at: None,
        media_type: Some(post.media_type).filter(|media| *media != MediaType::Other),
        album_size: post.album_size,
        forwarded: Some(post.forwarded),
        source: Source::Measured,
        text: post.text.clone(),
    }
}

fn reading(post: &ReadPost, known: Option<&PostFacts>, now: i64) -> Option<Series> {
    let has_moved = known.is_none_or(|known| known.counters != post.counters);
    let is_told = post.counters != Counters::default() && (has_moved || now - post.date < YOUNG_S);
    let snapshots = vec![Snapshot { at: now, counters: post.counters }];
    is_told.then(|| Series { post_id: i64::from(post.id), snapshots })
}

/// Counters that Telegram has pushed for one message. It pushes at every few readers: what comes within `sparsely_s` of
/// the reading before is left to the schedule.
pub(super) async fn counters(
    ctx: &Ctx,
    tx: &mut Tx,
    channel: &Channel,
    message_id: i64,
    counters: Counters,
    sparsely_s: i64,
) -> Result<Written> {
    let now = ctx.now();
    let is_fresh = |known: &PostFacts| known.counted_at.is_some_and(|at| now - at < sparsely_s);
    let whole = store::collect::find_posts(tx, channel.id, std::iter::once(message_id)).await?;
    if whole.get(&message_id).is_some_and(is_fresh) {
        return Ok(Written::default());
    }
    let album = albums::album_of(tx, channel.id, message_id).await?;
    let (post_id, counters) = match album {
        Some(album) => {
            albums::count_part(tx, channel.id, message_id, counters).await?;
            let parts = albums::list_parts(tx, channel.id, &album).await?;
            (albums::post_of(tx, channel.id, message_id).await?, counters_of(&parts))
        }
        None => (message_id, counters),
    };
    let known = store::collect::find_posts(tx, channel.id, std::iter::once(post_id)).await?;
    let Some(known) = known.get(&post_id) else { return Ok(Written::default()) };
    if is_fresh(known) || counters == Counters::default() {
        return Ok(Written::default());
    }
    let series = Series { post_id, snapshots: vec![Snapshot { at: now, counters }] };
    Ok(store::collect::merge_snapshots(tx, channel.id, &[series]).await?)
}

/// Messages that are not there any more: nothing is asked of them again, what was measured stays. How many of them were
/// known to be there.
pub(super) async fn deleted(ctx: &Ctx, tx: &mut Tx, channel: &Channel, ids: &[i64]) -> Result<u64> {
    let mut noticed = 0;
    for id in ids {
        let post_id = albums::post_of(tx, channel.id, *id).await?;
        if !store::collect::find_posts(tx, channel.id, std::iter::once(post_id)).await?.contains_key(&post_id) {
            continue;
        }
        noticed += u64::from(deletions::note(tx, channel.id, *id, ctx.now()).await?);
        if post_id == *id {
            watch::forget(tx, channel.id, post_id).await?;
        }
    }
    Ok(noticed)
}

/// Channels of the same workspace that these messages lead to learn who sends them readers.
async fn senders(tx: &mut Tx, channel: &Channel, messages: &[Message]) -> Result<()> {
    use domain::channels::ChannelRef;
    let Some(peer_id) = channel.telegram_id else { return Ok(()) };
    for message in messages {
        let edge = Edge {
            kind: EdgeKind::Mention,
            peer_id,
            message_id: i64::from(message.id),
            username: channel.username.clone(),
            title: Some(channel.title.clone()),
            post_id: None,
            at: Some(message.date),
            views: message.counters.views,
        };
        for name in named_in(message) {
            let named = find_by_ref(tx, channel.workspace_id, &ChannelRef::Username(name)).await?;
            if let Some(named) = named.filter(|named| named.id != channel.id) {
                edges::upsert(tx, named.id, &edge).await?;
            }
        }
        if let Some(from) = &message.forwarded_from
            && let Some(origin) = from.channel_id.filter(|origin| *origin != peer_id)
            && let Some(ours) = find_by_ref(tx, channel.workspace_id, &ChannelRef::TelegramId(origin)).await?
        {
            let post_id = from.message_id.map(i64::from);
            edges::upsert(tx, ours.id, &Edge { kind: EdgeKind::Forward, post_id, ..edge }).await?;
        }
    }
    Ok(())
}
