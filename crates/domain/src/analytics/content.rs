//! Metrics §2 *content*.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lifts::{Lifts, choose_measure, lifts};
use super::posts::in_window;
use super::query::Measure;
use super::statistics::{NORMAL_80, median, shrink};
use super::warning::Notes;
use super::{Answer, Dataset, Window};

/// Hashtags told apart, those of most posts first.
const HASHTAGS: usize = 20;

/// Lengths of text in characters: up to and including which, and the band's name.
const LENGTH_BANDS: [(usize, &str); 5] =
    [(0, "0"), (99, "1-99"), (299, "100-299"), (999, "300-999"), (usize::MAX, "1000+")];

/// Posts of one local day: up to and including which, and the band's name.
const POSTS_A_DAY_BANDS: [(usize, &str); 5] = [(1, "1"), (3, "2-3"), (6, "4-6"), (12, "7-12"), (usize::MAX, "13+")];

/// Name of the group of posts of which it is not known.
const UNKNOWN: &str = "unknown";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContentGroup {
    /// e.g. `photo`, `300-999`, `#launch`, `0` (Monday), `2-3`
    pub name: String,
    pub n: u64,
    /// posts of the group that count in median and lift (with a base)
    pub measured: u64,
    /// median of the outcome itself, views
    pub median_views: Option<f64>,
    /// median of x = ln(outcome / base)
    pub median: Option<f64>,
    /// exp(shrunken x) − 1 with its 80 % interval
    pub lift: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// Groups without posts are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Content {
    /// by number of posts descending, then by name; `unknown` where the source does not say
    pub media_type: Vec<ContentGroup>,
    /// in order of length
    pub length: Vec<ContentGroup>,
    /// the 20 of most posts, by number of posts descending, then by name
    pub hashtag: Vec<ContentGroup>,
    /// from Monday
    pub weekday: Vec<ContentGroup>,
    /// in order of number
    pub posts_a_day: Vec<ContentGroup>,
}

/// Groups of one dimension are shrunk towards each other as the heatmap's cells are; the interval is
/// exp(score ± 1.2816 standard errors) − 1 (see [`shrink`]), `None` where the posts have no spread to judge by.
pub fn content(data: &Dataset, window: &Window, measure: Option<Measure>) -> Answer<Content> {
    let posts = in_window(data, window);
    let mut notes = Notes::default();
    notes.posts(data, posts.clone());
    let measure = choose_measure(data, posts.clone(), measure, &mut notes);
    let lifts = lifts(data, posts.clone(), measure);

    let mut media_types: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut lengths = vec![Vec::new(); LENGTH_BANDS.len()];
    let mut hashtags: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut weekdays = vec![Vec::new(); 7];
    let mut by_day: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let days = window.local_days();
    for index in posts {
        let media = data.posts.media_type[index].map_or(UNKNOWN, crate::posts::MediaType::as_str);
        media_types.entry(media.to_owned()).or_default().push(index);
        lengths[band(&LENGTH_BANDS, data.posts.text_chars[index] as usize)].push(index);
        for tag in &data.posts.hashtags[index] {
            hashtags.entry(format!("#{tag}")).or_default().push(index);
        }
        let at = data.posts.date_utc[index];
        weekdays[window.zone.weekday_hour(at).0].push(index);
        by_day.entry(days.index_of(at)).or_default().push(index);
    }
    let mut posts_a_day = vec![Vec::new(); POSTS_A_DAY_BANDS.len()];
    for posts in by_day.into_values() {
        posts_a_day[band(&POSTS_A_DAY_BANDS, posts.len())].extend(posts);
    }

    let content = Content {
        media_type: groups(&lifts, most_first(media_types)),
        length: groups(&lifts, named(&LENGTH_BANDS, lengths)),
        hashtag: groups(&lifts, most_first(hashtags).into_iter().take(HASHTAGS).collect()),
        weekday: groups(
            &lifts,
            weekdays.into_iter().enumerate().map(|(dow, posts)| (dow.to_string(), posts)).collect(),
        ),
        posts_a_day: groups(&lifts, named(&POSTS_A_DAY_BANDS, posts_a_day)),
    };
    notes.answer(data, window, content)
}

fn band(bands: &[(usize, &str)], value: usize) -> usize {
    bands.partition_point(|(up_to, _)| *up_to < value)
}

fn named(bands: &[(usize, &str)], posts: Vec<Vec<usize>>) -> Vec<(String, Vec<usize>)> {
    bands.iter().map(|(_, name)| (*name).to_owned()).zip(posts).collect()
}

fn most_first(groups: BTreeMap<String, Vec<usize>>) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<_> = groups.into_iter().collect();
    // stable: equals stay in order of name
    groups.sort_by_key(|(_, posts)| std::cmp::Reverse(posts.len()));
    groups
}

