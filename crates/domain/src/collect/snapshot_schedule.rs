//! When the counters of a young post are read: often while they move, then less and less.

/// Ages at which a post is read, seconds, rising: 10 and 30 minutes, 1, 3, 6, 12, 24, 48, 72 hours, 7 days.
pub const AGES_S: [i64; 10] = [600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 259_200, 604_800];
/// Ids in one call at most.
pub const IDS_PER_CALL: usize = 100;
/// A reading this much before its moment, in hundredths of the age, counts for it: a call that is made anyway takes
/// along what is about to be due.
const EARLY_PERCENT: i64 = 5;
/// A reading this much after its moment, in hundredths of the age but at least [`LATE_MIN_S`], is still that reading.
const LATE_PERCENT: i64 = 10;
const LATE_MIN_S: i64 = 120;

/// A post whose readings are scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// of the post; an album has one
    pub post_id: i64,
    /// messages to ask for: 1, or the parts of the album
    pub ids: usize,
    /// when it was published, unix seconds
    pub date: i64,
    /// the newest reading, unix seconds
    pub read_at: i64,
}

impl Watched {
    /// The first age whose reading has not been taken; `None` when there is none left.
    fn next_age(&self) -> Option<i64> {
        let age = self.read_at - self.date;
        AGES_S.into_iter().find(|next| age < next - early(*next))
    }

    /// When it is to be read next, unix seconds; `None`: never again.
    pub fn next_at(&self) -> Option<i64> {
        self.next_age().map(|age| self.date + age)
    }

    /// How many moments have passed without a reading, once it is read at `now`.
    pub fn missed(&self, now: i64) -> usize {
        let (before, age) = (self.read_at - self.date, now - self.date);
        let passed = AGES_S.into_iter().filter(|next| before < next - early(*next) && *next <= age);
        passed.filter(|next| age > next + late(*next)).count()
    }
}

fn early(age: i64) -> i64 {
    age * EARLY_PERCENT / 100
}

fn late(age: i64) -> i64 {
    (age * LATE_PERCENT / 100).max(LATE_MIN_S)
}

/// Whether a post of this date is young enough to be watched.
pub fn is_young(date: i64, now: i64) -> bool {
    now - date < AGES_S[AGES_S.len() - 1]
}

/// The posts to read now, packed into calls of at most [`IDS_PER_CALL`] ids; empty when nothing is due. What is due
/// goes first, the most overdue before all; room that is left in the last call takes what is about to be due.
pub fn calls_due(watched: &[Watched], now: i64) -> Vec<Vec<i64>> {
    let mut due: Vec<(i64, &Watched)> =
        watched.iter().filter_map(|post| Some((post.next_at()?, post))).filter(|(at, _)| *at <= now).collect();
    due.sort_by_key(|(at, post)| (*at, post.post_id));
    if due.is_empty() {
        return Vec::new();
    }
    let mut calls = Calls::default();
    for (_, post) in due {
        calls.add(post);
    }
    let mut soon: Vec<(i64, &Watched)> = watched
        .iter()
        .filter_map(|post| Some((post.next_at()?, post.next_age()?, post)))
        .filter(|(at, age, _)| *at > now && at - early(*age) <= now)
        .map(|(at, _, post)| (at, post))
        .collect();
    soon.sort_by_key(|(at, post)| (*at, post.post_id));
    for (_, post) in soon {
        if calls.has_room(post.ids) {
            calls.add(post);
        }
    }
    calls.packed
}

#[derive(Default)]
struct Calls {
    packed: Vec<Vec<i64>>,
    /// ids of the last call
    ids: usize,
}

impl Calls {
    fn has_room(&self, ids: usize) -> bool {
        !self.packed.is_empty() && self.ids + ids <= IDS_PER_CALL
    }

