//! Takes due jobs, runs them, and puts each where its outcome says. Any number of runners may work on one database.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use services::Ctx;
use store::jobs::Claimed;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::registry::{find, kinds, registry};
use crate::{Outcome, Stop};

/// How often the queue is looked at. A scheduled second more or less does not matter to any job.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Jobs at once: two cores serve pages too.
const AT_ONCE: usize = 2;
/// A job belongs to its worker this long; whoever is silent for longer is taken for dead.
pub(crate) const LEASE_S: i64 = 60;
/// A third of the lease, so that two heartbeats may get lost.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long bodies have to come to a step's edge when the runner stops; the process has 25 s in all.
const DRAIN: Duration = Duration::from_secs(15);
/// Pause before the second try, doubled for each further one.
const BACKOFF_FIRST_S: i64 = 10;
const BACKOFF_MAX_S: i64 = 3600;
/// Errors kept with a job are cut here.
const ERROR_CHARS: usize = 500;

/// Works until `shutdown`; then lets running bodies come to an edge and hands back what they did not finish.
pub async fn run(ctx: Ctx, shutdown: CancellationToken) {
    let runner = Runner::new(ctx);
    if let Err(error) = runner.announce_schedules().await {
        tracing::error!(%error, "the schedules could not be written: {error}");
    }
    let mut running = JoinSet::new();
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = look.tick() => {}
        }
        while running.try_join_next().is_some() {}
        if let Err(error) = runner.begin_due(&mut running, &shutdown).await {
            tracing::warn!(%error, "the job queue cannot be read: {error}");
        }
    }
    let drained = timeout(DRAIN, async { while running.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        // their leases run out and another runner repeats them
        tracing::warn!(left = running.len(), "{} jobs did not stop in time", running.len());
        running.abort_all();
    }
}

#[derive(Clone)]
pub(crate) struct Runner {
    ctx: Ctx,
    /// told apart from other runners on the same database
    worker: Arc<str>,
}

impl Runner {
    pub fn new(ctx: Ctx) -> Self {
        Self { ctx, worker: services::identity::Token::random().reveal()[..12].into() }
    }

    /// Makes every schedule known; the first run is due at once, so that a fresh installation is put in order.
    pub async fn announce_schedules(&self) -> store::Result<()> {
        let now = self.ctx.now();
        let mut tx = self.ctx.db.write().await?;
        for job in registry() {
            if let Some(every_s) = job.every_s {
                store::jobs::upsert_schedule(&mut tx, job.kind, every_s, now).await?;
            }
        }
        tx.commit().await
    }

    /// Enqueues what its schedule says is due. One runner a period gets the turn, and enqueues in the same unit of
    /// work.
    pub async fn enqueue_due_schedules(&self) -> store::Result<()> {
        let now = self.ctx.now();
        let due = self.due_schedules(now).await?;
        if due.is_empty() {
            return Ok(());
        }
        let mut tx = self.ctx.db.write().await?;
        for (kind, every_s) in due {
            if store::jobs::claim_due(&mut tx, kind, now, every_s).await? {
                store::jobs::enqueue(&mut tx, kind, "{}", Some(kind), now, now).await?;
            }
        }
        tx.commit().await
    }

    /// Looks without taking the writer's place: this happens every second.
    async fn due_schedules(&self, now: i64) -> store::Result<Vec<(&'static str, i64)>> {
        let mut tx = self.ctx.db.read().await?;
        let schedules = store::jobs::list_schedules(&mut tx).await?;
        let due = schedules.into_iter().filter(|schedule| schedule.next_at <= now);
        Ok(due.filter_map(|schedule| find(&schedule.name)).filter_map(|job| Some((job.kind, job.every_s?))).collect())
    }

    async fn begin_due(&self, running: &mut JoinSet<()>, shutdown: &CancellationToken) -> store::Result<()> {
        self.enqueue_due_schedules().await?;
        let room = AT_ONCE - running.len();
        if room == 0 {
            return Ok(());
        }
        for job in self.claim(room).await? {
            let (runner, stopping) = (self.clone(), shutdown.child_token());
            let span = tracing::info_span!("job", otel.name = format!("job {}", job.kind), id = %job.id, kind = job.kind, attempt = job.attempts);
            running.spawn(async move { runner.work(job, stopping).await }.instrument(span));
        }
        Ok(())
    }

