//! How far accounts have read channels.

use domain::collect::account::AccountState;
use domain::collect::gaps::Gap;
use domain::ids::{AccountId, ChannelId, WorkspaceId};

use crate::{Result, Tx, execute, on};

/// What is kept of a channel that an account reads.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Reading {
    pub channel_id: ChannelId,
    /// `None`: the account has gone and nobody could take over
    pub account_id: Option<AccountId>,
    /// Telegram's id of the channel
    pub peer_id: i64,
    /// the account's access; `None`: it is to be found by its name
    pub access_hash: Option<i64>,
    /// the newest message heard of
    pub newest_id: i64,
    pub is_member: bool,
    pub can_view_stats: bool,
    /// the data centre that answers for its statistics
    pub stats_dc: Option<i64>,
    /// when the channel was asked about itself, unix seconds; 0: never. The same of the next two.
    pub looked_at: i64,
    /// its newest messages were read
    pub swept_at: i64,
    /// its statistics were read
    pub stats_at: i64,
    /// nothing is asked before, unix seconds
    pub paused_until: i64,
}

pub async fn find(tx: &mut Tx, channel: ChannelId) -> Result<Option<Reading>> {
    const SQL: &str = "SELECT channel_id, account_id, peer_id, access_hash, newest_id, is_member, can_view_stats, \
        stats_dc, looked_at, swept_at, stats_at, paused_until FROM channel_reading WHERE channel_id = $1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_optional(conn))
}

/// The visible channels that an account reads, by channel.
pub async fn list_of(tx: &mut Tx, account: AccountId) -> Result<Vec<Reading>> {
    const SQL: &str = "SELECT r.channel_id, r.account_id, r.peer_id, r.access_hash, r.newest_id, r.is_member, \
        r.can_view_stats, r.stats_dc, r.looked_at, r.swept_at, r.stats_at, r.paused_until \
        FROM channel_reading r JOIN channel ON channel.id = r.channel_id \
        WHERE r.account_id = $1 AND channel.deleted_at IS NULL ORDER BY r.channel_id";
    on!(tx, |conn| sqlx::query_as(SQL).bind(account).fetch_all(conn))
}

/// The channel with this id of Telegram, where this account reads it.
pub async fn find_by_peer(tx: &mut Tx, account: AccountId, peer_id: i64) -> Result<Option<Reading>> {
    const SQL: &str = "SELECT r.channel_id, r.account_id, r.peer_id, r.access_hash, r.newest_id, r.is_member, \
        r.can_view_stats, r.stats_dc, r.looked_at, r.swept_at, r.stats_at, r.paused_until \
        FROM channel_reading r JOIN channel ON channel.id = r.channel_id \
        WHERE r.account_id = $1 AND r.peer_id = $2 AND channel.deleted_at IS NULL";
    on!(tx, |conn| sqlx::query_as(SQL).bind(account).bind(peer_id).fetch_optional(conn))
}

pub async fn upsert(tx: &mut Tx, reading: &Reading) -> Result<()> {
    const SQL: &str = "INSERT INTO channel_reading (channel_id, account_id, peer_id, access_hash, newest_id, is_member, \
            can_view_stats, stats_dc, looked_at, swept_at, stats_at, paused_until) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
        ON CONFLICT (channel_id) DO UPDATE SET account_id = excluded.account_id, peer_id = excluded.peer_id, \
            access_hash = excluded.access_hash, newest_id = excluded.newest_id, is_member = excluded.is_member, \
            can_view_stats = excluded.can_view_stats, stats_dc = excluded.stats_dc, looked_at = excluded.looked_at, \
            swept_at = excluded.swept_at, stats_at = excluded.stats_at, paused_until = excluded.paused_until";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(reading.channel_id)
        .bind(reading.account_id)
        .bind(reading.peer_id)
        .bind(reading.access_hash)
        .bind(reading.newest_id)
        .bind(reading.is_member)
        .bind(reading.can_view_stats)
        .bind(reading.stats_dc)
        .bind(reading.looked_at)
        .bind(reading.swept_at)
        .bind(reading.stats_at)
        .bind(reading.paused_until)
        .execute(conn))?;
    Ok(())
}

/// Forgets how far the channel was read; what was read stays.
pub async fn delete(tx: &mut Tx, channel: ChannelId) -> Result<()> {
    const STATEMENTS: [&str; 3] = [
        "DELETE FROM channel_reading WHERE channel_id = $1",
        "DELETE FROM channel_gap WHERE channel_id = $1",
        "DELETE FROM channel_watch WHERE channel_id = $1",
    ];
    for sql in STATEMENTS {
        execute!(tx, |conn| sqlx::query(sql).bind(channel).execute(conn))?;
    }
    Ok(())
}

