//! Metrics §2 *view curve*.

use serde::{Deserialize, Serialize};

use super::posts::in_window;
use super::statistics::{mean, median};
use super::warning::Notes;
use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurvePoint {
    pub h: u32,
    pub n: u64,
    pub mean_views: Option<f64>,
    pub median_views: Option<f64>,
    pub mean_share: Option<f64>,
}

/// `hours` must be among `data.ages_h`.
pub fn view_curve(data: &Dataset, window: &Window, hours: &[u32]) -> Answer<Vec<CurvePoint>> {
    let posts = in_window(data, window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());
    notes.ages(data, posts.clone(), hours);
    let rows = hours
        .iter()
        .map(|h| {
            let views: Vec<(usize, f64)> =
                posts.clone().filter_map(|index| Some((index, data.view_at(*h, index)?))).collect();
            let shares: Vec<f64> = views
                .iter()
                .filter_map(|(index, views)| super::dataset::ratio(*views, data.posts.views[*index]? as f64))
                .collect();
            let mut views: Vec<f64> = views.into_iter().map(|(_, views)| views).collect();
            CurvePoint {
                h: *h,
                n: views.len() as u64,
                mean_views: mean(&views),
                median_views: median(&mut views),
                mean_share: mean(&shares),
            }
        })
        .collect();
    notes.answer(data, window, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::Warning;
    use crate::analytics::fixture::{Fixture, HOUR};
    use crate::zone::Zone;
    use serde_json::json;

    #[test]
    fn means_medians_and_shares_at_each_age() {
        let mut fixture = Fixture::new();
        // V(1) = 100, V(3) = 400 of 400; V(1) = 0, V(3) = 0 of 0; V(1) = 50 of 200, no V(3): read at 2 h only
        fixture.post_read(1, 0, &[(HOUR, 100), (3 * HOUR, 400)]);
        fixture.post_read(2, 0, &[(HOUR, 0), (3 * HOUR, 0)]);
        fixture.post_read(3, HOUR, &[(2 * HOUR, 50), (3 * HOUR, 200)]);
        let answer = view_curve(&fixture.dataset(), &Window::new(0, 5 * HOUR, Zone::utc()), &[1, 3, 6]);
        assert_eq!(
            serde_json::to_value(&answer.data).unwrap(),
            json!([
                {"h": 1, "n": 3, "mean_views": 50.0, "median_views": 50.0, "mean_share": 0.25},
                {"h": 3, "n": 2, "mean_views": 200.0, "median_views": 200.0, "mean_share": 1.0},
                {"h": 6, "n": 0, "mean_views": null, "median_views": null, "mean_share": null},
            ])
        );
        assert_eq!(answer.meta.warnings, [], "every post is old enough and measured at the first age asked for");
    }

    #[test]
    fn posts_without_views_at_the_headline_age_are_counted() {
        let mut fixture = Fixture::new();
        fixture.post_read(1, 0, &[(50 * HOUR, 100)]);
        fixture.post_read(2, 40 * HOUR, &[(50 * HOUR, 100)]);
        let answer = view_curve(&fixture.dataset(), &Window::new(0, 100 * HOUR, Zone::utc()), &[1, 24, 48]);
        assert_eq!(
            answer.meta.warnings,
            [Warning::TooYoung { h: 24, posts: 1 }, Warning::Unmeasured { h: 24, posts: 1 }]
        );
    }
}
