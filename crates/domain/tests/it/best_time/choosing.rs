//! What the owner's wishes do to an answer, and that it travels and repeats itself.

use domain::best_time::backtest::{self, Plan, Progress, Scores};
use domain::best_time::{AudienceZone, BestTimes, Objective, QuietHours, Settings, Verdict, pick, recommend};
use domain::zone::Zone;

use super::planted::{Plant, Planted};

fn channel() -> Planted {
    Plant { peak: Some(13.0), ..Plant::new(3, 900, 0.4) }.grow()
}

fn answer(settings: &Settings, planted: &Planted) -> BestTimes {
    let answer = recommend(&planted.data, settings);
    assert_eq!(answer.verdict, Verdict::Difference);
    answer
}

#[test]
fn slots_keep_to_the_owners_wishes() {
    let planted = channel();
    let mut settings = planted.settings(Objective::Total);
    let free = answer(&settings, &planted);
    assert!(free.slots.iter().all(|slot| slot.n > 0 && slot.low < slot.lift && slot.lift < slot.high));
    assert!(free.slots.windows(2).all(|pair| pair[0].lift >= pair[1].lift));

    settings.quiet_hours = Some(QuietHours { from: 11, to: 16 });
    settings.never_on = vec![1, 2];
    settings.min_spacing_h = 20;
    let kept = answer(&settings, &planted);
    assert!(!kept.slots.is_empty());
    for slot in &kept.slots {
        assert!(settings.allows(slot.dow, slot.hour), "{slot:?}");
    }
    for untried in &kept.untried {
        assert!(settings.allows(untried.dow, untried.hour), "{untried:?}");
    }
    for (index, slot) in kept.slots.iter().enumerate() {
        for other in &kept.slots[..index] {
            let hours = |dow: u8, hour: u8| i32::from(dow) * 24 + i32::from(hour);
            let apart = (hours(slot.dow, slot.hour) - hours(other.dow, other.hour)).abs();
            assert!(apart.min(168 - apart) >= 20, "{slot:?} {other:?}");
        }
    }
    // wishes choose, they do not change what is known
    assert_eq!(kept.cells, free.cells);
    assert_eq!(kept.p_value, free.p_value);
}

#[test]
fn cells_are_the_whole_week() {
    let planted = channel();
    let answer = answer(&planted.settings(Objective::Total), &planted);
    assert_eq!(answer.cells.len(), 168);
    for (index, cell) in answer.cells.iter().enumerate() {
        assert_eq!((usize::from(cell.dow), usize::from(cell.hour)), (index / 24, index % 24));
        assert!(cell.low <= cell.lift && cell.lift <= cell.high && cell.low > -1.0);
    }
    assert_eq!(answer.cells.iter().map(|cell| cell.n).sum::<u32>(), answer.n_posts);
    assert!(answer.untried.iter().all(|slot| answer.cells[usize::from(slot.dow) * 24 + usize::from(slot.hour)].n == 0));
    // against the mean slot as it posts: lifts weighted by posts come to about nothing
    let mean = answer.cells.iter().map(|cell| f64::from(cell.n) * cell.lift).sum::<f64>() / f64::from(answer.n_posts);
    assert!(mean.abs() < 0.01, "{mean}");
}

#[test]
fn picks_are_mostly_good_hours_and_never_forbidden_ones() {
    let planted = channel();
    let mut settings = planted.settings(Objective::Total);
    let answer = answer(&settings, &planted);
    let picked: Vec<_> = (0..200).map(|seed| pick(&answer, &settings, seed).unwrap()).collect();
    assert!(picked.iter().all(|cell| cell.n > 0));
    assert!(picked.iter().filter(|cell| planted.hours_from_peak(cell.hour) <= 2.5).count() > 150);
    assert!(picked.iter().any(|cell| *cell != picked[0]), "one pick for all seeds");
    assert_eq!(pick(&answer, &settings, 7), pick(&answer, &settings, 7));
    settings.quiet_hours = Some(QuietHours { from: 10, to: 17 });
    for seed in 0..100 {
        let cell = pick(&answer, &settings, seed).unwrap();
        assert!(settings.allows(cell.dow, cell.hour));
    }
    settings.never_on = (0..7).collect();
    assert_eq!(pick(&answer, &settings, 1), None);
}

#[test]
fn a_split_audience_is_the_mean_of_its_clocks() {
    // readers in Berlin; a channel kept in Tashkent, three or four hours ahead
    let planted = channel();
    let tashkent = Zone::find("Asia/Tashkent").unwrap();
    let mut settings = Settings::new(Objective::Total, tashkent.clone());
    settings.audience =
        vec![AudienceZone { zone: planted.zone.clone(), weight: 3.0 }, AudienceZone { zone: tashkent, weight: 0.0 }];
    let there = answer(&settings, &planted);
    let here = answer(&planted.settings(Objective::Total), &planted);
    let hours_ahead = i32::from(there.slots[0].hour) - i32::from(here.slots[0].hour);
    assert!((3..=4).contains(&hours_ahead), "{hours_ahead}");
    assert!((there.slots[0].lift - here.slots[0].lift).abs() < 0.03);
    // weights that mean nothing leave the channel's own clock
    settings.audience[0].weight = f64::NAN;
    let own = Settings { audience: Vec::new(), ..settings.clone() };
    assert_eq!(recommend(&planted.data, &settings), recommend(&planted.data, &own));
}

