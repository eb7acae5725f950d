//! All accounts of this process.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::AccountId;
use services::Ctx;
use services::collect::account::{self, Lease};
use tokio::task::{Id, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::observed;
use crate::worker::Worker;

/// Another process may have died, an account may have signed in, a wait may be over.
const LOOK: Duration = Duration::from_millis(700);

/// Until `stopping`; then calls under way end, sessions are kept and accounts let go. Without accounts in the
/// configuration, or with everything switched off, it has nothing to do.
pub async fn run(ctx: Ctx, stopping: CancellationToken) {
    let Some(accounts) = &ctx.accounts else {
        tracing::info!("accounts are off: set mtproto.api_id, mtproto.api_hash and mtproto.encryption_key");
        return;
    };
    let reads = &accounts.reads;
    if !(reads.history || reads.updates || reads.statistics) {
        tracing::info!("accounts read nothing: switch mtproto.history_enabled, updates_enabled or stats_enabled on");
        return;
    }
    observed::describe();
    let mut pool = Pool { ctx, workers: JoinSet::new(), held: HashMap::new(), stopping };
    while !pool.stopping.is_cancelled() {
        if let Err(error) = pool.take_free().await {
            tracing::warn!("accounts cannot be leased: {error}");
        }
        metrics::gauge!(observed::ACCOUNTS_HELD).set(pool.held.len() as f64);
        tokio::select! {
            () = pool.stopping.cancelled() => {}
            () = sleep(LOOK) => {}
        }
        pool.bury().await;
    }
    while !pool.workers.is_empty() {
        if let Some(ended) = pool.workers.join_next_with_id().await {
            pool.ended(ended).await;
        }
    }
    metrics::gauge!(observed::ACCOUNTS_HELD).set(0.0);
}

struct Pool {
    ctx: Ctx,
    workers: JoinSet<()>,
    held: HashMap<Id, (AccountId, Lease)>,
    stopping: CancellationToken,
}

impl Pool {
    async fn take_free(&mut self) -> services::Result<()> {
        for id in account::free(&self.ctx).await? {
            if self.held.values().any(|(held, _)| *held == id) {
                continue;
            }
            let Some(worker) = Worker::open(&self.ctx, id).await? else { continue };
            let lease = worker.lease();
            let task = self.workers.spawn(worker.run(self.stopping.clone()));
            self.held.insert(task.id(), (id, lease));
        }
        Ok(())
    }

    /// Notes which workers have ended.
    async fn bury(&mut self) {
        while let Some(ended) = self.workers.try_join_next_with_id() {
            self.ended(ended).await;
        }
    }

    async fn ended(&mut self, ended: Result<(Id, ()), tokio::task::JoinError>) {
        let (id, panicked) = match ended {
            Ok((id, ())) => (id, false),
            Err(error) => (error.id(), error.is_panic()),
        };
        let Some((account, lease)) = self.held.remove(&id) else { return };
        if panicked {
            metrics::counter!(observed::WORKERS_PANICKED).increment(1);
            tracing::error!(account = account.0, "the worker of account {account} has failed; it begins anew");
            // its connections have gone with it: nobody uses the key
            if let Err(error) = lease.release().await {
                tracing::warn!(account = account.0, "its lease runs out by itself: {error}");
            }
        }
    }
}
