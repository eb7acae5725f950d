//! Every way a channel can be unfit for advice has a plain answer: never a panic, never a number that is none.

use domain::analytics::Dataset;
use domain::best_time::backtest::{self, Report};
use domain::best_time::{BestTimes, DAYS_MIN, ELSEWHERE_MIN, Objective, POSTS_MIN, Settings, Verdict, pick, recommend};
use domain::zone::Zone;
use serde_json::Value;

use super::planted::Plant;

const DAY: i64 = 86_400;
const HOUR: i64 = 3600;

fn finite(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(f64::is_finite),
        Value::Array(items) => items.iter().all(finite),
        Value::Object(fields) => fields.values().all(finite),
        _ => true,
    }
}

/// Asks for everything, and that all of it is numbers.
fn asked(data: &Dataset, settings: &Settings) -> (BestTimes, Report) {
    let answer = recommend(data, settings);
    let report = backtest::run(data, settings, 3, |_| {});
    assert!(finite(&serde_json::to_value(&report).unwrap()));
    // JSON has no NaN and would say null
    let numbers = answer.cells.iter().flat_map(|cell| [cell.lift, cell.low, cell.high]);
    let slots =
        answer.slots.iter().chain(&answer.widest).flat_map(|slot| [slot.lift, slot.low, slot.high, slot.p_top3]);
    let effects = answer.effects.iter().flat_map(|effect| [effect.lift, effect.low, effect.high]);
    assert!(numbers.chain(slots).chain(effects).chain(answer.p_value).chain(answer.spread).all(f64::is_finite));
    let picked = pick(&answer, settings, 1);
    assert!(answer.verdict != Verdict::NotEnoughData || picked.is_none());
    assert_eq!(answer.missing.is_some(), answer.verdict == Verdict::NotEnoughData);
    (answer, report)
}

/// A channel without an effect, with its posts changed.
fn changed(posts: usize, change: impl Fn(&mut Dataset)) -> (Dataset, Settings) {
    let planted = Plant { confounded: false, ..Plant::new(11, posts, 0.0) }.grow();
    let settings = planted.settings(Objective::Total);
    let mut data = planted.data;
    change(&mut data);
    (data, settings)
}

#[test]
fn without_posts_all_of_them_are_missing() {
    let (mut data, settings) = changed(1, |_| {});
    data.posts = domain::analytics::history::PostColumns::default();
    let (answer, report) = asked(&data, &settings);
    assert_eq!(answer.missing, Some(POSTS_MIN + 5));
    assert_eq!((report.backtest.folds, report.backtest.log_error_model), (0, None));
}

#[test]
fn fewer_posts_than_needed_says_how_many_are_missing() {
    for posts in [1, 5, 6, 40, 64] {
        let (data, settings) = changed(posts, |_| {});
        let (answer, report) = asked(&data, &settings);
        assert_eq!(answer.verdict, Verdict::NotEnoughData);
        assert_eq!(answer.missing, Some(65 - posts as u32), "{posts}");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!((&json["verdict"], &json["missing"]), (&Value::from("not_enough_data"), &Value::from(65 - posts)));
        assert_eq!(json["backtest"]["coverage80"], Value::Null);
    }
    let (data, settings) = changed(65, |_| {});
    assert_ne!(asked(&data, &settings).0.verdict, Verdict::NotEnoughData);
}

#[test]
fn a_few_days_are_not_enough_however_many_posts() {
    let (data, settings) = changed(300, |data| {
        for (index, at) in data.posts.date_utc.iter_mut().enumerate() {
            *at = 1_740_000_000 + index as i64 * 1_800;
        }
    });
    // 300 half hours from a late evening on touch eight days
    assert_eq!(asked(&data, &settings).0.missing, Some(DAYS_MIN - 8));
}

#[test]
fn all_posts_in_one_hour_leave_nothing_to_compare() {
    let (data, settings) = changed(200, |data| {
        for (index, at) in data.posts.date_utc.iter_mut().enumerate() {
            *at = 1_736_150_400 + index as i64 * DAY;
        }
        data.as_of = Some(1_736_150_400 + 400 * DAY);
    });
    let (answer, _) = asked(&data, &settings);
    assert_eq!(answer.missing, Some(ELSEWHERE_MIN));
}

#[test]
fn constant_views_are_flat_for_certain() {
    let (data, settings) = changed(300, |data| data.posts.views.fill(Some(1_234)));
    let (answer, report) = asked(&data, &settings);
    assert_eq!(answer.verdict, Verdict::NoReliableDifference);
    assert!(answer.cells.iter().all(|cell| cell.lift == 0.0 && cell.low == 0.0 && cell.high == 0.0));
    assert_eq!(report.permuted.claims, 0);
    assert!(pick(&answer, &settings, 3).is_some());
}

#[test]
fn almost_constant_views_are_no_difference() {
    let (data, settings) = changed(300, |data| {
        data.posts.views.fill(Some(1_000));
        data.posts.views[150] = Some(1_001);
        data.posts.views[200] = Some(9_000);
    });
    assert_eq!(asked(&data, &settings).0.verdict, Verdict::NoReliableDifference);
}

