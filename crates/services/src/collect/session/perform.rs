//! One task: a call to Telegram, and what comes of it.

use std::collections::BTreeSet;

use domain::analytics::history::DailyFact;
use domain::channels::Channel;
use domain::collect::connection::{Mode, Obstacle};
use domain::collect::gaps::{Gap, Slice, TOP};
use domain::collect::message::Message;
use domain::collect::messages::without_cut_album;
use domain::collect::snapshot_schedule::Watched;
use domain::posts::Source;
use domain::zone::Zone;
use mtproto::{CallError, FullChannel, HistoryPage, PAGE_MAX, Peer};
use store::Tx;
use store::collect::reading::{self, Reading};
use store::collect::{albums, connections, watch};

use super::plan::Task;
use super::{forwards, placeholder, statistics, write};
use crate::collect::account::{Asked, Halt, Held};
use crate::{Ctx, Error, Result};

const HOUR_S: i64 = 3_600;
/// Waits longer than this are told at the channel.
const LONG_WAIT_S: i64 = 600;

/// Does a task. What Telegram refuses is noted at the channel, which then rests; [`Halt::NotBefore`] says when the same
/// may be tried again, everything else that the account, or this process, is in trouble.
#[tracing::instrument(level = "info", name = "collect.task", skip_all,
    fields(account = held.id().0, channel = task.channel().0, method = task.method()))]
pub async fn perform(ctx: &Ctx, held: &mut Held, task: &Task) -> Asked<()> {
    let mut tx = ctx.db.read().await?;
    let channel = store::channels::find(&mut tx, task.channel()).await?;
    let reading = reading::find(&mut tx, task.channel()).await?;
    drop(tx);
    let (Some(channel), Some(reading)) = (channel, reading) else { return Ok(()) };
    let done = match task {
        Task::Look(_) => look(ctx, held, &channel, &reading).await,
        Task::Sweep(_) => sweep(ctx, held, &channel, &reading).await,
        Task::Slice(_, gap) => slice(ctx, held, &channel, &reading, *gap).await,
        Task::Counters(_, posts) => counters(ctx, held, &channel, &reading, posts).await,
        Task::Statistics(_) => statistics::read(ctx, held, &channel, &reading).await,
        Task::Forwards(_, post) => forwards::read(ctx, held, &channel, &reading, *post).await,
    };
    match done {
        Err(Halt::Refused(error)) => Ok(refused(ctx, &channel, task, &error).await?),
        // another channel of the workspace has its name or its id: asked again at once, it would have them still
        Err(Halt::Failed(error @ (Error::Conflict(_) | Error::Invalid { .. }))) => {
            tracing::warn!(channel = channel.slug(), "{} cannot be taken in: {error}", channel.slug());
            Ok(obstructed(ctx, channel.id, Obstacle::NotUnderstood, ctx.now() + HOUR_S, false).await?)
        }
        Err(Halt::NotBefore { at, method }) => {
            if at - ctx.now() >= LONG_WAIT_S {
                obstructed(ctx, channel.id, Obstacle::FloodWait, at, false).await?;
            }
            Err(Halt::NotBefore { at, method })
        }
        done => done,
    }
}

async fn look(ctx: &Ctx, held: &mut Held, channel: &Channel, reading: &Reading) -> Asked<()> {
    let peer = match (reading.access_hash, &channel.username) {
        (Some(_), _) => peer(channel, reading),
        (None, Some(name)) => {
            let name = name.clone();
            held.ask("contacts.resolveUsername", async move |account| account.resolve(&name).await).await?
        }
        (None, None) => held.telegram().known_peer(reading.peer_id).ok_or(Halt::Refused(CallError::NotFound))?,
    };
    let asked = peer.clone();
    let full = held.ask("channels.getFullChannel", async move |account| account.full_channel(&asked).await).await?;
    let now = ctx.now();
    let mut tx = ctx.db.write().await?;
    let named = Channel {
        telegram_id: Some(full.id),
        username: full.username.clone(),
        title: title(channel, &full)?,
        ..channel.clone()
    };
    if named != *channel {
        store::channels::update(&mut tx, &named).await?;
    }
    if let Some(members) = full.members {
        let today = Zone::utc().day(now);
        let fact = DailyFact { subscribers: Some(members), ..DailyFact::told_by(Source::Measured, today) };
        store::collect::upsert_daily(&mut tx, channel.id, &[fact]).await?;
    }
    reading::upsert(&mut tx, &looked(reading, &peer, &full, now)).await?;
    Ok(finish(ctx, held, tx, channel, true).await?)
}

