//! One account at work.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::{AccountId, ChannelId};
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use mtproto::{CallError, Update, UpdateStream};
use services::Ctx;
use services::collect::account::{Halt, Held, LEASE_S, Lease};
use services::collect::session::{Plan, Task, perform, plan, updates};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::observed;

/// How soon a new channel, or a person's hand at the switch, is seen.
const LOOK: Duration = Duration::from_millis(500);
/// A third of the lease.
const RENEW: Duration = Duration::from_secs(LEASE_S as u64 / 3);
/// A database that is away for longer: another process may have the account soon.
const BLIND_MAX: Duration = Duration::from_secs(LEASE_S as u64 * 3 / 4);
/// Between two tries while the database is away.
const PAUSE: Duration = Duration::from_secs(1);
/// Events taken in before the next task: whoever publishes much must not keep the counters waiting.
const EVENTS_A_TURN: usize = 200;

/// What came of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Worked,
    /// Nothing may be done before this moment (unix seconds), unless Telegram tells something.
    Idle {
        until: Option<i64>,
    },
    /// The account is not to be used any more.
    Over,
}

/// An account that this process has leased.
pub struct Worker {
    ctx: Ctx,
    /// apart, as it is big and workers are handed around
    held: Box<Held>,
    /// `None`: following is off, or over
    updates: Option<UpdateStream>,
    /// told, and not written yet: the database was away
    unwritten: Vec<Update>,
    /// methods that are not to be called before a moment, unix seconds
    closed: HashMap<&'static str, i64>,
    /// the one channel that is read; `None`: all of the account's
    only: Option<ChannelId>,
    kept_at: Instant,
}

impl Worker {
    /// `None`: another process has the account, or it is not to be used.
    pub async fn open(ctx: &Ctx, id: AccountId) -> services::Result<Option<Self>> {
        let Some((held, updates)) = Held::open(ctx, id).await? else { return Ok(None) };
        let updates = Some(updates).filter(|_| held.settings().reads.updates);
        tracing::info!(account = id.0, "account {id} reads");
        let (ctx, closed) = (ctx.clone(), HashMap::new());
        let held = Box::new(held);
        Ok(Some(Self { ctx, held, updates, unwritten: Vec::new(), closed, only: None, kept_at: Instant::now() }))
    }

    /// The same for one channel alone.
    #[must_use]
    pub fn only(self, channel: ChannelId) -> Self {
        Self { only: Some(channel), ..self }
    }

    pub fn lease(&self) -> Lease {
        self.held.lease()
    }

    /// Works until `stopping`, or until the account is not to be used; then lets it go.
    pub async fn run(self, stopping: CancellationToken) {
        Box::pin(self.run_until(stopping, |_| ready(false).boxed())).await;
    }

    /// The same, and no longer than until `over` says so of what a turn came to.
    pub async fn run_until(
        mut self,
        stopping: CancellationToken,
        over: impl FnMut(Turn) -> BoxFuture<'static, bool> + Send,
    ) {
        let lease = self.held.lease();
        tokio::select! {
            // what is cut off was not written, and is read again
            () = stopping.cancelled() => {}
            () = guard(&lease) => tracing::info!(account = lease.account().0, "account {} stops", lease.account()),
            () = self.work(over) => {}
        }
        self.close().await;
    }

    async fn work(&mut self, mut over: impl FnMut(Turn) -> BoxFuture<'static, bool> + Send) {
        loop {
            let turn = self.turn().await;
            if turn == Turn::Over || over(turn).await {
                return;
            }
            if let Turn::Idle { until } = turn {
                self.rest(until).await;
            }
            if self.kept_at.elapsed() >= RENEW {
                match self.keep().await {
                    Ok(()) => self.kept_at = Instant::now(),
                    Err(error) => tracing::warn!(account = self.held.id().0, "the session cannot be kept: {error}"),
                }
            }
        }
    }

    /// Takes in what Telegram has told, then does one task.
    pub async fn turn(&mut self) -> Turn {
        if self.hear(None).await == Turn::Over {
            return Turn::Over;
        }
        let mut plan = match plan(&self.ctx, &self.held).await {
            Ok(plan) => plan,
            Err(error) => return self.away(&error).await,
        };
        if let Some(only) = self.only {
            plan.tasks.retain(|task| task.channel() == only);
        }
        let account = self.held.id().to_string();
        metrics::gauge!(observed::TASKS_DUE, "account" => account.clone()).set(plan.tasks.len() as f64);
        metrics::gauge!(observed::LAG, "account" => account).set(plan.lag_s as f64);
        let now = self.ctx.now();
        let open = plan.tasks.iter().find(|task| self.opens_at(task) <= now);
        let Some(task) = open.cloned() else { return Turn::Idle { until: self.next_at(&plan) } };
        let began = Instant::now();
        let done = Box::pin(perform(&self.ctx, &mut self.held, &task)).await;
        let (outcome, turn) = match done {
            Ok(()) => ("done", Turn::Worked),
            Err(Halt::NotBefore { at, method }) => {
                self.closed.insert(method, at);
                self.closed.insert(task.method(), at);
                ("later", Turn::Worked)
            }
            Err(Halt::Refused(error)) => {
                tracing::warn!(account = self.held.id().0, "{}: {error}", task.method());
                ("refused", Turn::Worked)
            }
            Err(Halt::Ended) => ("ended", Turn::Over),
            Err(Halt::Failed(error)) => ("failed", self.away(&error).await),
        };
        metrics::counter!(observed::TASKS, "task" => task.method(), "outcome" => outcome).increment(1);
        metrics::histogram!(observed::TASK_SECONDS, "task" => task.method()).record(began.elapsed().as_secs_f64());
        turn
    }

