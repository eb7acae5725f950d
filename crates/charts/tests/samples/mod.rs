//! Small hand-made inputs: a fortnight of a channel with a missing day, a lone day, words of all three languages.

use std::collections::BTreeMap;

use charts::reach_trend::{Estimate, ReachDay};
use charts::views_over_time::{Bucket, Step, ViewsOverTime};
use charts::{
    Frame, Language, Palette, Picture, Spec, Style, Words, compare_channels, compare_posts, content, daily, growth,
    heatmap, overview,
};
use charts::{post_views, reach_by_age, reach_trend, sources, subscribers, top, trending, view_curve, views_over_time};
use domain::analytics::compare::{CompareSort, ComparedChannel};
use domain::analytics::content::{Content, ContentGroup};
use domain::analytics::curve::{PostCurve, UsualCurve};
use domain::analytics::daily::Day;
use domain::analytics::growth::{Growth, GrowthDay};
use domain::analytics::heatmap::HeatCell;
use domain::analytics::overview::Overview;
use domain::analytics::posts::{PostCurvePoint, PostView, PostViews, SnapshotView, UsualPoint};
use domain::analytics::query::Sort;
use domain::analytics::reach::{Reach, ReachAge, ReachTotal};
use domain::analytics::sources::{SourceShare, Sources, SourcesDay};
use domain::analytics::trending::TrendingPost;
use domain::analytics::view_curve::CurvePoint;
use domain::forecast::BandPoint;
use domain::posts::MediaType;
use jiff::civil::{Date, date};

const VIEWS: [Option<i64>; 14] = [
    Some(34_100),
    Some(31_250),
    Some(28_400),
    None,
    Some(26_300),
    Some(24_100),
    Some(35_200),
    Some(32_900),
    None,
    Some(41_200),
    None,
    Some(50_164),
    Some(37_000),
    Some(43_600),
];

fn day(index: usize) -> Date {
    let first = date(2025, 10, 25);
    domain::zone::add_days(first, index as i64)
}

pub fn days() -> Vec<Day> {
    VIEWS
        .iter()
        .enumerate()
        .map(|(index, &views)| Day {
            day: day(index),
            posts: if views.is_some() { 2 + index as u64 % 3 } else { 0 },
            views,
            forwards: views.map(|views| views / 120),
            reactions: None,
            replies: views.map(|views| views / 400),
            er: views.map(|_| 0.0112),
            subscribers: views.map(|_| 48_000 + 17 * index as i64),
            joined: views.map(|_| 60),
            left: views.map(|_| 35),
            notifications_on: None,
        })
        .collect()
}

fn views_days() -> ViewsOverTime {
    let before: Vec<Day> =
        days().into_iter().rev().map(|day| Day { views: day.views.map(|views| views * 4 / 5), ..day }).collect();
    ViewsOverTime::of_days(&days(), &before)
}

fn views_hours() -> ViewsOverTime {
    let start = day(0).at(0, 0, 0, 0);
    let buckets = (0..60i64)
        .map(|hour| Bucket {
            start: start.saturating_add(jiff::Span::new().hours(hour)),
            views: Some((hour * 37 % 23 * 100) as f64),
            posts: u64::from(hour % 6 == 0),
            before: None,
        })
        .collect();
    ViewsOverTime { step: Step::Hour, buckets, shown: Some((36, 59)) }
}

fn growth_answer() -> Growth {
    let days = (0..14)
        .map(|index| {
            let known = index != 8;
            let joined = known.then_some(if index == 10 { 190 } else { 40 + 7 * (index as i64 % 5) });
            let left = known.then_some(if index == 12 { 95 } else { 25 + 3 * (index as i64 % 4) });
            GrowthDay {
                day: day(index),
                subscribers: known.then_some(48_000 + 19 * index as i64),
                joined,
                left,
                net: joined.zip(left).map(|(joined, left)| joined - left),
                notifications_on: None,
            }
        })
        .collect();
    Growth { days, joined: Some(832), left: Some(445), net: Some(387), churn: Some(0.0093), invite_links: Vec::new() }
}

fn reach_answer(factor: f64) -> Reach {
    let age = |h: u32, reach: Option<f64>| ReachAge {
        h,
        n: if reach.is_some() { 90 } else { 0 },
        too_young: 3,
        unmeasured: 0,
        reach: reach.map(|reach| reach * factor),
        err: reach.map(|reach| reach / 48_000.0),
        low: reach.map(|reach| reach * 0.94),
        high: reach.map(|reach| reach * 1.05),
    };
    Reach {
        as_of: Some(1_762_500_000),
        posts: 94,
        ages: vec![
            age(1, Some(3_104.0)),
            age(3, Some(5_420.0)),
            age(24, Some(12_418.0)),
            age(48, Some(15_300.0)),
            age(72, Some(16_600.0)),
            age(168, None),
        ],
        total: ReachTotal { n: 0, reach: None, err: None, low: None, high: None },
    }
}