/// Telegram's, for a channel that was connected by its name alone; a title that a person gave stays.
fn title(channel: &Channel, full: &FullChannel) -> Result<String> {
    let is_placeholder = channel.username.as_deref().is_some_and(|name| channel.title == placeholder(name));
    if is_placeholder { crate::channels::checked_title(&full.title) } else { Ok(channel.title.clone()) }
}

fn looked(reading: &Reading, peer: &Peer, full: &FullChannel, now: i64) -> Reading {
    // the numbers of another channel's messages say nothing about this one's
    let is_another = reading.peer_id != 0 && reading.peer_id != full.id;
    Reading {
        peer_id: full.id,
        access_hash: Some(peer.access_hash),
        newest_id: if is_another { 0 } else { reading.newest_id },
        swept_at: if is_another { 0 } else { reading.swept_at },
        is_member: full.is_member,
        can_view_stats: full.can_view_stats,
        stats_dc: full.stats_dc.map(i64::from),
        looked_at: now,
        paused_until: 0,
        ..reading.clone()
    }
}

/// The newest messages; what lies between them and what was read before becomes a gap.
async fn sweep(ctx: &Ctx, held: &mut Held, channel: &Channel, reading: &Reading) -> Asked<()> {
    let peer = peer(channel, reading);
    let page = held
        .ask("messages.getHistory", async move |account| account.history(&peer, None, PAGE_MAX as u8).await)
        .await?;
    let taken = taken(&page);
    let gap = Gap { above: reading.newest_id, below: TOP };
    let left = gap.after(slice_of(&page, &taken));
    let mut tx = ctx.db.write().await?;
    let written = write::messages(ctx, &mut tx, channel, &taken).await?;
    let gone = gone(&mut tx, channel, &page, &taken).await?;
    let deleted = write::deleted(ctx, &mut tx, channel, &gone).await?;
    if let Some(left) = left {
        reading::add_gap(&mut tx, channel.id, left).await?;
    }
    let newest = page.messages.iter().map(|message| i64::from(message.id)).max().unwrap_or(0);
    let after = reading::find(&mut tx, channel.id).await?.unwrap_or_else(|| reading.clone());
    let after = Reading { newest_id: after.newest_id.max(newest), swept_at: ctx.now(), ..after };
    reading::upsert(&mut tx, &after).await?;
    Ok(finish(ctx, held, tx, channel, !written.is_unchanged() || deleted > 0).await?)
}

async fn slice(ctx: &Ctx, held: &mut Held, channel: &Channel, reading: &Reading, gap: Gap) -> Asked<()> {
    let peer = peer(channel, reading);
    let below = i32::try_from(gap.below).unwrap_or(i32::MAX);
    let page = held
        .ask("messages.getHistory", async move |account| account.history(&peer, Some(below), PAGE_MAX as u8).await)
        .await?;
    let taken = taken(&page);
    let left = gap.after(slice_of(&page, &taken));
    // what lies below the gap was read before
    let within: Vec<Message> = taken.into_iter().filter(|message| i64::from(message.id) > gap.above).collect();
    let mut tx = ctx.db.write().await?;
    let written = write::messages(ctx, &mut tx, channel, &within).await?;
    reading::narrow_gap(&mut tx, channel.id, gap, left).await?;
    Ok(finish(ctx, held, tx, channel, !written.is_unchanged()).await?)
}

async fn counters(ctx: &Ctx, held: &mut Held, channel: &Channel, reading: &Reading, posts: &[i64]) -> Asked<()> {
    let mut tx = ctx.db.read().await?;
    let watched = watch::list(&mut tx, channel.id).await?;
    let mut ids = Vec::new();
    for post_id in posts {
        match albums::album_of(&mut tx, channel.id, *post_id).await? {
            Some(album) => {
                let parts = albums::list_parts(&mut tx, channel.id, &album).await?;
                ids.extend(parts.iter().filter_map(|part| i32::try_from(part.message_id).ok()));
            }
            None => ids.extend(i32::try_from(*post_id)),
        }
    }
    drop(tx);
    // an album may have grown since it was planned
    ids.truncate(PAGE_MAX);
    let peer = peer(channel, reading);
    let found = held.ask("channels.getMessages", async move |account| account.messages(&peer, &ids).await).await?;
    let now = ctx.now();
    let read: Vec<&Watched> = watched.iter().filter(|post| posts.contains(&post.post_id)).collect();
    metrics::counter!("analyticbot_snapshots_taken_total").increment(read.len() as u64);
    metrics::counter!("analyticbot_snapshots_missed_total")
        .increment(read.iter().map(|post| post.missed(now) as u64).sum());
    let missing: Vec<i64> = found.missing.iter().map(|id| i64::from(*id)).collect();
    let mut tx = ctx.db.write().await?;
    for post in read {
        // also one that this version cannot read: asked at once again it would be as unreadable
        watch::note(&mut tx, channel.id, &Watched { read_at: now, ..*post }).await?;
    }
    let written = write::messages(ctx, &mut tx, channel, &found.messages).await?;
    let deleted = write::deleted(ctx, &mut tx, channel, &missing).await?;
    Ok(finish(ctx, held, tx, channel, !written.is_unchanged() || deleted > 0).await?)
}

