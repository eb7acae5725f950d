//! Writing facts: posts, snapshots, daily facts, sources. Whoever changed something calls [`bump`] in the same unit
//! of work, once a channel.

mod batch;
mod daily;
mod posts;
mod snapshots;
pub mod stage;

use domain::ids::ChannelId;

pub use daily::{list_daily, list_sources, upsert_daily, upsert_sources};
pub(crate) use posts::find_posts;
pub use posts::{PostFacts, list_post_ids, list_posts, upsert_posts};
pub(crate) use snapshots::{damaged, find_series};
pub use snapshots::{Series, list_series, merge_snapshots};

use crate::{Dialect, Result, Tx, execute, on, outbox};

/// What a write did, in rows (of snapshots: in snapshots).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    pub inserted: u64,
    pub updated: u64,
    pub unchanged: u64,
}

impl Written {
    /// Nothing in the database is different from before.
    pub fn is_unchanged(self) -> bool {
        self.inserted == 0 && self.updated == 0
    }
}

impl std::ops::AddAssign for Written {
    fn add_assign(&mut self, other: Self) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
    }
}

/// The channel's facts changed: next data version, and an event for whoever listens. Returns the new version.
pub async fn bump(tx: &mut Tx, channel: ChannelId, now: i64) -> Result<i64> {
    const SQL: &str = "INSERT INTO data_version (channel_id, version, changed_at, posts, snapshots) \
        VALUES ($1, 1, $2, 0, 0) \
        ON CONFLICT (channel_id) DO UPDATE SET version = data_version.version + 1, changed_at = excluded.changed_at \
        RETURNING version";
    let version = on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).bind(now).fetch_one(conn))?;
    outbox::insert(tx, channel, version, now).await?;
    Ok(version)
}

/// Keeps other writers of the same channel out until the unit of work ends: writers read, merge and write back.
pub(crate) async fn lock(tx: &mut Tx, channel: ChannelId) -> Result<()> {
    // SQLite has one writer at a time anyway
    const SQL: Dialect = Dialect {
        sqlite: "SELECT id FROM channel WHERE id = $1",
        postgres: "SELECT id FROM channel WHERE id = $1 FOR UPDATE",
    };
    let sql = SQL.of(tx);
    let _: Option<i64> = on!(tx, |conn| sqlx::query_scalar(sql).bind(channel).fetch_optional(conn))?;
    Ok(())
}

/// Keeps the channel's totals and its newest snapshot.
pub(crate) async fn add_totals(
    tx: &mut Tx,
    channel: ChannelId,
    posts: i64,
    snapshots: i64,
    newest: Option<i64>,
) -> Result<()> {
    if posts == 0 && snapshots == 0 && newest.is_none() {
        return Ok(());
    }
    const SQL: &str = "INSERT INTO data_version (channel_id, version, changed_at, as_of, posts, snapshots) \
        VALUES ($1, 0, 0, $4, $2, $3) \
        ON CONFLICT (channel_id) DO UPDATE SET posts = data_version.posts + excluded.posts, \
            snapshots = data_version.snapshots + excluded.snapshots, \
            as_of = CASE WHEN data_version.as_of IS NULL OR excluded.as_of > data_version.as_of \
                THEN excluded.as_of ELSE data_version.as_of END";
    // on a conflict excluded.as_of NULL compares as unknown and leaves the stored one
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(posts).bind(snapshots).bind(newest).execute(conn))?;
    Ok(())
}
