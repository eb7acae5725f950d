//! A fresh installation to test in: a database, a clock that stands still, the workspace `default`.

use domain::analytics::history::{DailyFact, SourceFact};
use domain::channels::{Channel, ChannelRef};
use domain::identity::{Person, Role};
use domain::ids::WorkspaceId;
use domain::posts::{Counters, MediaType, Snapshot, Source};
use domain::zone::{Zone, add_days};
use services::{Clock, Ctx, SiteSettings, Viewer, identity};
use store::channels::NewChannel;
use store::collect::{PostFacts, Series};
use store::{Db, Settings};

/// 2025-06-15 12:00 UTC
pub const NOW: i64 = 1_749_988_800;
pub const HOUR_S: i64 = 3600;
pub const DAY_S: i64 = 24 * HOUR_S;

pub struct Place {
    pub ctx: Ctx,
    pub clock: Clock,
    pub workspace: WorkspaceId,
    /// of the SQLite file; removed when the test ends
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    pub async fn new() -> Self {
        Self::with_site(SiteSettings::default()).await
    }

    pub async fn with_site(site: SiteSettings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let db = Db::open(&Settings { url, max_connections: 4 }).await.expect("opens");
        db.migrate().await.expect("migrates");
        Self::on(db, site, Some(folder)).await
    }

    /// On a migrated, empty database.
    pub async fn on(db: Db, site: SiteSettings, folder: Option<tempfile::TempDir>) -> Self {
        let clock = Clock::set(NOW);
        let ctx = Ctx::new(db, clock.clone(), site);
        let workspace = identity::ensure_default_workspace(&ctx).await.expect("a workspace");
        Self { ctx, clock, workspace, _folder: folder }
    }

    /// A new member of the workspace `default`.
    pub async fn member(&self, name: &str, role: Role) -> Viewer {
        let person = self.person(name).await;
        self.join(&person, self.workspace, role).await
    }

    /// Owner of a workspace of their own.
    pub async fn stranger(&self) -> Viewer {
        let person = self.person("Stranger").await;
        let mut tx = self.ctx.db.write().await.expect("tx");
        let workspace = store::identity::insert_workspace(&mut tx, "elsewhere", NOW).await.expect("a workspace");
        tx.commit().await.expect("commit");
        self.join(&person, workspace.id, Role::Owner).await
    }

    pub fn operator(&self) -> Viewer {
        Viewer::Operator { workspace: self.workspace }
    }

    /// Somebody who is a member nowhere.
    pub async fn person(&self, name: &str) -> Person {
        let mut tx = self.ctx.db.write().await.expect("tx");
        let person = store::identity::insert_person(&mut tx, None, name, None, NOW).await.expect("a person");
        tx.commit().await.expect("commit");
        person
    }

    async fn join(&self, person: &Person, workspace: WorkspaceId, role: Role) -> Viewer {
        let mut tx = self.ctx.db.write().await.expect("tx");
        store::identity::upsert_membership(&mut tx, workspace, person.id, role, NOW).await.expect("a membership");
        tx.commit().await.expect("commit");
        Viewer::Person { person: person.clone(), workspace, role }
    }

    /// A channel with ten posts, one a day, each read at 12 h and 36 h, and with daily facts and sources.
    pub async fn channel(&self, username: &str) -> Channel {
        let mut tx = self.ctx.db.write().await.expect("tx");
        let new = NewChannel {
            workspace_id: self.workspace,
            telegram_id: None,
            username: Some(username.to_owned()),
            title: format!("Channel {username}"),
            zone: "Asia/Tashkent".to_owned(),
            demo: false,
        };
        let channel = store::channels::insert(&mut tx, &new, NOW).await.expect("a channel");
        tx.commit().await.expect("commit");
        for day in 0..10 {
            self.publish(&channel, day + 1, NOW - (12 - day) * DAY_S, 1_000 + day * 10).await;
        }
        self.write_days(&channel).await;
        channel
    }

    /// A post read at 12 h (three quarters of its views) and 36 h.
    pub async fn publish(&self, channel: &Channel, post_id: i64, date_utc: i64, views: i64) {
        let counters = |views| Counters { views: Some(views), forwards: Some(views / 100), ..Counters::default() };
        let snapshots = vec![
            Snapshot { at: date_utc + 12 * HOUR_S, counters: counters(views * 3 / 4) },
            Snapshot { at: date_utc + 36 * HOUR_S, counters: counters(views) },
        ];
        let post = PostFacts {
            post_id,
            date_utc,
            counters: Counters::default(),
            counted_at: None,
            media_type: Some(MediaType::Photo),
            album_size: None,
            forwarded: None,
            source: Source::Measured,
            text: Some(format!("Post {post_id}\nwith a second line #tag")),
        };
        let mut tx = self.ctx.db.write().await.expect("tx");
        store::collect::upsert_posts(&mut tx, channel.id, &[post]).await.expect("a post");
        store::collect::merge_snapshots(&mut tx, channel.id, &[Series { post_id, snapshots }])
            .await
            .expect("snapshots");
        store::collect::bump(&mut tx, channel.id, self.clock.now()).await.expect("a version");
        tx.commit().await.expect("commit");
    }

    async fn write_days(&self, channel: &Channel) {
        let today = Zone::utc().day(NOW);
        let days = (0..12).map(|ago| DailyFact {
            subscribers: Some(5_000 - ago * 10),
            joined: Some(30),
            left: Some(20),
            ..DailyFact::told_by(Source::Official, add_days(today, -ago))
        });
        let sources = (0..12).map(|ago| SourceFact {
            day: add_days(today, -ago),
            origin: "followers".to_owned(),
            views: Some(900),
            source: Source::Official,
        });
        let mut tx = self.ctx.db.write().await.expect("tx");
        store::collect::upsert_daily(&mut tx, channel.id, &days.collect::<Vec<_>>()).await.expect("days");
        store::collect::upsert_sources(&mut tx, channel.id, &sources.collect::<Vec<_>>()).await.expect("sources");
        store::collect::bump(&mut tx, channel.id, self.clock.now()).await.expect("a version");
        tx.commit().await.expect("commit");
    }
}

pub fn named(username: &str) -> ChannelRef {
    ChannelRef::parse(username)
}
