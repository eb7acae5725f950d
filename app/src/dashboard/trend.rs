//! Reach by day over 30 days, beside the 30 days before.

use charts::reach_trend::{self, ReachDay};
use domain::analytics::query::Measure;
use domain::screens::DashboardScreen;
use leptos::prelude::*;

use crate::t;
use crate::ui::chart::Chart;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;
use crate::ui::source_mark::source_name;
use crate::ui::time;

#[component]
pub fn Trend(screen: Signal<DashboardScreen>) -> impl IntoView {
    let measure = Memo::new(move |_| screen.with(|screen| screen.headline.measure));
    let days = Memo::new(move |_| screen.with(days));
    let known = Memo::new(move |_| days.with(|days| days.iter().any(|day| day.reach.is_some())));
    let name = move || match measure.get() {
        Measure::Reach24 => t!("trend-24"),
        Measure::Total => t!("trend-total"),
    };
    let more = move || match measure.get() {
        Measure::Reach24 => t!("trend-24-more"),
        Measure::Total => t!("trend-total-more"),
    };
    view! {
        <section class="card span-12 wide-4" aria-labelledby="trend">
            <header>
                <div class="heading">
                    <h2 id="trend">
                        <FormulaButton
                            id="trend"
                            label=move || name
                            formula=Signal::derive(move || screen.with(|screen| formula(screen, name())))
                        />
                    </h2>
                    <p>{more}</p>
                </div>
            </header>
            <Show when=move || known.get() fallback=Nothing>
                <Chart id="chart-trend" class="" spec=move |style| days.with(|days| reach_trend::spec(days, style))/>
            </Show>
        </section>
    }
}

/// No day has a value yet.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="empty">
            <b>{t!("trend-none")}</b>
            <p>{t!("trend-none-more")}</p>
        </div>
    }
}

fn days(screen: &DashboardScreen) -> Vec<ReachDay> {
    screen
        .reach_trend
        .iter()
        .map(|day| ReachDay { day: day.day, reach: day.reach, estimated: None, before: day.previous })
        .collect()
}

fn formula(screen: &DashboardScreen, title: String) -> Formula {
    let with_value = screen.reach_trend.iter().filter(|day| day.reach.is_some()).count();
    let posts: u64 = screen.reach_trend.iter().map(|day| day.n).sum();
    let days = |first, last| format!("{} – {}", time::day(first), time::day_year(last));
    let previous = screen.trend_window.previous();
    let mut rule: Vec<String> = screen.meta.sources.iter().map(|source| source_name(*source)).collect();
    rule.extend(screen.freshness.as_of.map(|at| t!("as-of", time = time::moment(&screen.trend_window.zone, at))));
    Formula {
        title,
        meaning: t!("trend-meaning"),
        formula: match screen.headline.measure {
            Measure::Reach24 => t!("reach-24-formula"),
            Measure::Total => t!("reach-total-formula"),
        },
        inputs: vec![
            (t!("period"), days(screen.trend_window.first_day, screen.trend_window.last_day)),
            (t!("input-before"), days(previous.first_day, previous.last_day)),
            (
                t!("trend-days"),
                t!("input-of", n = number::full(with_value as i64), of = number::full(screen.reach_trend.len() as i64)),
            ),
            (t!("input-counted"), number::full(posts as i64)),
        ],
        rule: rule.join(", "),
    }
}
