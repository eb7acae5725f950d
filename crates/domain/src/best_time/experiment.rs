//! Slot experiment: approved slots are tried in random order, and a difference is claimed only by a test that
//! stays valid however often one looks.
//!
//! Within a block every slot gets one post, in random order. Where the slot does not matter, the outcomes of a block
//! are exchangeable between its slots, so that a bet on one of them is fair: the product of such bets is a test
//! martingale, and P(it ever reaches 1 / α) <= α (Ville's inequality; Waudby-Smith and Ramdas, *Estimating means of
//! bounded random variables by betting*, JRSS B 2024).

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::Objective;
use crate::analytics::statistics::{NORMAL_80, mean, median};

/// Chance of a claim where the slots do not differ, however often one looks.
pub const ALPHA: f64 = 0.05;

/// The most slots compared at once: with more, a block of one post in each lasts for weeks.
pub const SLOTS_MAX: usize = 6;

/// Outcomes further than this many spreads from their block's median count as this far: one viral post must not
/// decide, and bets need bounded outcomes. Beyond two spreads lie 5 % of a normal distribution.
const CLAMP_SPREADS: f64 = 2.0;

/// Stakes of the bets; the wealth is the mean over them, so that the test needs no guess of the effect. A stake below
/// 0.1 would take hundreds of blocks to pay, one near 1 is ruined by a single bad block.
const STAKES: [f64; 5] = [0.1, 0.2, 0.35, 0.5, 0.7];

/// Prior spread of a slot's effect in log views: on real channels the hour changes the outcome by 0 to 20 %.
/// Draws the estimate towards 0 as much as stopping at a lucky moment draws it away.
const EFFECT_SPREAD: f64 = 0.10;

/// Blocks that the spread known beforehand counts for beside the spread seen in the experiment.
const SPREAD_BLOCKS: f64 = 4.0;

/// An hour of the week on the channel's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HourOfWeek {
    /// 0 = Monday
    pub dow: u8,
    /// 0..=23
    pub hour: u8,
}

/// What is tried and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Design {
    pub objective: Objective,
    /// the slots compared, 2 to [`SLOTS_MAX`], each once
    pub slots: Vec<HourOfWeek>,
    /// blocks after which the experiment ends without a claim; every block is one post in every slot
    pub blocks: u32,
    /// residual spread of log views (see [`super::BestTimes::spread`]): outcomes further out count as this far
    pub spread: f64,
    /// of the random assignments
    pub seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// waits for the owner's approval
    Proposed,
    Running,
    /// claimed a difference or came to its last block
    Finished,
    /// ended by the owner
    Stopped,
}

/// A post that was given a slot at random.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// 0, 1, …, in order of assignment
    pub number: u32,
    pub block: u32,
    pub slot: HourOfWeek,
    /// unix seconds
    pub assigned_at: i64,
    pub result: Reading,
}

/// What became of an assigned post.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    Awaited,
    /// ln(outcome / usual outcome of the posts before)
    Outcome(f64),
    /// never posted, deleted, or not measured: its block does not count
    Withdrawn,
}

/// The log of an experiment; everything else follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    design: Design,
    stage: Stage,
    assignments: Vec<Assignment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExperimentError {
    #[error("an experiment compares 2 to {SLOTS_MAX} slots, each once")]
    Slots,
    #[error("{}:00 on day {} is not an hour of the week", .0.hour, .0.dow)]
    NoSuchHour(HourOfWeek),
    #[error("an experiment has at least one block")]
    Blocks,
    #[error("the spread of log views is a number above 0")]
    Spread,
    #[error("the experiment is {0:?}")]
    Stage(Stage),
    #[error("every block has been assigned")]
    FullyAssigned,
    #[error("there is no assignment {0}")]
    NoSuchAssignment(u32),
    #[error("assignment {0} has its result already")]
    Recorded(u32),
    #[error("an outcome is a finite number")]
    Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// not decided yet
    Open,
    /// the best slot of [`Outcome::slots`] is better than the others
    Difference,
    NoReliableDifference,
}