#[test]
fn zero_views_are_no_outcome() {
    let (data, settings) = changed(300, |data| data.posts.views.fill(Some(0)));
    let (answer, _) = asked(&data, &settings);
    assert_eq!((answer.n_posts, answer.missing), (0, Some(POSTS_MIN + 5)));
    // some zeros are left out
    let (data, settings) = changed(300, |data| data.posts.views[..100].fill(Some(0)));
    assert_eq!(asked(&data, &settings).0.n_posts, 200);
}

#[test]
fn unknown_views_are_no_outcome() {
    let (data, settings) = changed(300, |data| data.posts.views.fill(None));
    assert_eq!(asked(&data, &settings).0.n_posts, 0);
    let (mut data, settings) = changed(300, |_| {});
    data.as_of = None;
    assert_eq!(asked(&data, &settings).0.n_posts, 0);
}

#[test]
fn objectives_not_measured_have_no_posts() {
    let planted = Plant::new(1, 300, 0.0).grow();
    for objective in [Objective::First3h, Objective::At24h] {
        assert_eq!(asked(&planted.data, &planted.settings(objective)).0.missing, Some(POSTS_MIN + 5));
    }
}

#[test]
fn bought_looking_jumps_claim_nothing() {
    // every night for a month a post gets fifty times the views
    let (data, settings) = changed(600, |data| {
        for index in (100..400).step_by(10) {
            data.posts.views[index] = data.posts.views[index].map(|views| views * 50);
        }
    });
    let before = changed(600, |_| {});
    let (answer, _) = asked(&data, &settings);
    assert_eq!(answer.verdict, recommend(&before.0, &before.1).verdict);
    assert!(answer.cells.iter().all(|cell| cell.lift.abs() < 0.15));
}

#[test]
fn one_giant_outlier_changes_nothing() {
    let (data, settings) = changed(600, |data| data.posts.views[300] = Some(i64::MAX));
    let (plain, _) = changed(600, |_| {});
    let (answer, _) = asked(&data, &settings);
    let before = recommend(&plain, &settings);
    assert_eq!(answer.verdict, before.verdict);
    for (cell, before) in answer.cells.iter().zip(&before.cells) {
        assert!((cell.lift - before.lift).abs() < 0.03, "{cell:?} {before:?}");
    }
}

#[test]
fn gaps_of_a_year_are_bridged() {
    let planted = Plant { peak: Some(13.0), ..Plant::new(2, 600, 0.4) }.grow();
    let settings = planted.settings(Objective::Total);
    let mut data = planted.data.clone();
    for (index, at) in data.posts.date_utc.iter_mut().enumerate() {
        *at += index as i64 / 200 * 364 * DAY;
    }
    data.as_of = data.as_of.map(|at| at + 2 * 364 * DAY);
    let (answer, report) = asked(&data, &settings);
    assert_eq!(answer.verdict, Verdict::Difference);
    assert!(planted.hours_from_peak(answer.slots[0].hour) <= 2.5);
    assert!(answer.weeks > 104 && report.backtest.folds < 60);
}

#[test]
fn a_change_of_clocks_moves_no_hour() {
    // the same wall clock all year: at 9 the views are twice those at 18
    let zone = Zone::find("Europe/Berlin").unwrap();
    let (mut data, settings) = changed(700, |_| {});
    for (index, at) in data.posts.date_utc.iter_mut().enumerate() {
        let day = zone.midnight(jiff::civil::date(2025, 1, 6).saturating_add(jiff::Span::new().days(index as i64 / 2)));
        let noon = zone.local(day + 12 * HOUR);
        let hour = if index % 2 == 0 { 9 } else { 18 };
        *at = day + 12 * HOUR + (hour - i64::from(noon.hour())) * HOUR;
        let wobble = (index as i64 * 7_919 % 101) - 50;
        data.posts.views[index] = Some(if index % 2 == 0 { 2_000 + wobble } else { 1_000 + wobble });
    }
    data.as_of = data.posts.date_utc.last().map(|at| at + 30 * DAY);
    let (answer, _) = asked(&data, &settings);
    assert_eq!(answer.verdict, Verdict::Difference);
    // no cell but these two hours has a post
    assert!(answer.cells.iter().all(|cell| (cell.n > 0) == (cell.hour == 9 || cell.hour == 18)));
    assert_eq!(answer.slots[0].hour, 9);
    // mean slot 1,500: a third more
    assert!((answer.slots[0].lift - 1.0 / 3.0).abs() < 0.08, "{:?}", answer.slots[0]);
}

#[test]
fn posts_at_the_ends_of_time_do_not_panic() {
    let (data, settings) = changed(300, |data| {
        data.posts.date_utc[0] = i64::MIN;
        data.posts.date_utc[299] = i64::MAX;
        data.as_of = Some(i64::MAX);
    });
    asked(&data, &settings);
}
