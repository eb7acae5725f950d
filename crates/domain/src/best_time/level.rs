//! What was usual at the time of a post: the median of the posts before it (no look-ahead).

use std::collections::VecDeque;

use crate::analytics::history::LOOKBACK_POSTS;
use crate::analytics::statistics::{mean, median};

/// Posts before a level is known at all; as for the heatmap (metrics §2).
pub const BASE_POSTS_MIN: usize = 5;

/// The posts of whole weeks count however many there are: a shorter window of a busy channel would be the median of a
/// morning, and take out the effect of the hour that is looked for.
const WEEK_S: i64 = 7 * 86_400;

/// How far back "usual" reaches: so many times 30 posts, or so many weeks where that is more. A short memory follows a
/// channel that moves, a long one is the less noisy where it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory(usize);

impl Memory {
    const ALL: [Self; 3] = [Self(1), Self(2), Self(4)];

    /// The one whose levels came closest to the values they preceded, up to a common distance.
    pub fn best(values: &[(i64, f64)]) -> Self {
        let error = |memory: Self| {
            let levels = memory.levels(values);
            let mut x: Vec<f64> =
                levels.iter().zip(values).filter_map(|(level, (_, value))| Some(value - (*level)?)).collect();
            let middle = median(&mut x).unwrap_or_default();
            let distances: Vec<f64> = x.iter().map(|x| (x - middle).abs()).collect();
            mean(&distances).unwrap_or_default()
        };
        let errors = Self::ALL.map(|memory| (memory, error(memory)));
        errors.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(Self::ALL[0], |(memory, _)| memory)
    }

    /// For each value (log views at instants in unix seconds, ascending) the median of those before it. `None` for the
    /// first five.
    pub fn levels(self, values: &[(i64, f64)]) -> Vec<Option<f64>> {
        let (posts, window_s) = (self.0 * LOOKBACK_POSTS, self.0 as i64 * WEEK_S);
        let mut arrived: VecDeque<(i64, f64)> = VecDeque::new();
        let mut sorted: Vec<f64> = Vec::new();
        let level = |(at, value): &(i64, f64)| {
            while arrived.len() > posts
                && let Some((oldest_at, oldest)) = arrived.front().copied()
                && oldest_at < at.saturating_sub(window_s)
            {
                arrived.pop_front();
                let place = sorted.partition_point(|other| other.total_cmp(&oldest).is_lt());
                sorted.remove(place);
            }
            let level = (sorted.len() >= BASE_POSTS_MIN).then(|| middle(&sorted));
            arrived.push_back((*at, *value));
            let place = sorted.partition_point(|other| other.total_cmp(value).is_lt());
            sorted.insert(place, *value);
            level
        };
        values.iter().map(level).collect()
    }
}

/// Median of sorted values, at least one.
fn middle(sorted: &[f64]) -> f64 {
    let upper = sorted[sorted.len() / 2];
    if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[sorted.len() / 2 - 1], upper) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_knows_only_what_came_before() {
        let posts = |last: f64| {
            let mut posts: Vec<(i64, f64)> = (0..9).map(|day| (day * 86_400, day as f64)).collect();
            posts.push((9 * 86_400, last));
            Memory(1).levels(&posts)
        };
        assert_eq!(posts(1.0), posts(1e9));
        assert_eq!(posts(1.0)[..6], [None, None, None, None, None, Some(2.0)]);
    }

    #[test]
    fn a_busy_channel_is_judged_by_a_week() {
        // a post every hour; after 200 hours the window holds those of the 168 hours before and the one at its edge
        let hourly: Vec<(i64, f64)> = (0..=200).map(|hour| (hour * 3600, hour as f64)).collect();
        let levels = Memory(1).levels(&hourly);
        assert_eq!(levels[200], Some(f64::midpoint(115.0, 116.0)));
        // a post every ten days: the last 31, of which the oldest leaves only when the next one comes
        let slow: Vec<(i64, f64)> = (0..=100).map(|post| (post * 864_000, post as f64)).collect();
        assert_eq!(Memory(1).levels(&slow)[100], Some(84.5));
    }

    #[test]
    fn a_channel_that_jumps_has_a_short_memory() {
        let noise = |post: i64| (post * 7_919 % 101) as f64 / 101.0;
        let still: Vec<(i64, f64)> = (0..600).map(|post| (post * 36_000, noise(post))).collect();
        let jumps: Vec<(i64, f64)> =
            (0..600).map(|post| (post * 36_000, noise(post) + (post / 60 % 2 * 5) as f64)).collect();
        assert_eq!(Memory::best(&jumps), Memory(1));
        assert_ne!(Memory::best(&still), Memory(1));
        assert_eq!(Memory::best(&[]), Memory(1));
    }
}