/// One slot so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SlotOutcome {
    pub slot: HourOfWeek,
    /// posts with an outcome, in complete blocks
    pub n: u32,
    /// ratio to the mean of the experiment's other slots, minus 1; `None` without a complete block
    pub lift: Option<f64>,
    /// 80 % interval
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// wealth of bets on this slot that began with 1; a difference is claimed when the mean over the slots comes to
    /// 1 / [`ALPHA`]
    pub evidence: f64,
}

/// Where an experiment stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub conclusion: Conclusion,
    /// blocks that count: every post of them has its outcome
    pub blocks: u32,
    /// best first
    pub slots: Vec<SlotOutcome>,
}

impl Experiment {
    /// A proposal; nothing is assigned before [`Experiment::approve`].
    pub fn propose(design: Design) -> Result<Self, ExperimentError> {
        let slots = &design.slots;
        if let Some(wrong) = slots.iter().find(|slot| slot.dow > 6 || slot.hour > 23) {
            return Err(ExperimentError::NoSuchHour(*wrong));
        }
        let twice = slots.iter().enumerate().any(|(index, slot)| slots[..index].contains(slot));
        if twice || !(2..=SLOTS_MAX).contains(&slots.len()) {
            return Err(ExperimentError::Slots);
        }
        if design.blocks == 0 {
            return Err(ExperimentError::Blocks);
        }
        if !(design.spread.is_finite() && design.spread > 0.0) {
            return Err(ExperimentError::Spread);
        }
        Ok(Self { design, stage: Stage::Proposed, assignments: Vec::new() })
    }

    pub fn design(&self) -> &Design {
        &self.design
    }

    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// In order of assignment.
    pub fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    /// The owner agrees to the slots.
    pub fn approve(&mut self) -> Result<(), ExperimentError> {
        self.expect(Stage::Proposed)?;
        self.stage = Stage::Running;
        Ok(())
    }

    /// Gives the next post its slot. `at`: unix seconds, logged.
    pub fn assign(&mut self, at: i64) -> Result<Assignment, ExperimentError> {
        self.expect(Stage::Running)?;
        let slots = self.design.slots.len();
        let (block, place) = (self.assignments.len() / slots, self.assignments.len() % slots);
        if block >= self.design.blocks as usize {
            return Err(ExperimentError::FullyAssigned);
        }
        let assignment = Assignment {
            number: self.assignments.len() as u32,
            block: block as u32,
            slot: self.order(block)[place],
            assigned_at: at,
            result: Reading::Awaited,
        };
        self.assignments.push(assignment);
        Ok(assignment)
    }

    /// Notes what became of an assigned post and says where the experiment stands. Ends it when it is decided.
    /// Outcomes of posts assigned before the owner stopped are taken, but change no stage.
    pub fn record(&mut self, number: u32, result: Reading) -> Result<Outcome, ExperimentError> {
        if self.stage == Stage::Proposed || self.stage == Stage::Finished {
            return Err(ExperimentError::Stage(self.stage));
        }
        if matches!(result, Reading::Outcome(x) if !x.is_finite()) {
            return Err(ExperimentError::Outcome);
        }
        let assignment = self.assignments.get_mut(number as usize).ok_or(ExperimentError::NoSuchAssignment(number))?;
        if assignment.result != Reading::Awaited {
            return Err(ExperimentError::Recorded(number));
        }
        assignment.result = result;
        let outcome = self.outcome();
        if self.stage == Stage::Running && outcome.conclusion != Conclusion::Open {
            self.stage = Stage::Finished;
        }
        Ok(outcome)
    }

    /// The owner has had enough.
    pub fn stop(&mut self) -> Result<(), ExperimentError> {
        if self.stage != Stage::Proposed && self.stage != Stage::Running {
            return Err(ExperimentError::Stage(self.stage));
        }
        self.stage = Stage::Stopped;
        Ok(())
    }

