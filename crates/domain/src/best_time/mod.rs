//! Best time to post (metrics §4): what the hour of posting is worth on this channel, with an interval, or that
//! there is no reliable difference.
//!
//! Stages: [`observations`] (posts with an outcome, on the clocks of their readers) → [`robust`] (against the level of
//! their time, without extremes) → [`model`] (effects with their posterior) and [`hour_test`] (is there a difference
//! at all) → [`surface`] and [`slots`] (what is named). [`backtest`] repeats them on the past.

mod answer;
pub mod backtest;
mod clock;
mod design;
pub mod experiment;
mod hour_test;
mod level;
mod model;
mod noise;
mod normal_equations;
mod observations;
mod robust;
mod settings;
mod slots;
mod surface;
mod tail;

pub use answer::{Advice, BestTimes, Cell, Crowding, Effect, Factor, Gap, Slot, UnknownFactor, UntriedSlot, Verdict};
pub use settings::{AudienceZone, MIN_SPACING_H, Objective, QuietHours, Settings, UnknownObjective};
pub use slots::pick;
pub use surface::Posterior;

use crate::analytics::Dataset;
use crate::analytics::statistics::NORMAL_80;
use clock::{CELLS, Clocks, HOURS};
use level::BASE_POSTS_MIN;
use model::{FactorEffect, Fit};
use observations::Observations;
use slots::Field;
use surface::CellEffect;

/// Chance of claiming a difference where there is none (metrics §4: nominal level 5 %).
pub const ALPHA: f64 = 0.05;

/// Posts with an outcome and a level below which nothing is fitted: with fewer, an effect of 20 % is not found even
/// every fifth time, and what is found is mostly luck.
pub const POSTS_MIN: u32 = 60;

/// What an owner is told to have: the first posts have no level and are not fitted.
pub const POSTS_NEEDED: u32 = POSTS_MIN + BASE_POSTS_MIN as u32;

/// Days with posts below which an hour cannot be told from the news of a few days.
pub const DAYS_MIN: u32 = 14;

/// Posts outside the busiest three hours of the day below which there is nothing to compare them with.
pub const ELSEWHERE_MIN: u32 = 20;

/// Levels of a factor with fewer posts are fitted, but not shown.
const EFFECT_POSTS_MIN: u32 = 5;

const DAY_S: f64 = 86_400.0;

/// The answer for one channel. The same dataset and settings give the same answer.
///
/// Views are V(h) as measured or newest counts, times are unix seconds in UTC and read on the clocks of `settings`;
/// outcomes of 0 or not known are left out. Assumes that the owner did not choose the hour by how good the post is.
pub fn recommend(data: &Dataset, settings: &Settings) -> BestTimes {
    let clocks = Clocks::new(settings);
    let observations = Observations::of(data, settings, &clocks);
    let mut answer = BestTimes {
        objective: settings.objective,
        n_posts: observations.len() as u32,
        weeks: weeks(&observations),
        verdict: Verdict::NotEnoughData,
        missing: missing(&observations, observations.len()),
        p_value: None,
        spread: None,
        slots: Vec::new(),
        widest: Vec::new(),
        untried: Vec::new(),
        effects: Vec::new(),
        cells: Vec::new(),
        posterior: None,
    };
    if answer.missing.is_some() {
        return answer;
    }
    answer.verdict = Verdict::NoReliableDifference;
    let posts = observations.posts_per_cell(observations.len());
    let Some(fit) = Fit::new(&observations, observations.len(), half_life_s(settings)) else {
        // every outcome the same: known for certain, and flat
        let flat = vec![CellEffect { mean: 0.0, deviation: 0.0 }; CELLS];
        let field = Field::new(settings, posts, flat);
        answer.p_value = Some(1.0);
        answer.spread = Some(0.0);
        answer.untried = field.untried();
        answer.cells = field.cells();
        return answer;
    };
    let posterior = Posterior::new(&fit, newest(&observations));
    let surface = posterior.surface(&clocks);
    let field = Field::new(settings, posts, surface.cells());
    let chances = field.chances(&surface);
    if fit.p_value < ALPHA {
        answer.verdict = Verdict::Difference;
        answer.slots = field.recommended(&chances);
    } else {
        answer.widest = field.widest(&chances);
    }
    answer.p_value = Some(fit.p_value);
    answer.spread = Some(fit.spread);
    answer.untried = field.untried();
    // a level that all posts have has nothing to be compared with
    let told = |effect: &&FactorEffect| effect.n >= EFFECT_POSTS_MIN && effect.deviation > 0.0;
    answer.effects = fit.effects.iter().filter(told).map(effect).collect();
    answer.cells = field.cells();
    answer.posterior = Some(posterior);
    answer
}

/// How many posts are missing among the first `count`; `None` where there are enough.
fn missing(observations: &Observations, count: usize) -> Option<u32> {
    let moments = &observations.moments[..count];
    let days = moments.chunk_by(|a, b| a.day() == b.day()).count();
    let mut by_hour = [0; HOURS];
    for moment in moments {
        by_hour[moment.cell % HOURS] += 1;
    }
    let around = |hour: usize| by_hour[hour] + by_hour[(hour + 1) % HOURS] + by_hour[(hour + 2) % HOURS];
    let busiest: u32 = (0..HOURS).map(around).max().unwrap_or_default();
    let lacks = [
        POSTS_NEEDED.saturating_sub(count as u32),
        DAYS_MIN.saturating_sub(days as u32),
        ELSEWHERE_MIN.saturating_sub(count as u32 - busiest),
    ];
    lacks.into_iter().max().filter(|lack| *lack > 0)
}

fn weeks(observations: &Observations) -> u32 {
    match (observations.moments.first(), observations.moments.last()) {
        (Some(first), Some(last)) => (last.week - first.week + 1) as u32,
        _ => 0,
    }
}

fn newest(observations: &Observations) -> i64 {
    observations.moments.last().map_or(0, |moment| moment.at)
}

fn half_life_s(settings: &Settings) -> Option<f64> {
    settings.half_life_days.map(|days| f64::from(days.max(1)) * DAY_S)
}

fn effect(effect: &FactorEffect) -> Effect {
    let half = NORMAL_80 * effect.deviation;
    let [lift, low, high] = [effect.mean, effect.mean - half, effect.mean + half].map(f64::exp_m1);
    Effect { name: effect.factor, lift, low, high, n: effect.n }
}
