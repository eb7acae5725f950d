//! Slot experiments: the owner approves slots, posts are assigned to them at random, and what became of each is
//! recorded from the channel's own readings. The log and the rule of stopping are `domain::best_time::experiment`.

use domain::analytics::Dataset;
use domain::analytics::dataset::TOTAL_AGE_S;
use domain::analytics::outcomes::against_posts_before;
use domain::best_time::experiment::{Assignment, Design, Experiment, ExperimentError, Reading, Stage};
use domain::best_time::{Objective, recommend};
use domain::channels::{Channel, ChannelRef};
use domain::ids::{ChannelId, ExperimentId};
use domain::screens::{AssignedPost, ExperimentProposal, ExperimentView};
use domain::zone::Zone;
use serde_json::json;
use store::Tx;
use store::best_time::State;

use super::{Asked, load, outcomes};
use crate::identity::{Viewer, permission, require};
use crate::{Clash, Ctx, Error, Result, What, audit, channels};

/// More posts in every slot than a channel publishes there in two years.
pub const BLOCKS_MAX: u32 = 100;

const HOUR_S: i64 = 3600;
/// A slot's hour is over for good when the channel was read so much later without a post in it.
const LATE_POST_S: i64 = 6 * HOUR_S;
/// An outcome that was not measured so long after its age will not be.
const LATE_OUTCOME_S: i64 = 48 * HOUR_S;

/// Job: links assigned posts to those published, and records their outcomes.
pub struct RecordExperimentOutcomes;

impl RecordExperimentOutcomes {
    pub const KIND: &'static str = "record-experiment-outcomes";
}

/// Proposes slots to compare; nothing happens before an owner approves.
pub async fn propose(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    proposal: &ExperimentProposal,
) -> Result<ExperimentView> {
    require(viewer, permission::EDIT_CHANNEL)?;
    if !(1..=BLOCKS_MAX).contains(&proposal.blocks) {
        return Err(Error::invalid("blocks", format!("1 to {BLOCKS_MAX} posts in every slot")));
    }
    let asked = Asked { objective: Some(proposal.objective), ..Asked::default() };
    let loaded = load(ctx, viewer, channel, &asked).await?;
    // how far outcomes lie apart decides what counts as an outlier
    let spread = recommend(&loaded.data, &loaded.settings).spread.ok_or_else(|| {
        Error::invalid("objective", "an objective with enough measured posts: how much they vary is not known yet")
    })?;
    let design = Design {
        objective: proposal.objective,
        slots: proposal.slots.clone(),
        blocks: proposal.blocks,
        spread,
        seed: random_seed()?,
    };
    let experiment = Experiment::propose(design).map_err(refused)?;
    let mut tx = ctx.db.write().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let kept = Kept::new(&experiment)?;
    let id = store::best_time::insert_experiment(&mut tx, channel.id, kept.state(), ctx.now()).await;
    let id = id.map_err(|error| match error {
        store::Error::Conflict { .. } => Error::Conflict(Clash::ExperimentOpen),
        error => error.into(),
    })?;
    let detail =
        json!({ "id": id, "objective": proposal.objective, "slots": proposal.slots, "blocks": proposal.blocks });
    audit::record(ctx, &mut tx, viewer, "best_time.propose_experiment", &channel.slug(), &detail).await?;
    tx.commit().await?;
    let now = ctx.now();
    Ok(ExperimentView { id, created_at: now, changed_at: now, experiment, assigned: Vec::new() })
}

/// An owner agrees to the slots.
pub async fn approve(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, id: ExperimentId) -> Result<ExperimentView> {
    require(viewer, permission::APPROVE_EXPERIMENT)?;
    let mut held = Held::find(ctx, viewer, channel, id).await?;
    held.view.experiment.approve().map_err(refused)?;
    held.write(ctx, viewer, "best_time.approve_experiment", json!({ "id": id })).await
}

/// An owner has had enough.
pub async fn stop(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, id: ExperimentId) -> Result<ExperimentView> {
    require(viewer, permission::APPROVE_EXPERIMENT)?;
    let mut held = Held::find(ctx, viewer, channel, id).await?;
    held.view.experiment.stop().map_err(refused)?;
    held.write(ctx, viewer, "best_time.stop_experiment", json!({ "id": id })).await
}

