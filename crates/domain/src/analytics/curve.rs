//! Curves for pictures: a post's views by age beside the channel's usual band.

use serde::{Deserialize, Serialize};

use super::history::History;
use super::posts::{USUAL_POSTS_MIN, views_at_index};
use super::query::MaxGap;
use super::statistics::quantile;

/// Points of a drawn curve: more cannot be told apart on a card.
pub const MOST_POINTS: usize = 64;
/// Characters of a post's title.
pub const TITLE_CHARS: usize = 80;

/// Ages of the usual curve, besides 0.
const USUAL_AGES: u32 = 24;
const HOUR_S: f64 = 3600.0;

/// Views of one post by age, thinned for drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostCurve {
    pub post_id: i64,
    /// the text's beginning
    pub title: String,
    /// (age in hours, views), from (0, 0), in order of age
    pub points: Vec<(f64, f64)>,
}

/// The middle half of posts by age.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct UsualCurve {
    pub ages_h: Vec<f64>,
    /// quartiles of V(age); `None` where fewer than 5 posts have it
    pub low: Vec<Option<f64>>,
    pub median: Vec<Option<f64>>,
    pub high: Vec<Option<f64>>,
    /// posts behind the band
    pub n: u64,
}

/// First line of a text that says something, without the marks of Markdown, cut at a character.
pub fn title(text: &str) -> String {
    let line = text.lines().map(|line| plain(line.trim())).find(|line| !line.is_empty()).unwrap_or_default();
    if line.chars().count() <= TITLE_CHARS {
        return line;
    }
    line.chars().take(TITLE_CHARS - 1).chain(['…']).collect()
}

/// A line without `**`, `__` and the addresses of `[words](address)`: dumps of channels carry them.
fn plain(line: &str) -> String {
    let mut text = line.replace("**", "").replace("__", "");
    while let Some(middle) = text.find("](") {
        let (Some(open), Some(close)) = (text[..middle].rfind('['), text[middle..].find(')')) else { break };
        text.replace_range(middle..=middle + close, "");
        text.replace_range(open..=open, "");
    }
    text.trim().to_owned()
}

/// Curve of post `index` up to `until_h` hours of age.
pub fn post_curve(history: &History, index: usize, until_h: f64) -> PostCurve {
    let posts = &history.posts;
    let date_utc = posts.date_utc[index];
    let (at, views) = history.readings.of(index);
    let read = at.iter().zip(views).map(|(at, views)| (at.saturating_sub(date_utc) as f64 / HOUR_S, *views as f64));
    let mut points = vec![(0.0, 0.0)];
    points.extend(read.filter(|(age_h, _)| *age_h > 0.0 && *age_h <= until_h));
    if points.last().is_some_and(|(age_h, _)| *age_h < until_h)
        && let Some(views) = views_at_index(&history.readings, date_utc, index, until_h, MaxGap::Usual)
    {
        points.push((until_h, views));
    }
    PostCurve { post_id: posts.post_id[index], title: title(&posts.text[index]), points: thin(points) }
}

/// Evenly spaced points, the first and the last among them.
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if points.len() <= MOST_POINTS {
        return points;
    }
    let last = points.len() - 1;
    (0..MOST_POINTS).map(|place| points[place * last / (MOST_POINTS - 1)]).collect()
}