    /// Where the experiment stands, from its log. Blocks count in their order, up to the first that still waits.
    pub fn outcome(&self) -> Outcome {
        let slots = self.design.slots.len();
        let reach = CLAMP_SPREADS * self.design.spread;
        let mut wealth = vec![[1.0_f64; STAKES.len()]; slots];
        let mut advantages: Vec<Vec<f64>> = vec![Vec::new(); slots];
        let (mut decided, mut settled) = (false, 0);
        for block in self.assignments.chunks(slots) {
            let awaited = block.len() < slots || block.iter().any(|post| post.result == Reading::Awaited);
            if awaited || decided {
                break;
            }
            settled += 1;
            let Some(outcomes) = self.in_slot_order(block) else { continue };
            let middle = median(&mut outcomes.clone()).unwrap_or_default();
            let clamped: Vec<f64> = outcomes.iter().map(|x| (x - middle).clamp(-reach, reach)).collect();
            let sum: f64 = clamped.iter().sum();
            for (slot, x) in clamped.iter().enumerate() {
                let advantage = x - (sum - x) / (slots - 1) as f64;
                advantages[slot].push(advantage);
                for (wealth, stake) in wealth[slot].iter_mut().zip(STAKES) {
                    *wealth *= 1.0 + stake * advantage / (2.0 * reach);
                }
            }
            decided = evidence(&wealth).iter().sum::<f64>() / slots as f64 >= 1.0 / ALPHA;
        }
        let mut outcomes: Vec<SlotOutcome> = evidence(&wealth)
            .into_iter()
            .enumerate()
            .map(|(slot, evidence)| self.slot_outcome(self.design.slots[slot], &advantages[slot], evidence))
            .collect();
        outcomes.sort_by(|a, b| b.evidence.total_cmp(&a.evidence).then(a.slot.cmp(&b.slot)));
        let conclusion = match decided {
            true => Conclusion::Difference,
            false if settled >= self.design.blocks => Conclusion::NoReliableDifference,
            false => Conclusion::Open,
        };
        Outcome { conclusion, blocks: advantages[0].len() as u32, slots: outcomes }
    }

    fn expect(&self, stage: Stage) -> Result<(), ExperimentError> {
        if self.stage == stage { Ok(()) } else { Err(ExperimentError::Stage(self.stage)) }
    }

    /// The slots of a block in the order they are given out.
    fn order(&self, block: usize) -> Vec<HourOfWeek> {
        let mut generator = ChaCha8Rng::seed_from_u64(self.design.seed);
        generator.set_stream(block as u64);
        let mut order = self.design.slots.clone();
        order.shuffle(&mut generator);
        order
    }

    /// The outcomes of a settled block in the order of the design's slots; `None` where a post was withdrawn.
    fn in_slot_order(&self, block: &[Assignment]) -> Option<Vec<f64>> {
        let outcome = |slot: &HourOfWeek| match block.iter().find(|post| post.slot == *slot)?.result {
            Reading::Outcome(x) => Some(x),
            Reading::Awaited | Reading::Withdrawn => None,
        };
        self.design.slots.iter().map(outcome).collect()
    }

    fn slot_outcome(&self, slot: HourOfWeek, advantages: &[f64], evidence: f64) -> SlotOutcome {
        let n = advantages.len();
        let Some(mean) = mean(advantages) else {
            return SlotOutcome { slot, n: 0, lift: None, low: None, high: None, evidence };
        };
        let slots = self.design.slots.len() as f64;
        let known = self.design.spread.powi(2) * slots / (slots - 1.0);
        let seen: f64 = advantages.iter().map(|advantage| (advantage - mean).powi(2)).sum();
        let variance = (SPREAD_BLOCKS * known + seen) / (SPREAD_BLOCKS + n as f64 - 1.0) / n as f64;
        let trust = EFFECT_SPREAD.powi(2) / (EFFECT_SPREAD.powi(2) + variance);
        let half = NORMAL_80 * (trust * variance).sqrt();
        let lift = |x: f64| Some(x.exp_m1());
        let x = trust * mean;
        SlotOutcome { slot, n: n as u32, lift: lift(x), low: lift(x - half), high: lift(x + half), evidence }
    }
}