    fn add(&mut self, post: &Watched) {
        if !self.has_room(post.ids) {
            self.packed.push(Vec::new());
            self.ids = 0;
        }
        self.ids += post.ids;
        if let Some(last) = self.packed.last_mut() {
            last.push(post.post_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DATE: i64 = 1_768_046_400;
    const MINUTE_S: i64 = 60;

    fn post(post_id: i64, date: i64, read_at: i64) -> Watched {
        Watched { post_id, ids: 1, date, read_at }
    }

    #[test]
    fn a_post_is_read_at_the_ages_asked_for() {
        for (read_after, next) in [
            (0, Some(600)),
            (569, Some(600)),
            (570, Some(1_800)),
            (600, Some(1_800)),
            (1_800, Some(3_600)),
            (90_000, Some(172_800)),
            (604_800, None),
            (9_000_000, None),
        ] {
            let watched = post(1, DATE, DATE + read_after);
            assert_eq!(watched.next_at().map(|at| at - DATE), next, "read after {read_after} s");
        }
    }

    #[test]
    fn what_was_not_read_in_time_is_missed() {
        let fresh = post(1, DATE, DATE);
        for (after, missed) in [(600, 0), (720, 0), (721, 1), (1_800, 1), (1_980, 1), (1_981, 2), (700_000, 10)] {
            assert_eq!(fresh.missed(DATE + after), missed, "read after {after} s");
        }
        assert_eq!(post(1, DATE, DATE + 1_800).missed(DATE + 3_700), 0);
    }

    #[test]
    fn one_call_takes_along_what_is_about_to_be_due() {
        let now = DATE + 60 * MINUTE_S;
        let due = post(1, DATE, DATE + 30 * MINUTE_S);
        let soon = post(2, DATE + MINUTE_S, DATE + 31 * MINUTE_S);
        let later = post(3, DATE + 20 * MINUTE_S, DATE + 50 * MINUTE_S);
        assert_eq!(calls_due(&[soon, due, later], now), [vec![1, 2]]);
        assert_eq!(calls_due(&[soon, later], now), Vec::<Vec<i64>>::new(), "nothing is due: no call");
    }

    #[test]
    fn albums_are_asked_for_whole() {
        let albums: Vec<Watched> = (0..15).map(|id| Watched { ids: 9, ..post(id, DATE, DATE) }).collect();
        let calls = calls_due(&albums, DATE + 600);
        assert_eq!(calls.iter().map(Vec::len).collect::<Vec<_>>(), [11, 4]);
    }

    proptest! {
        #[test]
        fn whatever_is_due_is_read_once_in_as_few_calls_as_hold_it(
            plan in prop::collection::vec((0..700_000_i64, 0..700_000_i64), 0..400),
            now in 0..700_000_i64,
        ) {
            let watched: Vec<Watched> = plan
                .iter()
                .enumerate()
                .map(|(id, (date, after))| post(id as i64, DATE + date, DATE + date + after))
                .collect();
            let now = DATE + now;
            let calls = calls_due(&watched, now);
            let due = watched.iter().filter(|post| post.next_at().is_some_and(|at| at <= now)).count();
            prop_assert_eq!(calls.len(), due.div_ceil(IDS_PER_CALL));
            prop_assert!(calls.iter().all(|call| call.len() <= IDS_PER_CALL));
            let mut asked: Vec<i64> = calls.concat();
            let all = asked.len();
            asked.sort_unstable();
            asked.dedup();
            prop_assert_eq!(asked.len(), all);
            for post in watched.iter().filter(|post| post.next_at().is_some_and(|at| at <= now)) {
                prop_assert!(asked.binary_search(&post.post_id).is_ok());
            }
        }

        #[test]
        fn a_reading_when_it_is_due_leads_to_the_next_age(reads in 0..10_usize) {
            let mut watched = post(1, DATE, DATE);
            for age in &AGES_S[..reads] {
                prop_assert_eq!(watched.next_at(), Some(DATE + age));
                prop_assert_eq!(watched.missed(DATE + age), 0);
                watched.read_at = DATE + age;
            }
        }
    }
}