    /// How far updates were read is part of the session: it is kept when all that was told is written, too.
    async fn keep(&mut self) -> services::Result<()> {
        let is_written = self.unwritten.is_empty();
        let updates = &self.updates;
        self.held.keep(|| is_written && updates.as_ref().is_none_or(|updates| updates.waiting() == 0)).await
    }

    /// Ends the connections, writes what was told until then, keeps the session and lets the account go.
    pub async fn close(mut self) {
        let id = self.held.id();
        Box::pin(self.held.telegram().clone().stop()).await;
        // the stream ends with the account
        while self.updates.is_some() {
            let before = self.unwritten.len();
            self.listen(None).await;
            if self.unwritten.len() == before {
                break;
            }
        }
        let is_written = self.write().await.inspect_err(|error| {
            tracing::warn!(
                account = id.0,
                "what account {id} was told last is not written, and is read again: {error}"
            );
        });
        if let Err(error) = Box::pin(self.held.close(is_written.is_ok())).await {
            tracing::warn!(account = id.0, "account {id} is let go late, when its lease runs out: {error}");
        }
    }

    fn opens_at(&self, task: &Task) -> i64 {
        let method = task.method();
        let closed = self.closed.get(method).copied().unwrap_or(i64::MIN);
        closed.max(self.held.opens_at(method))
    }

    fn next_at(&self, plan: &Plan) -> Option<i64> {
        let opening = plan.tasks.iter().map(|task| self.opens_at(task)).min();
        [opening, plan.next_at].into_iter().flatten().min()
    }

    /// Until something may be done; a moment of the settable clock may come sooner than the machine's.
    async fn rest(&mut self, until: Option<i64>) {
        let due_in = until.map_or(i64::MAX, |until| until - self.ctx.now());
        let pause = if due_in <= 0 { Duration::ZERO } else { LOOK };
        let told = async {
            match self.updates.as_mut() {
                Some(updates) => updates.next().await,
                None => std::future::pending().await,
            }
        };
        let event = tokio::select! {
            event = told => event,
            () = sleep(pause) => return,
        };
        match event {
            // an account that is over is met by the next turn
            Some(event) => _ = self.hear(Some(event)).await,
            None => self.updates = None,
        }
    }

    /// Takes in `first` and what else has come.
    async fn hear(&mut self, first: Option<Result<Update, CallError>>) -> Turn {
        let trouble = self.listen(first).await;
        if let Err(error) = self.write().await {
            return self.away(&error).await;
        }
        let Some(error) = trouble else { return Turn::Worked };
        match self.held.failed("updates.getDifference", error, self.ctx.now()).await {
            Halt::Ended => Turn::Over,
            Halt::Failed(error) => self.away(&error).await,
            // following goes on by itself
            Halt::NotBefore { .. } | Halt::Refused(_) => Turn::Worked,
        }
    }

    /// Notes what has come, up to [`EVENTS_A_TURN`]; what following has met, if anything.
    #[expect(clippy::unused_async, reason = "a stream is listened to inside of the runtime")]
    async fn listen(&mut self, first: Option<Result<Update, CallError>>) -> Option<CallError> {
        let mut next = first;
        while next.is_some() || self.unwritten.len() < EVENTS_A_TURN {
            let event = match next.take() {
                Some(event) => event,
                None => match self.updates.as_mut().and_then(|updates| updates.next().now_or_never()) {
                    Some(Some(event)) => event,
                    Some(None) => {
                        self.updates = None;
                        return None;
                    }
                    None => return None,
                },
            };
            match event {
                Ok(update) => self.unwritten.push(update),
                Err(error) => return Some(error),
            }
        }
        None
    }

    async fn write(&mut self) -> services::Result<()> {
        if !self.unwritten.is_empty() {
            Box::pin(updates::hear(&self.ctx, &mut self.held, &self.unwritten)).await?;
            self.unwritten.clear();
        }
        Ok(())
    }

    /// The database is away: nothing is called for what could not be written.
    async fn away(&self, error: &services::Error) -> Turn {
        tracing::warn!(account = self.held.id().0, "account {} waits: {error}", self.held.id());
        sleep(PAUSE).await;
        Turn::Idle { until: None }
    }
}

/// Renews the lease; over when the account is not ours any more, or not to be used.
async fn guard(lease: &Lease) {
    let (mut renewed, mut seen) = (Instant::now(), Instant::now());
    loop {
        sleep(LOOK).await;
        match lease.is_ours().await {
            Ok(true) => seen = Instant::now(),
            Ok(false) => return,
            Err(error) => tracing::warn!(account = lease.account().0, "the lease cannot be looked at: {error}"),
        }
        if renewed.elapsed() >= RENEW {
            match lease.renew().await {
                Ok(true) => renewed = Instant::now(),
                Ok(false) => return,
                Err(error) => tracing::warn!(account = lease.account().0, "the lease cannot be renewed: {error}"),
            }
        }
        if seen.elapsed() >= BLIND_MAX || renewed.elapsed() >= BLIND_MAX {
            return;
        }
    }
}
