//! Metrics §2 *heatmap*.

use serde::{Deserialize, Serialize};

use super::lifts::{choose_measure, lifts};
use super::posts::in_window;
use super::query::Measure;
use super::statistics::shrink;
use super::warning::Notes;
use super::{Answer, Dataset, Window};

const HOURS: usize = 24;
const CELLS: usize = 7 * HOURS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeatCell {
    /// 0 = Monday
    pub dow: u8,
    pub hour: u8,
    pub n: u64,
    pub median: Option<f64>,
    pub score: Option<f64>,
    pub lift: Option<f64>,
}

/// 168 cells by weekday, then hour, of the window's zone.
pub fn heatmap(data: &Dataset, window: &Window, measure: Option<Measure>) -> Answer<Vec<HeatCell>> {
    let posts = in_window(data, window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());
    let measure = choose_measure(data, posts.clone(), measure, &mut notes);

    let mut cells = vec![Vec::new(); CELLS];
    let lifts = lifts(data, posts, measure);
    for (index, x) in lifts.posts.zip(lifts.x) {
        if let Some(x) = x {
            let (dow, hour) = window.zone.weekday_hour(data.posts.date_utc[index]);
            cells[dow * HOURS + hour].push(x);
        }
    }
    let shrunk = shrink(&mut cells);
    let rows = cells
        .iter()
        .enumerate()
        .map(|(cell, values)| {
            let shrunk = shrunk.as_ref().map(|shrunk| shrunk[cell]);
            HeatCell {
                dow: (cell / HOURS) as u8,
                hour: (cell % HOURS) as u8,
                n: values.len() as u64,
                median: shrunk.and_then(|cell| cell.median),
                score: shrunk.map(|cell| cell.score),
                lift: shrunk.map(|cell| cell.score.exp() - 1.0),
            }
        })
        .collect();
    notes.answer(data, window, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::Warning;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use crate::zone::Zone;
    use proptest::prelude::*;

    const MONDAY: i64 = 4 * DAY; // 1970-01-05

    fn measured(views: &[(i64, i64)]) -> Dataset {
        let mut fixture = Fixture::new();
        for (index, (at, views)) in views.iter().enumerate() {
            fixture.post_read(index as i64, *at, &[(at + DAY, *views)]);
        }
        fixture.dataset()
    }

    fn window() -> Window {
        Window::new(0, 400 * DAY, Zone::utc())
    }

    #[test]
    fn the_first_five_posts_are_only_a_base() {
        let posts: Vec<(i64, i64)> = (0..6).map(|hour| (MONDAY + hour * HOUR, 100 * (hour + 1))).collect();
        let cells = heatmap(&measured(&posts), &window(), None).data;
        assert_eq!(cells.len(), 168);
        assert_eq!(cells.iter().map(|cell| cell.n).sum::<u64>(), 1);
        let cell = &cells[5];
        assert_eq!((cell.dow, cell.hour, cell.n), (0, 5, 1));
        // 600 against the median of 100 … 500; one post: no spread, so the score of every cell is its x
        assert_eq!(cell.median, Some(2_f64.ln()));
        assert!((cells[100].score.unwrap() - 2_f64.ln()).abs() < 1e-12);
        assert!((cells[100].lift.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(cells[100].median, None);
        assert_eq!((cells[167].dow, cells[167].hour), (6, 23));
    }

    #[test]
    fn constant_views_are_flat() {
        let posts: Vec<(i64, i64)> = (0..40).map(|index| (MONDAY + index * 7 * HOUR, 1234)).collect();
        let answer = heatmap(&measured(&posts), &window(), None);
        assert!(answer.data.iter().all(|cell| cell.score == Some(0.0) && cell.lift == Some(0.0)));
        assert_eq!(answer.meta.warnings, []);
    }

    #[test]
    fn zero_views_and_too_few_posts_leave_it_empty() {
        let posts: Vec<(i64, i64)> = (0..40).map(|index| (MONDAY + index * HOUR, 0)).collect();
        for data in [measured(&posts), measured(&[]), measured(&[(MONDAY, 5)])] {
            let cells = heatmap(&data, &window(), None).data;
            assert!(cells.iter().all(|cell| cell.n == 0 && cell.score.is_none() && cell.lift.is_none()));
        }
    }

    #[test]
    fn cells_are_of_the_zone() {
        let posts: Vec<(i64, i64)> = (0..6).map(|index| (MONDAY + 20 * HOUR + index, 100)).collect();
        let window = Window::new(0, 400 * DAY, Zone::find("Asia/Tashkent").unwrap());
        let cells = heatmap(&measured(&posts), &window, None).data;
        // 20:00 on Monday in UTC is 02:00 on Tuesday there: UTC+6 until 1991
        assert_eq!(cells[26].n, 1);
    }

    #[test]
    fn totals_take_the_place_of_unmeasured_views() {
        let mut fixture = Fixture::new();
        for index in 0..8 {
            fixture.post_read(index, MONDAY + index * HOUR, &[(MONDAY + 7 * DAY + 6 * HOUR, 100 + index)]);
        }
        let data = fixture.dataset();
        let answer = heatmap(&data, &window(), None);
        assert_eq!(answer.meta.warnings, [Warning::MeasureIsTotal]);
        // posts 0 to 6 are 7 days old, of them 5 and 6 have a base
        assert_eq!(answer.data.iter().map(|cell| cell.n).sum::<u64>(), 2);
        let asked = heatmap(&data, &window(), Some(Measure::Total));
        assert_eq!((asked.data, asked.meta.warnings), (answer.data, vec![]));
        assert_eq!(heatmap(&data, &window(), Some(Measure::Reach24)).data[0].score, None);
    }

    #[test]
    fn the_shape_of_a_cell() {
        let cells = heatmap(&measured(&[]), &window(), None).data;
        assert_eq!(
            serde_json::to_string(&cells[25]).unwrap(),
            r#"{"dow":1,"hour":1,"n":0,"median":null,"score":null,"lift":null}"#
        );
    }

    proptest! {
        #[test]
        fn every_post_with_a_base_is_in_one_cell(posts in prop::collection::vec((1_i64..20 * HOUR, 0_i64..100_000), 0..120)) {
            let mut at = MONDAY;
            let posts: Vec<(i64, i64)> = posts.into_iter().map(|(gap, views)| { at += gap; (at, views) }).collect();
            let data = measured(&posts);
            let cells = heatmap(&data, &window(), Some(Measure::Reach24)).data;
            let positive = posts.iter().filter(|(_, views)| *views > 0).count();
            prop_assert_eq!(cells.iter().map(|cell| cell.n).sum::<u64>(), positive.saturating_sub(5) as u64);
            prop_assert!(cells.iter().filter_map(|cell| cell.lift).all(|lift| lift.is_finite() && lift > -1.0));
            prop_assert!(cells.iter().all(|cell| cell.score.is_some() == (positive > 5)));
        }
    }
}
