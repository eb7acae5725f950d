//! What each chart looks like as data.

mod samples;

use charts::{Cursor, Frame, Language, Palette, Spec};
use serde_json::Value;

fn card<T>(act: impl FnOnce(&charts::Style) -> T) -> T {
    samples::styled(Language::En, &Palette::light(), &Frame::Card, act)
}

#[test]
fn every_chart_is_as_reviewed() {
    for (name, spec) in card(samples::all) {
        insta::assert_json_snapshot!(name, spec);
    }
}

#[test]
fn a_chart_of_nothing_says_so_and_draws_nothing() {
    for language in Language::ALL {
        for (name, spec) in samples::styled(language, &Palette::dark(), &Frame::Card, samples::nothing) {
            let words = charts::Words::of(language);
            if name == "overview" {
                // numbers that are not known are dashes, not a missing picture
                assert!(spec.label.contains('–'), "{}", spec.label);
                continue;
            }
            assert!(spec.option.get("series").is_none(), "{name}");
            assert_eq!(spec.option["title"][0]["text"], words.no_data, "{name}");
            assert!(spec.label.contains(words.no_data), "{name}: {}", spec.label);
            assert!(spec.table.rows.is_empty() && !spec.table.header.is_empty(), "{name}");
        }
    }
}

#[test]
fn every_row_has_a_cell_for_every_column() {
    for language in Language::ALL {
        for (name, spec) in samples::styled(language, &Palette::light(), &samples::picture(language), samples::all) {
            for row in &spec.table.rows {
                assert_eq!(row.len(), spec.table.header.len(), "{name}: {row:?}");
            }
            assert!(spec.label.ends_with('.') && !spec.label.contains('{'), "{name}: {}", spec.label);
        }
    }
}

#[test]
fn a_gap_stays_a_gap() {
    let specs = card(samples::all);
    let option = |wanted: &str| &specs.iter().find(|(name, _)| *name == wanted).unwrap().1.option;
    let series = |option: &'static str, id: &str| {
        let found =
            option_of(&specs, option)["series"].as_array().unwrap().iter().find(|series| series["id"] == id).unwrap();
        found.clone()
    };
    let views = series("views_over_time", "this period");
    assert_eq!(views["connectNulls"], false);
    assert_eq!(views["data"][3], Value::Null);
    // the day between two gaps is a dot of its own
    assert_eq!(series("views_over_time", "this period dots")["data"], serde_json::json!([[9.0, 41_200.0]]));
    assert_eq!(option("growth")["series"][0]["data"][8], Value::Null);
    assert_eq!(option("daily")["series"][0]["data"][10], Value::Null);
    assert_eq!(option("reach_trend")["series"][0]["data"][5], Value::Null);
    assert_eq!(option("view_curve")["series"][0]["data"][7], Value::Null);
}

fn option_of<'a>(specs: &'a [(&str, Spec)], wanted: &str) -> &'a Value {
    &specs.iter().find(|(name, _)| *name == wanted).expect("a chart of that name").1.option
}

#[test]
fn the_cursor_reaches_every_row() {
    for (name, spec) in card(samples::all) {
        let rows = spec.table.rows.len();
        match &spec.cursor {
            Cursor::Axis { stops: Some(stops), .. } => assert_eq!(stops.len(), rows, "{name}"),
            Cursor::Axis { dim, stops: None } if name != "overview" => {
                let axis = &spec.option[format!("{dim}Axis")];
                let axis = axis.get(0).unwrap_or(axis);
                assert_eq!(axis["data"].as_array().map(Vec::len), Some(rows), "{name}");
            }
            Cursor::Axis { .. } => {}
            Cursor::Item { .. } => {
                let mut reached: Vec<u64> = Vec::new();
                for series in spec.option["series"].as_array().unwrap() {
                    for datum in series["data"].as_array().unwrap() {
                        let value = datum.get("value").unwrap_or(datum);
                        reached.push(value.as_array().unwrap().last().unwrap().as_f64().unwrap() as u64);
                    }
                }
                reached.sort_unstable();
                assert_eq!(reached, (0..rows as u64).collect::<Vec<_>>(), "{name}");
            }
        }
    }
}

#[test]
fn numbers_that_are_none_never_reach_the_json_as_text() {
    for (name, spec) in card(samples::all) {
        let text = spec.option.to_string();
        assert!(!text.contains("NaN") && !text.contains("inf"), "{name}");
    }
}

#[test]
fn the_brush_shows_the_whole_history_and_a_picture_only_the_window() {
    let specs = card(samples::all);
    let option = option_of(&specs, "views_over_time_hours");
    assert_eq!(option["xAxis"]["data"].as_array().unwrap().len(), 60);
    assert_eq!(
        (&option["dataZoom"][1]["startValue"], &option["dataZoom"][1]["endValue"]),
        (&Value::from(36), &Value::from(59))
    );
    assert_eq!(option["dataZoom"][0]["zoomOnMouseWheel"], "ctrl");

    let pictures = samples::styled(Language::En, &Palette::light(), &samples::picture(Language::En), samples::all);
    let option = option_of(&pictures, "views_over_time_hours");
    assert_eq!(option["xAxis"]["data"].as_array().unwrap().len(), 24);
    assert!(option.get("dataZoom").is_none());
}

#[test]
fn a_title_with_braces_is_not_a_template() {
    let specs = card(samples::all);
    let top = option_of(&specs, "top");
    assert_eq!(top["yAxis"][0]["data"][4], "Poll: {b} which mission next week?");
    // labels of an axis are values, not templates
    assert!(top["yAxis"][0]["axisLabel"].get("formatter").is_none());
}

#[test]
fn a_long_history_is_drawn_through_a_sample() {
    use charts::views_over_time::{Bucket, Step, ViewsOverTime, spec};
    let start = jiff::civil::date(2025, 1, 1).at(0, 0, 0, 0);
    let bucket = |hour: i64| Bucket {
        start: start.saturating_add(jiff::Span::new().hours(hour)),
        views: Some(1.0),
        posts: 1,
        before: None,
    };
    let sampling = |hours: i64| {
        let input = ViewsOverTime { step: Step::Hour, buckets: (0..hours).map(bucket).collect(), shown: None };
        card(|style| spec(&input, style).option["series"][0].get("sampling").cloned())
    };
    assert_eq!(sampling(1999), None);
    assert_eq!(sampling(2000), Some(Value::from("lttb")));
}
