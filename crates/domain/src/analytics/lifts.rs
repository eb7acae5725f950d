//! How posts did against the posts before them: x = ln(outcome / base), the ground of heatmap and content
//! (metrics §2 *heatmap*, steps 1 to 3).

use std::ops::Range;

use super::Dataset;
use super::dataset::HEADLINE_H;
use super::history::LOOKBACK_POSTS;
use super::posts::USUAL_POSTS_MIN;
use super::query::Measure;
use super::statistics::RollingMedian;
use super::warning::{Notes, Warning};

/// One entry a post of the range.
pub(super) struct Lifts {
    pub posts: Range<usize>,
    /// views that count for the post
    pub outcome: Vec<Option<f64>>,
    /// ln(outcome / median outcome of the up to 30 such posts before)
    pub x: Vec<Option<f64>>,
}

pub(super) fn lifts(data: &Dataset, posts: Range<usize>, measure: Measure) -> Lifts {
    let outcome: Vec<Option<f64>> = posts.clone().map(|index| data.outcome(measure, index)).collect();
    let mut before = RollingMedian::new(LOOKBACK_POSTS);
    let x = outcome
        .iter()
        .map(|outcome| {
            let views = outcome.filter(|views| *views > 0.0)?;
            let base = before.median().filter(|_| before.len() >= USUAL_POSTS_MIN);
            before.push(views);
            base.map(|base| (views / base).ln())
        })
        .collect();
    Lifts { posts, outcome, x }
}

/// The measure asked for, or the default of these posts; notes down what it leaves out.
pub(super) fn choose_measure(
    data: &Dataset,
    posts: Range<usize>,
    asked: Option<Measure>,
    notes: &mut Notes,
) -> Measure {
    let measure = asked.unwrap_or_else(|| data.default_measure(posts.clone()));
    match measure {
        Measure::Reach24 => notes.ages(data, posts, &[HEADLINE_H]),
        Measure::Total if asked.is_none() => notes.warn(Warning::MeasureIsTotal),
        Measure::Total => {}
    }
    measure
}
