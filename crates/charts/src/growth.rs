//! Metrics §2 *growth*: joined above, left below zero; a missing day is a gap.

use charming::element::{AxisPointerType, ItemStyle, Trigger};
use charming::series::Bar;
use domain::analytics::growth::Growth;

use crate::look::{self, Below};
use crate::patch::Sheet;
use crate::{Cursor, Spec, Style};

pub fn spec(growth: &Growth, style: &Style) -> Spec {
    let words = style.words;
    let days = &growth.days;
    let header = [words.day, words.joined, words.left, words.net, words.subscribers];
    let (Some(first), Some(last), true) =
        (days.first(), days.last(), days.iter().any(|day| day.joined.is_some() || day.left.is_some()))
    else {
        return look::nothing(style, words.title_growth, &header);
    };
    let joined: Vec<Option<f64>> = days.iter().map(|day| day.joined.map(|people| people as f64)).collect();
    // a day on which nobody left is 0, not −0
    let left: Vec<Option<f64>> = days.iter().map(|day| day.left.map(|people| 0.0 - people as f64)).collect();
    let bar = |name: &str, color: &str| {
        Bar::new().id(name).name(name).stack("people").item_style(ItemStyle::new().color(color))
    };
    let chart = look::chart(style, words.title_growth)
        .grid(look::grid(style, Below { legend: true, brush: false }))
        .x_axis(look::name_axis(style, days.iter().map(|day| words.day(day.day)).collect()))
        .y_axis(look::number_axis(style, "@short"))
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::Shadow))
        .legend(look::legend(style, [words.joined, words.left]))
        .series(bar(words.joined, style.palette.series(0)).data(joined))
        .series(bar(words.left, style.palette.series(1)).data(left));
    let mut sheet = Sheet::new(&chart, style);
    sheet.corners(0, [2, 2, 0, 0]);
    sheet.corners(1, [0, 0, 2, 2]);
    for series in 0..2 {
        sheet.bar_width_max(series, look::COLUMN_WIDTH_MAX);
    }
    sheet.rule(0, 0.0, &style.palette.zero, &[]);
    sheet.few_labels(days.len());
    sheet.contain_labels();

    let count = |value: Option<i64>| words.full_or_dash(value.map(|value| value as f64));
    let signed =
        |value: Option<i64>| value.map_or_else(|| words.full_or_dash(None), |value| words.signed(value as f64));
    Spec {
        option: sheet.finish(),
        label: words.fill(
            words.label_growth,
            &[
                ("first", &words.day(first.day)),
                ("last", &words.day(last.day)),
                ("joined", &count(growth.joined)),
                ("left", &count(growth.left)),
                ("net", &signed(growth.net)),
            ],
        ),
        table: look::table(
            header,
            days.iter().map(|day| {
                [
                    words.weekday_day(day.day),
                    count(day.joined),
                    count(day.left),
                    signed(day.net),
                    count(day.subscribers),
                ]
            }),
        ),
        cursor: Cursor::along_x(),
    }
}