/// Wealth of each slot, the mean over the stakes.
fn evidence(wealth: &[[f64; STAKES.len()]]) -> Vec<f64> {
    wealth.iter().map(|stakes| stakes.iter().sum::<f64>() / STAKES.len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt as _;
    use rand_distr::{Distribution as _, StandardNormal, StudentT};

    const TUESDAY_9: HourOfWeek = HourOfWeek { dow: 1, hour: 9 };
    const TUESDAY_3: HourOfWeek = HourOfWeek { dow: 1, hour: 3 };
    const SUNDAY_22: HourOfWeek = HourOfWeek { dow: 6, hour: 22 };

    fn design(slots: &[HourOfWeek], blocks: u32, seed: u64) -> Design {
        Design { objective: Objective::At24h, slots: slots.to_vec(), blocks, spread: 0.3, seed }
    }

    fn running(slots: &[HourOfWeek], blocks: u32, seed: u64) -> Experiment {
        let mut experiment = Experiment::propose(design(slots, blocks, seed)).unwrap();
        experiment.approve().unwrap();
        experiment
    }

    /// Looks after every single outcome, to the end.
    fn played(mut experiment: Experiment, mut outcome: impl FnMut(HourOfWeek) -> f64) -> Outcome {
        loop {
            let post = experiment.assign(0).unwrap();
            let standing = experiment.record(post.number, Reading::Outcome(outcome(post.slot))).unwrap();
            if experiment.stage() == Stage::Finished {
                return standing;
            }
        }
    }

    #[test]
    fn impossible_designs_are_refused() {
        let refused = |slots: &[HourOfWeek]| Experiment::propose(design(slots, 9, 1)).unwrap_err();
        assert_eq!(refused(&[TUESDAY_9]), ExperimentError::Slots);
        assert_eq!(refused(&[TUESDAY_9, TUESDAY_9]), ExperimentError::Slots);
        let wrong = HourOfWeek { dow: 7, hour: 0 };
        assert_eq!(refused(&[TUESDAY_9, wrong]), ExperimentError::NoSuchHour(wrong));
        let both = [TUESDAY_9, TUESDAY_3];
        assert_eq!(Experiment::propose(design(&both, 0, 1)).unwrap_err(), ExperimentError::Blocks);
        for spread in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let design = Design { spread, ..design(&both, 9, 1) };
            assert_eq!(Experiment::propose(design).unwrap_err(), ExperimentError::Spread);
        }
    }

    #[test]
    fn every_transition_has_its_stage() {
        let mut experiment = Experiment::propose(design(&[TUESDAY_9, TUESDAY_3], 1, 1)).unwrap();
        assert_eq!(experiment.assign(0).unwrap_err(), ExperimentError::Stage(Stage::Proposed));
        experiment.approve().unwrap();
        assert_eq!(experiment.approve().unwrap_err(), ExperimentError::Stage(Stage::Running));
        assert_eq!(experiment.record(0, Reading::Outcome(0.1)), Err(ExperimentError::NoSuchAssignment(0)));
        experiment.assign(100).unwrap();
        experiment.assign(200).unwrap();
        assert_eq!(experiment.assign(300).unwrap_err(), ExperimentError::FullyAssigned);
        assert_eq!(experiment.record(0, Reading::Outcome(f64::NAN)), Err(ExperimentError::Outcome));
        assert_eq!(experiment.record(0, Reading::Outcome(0.1)).unwrap().conclusion, Conclusion::Open);
        assert_eq!(experiment.record(0, Reading::Withdrawn), Err(ExperimentError::Recorded(0)));
        assert_eq!(experiment.record(1, Reading::Outcome(0.0)).unwrap().conclusion, Conclusion::NoReliableDifference);
        assert_eq!(experiment.stage(), Stage::Finished);
        assert_eq!(experiment.stop().unwrap_err(), ExperimentError::Stage(Stage::Finished));
    }

    #[test]
    fn a_stopped_experiment_still_takes_what_was_posted() {
        let mut experiment = running(&[TUESDAY_9, TUESDAY_3], 5, 1);
        experiment.assign(0).unwrap();
        experiment.assign(0).unwrap();
        experiment.stop().unwrap();
        assert_eq!(experiment.assign(0).unwrap_err(), ExperimentError::Stage(Stage::Stopped));
        experiment.record(0, Reading::Outcome(0.2)).unwrap();
        let standing = experiment.record(1, Reading::Outcome(0.1)).unwrap();
        assert_eq!((standing.blocks, standing.conclusion), (1, Conclusion::Open));
        assert_eq!(experiment.stage(), Stage::Stopped);
    }

    #[test]
    fn a_withdrawn_post_takes_its_block_along() {
        let mut experiment = running(&[TUESDAY_9, TUESDAY_3], 2, 1);
        for _ in 0..4 {
            experiment.assign(0).unwrap();
        }
        experiment.record(0, Reading::Withdrawn).unwrap();
        for number in [2, 3] {
            experiment.record(number, Reading::Outcome(0.1)).unwrap();
        }
        let standing = experiment.record(1, Reading::Outcome(9.0)).unwrap();
        assert_eq!(standing.blocks, 1);
        assert_eq!(standing.slots[0].n, 1);
    }

    #[test]
    fn assignments_are_random_balanced_and_the_same_for_a_seed() {
        let slots = [TUESDAY_9, TUESDAY_3, SUNDAY_22];
        let log = |seed| {
            let mut experiment = running(&slots, 40, seed);
            (0..120).map(|at| experiment.assign(at).unwrap().slot).collect::<Vec<_>>()
        };
        assert_eq!(log(7), log(7));
        assert_ne!(log(7), log(8));
        for block in log(7).chunks(3) {
            assert!(slots.iter().all(|slot| block.contains(slot)));
        }
        let firsts = log(7).chunks(3).filter(|block| block[0] == TUESDAY_9).count();
        assert!((5..25).contains(&firsts), "{firsts} of 40 blocks begin with the first slot");
    }

    #[test]
    fn it_survives_storage() {
        let mut experiment = running(&[TUESDAY_9, TUESDAY_3], 5, 1);
        experiment.assign(5).unwrap();
        experiment.record(0, Reading::Outcome(0.25)).unwrap();
        let text = serde_json::to_string(&experiment).unwrap();
        assert_eq!(serde_json::from_str::<Experiment>(&text).unwrap(), experiment);
    }

    #[test]
    fn looking_after_every_outcome_claims_nothing_that_is_not_there() {
        // heavy tails, lopsided tails, a channel that grows, and a spread guessed wrong by half
        let runs = 600;
        for slots in [&[TUESDAY_9, TUESDAY_3][..], &[TUESDAY_9, TUESDAY_3, SUNDAY_22]] {
            for kind in 0..3 {
                let mut generator = ChaCha8Rng::seed_from_u64(kind);
                let claims = (0..runs)
                    .filter(|seed| {
                        let mut posted = 0.0;
                        let standing = played(running(slots, 60, *seed), |_| {
                            posted += 1.0;
                            match kind {
                                0 => 0.3 * StudentT::new(3.0).unwrap().sample(&mut generator),
                                1 => 0.6 * -generator.random::<f64>().ln(),
                                _ => 0.01 * posted + 0.2 * generator.sample::<f64, _>(StandardNormal),
                            }
                        });
                        standing.conclusion == Conclusion::Difference
                    })
                    .count();
                // 5 % and two standard errors
                assert!((claims as f64) < runs as f64 * 0.068, "{claims} of {runs}, kind {kind}");
            }
        }
    }

    #[test]
    fn a_real_difference_is_found_and_named() {
        let runs = 200;
        let mut generator = ChaCha8Rng::seed_from_u64(5);
        let (mut found, mut right, mut posts) = (0, 0, 0);
        for seed in 0..runs {
            let standing = played(running(&[TUESDAY_9, TUESDAY_3], 100, seed), |slot| {
                let effect = if slot == TUESDAY_3 { 0.3 } else { 0.0 };
                effect + 0.3 * generator.sample::<f64, _>(StandardNormal)
            });
            if standing.conclusion == Conclusion::Difference {
                found += 1;
                right += u32::from(standing.slots[0].slot == TUESDAY_3);
                posts += standing.blocks * 2;
                assert!(standing.slots[0].low.unwrap() > 0.0);
            }
        }
        assert!(found >= 190, "{found} of {runs}");
        assert!(right + 2 >= found, "{right} of {found}");
        assert!(posts / found < 90, "{} posts on average", posts / found);
    }
}
