//! An account as a way to collect a channel: exact counters, history, edits, official statistics, who sends readers.
//!
//! [`plan`] says what an account does next, [`perform`] does it: one call, and one unit of work in which what was read
//! becomes facts together with how far the channel has been read, so that whoever stops, or dies, goes on there.
//! [`updates`] takes in what Telegram tells by itself.

mod forwards;
mod perform;
mod plan;
mod statistics;
pub mod updates;
mod write;

use ::preview::Username;
use domain::channels::{Channel, ChannelRef};
use domain::collect::account::Account;
use domain::collect::connection::Mode;
use domain::collect::edge::Sender;
use domain::collect::gaps::TOP;
use domain::ids::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::collect::reading::{self, Reading};
use store::collect::{connections, watch};

use super::account;
use super::connection::{Connected, Introduced, introduce_in, person_of};
use crate::identity::{Viewer, permission, require};
use crate::{Clash, Ctx, Error, Result, What, audit, channels};

pub use perform::perform;
pub use plan::{Plan, Task, plan};

/// How far a channel has been read by an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// `None`: it has gone, and no other could take over
    pub account: Option<AccountId>,
    /// the newest message heard of; 0: nothing has been read
    pub newest_id: i64,
    /// numbers of messages that have not been read yet, at most
    pub unread: i64,
    /// young posts whose counters are read again
    pub watched: i64,
    pub can_view_stats: bool,
    /// posts that are here, however they came
    pub posts: i64,
    /// when the channel was asked about itself, unix seconds; 0: never. The same of the next two.
    pub looked_at: i64,
    /// its newest messages were read
    pub swept_at: i64,
    /// official statistics were read
    pub stats_at: i64,
}

/// Has an account of the workspace read a channel from now on: one that is there, or a public one by its name or
/// address.
/// `account`: which; without it the healthiest. Telegram is asked by whoever holds the account: what it says of the
/// channel, and what stands in the way, shows at the connection.
pub async fn connect(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    account: Option<AccountId>,
) -> Result<Connected> {
    require(viewer, permission::ADD_CHANNEL)?;
    account::settings(ctx)?;
    let mut tx = ctx.db.write().await?;
    let account = chosen(&mut tx, viewer, account).await?;
    let (channel, is_new_channel) = match channels::find_in(&mut tx, viewer, channel).await {
        Ok(channel) => (channel, false),
        Err(Error::NotFound(What::Channel)) => introduce_in(ctx, &mut tx, viewer, &named(channel)?).await?,
        Err(error) => return Err(error),
    };
    let now = ctx.now();
    let is_new_connection = connections::insert(&mut tx, channel.id, Mode::Session, person_of(viewer), now).await?;
    let known = reading::find(&mut tx, channel.id).await?;
    if known.as_ref().and_then(|known| known.account_id) != Some(account.id) {
        let fresh = Reading {
            channel_id: channel.id,
            account_id: Some(account.id),
            peer_id: channel.telegram_id.unwrap_or_default(),
            access_hash: None,
            newest_id: 0,
            is_member: false,
            can_view_stats: false,
            stats_dc: None,
            looked_at: 0,
            swept_at: 0,
            stats_at: 0,
            paused_until: 0,
        };
        // what another account has read stays read
        let reading = match known {
            Some(known) => {
                Reading { newest_id: known.newest_id, peer_id: known.peer_id, stats_at: known.stats_at, ..fresh }
            }
            None => fresh,
        };
        reading::upsert(&mut tx, &reading).await?;
        connections::unblocked(&mut tx, channel.id, Mode::Session).await?;
        store::collect::bump(&mut tx, channel.id, now).await?;
    }
    if is_new_connection {
        let detail = json!({ "mode": Mode::Session, "title": channel.title, "account": account.name });
        audit::record(ctx, &mut tx, viewer, "collect.connect", &channel.slug(), &detail).await?;
    }
    tx.commit().await?;
    Ok(Connected { channel, is_new_channel, is_new_connection })
}

async fn chosen(tx: &mut Tx, viewer: &Viewer, account: Option<AccountId>) -> Result<Account> {
    let found = if let Some(account) = account {
        account::find_in(tx, viewer, account).await?
    } else {
        let all = store::accounts::list(tx, viewer.workspace()).await?;
        let usable = all.into_iter().filter(|account| account.state.is_usable());
        usable.max_by_key(|account| account.health).ok_or(Error::Conflict(Clash::NoAccount))?
    };
    if found.state.is_usable() { Ok(found) } else { Err(Error::Conflict(Clash::NoAccount)) }
}

fn named(channel: &ChannelRef) -> Result<Introduced> {
    let ChannelRef::Username(typed) = channel else {
        return Err(Error::invalid("channel", "the public name of a channel, such as @orbit_daily"));
    };
    let username = typed.parse::<Username>().map_err(|error| Error::invalid("channel", error.to_string()))?.to_string();
    let title = placeholder(&username);
    Ok(Introduced { telegram_id: None, username: Some(username), title, zone: None })
}

/// The title of a channel until Telegram has told it.
fn placeholder(username: &str) -> String {
    format!("@{username}")
}

/// Has a channel read once more now: its newest posts, and what it says about itself. For the shell and "refresh".
pub async fn read_again(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, what: Again) -> Result<Channel> {
    require(viewer, permission::REFRESH_CHANNEL)?;
    let mut tx = ctx.db.write().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let found = reading::find(&mut tx, channel.id).await?.ok_or(Error::NotFound(What::Connection))?;
    let again = match what {
        Again::Newest => Reading { swept_at: 0, paused_until: 0, ..found },
        Again::Statistics => Reading { looked_at: 0, stats_at: 0, paused_until: 0, ..found },
        Again::Everything => {
            let everything = domain::collect::gaps::Gap { above: 0, below: found.newest_id + 1 };
            reading::add_gap(&mut tx, channel.id, everything).await?;
            Reading { swept_at: 0, paused_until: 0, ..found }
        }
    };
    reading::upsert(&mut tx, &again).await?;
    tx.commit().await?;
    Ok(channel)
}

/// What is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    Newest,
    /// all posts, from the newest down
    Everything,
    Statistics,
}

/// How far a channel has been read; [`What::Connection`] where no account reads it.
pub async fn progress(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef) -> Result<Progress> {
    require(viewer, permission::SEE_SETTINGS)?;
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let reading = reading::find(&mut tx, channel.id).await?.ok_or(Error::NotFound(What::Connection))?;
    let gaps = reading::list_gaps(&mut tx, channel.id).await?;
    let unread = gaps.iter().map(|gap| gap.below.min(TOP) - gap.above - 1).sum();
    Ok(Progress {
        account: reading.account_id,
        newest_id: reading.newest_id,
        unread,
        watched: watch::list(&mut tx, channel.id).await?.len() as i64,
        can_view_stats: reading.can_view_stats,
        posts: store::channels::counts(&mut tx, channel.id).await?.posts,
        looked_at: reading.looked_at,
        swept_at: reading.swept_at,
        stats_at: reading.stats_at,
    })
}

/// Channels that have sent readers since a moment (unix seconds), by forwarding posts or naming the channel.
pub async fn senders(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, since: i64) -> Result<Vec<Sender>> {
    const SENDERS_MAX: i64 = 50;
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    Ok(store::collect::edges::list_senders(&mut tx, channel.id, since, SENDERS_MAX).await?)
}