    pub async fn claim(&self, limit: usize) -> store::Result<Vec<Claimed>> {
        let (kinds, now) = (kinds(), self.ctx.now());
        if !self.any_due(&kinds, now).await? {
            return Ok(Vec::new());
        }
        let mut tx = self.ctx.db.write().await?;
        let claimed = store::jobs::claim(&mut tx, &self.worker, &kinds, now, LEASE_S, limit as i64).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    async fn any_due(&self, kinds: &[&str], now: i64) -> store::Result<bool> {
        let mut tx = self.ctx.db.read().await?;
        store::jobs::any_claimable(&mut tx, kinds, now).await
    }

    /// Runs one job to its end, holding its lease, and writes the outcome.
    pub async fn work(&self, job: Claimed, stopping: CancellationToken) {
        let (id, kind, attempt) = (job.id, job.kind.clone(), job.attempts);
        tracing::debug!(%id, kind, attempt, "job {kind} {id}, attempt {attempt}");
        let outcome = tokio::select! {
            outcome = self.body(&job, stopping.clone()) => outcome,
            () = self.hold_lease(&job) => {
                tracing::warn!(%id, kind, "job {kind} {id} was taken over by another runner");
                return;
            }
        };
        if let Err(error) = self.settle(&job, outcome).await {
            // the lease runs out and the job is repeated
            tracing::error!(%id, kind, %error, "the outcome of job {kind} {id} could not be written: {error}");
        }
    }

    async fn body(&self, job: &Claimed, stopping: CancellationToken) -> Outcome {
        let Some(known) = find(&job.kind) else {
            return Err(Stop::GiveUp(format!("no job is called {:?}", job.kind)));
        };
        let payload = serde_json::from_str(&job.payload).map_err(|error| Stop::GiveUp(format!("payload: {error}")))?;
        if job.attempts > known.attempts_max {
            // it takes its runner with it: the lease ran out every time
            return Err(Stop::GiveUp(format!("the runner died {} times", known.attempts_max)));
        }
        // a panic of a body is that job's failure, not the runner's end
        let body = AssertUnwindSafe((known.body)(self.ctx.clone(), payload, stopping));
        body.catch_unwind().await.unwrap_or_else(|panic| Err(Stop::TryAgain(message(&*panic))))
    }

    /// Comes back only when the job is somebody else's.
    async fn hold_lease(&self, job: &Claimed) {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            match self.extend_lease(job).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(id = %job.id, %error, "heartbeat of job {}: {error}", job.id),
            }
        }
    }

    async fn extend_lease(&self, job: &Claimed) -> store::Result<bool> {
        let mut tx = self.ctx.db.write().await?;
        let held = store::jobs::extend_lease(&mut tx, job.id, &self.worker, self.ctx.now() + LEASE_S).await?;
        tx.commit().await?;
        Ok(held)
    }

    pub async fn settle(&self, job: &Claimed, outcome: Outcome) -> store::Result<()> {
        let now = self.ctx.now();
        let attempts_max = find(&job.kind).map_or(1, |known| known.attempts_max);
        let mut tx = self.ctx.db.write().await?;
        match outcome {
            Ok(()) => {
                store::jobs::finish(&mut tx, job.id, &self.worker).await?;
            }
            Err(Stop::Interrupted) => {
                store::jobs::release(&mut tx, job.id, &self.worker, now).await?;
            }
            Err(Stop::TryAgain(error)) if job.attempts < attempts_max => {
                let run_at = now + backoff_s(job.attempts);
                tracing::warn!(id = %job.id, kind = job.kind, error, "job {} {} failed, next try in {} s: {error}", job.kind, job.id, run_at - now);
                store::jobs::retry_at(&mut tx, job.id, &self.worker, run_at, cut(&error)).await?;
            }
            Err(Stop::TryAgain(error) | Stop::GiveUp(error)) => {
                tracing::error!(id = %job.id, kind = job.kind, error, "job {} {} is given up: {error}", job.kind, job.id);
                store::jobs::give_up(&mut tx, job.id, &self.worker, cut(&error), now).await?;
            }
        }
        tx.commit().await
    }
}

