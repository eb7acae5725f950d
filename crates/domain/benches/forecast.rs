//! Forecasts of a channel of 5,000 posts with 20 snapshots each. Aim: learning and 20 young posts under 20 ms.

use divan::{Bencher, black_box};
use domain::analytics::history::ViewReadings;
use domain::forecast::{Backtest, Curves};

const POSTS: i64 = 5_000;
const SNAPSHOTS: i64 = 20;
const YOUNG: usize = 20;
const START: i64 = 1_735_689_600; // 2025-01-01
const APART_S: i64 = 6_300;
const DAY_S: i64 = 86_400;

fn main() {
    divan::main();
}

struct Channel {
    date_utc: Vec<i64>,
    readings: ViewReadings,
    now: i64,
}

/// Posts read at growing ages up to 30 days; `late`: by how much a reading of post and number comes late, seconds.
fn channel(late: impl Fn(i64, i64) -> i64) -> Channel {
    let now = START + POSTS * APART_S;
    let mut date_utc = Vec::new();
    let mut readings = ViewReadings { offsets: vec![0], ..ViewReadings::default() };
    for index in 0..POSTS {
        let date = START + index * APART_S;
        let total = 10_000 + index * 7_919 % 9_000;
        let mut newest = 0;
        let pace = 60_000 + index * 104_729 % 50_000;
        for read in 1..=SNAPSHOTS {
            let age = 30 * DAY_S * read.pow(3) / SNAPSHOTS.pow(3) + late(index, read);
            if date + age <= now && age > newest {
                newest = age;
                readings.at.push(date + age);
                readings.views.push(total * age / (age + pace));
            }
        }
        readings.offsets.push(readings.at.len());
        date_utc.push(date);
    }
    Channel { date_utc, readings, now }
}

/// As a collector reads.
fn regular() -> Channel {
    channel(|post, _| post * 31 % 60)
}

/// Whenever somebody looks, so that hardly two posts are known at the same ages.
fn irregular() -> Channel {
    channel(|post, read| (post * 7_919 + read * 104_729) % (read * 1_800))
}

fn learn_from(channel: &Channel) -> Curves {
    Curves::learn(&channel.date_utc, &channel.readings, channel.now)
}

#[divan::bench]
fn learn(bencher: Bencher) {
    let channel = regular();
    bencher.bench_local(|| learn_from(black_box(&channel)));
}

#[divan::bench]
fn learn_from_irregular_readings(bencher: Bencher) {
    let channel = irregular();
    bencher.bench_local(|| learn_from(black_box(&channel)));
}

#[divan::bench]
fn learn_and_forecast_20(bencher: Bencher) {
    let channel = regular();
    bencher.bench_local(|| {
        let curves = learn_from(black_box(&channel));
        for post in channel.date_utc.len() - YOUNG..channel.date_utc.len() {
            let _ = black_box(curves.forecast(channel.date_utc[post], channel.readings.of(post), channel.now));
        }
    });
}

#[divan::bench]
fn one_forecast(bencher: Bencher) {
    let channel = regular();
    let curves = learn_from(&channel);
    let post = channel.date_utc.len() - YOUNG;
    bencher.bench_local(|| curves.forecast(channel.date_utc[post], black_box(channel.readings.of(post)), channel.now));
}

#[divan::bench]
fn travel_to_the_browser(bencher: Bencher) {
    let curves = learn_from(&regular());
    bencher.bench_local(|| serde_json::to_string(black_box(&curves)).map(|json| json.len()));
}

#[divan::bench(sample_count = 3)]
fn backtest(bencher: Bencher) {
    let channel = regular();
    let backtest = Backtest::plan(&channel.date_utc, &channel.readings);
    bencher.bench_local(|| backtest.run("bench", |_, _| ()));
}