/// An account of the workspace that may be used, other than this one; the healthiest.
pub async fn find_heir(tx: &mut Tx, workspace: WorkspaceId, other_than: AccountId) -> Result<Option<AccountId>> {
    const SQL: &str = "SELECT id FROM account WHERE workspace_id = $1 AND id <> $2 AND state = $3 \
        ORDER BY health DESC, id LIMIT 1";
    on!(tx, |conn| sqlx::query_scalar(SQL)
        .bind(workspace)
        .bind(other_than)
        .bind(AccountState::Active)
        .fetch_optional(conn))
}

/// Hands the channels that have a public name over to another account, which finds them by it. Which those were.
pub async fn hand_over(tx: &mut Tx, from: AccountId, to: AccountId) -> Result<Vec<ChannelId>> {
    const SQL: &str = "UPDATE channel_reading SET account_id = $2, access_hash = NULL, is_member = FALSE, \
            can_view_stats = FALSE, looked_at = 0, paused_until = 0 \
        WHERE account_id = $1 AND channel_id IN (SELECT id FROM channel WHERE username IS NOT NULL) \
        RETURNING channel_id";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(from).bind(to).fetch_all(conn))
}

/// What has not been read, newest first.
pub async fn list_gaps(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Gap>> {
    const SQL: &str = "SELECT above, below FROM channel_gap WHERE channel_id = $1 ORDER BY below DESC";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_all(conn))
}

/// The newest gap of each channel that an account reads; `deep`: also those that reach down to the first message.
pub async fn list_newest_gaps(tx: &mut Tx, account: AccountId, deep: bool) -> Result<Vec<(ChannelId, i64, i64)>> {
    const SQL: &str = "SELECT g.channel_id, g.above, g.below FROM channel_gap g \
        JOIN channel_reading r ON r.channel_id = g.channel_id \
        WHERE r.account_id = $1 AND ($2 OR g.above > 0) AND g.below = (SELECT MAX(other.below) FROM channel_gap other \
            WHERE other.channel_id = g.channel_id AND ($2 OR other.above > 0)) ORDER BY g.channel_id";
    on!(tx, |conn| sqlx::query_as(SQL).bind(account).bind(deep).fetch_all(conn))
}

/// A gap that lies within another is part of it; two with the same upper end become the longer one.
pub async fn add_gap(tx: &mut Tx, channel: ChannelId, gap: Gap) -> Result<()> {
    const SQL: &str = "INSERT INTO channel_gap (channel_id, above, below) VALUES ($1, $2, $3) \
        ON CONFLICT (channel_id, below) DO UPDATE SET above = CASE WHEN excluded.above < channel_gap.above \
            THEN excluded.above ELSE channel_gap.above END";
    const WITHIN: &str = "SELECT COUNT(*) FROM channel_gap WHERE channel_id = $1 AND above <= $2 AND below >= $3";
    let within: i64 =
        on!(tx, |conn| sqlx::query_scalar(WITHIN).bind(channel).bind(gap.above).bind(gap.below).fetch_one(conn))?;
    if within == 0 {
        execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(gap.above).bind(gap.below).execute(conn))?;
    }
    Ok(())
}

