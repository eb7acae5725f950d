//! Laws on real channels. Needs the folder named by `ANALYTICBOT_REAL_DATA`; without it there is nothing to check.

use std::path::PathBuf;

use domain::analytics::query::{MaxGap, Measure, Query};
use domain::analytics::{AGES_H, Dataset, Window, dashboard, headline, posts, series, table};
use domain::zone::Zone;
use serde_json::Value;

use crate::csv_files::{self, Files};

const CHANNELS: [(&str, &str); 4] = [
    ("d_code", "Europe/Moscow"),
    ("mosrutop", "Europe/Moscow"),
    ("nevacomputer", "Africa/Addis_Ababa"),
    ("bbcbreaking", "Europe/London"),
];

fn folder() -> Option<PathBuf> {
    std::env::var_os("ANALYTICBOT_REAL_DATA").map(|folder| PathBuf::from(folder).join("channels"))
}

/// Each channel with the instant its dump was taken.
pub fn each(check: impl Fn(&str, &Files, &Zone)) {
    let Some(folder) = folder() else { return };
    let times: Value = serde_json::from_slice(&std::fs::read(folder.join("collection_times.json")).unwrap()).unwrap();
    for (channel, zone) in CHANNELS {
        let files = Files {
            posts: folder.join(format!("{channel}.csv")),
            taken_at: csv_files::instant(times[channel]["not_after"].as_str().unwrap()),
            ..Files::default()
        };
        check(channel, &files, &Zone::find(zone).unwrap());
    }
}

/// Every window worth a look: the default, the whole history, single days through it.
fn windows(data: &Dataset, zone: &Zone) -> Vec<Window> {
    let (first, newest) = (data.posts.date_utc[0], *data.posts.date_utc.last().unwrap());
    let default = Window::resolve(&Query::default(), zone, None, Some(newest), 0).unwrap();
    let mut windows = vec![default, Window::of_days(zone.day(first), zone.day(newest), zone.clone())];
    windows.extend(
        (first..newest).step_by(11 * 86_400).map(|at| Window::of_days(zone.day(at), zone.day(at), zone.clone())),
    );
    windows
}

#[test]
fn counts_agree_with_the_rows_and_with_each_other() {
    each(|channel, files, zone| {
        let history = csv_files::history(files, channel, zone.name());
        let rows = csv::Reader::from_path(&files.posts).unwrap().into_records().count();
        assert_eq!(history.posts.len(), rows, "{channel}");
        let data = Dataset::measure(history, &AGES_H, MaxGap::Usual);
        for window in windows(&data, zone) {
            let inside = data.posts.date_utc.iter().filter(|at| window.contains(**at)).count() as u64;
            let answer = dashboard::dashboard(&data, &window).data;
            assert_eq!(answer.overview.posts, inside, "{channel}");
            assert_eq!(answer.daily.iter().map(|day| day.posts).sum::<u64>(), inside);
            assert_eq!(answer.daily.iter().filter_map(|day| day.views).sum::<i64>(), answer.overview.views.unwrap());
            assert_eq!(answer.daily.len(), window.day_count());
            assert_eq!(
                series::views_over_time(&data, &window, None, None).views.unwrap_or(0),
                answer.overview.views.unwrap()
            );
            let page = table::table(
                &data,
                &window,
                &table::PostFilter::default(),
                table::Column::Of(domain::analytics::query::Sort::Views),
                true,
                1,
                50,
            );
            assert_eq!(page.total, inside);
            assert_eq!(table::media_counts(&data, &window).iter().map(|(_, count)| count).sum::<u64>(), inside);
            for age in &answer.reach.ages {
                assert_eq!(age.n + age.too_young + age.unmeasured, inside);
            }
            let with_base = (answer.reach.total.n as usize).saturating_sub(5) as u64;
            let heat = domain::analytics::heatmap::heatmap(&data, &window, Some(Measure::Total)).data;
            assert_eq!(heat.iter().map(|cell| cell.n).sum::<u64>(), with_base, "{channel}");
            assert_eq!(posts::in_window(&data, &window).len() as u64, inside);
        }
    });
}

#[test]
fn a_single_dump_is_judged_by_totals() {
    each(|channel, files, zone| {
        let data = Dataset::measure(csv_files::history(files, channel, zone.name()), &AGES_H, MaxGap::Usual);
        let window = &windows(&data, zone)[1];
        let headline = headline::headline(&data, window).data;
        assert_eq!(headline.measure, Measure::Total, "{channel}");
        assert!(headline.reach.now.is_some_and(|reach| reach > 0.0));
        let answer = dashboard::dashboard(&data, window).data;
        assert!(answer.reach.ages.iter().all(|age| age.err.is_none()));
        // one reading is no rate
        assert!(data.growth_rate.iter().all(Option::is_none));
    });
}

#[test]
fn no_number_is_made_of_nothing() {
    fn finite(value: &Value) -> bool {
        match value {
            Value::Number(number) => number.as_f64().is_some_and(f64::is_finite),
            Value::Array(items) => items.iter().all(finite),
            Value::Object(fields) => fields.values().all(finite),
            _ => true,
        }
    }
    each(|channel, files, zone| {
        let data = Dataset::measure(csv_files::history(files, channel, zone.name()), &AGES_H, MaxGap::Any);
        for window in windows(&data, zone) {
            let answer = dashboard::dashboard(&data, &window).data;
            // JSON has no NaN: it would be null where a posts count says that there is a number
            assert!(finite(&serde_json::to_value(&answer).unwrap()), "{channel}");
            assert_eq!(answer.overview.avg_reach.is_some(), answer.overview.posts > 0);
            for cell in &answer.heatmap {
                assert!(cell.lift.is_none_or(|lift| lift.is_finite() && lift > -1.0));
                assert_eq!(cell.median.is_some(), cell.n > 0);
            }
            for point in &answer.view_curve {
                assert_eq!(point.median_views.is_some(), point.n > 0);
            }
        }
    });
}