/// Usual curve of the posts of `history` older than `until_h` at its `as_of`, at about 24 ages up to `until_h`,
/// closer together where views grow fast.
pub fn usual_curve(history: &History, until_h: f64) -> UsualCurve {
    let posts = &history.posts;
    let old_enough = |index: &usize| {
        history.as_of.is_some_and(|as_of| as_of.saturating_sub(posts.date_utc[*index]) as f64 >= until_h * HOUR_S)
    };
    let indices: Vec<usize> = (0..posts.len()).filter(old_enough).collect();
    let ages_h = (1..=USUAL_AGES).map(|step| until_h * (f64::from(step) / f64::from(USUAL_AGES)).powi(2));
    let mut by_age: Vec<(f64, Vec<f64>)> = ages_h.map(|age_h| (age_h, Vec::with_capacity(indices.len()))).collect();
    let mut n = 0;
    for index in indices {
        let mut is_behind = false;
        for (age_h, views) in &mut by_age {
            let reached = views_at_index(&history.readings, posts.date_utc[index], index, *age_h, MaxGap::Usual);
            is_behind |= reached.is_some();
            views.extend(reached);
        }
        n += u64::from(is_behind);
    }
    // every post starts with no views
    let origin = (n >= USUAL_POSTS_MIN as u64).then_some(0.0);
    let mut curve = UsualCurve { ages_h: vec![0.0], low: vec![origin], median: vec![origin], high: vec![origin], n };
    for (age_h, mut views) in by_age {
        let enough = views.len() >= USUAL_POSTS_MIN;
        let mut quartile = |q: f64| if enough { quantile(&mut views, q) } else { None };
        curve.ages_h.push(age_h);
        curve.low.push(quartile(0.25));
        curve.median.push(quartile(0.5));
        curve.high.push(quartile(0.75));
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use proptest::prelude::*;

    #[test]
    fn a_curve_ends_at_the_age_asked_for() {
        let mut fixture = Fixture::new();
        fixture.post_read(1, 0, &[(HOUR, 10), (3 * HOUR, 30), (5 * HOUR, 50)]).text("\n  Hello \nthere", &[]);
        let history = fixture.history();
        let curve = post_curve(&history, 0, 4.0);
        assert_eq!(curve.points, [(0.0, 0.0), (1.0, 10.0), (3.0, 30.0), (4.0, 40.0)]);
        assert_eq!(curve.title, "Hello");
        assert_eq!(post_curve(&history, 0, 48.0).points.last(), Some(&(5.0, 50.0)));
    }

    #[test]
    fn long_titles_are_cut_at_a_character() {
        assert_eq!(title("****\n**Новые** [законы](https://example.org/a) __ноября__"), "Новые законы ноября");
        assert_eq!(title("a]( [b](c"), "a]( [b](c", "what is no link stays");
        let cut = title(&"ў".repeat(200));
        assert_eq!((cut.chars().count(), cut.chars().last()), (TITLE_CHARS, Some('…')));
        assert_eq!(title(""), "");
    }

    #[test]
    fn the_usual_band_is_the_middle_half_of_old_posts() {
        let mut fixture = Fixture::new();
        for factor in 1..=5 {
            let readings: Vec<(i64, i64)> = (1..=48).map(|hour| (hour * HOUR, hour * factor * 10)).collect();
            fixture.post_read(factor, 0, &readings);
        }
        fixture.post_read(6, 47 * HOUR, &[(48 * HOUR, 1_000_000)]);
        let usual = usual_curve(&fixture.history(), 24.0);
        assert_eq!((usual.n, usual.ages_h.len()), (5, 25));
        assert_eq!(
            (usual.ages_h[24], usual.low[24], usual.median[24], usual.high[24]),
            (24.0, Some(480.0), Some(720.0), Some(960.0))
        );
        assert_eq!((usual.ages_h[0], usual.median[0]), (0.0, Some(0.0)));
        let nobody = usual_curve(&fixture.history(), 49.0);
        assert_eq!((nobody.n, nobody.median[24], nobody.median[0]), (0, None, None));
    }

    proptest! {
        #[test]
        fn thinned_curves_keep_both_ends_and_order(count in 1_i64..400) {
            let mut fixture = Fixture::new();
            let readings: Vec<(i64, i64)> = (1..=count).map(|index| (index * 600, index)).collect();
            fixture.post_read(1, 0, &readings);
            let points = post_curve(&fixture.history(), 0, DAY as f64).points;
            prop_assert!(points.len() <= MOST_POINTS);
            prop_assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0));
            prop_assert_eq!(points[0], (0.0, 0.0));
            prop_assert_eq!(points.last().map(|point| point.1), Some(count as f64));
        }
    }
}