/// Seconds to wait after the given number of attempts: 10, 20, 40 … an hour.
fn backoff_s(attempts: i64) -> i64 {
    let doublings = (attempts - 1).clamp(0, 20) as u32;
    (BACKOFF_FIRST_S << doublings).min(BACKOFF_MAX_S)
}

/// What a panic said.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("without a word"))
}

fn cut(error: &str) -> &str {
    error.char_indices().nth(ERROR_CHARS).map_or(error, |(end, _)| &error[..end])
}

#[cfg(test)]
mod tests {
    use services::collect::preview::CollectPreview;
    use services::demo::AdvanceDemo;
    use services::maintenance::UpkeepDatabase;

    use super::*;
    use crate::testing::{LeftOver, Place, run_until_empty};

    async fn left(place: &Place) -> Vec<(String, i64)> {
        let mut tx = place.ctx.db.read().await.expect("tx");
        let stats = store::jobs::stats(&mut tx).await.expect("stats");
        stats.into_iter().map(|stat| (stat.state, stat.jobs)).collect()
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!([1, 2, 3, 4].map(backoff_s), [10, 20, 40, 80]);
        assert_eq!(backoff_s(30), BACKOFF_MAX_S);
    }

    #[test]
    fn a_long_error_is_cut_between_characters() {
        assert_eq!(cut("ў".repeat(600).as_str()).chars().count(), ERROR_CHARS);
        assert_eq!(cut("short"), "short");
    }

    #[tokio::test]
    async fn a_job_of_a_dead_runner_is_taken_over_when_its_lease_runs_out() {
        let place = Place::new().await;
        place.enqueue(UpkeepDatabase::KIND).await;
        let (dead, alive) = (Runner::new(place.ctx.clone()), Runner::new(place.ctx.clone()));
        let lost = dead.claim(1).await.expect("claimed").remove(0);
        // no outcome is ever written, as after kill -9
        place.clock.advance(LEASE_S - 1);
        assert!(alive.claim(1).await.expect("asked").is_empty());
        place.clock.advance(1);
        let taken = alive.claim(1).await.expect("claimed").remove(0);
        assert_eq!((taken.id, taken.attempts), (lost.id, 2));
        // the dead one comes back to life: its word does not count any more
        dead.settle(&lost, Err(Stop::GiveUp("late".to_owned()))).await.expect("ignored");
        assert!(!dead.extend_lease(&lost).await.expect("asked"));
        alive.work(taken, CancellationToken::new()).await;
        assert!(left(&place).await.is_empty());
    }

