//! Metrics §2 *daily*: views of the posts of each day.

use charming::element::{AxisPointerType, ItemStyle, Trigger};
use charming::series::Bar;
use domain::analytics::daily::Day;

use crate::look::{self, Below};
use crate::patch::Sheet;
use crate::{Cursor, Spec, Style};

pub fn spec(days: &[Day], style: &Style) -> Spec {
    let words = style.words;
    let header = [
        words.day,
        words.views,
        words.posts,
        words.forwards,
        words.reactions,
        words.replies,
        words.er,
        words.subscribers,
    ];
    let views: Vec<Option<f64>> = days.iter().map(|day| day.views.map(|views| views as f64)).collect();
    let (Some(high), Some(low), Some(first), Some(last)) =
        (look::highest(&views), look::lowest(&views), days.first(), days.last())
    else {
        return look::nothing(style, words.title_daily, &header);
    };
    let label = words.fill(
        words.label_views,
        &[
            ("first", &words.day(first.day)),
            ("last", &words.day(last.day)),
            ("high", &words.full(high.1)),
            ("high_day", &words.weekday_day(days[high.0].day)),
            ("low", &words.full(low.1)),
            ("low_day", &words.weekday_day(days[low.0].day)),
        ],
    );
    let chart = look::chart(style, words.title_daily)
        .grid(look::grid(style, Below::default()))
        .x_axis(look::name_axis(style, days.iter().map(|day| words.day(day.day)).collect()))
        .y_axis(look::number_axis(style, "@short").min(0))
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::Shadow))
        .series(
            Bar::new()
                .id("views")
                .name(words.views)
                .item_style(ItemStyle::new().color(style.palette.series(0)))
                .data(views),
        );
    let mut sheet = Sheet::new(&chart, style);
    sheet.corners(0, [2, 2, 0, 0]);
    sheet.bar_width_max(0, look::COLUMN_WIDTH_MAX);
    sheet.few_labels(days.len());
    sheet.contain_labels();
    let count = |value: Option<i64>| words.full_or_dash(value.map(|value| value as f64));
    Spec {
        option: sheet.finish(),
        label,
        table: look::table(
            header,
            days.iter().map(|day| {
                [
                    words.weekday_day(day.day),
                    count(day.views),
                    words.full(day.posts as f64),
                    count(day.forwards),
                    count(day.reactions),
                    count(day.replies),
                    words.percent_or_dash(day.er),
                    count(day.subscribers),
                ]
            }),
        ),
        cursor: Cursor::along_x(),
    }
}
