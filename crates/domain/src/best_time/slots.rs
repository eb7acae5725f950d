//! From the effect of every hour of the week to the few that are named.

use nalgebra::DVector;
use rand::SeedableRng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::answer::{Cell, Slot, UntriedSlot};
use super::clock::{CELLS, Clocks, HOURS};
use super::surface::{CellEffect, Surface, hour_of_week};
use super::{BestTimes, Settings};

/// Slots recommended at most: more than a few a week are no choice any more.
const SLOTS: usize = 5;
/// Differences shown where none is reliable.
const WIDEST: usize = 3;
/// Hours offered for an experiment.
const UNTRIED: usize = 3;
/// Draws behind the chances of being among the best three: two digits of a percentage.
const DRAWS: usize = 500;
/// Posts at an hour, the one before and the one after, on any weekday, from which the hour counts as tried: below, the
/// curve there is drawn by its neighbours.
const TRIED_POSTS: u32 = 10;
/// And posts of the slot itself: nobody should be sent where the channel has been once.
const SLOT_POSTS: u32 = 2;

/// Cells with what may be said of them.
#[derive(Debug)]
pub struct Field<'a> {
    settings: &'a Settings,
    posts: Vec<u32>,
    effects: Vec<CellEffect>,
    tried: Vec<bool>,
}

impl<'a> Field<'a> {
    pub fn new(settings: &'a Settings, posts: Vec<u32>, effects: Vec<CellEffect>) -> Self {
        let tried = tried(&posts);
        Self { settings, posts, effects, tried }
    }

    pub fn cells(&self) -> Vec<Cell> {
        (0..CELLS)
            .map(|cell| {
                let ((dow, hour), [lift, low, high]) = (hour_of_week(cell), self.effects[cell].lift());
                Cell { dow, hour, n: self.posts[cell], lift, low, high }
            })
            .collect()
    }

    /// The best of the tried cells that the owner allows, far enough from one another.
    pub fn recommended_cells(&self) -> Vec<usize> {
        let lift = |cell: usize| self.effects[cell].mean;
        let candidates = self.candidates().into_iter().filter(|cell| lift(*cell) > 0.0).collect();
        self.best(candidates, lift, SLOTS)
    }

    pub fn recommended(&self, chances: &[f64]) -> Vec<Slot> {
        self.recommended_cells().into_iter().map(|cell| self.slot(cell, chances)).collect()
    }

    /// The same by the size of the difference, up or down.
    pub fn widest(&self, chances: &[f64]) -> Vec<Slot> {
        let size = |cell: usize| self.effects[cell].mean.abs();
        self.best(self.candidates(), size, WIDEST).into_iter().map(|cell| self.slot(cell, chances)).collect()
    }

    /// Cells without a post that the owner allows, by the upper end of what they may be worth.
    pub fn untried(&self) -> Vec<UntriedSlot> {
        let cells = (0..CELLS).filter(|cell| self.posts[*cell] == 0 && self.settings.allows_cell(*cell)).collect();
        let promise = |cell: usize| self.effects[cell].lift()[2];
        let offered = self.best(cells, promise, UNTRIED).into_iter().map(|cell| {
            let ((dow, hour), [lift, low, high]) = (hour_of_week(cell), self.effects[cell].lift());
            UntriedSlot { dow, hour, lift, low, high }
        });
        offered.collect()
    }

    /// Chance of each cell to be among the three best of those that may be recommended.
    pub fn chances(&self, surface: &Surface) -> Vec<f64> {
        let mut generator = ChaCha8Rng::seed_from_u64(self.settings.seed);
        let candidates = self.candidates();
        let mut among = vec![0_u32; CELLS];
        for _ in 0..DRAWS {
            let draw = surface.draw(&mut generator);
            let mut best = [None::<usize>; 3];
            for cell in candidates.iter().copied() {
                let place = best.iter().position(|other| other.is_none_or(|other| draw[cell] > draw[other]));
                if let Some(place) = place {
                    best[place..].rotate_right(1);
                    best[place] = Some(cell);
                }
            }
            for cell in best.into_iter().flatten() {
                among[cell] += 1;
            }
        }
        among.into_iter().map(|count| f64::from(count) / DRAWS as f64).collect()
    }

    fn candidates(&self) -> Vec<usize> {
        (0..CELLS).filter(|cell| self.tried[*cell] && self.settings.allows_cell(*cell)).collect()
    }

    fn slot(&self, cell: usize, chances: &[f64]) -> Slot {
        let ((dow, hour), [lift, low, high]) = (hour_of_week(cell), self.effects[cell].lift());
        Slot { dow, hour, lift, low, high, n: self.posts[cell], p_top3: chances[cell] }
    }

    fn best(&self, mut cells: Vec<usize>, worth: impl Fn(usize) -> f64, count: usize) -> Vec<usize> {
        cells.sort_by(|a, b| worth(*b).total_cmp(&worth(*a)).then(a.cmp(b)));
        let mut chosen: Vec<usize> = Vec::new();
        for cell in cells {
            let apart = |other: &usize| distance(cell, *other) >= usize::from(self.settings.min_spacing_h);
            if chosen.len() < count && chosen.iter().all(apart) {
                chosen.push(cell);
            }
        }
        chosen
    }
}

/// Hours between two hours of the week, the shorter way round.
fn distance(a: usize, b: usize) -> usize {
    let apart = a.abs_diff(b);
    apart.min(CELLS - apart)
}

fn tried(posts: &[u32]) -> Vec<bool> {
    let mut by_hour = [0; HOURS];
    for (cell, count) in posts.iter().enumerate() {
        by_hour[cell % HOURS] += count;
    }
    let near = |hour: usize| by_hour[(hour + HOURS - 1) % HOURS] + by_hour[hour] + by_hour[(hour + 1) % HOURS];
    (0..posts.len()).map(|cell| posts[cell] >= SLOT_POSTS && near(cell % HOURS) >= TRIED_POSTS).collect()
}

/// "Pick for me": a Thompson draw. One draw from the posterior of all hours; the best of the tried cells that the
/// owner allows. So good hours come often, uncertain ones now and then, and the data learn from both. `settings` with
/// the zone and audience of the answer; `seed` another one each time. `None` where there is nothing to pick from.
pub fn pick(answer: &BestTimes, settings: &Settings, seed: u64) -> Option<Cell> {
    let posts: Vec<u32> = answer.cells.iter().take(CELLS).map(|cell| cell.n).collect();
    let tried = tried(&posts);
    let candidates: Vec<usize> = (0..posts.len()).filter(|cell| tried[*cell] && settings.allows_cell(*cell)).collect();
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let draw: Option<DVector<f64>> =
        answer.posterior.as_ref().map(|posterior| posterior.surface(&Clocks::new(settings)).draw(&mut generator));
    let cell = match draw {
        Some(draw) => candidates.into_iter().max_by(|a, b| draw[*a].total_cmp(&draw[*b])),
        // outcomes that do not differ at all: every hour is as good
        None => candidates.choose(&mut generator).copied(),
    };
    answer.cells.get(cell?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_is_a_circle() {
        assert_eq!(distance(0, 167), 1);
        assert_eq!(distance(10, 94), 84);
        assert_eq!(distance(30, 27), 3);
    }
}