fn groups(lifts: &Lifts, groups: Vec<(String, Vec<usize>)>) -> Vec<ContentGroup> {
    let first = lifts.posts.start;
    let groups: Vec<_> = groups.into_iter().filter(|(_, posts)| !posts.is_empty()).collect();
    let mut values: Vec<Vec<f64>> =
        groups.iter().map(|(_, posts)| posts.iter().filter_map(|index| lifts.x[index - first]).collect()).collect();
    let shrunk = shrink(&mut values);
    groups
        .into_iter()
        .zip(values)
        .enumerate()
        .map(|(place, ((name, posts), values))| {
            let mut outcomes: Vec<f64> = posts.iter().filter_map(|index| lifts.outcome[index - first]).collect();
            let own = shrunk.as_ref().map(|shrunk| shrunk[place]);
            let at = |errors: f64| own.and_then(|own| Some((own.score + errors * NORMAL_80 * own.error?).exp() - 1.0));
            ContentGroup {
                name,
                n: posts.len() as u64,
                measured: values.len() as u64,
                median_views: median(&mut outcomes),
                median: own.and_then(|own| own.median),
                lift: own.map(|own| own.score.exp() - 1.0),
                low: at(-1.0),
                high: at(1.0),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use crate::posts::MediaType;
    use crate::zone::Zone;

    const MONDAY: i64 = 4 * DAY;

    fn names(groups: &[ContentGroup]) -> Vec<(&str, u64)> {
        groups.iter().map(|group| (group.name.as_str(), group.n)).collect()
    }

    #[test]
    fn bands() {
        for (chars, name) in [
            (0, "0"),
            (1, "1-99"),
            (99, "1-99"),
            (100, "100-299"),
            (299, "100-299"),
            (300, "300-999"),
            (999, "300-999"),
            (1000, "1000+"),
        ] {
            assert_eq!(LENGTH_BANDS[band(&LENGTH_BANDS, chars)].1, name);
        }
        for (posts, name) in [(1, "1"), (2, "2-3"), (3, "2-3"), (4, "4-6"), (7, "7-12"), (12, "7-12"), (13, "13+")] {
            assert_eq!(POSTS_A_DAY_BANDS[band(&POSTS_A_DAY_BANDS, posts)].1, name);
        }
    }

    #[test]
    fn groups_of_every_kind() {
        let mut fixture = Fixture::new();
        fixture.post(1, MONDAY, Some(1)).text("ab", &["launch", "moon"]);
        fixture.post(2, MONDAY + HOUR, Some(1)).media(None);
        fixture.post(3, MONDAY + 2 * DAY, Some(1)).media(Some(MediaType::Video)).text(&"я".repeat(300), &["moon"]);
        fixture.post(4, MONDAY + 3 * DAY, Some(1)).media(Some(MediaType::Video));
        let content = content(&fixture.dataset(), &Window::new(0, 20 * DAY, Zone::utc()), None).data;
        assert_eq!(names(&content.media_type), [("video", 2), ("photo", 1), ("unknown", 1)]);
        assert_eq!(names(&content.length), [("0", 2), ("1-99", 1), ("300-999", 1)]);
        assert_eq!(names(&content.hashtag), [("#moon", 2), ("#launch", 1)]);
        assert_eq!(names(&content.weekday), [("0", 2), ("2", 1), ("3", 1)]);
        assert_eq!(names(&content.posts_a_day), [("1", 2), ("2-3", 2)]);
        assert!(content.media_type.iter().all(|group| group.measured == 0 && group.lift.is_none()));
    }

    #[test]
    fn the_better_kind_is_lifted_and_its_interval_holds_the_lift() {
        let mut fixture = Fixture::new();
        for index in 0..200_i64 {
            let video = index % 2 == 0;
            let wobble = [90, 100, 110, 95, 105][(index / 2 % 5) as usize];
            let at = MONDAY + index * 5 * HOUR;
            fixture.post_read(index, at, &[(at + DAY, if video { wobble * 15 } else { wobble * 10 })]);
            fixture.media(Some(if video { MediaType::Video } else { MediaType::Photo }));
        }
        let content = content(&fixture.dataset(), &Window::new(0, 400 * DAY, Zone::utc()), Some(Measure::Reach24)).data;
        let [photo, video] = &content.media_type[..] else { panic!("two kinds") };
        assert_eq!((photo.name.as_str(), video.name.as_str()), ("photo", "video"));
        assert_eq!((video.n, video.measured, video.median_views), (100, 97, Some(1500.0)));
        let between = (1.0 + video.lift.unwrap()) / (1.0 + photo.lift.unwrap());
        assert!((between - 1.5).abs() < 0.03, "{between}");
        for group in [photo, video] {
            assert!(group.low < group.lift && group.lift < group.high);
            assert!(group.high.unwrap() - group.low.unwrap() < 0.1);
        }
    }

    #[test]
    fn the_shape_of_a_group() {
        let mut fixture = Fixture::new();
        fixture.post(1, MONDAY, Some(1));
        let content = content(&fixture.dataset(), &Window::new(0, 20 * DAY, Zone::utc()), None).data;
        let json = serde_json::to_string(&content).unwrap();
        assert!(
            json.starts_with(
                r#"{"media_type":[{"name":"photo","n":1,"measured":0,"median_views":null,"median":null,"lift":null,"low":null,"high":null}],"length":[{"name":"0""#
            ),
            "{json}"
        );
    }
}
