//! Metrics §2 *sources*: where views came from, as shares and by day.

use charming::element::{AxisPointerType, ItemStyle, Trigger};
use charming::series::Bar;
use domain::analytics::sources::Sources;

use crate::bars::{self, Row};
use crate::look::{self, Below};
use crate::patch::Sheet;
use crate::{Cursor, Spec, Style, Table};

/// One bar a source, longest first.
pub fn shares(sources: &Sources, style: &Style) -> Spec {
    let words = style.words;
    let header = [words.source, words.views, words.share, words.change];
    if sources.sources.iter().all(|source| source.views == 0) {
        return look::nothing(style, words.title_sources, &header);
    }
    let rows: Vec<Row> = sources
        .sources
        .iter()
        .enumerate()
        .map(|(index, source)| Row {
            name: format!("{} · {}", words.name(&source.source), words.short(source.views as f64)),
            value: Some(source.views as f64),
            text: words.percent_or_dash(source.share),
            tick: None,
            color: index,
        })
        .collect();
    let table = look::table(
        header,
        sources.sources.iter().map(|source| {
            [
                words.name(&source.source).to_owned(),
                words.full(source.views as f64),
                words.percent_or_dash(source.share),
                words.change_or_dash(source.change),
            ]
        }),
    );
    bars::spec(&rows, words.title_sources, None, label(sources, style), table, style)
}

/// Stacked bars by day, in the same order and colours as [`shares`].
pub fn by_day(sources: &Sources, style: &Style) -> Spec {
    let words = style.words;
    let names: Vec<String> = sources.sources.iter().map(|source| words.name(&source.source).to_owned()).collect();
    let mut header = vec![words.day];
    header.extend(names.iter().map(String::as_str));
    if sources.days.is_empty() || names.is_empty() {
        return look::nothing(style, words.title_sources, &header);
    }
    let mut chart = look::chart(style, words.title_sources)
        .grid(look::grid(style, Below { legend: true, brush: false }))
        .x_axis(look::name_axis(style, sources.days.iter().map(|day| words.day(day.day)).collect()))
        .y_axis(look::number_axis(style, "@short").min(0))
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::Shadow))
        .legend(look::legend(style, names.iter().map(String::as_str)));
    for (index, (source, name)) in sources.sources.iter().zip(&names).enumerate() {
        let data: Vec<Option<f64>> =
            sources.days.iter().map(|day| day.views.get(&source.source).map(|views| *views as f64)).collect();
        chart = chart.series(
            Bar::new()
                .id(source.source.as_str())
                .name(name.as_str())
                .stack("views")
                .item_style(ItemStyle::new().color(style.palette.series(index)))
                .data(data),
        );
    }
    let mut sheet = Sheet::new(&chart, style);
    for series in 0..names.len() {
        sheet.bar_width_max(series, look::COLUMN_WIDTH_MAX);
    }
    sheet.few_labels(sources.days.len());
    sheet.contain_labels();
    let rows = sources
        .days
        .iter()
        .map(|day| {
            let mut row = vec![words.weekday_day(day.day)];
            row.extend(
                sources
                    .sources
                    .iter()
                    .map(|source| words.full_or_dash(day.views.get(&source.source).map(|views| *views as f64))),
            );
            row
        })
        .collect();
    Spec {
        option: sheet.finish(),
        label: label(sources, style),
        table: Table { header: header.into_iter().map(str::to_owned).collect(), rows },
        cursor: Cursor::along_x(),
    }
}

fn label(sources: &Sources, style: &Style) -> String {
    let words = style.words;
    let said: Vec<String> = sources
        .sources
        .iter()
        .map(|source| format!("{} {}", words.name(&source.source), words.percent_or_dash(source.share)))
        .collect();
    words.fill(words.label_sources, &[("sources", &said.join(", "))])
}
