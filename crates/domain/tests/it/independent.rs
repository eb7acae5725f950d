//! Every question against `questions.py`, which was written from the definitions and not from this code.
//! Needs `python3` with zone data; a machine without it checks nothing here.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::analytics::posts::{SnapshotView, post_views};
use domain::analytics::query::{Hours, MaxGap, Measure, Query, Sort};
use domain::analytics::{
    AGES_H, Dataset, Window, content, daily, dashboard, growth, heatmap, overview, reach, sources, top, trending,
    view_curve,
};
use domain::zone::Zone;
use serde_json::{Value, to_value};

use crate::csv_files::{self, Files};

/// Mid-February 2025: the channels live through a change of clocks.
const START: i64 = 1_739_600_000;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// A small generator, the same numbers on every machine.
struct Dice(u64);

impl Dice {
    /// 0..bound
    fn roll(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.roll(times) == 0
    }

    fn cell(&mut self, value: u64, missing_one_in: u64) -> String {
        if self.one_in(missing_one_in) { String::new() } else { value.to_string() }
    }
}

/// Writes the four files of a made-up channel into `folder`.
fn write_channel(folder: &Path, dice: &mut Dice, posts: u64, batches: bool) -> Files {
    let mut posts_csv = "channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n".to_owned();
    let mut snapshots_csv = "channel,post_id,taken_at_utc,views,forwards,reactions,replies\n".to_owned();
    let taken_at = START + 80 * DAY + 17;
    let mut at = START;
    for post_id in 1..=posts {
        at += (60 + dice.roll(22 * 3600)) as i64;
        let total = match dice.roll(30) {
            0 => 0,
            1 => 60_000 + dice.roll(90_000),
            _ => 1000 + dice.roll(3000),
        };
        let ages: Vec<i64> = if batches {
            // the whole channel is read every 6 h
            (1..40).map(|read| (at / (6 * HOUR) + read) * 6 * HOUR - at).collect()
        } else {
            (0..dice.roll(30))
                .scan(0, |age, _| {
                    *age += 600 + dice.roll(20 * 3600) as i64;
                    Some(*age)
                })
                .collect()
        };
        for age in ages.into_iter().filter(|age| at + age < taken_at) {
            let share = age as f64 / (age as f64 + 20.0 * HOUR as f64);
            let views = (total as f64 * share) as u64;
            let (views, forwards) = (dice.cell(views, 20), dice.cell(views / 50, 5));
            writeln!(snapshots_csv, "made_up,{post_id},{},{views},{forwards},,", at + age).unwrap();
        }
        let media = ["photo", "video", "text", "album", ""][dice.roll(5) as usize];
        let words = ["#launch", "moon", "#Луна", "#42", "x".repeat(90).as_str(), "море #tag_1 #launch", ""]
            .map(|word| if dice.one_in(3) { word.repeat(1 + dice.roll(4) as usize) } else { String::new() })
            .join(" ");
        let (views, forwards, replies) = (dice.cell(total, 12), dice.cell(total / 60, 4), dice.cell(total / 90, 9));
        writeln!(posts_csv, "made_up,{post_id},{at},{views},{forwards},,{replies},{media},{}", words.trim()).unwrap();
    }
    let mut daily_csv = "channel,day,subscribers,joined,left,notifications_on\n".to_owned();
    let mut sources_csv = "channel,day,source,views\n".to_owned();
    for day in 0..90 {
        let date = Zone::utc().day(START + day * DAY);
        if !dice.one_in(8) {
            let (subscribers, joined) = (10_000 + 10 * day as u64 + dice.roll(40), dice.roll(60));
            let (subscribers, joined) = (dice.cell(subscribers, 10), dice.cell(joined, 6));
            let left = dice.roll(40);
            writeln!(daily_csv, "made_up,{date},{subscribers},{joined},{},", dice.cell(left, 6)).unwrap();
        }
        for origin in ["followers", "search", "links"] {
            if !dice.one_in(3) {
                let views = dice.roll(900);
                writeln!(sources_csv, "made_up,{date},{origin},{}", dice.cell(views, 9)).unwrap();
            }
        }
    }
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    Files {
        posts: write("posts.csv", posts_csv),
        taken_at,
        snapshots: Some(write("snapshots.csv", snapshots_csv)),
        daily: Some(write("daily.csv", daily_csv)),
        sources: Some(write("sources.csv", sources_csv)),
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../server/tests/independent/questions.py")
}

fn python_answers(question: &str, files: &Files, options: &[&str]) -> Value {
    let mut command = Command::new("python3");
    command.arg(script()).args([question, "--taken-at", &files.taken_at.to_string(), "--posts"]).arg(&files.posts);
    for (name, path) in [("--snapshots", &files.snapshots), ("--daily", &files.daily), ("--sources", &files.sources)] {
        if let Some(path) = path {
            command.arg(name).arg(path);
        }
    }
    let output = command.args(["--channel", "made_up"]).args(options).output().unwrap();
    assert!(output.status.success(), "{question} {options:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Where two answers differ by more than 1e-9 relative, if anywhere.
fn difference(ours: &Value, theirs: &Value, path: &str) -> Option<String> {
    match (ours, theirs) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64()?, b.as_f64()?);
            ((a - b).abs() > 1e-9 * a.abs().max(b.abs()) + 1e-12).then(|| format!("{path}: {a} against {b}"))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(place, (a, b))| difference(a, b, &format!("{path}[{place}]")))
        }
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().find_map(|(name, value)| difference(value, &b[name], &format!("{path}.{name}")))
        }
        (a, b) => (a != b).then(|| format!("{path}: {a} against {b}")),
    }
}

