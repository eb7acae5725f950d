//! Metrics §2 *trending*.

use serde::{Deserialize, Serialize};

use super::posts::in_window;
use super::statistics::{deviation, mean};
use super::warning::Notes;
use super::{Answer, Dataset, Window};

/// Most posts that trend at once.
pub const MOST: usize = 20;

/// Weight of the newest post in the moving average.
const WEIGHT: f64 = 0.2;
/// Posts before the moving average is trusted.
const WARM_UP_POSTS: usize = 10;
/// A post trends from this many standard deviations above the window's mean …
const Z_MIN: f64 = 2.0;
/// … or this many above the moving average.
const EWZ_MIN: f64 = 3.0;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendingPost {
    pub post_id: i64,
    pub date_utc: i64,
    pub views: i64,
    pub z: Option<f64>,
    pub ewz: Option<f64>,
    pub expected_views: Option<f64>,
    pub text: String,
}

/// Posts whose views are not known take no part.
pub fn trending(data: &Dataset, window: &Window) -> Answer<Vec<TrendingPost>> {
    let posts = in_window(data, window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());

    let counted: Vec<(usize, i64)> =
        posts.filter_map(|index| Some((index, data.posts.views[index].filter(|views| *views >= 0)?))).collect();
    let logs: Vec<f64> = counted.iter().map(|(_, views)| (*views as f64).ln_1p()).collect();
    let spread = mean(&logs).zip(deviation(&logs));
    let mut found: Vec<(f64, TrendingPost)> = Vec::new();
    let mut moving: Option<(f64, f64)> = None;
    for (place, ((index, views), y)) in counted.iter().zip(&logs).enumerate() {
        let z = spread.map(|(mean, deviation)| (y - mean) / deviation);
        let before = moving;
        let (level, variance) = before.unwrap_or((*y, 0.0));
        let surprise = y - level;
        let ewz = (place >= WARM_UP_POSTS && variance > 0.0).then(|| surprise / variance.sqrt());
        moving = Some((level + WEIGHT * surprise, (1.0 - WEIGHT) * (variance + WEIGHT * surprise * surprise)));
        if z.is_some_and(|z| z >= Z_MIN) || ewz.is_some_and(|ewz| ewz >= EWZ_MIN) {
            let strength = z.into_iter().chain(ewz).fold(f64::NEG_INFINITY, f64::max);
            let post = TrendingPost {
                post_id: data.posts.post_id[*index],
                date_utc: data.posts.date_utc[*index],
                views: *views,
                z,
                ewz,
                expected_views: before.map(|(level, _)| level.exp() - 1.0),
                text: data.posts.text[*index].clone(),
            };
            found.push((strength, post));
        }
    }
    found.sort_by(|(a, a_post), (b, b_post)| b.total_cmp(a).then(a_post.post_id.cmp(&b_post.post_id)));
    found.truncate(MOST);
    notes.answer(data, window, found.into_iter().map(|(_, post)| post).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::Fixture;
    use crate::zone::Zone;
    use proptest::prelude::*;

    fn of(views: &[Option<i64>]) -> Vec<TrendingPost> {
        let mut fixture = Fixture::new();
        for (index, views) in views.iter().enumerate() {
            fixture.post(index as i64, index as i64, *views);
        }
        trending(&fixture.dataset(), &Window::new(0, 100_000, Zone::utc())).data
    }

    #[test]
    fn constant_few_or_no_posts_do_not_trend() {
        assert_eq!(of(&[]), []);
        assert_eq!(of(&[Some(5)]), []);
        assert_eq!(of(&[Some(99); 50]), []);
        assert_eq!(of(&[None; 20]), []);
    }

    #[test]
    fn a_jump_trends_with_its_numbers() {
        // y = 0 nine times, then 1 (ln(1 + e − 1) is not whole, so take views 0 and 1: y = ln 2), then 15: y = 4 ln 2
        let mut views = vec![Some(0); 9];
        views.push(Some(1));
        views.push(None);
        views.push(Some(15));
        let found = of(&views);
        assert_eq!(found.len(), 1);
        let post = &found[0];
        let log2 = std::f64::consts::LN_2;
        assert_eq!((post.post_id, post.views), (11, 15));
        // s_9 = 0.2 ln 2; v_9 = 0.8 · 0.2 · (ln 2)²
        assert!((post.expected_views.unwrap() - ((0.2 * log2).exp() - 1.0)).abs() < 1e-12);
        assert!((post.ewz.unwrap() - 3.8 / 0.4).abs() < 1e-12);
        // eleven values with sum 5 and squares 17, in ln 2
        let mean = 5.0 / 11.0;
        let deviation = ((17.0 - 11.0 * mean * mean) / 10.0_f64).sqrt();
        assert!((post.z.unwrap() - (4.0 - mean) / deviation).abs() < 1e-12);
    }

    #[test]
    fn before_ten_posts_only_z_counts() {
        let mut views = vec![Some(100); 8];
        views[3] = Some(100_000);
        let found = of(&views);
        assert_eq!(found.iter().map(|post| (post.post_id, post.ewz)).collect::<Vec<_>>(), [(3, None)]);
        assert!((found[0].expected_views.unwrap() - 100.0).abs() < 1e-9);
        views[3] = Some(100);
        views[0] = Some(100_000);
        assert_eq!(of(&views)[0].expected_views, None);
    }

    #[test]
    fn the_shape_of_a_post() {
        let post = TrendingPost {
            post_id: 1,
            date_utc: 2,
            views: 3,
            z: Some(2.5),
            ewz: None,
            expected_views: Some(1.5),
            text: String::new(),
        };
        assert_eq!(
            serde_json::to_string(&post).unwrap(),
            r#"{"post_id":1,"date_utc":2,"views":3,"z":2.5,"ewz":null,"expected_views":1.5,"text":""}"#
        );
    }

    proptest! {
        #[test]
        fn at_most_twenty_in_order_and_finite(views in prop::collection::vec(prop::option::of(0_i64..=i64::MAX), 0..200)) {
            let found = of(&views);
            prop_assert!(found.len() <= MOST);
            let strength = |post: &TrendingPost| post.z.into_iter().chain(post.ewz).fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(found.windows(2).all(|pair| strength(&pair[0]) >= strength(&pair[1])));
            prop_assert!(found.iter().all(|post| strength(post) >= Z_MIN && post.expected_views.is_none_or(f64::is_finite)));
        }
    }
}
