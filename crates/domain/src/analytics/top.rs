//! Metrics §2 *top*.

use std::cmp::Ordering;

use super::posts::{PostView, er, in_window, post_view};
use super::query::Sort;
use super::warning::Notes;
use super::{Answer, Dataset, Window};

pub const DEFAULT_MIN_VIEWS: i64 = 100;
pub const DEFAULT_LIMIT: usize = 10;

/// The first `limit` posts with at least `min_views`, by `sort` descending (unknown last), then by post id.
pub fn top(data: &Dataset, window: &Window, sort: Sort, min_views: i64, limit: usize) -> Answer<Vec<PostView>> {
    let posts = in_window(data, window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());
    notes.er(data, posts.clone());
    let mut indices: Vec<usize> =
        posts.filter(|index| data.posts.views[*index].is_some_and(|views| views >= min_views)).collect();
    order(data, &mut indices, sort, true);
    indices.truncate(limit);
    let rows = indices.into_iter().map(|index| post_view(data, index)).collect();
    notes.answer(data, window, rows)
}

/// Puts posts in order of `sort`; what is not known comes last either way, equals go by post id ascending.
pub(super) fn order(data: &Dataset, indices: &mut [usize], sort: Sort, descending: bool) {
    let direct = |ordering: Ordering| if descending { ordering.reverse() } else { ordering };
    let mut keyed: Vec<(Option<Key>, i64, usize)> =
        indices.iter().map(|index| (key(data, *index, sort), data.posts.post_id[*index], *index)).collect();
    keyed.sort_unstable_by(|(a, a_id, a_index), (b, b_id, b_index)| {
        let by_value = match (a, b) {
            (Some(a), Some(b)) => direct(a.compare(b)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then(a_id.cmp(b_id)).then(a_index.cmp(b_index))
    });
    for (place, (_, _, index)) in indices.iter_mut().zip(keyed) {
        *place = index;
    }
}

/// What posts are ordered by; all keys of one order are of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Key {
    Count(i64),
    Ratio(f64),
}

impl Key {
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Count(a), Self::Count(b)) => a.cmp(b),
            (Self::Ratio(a), Self::Ratio(b)) => a.total_cmp(b),
            (Self::Count(_), Self::Ratio(_)) => Ordering::Less,
            (Self::Ratio(_), Self::Count(_)) => Ordering::Greater,
        }
    }
}

pub(super) fn key(data: &Dataset, index: usize, sort: Sort) -> Option<Key> {
    match sort {
        Sort::Er => er(&data.counters(index)).map(Key::Ratio),
        Sort::Views => data.posts.views[index].map(Key::Count),
        Sort::Forwards => data.posts.forwards[index].map(Key::Count),
        Sort::Reactions => data.posts.reactions[index].map(Key::Count),
        Sort::Replies => data.posts.replies[index].map(Key::Count),
        Sort::Date => Some(Key::Count(data.posts.date_utc[index])),
        Sort::Performance => data.performance[index].map(Key::Ratio),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::Fixture;
    use crate::zone::Zone;

    fn ids(sort: Sort, min_views: i64, limit: usize) -> Vec<i64> {
        let mut fixture = Fixture::new();
        fixture.post(5, 10, Some(1000)).counters(Some(10), None, None);
        fixture.post(4, 20, Some(100)).counters(Some(1), None, None);
        fixture.post(3, 30, Some(99)).counters(Some(90), None, None);
        fixture.post(2, 40, Some(500));
        fixture.post(1, 50, None).counters(Some(900), None, None);
        fixture.post(6, 60, Some(200)).counters(Some(8), None, None);
        let window = Window::new(0, 100, Zone::utc());
        let rows = top(&fixture.dataset(), &window, sort, min_views, limit).data;
        rows.into_iter().map(|row| row.post_id).collect()
    }

    #[test]
    fn by_er_then_post_id_with_the_unknown_last() {
        // er: 0.01, 0.01, 0.909, none, no views, 0.04
        assert_eq!(ids(Sort::Er, 100, 10), [6, 4, 5, 2]);
        assert_eq!(ids(Sort::Er, 0, 2), [3, 6]);
    }

    #[test]
    fn by_the_other_columns() {
        assert_eq!(ids(Sort::Views, 100, 10), [5, 2, 6, 4]);
        assert_eq!(ids(Sort::Forwards, 100, 10), [5, 6, 4, 2]);
        assert_eq!(ids(Sort::Date, 100, 10), [6, 2, 4, 5]);
        assert_eq!(ids(Sort::Reactions, 100, 10), [2, 4, 5, 6]);
        assert_eq!(ids(Sort::Performance, 1001, 10), Vec::<i64>::new());
    }

    #[test]
    fn the_shape_of_a_row() {
        let mut fixture = Fixture::new();
        fixture.post(23_144, 1_753_385_002, Some(40_000)).counters(Some(102), None, Some(41)).text("Hello", &[]);
        let window = Window::new(0, 2_000_000_000, Zone::utc());
        let rows = top(&fixture.dataset(), &window, Sort::Er, 100, 10).data;
        assert_eq!(
            serde_json::to_string(&rows).unwrap(),
            r#"[{"post_id":23144,"date_utc":1753385002,"views":40000,"forwards":102,"reactions":null,"replies":41,"media_type":"photo","text":"Hello","er":0.003575,"performance":null,"growth_rate":null,"ctr":null}]"#
        );
    }
}
