//! Posts of a window as a table: searched, sorted either way, in pages.

use std::cmp::Ordering;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::posts::{AgainstUsual, PostView, against_usual, in_window, post_view};
use super::query::{NotAllowed, Sort};
use super::top::order;
use super::warning::Notes;
use super::{Answer, Dataset, Window};

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableSort {
    #[default]
    Views,
    Er,
    Forwards,
    Date,
    /// [`against_usual`]
    Expected,
}

impl TableSort {
    pub const ALL: [Self; 5] = [Self::Views, Self::Er, Self::Forwards, Self::Date, Self::Expected];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Views => "views",
            Self::Er => "er",
            Self::Forwards => "forwards",
            Self::Date => "date",
            Self::Expected => "expected",
        }
    }
}

impl FromStr for TableSort {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text).ok_or_else(|| {
            NotAllowed(format!("{text:?} is not an order: use {}", Self::ALL.map(Self::as_str).join(", ")))
        })
    }
}

/// What part of the posts to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableQuery {
    pub sort: TableSort,
    pub ascending: bool,
    /// words that text or hashtags must hold, whatever their case; empty: all posts
    pub search: String,
    /// posts with fewer views, and those of which views are not known, are left out
    pub min_views: i64,
    /// from 0; beyond the last stands for the last
    pub page: usize,
    /// rows of a page, at least 1
    pub size: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TablePage {
    pub rows: Vec<TableRow>,
    /// the page shown, from 0
    pub page: usize,
    /// at least 1
    pub pages: usize,
    /// rows before this page
    pub before: usize,
    /// posts that were found
    pub found: usize,
    /// posts of the window
    pub posts: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    pub post: PostView,
    pub against: Option<AgainstUsual>,
}

/// What is not known comes last either way; equals go by post id ascending.
pub fn post_table(data: &Dataset, window: &Window, query: &TableQuery) -> Answer<TablePage> {
    let posts = in_window(data, window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());
    notes.er(data, posts.clone());
    let words: Vec<String> = query.search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut found: Vec<usize> = posts
        .clone()
        .filter(|index| data.posts.views[*index].is_some_and(|views| views >= query.min_views))
        .filter(|index| holds(data, *index, &words))
        .collect();
    let sort = match query.sort {
        TableSort::Views => Some(Sort::Views),
        TableSort::Er => Some(Sort::Er),
        TableSort::Forwards => Some(Sort::Forwards),
        TableSort::Date => Some(Sort::Date),
        TableSort::Expected => None,
    };
    match sort {
        Some(sort) => order(data, &mut found, sort, !query.ascending),
        None => by_expected(data, &mut found, query.ascending),
    }
    let size = query.size.max(1);
    let pages = found.len().div_ceil(size).max(1);
    let page = query.page.min(pages - 1);
    let before = page * size;
    let rows = found
        .iter()
        .skip(before)
        .take(size)
        .map(|index| TableRow { post: post_view(data, *index), against: against_usual(data, *index) })
        .collect();
    notes.answer(data, window, TablePage { rows, page, pages, before, found: found.len(), posts: posts.len() })
}

fn holds(data: &Dataset, index: usize, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let text = data.posts.text[index].to_lowercase();
    words.iter().all(|word| {
        let tag = word.trim_start_matches('#');
        text.contains(word.as_str())
            || (!tag.is_empty() && data.posts.hashtags[index].iter().any(|other| other.contains(tag)))
    })
}

fn by_expected(data: &Dataset, indices: &mut [usize], ascending: bool) {
    indices.sort_by_cached_key(|index| Expected {
        ratio: against_usual(data, *index).map(|against| against.ratio),
        ascending,
        post_id: data.posts.post_id[*index],
    });
}

struct Expected {
    ratio: Option<f64>,
    ascending: bool,
    post_id: i64,
}

impl Ord for Expected {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_ratio = match (self.ratio, other.ratio) {
            (Some(a), Some(b)) if self.ascending => a.total_cmp(&b),
            (Some(a), Some(b)) => b.total_cmp(&a),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_ratio.then(self.post_id.cmp(&other.post_id))
    }
}

impl PartialOrd for Expected {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Expected {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Expected {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use crate::zone::Zone;

    fn ids(page: &TablePage) -> Vec<i64> {
        page.rows.iter().map(|row| row.post.post_id).collect()
    }

    fn query() -> TableQuery {
        TableQuery { sort: TableSort::Views, ascending: false, search: String::new(), min_views: 100, page: 0, size: 2 }
    }

    fn channel() -> Dataset {
        let mut fixture = Fixture::new();
        for (post_id, views) in
            [(1, Some(300)), (2, Some(99)), (3, None), (4, Some(500)), (5, Some(100)), (6, Some(300))]
        {
            fixture.post(post_id, post_id * HOUR, views);
        }
        fixture.text("Луна и Марс", &["космос"]);
        fixture.dataset()
    }

    #[test]
    fn pages_hold_posts_of_enough_views_and_never_run_out() {
        let (data, window) = (channel(), Window::new(0, DAY, Zone::utc()));
        let first = post_table(&data, &window, &query()).data;
        assert_eq!((ids(&first), first.page, first.pages, first.found, first.posts), (vec![4, 1], 0, 2, 4, 6));
        let last = post_table(&data, &window, &TableQuery { page: 9, ..query() }).data;
        assert_eq!((ids(&last), last.page, last.before), (vec![6, 5], 1, 2));
        let rising = post_table(&data, &window, &TableQuery { ascending: true, size: 9, ..query() }).data;
        assert_eq!(ids(&rising), [5, 1, 6, 4]);
    }

    #[test]
    fn search_knows_no_case_and_finds_hashtags() {
        let (data, window) = (channel(), Window::new(0, DAY, Zone::utc()));
        let found =
            |search: &str| post_table(&data, &window, &TableQuery { search: search.to_owned(), ..query() }).data;
        assert_eq!(ids(&found("МАРС луна")), [6]);
        assert_eq!(ids(&found("#Космос")), [6]);
        assert!(ids(&found("марс venus")).is_empty());
        assert_eq!(found("venus").pages, 1);
    }

    #[test]
    fn posts_without_an_expectation_come_last_either_way() {
        let mut fixture = Fixture::new();
        for post_id in 1..=7 {
            let at = post_id * DAY;
            fixture.post_read(post_id, at, &[(at + DAY, if post_id == 7 { 2_000 } else { 1_000 + post_id })]);
        }
        let (data, window) = (fixture.dataset(), Window::new(0, 30 * DAY, Zone::utc()));
        let page = |ascending| {
            let query = TableQuery { sort: TableSort::Expected, ascending, size: 7, ..query() };
            ids(&post_table(&data, &window, &query).data)
        };
        // the first five have fewer than five posts before them
        assert_eq!(page(false), [7, 6, 1, 2, 3, 4, 5]);
        assert_eq!(page(true), [6, 7, 1, 2, 3, 4, 5]);
    }
}
