//! `backtest` and `stats … best-time`: shapes as metrics §4 has them, what people do wrong, and real channels.

use std::fmt::Write as _;

use serde_json::Value;

use crate::program::{Program, pause, signal};

const TAKEN_AT: &str = "2025-06-20T00:00:00Z";

/// Four posts a day for `days` days, some hundred views each, 30 % more at 19:00.
fn posts(channel: &str, days: i64) -> String {
    let mut text = String::from("channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n");
    let first = 1_735_689_600;
    for day in 0..days {
        for (place, hour) in [8, 12, 15, 19].into_iter().enumerate() {
            let id = day * 4 + place as i64 + 1;
            let date = first + day * 86_400 + hour * 3600;
            let chance = (id * 7919 % 101) as f64 / 101.0;
            let views = 500.0 * (0.8 + 0.4 * chance) * if hour == 19 { 1.3 } else { 1.0 };
            _ = writeln!(text, "{channel},{id},{date},{},1,1,1,photo,x", views as i64);
        }
    }
    text
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_file_answers_in_the_shape_of_the_definitions_and_leaves_nothing_behind() {
    let program = Program::new();
    let file = program.write("posts.csv", &posts("orbit", 120));
    let args = ["backtest", "best-time", "--posts", &file, "--taken-at", TAKEN_AT, "--permute", "6", "--seed", "3"];
    let report = program.json(&args);
    assert_eq!(
        keys(&report),
        ["backtest", "channel", "effects", "n_posts", "objective", "permuted", "slots", "verdict"]
    );
    assert_eq!((report["channel"].as_str(), report["objective"].as_str()), (Some("orbit"), Some("total")));
    assert_eq!(report["n_posts"], 480);
    assert_eq!(report["verdict"], "difference");
    assert_eq!(keys(&report["slots"][0]), ["dow", "high", "hour", "lift", "low", "n", "p_top3"]);
    assert_eq!(report["slots"][0]["hour"], 19);
    assert_eq!(keys(&report["effects"][0]), ["high", "lift", "low", "n", "name"]);
    assert_eq!(
        keys(&report["backtest"]),
        [
            "coverage80",
            "folds",
            "lift_recommended",
            "log_error_flat",
            "log_error_model",
            "log_error_slot_mean",
            "posts_scored"
        ]
    );
    assert_eq!(report["permuted"]["runs"], 6);
    assert_eq!(program.json(&args), report, "the same seed, the same answer");
    assert!(!program.database().exists(), "nothing is kept of a file");

    let text = program.done(&args).out;
    assert!(text.starts_with("orbit: the hour matters."), "{text}");
    assert!(text.contains("log_error_model") && text.contains("lift_recommended"), "{text}");
    // on a clock five hours ahead it is another hour of the day
    let tashkent = program.json(&[&args[..], &["--tz", "asia/tashkent"]].concat());
    assert_eq!(tashkent["slots"][0]["hour"], 0);
}

#[test]
fn many_channels_are_many_lines() {
    let program = Program::new();
    let second = posts("slow", 10);
    let both = posts("orbit", 60) + second.split_once('\n').expect("a header").1;
    let file = program.write("posts.csv", &both);
    let out = program.done(&["backtest", "best-time", "--posts", &file, "--permute", "0", "--json"]).out;
    let reports: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(
        reports.iter().map(|report| report["channel"].as_str()).collect::<Vec<_>>(),
        [Some("orbit"), Some("slow")]
    );
    let slow = &reports[1];
    assert_eq!((slow["verdict"].as_str(), slow["slots"].as_array().map(Vec::len)), (Some("not_enough_data"), Some(0)));
    assert!(slow["missing"].as_i64().is_some_and(|missing| missing > 0), "{slow}");
    assert!(slow["backtest"]["log_error_model"].is_null() && slow["permuted"]["runs"] == 0, "{slow}");
}

#[test]
fn readings_in_a_second_file_make_early_objectives_and_forecasts() {
    let program = Program::new();
    let file = program.write("posts.csv", &posts("orbit", 90));
    let mut readings = String::from("channel,post_id,taken_at_utc,views,forwards,reactions,replies\n");
    for line in posts("orbit", 90).lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (date, views): (i64, f64) = (cells[2].parse().expect("a date"), cells[3].parse().expect("views"));
        for (hours, share) in [(1, 0.2), (3, 0.35), (12, 0.6), (24, 0.75), (48, 0.85), (168, 0.95)] {
            _ = writeln!(readings, "orbit,{},{},{},,,", cells[1], date + hours * 3600, (views * share) as i64);
        }
    }
    let snapshots = program.write("readings.csv", &readings);
    let files = ["--posts", &file, "--snapshots", &snapshots, "--taken-at", TAKEN_AT];
    let args = [&["backtest", "best-time", "--objective", "3h", "--permute", "0"], &files[..]].concat();
    let early = program.json(&args);
    assert_eq!((early["objective"].as_str(), early["n_posts"].as_i64()), (Some("3h"), Some(360)));
    let report = program.json(&[&["backtest", "forecast"], &files[..]].concat());
    assert_eq!(keys(&report), ["channel", "folds", "forecasts", "horizons", "n_posts", "not_measured"]);
    assert!(
        report["not_measured"].is_null() && report["horizons"].as_array().is_some_and(|h| !h.is_empty()),
        "{report}"
    );
    // one late reading each: there is nothing to measure
    let none = program.json(&["backtest", "forecast", "--posts", &file, "--taken-at", TAKEN_AT]);
    assert_eq!(none["not_measured"]["code"], "no_curves");
}