/// Gives the next post its slot, at random. As many posts may wait for their slot as the experiment compares slots.
pub async fn assign(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, id: ExperimentId) -> Result<ExperimentView> {
    require(viewer, permission::EDIT_CHANNEL)?;
    let mut held = Held::find(ctx, viewer, channel, id).await?;
    let now = ctx.now();
    let ahead = held.waiting().filter(|(_, assigned)| assigned.post_id.is_none() && assigned.due_at + HOUR_S > now);
    if ahead.count() >= held.view.experiment.design().slots.len() {
        return Err(Error::Conflict(Clash::SlotsAhead));
    }
    let assignment = held.view.experiment.assign(now).map_err(refused)?;
    let zone = Zone::find(&held.channel.zone)?;
    // not an hour that an earlier assignment waits for
    let same_slot = held.view.experiment.assignments().iter().zip(&held.view.assigned);
    let taken = same_slot.filter(|(earlier, _)| earlier.slot == assignment.slot).map(|(_, post)| post.due_at + 1).max();
    let after = taken.unwrap_or(now).max(now);
    let due_at = zone.next_hour_of_week(assignment.slot.dow, assignment.slot.hour, after);
    let post = AssignedPost { number: assignment.number, due_at, post_id: None };
    held.view.assigned.push(post);
    store::best_time::insert_assignment(&mut held.tx, id, i64::from(assignment.number), due_at).await?;
    let detail = json!({ "id": id, "number": assignment.number, "slot": assignment.slot, "due_at": due_at });
    held.write(ctx, viewer, "best_time.assign_slot", detail).await
}

/// An assigned post will not be published: its block does not count.
pub async fn withdraw(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    id: ExperimentId,
    number: u32,
) -> Result<ExperimentView> {
    require(viewer, permission::EDIT_CHANNEL)?;
    let mut held = Held::find(ctx, viewer, channel, id).await?;
    held.view.experiment.record(number, Reading::Withdrawn).map_err(refused)?;
    held.write(ctx, viewer, "best_time.withdraw_post", json!({ "id": id, "number": number })).await
}

/// The newest experiment of a channel that was not stopped before it began.
pub(super) async fn newest(tx: &mut Tx, channel: &Channel) -> Result<Option<ExperimentView>> {
    let Some(stored) = store::best_time::newest_experiment(tx, channel.id).await? else { return Ok(None) };
    let view = view(tx, stored).await?;
    let never_began = view.experiment.stage() == Stage::Stopped && view.experiment.assignments().is_empty();
    Ok((!never_began).then_some(view))
}

/// Experiments of all workspaces with posts whose outcome is awaited: the job works for everybody.
pub async fn waiting_experiments(ctx: &Ctx) -> Result<Vec<(ChannelId, ExperimentId)>> {
    Ok(store::best_time::list_waiting(&mut ctx.db.read().await?).await?)
}

/// Looks what became of the assigned posts of one experiment, in one unit of work; how many posts were linked or got
/// their result. The channel's newest reading is the clock: what was not read did not happen yet.
pub async fn record_outcomes(ctx: &Ctx, channel: ChannelId, id: ExperimentId) -> Result<usize> {
    let mut tx = ctx.db.read().await?;
    let Some(channel) = store::channels::find(&mut tx, channel).await? else { return Ok(0) };
    let (version, _) = store::analytics::data_version(&mut tx, channel.id).await?;
    drop(tx);
    let data = outcomes(ctx, &channel, version).await?.outcomes.dataset();
    let mut tx = ctx.db.write().await?;
    let Some(stored) = store::best_time::hold_experiment(&mut tx, channel.id, id).await? else { return Ok(0) };
    let mut view = view(&mut tx, stored).await?;
    let objective = view.experiment.design().objective;
    let mut changes = 0;
    for index in 0..view.assigned.len() {
        if view.experiment.assignments()[index].result != Reading::Awaited || !takes_results(&view.experiment) {
            continue;
        }
        let assigned = &mut view.assigned[index];
        if assigned.post_id.is_none()
            && let Some(post_id) = first_post_in_hour(&data, assigned.due_at)
        {
            assigned.post_id = Some(post_id);
            store::best_time::set_assigned_post(&mut tx, id, i64::from(assigned.number), post_id).await?;
            changes += 1;
        }
        let reading = became_of(&data, objective, assigned);
        if reading != Reading::Awaited {
            view.experiment.record(assigned.number, reading).map_err(refused)?;
            changes += 1;
        }
    }
    if changes > 0 {
        let kept = Kept::new(&view.experiment)?;
        store::best_time::update_experiment(&mut tx, id, kept.state(), ctx.now()).await?;
        tx.commit().await?;
    }
    Ok(changes)
}

fn first_post_in_hour(data: &Dataset, due_at: i64) -> Option<i64> {
    let dates = &data.posts.date_utc;
    let first = dates.partition_point(|date| *date < due_at);
    dates.get(first).filter(|date| **date < due_at + HOUR_S).map(|_| data.posts.post_id[first])
}

