//! Metrics §2 *overview* as a picture: the numbers, large. (The page has its own cards for them.)

use charming::component::Title;
use charming::element::TextStyle;
use domain::analytics::overview::Overview;

use crate::look;
use crate::numbers::UNKNOWN;
use crate::patch::Sheet;
use crate::{Cursor, Spec, Style, Table};

const COLUMNS: usize = 4;
/// Share of the height at which the first row of numbers stands, and the distance to the next, percent.
const FIRST_ROW: usize = 34;
const ROW_HEIGHT: usize = 26;
const LEFT: usize = 4;

pub fn spec(overview: &Overview, style: &Style) -> Spec {
    let words = style.words;
    let count = |value: Option<i64>| value.map(|value| value as f64);
    let short = |value: Option<f64>| value.map_or_else(|| UNKNOWN.to_owned(), |value| words.short(value));
    let full = |value: Option<f64>| words.full_or_dash(value);
    // name, as shown large, with all its digits
    let counted = |name: &'static str, value: Option<i64>| (name, short(count(value)), full(count(value)));
    let growth = count(overview.growth).map_or_else(|| UNKNOWN.to_owned(), |people| words.signed(people));
    let metrics = [
        counted(words.posts, i64::try_from(overview.posts).ok()),
        counted(words.views, overview.views),
        (words.avg_reach, short(overview.avg_reach), full(overview.avg_reach)),
        (words.err, words.percent_or_dash(overview.err), words.percent_or_dash(overview.err)),
        counted(words.subscribers, overview.subscribers),
        (words.growth, growth.clone(), growth),
        counted(words.forwards, overview.forwards),
        (words.er, words.percent_or_dash(overview.er), words.percent_or_dash(overview.er)),
    ];
    let mut chart = look::chart(style, words.title_overview);
    for (index, (name, value, _)) in metrics.iter().enumerate() {
        let left = LEFT + (index % COLUMNS) * (100 - LEFT) / COLUMNS;
        let top = FIRST_ROW + index / COLUMNS * ROW_HEIGHT;
        chart = chart.title(
            Title::new()
                .text(value.as_str())
                .subtext(*name)
                .left(format!("{left}%"))
                .top(format!("{top}%"))
                .padding(0)
                .item_gap(4)
                .text_style(TextStyle::new().color(style.palette.text.as_str()).font_size(26).font_weight("600"))
                .subtext_style(
                    TextStyle::new().color(style.palette.text_2.as_str()).font_size(12).font_weight("normal"),
                ),
        );
    }
    let said: Vec<String> = metrics.iter().map(|(name, _, value)| format!("{name} {value}")).collect();
    Spec {
        option: Sheet::new(&chart, style).finish(),
        label: words.fill(words.label_overview, &[("metrics", &said.join(", "))]),
        table: Table {
            header: vec![words.metric.to_owned(), words.value.to_owned()],
            rows: metrics.iter().map(|(name, _, value)| vec![(*name).to_owned(), value.clone()]).collect(),
        },
        cursor: Cursor::along_x(),
    }
}
