//! Filtering and paging posts: what the browser does again without a round trip.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::posts::{AgainstUsual, PostView, against_usual, in_window, post_view};
use super::query::{NotAllowed, Sort};
use super::top::order;
use super::{Dataset, Window};
use crate::posts::MediaType;

/// Most rows of a page.
pub const MOST_PER_PAGE: usize = 200;

/// What a post carries, as a filter says it: a media type, or `unknown` where the source does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaKind {
    Known(MediaType),
    Unknown,
}

impl MediaKind {
    pub fn of(media_type: Option<MediaType>) -> Self {
        media_type.map_or(Self::Unknown, Self::Known)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Known(media_type) => media_type.as_str(),
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MediaKind {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        if text == "unknown" {
            return Ok(Self::Unknown);
        }
        text.parse().map(Self::Known).map_err(|_| {
            let names = MediaType::ALL.iter().map(|media| media.as_str()).collect::<Vec<_>>().join(", ");
            NotAllowed(format!("{text:?} is not a media type: use {names} or unknown"))
        })
    }
}

impl Serialize for MediaKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for MediaKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Which posts to show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PostFilter {
    /// `None`: of every kind
    pub media_type: Option<MediaKind>,
    /// words that all have to be in the text, in any order and case; empty: every post
    pub search: String,
    /// posts with fewer views, and those of which views are not known, are left out; `None`: every post
    pub min_views: Option<i64>,
}

impl PostFilter {
    /// Indices of the window's posts that pass, in order (`date_utc`, `post_id`).
    pub fn posts(&self, data: &Dataset, window: &Window) -> Vec<usize> {
        let words: Vec<String> = self.search.split_whitespace().map(str::to_lowercase).collect();
        in_window(data, window)
            .filter(|index| self.media_type.is_none_or(|kind| kind == MediaKind::of(data.posts.media_type[*index])))
            .filter(|index| {
                self.min_views.is_none_or(|least| data.posts.views[*index].is_some_and(|views| views >= least))
            })
            .filter(|index| {
                words.is_empty() || {
                    let text = data.posts.text[*index].to_lowercase();
                    words.iter().all(|word| text.contains(word.as_str()))
                }
            })
            .collect()
    }
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Of(Sort),
    /// [`against_usual`]: unlike `performance` it is known of posts that are no longer read
    AgainstUsual,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    pub post: PostView,
    pub against: Option<AgainstUsual>,
}

/// One page of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TablePage {
    pub rows: Vec<TableRow>,
    /// posts on all pages
    pub total: u64,
    /// posts on the pages before this one
    pub before: u64,
    /// the page shown, from 1: the last one where a later one was asked for
    pub page: usize,
    /// at least 1
    pub pages: usize,
}

/// A page (from 1) of the window's posts that pass the filter; unknown values come last either way.
pub fn table(
    data: &Dataset,
    window: &Window,
    filter: &PostFilter,
    column: Column,
    descending: bool,
    page: usize,
    per_page: usize,
) -> TablePage {
    let mut posts = filter.posts(data, window);
    match column {
        Column::Of(sort) => order(data, &mut posts, sort, descending),
        Column::AgainstUsual => order_by_usual(data, &mut posts, descending),
    }
    let per_page = per_page.clamp(1, MOST_PER_PAGE);
    let pages = posts.len().div_ceil(per_page).max(1);
    let page = page.clamp(1, pages);
    let before = (page - 1) * per_page;
    let rows = posts
        .iter()
        .skip(before)
        .take(per_page)
        .map(|index| TableRow { post: post_view(data, *index), against: against_usual(data, *index) })
        .collect();
    TablePage { rows, total: posts.len() as u64, before: before as u64, page, pages }
}

