//! The state of the page lives in its address: the back button, a reload and a copied link keep it.

use std::sync::Arc;

use domain::analytics::compare::CompareSort;
use domain::analytics::query::Sort;
use domain::analytics::series::Step;
use domain::analytics::table::{Column, MediaKind};
use domain::best_time::Objective;
use domain::screens::COMPARED_POSTS_MAX;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

use crate::shell::period::{PERIOD, use_period};

pub const MEDIA: &str = "media";
pub const STEP: &str = "step";
pub const SORT: &str = "sort";
pub const PAGE: &str = "page";
pub const SEARCH: &str = "q";
pub const POSTS: &str = "posts";
pub const ZOOM: &str = "zoom";
pub const BY: &str = "by";
pub const OBJECTIVE: &str = "objective";

/// Marks an ascending order: `sort=views.asc`.
const ASCENDING: &str = ".asc";

type Navigate = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// Reads the query string and goes to the same page with another one.
#[derive(Clone, Copy)]
pub struct Address {
    path: Memo<String>,
    query: Memo<ParamsMap>,
    navigate: StoredValue<Navigate>,
}

/// What changes: names of parameters with their new values, `None` to drop one.
pub type Changes<'a> = &'a [(&'static str, Option<String>)];

impl Address {
    /// Of the page being built; inside a route only.
    pub fn here() -> Self {
        let path = use_location().pathname;
        let navigate: Navigate = Arc::new(use_navigate());
        Self { path, query: use_query_map(), navigate: StoredValue::new(navigate) }
    }

    fn param(self, name: &'static str) -> Option<String> {
        self.query.with(|query| query.get(name))
    }

    /// This page with some parameters changed.
    pub fn with(self, changes: Changes<'_>) -> String {
        let mut query = self.query.get();
        for (name, value) in changes {
            query.remove(name);
            if let Some(value) = value {
                query.insert(*name, value.clone());
            }
        }
        format!("{}{}", self.path.get(), query.to_query_string())
    }

    /// Goes there; the back button comes back.
    pub fn go(self, changes: Changes<'_>) {
        self.navigate_to(changes, false);
    }

    /// Goes there in place of the current address: for what changes with every key or drag.
    pub fn replace(self, changes: Changes<'_>) {
        self.navigate_to(changes, true);
    }

    fn navigate_to(self, changes: Changes<'_>, replace: bool) {
        let to = untrack(|| self.with(changes));
        let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
        self.navigate.with_value(|go| go(&to, options));
    }

    /// Query string of links to other tabs: what holds on all of them.
    pub fn kept_on_other_tabs(self) -> String {
        self.query.with(|query| {
            let mut kept = ParamsMap::new();
            for name in [PERIOD, MEDIA, ZOOM] {
                if let Some(value) = query.get(name) {
                    kept.insert(name, value);
                }
            }
            kept.to_query_string()
        })
    }

    /// Value of a parameter as a typed value; one that cannot be read counts as absent.
    fn parsed<T>(self, name: &'static str) -> Memo<Option<T>>
    where
        T: std::str::FromStr + PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| self.param(name).and_then(|text| text.parse().ok()))
    }

    pub fn media(self) -> Memo<Option<MediaKind>> {
        self.parsed(MEDIA)
    }

    pub fn step(self) -> Memo<Option<Step>> {
        self.parsed(STEP)
    }

    /// What the best time is to be good for; `None` leaves it to the channel.
    pub fn objective(self) -> Memo<Option<Objective>> {
        self.parsed(OBJECTIVE)
    }

    pub fn compare_by(self) -> Memo<CompareSort> {
        Memo::new(move |_| self.param(BY).and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    pub fn order(self) -> Memo<Order> {
        Memo::new(move |_| self.param(SORT).and_then(|text| Order::parse(&text)).unwrap_or_default())
    }

    /// From 1.
    pub fn page(self) -> Memo<usize> {
        Memo::new(move |_| self.param(PAGE).and_then(|text| text.parse().ok()).unwrap_or(1))
    }

    pub fn search(self) -> Memo<String> {
        Memo::new(move |_| self.param(SEARCH).unwrap_or_default())
    }

    /// Posts chosen for comparison, each once; `None` when nobody chose.
    pub fn posts(self) -> Memo<Option<Vec<i64>>> {
        Memo::new(move |_| self.param(POSTS).map(|text| posts_of(&text)))
    }

    /// Instants (unix seconds) of a zoom into the current period; one into another period does not count.
    pub fn zoom(self) -> Memo<Option<(i64, i64)>> {
        let period = use_period();
        Memo::new(move |_| {
            let zoom = self.param(ZOOM)?;
            let (of, range) = zoom.split_once('_')?;
            let (from, to) = range.split_once('-')?;
            let (from, to): (i64, i64) = (from.parse().ok()?, to.parse().ok()?);
            (of == period.get().to_string() && from < to).then_some((from, to))
        })
    }
}

/// `ids` as the parameter [`POSTS`] carries them; no posts chosen is a choice, too.
pub fn posts_param(ids: &[i64]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn posts_of(text: &str) -> Vec<i64> {
    let mut ids = Vec::new();
    for id in text.split(',').filter_map(|id| id.trim().parse().ok()) {
        if !ids.contains(&id) && ids.len() < COMPARED_POSTS_MAX {
            ids.push(id);
        }
    }
    ids
}

/// A zoom of a period between two instants (unix seconds), as the parameter [`ZOOM`] carries it.
pub fn zoom_param(period: &str, from: i64, to: i64) -> String {
    format!("{period}_{from}-{to}")
}

/// Order of the table of posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub column: Column,
    pub descending: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { column: Column::Of(Sort::Views), descending: true }
    }
}

impl Order {
    /// Columns of the table, as the sort control lists them.
    pub const COLUMNS: [Column; 5] = [
        Column::Of(Sort::Views),
        Column::Of(Sort::Er),
        Column::Of(Sort::Forwards),
        Column::AgainstUsual,
        Column::Of(Sort::Date),
    ];

    pub fn name(column: Column) -> &'static str {
        match column {
            Column::Of(sort) => sort.as_str(),
            Column::AgainstUsual => "expected",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (name, descending) = text.strip_suffix(ASCENDING).map_or((text, true), |name| (name, false));
        let column = Self::COLUMNS.into_iter().find(|column| Self::name(*column) == name)?;
        Some(Self { column, descending })
    }

    /// Value of the parameter [`SORT`]; `None` for the order that needs none.
    pub fn param(self) -> Option<String> {
        (self != Self::default())
            .then(|| format!("{}{}", Self::name(self.column), if self.descending { "" } else { ASCENDING }))
    }

    /// The order after a click on a column: that column from the top, or the other way round.
    #[must_use]
    pub fn clicked(self, column: Column) -> Self {
        Self { column, descending: self.column != column || !self.descending }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_survive_the_address() {
        for column in Order::COLUMNS {
            for descending in [true, false] {
                let order = Order { column, descending };
                let back = order.param().map_or(Some(Order::default()), |text| Order::parse(&text));
                assert_eq!(back, Some(order));
            }
        }
        assert_eq!(Order::default().param(), None);
        assert_eq!(Order::parse("replies"), None);
        assert_eq!(Order::parse("views.up"), None);
    }

    #[test]
    fn a_second_click_turns_the_order_round() {
        let by_er = Order::default().clicked(Column::Of(Sort::Er));
        assert_eq!(by_er, Order { column: Column::Of(Sort::Er), descending: true });
        assert!(!by_er.clicked(Column::Of(Sort::Er)).descending);
    }

    #[test]
    fn at_most_five_posts_each_once() {
        assert_eq!(posts_of("3,1,3, 2,x,5,6,7"), [3, 1, 2, 5, 6]);
        assert!(posts_of("").is_empty());
        assert_eq!(posts_param(&[3, 1]), "3,1");
    }
}
