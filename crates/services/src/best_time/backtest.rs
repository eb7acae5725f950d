//! The recommender's own past: run on every core for whoever asks, and kept as evidence by a job.

use std::sync::Arc;

use domain::analytics::Dataset;
use domain::best_time::backtest::{Permuted, Plan, Report, Scores};
use domain::best_time::{Objective, Settings, recommend};
use domain::channels::{Channel, ChannelRef};
use store::evidence::Evidence;
use tokio_util::sync::CancellationToken;

use super::{Asked, Loaded, load};
use crate::identity::Viewer;
use crate::parallel::{self, Watch};
use crate::{Ctx, Error, Result, channels, forecast};

/// Shuffles behind the evidence that is kept: enough to see a rate of false claims well above 10 %.
const PERMUTATIONS_KEPT: usize = 60;
/// Evidence this young is not made again, however much the data move.
const FRESH_S: i64 = 24 * 3600;
/// Backtests in one run of the job; the rest waits for the next run.
const RUNS_MAX: usize = 40;
const KIND: &str = "best_time.";

/// Job: runs the backtests of channels whose data have moved since, each at most once a day.
pub struct RefreshEvidence;

impl RefreshEvidence {
    pub const KIND: &'static str = "backtest-best-time";
}

/// One channel's backtest, or what stopped it.
#[derive(Debug, Clone, PartialEq)]
pub enum Backtested {
    Done(Box<Report>),
    Cancelled,
}

/// Rolling-origin backtest and `permutations` shuffles, on every core. The same for a seed on any number of them.
pub async fn backtest(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    asked: &Asked,
    permutations: usize,
    watch: Arc<dyn Watch>,
    cancel: &CancellationToken,
) -> Result<Backtested> {
    let Loaded { data, settings, .. } = load(ctx, viewer, channel, asked).await?;
    let run = run(data, settings, permutations, parallel::every_core(), watch, cancel).await?;
    Ok(run.map_or(Backtested::Cancelled, |report| Backtested::Done(Box::new(report))))
}

/// Folds and shuffles are parts of one computation; their scores are added up in order, so that rounding is the same
/// whichever thread was first.
async fn run(
    data: Dataset,
    settings: Settings,
    permutations: usize,
    threads: usize,
    watch: Arc<dyn Watch>,
    cancel: &CancellationToken,
) -> Result<Option<Report>> {
    enum Part {
        Fold(Scores),
        Shuffle { claims: bool },
    }
    let cancel = cancel.clone();
    let work = tokio::task::spawn_blocking(move || {
        let plan = Plan::new(&data, &settings);
        let folds = plan.folds();
        let parts =
            parallel::parts(folds + permutations, threads, &*watch, &cancel, |index| match index.checked_sub(folds) {
                None => Part::Fold(plan.score(index)),
                Some(shuffle) => Part::Shuffle { claims: plan.permuted_claims(shuffle) },
            })?;
        let (mut scores, mut permuted) = (Scores::default(), Permuted::default());
        for part in parts {
            match part {
                Part::Fold(fold) => scores = scores.plus(fold),
                Part::Shuffle { claims } => {
                    permuted.runs += 1;
                    permuted.claims += u32::from(claims);
                }
            }
        }
        let advice = recommend(&data, &settings).advice(data.channel.slug());
        Some(Report { advice, backtest: scores.backtest(), permuted })
    });
    work.await.map_err(|error| Error::internal(&error))
}

pub(super) fn objective_of(kind: &str) -> Option<Objective> {
    kind.strip_prefix(KIND)?.parse().ok()
}

/// Runs what is due, one backtest a unit of work, until done, at most [`RUNS_MAX`], or cancelled; how many were run.
pub async fn refresh_evidence(ctx: &Ctx, cancel: &CancellationToken) -> Result<usize> {
    let mut runs = 0;
    for channel in channels::of_every_workspace(ctx).await? {
        let mut tx = ctx.db.read().await?;
        let (version, _) = store::analytics::data_version(&mut tx, channel.id).await?;
        let kept = store::evidence::list(&mut tx, channel.id).await?;
        drop(tx);
        let is_due = |kind: &str| {
            let kept = kept.iter().find(|evidence| evidence.kind == kind);
            kept.is_none_or(|kept| kept.version != version && kept.made_at + FRESH_S <= ctx.now())
        };
        let kinds = Objective::ALL.map(|objective| (Some(objective), format!("{KIND}{}", objective.as_str())));
        for (objective, kind) in kinds.into_iter().chain([(None, forecast::EVIDENCE.to_owned())]) {
            if !is_due(&kind) {
                continue;
            }
            if runs == RUNS_MAX || cancel.is_cancelled() {
                return Ok(runs);
            }
            let evidence = match objective {
                Some(objective) => evidence(ctx, &channel, objective, kind, version, cancel).await?,
                None => forecast::evidence(ctx, &channel, version, cancel).await?,
            };
            let Some(evidence) = evidence else { return Ok(runs) };
            keep(ctx, &channel, &evidence).await?;
            runs += 1;
        }
    }
    Ok(runs)
}

/// On one thread: pages need the others.
async fn evidence(
    ctx: &Ctx,
    channel: &Channel,
    objective: Objective,
    kind: String,
    version: i64,
    cancel: &CancellationToken,
) -> Result<Option<Evidence>> {
    let viewer = Viewer::Operator { workspace: channel.workspace_id };
    let asked = Asked { objective: Some(objective), ..Asked::default() };
    let loaded = load(ctx, &viewer, &ChannelRef::parse(&channel.slug()), &asked).await;
    let Loaded { data, settings, .. } = match loaded {
        Ok(loaded) => loaded,
        // deleted between the look and now
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let report = run(data, settings, PERMUTATIONS_KEPT, 1, Arc::new(()), cancel).await?;
    let Some(report) = report else { return Ok(None) };
    Ok(Some(Evidence { kind, report: serde_json::to_string(&report)?, made_at: ctx.now(), version }))
}

async fn keep(ctx: &Ctx, channel: &Channel, evidence: &Evidence) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    if store::channels::find(&mut tx, channel.id).await?.is_some() {
        store::evidence::set(&mut tx, channel.id, evidence).await?;
        tx.commit().await?;
    }
    Ok(())
}
