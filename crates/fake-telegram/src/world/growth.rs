//! How counters move: a curve over the post's age, through the readings that are known.

/// Counters of a post; `None` where Telegram would not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub reactions: Option<i64>,
    pub replies: Option<i64>,
}

impl Counts {
    fn map(self, other: Self, join: impl Fn(i64, i64) -> i64) -> Self {
        let field = |a: Option<i64>, b: Option<i64>| Some(join(a?, b.unwrap_or_default()));
        Self {
            views: field(self.views, other.views),
            forwards: field(self.forwards, other.forwards),
            reactions: field(self.reactions, other.reactions),
            replies: field(self.replies, other.replies),
        }
    }
}

/// Where a post's counters come from.
#[derive(Debug, Clone)]
pub enum Growth {
    /// What it gathers in the end.
    Target(Counts),
    /// Readings in order of time; between them straight lines, after the last the curve.
    Readings(Vec<(i64, Counts)>),
}

/// Share of the final count that a post has at an age: quick at first, slow for weeks.
/// `pace_s`: the age in seconds at which 43 % are reached.
fn share(age_s: i64, pace_s: f64) -> f64 {
    1.0 - (1.0 + age_s.max(0) as f64 / pace_s).powf(-0.8)
}

impl Growth {
    /// The counters at `now` of a post of `date`; both in Unix seconds.
    pub fn at(&self, date: i64, now: i64, pace_s: f64) -> Counts {
        match self {
            Self::Target(target) => {
                let share = share(now - date, pace_s);
                target.map(*target, |end, _| (end as f64 * share).round() as i64)
            }
            Self::Readings(readings) => {
                let Some((last_at, last)) = readings.last() else { return Counts::default() };
                if now >= *last_at {
                    let reached = share(last_at - date, pace_s);
                    let more = if reached > 0.0 { share(now - date, pace_s) / reached } else { 1.0 };
                    return last.map(*last, |count, _| (count as f64 * more).round() as i64);
                }
                let next = readings.partition_point(|(at, _)| *at <= now);
                let (before_at, before) = if next == 0 { (date, Counts::default()) } else { readings[next - 1] };
                let (after_at, after) = readings[next];
                let part = (now - before_at).max(0) as f64 / (after_at - before_at).max(1) as f64;
                after.map(before, |to, from| from + ((to - from) as f64 * part).round() as i64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn views(count: i64) -> Counts {
        Counts { views: Some(count), ..Counts::default() }
    }

    #[test]
    fn goes_exactly_through_its_readings() {
        let growth = Growth::Readings(vec![(3_600, views(100)), (7_200, views(300))]);
        assert_eq!(growth.at(0, 3_600, 9e3).views, Some(100));
        assert_eq!(growth.at(0, 5_400, 9e3).views, Some(200));
        assert_eq!(growth.at(0, 7_200, 9e3).views, Some(300));
        assert_eq!(growth.at(0, 1_800, 9e3).views, Some(50));
        assert!(growth.at(0, 86_400, 9e3).views > Some(300));
    }

    #[test]
    fn what_is_not_known_stays_unknown() {
        assert_eq!(Growth::Target(views(10)).at(0, 1_000_000, 9e3).forwards, None);
    }

    #[test]
    fn never_falls() {
        let growth = Growth::Target(views(1_000));
        let mut last = -1;
        for hour in 0..200 {
            let count = growth.at(0, hour * 3_600, 9e3).views.unwrap();
            assert!(count >= last);
            last = count;
        }
        assert!(last > 900);
    }
}
