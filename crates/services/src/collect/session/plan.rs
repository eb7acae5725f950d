//! What an account does next.

use domain::collect::gaps::Gap;
use domain::collect::snapshot_schedule::calls_due;
use domain::ids::ChannelId;
use store::collect::reading::{self, Reading};
use store::collect::watch;

use crate::collect::account::{Held, Reads};
use crate::{Ctx, Result};

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// A channel is asked about itself so often: members move slowly, rights rarely.
const LOOK_S: i64 = 6 * HOUR_S;
/// Newest posts of a channel the account is a member of: Telegram tells of them, this finds what it did not tell.
const SWEEP_MEMBER_S: i64 = 30 * MINUTE_S;
/// The same of a channel that Telegram does not tell of.
const SWEEP_S: i64 = 5 * MINUTE_S;
/// Telegram draws its statistics anew about twice a day.
const STATISTICS_S: i64 = 12 * HOUR_S;
/// Where a post was forwarded to is asked this long after it was published, and as often.
pub(super) const FORWARDS_AGE_S: i64 = 6 * HOUR_S;
pub(super) const FORWARDS_S: i64 = DAY_S;

/// One call to Telegram and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// What the channel says about itself: names, members, rights.
    Look(ChannelId),
    /// Its newest messages.
    Sweep(ChannelId),
    /// A slice of what has not been read, from the top of a gap down.
    Slice(ChannelId, Gap),
    /// Counters of young posts, by id of the post.
    Counters(ChannelId, Vec<i64>),
    Statistics(ChannelId),
    /// Where a post was forwarded to.
    Forwards(ChannelId, i64),
}

/// What there is to do now, in order, and when there will be more (unix seconds).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    pub tasks: Vec<Task>,
    pub next_at: Option<i64>,
    /// how long the most overdue task with a moment of its own has waited
    pub lag_s: i64,
}

impl Task {
    pub fn channel(&self) -> ChannelId {
        match self {
            Self::Look(channel)
            | Self::Sweep(channel)
            | Self::Slice(channel, _)
            | Self::Counters(channel, _)
            | Self::Statistics(channel)
            | Self::Forwards(channel, _) => *channel,
        }
    }

    /// The method it needs most.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Look(_) => "channels.getFullChannel",
            Self::Sweep(_) | Self::Slice(..) => "messages.getHistory",
            Self::Counters(..) => "channels.getMessages",
            Self::Statistics(_) => "stats.getBroadcastStats",
            Self::Forwards(..) => "stats.getMessagePublicForwards",
        }
    }

    /// What keeps its moment goes first, what can wait last.
    fn rank(&self) -> u8 {
        match self {
            Self::Look(_) => 0,
            Self::Counters(..) => 1,
            Self::Sweep(_) => 2,
            Self::Slice(_, gap) if gap.above > 0 => 3,
            Self::Statistics(_) => 4,
            Self::Forwards(..) => 5,
            Self::Slice(..) => 6,
        }
    }
}

impl Plan {
    fn at(&mut self, at: i64, now: i64, task: impl FnOnce() -> Task) {
        if at <= now {
            self.tasks.push(task());
            // what was never done has no moment that it misses
            self.lag_s = self.lag_s.max(if at > 0 { now - at } else { 0 });
        } else {
            self.later(at);
        }
    }

    fn later(&mut self, at: i64) {
        self.next_at = Some(self.next_at.map_or(at, |next| next.min(at)));
    }
}

/// What the account does next.
pub async fn plan(ctx: &Ctx, held: &Held) -> Result<Plan> {
    let (now, reads) = (ctx.now(), &held.settings().reads);
    let mut plan = Plan::default();
    let mut tx = ctx.db.read().await?;
    let gaps = reading::list_newest_gaps(&mut tx, held.id(), reads.history).await?;
    for channel in reading::list_of(&mut tx, held.id()).await? {
        if channel.paused_until > now {
            plan.later(channel.paused_until);
            continue;
        }
        let id = channel.channel_id;
        plan.at(next_look(&channel), now, || Task::Look(id));
        if channel.looked_at == 0 {
            // nothing can be asked for before the channel is known
            continue;
        }
        if reads.history || reads.updates {
            plan.at(next_sweep(&channel, reads), now, || Task::Sweep(id));
            if let Some((_, above, below)) = gaps.iter().find(|(channel, ..)| *channel == id) {
                plan.tasks.push(Task::Slice(id, Gap { above: *above, below: *below }));
            }
        }
        if reads.updates
            && let Some(at) = watch::next_at(&mut tx, id).await?
        {
            if at <= now {
                let watched = watch::list(&mut tx, id).await?;
                plan.tasks.extend(calls_due(&watched, now).into_iter().map(|posts| Task::Counters(id, posts)));
                plan.lag_s = plan.lag_s.max(now - at);
            } else {
                plan.later(at);
            }
        }
        if channel.can_view_stats
            && reads.statistics
            && let Some(row) = store::channels::find(&mut tx, id).await?
            && reads.statistics_of(&row)
        {
            plan.at(channel.stats_at + STATISTICS_S, now, || Task::Statistics(id));
            if let Some(post) = watch::next_forwards(&mut tx, id, now, FORWARDS_AGE_S, FORWARDS_S).await? {
                plan.tasks.push(Task::Forwards(id, post));
            }
        }
    }
    plan.tasks.sort_by_key(Task::rank);
    Ok(plan)
}

fn next_look(channel: &Reading) -> i64 {
    if channel.looked_at == 0 { 0 } else { channel.looked_at + LOOK_S }
}

fn next_sweep(channel: &Reading, reads: &Reads) -> i64 {
    let every = if channel.is_member && reads.updates { SWEEP_MEMBER_S } else { SWEEP_S };
    if channel.swept_at == 0 { 0 } else { channel.swept_at + every }
}