#[test]
fn official_hours_are_a_weak_prior_of_early_views() {
    let planted = Plant { curves: true, peak: Some(13.0), ..Plant::new(5, 200, 0.3) }.grow();
    let mut settings = planted.settings(Objective::First3h);
    let without = recommend(&planted.data, &settings).p_value.unwrap();
    let mut hours = [1.0; 24];
    for (hour, views) in hours.iter_mut().enumerate() {
        *views = 100.0 + 300.0 * (-0.5 * ((hour as f64 - 13.0) / 2.5).powi(2)).exp();
    }
    settings.top_hours = Some(hours);
    let with = recommend(&planted.data, &settings).p_value.unwrap();
    assert!(with < without, "{with} {without}");
    for useless in [[0.0; 24], [f64::NAN; 24], [-1.0; 24], [5.0; 24]] {
        settings.top_hours = Some(useless);
        assert_eq!(recommend(&planted.data, &settings).p_value, Some(without));
    }
}

#[test]
fn recent_posts_count_more_with_a_half_life() {
    // the peak moves from 10 to 17 h half way
    let (early, late) =
        (Plant { peak: Some(10.0), ..Plant::new(1, 600, 0.4) }, Plant { peak: Some(17.0), ..Plant::new(2, 600, 0.4) });
    let (mut data, after) = (early.grow().data, late.grow());
    let shift = data.posts.date_utc.last().unwrap() - after.data.posts.date_utc[0];
    let weeks = (shift / (7 * 86_400) + 1) * 7 * 86_400;
    data.as_of = after.data.as_of.map(|at| at + weeks);
    data.posts.date_utc.extend(after.data.posts.date_utc.iter().map(|at| at + weeks));
    data.posts.views.extend(&after.data.posts.views);
    data.posts.media_type.extend(&after.data.posts.media_type);
    let mut settings = after.settings(Objective::Total);
    settings.half_life_days = Some(30);
    let recent = recommend(&data, &settings);
    assert_eq!(recent.verdict, Verdict::Difference);
    assert!(after.hours_from_peak(recent.slots[0].hour) <= 2.5, "{:?}", recent.slots[0]);
}

#[test]
fn an_answer_travels_and_repeats_itself() {
    let planted = channel();
    let settings = planted.settings(Objective::Total);
    let answer = recommend(&planted.data, &settings);
    assert_eq!(answer, recommend(&planted.data, &settings));
    let there: Settings = serde_json::from_str(&serde_json::to_string(&settings).unwrap()).unwrap();
    assert_eq!(answer, recommend(&planted.data, &there));
    let travelled: BestTimes = serde_json::from_str(&serde_json::to_string(&answer).unwrap()).unwrap();
    assert_eq!(
        pick(&travelled, &settings, 5).map(|cell| (cell.dow, cell.hour)),
        pick(&answer, &settings, 5).map(|cell| (cell.dow, cell.hour))
    );
}

#[test]
fn a_backtest_may_be_taken_apart() {
    let planted = channel();
    let settings = planted.settings(Objective::Total);
    let mut seen = Vec::new();
    let whole = backtest::run(&planted.data, &settings, 5, |progress| seen.push(progress));
    let plan = Plan::new(&planted.data, &settings);
    assert_eq!(seen.len(), plan.folds() + 5);
    assert_eq!(seen.last(), Some(&Progress { done: seen.len(), of: seen.len() }));
    // in whatever order
    let scores = (0..plan.folds()).rev().map(|fold| plan.score(fold)).fold(Scores::default(), Scores::plus);
    assert_eq!(scores.backtest().posts_scored, whole.backtest.posts_scored);
    assert!((scores.backtest().log_error_model.unwrap() - whole.backtest.log_error_model.unwrap()).abs() < 1e-9);
    let claims = (0..5).filter(|run| plan.permuted_claims(*run)).count();
    assert_eq!(claims as u32, whole.permuted.claims);
    // an effect of 40 % pays
    assert!(whole.backtest.log_error_model < whole.backtest.log_error_flat);
    assert!(whole.backtest.lift_recommended.unwrap() > 0.03, "{:?}", whole.backtest);

    let json = serde_json::to_value(&whole).unwrap();
    let fields = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut names = fields(&json);
    names.sort();
    assert_eq!(names, ["backtest", "channel", "effects", "n_posts", "objective", "permuted", "slots", "verdict"]);
    assert_eq!(json["objective"], "total");
    assert_eq!(json["verdict"], "difference");
    let mut slot = fields(&json["slots"][0]);
    slot.sort();
    assert_eq!(slot, ["dow", "high", "hour", "lift", "low", "n", "p_top3"]);
    let mut effect = fields(&json["effects"][0]);
    effect.sort();
    assert_eq!(effect, ["high", "lift", "low", "n", "name"]);
}
