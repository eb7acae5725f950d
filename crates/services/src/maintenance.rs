//! Keeping the database fit: what nobody needs any more goes, and the planner learns what is there.

use store::Tx;

use crate::channels::PurgeChannels;
use crate::{Ctx, Result};

const DAY_S: i64 = 24 * 3600;

/// Live pages that were away longer read everything anew.
const OUTBOX_KEPT_S: i64 = 2 * DAY_S;
/// A failed job is of interest to whoever comes back from holidays.
const FAILED_JOBS_KEPT_S: i64 = 30 * DAY_S;
/// Used, revoked and expired invitations stay readable this long.
const INVITATIONS_KEPT_S: i64 = 30 * DAY_S;
/// Revoked and expired API keys stay listed this long.
const API_KEYS_KEPT_S: i64 = 90 * DAY_S;
/// An import that was stopped can be continued this long; then what it staged goes.
const IMPORTS_KEPT_S: i64 = 7 * DAY_S;

/// Job: the daily upkeep.
pub struct UpkeepDatabase;

impl UpkeepDatabase {
    pub const KIND: &'static str = "upkeep-database";
}

/// Rows that went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    pub outbox_events: u64,
    pub sessions: u64,
    pub invitations: u64,
    pub api_keys: u64,
    pub failed_jobs: u64,
    pub abandoned_imports: u64,
}

/// Removes what is over, in one short unit of work.
pub async fn remove_old_rows(ctx: &Ctx) -> Result<Removed> {
    let now = ctx.now();
    let mut tx = ctx.db.write().await?;
    let removed = Removed {
        outbox_events: store::outbox::delete_before(&mut tx, now - OUTBOX_KEPT_S).await?,
        sessions: store::identity::delete_expired_sessions(&mut tx, now).await?,
        invitations: store::identity::delete_invitations_before(&mut tx, now - INVITATIONS_KEPT_S).await?,
        api_keys: store::identity::delete_api_keys_before(&mut tx, now - API_KEYS_KEPT_S).await?,
        failed_jobs: store::jobs::delete_failed_before(&mut tx, now - FAILED_JOBS_KEPT_S).await?,
        abandoned_imports: remove_abandoned_imports(&mut tx, now).await?,
    };
    tx.commit().await?;
    Ok(removed)
}

/// What they staged goes with the rows of deleted channels, by the job enqueued here.
async fn remove_abandoned_imports(tx: &mut Tx, now: i64) -> Result<u64> {
    let runs = store::collect::stage::list_stale_runs(tx, now - IMPORTS_KEPT_S).await?;
    for run in &runs {
        store::collect::stage::delete_run(tx, *run, now).await?;
    }
    if !runs.is_empty() {
        store::jobs::enqueue(tx, PurgeChannels::KIND, "{}", Some(PurgeChannels::KIND), now, now).await?;
    }
    Ok(runs.len() as u64)
}

/// Lets the database refresh its statistics and put the write-ahead log away.
pub async fn tune(ctx: &Ctx) -> Result<()> {
    store::maintenance::optimize(&ctx.db).await?;
    Ok(store::maintenance::checkpoint(&ctx.db).await?)
}