fn ours(question: &str, data: &Dataset, window: &Window, query: &Query) -> Value {
    let hours = query.hours.clone().unwrap_or(AGES_H.to_vec());
    let (sort, limit) = (query.sort.unwrap_or_default(), query.limit.unwrap_or(top::DEFAULT_LIMIT));
    match question {
        "overview" => to_value(overview::overview(data, window).data),
        "daily" => to_value(daily::daily(data, window).data),
        "growth" => to_value(growth::growth(data, window).data),
        "reach" => to_value(reach::reach(data, window, &hours).data),
        "view-curve" => to_value(view_curve::view_curve(data, window, &hours).data),
        "top" => to_value(top::top(data, window, sort, query.min_views.unwrap_or(top::DEFAULT_MIN_VIEWS), limit).data),
        "sources" => to_value(sources::sources(data, window).data),
        "content" => to_value(content::content(data, window, query.measure).data),
        "heatmap" => to_value(heatmap::heatmap(data, window, query.measure).data),
        "trending" => to_value(trending::trending(data, window).data),
        "dashboard" => to_value(dashboard::dashboard(data, window).data),
        _ => unreachable!("{question}"),
    }
    .unwrap()
}

/// Options as the script takes them, and as a query.
fn query(options: &[&str]) -> Query {
    let mut query = Query::default();
    for pair in options.chunks(2) {
        let name = pair[0].trim_start_matches("--").replace('-', "_");
        assert_eq!(query.set(&name, pair[1]), Ok(true));
    }
    query
}

fn has_python() -> bool {
    let found = Command::new("python3").args(["-c", "import zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')"]).output();
    found.is_ok_and(|output| output.status.success())
}

#[test]
fn every_question_agrees_with_the_second_implementation() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let cases: [(u64, u64, bool, &str, &[&str]); 9] = [
        (1, 150, false, "UTC", &[]),
        (2, 150, true, "Europe/Berlin", &[]),
        (3, 150, true, "America/Sao_Paulo", &["--from", "2025-02-20", "--to", "2025-04-20"]),
        (4, 150, true, "Australia/Lord_Howe", &["--from", "1740000001", "--to", "1744999999", "--max-gap", "any"]),
        (5, 90, false, "Europe/Berlin", &["--from", "2025-03-30", "--to", "2025-03-31", "--max-gap", "6"]),
        (6, 150, true, "Asia/Kathmandu", &["--measure", "total", "--from", "2025-02-01"]),
        (7, 150, true, "UTC", &["--measure", "reach24", "--sort", "performance", "--limit", "50", "--min-views", "0"]),
        (8, 3, true, "UTC", &["--hours", "2,24,100", "--sort", "views"]),
        (9, 0, true, "Asia/Tashkent", &["--from", "2025-03-01", "--to", "2025-03-03"]),
    ];
    let questions = [
        "overview",
        "daily",
        "growth",
        "reach",
        "view-curve",
        "top",
        "sources",
        "content",
        "heatmap",
        "trending",
        "dashboard",
    ];
    for (seed, posts, batches, tz, options) in cases {
        let mut dice = Dice(seed);
        let files = write_channel(folder.path(), &mut dice, posts, batches);
        let history = csv_files::history(&files, "made_up", tz);
        let zone = Zone::find(tz).unwrap();
        let query = query(options);
        let newest = history.posts.date_utc.last().copied();
        let window = Window::resolve(&query, &zone, None, newest, 0).unwrap();
        let mut ages = query.hours.clone().unwrap_or_default();
        ages.extend(AGES_H);
        ages.sort_unstable();
        ages.dedup();
        let data = Dataset::measure(history, &ages, query.max_gap);
        let all: Vec<&str> = ["--tz", tz].iter().chain(options).copied().collect();
        let theirs = python_answers("all", &files, &all);
        for question in questions {
            if question == "dashboard"
                && options.iter().any(|option| ["--measure", "--sort", "--hours", "--limit"].contains(option))
            {
                continue; // the dashboard is of defaults
            }
            let difference = difference(&ours(question, &data, &window, &query), &theirs[question], question);
            assert_eq!(difference, None, "seed {seed}, {tz} {options:?}");
        }
    }
}

#[test]
fn the_page_of_a_post_agrees_with_the_second_implementation() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let files = write_channel(folder.path(), &mut Dice(11), 60, true);
    let history = csv_files::history(&files, "made_up", "UTC");
    for post_id in [1, 20, 60] {
        let theirs = python_answers("post-views", &files, &["--post-id", &post_id.to_string()]);
        let snapshots: Vec<SnapshotView> = serde_json::from_value(theirs["snapshots"].clone()).unwrap();
        let ours = to_value(post_views(&history, post_id, snapshots).unwrap()).unwrap();
        assert_eq!(difference(&ours, &theirs, "post"), None, "{post_id}");
    }
}

#[test]
fn differences_are_found() {
    let a = serde_json::json!({"x": [1.0, null]});
    assert_eq!(difference(&a, &serde_json::json!({"x": [1.0 + 1e-12, null]}), ""), None);
    for b in [
        serde_json::json!({"x": [1.1, null]}),
        serde_json::json!({"x": [1.0, 0]}),
        serde_json::json!({"x": [1.0]}),
        serde_json::json!({}),
    ] {
        assert!(difference(&a, &b, "").is_some(), "{b}");
    }
}

#[test]
fn the_options_of_the_script_are_those_of_a_query() {
    let query = query(&["--hours", "24,1", "--max-gap", "any", "--measure", "total", "--sort", "date"]);
    assert_eq!(query.hours, Some("1,24".parse::<Hours>().unwrap().0));
    assert_eq!((query.max_gap, query.measure, query.sort), (MaxGap::Any, Some(Measure::Total), Some(Sort::Date)));
}