/// What the readings say of an assigned post.
fn became_of(data: &Dataset, objective: Objective, assigned: &AssignedPost) -> Reading {
    let read_until = data.as_of.unwrap_or(i64::MIN);
    let Some(post_id) = assigned.post_id else {
        let is_over = read_until >= assigned.due_at + HOUR_S + LATE_POST_S;
        return if is_over { Reading::Withdrawn } else { Reading::Awaited };
    };
    let Some(index) = data.posts.post_id.iter().position(|id| *id == post_id) else { return Reading::Withdrawn };
    if let Some(outcome) = against_posts_before(data, objective, index) {
        return Reading::Outcome(outcome);
    }
    let age_s = objective.age_h().map_or(TOTAL_AGE_S, |age_h| i64::from(age_h) * HOUR_S);
    if data.is_old_enough(index, age_s + LATE_OUTCOME_S) { Reading::Withdrawn } else { Reading::Awaited }
}

/// A finished experiment has its answer; what is still awaited changes nothing.
fn takes_results(experiment: &Experiment) -> bool {
    matches!(experiment.stage(), Stage::Running | Stage::Stopped)
}

/// An experiment as its row.
struct Kept {
    stage: String,
    state: String,
    waiting: i64,
}

impl Kept {
    fn new(experiment: &Experiment) -> Result<Self> {
        let stage = serde_json::to_value(experiment.stage())?;
        let awaited =
            experiment.assignments().iter().filter(|assignment| assignment.result == Reading::Awaited).count();
        Ok(Self {
            stage: stage.as_str().unwrap_or_default().to_owned(),
            state: serde_json::to_string(experiment)?,
            waiting: if takes_results(experiment) { awaited as i64 } else { 0 },
        })
    }

    fn state(&self) -> State<'_> {
        State { stage: &self.stage, state: &self.state, waiting: self.waiting }
    }
}

/// An experiment that nobody else changes meanwhile.
struct Held {
    tx: Tx,
    channel: Channel,
    view: ExperimentView,
}

impl Held {
    async fn find(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, id: ExperimentId) -> Result<Self> {
        let mut tx = ctx.db.write().await?;
        let channel = channels::find_in(&mut tx, viewer, channel).await?;
        let stored = store::best_time::hold_experiment(&mut tx, channel.id, id).await?;
        let view = view(&mut tx, stored.ok_or(Error::NotFound(What::Experiment))?).await?;
        Ok(Self { tx, channel, view })
    }

    fn waiting(&self) -> impl Iterator<Item = (&Assignment, &AssignedPost)> {
        let posts = self.view.experiment.assignments().iter().zip(&self.view.assigned);
        posts.filter(|(assignment, _)| assignment.result == Reading::Awaited)
    }

    async fn write(
        mut self,
        ctx: &Ctx,
        viewer: &Viewer,
        action: &str,
        detail: serde_json::Value,
    ) -> Result<ExperimentView> {
        self.view.changed_at = ctx.now();
        let kept = Kept::new(&self.view.experiment)?;
        store::best_time::update_experiment(&mut self.tx, self.view.id, kept.state(), ctx.now()).await?;
        audit::record(ctx, &mut self.tx, viewer, action, &self.channel.slug(), &detail).await?;
        self.tx.commit().await?;
        Ok(self.view)
    }
}

async fn view(tx: &mut Tx, stored: store::best_time::Experiment) -> Result<ExperimentView> {
    let assigned = store::best_time::list_assignments(tx, stored.id).await?;
    let post = |row: store::best_time::Assignment| AssignedPost {
        number: u32::try_from(row.number).unwrap_or(u32::MAX),
        due_at: row.due_at,
        post_id: row.post_id,
    };
    Ok(ExperimentView {
        id: stored.id,
        created_at: stored.created_at,
        changed_at: stored.changed_at,
        experiment: serde_json::from_str(&stored.state)?,
        assigned: assigned.into_iter().map(post).collect(),
    })
}

fn refused(error: ExperimentError) -> Error {
    match error {
        ExperimentError::Slots | ExperimentError::NoSuchHour(_) => Error::invalid("slots", error.to_string()),
        ExperimentError::Blocks => Error::invalid("blocks", error.to_string()),
        ExperimentError::Spread => Error::invalid("objective", error.to_string()),
        ExperimentError::NoSuchAssignment(_) => Error::invalid("number", error.to_string()),
        ExperimentError::FullyAssigned => Error::Conflict(Clash::ExperimentComplete),
        ExperimentError::Stage(_) | ExperimentError::Recorded(_) => Error::Conflict(Clash::ExperimentMoved),
        ExperimentError::Outcome => Error::internal(&error),
    }
}

fn random_seed() -> Result<u64> {
    // JSON numbers beyond 2^53 do not survive every reader
    Ok(getrandom::u64().map_err(|error| Error::internal(&error))? >> 11)
}
