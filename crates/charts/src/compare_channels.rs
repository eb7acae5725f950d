//! Metrics §2 *compare*: one bar a channel.

use domain::analytics::compare::{CompareSort, ComparedChannel};

use crate::bars::{self, Row};
use crate::look;
use crate::numbers::UNKNOWN;
use crate::{Spec, Style};

/// `channels` in the order of `sort`, which also says what the bars measure.
pub fn spec(channels: &[ComparedChannel], sort: CompareSort, style: &Style) -> Spec {
    let words = style.words;
    let header = [
        words.channel,
        words.subscribers,
        words.posts,
        words.views,
        words.avg_reach,
        words.title_reach_trend,
        words.err,
        words.er,
        words.growth,
    ];
    if channels.is_empty() {
        return look::nothing(style, words.title_channels, &header);
    }
    let metric = match sort {
        CompareSort::Err => words.err.to_owned(),
        CompareSort::Err24 => format!("{} 24", words.err),
        CompareSort::Reach24 => words.title_reach_trend.to_owned(),
        CompareSort::AvgReach => words.avg_reach.to_owned(),
        CompareSort::Subscribers => words.subscribers.to_owned(),
        CompareSort::Posts => words.posts.to_owned(),
        CompareSort::Views => words.views.to_owned(),
        CompareSort::Er => words.er.to_owned(),
        CompareSort::Growth | CompareSort::GrowthPct => words.growth.to_owned(),
    };
    let value = |channel: &ComparedChannel| {
        let overview = &channel.overview;
        match sort {
            CompareSort::Err => overview.err,
            CompareSort::Err24 => channel.err24,
            CompareSort::Reach24 => channel.reach24,
            CompareSort::AvgReach => overview.avg_reach,
            CompareSort::Subscribers => overview.subscribers.map(|people| people as f64),
            CompareSort::Posts => Some(overview.posts as f64),
            CompareSort::Views => overview.views.map(|views| views as f64),
            CompareSort::Er => overview.er,
            CompareSort::Growth => overview.growth.map(|people| people as f64),
            CompareSort::GrowthPct => overview.growth_pct,
        }
    };
    let text = |value: f64| match sort {
        CompareSort::Err | CompareSort::Err24 | CompareSort::Er => words.percent(value),
        CompareSort::GrowthPct => words.change(value),
        CompareSort::Growth => words.signed(value),
        _ => words.short(value),
    };
    let rows: Vec<Row> = channels
        .iter()
        .map(|channel| Row {
            name: channel.title.clone(),
            // a loss has no length on a track that starts at 0; its number says it
            value: value(channel).filter(|value| *value >= 0.0),
            text: value(channel).map_or_else(|| UNKNOWN.to_owned(), text),
            tick: None,
            color: 0,
        })
        .collect();
    let said: Vec<String> = rows.iter().map(|row| format!("{} {}", row.name, row.text)).collect();
    let whole = |value: Option<i64>| words.full_or_dash(value.map(|value| value as f64));
    let table = look::table(
        header,
        channels.iter().map(|channel| {
            let overview = &channel.overview;
            [
                channel.title.clone(),
                whole(overview.subscribers),
                words.full(overview.posts as f64),
                whole(overview.views),
                words.full_or_dash(overview.avg_reach),
                words.full_or_dash(channel.reach24),
                words.percent_or_dash(overview.err),
                words.percent_or_dash(overview.er),
                overview.growth.map_or_else(|| UNKNOWN.to_owned(), |people| words.signed(people as f64)),
            ]
        }),
    );
    let title = format!("{} · {metric}", words.title_channels);
    let label = words.fill(words.label_channels, &[("metric", &metric), ("channels", &said.join(", "))]);
    bars::spec(&rows, &title, None, label, table, style)
}
