//! Median reach at 24 h by day of posting: line, the window before, and an estimated end in its band.

use charming::datatype::DataPoint;
use charming::element::{AxisPointerType, Trigger};
use jiff::civil::Date;

use crate::look::{self, Below};
use crate::patch::{self, Sheet};
use crate::{Cursor, Spec, Style};

#[derive(Debug, Clone, PartialEq)]
pub struct ReachDay {
    pub day: Date,
    /// median V(24) of the day's posts; `None` = none measured
    pub reach: Option<f64>,
    /// a model's value where nothing is measured yet; always with its 80 % interval
    pub estimated: Option<Estimate>,
    /// the same day one window earlier
    pub before: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

pub fn spec(days: &[ReachDay], style: &Style) -> Spec {
    let words = style.words;
    let header = [words.day, words.reach, words.interval, words.period_before];
    let (Some(first), Some(last), true) =
        (days.first(), days.last(), days.iter().any(|day| day.reach.or(day.estimated.map(|e| e.value)).is_some()))
    else {
        return look::nothing(style, words.title_reach_trend, &header);
    };
    let reach: Vec<Option<f64>> = days.iter().map(|day| day.reach).collect();
    let before: Vec<Option<f64>> = days.iter().map(|day| day.before).collect();
    let with_before = before.iter().any(Option::is_some);
    let with_estimate = days.iter().any(|day| day.estimated.is_some());
    let color = style.palette.series(0);

    let mut names = vec![words.reach];
    names.extend(with_estimate.then_some(words.estimated));
    names.extend(with_before.then_some(words.period_before));
    let mut chart = look::chart(style, words.title_reach_trend)
        .grid(look::grid(style, Below { legend: true, brush: false }))
        .x_axis(look::name_axis(style, days.iter().map(|day| words.day(day.day)).collect()).boundary_gap(false))
        .y_axis(look::number_axis(style, "@short").min(0))
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::Line))
        .legend(look::legend(style, names));
    let dots = look::lone_dots(words.reach, color, &reach);
    chart = chart.series(look::line(style, words.reach, color).area_style(look::area(color)).z(3).data(reach.clone()));
    let mut dashed = Vec::new();
    let mut banded = Vec::new();
    let mut count = 1;
    if with_before {
        chart = chart.series(look::line_before(style, words.period_before).data(before));
        dashed.push((count, patch::PREVIOUS));
        count += 1;
    }
    if with_estimate {
        // the dotted part starts at the last measured day, so that the eye follows it
        let joint = |index: usize| {
            days[index].reach.filter(|_| days.get(index + 1).is_some_and(|next| next.estimated.is_some()))
        };
        let part = |of: fn(Estimate) -> f64, at_joint: fn(f64) -> f64| -> Vec<DataPoint> {
            (0..days.len())
                .map(|index| days[index].estimated.map(of).or_else(|| joint(index).map(at_joint)).into())
                .collect()
        };
        let [floor, band] =
            look::band(style, words.interval, part(|e| e.low, |v| v), part(|e| e.high - e.low, |_| 0.0));
        chart = chart.series(floor).series(band);
        banded.extend([count, count + 1]);
        chart = chart.series(look::line(style, words.estimated, color).z(3).data(part(|e| e.value, |v| v)));
        dashed.push((count + 2, patch::ESTIMATED));
    }
    if let Some(dots) = dots {
        chart = chart.series(dots);
    }
    let mut sheet = Sheet::new(&chart, style);
    for (series, dash) in dashed {
        sheet.dash(series, dash);
    }
    for series in banded {
        sheet.stack_all(series);
        sheet.silent(series);
    }
    sheet.round_line(0);
    sheet.few_labels(days.len());
    sheet.contain_labels();

    let end =
        days.iter().rev().find_map(|day| day.reach).map_or_else(|| words.full_or_dash(None), |reach| words.full(reach));
    Spec {
        option: sheet.finish(),
        label: words.fill(
            words.label_reach_trend,
            &[("first", &words.day(first.day)), ("last", &words.day(last.day)), ("end", &end)],
        ),
        table: look::table(
            header,
            days.iter().map(|day| {
                let (reach, interval) = match (day.reach, day.estimated) {
                    (Some(reach), _) => (words.full(reach), String::new()),
                    (None, Some(e)) => (
                        format!("≈ {}", words.full(e.value)),
                        format!("{} – {}", words.full(e.low), words.full(e.high)),
                    ),
                    (None, None) => (words.full_or_dash(None), String::new()),
                };
                [
                    words.weekday_day(day.day),
                    reach,
                    interval,
                    if with_before { words.full_or_dash(day.before) } else { String::new() },
                ]
            }),
        ),
        cursor: Cursor::along_x(),
    }
}
