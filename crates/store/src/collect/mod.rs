//! Writing facts: posts, snapshots, daily facts, sources. Whoever changed something calls [`bump`] in the same unit
//! of work, once a channel.

pub mod albums;
pub(crate) mod batch;
pub mod connections;
mod copy;
mod daily;
pub mod deletions;
pub mod edges;
pub mod member_changes;
mod posts;
pub mod preview;
pub mod reading;
mod snapshots;
pub mod stage;
pub mod statistics;
pub mod watch;

use domain::ids::ChannelId;

pub use daily::{list_daily, list_sources, upsert_daily, upsert_sources};

pub use posts::{PostFacts, find_posts, list_post_ids, list_posts, list_posts_by_id, upsert_posts};
pub use snapshots::{Series, find_series, list_series, merge_snapshots};
pub(crate) use snapshots::{damaged, unpack, write_series};

use crate::{Dialect, Result, Tx, execute, on, outbox, summaries};

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

/// The channel's facts changed: the sums of the periods touched, next data version, and an event for whoever listens.
/// Returns the new version.
pub async fn bump(tx: &mut Tx, channel: ChannelId, now: i64) -> Result<i64> {
    const SQL: &str = "INSERT INTO data_version (channel_id, version, changed_at, posts, snapshots) \
        VALUES ($1, 1, $2, 0, 0) \
        ON CONFLICT (channel_id) DO UPDATE SET version = data_version.version + 1, changed_at = excluded.changed_at \
        RETURNING version";
    summaries::bring_up_to_date(tx, channel).await?;
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
    const SQL: &str = "INSERT INTO data_version (channel_id, version, changed_at, as_of, posts, snapshots) \
        VALUES ($1, 0, 0, $4, $2, $3) \
        ON CONFLICT (channel_id) DO UPDATE SET posts = data_version.posts + excluded.posts, \
            snapshots = data_version.snapshots + excluded.snapshots, \
            as_of = CASE WHEN data_version.as_of IS NULL OR excluded.as_of > data_version.as_of \
                THEN excluded.as_of ELSE data_version.as_of END";
    if posts == 0 && snapshots == 0 && newest.is_none() {
        return Ok(());
    }
    // on a conflict excluded.as_of NULL compares as unknown and leaves the stored one
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(posts).bind(snapshots).bind(newest).execute(conn))?;
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::posts::{Counters, MediaType, Snapshot, Source};

    use super::*;
    use crate::channels::{NewChannel, insert};
    use crate::{analytics, both_dbs, identity};

    const NOW: i64 = 1_760_000_000;

    pub(crate) async fn channel(tx: &mut Tx) -> domain::channels::Channel {
        let workspace = identity::insert_workspace(tx, "default", NOW).await.unwrap();
        let channel = NewChannel {
            workspace_id: workspace.id,
            telegram_id: Some(1),
            username: None,
            title: "One".to_owned(),
            zone: "UTC".to_owned(),
            demo: false,
        };
        insert(tx, &channel, NOW).await.unwrap()
    }

    pub(crate) fn post(post_id: i64) -> PostFacts {
        PostFacts {
            post_id,
            date_utc: NOW + post_id * 60,
            counters: Counters::default(),
            counted_at: None,
            media_type: Some(MediaType::VideoNote),
            album_size: None,
            forwarded: Some(false),
            source: Source::Imported,
            text: Some(format!("#Новости пост {post_id}")),
        }
    }

    fn snapshot(at: i64, views: i64) -> Snapshot {
        Snapshot { at, counters: Counters { views: Some(views), ..Counters::default() } }
    }

    /// `posts` posts, each with two snapshots.
    pub(crate) async fn fill(tx: &mut Tx, channel: ChannelId, posts: i64) {
        let all: Vec<_> = (1..=posts).map(post).collect();
        upsert_posts(tx, channel, &all).await.unwrap();
        let series: Vec<_> = (1..=posts)
            .map(|post_id| Series {
                post_id,
                snapshots: vec![snapshot(NOW + 9000, 10), snapshot(NOW + 9600, 10 + post_id)],
            })
            .collect();
        merge_snapshots(tx, channel, &series).await.unwrap();
    }

    both_dbs! {
        async fn writing_the_same_twice_changes_nothing(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            let posts: Vec<_> = (1..=600).map(post).collect();
            let series: Vec<_> =
                (1..=600).map(|post_id| Series { post_id, snapshots: vec![snapshot(NOW + post_id, post_id)] }).collect();
            let all = Written { inserted: 600, ..Written::default() };
            assert_eq!(upsert_posts(&mut tx, channel.id, &posts).await.unwrap(), all);
            assert_eq!(merge_snapshots(&mut tx, channel.id, &series).await.unwrap(), all);
            let none = Written { unchanged: 600, ..Written::default() };
            assert_eq!(upsert_posts(&mut tx, channel.id, &posts).await.unwrap(), none);
            assert_eq!(merge_snapshots(&mut tx, channel.id, &series).await.unwrap(), none);
            assert_eq!(analytics::as_of(&mut tx, channel.id).await.unwrap(), Some(NOW + 600));
            let counts = crate::channels::counts(&mut tx, channel.id).await.unwrap();
            assert_eq!((counts.posts, counts.snapshots), (600, 600));
        }

        async fn newer_facts_win_where_they_know_something(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            upsert_posts(&mut tx, channel.id, &[post(1)]).await.unwrap();
            let newer = PostFacts { media_type: None, text: Some("#two".to_owned()), album_size: Some(3), ..post(1) };
            let written = upsert_posts(&mut tx, channel.id, std::slice::from_ref(&newer)).await.unwrap();
            assert_eq!(written, Written { updated: 1, ..Written::default() });
            let found = analytics::find_post(&mut tx, channel.id, 1).await.unwrap().unwrap();
            assert_eq!(found, PostFacts { media_type: Some(MediaType::VideoNote), ..newer });
        }

        async fn snapshots_merge_in_any_order_and_set_the_newest_counts(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            upsert_posts(&mut tx, channel.id, &[post(1)]).await.unwrap();
            let replies = Counters { replies: Some(4), ..Counters::default() };
            for (snapshots, expected) in [
                (vec![snapshot(50, 5)], Written { inserted: 1, ..Written::default() }),
                (vec![Snapshot { at: 20, counters: replies }, snapshot(40, 4)], Written { inserted: 2, ..Written::default() }),
                (vec![snapshot(40, 4), snapshot(50, 6), snapshot(60, 7)], Written { inserted: 1, updated: 1, unchanged: 1 }),
            ] {
                let written = merge_snapshots(&mut tx, channel.id, &[Series { post_id: 1, snapshots }]).await.unwrap();
                assert_eq!(written, expected);
            }
            let found = analytics::find_post(&mut tx, channel.id, 1).await.unwrap().unwrap();
            assert_eq!(found.counters, Counters { views: Some(7), replies: Some(4), ..Counters::default() });
            assert_eq!(found.counted_at, Some(60));
            let all = analytics::snapshots(&mut tx, channel.id, 1).await.unwrap();
            assert_eq!(all.iter().map(|s| (s.at, s.counters.views)).collect::<Vec<_>>(), [(20, None), (40, Some(4)), (50, Some(6)), (60, Some(7))]);
        }

        async fn a_bump_moves_the_version_and_leaves_an_event(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            fill(&mut tx, channel.id, 3).await;
            assert_eq!(bump(&mut tx, channel.id, NOW + 1).await.unwrap(), 1);
            assert_eq!(bump(&mut tx, channel.id, NOW + 2).await.unwrap(), 2);
            assert_eq!(analytics::data_version(&mut tx, channel.id).await.unwrap(), (2, NOW + 2));
            let events = outbox::list_after(&mut tx, 0, 10).await.unwrap();
            assert_eq!(events.iter().map(|event| (event.version, event.at)).collect::<Vec<_>>(), [(1, NOW + 1), (2, NOW + 2)]);
            assert_eq!(outbox::newest(&mut tx).await.unwrap(), events[1].id);
            assert_eq!(outbox::delete_before(&mut tx, NOW + 2).await.unwrap(), 1);
            assert_eq!(outbox::list_after(&mut tx, 0, 10).await.unwrap(), events[1..]);
        }

        async fn pages_of_posts_follow_one_another(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            fill(&mut tx, channel.id, 5).await;
            let first = list_posts(&mut tx, channel.id, NOW + 120, i64::MAX, None, 2).await.unwrap();
            assert_eq!(first.iter().map(|post| post.post_id).collect::<Vec<_>>(), [2, 3]);
            let last = (first[1].date_utc, first[1].post_id);
            let second = list_posts(&mut tx, channel.id, NOW + 120, NOW + 300, Some(last), 2).await.unwrap();
            assert_eq!(second.iter().map(|post| post.post_id).collect::<Vec<_>>(), [4]);
            assert_eq!(list_post_ids(&mut tx, channel.id).await.unwrap(), [1, 2, 3, 4, 5]);
            let series = list_series(&mut tx, channel.id, 3, 10).await.unwrap();
            assert_eq!(series.iter().map(|series| series.post_id).collect::<Vec<_>>(), [4, 5]);
        }

        async fn damaged_series_are_named(db: &Db) {
            const DAMAGE: &str = "UPDATE snapshot_series SET series = $1";
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            fill(&mut tx, channel.id, 1).await;
            execute!(&mut tx, |conn| sqlx::query(DAMAGE).bind(vec![9_u8, 9]).execute(conn)).unwrap();
            let error = analytics::history(&mut tx, &channel, 0, i64::MAX).await.unwrap_err();
            let text = error.to_string();
            assert!(text.contains("table snapshot_series, column series, row channel") && text.contains("post 1"), "{text}");
        }
    }
}