/// As [`order`] does it: what is not known last either way, equals by post id ascending.
fn order_by_usual(data: &Dataset, indices: &mut [usize], descending: bool) {
    let mut keyed: Vec<(Option<f64>, i64, usize)> = indices
        .iter()
        .map(|index| (against_usual(data, *index).map(|against| against.ratio), data.posts.post_id[*index], *index))
        .collect();
    keyed.sort_by(|(a, a_id, _), (b, b_id, _)| {
        let by_value = match (a, b) {
            (Some(a), Some(b)) if descending => b.total_cmp(a),
            (Some(a), Some(b)) => a.total_cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then(a_id.cmp(b_id))
    });
    for (place, (_, _, index)) in indices.iter_mut().zip(keyed) {
        *place = index;
    }
}

/// How many of the window's posts carry what, by number descending, then by name.
pub fn media_counts(data: &Dataset, window: &Window) -> Vec<(MediaKind, u64)> {
    let mut counts = std::collections::BTreeMap::<&str, (MediaKind, u64)>::new();
    for index in in_window(data, window) {
        let kind = MediaKind::of(data.posts.media_type[index]);
        counts.entry(kind.as_str()).or_insert((kind, 0)).1 += 1;
    }
    let mut counts: Vec<_> = counts.into_values().collect();
    // stable: equals stay in order of name
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture};
    use crate::zone::Zone;
    use proptest::prelude::*;

    fn data() -> Dataset {
        let mut fixture = Fixture::new();
        fixture.post(1, 10, Some(300)).text("Затмение Луны", &[]);
        fixture.post(2, 20, None).media(None).text("луна и море", &[]);
        fixture.post(3, 30, Some(100)).media(Some(MediaType::Video)).text("Море", &[]);
        fixture.post(4, 40, Some(300)).media(Some(MediaType::Video));
        fixture.dataset()
    }

    fn window() -> Window {
        Window::new(0, 100, Zone::utc())
    }

    fn ids(filter: &PostFilter, sort: Sort, descending: bool, page: usize, per_page: usize) -> (Vec<i64>, u64) {
        let page = table(&data(), &window(), filter, Column::Of(sort), descending, page, per_page);
        (page.rows.into_iter().map(|row| row.post.post_id).collect(), page.total)
    }

    #[test]
    fn sorted_pages() {
        let all = PostFilter::default();
        assert_eq!(ids(&all, Sort::Views, true, 1, 10), (vec![1, 4, 3, 2], 4));
        assert_eq!(ids(&all, Sort::Views, false, 1, 10), (vec![3, 1, 4, 2], 4));
        assert_eq!(ids(&all, Sort::Date, true, 1, 3), (vec![4, 3, 2], 4));
        assert_eq!(ids(&all, Sort::Date, true, 2, 3), (vec![1], 4));
        assert_eq!(ids(&all, Sort::Date, true, 9, 3), (vec![1], 4));
        assert_eq!(ids(&all, Sort::Date, true, 0, 0), (vec![4], 4));
    }

    #[test]
    fn filtered_by_kind_and_words() {
        let of = |media_type, search: &str| {
            ids(&PostFilter { media_type, search: search.to_owned(), min_views: None }, Sort::Date, false, 1, 10)
        };
        assert_eq!(of(Some(MediaKind::Known(MediaType::Video)), ""), (vec![3, 4], 2));
        assert_eq!(of(Some(MediaKind::Unknown), ""), (vec![2], 1));
        assert_eq!(of(None, "МОРЕ"), (vec![2, 3], 2));
        assert_eq!(of(None, " море лун "), (vec![2], 1));
        assert_eq!(of(Some(MediaKind::Known(MediaType::Photo)), "море"), (vec![], 0));
    }

    #[test]
    fn posts_of_few_or_unknown_views_are_left_out_when_asked() {
        let filter = PostFilter { min_views: Some(101), ..PostFilter::default() };
        assert_eq!(ids(&filter, Sort::Views, true, 1, 10), (vec![1, 4], 2));
        let pages = table(&data(), &window(), &filter, Column::Of(Sort::Views), true, 2, 1);
        assert_eq!((pages.page, pages.pages, pages.before), (2, 2, 1));
    }

    #[test]
    fn posts_without_an_expectation_come_last_either_way() {
        let mut fixture = Fixture::new();
        for post_id in 1..=7 {
            let at = post_id * DAY;
            fixture.post_read(post_id, at, &[(at + DAY, if post_id == 7 { 2_000 } else { 1_000 + post_id })]);
        }
        let (data, window) = (fixture.dataset(), Window::new(0, 30 * DAY, Zone::utc()));
        let ids = |descending| -> Vec<i64> {
            let page = table(&data, &window, &PostFilter::default(), Column::AgainstUsual, descending, 1, 10);
            page.rows.into_iter().map(|row| row.post.post_id).collect()
        };
        // the first five have fewer than five posts before them
        assert_eq!(ids(true), [7, 6, 1, 2, 3, 4, 5]);
        assert_eq!(ids(false), [6, 7, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn kinds_are_counted() {
        let video = MediaKind::Known(MediaType::Video);
        let photo = MediaKind::Known(MediaType::Photo);
        assert_eq!(media_counts(&data(), &window()), [(video, 2), (photo, 1), (MediaKind::Unknown, 1)]);
    }

    #[test]
    fn kinds_have_names() {
        assert_eq!("video".parse(), Ok(MediaKind::Known(MediaType::Video)));
        assert_eq!("unknown".parse(), Ok(MediaKind::Unknown));
        assert!("film".parse::<MediaKind>().unwrap_err().to_string().contains("photo"));
        let filter = PostFilter { media_type: Some(MediaKind::Unknown), ..PostFilter::default() };
        assert_eq!(serde_json::to_string(&filter).unwrap(), r#"{"media_type":"unknown","search":"","min_views":null}"#);
    }

    proptest! {
        #[test]
        fn pages_hold_every_post_once(views in prop::collection::vec(prop::option::of(0_i64..50), 0..80), per_page in 1_usize..20, descending: bool) {
            let mut fixture = Fixture::new();
            for (index, views) in views.iter().enumerate() {
                fixture.post(index as i64, index as i64, *views);
            }
            let data = fixture.dataset();
            let mut seen = Vec::new();
            let pages = table(&data, &window(), &PostFilter::default(), Column::Of(Sort::Views), descending, 1, per_page).pages;
            for page in 1..=pages {
                let page = table(&data, &window(), &PostFilter::default(), Column::Of(Sort::Views), descending, page, per_page);
                seen.extend(page.rows.into_iter().map(|row| row.post.post_id));
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..views.len() as i64).collect::<Vec<_>>());
        }
    }
}
