//! Posts as the model sees them: when, under what circumstances, carrying what, with what outcome.

use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::Settings;
use super::answer::{Crowding, Gap};
use super::clock::{CELLS, Clocks, HOURS, TIME_COLUMNS};
use crate::analytics::Dataset;
use crate::posts::MediaType;

const HOUR_S: i64 = 3600;
/// Metrics §4: crowding counts posts within two hours.
const CROWD_S: i64 = 2 * HOUR_S;

/// What belongs to the moment of posting.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// unix seconds
    pub at: i64,
    /// weekday × 24 + hour on the channel's clock
    pub cell: usize,
    /// the channel's week
    pub week: i64,
    pub gap: Gap,
    pub crowding: Crowding,
}

/// What belongs to the post itself.
#[derive(Debug, Clone, Copy)]
pub struct Content {
    /// ln of the outcome
    pub y: f64,
    pub media: Option<MediaType>,
}

/// Posts with a usable outcome, in order of time; all columns have the same length.
#[derive(Debug, Clone)]
pub struct Observations {
    pub moments: Vec<Moment>,
    /// see [`Clocks::row`]
    pub rows: Vec<[f64; TIME_COLUMNS]>,
    pub contents: Vec<Content>,
}

impl Observations {
    /// Posts whose outcome is known and above 0: a post nobody saw was not there to be seen.
    pub fn of(data: &Dataset, settings: &Settings, clocks: &Clocks) -> Self {
        let dates = &data.posts.date_utc;
        let mut observations = Self { moments: Vec::new(), rows: Vec::new(), contents: Vec::new() };
        let mut window = 0..0;
        for (index, at) in dates.iter().copied().enumerate() {
            while dates[window.start] < at.saturating_sub(CROWD_S) {
                window.start += 1;
            }
            while window.end < dates.len() && dates[window.end] <= at.saturating_add(CROWD_S) {
                window.end += 1;
            }
            let Some(outcome) = settings.objective.outcome(data, index).filter(|views| *views > 0.0) else { continue };
            let since = index.checked_sub(1).map(|before| at.saturating_sub(dates[before]));
            observations.moments.push(Moment {
                at,
                cell: clocks.cell(at),
                week: clocks.week(at),
                gap: gap(since),
                crowding: crowding(window.len() - 1),
            });
            observations.rows.push(clocks.row(at));
            observations.contents.push(Content { y: outcome.ln(), media: data.posts.media_type[index] });
        }
        observations
    }

    pub fn len(&self) -> usize {
        self.moments.len()
    }

    /// The same moments with the posts dealt anew among those of each week.
    pub fn shuffled(&self, generator: &mut ChaCha8Rng) -> Self {
        let mut contents = self.contents.clone();
        let mut from = 0;
        for week in self.moments.chunk_by(|a, b| a.week == b.week) {
            contents[from..from + week.len()].shuffle(generator);
            from += week.len();
        }
        Self { moments: self.moments.clone(), rows: self.rows.clone(), contents }
    }

    /// Posts of each cell among the first `count`.
    pub fn posts_per_cell(&self, count: usize) -> Vec<u32> {
        let mut posts = vec![0; CELLS];
        for moment in &self.moments[..count] {
            posts[moment.cell] += 1;
        }
        posts
    }
}

impl Moment {
    /// Number of the local day.
    pub fn day(&self) -> i64 {
        self.week * 7 + (self.cell / HOURS) as i64
    }
}

/// The first post of a channel follows the longest of gaps.
fn gap(since_s: Option<i64>) -> Gap {
    match since_s.map_or(i64::MAX, |since_s| since_s / HOUR_S) {
        ..1 => Gap::Under1h,
        1..3 => Gap::From1hTo3h,
        3..8 => Gap::From3hTo8h,
        8.. => Gap::Over8h,
    }
}

fn crowding(others: usize) -> Crowding {
    match others {
        0 => Crowding::None,
        1 => Crowding::One,
        _ => Crowding::TwoOrMore,
    }
}