/// What of a page may be taken: the lowest album may go on below.
fn taken(page: &HistoryPage) -> Vec<Message> {
    if page.ends { page.messages.clone() } else { without_cut_album(&page.messages) }
}

fn slice_of(page: &HistoryPage, taken: &[Message]) -> Slice {
    let lowest = if taken.len() == page.messages.len() {
        page.lowest.map(i64::from)
    } else {
        taken.iter().map(|message| i64::from(message.id)).min()
    };
    Slice { lowest, is_end: page.ends }
}

/// Watched posts that should be on the newest page and are not.
async fn gone(tx: &mut Tx, channel: &Channel, page: &HistoryPage, taken: &[Message]) -> Result<Vec<i64>> {
    let there: BTreeSet<i64> = page.messages.iter().map(|message| i64::from(message.id)).collect();
    let lowest = taken.iter().map(|message| i64::from(message.id)).min();
    // nothing is left of the whole channel, or of none of these messages anything is known
    let Some(lowest) = lowest.or_else(|| page.ends.then_some(0)) else { return Ok(Vec::new()) };
    let unreadable = |id: &i64| page.unreadable.iter().any(|other| i64::from(*other) == *id);
    let watched = watch::list(tx, channel.id).await?.into_iter().map(|post| post.post_id);
    Ok(watched.filter(|id| *id >= lowest && !there.contains(id) && !unreadable(id)).collect())
}

pub(super) fn peer(channel: &Channel, reading: &Reading) -> Peer {
    Peer {
        id: reading.peer_id,
        access_hash: reading.access_hash.unwrap_or_default(),
        username: channel.username.clone(),
        title: channel.title.clone(),
    }
}

/// The end of a task's unit of work: the channel was heard, what was called is noted, and whoever listens is told.
pub(super) async fn finish(ctx: &Ctx, held: &mut Held, mut tx: Tx, channel: &Channel, is_news: bool) -> Result<()> {
    heard(ctx, &mut tx, channel, is_news).await?;
    held.commit(tx).await
}

pub(super) async fn heard(ctx: &Ctx, tx: &mut Tx, channel: &Channel, is_news: bool) -> Result<()> {
    connections::heard(tx, channel.id, Mode::Session, ctx.now()).await?;
    if is_news {
        store::collect::bump(tx, channel.id, ctx.now()).await?;
    }
    Ok(())
}

/// Notes what Telegram has refused; the channel rests for a while.
async fn refused(ctx: &Ctx, channel: &Channel, task: &Task, error: &CallError) -> Result<()> {
    let now = ctx.now();
    tracing::warn!(channel = channel.slug(), "{} of {}: {error}", task.method(), channel.slug());
    if matches!(task, Task::Statistics(_) | Task::Forwards(..)) {
        // a right that has gone, not a channel that cannot be read
        return statistics::gave_up(ctx, channel.id, task, now).await;
    }
    let (obstacle, rest_s) = match error {
        CallError::Private => (Obstacle::Private, HOUR_S),
        CallError::NotFound | CallError::NotAChannel => (Obstacle::NotFound, 6 * HOUR_S),
        CallError::NotAdministrator => (Obstacle::NotAdministrator, HOUR_S),
        _ => (Obstacle::NotUnderstood, HOUR_S),
    };
    let forgets_access = *error == CallError::NotFound && !matches!(task, Task::Look(_));
    let until = if forgets_access { now } else { now + rest_s };
    obstructed(ctx, channel.id, obstacle, until, forgets_access).await
}

async fn obstructed(
    ctx: &Ctx,
    channel: domain::ids::ChannelId,
    obstacle: Obstacle,
    until: i64,
    forgets_access: bool,
) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    if let Some(reading) = reading::find(&mut tx, channel).await? {
        let paused = Reading { paused_until: until, ..reading };
        // found by its name again, once
        let paused = if forgets_access { Reading { access_hash: None, looked_at: 0, ..paused } } else { paused };
        reading::upsert(&mut tx, &paused).await?;
    }
    connections::blocked(&mut tx, channel, Mode::Session, obstacle, Some(until)).await?;
    store::collect::bump(&mut tx, channel, ctx.now()).await?;
    Ok(tx.commit().await?)
}
