//! A fresh installation, and files to import into it.

use std::path::{Path, PathBuf};

use domain::channels::{Channel, ChannelRef};
use domain::posts::Snapshot;
use services::collect::import::{self, ImportError, ImportReport, ImportRequest, Kind};
use services::{Clock, Ctx, SiteSettings, Viewer, identity};
use store::collect::PostFacts;
use store::{Db, Settings};
use tokio_util::sync::CancellationToken;

/// 2025-11-01T18:24:42Z
pub const NOW: i64 = 1_762_021_482;
pub const DAY_S: i64 = 86_400;

pub const POSTS: &str = "channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n";
pub const SNAPSHOTS: &str = "channel,post_id,taken_at_utc,views,forwards,reactions,replies\n";
pub const DAILY: &str = "channel,day,subscribers,joined,left,notifications_on\n";
pub const SOURCES: &str = "channel,day,source,views\n";

pub struct Place {
    pub ctx: Ctx,
    pub viewer: Viewer,
    pub clock: Clock,
    folder: tempfile::TempDir,
}

impl Place {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let db = Db::open(&Settings { url, max_connections: 4 }).await.expect("opens");
        Self::on(db, folder).await
    }

    /// On another database, which is empty.
    pub async fn on(db: Db, folder: tempfile::TempDir) -> Self {
        db.migrate().await.expect("migrates");
        let clock = Clock::set(NOW);
        let ctx = Ctx::new(db, clock.clone(), SiteSettings::default());
        let workspace = identity::ensure_default_workspace(&ctx).await.expect("a workspace");
        Self { ctx, viewer: Viewer::Operator { workspace }, clock, folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("written");
        path
    }

    pub fn url(&self) -> String {
        format!("sqlite://{}", self.path("test.db").display())
    }

    pub async fn run(&self, request: &ImportRequest) -> Result<ImportReport, ImportError> {
        import::run(&self.ctx, &self.viewer, request, &(), &CancellationToken::new()).await
    }

    /// Imports a file with this content, without options.
    pub async fn import(&self, kind: Kind, content: impl AsRef<[u8]>) -> Result<ImportReport, ImportError> {
        let path = self.file(&format!("{}.csv", kind.as_str()), content);
        self.run(&ImportRequest::new(kind, path)).await
    }

    /// Rows of posts after the usual header.
    pub async fn posts(&self, rows: &str) -> ImportReport {
        self.import(Kind::Posts, format!("{POSTS}{rows}")).await.expect("imports")
    }

    pub async fn channel(&self, name: &str) -> Channel {
        let mut tx = self.ctx.db.read().await.expect("tx");
        store::channels::find_by_ref(&mut tx, self.viewer.workspace(), &ChannelRef::parse(name))
            .await
            .expect("read")
            .unwrap_or_else(|| panic!("no channel {name}"))
    }

    pub async fn channels(&self) -> Vec<Channel> {
        let mut tx = self.ctx.db.read().await.expect("tx");
        store::channels::list(&mut tx, self.viewer.workspace()).await.expect("read")
    }

    pub async fn post(&self, channel: &Channel, post_id: i64) -> PostFacts {
        let mut tx = self.ctx.db.read().await.expect("tx");
        store::analytics::find_post(&mut tx, channel.id, post_id).await.expect("read").expect("a post")
    }

    pub async fn snapshots(&self, channel: &Channel, post_id: i64) -> Vec<Snapshot> {
        let mut tx = self.ctx.db.read().await.expect("tx");
        store::analytics::snapshots(&mut tx, channel.id, post_id).await.expect("read")
    }

    pub async fn version(&self, channel: &Channel) -> i64 {
        let mut tx = self.ctx.db.read().await.expect("tx");
        store::analytics::data_version(&mut tx, channel.id).await.expect("read").0
    }

    /// Rows of every table but the audit, to tell whether anything changed.
    pub async fn rows(&self) -> Vec<(String, i64)> {
        let mut tx = self.ctx.db.read().await.expect("tx");
        let mut rows = store::maintenance::row_counts(&mut tx).await.expect("read");
        rows.retain(|(table, _)| table != "audit_entry");
        rows
    }
}

/// The folder of real data, where there is one.
pub fn real_data() -> Option<PathBuf> {
    std::env::var_os("ANALYTICBOT_REAL_DATA").map(|folder| Path::new(&folder).to_owned())
}