fn sources_answer() -> Sources {
    let of = |source: &str, views: i64, share: f64, change: Option<f64>| SourceShare {
        source: source.to_owned(),
        views,
        share: Some(share),
        change,
    };
    let days = (0..14)
        .map(|index| {
            let views: BTreeMap<String, i64> =
                [("followers", 4_100 + 90 * index), ("channels", 1_300), ("search", 380 + 11 * index)]
                    .map(|(name, views)| (name.to_owned(), views))
                    .into();
            SourcesDay { day: day(index as usize), views }
        })
        .collect();
    Sources {
        sources: vec![
            of("followers", 65_590, 0.712, Some(-0.04)),
            of("channels", 18_200, 0.198, Some(0.11)),
            of("search", 6_321, 0.069, None),
        ],
        days,
    }
}

fn heat_cells() -> Vec<HeatCell> {
    (0..7u8)
        .flat_map(|dow| {
            (0..24u8).map(move |hour| {
                let n = if (1..=5).contains(&hour) || (dow + hour) % 11 == 3 { 0 } else { 3 + u64::from(hour % 5) };
                let lift = f64::from(i32::from((u16::from(hour) * 13 + u16::from(dow) * 29) % 41) - 20) / 120.0;
                HeatCell { dow, hour, n, median: (n > 0).then_some(lift * 1.4), score: Some(lift), lift: Some(lift) }
            })
        })
        .collect()
}

fn curve_points() -> Vec<CurvePoint> {
    [(1, 3_100.0), (3, 5_400.0), (6, 7_900.0), (12, 10_100.0), (24, 12_400.0), (48, 15_300.0), (72, 16_600.0)]
        .into_iter()
        .map(|(h, views)| CurvePoint {
            h,
            n: 90,
            mean_views: Some(views * 1.12),
            median_views: Some(views),
            mean_share: Some(views / 19_000.0),
        })
        .chain([CurvePoint { h: 168, n: 0, mean_views: None, median_views: None, mean_share: None }])
        .collect()
}

fn post_curves() -> Vec<PostCurve> {
    let curve = |post_id: i64, title: &str, size: f64| PostCurve {
        post_id,
        title: title.to_owned(),
        points: (0..=16).map(|step| (f64::from(step) * 3.0, size * (f64::from(step) / 16.0).sqrt())).collect(),
    };
    vec![
        curve(23_144, "Debris map, updated", 21_400.0),
        curve(23_150, "Oyning uzoq tomoni: gʻoyat qiziq oʻlkalar", 12_800.0),
        curve(23_161, "Опрос: какая миссия?", 9_600.0),
    ]
}

fn usual_curve() -> UsualCurve {
    let ages_h: Vec<f64> = (0..=24).map(|step| f64::from(step) * 2.0).collect();
    let at = |share: f64| {
        ages_h
            .iter()
            .enumerate()
            .map(|(index, age)| (index < 24).then_some(13_000.0 * share * (age / 48.0).sqrt()))
            .collect()
    };
    UsualCurve { low: at(0.85), median: at(1.0), high: at(1.2), ages_h: ages_h.clone(), n: 64 }
}

fn post_views_answer() -> PostViews {
    let date_utc = 1_762_000_000;
    let snapshots = (1..=20).map(|step| SnapshotView {
        at: date_utc + step * 5 * 3600,
        views: Some((18_000.0 * (step as f64 / 20.0).sqrt()) as i64),
        forwards: Some(step * 9),
        reactions: None,
        replies: Some(step * 2),
    });
    PostViews {
        post_id: 23_144,
        date_utc,
        snapshots: snapshots.collect(),
        curve: vec![PostCurvePoint { h: 24, views: 8_800.0, share: Some(0.49) }],
        usual: [
            (1, 2_000.0),
            (3, 3_900.0),
            (12, 6_700.0),
            (24, 8_100.0),
            (48, 11_000.0),
            (72, 13_100.0),
            (168, 15_000.0),
        ]
        .into_iter()
        .map(|(h, median)| UsualPoint { h, median })
        .collect(),
    }
}