/// Puts what is left of a gap in its place; `None`: nothing is left.
pub async fn narrow_gap(tx: &mut Tx, channel: ChannelId, gap: Gap, left: Option<Gap>) -> Result<()> {
    const DELETE: &str = "DELETE FROM channel_gap WHERE channel_id = $1 AND above = $2 AND below = $3";
    execute!(tx, |conn| sqlx::query(DELETE).bind(channel).bind(gap.above).bind(gap.below).execute(conn))?;
    match left {
        Some(left) => add_gap(tx, channel, left).await,
        None => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::accounts::{self, SignedIn};
    use crate::both_dbs;
    use crate::collect::tests::channel;

    const NOW: i64 = 1_760_000_000;

    pub(crate) async fn account(tx: &mut Tx, workspace_id: WorkspaceId, telegram_id: i64) -> AccountId {
        let signed_in = SignedIn { workspace_id, telegram_id, name: "Anya".to_owned(), phone: None };
        accounts::upsert(tx, &signed_in, NOW).await.unwrap()
    }

    pub(crate) fn reading(channel_id: ChannelId, account_id: AccountId) -> Reading {
        Reading {
            channel_id,
            account_id: Some(account_id),
            peer_id: 1,
            access_hash: Some(-7),
            newest_id: 0,
            is_member: true,
            can_view_stats: true,
            stats_dc: Some(5),
            looked_at: NOW,
            swept_at: 0,
            stats_at: 0,
            paused_until: 0,
        }
    }

    both_dbs! {
        async fn a_reading_is_kept_and_forgotten(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            let account = account(&mut tx, channel.workspace_id, 11).await;
            assert_eq!(find(&mut tx, channel.id).await.unwrap(), None);
            let first = reading(channel.id, account);
            upsert(&mut tx, &first).await.unwrap();
            let second = Reading { newest_id: 90, swept_at: NOW, access_hash: None, ..first };
            upsert(&mut tx, &second).await.unwrap();
            add_gap(&mut tx, channel.id, Gap::WHOLE).await.unwrap();
            assert_eq!(find(&mut tx, channel.id).await.unwrap().as_ref(), Some(&second));
            assert_eq!(find_by_peer(&mut tx, account, 1).await.unwrap().as_ref(), Some(&second));
            assert_eq!(find_by_peer(&mut tx, account, 2).await.unwrap(), None);
            assert_eq!(list_of(&mut tx, account).await.unwrap(), [second]);
            accounts::delete(&mut tx, account).await.unwrap();
            assert_eq!(find(&mut tx, channel.id).await.unwrap().unwrap().account_id, None);
            delete(&mut tx, channel.id).await.unwrap();
            assert_eq!(find(&mut tx, channel.id).await.unwrap(), None);
            assert_eq!(list_gaps(&mut tx, channel.id).await.unwrap(), []);
        }

        async fn gaps_are_narrowed_from_their_upper_end(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            let account = account(&mut tx, channel.workspace_id, 11).await;
            upsert(&mut tx, &reading(channel.id, account)).await.unwrap();
            let gap = |above, below| Gap { above, below };
            add_gap(&mut tx, channel.id, gap(0, 100)).await.unwrap();
            add_gap(&mut tx, channel.id, gap(40, 60)).await.unwrap();
            assert_eq!(list_gaps(&mut tx, channel.id).await.unwrap(), [gap(0, 100)], "it lies within");
            add_gap(&mut tx, channel.id, gap(120, 130)).await.unwrap();
            add_gap(&mut tx, channel.id, gap(110, 130)).await.unwrap();
            assert_eq!(list_gaps(&mut tx, channel.id).await.unwrap(), [gap(110, 130), gap(0, 100)]);
            assert_eq!(list_newest_gaps(&mut tx, account, true).await.unwrap(), [(channel.id, 110, 130)]);
            narrow_gap(&mut tx, channel.id, gap(110, 130), None).await.unwrap();
            assert_eq!(list_newest_gaps(&mut tx, account, false).await.unwrap(), [], "the history is another matter");
            narrow_gap(&mut tx, channel.id, gap(0, 100), Some(gap(0, 50))).await.unwrap();
            assert_eq!(list_gaps(&mut tx, channel.id).await.unwrap(), [gap(0, 50)]);
        }

        async fn another_account_takes_over_what_has_a_name(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let nameless = channel(&mut tx).await;
            let new = crate::channels::NewChannel {
                workspace_id: nameless.workspace_id,
                telegram_id: Some(2),
                username: Some("orbit".to_owned()),
                title: "Orbit".to_owned(),
                zone: "UTC".to_owned(),
                demo: false,
            };
            let named = crate::channels::insert(&mut tx, &new, NOW).await.unwrap();
            let (old, heir) = (account(&mut tx, named.workspace_id, 11).await, account(&mut tx, named.workspace_id, 12).await);
            for channel in [nameless.id, named.id] {
                upsert(&mut tx, &reading(channel, old)).await.unwrap();
            }
            assert_eq!(find_heir(&mut tx, named.workspace_id, old).await.unwrap(), Some(heir));
            assert_eq!(hand_over(&mut tx, old, heir).await.unwrap(), [named.id]);
            let taken = find(&mut tx, named.id).await.unwrap().unwrap();
            assert_eq!((taken.account_id, taken.access_hash, taken.looked_at), (Some(heir), None, 0));
            assert_eq!(find(&mut tx, nameless.id).await.unwrap().unwrap().account_id, Some(old));
            accounts::set_state(&mut tx, heir, AccountState::Stopped, None, None).await.unwrap();
            assert_eq!(find_heir(&mut tx, named.workspace_id, old).await.unwrap(), None);
        }
    }
}
