//! The browser answers with the same code as the server; here both must say the same. Compiled twice: for this
//! machine, where the snapshot is kept, and for WebAssembly (`./dev test wasm`), which is held against it.

use domain::analytics::attention::attention;
use domain::analytics::compare::compared;
use domain::analytics::content::content;
use domain::analytics::dashboard::dashboard;
use domain::analytics::headline::headline;
use domain::analytics::history::{DailyFact, History, PostColumns, SourceFact, ViewReadings};
use domain::analytics::query::MaxGap;
use domain::analytics::series::{reach_by_day, views_over_time};
use domain::analytics::sources::sources;
use domain::analytics::{AGES_H, Dataset, Window};
use domain::best_time::{Objective, Settings, pick, recommend};
use domain::channels::Channel;
use domain::ids::{ChannelId, WorkspaceId};
use domain::posts::{MediaType, Source};
use domain::zone::Zone;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// 2026-03-01 00:00 UTC; four weeks later the clocks of Berlin change, inside the window.
const START: i64 = 1_772_323_200;
const DAYS: i64 = 45;
const POSTS_A_DAY: i64 = 3;
/// Hours after posting at which the views were read.
const READ_AT_H: [i64; 7] = [1, 3, 7, 13, 26, 70, 190];
/// Logarithms and powers differ in the last bits between the two machines; nothing shown has this many digits.
const DIGITS: usize = 9;

/// Numbers without a pattern, the same everywhere.
struct Dice(u64);

impl Dice {
    /// 0..=999
    fn roll(&mut self) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as i64 % 1_000
    }
}

fn first_day() -> Date {
    date(2026, 3, 1)
}

fn history() -> History {
    let mut dice = Dice(7);
    let mut posts = PostColumns::default();
    let mut readings = ViewReadings { offsets: vec![0], ..ViewReadings::default() };
    let as_of = START + DAYS * DAY;
    for index in 0..DAYS * POSTS_A_DAY {
        let date_utc = START + index * DAY / POSTS_A_DAY + dice.roll() * 20;
        let total = 4_000 + dice.roll() * (if index % 17 == 0 { 60 } else { 4 });
        for hours in READ_AT_H {
            let at = date_utc + hours * HOUR;
            if at <= as_of {
                readings.at.push(at);
                readings.views.push(total * hours / (hours + 12));
            }
        }
        let counted = readings.offsets.last().is_some_and(|from| *from < readings.at.len());
        readings.offsets.push(readings.at.len());
        posts.post_id.push(index + 1);
        posts.date_utc.push(date_utc);
        posts.views.push(counted.then(|| readings.views.last().copied()).flatten());
        posts.forwards.push(Some(dice.roll() / 20));
        posts.reactions.push((index % 5 != 0).then(|| dice.roll() / 9));
        posts.replies.push(None);
        posts.counted_at.push(counted.then(|| readings.at.last().copied()).flatten());
        posts.media_type.push([None, Some(MediaType::Photo), Some(MediaType::Video)][(index % 3) as usize]);
        posts.source.push(Source::Measured);
        posts.text_chars.push(dice.roll() as u32);
        posts.text.push(format!("post {index}"));
        posts.hashtags.push(if index % 4 == 0 { vec!["moon".to_owned()] } else { Vec::new() });
    }
    let mut subscribers = 20_000;
    let mut daily = Vec::new();
    let mut sources = Vec::new();
    for index in 0..DAYS {
        let day = first_day().saturating_add(jiff::Span::new().days(index));
        let (joined, left) = (dice.roll() / 10, dice.roll() / 15);
        subscribers += joined - left;
        if index % 11 != 10 {
            daily.push(DailyFact {
                subscribers: Some(subscribers),
                joined: Some(joined),
                left: Some(left),
                ..DailyFact::told_by(Source::Official, day)
            });
        }
        for origin in ["followers", "search"] {
            sources.push(SourceFact {
                day,
                origin: origin.to_owned(),
                views: Some(dice.roll() * 5),
                source: Source::Official,
            });
        }
    }
    let channel = Channel {
        id: ChannelId(1),
        workspace_id: WorkspaceId(1),
        telegram_id: Some(1_000_001),
        username: Some("orbit".to_owned()),
        title: "Orbit".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        demo: false,
        created_at: START,
    };
    History { channel, as_of: Some(as_of), posts, readings, daily, sources, link_joins: Vec::new() }
}

fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or_default();
            json!(format!("{number:.*e}", DIGITS - 1).parse::<f64>().unwrap_or(number))
        }
        Value::Array(values) => values.into_iter().map(rounded).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, rounded(value))).collect(),
        other => other,
    }
}

/// Every question about the same 30 days, as text.
fn answers(data: &Dataset, window: &Window) -> String {
    let now = data.as_of.unwrap_or_default();
    let all = json!({
        "dashboard": dashboard(data, window),
        "headline": headline(data, window),
        "content": content(data, window, None),
        "sources": sources(data, window),
        "compared": compared(data, window),
        "views_over_time": views_over_time(data, window, None, None),
        "reach_by_day": reach_by_day(data, window, data.default_measure(0..data.posts.len())),
        "attention": attention(data, window, now),
    });
    serde_json::to_string_pretty(&rounded(all)).expect("JSON")
}

fn as_it_travels(data: &Dataset) -> Dataset {
    serde_json::from_str(&serde_json::to_string(data).expect("JSON")).expect("the same shape")
}

fn window() -> Window {
    let zone = Zone::find("Europe/Berlin").expect("a zone");
    // the rules go to the browser with the name: there is no database of zones
    let zone = serde_json::from_str(&serde_json::to_string(&zone).expect("JSON")).expect("the same rules");
    Window::of_days(date(2026, 3, 16), date(2026, 4, 14), zone)
}

#[test]
fn a_dataset_is_the_same_after_its_travel() {
    let data = Dataset::measure(history(), &AGES_H, MaxGap::Usual);
    let text = |data: &Dataset| rounded(serde_json::to_value(data).expect("JSON"));
    // the parser may be off by one in the last bit of a number, which is no view and no percent
    assert!(text(&as_it_travels(&data)) == text(&data));
}

/// Holds the text against its snapshot: kept by this machine, read by the other.
macro_rules! assert_the_same_everywhere {
    ($name:literal, $text:expr) => {
        let text: String = $text;
        #[cfg(not(target_arch = "wasm32"))]
        insta::assert_snapshot!($name, text);
        #[cfg(target_arch = "wasm32")]
        {
            let snapshot = include_str!(concat!("snapshots/browser__", $name, ".snap"));
            // the snapshot stands below its own two lines of dashes
            let kept = snapshot.splitn(3, "---\n").nth(2).expect("a snapshot").trim_end();
            let differing = kept.lines().zip(text.lines()).position(|(kept, now)| kept != now);
            assert_eq!(
                differing.map(|line| (kept.lines().nth(line), text.lines().nth(line))),
                None,
                "the first line that differs"
            );
            assert_eq!(kept.lines().count(), text.lines().count());
        }
    };
}

#[test]
fn browser_and_server_give_the_same_answers() {
    let data = as_it_travels(&Dataset::measure(history(), &AGES_H, MaxGap::Usual));
    assert_the_same_everywhere!("answers", answers(&data, &window()));
}

#[test]
fn browser_and_server_give_the_same_advice() {
    let data = as_it_travels(&Dataset::measure(history(), &AGES_H, MaxGap::Usual));
    let advice: Vec<_> = Objective::ALL
        .map(|objective| {
            let answer = recommend(&data, &Settings::new(objective, window().zone));
            json!({ "p_value": answer.p_value, "spread": answer.spread, "widest": answer.widest, "cells": answer.cells[..24],
                "pick": pick(&answer, &Settings::new(objective, window().zone), 3), "advice": answer.advice("orbit".to_owned()) })
        })
        .into();
    assert_the_same_everywhere!("advice", serde_json::to_string_pretty(&rounded(advice.into())).expect("JSON"));
}
