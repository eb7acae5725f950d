//! One post: every count that was read, by hours after posting, beside the usual of the posts before it.

use charming::element::{AxisPointerType, SplitLine, Trigger};
use domain::analytics::posts::PostViews;
use domain::forecast::BandPoint;

use crate::look::{self, Below};
use crate::patch::{self, Sheet};
use crate::{Cursor, Spec, Style, ahead};

const SECONDS_AN_HOUR: f64 = 3600.0;
/// From here on ages are better read in days.
const DAYS_FROM_H: f64 = 96.0;

/// `forecast`: of a young post, from its newest reading on; else empty.
pub fn spec(post: &PostViews, forecast: &[BandPoint], style: &Style) -> Spec {
    let words = style.words;
    let header = [words.age, words.views, words.forwards, words.reactions, words.replies];
    let counted: Vec<_> = post.snapshots.iter().filter(|snapshot| snapshot.views.is_some()).collect();
    let Some(last) = counted.last() else {
        return look::nothing(style, words.title_post, &header);
    };
    let age = |at: i64| (at - post.date_utc) as f64 / SECONDS_AN_HOUR;
    let read_h = age(last.at);
    let forecast = ahead::within(forecast, f64::INFINITY);
    let until_h = forecast.last().map_or(read_h, |last| last.at_h.max(read_h));
    let (unit_h, unit) = if until_h > DAYS_FROM_H { (24.0, words.days_unit) } else { (1.0, words.hours_unit) };
    let place = |h: f64| h / unit_h;

    let color = style.palette.series(0);
    // a post starts with no views: the same origin that V(h) uses
    let mut line = vec![vec![0.0, 0.0]];
    line.extend(
        counted.iter().map(|snapshot| vec![place(age(snapshot.at)), snapshot.views.unwrap_or_default() as f64]),
    );
    let mut usual = vec![vec![0.0, 0.0]];
    usual.extend(
        post.usual
            .iter()
            .filter(|point| f64::from(point.h) <= until_h * 1.05)
            .map(|point| vec![place(f64::from(point.h)), point.median]),
    );
    let with_usual = usual.len() > 1;

    let mut names = vec![words.views];
    names.extend((!forecast.is_empty()).then_some(words.forecast));
    names.extend(with_usual.then_some(words.usual));
    let mut chart = look::chart(style, words.title_post)
        .grid(look::grid(style, Below { legend: true, brush: false }))
        .x_axis(look::number_axis(style, &format!("{{value}} {unit}")).min(0).split_line(SplitLine::new().show(false)))
        .y_axis(look::number_axis(style, "@short").min(0))
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::Line))
        .legend(look::legend(style, names))
        .series(
            look::line(style, words.views, color)
                .area_style(look::area(color))
                .show_symbol(counted.len() == 1)
                .z(3)
                .data(line),
        );
    if with_usual {
        chart = chart.series(look::line_before(style, words.usual).data(usual));
    }
    let ahead_from = 1 + usize::from(with_usual);
    if !forecast.is_empty() {
        let [floor, height] = ahead::band(style, words.views, color, forecast, unit_h);
        chart = chart.series(ahead::line(style, words.views, color, forecast, unit_h)).series(floor).series(height);
    }
    let mut sheet = Sheet::new(&chart, style);
    sheet.round_line(0);
    if with_usual {
        sheet.dash(1, patch::PREVIOUS);
    }
    if !forecast.is_empty() {
        ahead::finish(&mut sheet, ahead_from, [ahead_from + 1, ahead_from + 2]);
    }
    sheet.tidy_labels('x', 0);
    sheet.contain_labels();

    let count = |value: Option<i64>| words.full_or_dash(value.map(|value| value as f64));
    let mut label =
        vec![words.fill(words.label_post, &[("views", &count(last.views)), ("age", &rounded_age(read_h, style))])];
    label.extend(ahead::label(style, forecast));
    Spec {
        option: sheet.finish(),
        label: label.join(" "),
        table: look::table(
            header,
            counted.iter().map(|snapshot| {
                [
                    rounded_age(age(snapshot.at), style),
                    count(snapshot.views),
                    count(snapshot.forwards),
                    count(snapshot.reactions),
                    count(snapshot.replies),
                ]
            }),
        ),
        cursor: Cursor::Axis {
            dim: "x".to_owned(),
            stops: Some(counted.iter().map(|snapshot| place(age(snapshot.at))).collect()),
        },
    }
}

fn rounded_age(hours: f64, style: &Style) -> String {
    let words = style.words;
    match hours {
        long if long > DAYS_FROM_H => format!("{}\u{a0}{}", words.decimal(long / 24.0, 1), words.days_unit),
        short if short < 10.0 => format!("{}\u{a0}{}", words.decimal(short, 1), words.hours_unit),
        _ => words.age(hours.round()),
    }
}
