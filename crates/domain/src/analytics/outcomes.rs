//! What the outcome of a channel's posts depends on, packed: the whole history travels to the browser, so texts and
//! counts that no recommendation asks for stay behind.

use serde::{Deserialize, Serialize};

use super::Dataset;
use super::history::{LOOKBACK_POSTS, PostColumns};
use super::posts::USUAL_POSTS_MIN;
use super::statistics::median;
use crate::best_time::Objective;
use crate::channels::Channel;
use crate::posts::{MediaType, Source};

/// Ages at which outcomes are measured, hours; the total is the newest count.
pub const AGES_H: [u32; 2] = [3, 24];

/// The newest so many posts say what an hour is worth; older ones would say what it was worth years ago.
pub const POSTS_MAX: usize = 6_000;

/// Columns of the same length, in order (date, post id).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcomes {
    channel: Channel,
    as_of: Option<i64>,
    post_id: Vec<i64>,
    date_utc: Vec<i64>,
    views: Vec<Option<i64>>,
    media_type: Vec<Option<MediaType>>,
    /// V(h) by [`AGES_H`], to a tenth of a view
    measured: Vec<Vec<Option<f64>>>,
}

impl Outcomes {
    /// The newest [`POSTS_MAX`] posts of a dataset.
    pub fn of(data: &Dataset) -> Self {
        let from = data.posts.len().saturating_sub(POSTS_MAX);
        let age = |h: u32| (from..data.posts.len()).map(move |index| data.view_at(h, index).map(tenths));
        Self {
            channel: data.channel.clone(),
            as_of: data.as_of,
            post_id: data.posts.post_id[from..].to_vec(),
            date_utc: data.posts.date_utc[from..].to_vec(),
            views: data.posts.views[from..].to_vec(),
            media_type: data.posts.media_type[from..].to_vec(),
            measured: AGES_H.into_iter().map(|h| age(h).collect()).collect(),
        }
    }

    pub fn len(&self) -> usize {
        self.post_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.post_id.is_empty()
    }

    /// The dataset that recommendations are made of: on the server and in the browser the same. Everything that is
    /// not kept here is not known in it.
    pub fn dataset(&self) -> Dataset {
        let count = self.len();
        Dataset {
            channel: self.channel.clone(),
            as_of: self.as_of,
            posts: PostColumns {
                post_id: self.post_id.clone(),
                date_utc: self.date_utc.clone(),
                views: self.views.clone(),
                forwards: vec![None; count],
                reactions: vec![None; count],
                replies: vec![None; count],
                counted_at: vec![None; count],
                media_type: self.media_type.clone(),
                source: vec![Source::Missing; count],
                text_chars: vec![0; count],
                text: vec![String::new(); count],
                hashtags: vec![Vec::new(); count],
            },
            ages_h: AGES_H.to_vec(),
            measured: self.measured.clone(),
            performance: vec![None; count],
            growth_rate: vec![None; count],
            daily: Vec::new(),
            sources: Vec::new(),
            link_joins: Vec::new(),
        }
    }
}

/// ln(outcome / median outcome of the up to 30 posts with one before): how a post of an experiment did. `None` where
/// the outcome is not measured or 0, or fewer than 5 posts say what was usual.
pub fn against_posts_before(data: &Dataset, objective: Objective, index: usize) -> Option<f64> {
    let measured = |index: usize| objective.outcome(data, index).filter(|views| *views > 0.0);
    let own = measured(index)?;
    let mut before: Vec<f64> = (0..index).rev().filter_map(measured).take(LOOKBACK_POSTS).collect();
    (before.len() >= USUAL_POSTS_MIN).then(|| median(&mut before)).flatten().map(|usual| (own / usual).ln())
}

/// Interpolated views have digits that nobody measured, and that would have to travel.
fn tenths(views: f64) -> f64 {
    (views * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};

    #[test]
    fn outcomes_are_the_same_after_the_trip() {
        let mut fixture = Fixture::new();
        for post in 0..20 {
            let at = post * DAY;
            fixture.post_read(post, at, &[(at + 3 * HOUR, 50 + post), (at + DAY, 100 + post), (at + 30 * DAY, 200)]);
        }
        let data = fixture.dataset();
        let packed = Outcomes::of(&data);
        let there: Outcomes = serde_json::from_str(&serde_json::to_string(&packed).unwrap()).unwrap();
        let unpacked = there.dataset();
        assert_eq!(unpacked.posts.len(), 20);
        for objective in Objective::ALL {
            for index in 0..20 {
                assert_eq!(objective.outcome(&unpacked, index), objective.outcome(&data, index), "{objective:?}");
            }
        }
        assert_eq!(unpacked.posts.date_utc, data.posts.date_utc);
    }

    #[test]
    fn a_post_is_held_against_the_posts_before_it() {
        let mut fixture = Fixture::new();
        for post in 0..8 {
            let at = post * DAY;
            let views = if post == 6 { 0 } else { 100 * (post + 1) };
            fixture.post_read(post, at, &[(at + DAY, views)]);
        }
        let data = fixture.dataset();
        let against = |index| against_posts_before(&data, Objective::At24h, index);
        assert_eq!(against(4), None, "four posts before say too little");
        assert!((against(5).unwrap() - 2.0_f64.ln()).abs() < 1e-12, "600 against 300");
        assert_eq!(against(6), None, "nothing has no logarithm");
        // the post without views says nothing about what is usual either
        assert!((against(7).unwrap() - (800.0_f64 / 350.0).ln()).abs() < 1e-12);
        assert_eq!(against_posts_before(&data, Objective::Total, 7), None);
    }

    #[test]
    fn the_oldest_posts_stay_behind() {
        let mut fixture = Fixture::new();
        for post in 0..POSTS_MAX as i64 + 3 {
            fixture.post_read(post, post * HOUR, &[]);
        }
        let packed = Outcomes::of(&fixture.dataset());
        assert_eq!((packed.len(), packed.post_id[0]), (POSTS_MAX, 3));
    }
}
