//! Metrics §2 *sources*.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dataset::ratio;
use super::history::SourceFact;
use super::warning::{Notes, Warning};
use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceShare {
    pub source: String,
    pub views: i64,
    pub share: Option<f64>,
    /// share of change against the previous equal window: views / views before − 1
    pub change: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourcesDay {
    pub day: Date,
    #[serde(flatten)]
    pub views: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sources {
    /// by views descending, then by name
    pub sources: Vec<SourceShare>,
    /// the days of which something is known, in order
    pub days: Vec<SourcesDay>,
}

/// `data` has to hold the facts of the window before, too: see [`Window::needs_from`].
pub fn sources(data: &Dataset, window: &Window) -> Answer<Sources> {
    let facts = known(data, window);
    let mut notes = Notes::default();
    notes.source_facts(window, &facts);
    if facts.is_empty() {
        notes.warn(Warning::SourcesMissing);
    }
    let before = by_origin(&known(data, &window.previous()));
    let now = by_origin(&facts);
    let total: f64 = now.values().map(|views| *views as f64).sum();
    let mut sources: Vec<SourceShare> = now
        .into_iter()
        .map(|(origin, views)| SourceShare {
            source: origin.to_owned(),
            views,
            share: ratio(views as f64, total),
            change: before.get(origin).and_then(|before| ratio(views as f64, *before as f64)).map(|ratio| ratio - 1.0),
        })
        .collect();
    sources.sort_by(|a, b| b.views.cmp(&a.views).then_with(|| a.source.cmp(&b.source)));

    let days = facts
        .chunk_by(|a, b| a.day == b.day)
        .map(|day| SourcesDay {
            day: day[0].day,
            views: by_origin(day).into_iter().map(|(origin, views)| (origin.to_owned(), views)).collect(),
        })
        .collect();
    notes.answer(data, window, Sources { sources, days })
}

fn known<'a>(data: &'a Dataset, window: &Window) -> Vec<&'a SourceFact> {
    data.sources.iter().filter(|fact| fact.views.is_some() && window.has_day(fact.day)).collect()
}

fn by_origin<'a>(facts: &[&'a SourceFact]) -> BTreeMap<&'a str, i64> {
    let mut sums = BTreeMap::new();
    for fact in facts {
        let sum: &mut i64 = sums.entry(fact.origin.as_str()).or_default();
        *sum = sum.saturating_add(fact.views.unwrap_or(0));
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::Fixture;
    use crate::zone::Zone;
    use jiff::civil::date;
    use serde_json::json;

    #[test]
    fn shares_and_change_against_the_window_before() {
        let mut fixture = Fixture::new();
        fixture.views_from(date(2025, 5, 30), "search", Some(900)).views_from(date(2025, 5, 31), "followers", Some(80));
        fixture.views_from(date(2025, 6, 1), "search", Some(40)).views_from(date(2025, 6, 1), "followers", Some(100));
        fixture.views_from(date(2025, 6, 1), "links", None).views_from(date(2025, 5, 31), "search", Some(0));
        fixture.views_from(date(2025, 6, 2), "followers", Some(60)).views_from(date(2025, 6, 3), "followers", Some(1));
        let window = Window::of_days(date(2025, 6, 1), date(2025, 6, 1), Zone::utc());
        let answer = sources(&fixture.dataset(), &window);
        assert_eq!(
            serde_json::to_value(&answer.data).unwrap(),
            json!({
                "sources": [
                    {"source": "followers", "views": 100, "share": 100.0 / 140.0, "change": 0.25},
                    {"source": "search", "views": 40, "share": 40.0 / 140.0, "change": null},
                ],
                "days": [{"day": "2025-06-01", "followers": 100, "search": 40}]
            })
        );
        assert_eq!(answer.meta.warnings, []);
        let two_days = Window::of_days(date(2025, 6, 1), date(2025, 6, 2), Zone::utc());
        let sources = sources(&fixture.dataset(), &two_days).data;
        assert_eq!(sources.sources[0].change, Some(1.0));
        assert!((sources.sources[1].change.unwrap() - (40.0 / 900.0 - 1.0)).abs() < 1e-12);
        assert_eq!(sources.days.len(), 2);
    }

    #[test]
    fn nothing_known_is_said() {
        let window = Window::of_days(date(2025, 6, 1), date(2025, 6, 1), Zone::find("Europe/Moscow").unwrap());
        let answer = sources(&Fixture::new().dataset(), &window);
        assert_eq!(answer.data, Sources { sources: Vec::new(), days: Vec::new() });
        assert_eq!(answer.meta.warnings, [Warning::SourcesMissing]);
    }
}
