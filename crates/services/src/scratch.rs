//! A database of its own that nobody else sees, gone with the value: for questions about files, which are read by the
//! import's own rules without becoming part of a workspace.

use domain::channels::ChannelRef;
use store::{Db, Settings};
use tokio_util::sync::CancellationToken;

use crate::collect::import::{self, ImportError, ImportRequest, Progress};
use crate::{Clock, Ctx, Error, Result, SiteSettings, Viewer, identity};

pub struct Scratch {
    pub ctx: Ctx,
    pub viewer: Viewer,
    /// removed when dropped
    _folder: tempfile::TempDir,
}

impl Scratch {
    pub async fn new(clock: Clock) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(|error| Error::internal(&error))?;
        let url = format!("sqlite://{}", folder.path().join("scratch.db").display());
        let db = Db::open(&Settings { url, max_connections: 2 }).await?;
        db.migrate().await?;
        let ctx = Ctx::new(db, clock, SiteSettings::default());
        let workspace = identity::ensure_default_workspace(&ctx).await?;
        Ok(Self { ctx, viewer: Viewer::Operator { workspace }, _folder: folder })
    }

    /// Imports a file; its channels, in the order of the file.
    pub async fn import(
        &self,
        request: &ImportRequest,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Vec<ChannelRef>, ImportError> {
        let report = import::run(&self.ctx, &self.viewer, request, progress, cancel).await?;
        Ok(report.channels.iter().map(|slug| ChannelRef::parse(slug)).collect())
    }
}