    #[tokio::test]
    async fn a_job_that_kills_its_runner_every_time_is_given_up() {
        let place = Place::new().await;
        place.enqueue(AdvanceDemo::KIND).await;
        for _ in 0..find(AdvanceDemo::KIND).expect("known").attempts_max {
            let dead = Runner::new(place.ctx.clone());
            assert_eq!(dead.claim(1).await.expect("claimed").len(), 1);
            place.clock.advance(LEASE_S);
        }
        let outcome = run_until_empty(&place.ctx).await;
        assert_eq!(outcome, Err(LeftOver(vec![(AdvanceDemo::KIND.to_owned(), "failed".to_owned(), 1)])));
        let mut tx = place.ctx.db.read().await.expect("tx");
        let failed = store::jobs::list_failed(&mut tx, 10).await.expect("listed");
        assert_eq!(failed[0].last_error.as_deref(), Some("the runner died 3 times"));
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_again_later_and_kept_as_failed_in_the_end() {
        let place = Place::new().await;
        place.enqueue(AdvanceDemo::KIND).await;
        let runner = Runner::new(place.ctx.clone());
        for (attempt, pause_s) in [(1, 10), (2, 20)] {
            let job = runner.claim(1).await.expect("claimed").remove(0);
            assert_eq!(job.attempts, attempt);
            runner.settle(&job, Err(Stop::TryAgain("no luck".to_owned()))).await.expect("settled");
            place.clock.advance(pause_s - 1);
            assert!(runner.claim(1).await.expect("asked").is_empty(), "too early");
            place.clock.advance(1);
        }
        let job = runner.claim(1).await.expect("claimed").remove(0);
        runner.settle(&job, Err(Stop::TryAgain("no luck".to_owned()))).await.expect("settled");
        assert_eq!(left(&place).await, [("failed".to_owned(), 1)]);
    }

    #[tokio::test]
    async fn what_never_goes_better_is_given_up_at_once() {
        let place = Place::new().await;
        place.enqueue(AdvanceDemo::KIND).await;
        let runner = Runner::new(place.ctx.clone());
        let job = runner.claim(1).await.expect("claimed").remove(0);
        runner.settle(&job, Err(Stop::GiveUp("gone".to_owned()))).await.expect("settled");
        assert_eq!(left(&place).await, [("failed".to_owned(), 1)]);
    }

    #[tokio::test]
    async fn a_payload_that_cannot_be_read_is_given_up_and_a_kind_of_another_version_left_alone() {
        let place = Place::new().await;
        place.enqueue_with(AdvanceDemo::KIND, "not json").await;
        place.enqueue("of-a-newer-version").await;
        run_until_empty(&place.ctx).await.expect_err("both are left");
        assert_eq!(left(&place).await, [("failed".to_owned(), 1), ("waiting".to_owned(), 1)]);
    }

    #[tokio::test]
    async fn an_interrupted_job_goes_back_as_if_never_begun() {
        let place = Place::with_demo().await;
        place.enqueue(AdvanceDemo::KIND).await;
        let runner = Runner::new(place.ctx.clone());
        let stopping = CancellationToken::new();
        stopping.cancel();
        let job = runner.claim(1).await.expect("claimed").remove(0);
        runner.work(job, stopping).await;
        let again = runner.claim(1).await.expect("claimed").remove(0);
        assert_eq!(again.attempts, 1);
    }

    #[tokio::test]
    async fn many_runners_enqueue_a_due_schedule_once_a_period() {
        let place = Place::new().await;
        let runners: Vec<Runner> = (0..6).map(|_| Runner::new(place.ctx.clone())).collect();
        let scheduled = registry().iter().filter(|job| job.every_s.is_some()).count() as i64;
        runners[0].announce_schedules().await.expect("announced");
        for _ in 0..2 {
            let ticks = runners.iter().map(Runner::enqueue_due_schedules);
            for tick in futures::future::join_all(ticks).await {
                tick.expect("ticked");
            }
            let waiting: i64 = left(&place).await.iter().map(|(_, jobs)| jobs).sum();
            assert_eq!(waiting, scheduled);
        }
        run_until_empty(&place.ctx).await.expect("all done");
        // five minutes later only what is frequent is due, once however many minutes have passed
        place.clock.advance(300);
        for runner in &runners {
            runner.announce_schedules().await.expect("known already");
            runner.enqueue_due_schedules().await.expect("ticked");
        }
        let mut finished = run_until_empty(&place.ctx).await.expect("all done").finished;
        finished.sort_unstable();
        assert_eq!(finished, [AdvanceDemo::KIND, CollectPreview::KIND]);
    }

    #[tokio::test]
    async fn a_waiting_scheduled_job_is_not_doubled_by_the_next_period() {
        let place = Place::new().await;
        let runner = Runner::new(place.ctx.clone());
        runner.announce_schedules().await.expect("announced");
        for _ in 0..3 {
            runner.enqueue_due_schedules().await.expect("ticked");
            place.clock.advance(7 * 24 * 3600);
        }
        let waiting: i64 = left(&place).await.iter().map(|(_, jobs)| jobs).sum();
        let scheduled = registry().iter().filter(|job| job.every_s.is_some()).count() as i64;
        assert_eq!(waiting, scheduled);
    }

    #[tokio::test]
    async fn the_runner_works_until_it_is_told_to_stop() {
        let place = Place::with_demo().await;
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(run(place.ctx.clone(), shutdown.clone()));
        // the first look enqueues what is scheduled and runs it
        let emptied = async {
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                let mut tx = place.ctx.db.read().await.expect("tx");
                let schedules = store::jobs::list_schedules(&mut tx).await.expect("schedules");
                let ticked = !schedules.is_empty() && schedules.iter().all(|schedule| schedule.last_at.is_some());
                drop(tx);
                if ticked && left(&place).await.is_empty() {
                    return;
                }
            }
        };
        timeout(Duration::from_secs(30), emptied).await.expect("the queue empties");
        shutdown.cancel();
        timeout(Duration::from_secs(5), running).await.expect("stops within seconds").expect("without a panic");
    }
}
