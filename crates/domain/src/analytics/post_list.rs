//! A channel's posts in pages: any order of *top*, each page going on where the one before ended, also when posts
//! have come or their counts have moved in between.

use std::cmp::Ordering;

use super::posts::{PostView, in_window, post_view};
use super::query::Sort;
use super::top::{Key, key, order};
use super::warning::Notes;
use super::{Answer, Dataset, Window};

/// Posts of a page when no other number is asked for.
pub const DEFAULT_LIMIT: usize = 50;

/// Where a page ended: its last post and what it was ordered by. `None`: that was not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub key: Option<Key>,
    pub post_id: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PostPage {
    pub posts: Vec<PostView>,
    /// `None` on the last page
    pub end: Option<Place>,
}

/// Up to `limit` posts after `after`, by `sort` descending (unknown last), then by post id; with `min_views`, only those
/// with at least as many views.
pub fn page(
    data: &Dataset,
    window: &Window,
    sort: Sort,
    min_views: Option<i64>,
    after: Option<&Place>,
    limit: usize,
) -> Answer<PostPage> {
    let posts = in_window(data, window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());
    notes.er(data, posts.clone());
    let has_views = |index: &usize| min_views.is_none_or(|least| data.posts.views[*index].is_some_and(|n| n >= least));
    let mut indices: Vec<usize> = posts.filter(has_views).collect();
    order(data, &mut indices, sort, true);
    let place = |index: usize| Place { key: key(data, index, sort), post_id: data.posts.post_id[index] };
    let start = after.map_or(0, |after| indices.partition_point(|index| compare(&place(*index), after).is_le()));
    let end = indices.len().min(start.saturating_add(limit));
    let page = PostPage {
        posts: indices[start..end].iter().map(|index| post_view(data, *index)).collect(),
        end: if end < indices.len() { end.checked_sub(1).map(|last| place(indices[last])) } else { None },
    };
    notes.answer(data, window, page)
}

/// The order of [`order`] for descending lists.
fn compare(a: &Place, b: &Place) -> Ordering {
    let by_key = match (&a.key, &b.key) {
        (Some(a), Some(b)) => b.compare(a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    by_key.then(a.post_id.cmp(&b.post_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::Fixture;
    use crate::zone::Zone;

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        for (post_id, views) in [(1, Some(50)), (2, Some(70)), (3, None), (4, Some(70)), (5, Some(10)), (6, None)] {
            fixture.post(post_id, post_id * 10, views);
        }
        fixture
    }

    fn window() -> Window {
        Window::new(0, 1_000, Zone::utc())
    }

    /// All posts, page by page.
    fn walk(fixture: &Fixture, sort: Sort, min_views: Option<i64>, limit: usize) -> Vec<Vec<i64>> {
        let (data, mut after, mut pages) = (fixture.dataset(), None, Vec::new());
        loop {
            let page = page(&data, &window(), sort, min_views, after.as_ref(), limit).data;
            pages.push(page.posts.iter().map(|post| post.post_id).collect());
            after = page.end;
            if after.is_none() {
                return pages;
            }
        }
    }

    #[test]
    fn pages_follow_one_another_in_every_order() {
        assert_eq!(walk(&fixture(), Sort::Date, None, 4), [vec![6, 5, 4, 3], vec![2, 1]]);
        assert_eq!(walk(&fixture(), Sort::Views, None, 2), [[2, 4], [1, 5], [3, 6]]);
        assert_eq!(walk(&fixture(), Sort::Views, Some(50), 2), [vec![2, 4], vec![1]]);
        assert_eq!(walk(&fixture(), Sort::Er, None, 3), [[1, 2, 3], [4, 5, 6]], "nothing known: by post id");
        assert_eq!(walk(&fixture(), Sort::Date, Some(1_000), 2), [Vec::<i64>::new()]);
        assert_eq!(walk(&fixture(), Sort::Date, None, 6), [[6, 5, 4, 3, 2, 1]]);
    }

    #[test]
    fn a_page_goes_on_after_its_place_though_the_post_is_gone_or_moved() {
        let data = fixture().dataset();
        let after = Place { key: Some(Key::Count(60)), post_id: 99 };
        let page = page(&data, &window(), Sort::Views, None, Some(&after), 10).data;
        assert_eq!(page.posts.iter().map(|post| post.post_id).collect::<Vec<_>>(), [1, 5, 3, 6]);
        assert_eq!(page.end, None);
    }
}