/// The first four readings.
fn young_post_views() -> PostViews {
    let mut views = post_views_answer();
    views.snapshots.truncate(4);
    views
}

/// From one reading to three days.
fn band_ahead(from_h: f64, views: f64) -> Vec<BandPoint> {
    [from_h, 36.0, 48.0, 72.0]
        .into_iter()
        .map(|at_h| {
            let (views, wide) = (views * (at_h / from_h).sqrt(), 1.0 + (at_h - from_h) / 200.0);
            BandPoint { at_h, views, low: views / wide, high: views * wide }
        })
        .collect()
}

fn posts() -> Vec<PostView> {
    let texts = [
        "Debris map, updated: 27 new fragments since Monday",
        "Почему на обратной стороне почти нет морей",
        "Toʻgʻri javob: ўқ, қуш, ғоз, ҳаво",
        "",
        "Poll: {b} which mission next week?",
    ];
    texts
        .into_iter()
        .enumerate()
        .map(|(index, text)| PostView {
            post_id: 23_100 + index as i64,
            date_utc: 1_762_000_000 + 86_400 * index as i64,
            views: Some(21_400 - 2_900 * index as i64),
            forwards: Some(612 - 90 * index as i64),
            reactions: (index != 3).then_some(300),
            replies: Some(41),
            media_type: Some(MediaType::Photo),
            text: text.to_owned(),
            er: (index != 4).then_some(0.048 - 0.007 * index as f64),
            performance: Some(1.38 - 0.15 * index as f64),
            growth_rate: None,
            ctr: None,
        })
        .collect()
}

fn content_answer() -> Content {
    let group = |name: &str, n: u64, lift: f64, spread: f64| ContentGroup {
        name: name.to_owned(),
        n,
        measured: n,
        median_views: Some(12_000.0 * (1.0 + lift)),
        median: Some(lift),
        lift: Some(lift),
        low: Some(lift - spread),
        high: Some(lift + spread),
    };
    Content {
        media_type: vec![
            group("album", 14, 0.14, 0.07),
            group("photo", 41, 0.02, 0.04),
            group("text", 21, -0.13, 0.06),
            group("poll", 3, 0.4, 0.6),
        ],
        length: vec![group("0", 12, -0.02, 0.05), group("100-299", 40, 0.05, 0.04)],
        hashtag: vec![group("#нжума", 11, 0.03, 0.09)],
        weekday: vec![group("1", 15, 0.06, 0.05)],
        posts_a_day: vec![group("2-3", 30, -0.01, 0.03)],
    }
}

fn trending_posts() -> Vec<TrendingPost> {
    vec![
        TrendingPost {
            post_id: 1,
            date_utc: 1_762_000_000,
            views: 21_400,
            z: Some(2.1),
            ewz: Some(3.4),
            expected_views: Some(13_900.0),
            text: "Debris map, updated".to_owned(),
        },
        TrendingPost {
            post_id: 2,
            date_utc: 1_762_100_000,
            views: 18_900,
            z: Some(2.3),
            ewz: None,
            expected_views: Some(13_200.0),
            text: "Запуск перенесён на четверг".to_owned(),
        },
    ]
}

fn overview_answer() -> Overview {
    Overview {
        posts: 94,
        views: Some(1_140_212),
        forwards: Some(9_120),
        reactions: None,
        replies: Some(2_311),
        avg_reach: Some(12_129.9),
        subscribers: Some(48_213),
        err: Some(0.2516),
        er: Some(0.01),
        growth: Some(-452),
        growth_pct: Some(-0.0093),
    }
}

fn channels() -> Vec<ComparedChannel> {
    let channel = |title: &str, err: Option<f64>| ComparedChannel {
        channel: title.to_lowercase(),
        title: title.to_owned(),
        overview: Overview { err, ..overview_answer() },
        reach24: Some(11_900.0),
        err24: Some(0.247),
    };
    vec![channel("Osh va Non", Some(0.312)), channel("Orbit Daily", Some(0.258)), channel("Медленный код", None)]
}

fn reach_days() -> Vec<ReachDay> {
    (0..14usize)
        .map(|index| ReachDay {
            day: day(index),
            reach: (index < 12 && index != 5).then_some(12_000.0 + 350.0 * (index % 4) as f64),
            estimated: (index >= 12).then(|| Estimate {
                value: 13_100.0,
                low: 11_800.0 - 400.0 * (index - 12) as f64,
                high: 14_600.0,
            }),
            before: Some(11_000.0 + 200.0 * (index % 3) as f64),
        })
        .collect()
}

