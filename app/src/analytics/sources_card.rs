//! Where views came from: share of each source.

use domain::analytics::Answer;
use domain::analytics::sources::{Sources, sources};
use jiff::civil::Date;
use leptos::prelude::*;

use super::explain::{Foot, Nothing, rule};
use super::shown::Shown;
use crate::t;
use crate::ui::bar_list::{Bar, BarList};
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number::{self, words};

/// Colours of series; further sources are grey.
const SERIES: u8 = 8;

#[component]
pub fn SourcesCard(shown: Shown, class: &'static str) -> impl IntoView {
    let answer = shown.ask(sources);
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let formula = Signal::derive(move || answer.with(|answer| formula(answer, shown)));
    view! {
        <Card
            class
            id="views-by-source"
            title=move || view! { <FormulaButton id="views-by-source" label=|| t!("analytics-sources") formula/> }
            sub=move || {
                move || {
                    let total = answer.with(|answer| total(&answer.data));
                    if total > 0 { t!("analytics-sources-sub", views = number::short(total as f64)) } else { String::new() }
                }
            }
        >
            {move || {
                if answer.with(|answer| answer.data.sources.is_empty()) {
                    view! { <Nothing title=t!("analytics-sources-none") more=t!("analytics-sources-none-more")/> }.into_any()
                } else {
                    view! { <BarList bars=Signal::derive(move || answer.with(|answer| bars(&answer.data)))/> }.into_any()
                }
            }}
            <Show when=move || answer.with(|answer| !answer.data.sources.is_empty())>
                <Foot shown meta until=Signal::derive(move || answer.with(|answer| last_day(&answer.data)))/>
            </Show>
        </Card>
    }
}

pub fn total(sources: &Sources) -> i64 {
    sources.sources.iter().map(|source| source.views).fold(0, i64::saturating_add)
}

pub fn last_day(sources: &Sources) -> Option<Date> {
    sources.days.last().map(|day| day.day)
}

/// Colour of the source at a place in the list, the same as in the chart by day.
pub fn series(place: usize) -> u8 {
    u8::try_from(place + 1).ok().filter(|series| *series <= SERIES).unwrap_or(0)
}

fn bars(sources: &Sources) -> Vec<Bar> {
    sources
        .sources
        .iter()
        .enumerate()
        .map(|(place, source)| Bar {
            name: words().name(&source.source).to_owned(),
            note: number::short(source.views as f64),
            value: number::percent_or_dash(source.share),
            share: source.share.unwrap_or(0.0),
            href: None,
            tick: None,
            series: series(place),
        })
        .collect()
}

pub fn formula(answer: &Answer<Sources>, shown: Shown) -> Formula {
    let mut inputs: Vec<(String, String)> = answer
        .data
        .sources
        .iter()
        .map(|source| (words().name(&source.source).to_owned(), number::full(source.views)))
        .collect();
    inputs.push((t!("analytics-sources-all"), number::full(total(&answer.data))));
    Formula {
        title: t!("analytics-sources"),
        meaning: t!("analytics-sources-meaning"),
        formula: t!("analytics-sources-formula"),
        inputs,
        rule: rule(&answer.meta, &shown.zone()),
    }
}
