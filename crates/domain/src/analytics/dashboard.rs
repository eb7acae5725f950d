//! The questions of the dashboard in one answer.

use serde::{Deserialize, Serialize};

use super::daily::{Day, daily};
use super::growth::{Growth, growth};
use super::heatmap::{HeatCell, heatmap};
use super::overview::{Overview, overview};
use super::posts::PostView;
use super::query::Sort;
use super::reach::{Reach, reach};
use super::top::{DEFAULT_LIMIT, DEFAULT_MIN_VIEWS, top};
use super::trending::{TrendingPost, trending};
use super::view_curve::{CurvePoint, view_curve};
use super::warning::Notes;
use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dashboard {
    pub overview: Overview,
    pub daily: Vec<Day>,
    pub top: Vec<PostView>,
    pub view_curve: Vec<CurvePoint>,
    pub heatmap: Vec<HeatCell>,
    pub trending: Vec<TrendingPost>,
    pub reach: Reach,
    pub growth: Growth,
}

/// Every question with its defaults, at all measured ages; sources and warnings are those of the parts, each once.
pub fn dashboard(data: &Dataset, window: &Window) -> Answer<Dashboard> {
    let mut notes = Notes::default();
    let dashboard = Dashboard {
        overview: notes.part(overview(data, window)),
        daily: notes.part(daily(data, window)),
        top: notes.part(top(data, window, Sort::default(), DEFAULT_MIN_VIEWS, DEFAULT_LIMIT)),
        view_curve: notes.part(view_curve(data, window, &data.ages_h)),
        heatmap: notes.part(heatmap(data, window, None)),
        trending: notes.part(trending(data, window)),
        reach: notes.part(reach(data, window, &data.ages_h)),
        growth: notes.part(growth(data, window)),
    };
    notes.answer(data, window, dashboard)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture};
    use crate::zone::Zone;

    #[test]
    fn the_parts_in_order() {
        let mut fixture = Fixture::new();
        fixture.post_read(1, 0, &[(2 * DAY, 500)]).counters(Some(5), None, None);
        let answer = dashboard(&fixture.dataset(), &Window::new(0, DAY, Zone::utc()));
        let json = serde_json::to_string(&answer.data).unwrap();
        let parts = [
            "overview\":{",
            "daily\":[",
            "top\":[",
            "view_curve\":[",
            "heatmap\":[",
            "trending\":[",
            "reach\":{",
            "growth\":{",
        ];
        let places: Vec<usize> = parts.iter().map(|part| json.find(&format!("\"{part}")).unwrap()).collect();
        assert!(places.is_sorted());
        let mut once = answer.meta.warnings.clone();
        once.dedup();
        assert_eq!(once, answer.meta.warnings);
        assert_eq!(answer.data.top.len(), 1);
    }
}
