//! For tests: runs what is queued now, and says so when something stays.

use services::Ctx;
use tokio_util::sync::CancellationToken;

use crate::runner::Runner;

/// What was run, by kind, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ran {
    pub finished: Vec<String>,
}

/// Jobs that did not finish: a test that leaves them behind has not tested what they do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("jobs are left: {0:?} (kind, state, number)")]
pub struct LeftOver(pub Vec<(String, String, i64)>);

/// Runs all due jobs, also those that they enqueue, until none is due. `Err` when jobs are left, waiting for another
/// try or kept as failed.
#[must_use = "jobs may be left"]
pub async fn run_until_empty(ctx: &Ctx) -> Result<Ran, LeftOver> {
    let runner = Runner::new(ctx.clone());
    let mut ran = Ran::default();
    loop {
        let claimed = runner.claim(1).await.expect("the queue is read");
        let Some(job) = claimed.into_iter().next() else { break };
        ran.finished.push(job.kind.clone());
        runner.work(job, CancellationToken::new()).await;
    }
    let mut tx = ctx.db.read().await.expect("the queue is read");
    let left = store::jobs::stats(&mut tx).await.expect("the queue is read");
    if left.is_empty() {
        return Ok(ran);
    }
    Err(LeftOver(left.into_iter().map(|stat| (stat.kind, stat.state, stat.jobs)).collect()))
}

#[cfg(test)]
pub(crate) use place::Place;

#[cfg(test)]
mod place {
    use services::demo::{self, Options};
    use services::{Clock, Ctx, SiteSettings, Viewer, identity};
    use store::{Db, Settings};

    /// 2025-06-15 12:00 UTC
    const NOW: i64 = 1_749_988_800;

    /// A fresh installation with a clock that stands still.
    pub(crate) struct Place {
        pub ctx: Ctx,
        pub clock: Clock,
        workspace: domain::ids::WorkspaceId,
        _folder: tempfile::TempDir,
    }

    impl Place {
        pub async fn new() -> Self {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let url = format!("sqlite://{}", folder.path().join("test.db").display());
            let db = Db::open(&Settings { url, max_connections: 4 }).await.expect("opens");
            db.migrate().await.expect("migrates");
            let clock = Clock::set(NOW);
            let ctx = Ctx::new(db, clock.clone(), SiteSettings::default());
            let workspace = identity::ensure_default_workspace(&ctx).await.expect("a workspace");
            Self { ctx, clock, workspace, _folder: folder }
        }

        /// With two demo channels of ten days.
        pub async fn with_demo() -> Self {
            let place = Self::new().await;
            let small = Options { seed: 1, channels: 2, days: 10 };
            demo::fill(&place.ctx, &place.operator(), small).await.expect("filled");
            place
        }

        pub fn operator(&self) -> Viewer {
            Viewer::Operator { workspace: self.workspace }
        }

        pub async fn enqueue(&self, kind: &str) {
            self.enqueue_with(kind, "{}").await;
        }

        pub async fn enqueue_with(&self, kind: &str, payload: &str) {
            let now = self.clock.now();
            let mut tx = self.ctx.db.write().await.expect("tx");
            store::jobs::enqueue(&mut tx, kind, payload, None, now, now).await.expect("enqueued");
            tx.commit().await.expect("commit");
        }
    }
}