#[test]
fn a_stored_channel_is_asked_by_name() {
    let program = Program::new();
    let file = program.write("posts.csv", &posts("orbit", 120));
    program.done(&["import", "posts", &file, "--taken-at", TAKEN_AT, "--tz", "Asia/Tashkent"]);
    let report = program.json(&["backtest", "best-time", "@Orbit", "--permute", "2"]);
    assert_eq!((report["objective"].as_str(), report["slots"][0]["hour"].as_i64()), (Some("total"), Some(0)));

    let answer = program.json(&["stats", "orbit", "best-time"]);
    assert_eq!(keys(&answer["data"]), ["channel", "effects", "evidence", "n_posts", "objective", "slots", "verdict"]);
    assert_eq!((answer["data"]["evidence"].is_null(), answer["meta"]["tz"].as_str()), (true, Some("Asia/Tashkent")));
    assert_eq!(answer["data"]["slots"], report["slots"]);
    let text = program.done(&["stats", "orbit", "best-time", "--tz", "UTC"]).out;
    assert!(text.contains("at 19:00") && text.contains("UTC") && text.contains("estimated"), "{text}");
    let early = program.json(&["stats", "orbit", "best-time", "--objective", "24h"]);
    assert_eq!(
        (early["data"]["verdict"].as_str(), early["data"]["n_posts"].as_i64()),
        (Some("not_enough_data"), Some(0))
    );
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let program = Program::new();
    let file = program.write("posts.csv", &posts("orbit", 2));
    let bad = program.write(
        "bad.csv",
        "channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\norbit,1,yesterday,5,,,,photo,x\n",
    );
    for (args, code, said) in [
        (&["backtest", "best-time"][..], 2, &["--posts"][..]),
        (&["backtest", "best-time", "orbit", "--posts", &file], 2, &["cannot be used with"]),
        (&["backtest", "best-time", "orbit", "--taken-at", TAKEN_AT], 2, &["--posts"]),
        (&["backtest", "best-time", "no_such"], 2, &["no channel \"no_such\"", "channel list"]),
        (&["backtest", "forecast", "no_such"], 2, &["no channel \"no_such\""]),
        (&["backtest", "best-time", "--posts", "gone.csv"], 2, &["gone.csv"]),
        (&["backtest", "best-time", "--posts", &bad], 1, &["line 2", "yesterday"]),
        (&["backtest", "best-time", "--posts", &file, "--tz", "Mars/Olympus"], 2, &["Mars/Olympus", "Asia/Tashkent"]),
        (&["backtest", "best-time", "--posts", &file, "--objective", "7d"], 2, &["3h, 24h or total"]),
        (&["backtest", "best-time", "--posts", &file, "--taken-at", "soon"], 2, &["--taken-at", "soon"]),
        (&["backtest", "best-time", "--posts", &file, "--permute", "100000"], 2, &["--permute", "10000"]),
        (&["stats", "orbit", "best-time", "--from", "2025-06-01"], 2, &["--from", "whole history"]),
        (&["stats", "orbit", "reach", "--objective", "3h"], 2, &["--objective", "best-time"]),
        (&["stats", "no_such", "best-time"], 2, &["no channel \"no_such\""]),
    ] {
        program.run(args).refused(code, said);
    }
}

#[test]
fn ctrl_c_ends_a_backtest_with_a_word() {
    let program = Program::new();
    let file = program.write("posts.csv", &posts("orbit", 300));
    let mut command = program.command(&["backtest", "best-time", "--posts", &file, "--permute", "10000"]);
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn();
    let child = child.expect("the program starts");
    for _ in 0..100 {
        pause();
    }
    signal(&child, "INT");
    let output = child.wait_with_output().expect("it ends");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("stopped"), "{err}");
    assert!(output.stdout.is_empty());
}

/// Gates of the issue and of metrics §4 on every real channel.
#[test]
fn real_channels_pass_the_gates() {
    let Ok(folder) = std::env::var("ANALYTICBOT_REAL_DATA") else {
        eprintln!("ANALYTICBOT_REAL_DATA is not set: nothing to look back on");
        return;
    };
    let folder = std::path::Path::new(&folder).join("channels");
    let times = std::fs::read_to_string(folder.join("collection_times.json")).expect("collection times");
    let times: Value = serde_json::from_str(&times).expect("JSON");
    let program = Program::new();
    for (channel, tz) in [
        ("d_code", "Europe/Moscow"),
        ("mosrutop", "Europe/Moscow"),
        ("nevacomputer", "Africa/Addis_Ababa"),
        ("bbcbreaking", "Europe/London"),
    ] {
        let file = folder.join(format!("{channel}.csv")).display().to_string();
        let taken_at = times[channel]["not_before"].as_str().expect("an instant");
        let args = ["backtest", "best-time", "--posts", &file, "--taken-at", taken_at, "--tz", tz, "--permute", "200"];
        let report = program.json(&args);
        let of =
            |name: &str| report["backtest"][name].as_f64().unwrap_or_else(|| panic!("{channel}: no {name}: {report}"));
        eprintln!("{channel}: {} {} {}", report["verdict"], report["backtest"], report["permuted"]);
        assert!(of("log_error_model") <= 1.01 * of("log_error_flat"), "{channel}: {report}");
        assert!(of("log_error_model") <= of("log_error_slot_mean"), "{channel}: {report}");
        assert!((0.70..=0.90).contains(&of("coverage80")), "{channel}: {report}");
        assert!(report["permuted"]["claims"].as_i64().is_some_and(|claims| claims <= 20), "{channel}: {report}");
    }
}
