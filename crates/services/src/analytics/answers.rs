//! The answer to each question from what was loaded: no database, no waiting.

use domain::analytics::content::Content;
use domain::analytics::daily::Day;
use domain::analytics::dashboard::Dashboard;
use domain::analytics::growth::Growth;
use domain::analytics::heatmap::HeatCell;
use domain::analytics::overview::Overview;
use domain::analytics::post_list::{self, Place, PostPage};
use domain::analytics::posts::PostView;
use domain::analytics::query::Sort;
use domain::analytics::reach::Reach;
use domain::analytics::sources::Sources;
use domain::analytics::trending::TrendingPost;
use domain::analytics::view_curve::CurvePoint;
use domain::analytics::{self as domain_analytics, AGES_H, Answer, Query, top};

use super::Loaded;

pub fn overview(loaded: &Loaded, _: &Query) -> Answer<Overview> {
    domain_analytics::overview::overview(loaded.dataset(), &loaded.window)
}

pub fn daily(loaded: &Loaded, _: &Query) -> Answer<Vec<Day>> {
    domain_analytics::daily::daily(loaded.dataset(), &loaded.window)
}

pub fn top_posts(loaded: &Loaded, query: &Query) -> Answer<Vec<PostView>> {
    let min_views = query.min_views.unwrap_or(top::DEFAULT_MIN_VIEWS);
    let limit = query.limit.unwrap_or(top::DEFAULT_LIMIT);
    top::top(loaded.dataset(), &loaded.window, query.sort.unwrap_or_default(), min_views, limit)
}

pub fn view_curve(loaded: &Loaded, query: &Query) -> Answer<Vec<CurvePoint>> {
    domain_analytics::view_curve::view_curve(loaded.dataset(), &loaded.window, hours(query))
}

pub fn reach(loaded: &Loaded, query: &Query) -> Answer<Reach> {
    domain_analytics::reach::reach(loaded.dataset(), &loaded.window, hours(query))
}

pub fn heatmap(loaded: &Loaded, query: &Query) -> Answer<Vec<HeatCell>> {
    domain_analytics::heatmap::heatmap(loaded.dataset(), &loaded.window, query.measure)
}

pub fn trending(loaded: &Loaded, _: &Query) -> Answer<Vec<TrendingPost>> {
    domain_analytics::trending::trending(loaded.dataset(), &loaded.window)
}

pub fn growth(loaded: &Loaded, _: &Query) -> Answer<Growth> {
    domain_analytics::growth::growth(loaded.dataset(), &loaded.window)
}

pub fn sources(loaded: &Loaded, _: &Query) -> Answer<Sources> {
    domain_analytics::sources::sources(loaded.dataset(), &loaded.window)
}

pub fn content(loaded: &Loaded, query: &Query) -> Answer<Content> {
    domain_analytics::content::content(loaded.dataset(), &loaded.window, query.measure)
}

pub fn dashboard(loaded: &Loaded, _: &Query) -> Answer<Dashboard> {
    domain_analytics::dashboard::dashboard(loaded.dataset(), &loaded.window)
}

/// A page of posts, the newest first unless the query names another order; `after`: where the page before ended.
pub fn posts(loaded: &Loaded, query: &Query, after: Option<&Place>) -> Answer<PostPage> {
    let (sort, limit) = (query.sort.unwrap_or(Sort::Date), query.limit.unwrap_or(post_list::DEFAULT_LIMIT));
    post_list::page(loaded.dataset(), &loaded.window, sort, query.min_views, after, limit)
}

fn hours(query: &Query) -> &[u32] {
    query.hours.as_deref().unwrap_or(&AGES_H)
}