/// Every chart of the sample channel, by name.
pub fn all(style: &Style) -> Vec<(&'static str, Spec)> {
    vec![
        ("views_over_time", views_over_time::spec(&views_days(), style)),
        ("views_over_time_hours", views_over_time::spec(&views_hours(), style)),
        ("daily", daily::spec(&days(), style)),
        ("growth", growth::spec(&growth_answer(), style)),
        ("subscribers", subscribers::spec(&growth_answer().days, style)),
        ("reach_trend", reach_trend::spec(&reach_days(), style)),
        ("reach_by_age", reach_by_age::spec(&reach_answer(1.0), Some(&reach_answer(0.9)), style)),
        ("sources_shares", sources::shares(&sources_answer(), style)),
        ("sources_by_day", sources::by_day(&sources_answer(), style)),
        ("heatmap", heatmap::spec(&heat_cells(), Some((1, 19)), style)),
        ("view_curve", view_curve::spec(&curve_points(), style)),
        (
            "compare_posts",
            compare_posts::spec(
                &post_curves(),
                &[&[], &[], &band_ahead(30.0, 9_000.0)],
                Some(&usual_curve()),
                48.0,
                style,
            ),
        ),
        ("post_views", post_views::spec(&post_views_answer(), &[], style)),
        ("post_views_ahead", post_views::spec(&young_post_views(), &band_ahead(20.0, 8_050.0), style)),
        ("top", top::spec(&posts(), Sort::Views, style)),
        ("trending", trending::spec(&trending_posts(), style)),
        ("content", content::spec(&content_answer(), None, style)),
        ("compare_channels", compare_channels::spec(&channels(), CompareSort::Err, style)),
        ("overview", overview::spec(&overview_answer(), style)),
    ]
}

/// Every chart with nothing in it.
pub fn nothing(style: &Style) -> Vec<(&'static str, Spec)> {
    let no_reach = Reach { ages: Vec::new(), posts: 0, ..reach_answer(1.0) };
    let no_growth =
        Growth { days: Vec::new(), joined: None, left: None, net: None, churn: None, invite_links: Vec::new() };
    let no_sources = Sources { sources: Vec::new(), days: Vec::new() };
    let no_content = Content {
        media_type: Vec::new(),
        length: Vec::new(),
        hashtag: Vec::new(),
        weekday: Vec::new(),
        posts_a_day: Vec::new(),
    };
    let no_views = PostViews { snapshots: Vec::new(), curve: Vec::new(), usual: Vec::new(), ..post_views_answer() };
    let no_overview = Overview {
        posts: 0,
        views: None,
        forwards: None,
        reactions: None,
        replies: None,
        avg_reach: None,
        subscribers: None,
        err: None,
        er: None,
        growth: None,
        growth_pct: None,
    };
    vec![
        ("views_over_time", views_over_time::spec(&ViewsOverTime::of_days(&[], &[]), style)),
        ("daily", daily::spec(&[], style)),
        ("growth", growth::spec(&no_growth, style)),
        ("subscribers", subscribers::spec(&[], style)),
        ("reach_trend", reach_trend::spec(&[], style)),
        ("reach_by_age", reach_by_age::spec(&no_reach, None, style)),
        ("sources_shares", sources::shares(&no_sources, style)),
        ("sources_by_day", sources::by_day(&no_sources, style)),
        ("heatmap", heatmap::spec(&[], None, style)),
        ("view_curve", view_curve::spec(&[], style)),
        ("compare_posts", compare_posts::spec(&[], &[], None, 48.0, style)),
        ("post_views", post_views::spec(&no_views, &[], style)),
        ("top", top::spec(&[], Sort::Er, style)),
        ("trending", trending::spec(&[], style)),
        ("content", content::spec(&no_content, None, style)),
        ("compare_channels", compare_channels::spec(&[], CompareSort::Err, style)),
        ("overview", overview::spec(&no_overview, style)),
    ]
}

/// A picture's frame in a language.
pub fn picture(language: Language) -> Frame {
    let words = Words::of(language);
    Frame::Picture(Picture {
        subtitle: format!("Orbit Daily · {}", words.period(day(0), day(13))),
        note: format!("{} · Asia/Tashkent", words.demo_data),
    })
}

/// Runs `act` with the style of a language, palette and frame.
pub fn styled<T>(language: Language, palette: &Palette, frame: &Frame, act: impl FnOnce(&Style) -> T) -> T {
    act(&Style { words: &Words::of(language), palette, frame })
}
