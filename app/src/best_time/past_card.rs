//! Would it have helped? The recommender's own past on this channel.

use domain::best_time::backtest::Backtest;
use domain::screens::Evidence;
use leptos::prelude::*;

use super::chosen::Chosen;
use super::words;
use crate::t;
use crate::ui::bar_list::{Bar, BarList};
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;
use crate::ui::time;

/// Bars end here, so that the longest leaves room to see that it is one.
const ROOM: f64 = 1.2;
/// What an 80 % interval should hold.
const NOMINAL: f64 = 0.8;

#[component]
pub fn PastCard(chosen: Chosen) -> impl IntoView {
    let evidence = Memo::new(move |_| chosen.evidence());
    let tested = move || evidence.get().filter(|evidence| evidence.backtest.folds > 0);
    let bars =
        Memo::new(move |_| evidence.with(|evidence| evidence.as_ref().map(|e| bars(&e.backtest)).unwrap_or_default()));
    let formula = Signal::derive(move || formula(evidence.get().as_ref()));
    let sub = move || match tested() {
        Some(evidence) => t!("best-time-past-sub", n = i64::from(evidence.backtest.folds)),
        None => t!("best-time-past-sub-none"),
    };
    view! {
        <Card
            class="span-4 mid-full"
            id="past"
            title=move || view! { <FormulaButton id="past" label=|| t!("best-time-past") formula/> }
            sub=move || sub
        >
            <Show
                when=move || tested().is_some()
                fallback=move || {
                    let more = move || {
                        if evidence.get().is_some() { t!("best-time-past-few") } else { t!("best-time-past-not-yet") }
                    };
                    view! { <p class="muted">{more}</p> }
                }
            >
                <BarList bars/>
                <footer>{move || tested().map(|evidence| notes(&evidence, chosen).join(" "))}</footer>
            </Show>
        </Card>
    }
}

fn bars(backtest: &Backtest) -> Vec<Bar> {
    let errors = [
        (t!("best-time-error-model"), t!("best-time-lower-better"), backtest.log_error_model, 1),
        (t!("best-time-error-flat"), String::new(), backtest.log_error_flat, 0),
        (t!("best-time-error-mean"), String::new(), backtest.log_error_slot_mean, 0),
    ];
    let longest = errors.iter().filter_map(|error| error.2).fold(0.0, f64::max) * ROOM;
    let mut bars: Vec<Bar> = errors
        .into_iter()
        .filter_map(|(name, note, error, series)| {
            let error = error?;
            let share = if longest > 0.0 { error / longest } else { 0.0 };
            Some(Bar { name, href: None, note, value: number::decimal(error, 3), share, tick: None, series })
        })
        .collect();
    bars.extend(backtest.coverage80.map(|coverage| Bar {
        name: t!("best-time-coverage"),
        note: t!("best-time-coverage-of", posts = words::posts(backtest.posts_scored)),
        value: number::percent_whole(coverage),
        share: coverage,
        href: None,
        tick: Some(NOMINAL),
        series: 1,
    }));
    bars
}

fn notes(evidence: &Evidence, chosen: Chosen) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(lift) = evidence.backtest.lift_recommended {
        notes.push(t!("best-time-past-lift", lift = number::signed_percent_whole(lift)));
    }
    let permuted = evidence.permuted;
    if permuted.runs > 0 {
        let full = |n: u32| number::full(i64::from(n));
        notes.push(t!("best-time-past-shuffled", n = full(permuted.claims), of = full(permuted.runs)));
    }
    let zone = chosen.zone();
    if chosen.screen.with(|screen| screen.freshness.version != evidence.version) {
        notes.push(t!("best-time-past-older", time = time::moment(&zone, evidence.made_at)));
    }
    notes
}

fn formula(evidence: Option<&Evidence>) -> Formula {
    let inputs = evidence.map_or_else(Vec::new, |evidence| {
        vec![
            (t!("best-time-weeks"), number::full(i64::from(evidence.backtest.folds))),
            (t!("best-time-posts-used"), number::full(i64::from(evidence.backtest.posts_scored))),
        ]
    });
    Formula {
        title: t!("best-time-past"),
        meaning: t!("best-time-past-meaning"),
        formula: t!("best-time-past-formula"),
        inputs,
        rule: t!("best-time-past-rule"),
    }
}
