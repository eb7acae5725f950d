//! Reach in detail: every age with its interval, how it grew with the post's age, day by day, by weekday and hour.

use charts::{reach_trend, view_curve};
use domain::analytics::Answer;
use domain::analytics::dataset::HEADLINE_H;
use domain::analytics::posts::in_window;
use domain::analytics::query::Measure;
use domain::analytics::reach::{Reach, ReachAge, reach};
use domain::analytics::series::reach_by_day;
use domain::analytics::view_curve::view_curve as curve_by_age;
use domain::analytics::{AGES_H, Dataset, Window};
use leptos::prelude::*;

use super::explain::{Foot, NoPostsOr, rule};
use super::heatmap::Heatmap;
use super::reach_by_age::ReachByAge;
use super::shown::Shown;
use crate::t;
use crate::ui::card::Card;
use crate::ui::chart::Chart;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;
use crate::ui::time::age;

#[component]
pub fn ReachTab(shown: Shown) -> impl IntoView {
    view! {
        <div class="grid">
            <AgesTable shown/>
            <ReachByAge shown/>
            <CurveCard shown/>
            <TrendCard shown/>
            <Heatmap shown class="mid-full"/>
        </div>
    }
}

#[component]
fn AgesTable(shown: Shown) -> impl IntoView {
    let answer = shown.ask(|data, window| reach(data, window, &AGES_H));
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let formula = Signal::derive(move || answer.with(|answer| formula(answer, shown)));
    view! {
        <section class="card flush span-8" aria-labelledby="reach-ages">
            <header>
                <div class="heading">
                    <h2 id="reach-ages">
                        <FormulaButton id="reach-ages" label=|| t!("analytics-reach-ages") formula/>
                    </h2>
                    <p>{t!("analytics-reach-ages-sub")}</p>
                </div>
            </header>
            <div class="table-scroll" tabindex="0" role="region" aria-labelledby="reach-ages">
                <table class="data-table tight">
                    <thead>
                        <tr>
                            <th scope="col">{t!("analytics-age")}</th>
                            <th scope="col" class="num">
                                {t!("analytics-median")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-interval")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-err")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-posts-input")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-too-young")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-unmeasured")}
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || {
                            answer
                                .with(|answer| answer.data.ages.clone())
                                .into_iter()
                                .map(|at| view! { <AgeRow at/> })
                                .collect_view()
                        }} <TotalRow answer/>
                    </tbody>
                </table>
            </div>
            <Foot shown meta/>
        </section>
    }
}

#[component]
fn AgeRow(at: ReachAge) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{age(at.h)}</th>
            <td class="num strong">{whole(at.reach)}</td>
            <td class="num">{interval(at.low, at.high)}</td>
            <td class="num">{number::percent_or_dash(at.err)}</td>
            <td class="num">{number::full(at.n as i64)}</td>
            <td class="num">{number::full(at.too_young as i64)}</td>
            <td class="num">{number::full(at.unmeasured as i64)}</td>
        </tr>
    }
}

#[component]
fn TotalRow(answer: Memo<Answer<Reach>>) -> impl IntoView {
    let total = move || answer.with(|answer| answer.data.total.clone());
    view! {
        <tr>
            <th scope="row">{t!("analytics-total")}</th>
            <td class="num strong">{move || whole(total().reach)}</td>
            <td class="num">
                {move || {
                    let total = total();
                    interval(total.low, total.high)
                }}
            </td>
            <td class="num">{move || number::percent_or_dash(total().err)}</td>
            <td class="num">{move || number::full(total().n as i64)}</td>
            <td class="num">{number::UNKNOWN}</td>
            <td class="num">{number::UNKNOWN}</td>
        </tr>
    }
}

fn whole(views: Option<f64>) -> String {
    number::full_or_dash(views.map(|views| views.round() as i64))
}

fn interval(low: Option<f64>, high: Option<f64>) -> String {
    match low.zip(high) {
        Some((low, high)) => format!("{} – {}", whole(Some(low)), whole(Some(high))),
        None => number::UNKNOWN.to_owned(),
    }
}

fn formula(answer: &Answer<Reach>, shown: Shown) -> Formula {
    let reach = &answer.data;
    let headline = reach.at(HEADLINE_H);
    Formula {
        title: t!("analytics-reach-ages"),
        meaning: t!("analytics-reach-meaning"),
        formula: t!("analytics-reach-ages-formula"),
        inputs: vec![
            (t!("analytics-posts-input"), number::full(reach.posts as i64)),
            (t!("analytics-posts-at", age = age(HEADLINE_H)), number::full_or_dash(headline.map(|at| at.n as i64))),
            (t!("analytics-median-at", age = age(HEADLINE_H)), whole(headline.and_then(|at| at.reach))),
            (t!("analytics-err-at", age = age(HEADLINE_H)), number::percent_or_dash(headline.and_then(|at| at.err))),
        ],
        rule: rule(&answer.meta, &shown.zone()),
    }
}

#[component]
fn CurveCard(shown: Shown) -> impl IntoView {
    let answer = shown.ask(|data, window| curve_by_age(data, window, &AGES_H));
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    view! {
        <Card class="span-6" id="view-curve" title=|| t!("analytics-curve") sub=|| t!("analytics-curve-sub")>
            <Show
                when=move || answer.with(|answer| answer.data.iter().any(|point| point.n > 0))
                fallback=move || {
                    view! { <NoPostsOr shown title=t!("analytics-reach-none") more=t!("analytics-reach-none-more")/> }
                }
            >
                <Chart id="chart-curve" class="" spec=move |style| answer.with(|answer| view_curve::spec(&answer.data, style))/>
            </Show>
            <Foot shown meta/>
        </Card>
    }
}

/// V(24) of the days' posts, or their totals where V(24) is not measured.
#[component]
fn TrendCard(shown: Shown) -> impl IntoView {
    let measure = shown.ask(measure);
    let days = Memo::new(move |_| {
        let measure = measure.get();
        let has_before = shown.before.with(Option::is_some);
        shown.data.with(|data| {
            shown.window.with(|window| {
                reach_by_day(data, window, measure)
                    .into_iter()
                    .map(|day| reach_trend::ReachDay {
                        day: day.day,
                        reach: day.reach,
                        estimated: None,
                        before: day.previous.filter(|_| has_before),
                    })
                    .collect::<Vec<_>>()
            })
        })
    });
    let meta = shown.ask(|data, window| curve_by_age(data, window, &[HEADLINE_H]).meta);
    view! {
        <Card
            class="span-6"
            id="reach-trend"
            title=|| t!("analytics-trend")
            sub=move || {
                move || match measure.get() {
                    Measure::Reach24 => t!("analytics-trend-sub"),
                    Measure::Total => t!("analytics-trend-sub-total"),
                }
            }
        >
            <Show
                when=move || days.with(|days| days.iter().any(|day| day.reach.is_some()))
                fallback=move || {
                    view! { <NoPostsOr shown title=t!("analytics-reach-none") more=t!("analytics-reach-none-more")/> }
                }
            >
                <Chart id="chart-reach-trend" class="" spec=move |style| days.with(|days| reach_trend::spec(days, style))/>
            </Show>
            <Foot shown meta/>
        </Card>
    }
}

fn measure(data: &Dataset, window: &Window) -> Measure {
    data.default_measure(in_window(data, window))
}
