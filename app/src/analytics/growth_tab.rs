//! Subscribers: totals, who joined and left, the count itself, day by day.

use charts::subscribers;
use domain::analytics::Answer;
use domain::analytics::growth::{Growth, GrowthDay, growth};
use leptos::prelude::*;

use super::explain::{Foot, Nothing, rule};
use super::figures::{Figure, Figures};
use super::growth_card::{GrowthCard, knows_nothing, last_day};
use super::link_joins_card::LinkJoinsCard;
use super::shown::Shown;
use crate::t;
use crate::ui::card::Card;
use crate::ui::chart::Chart;
use crate::ui::delta::Delta;
use crate::ui::formula::Formula;
use crate::ui::number;
use crate::ui::time;

#[component]
pub fn GrowthTab(shown: Shown) -> impl IntoView {
    let answer = shown.ask(growth);
    let before = shown.ask_before(|data, window| growth(data, window).data);
    let unknown = Memo::new(move |_| answer.with(knows_nothing));
    let figures =
        Memo::new(move |_| answer.with(|answer| before.with(|before| figures(answer, before.as_ref(), shown))));
    view! {
        <Show
            when=move || !unknown.get()
            fallback=|| {
                view! {
                    <section class="card">
                        <Nothing title=t!("analytics-growth-none") more=t!("analytics-growth-none-more")/>
                    </section>
                }
            }
        >
            <div class="grid">
                <section class="card" aria-labelledby="growth-totals">
                    <h2 class="visually-hidden" id="growth-totals">
                        {t!("analytics-totals")}
                    </h2>
                    <Figures figures/>
                </section>
                <GrowthCard shown class="span-6"/>
                <SubscribersCard shown answer/>
                <DaysTable shown answer/>
                <LinkJoinsCard answer class="span-4"/>
            </div>
        </Show>
    }
}

fn figures(answer: &Answer<Growth>, before: Option<&Growth>, shown: Shown) -> Vec<Figure> {
    let now = &answer.data;
    let rule = rule(&answer.meta, &shown.zone());
    let was = |value: Option<String>| value.map(|value| t!("analytics-was", value = value)).unwrap_or_default();
    let count =
        |of: fn(&Growth) -> Option<i64>| (number::full_or_dash(of(now)), was(before.and_then(of).map(number::full)));
    let known = |of: fn(&GrowthDay) -> Option<i64>| now.days.iter().filter(|day| of(day).is_some()).count() as i64;
    let days = |known: i64| {
        let of = number::full(now.days.len() as i64);
        vec![(t!("analytics-days-known"), t!("analytics-of", n = number::full(known), of = of))]
    };
    let figure = |id, label: String, (value, note): (String, String), meaning, formula, inputs| Figure {
        id,
        label: label.clone(),
        value: value.clone(),
        note,
        formula: Formula { title: format!("{label}: {value}"), meaning, formula, inputs, rule: rule.clone() },
    };
    let mean = t!("analytics-churn-inputs");
    vec![
        figure(
            "total-joined",
            t!("analytics-joined"),
            count(|growth| growth.joined),
            t!("analytics-joined-meaning"),
            t!("analytics-joined-formula"),
            days(known(|day| day.joined)),
        ),
        figure(
            "total-left",
            t!("analytics-left"),
            count(|growth| growth.left),
            t!("analytics-left-meaning"),
            t!("analytics-left-formula"),
            days(known(|day| day.left)),
        ),
        figure(
            "total-net",
            t!("analytics-net"),
            (
                now.net.map_or_else(|| number::UNKNOWN.to_owned(), |net| number::signed(net as f64)),
                was(before.and_then(|before| before.net).map(|net| number::signed(net as f64))),
            ),
            t!("analytics-net-meaning"),
            t!("analytics-net-formula"),
            vec![
                (t!("analytics-joined"), number::full_or_dash(now.joined)),
                (t!("analytics-left"), number::full_or_dash(now.left)),
            ],
        ),
        figure(
            "total-churn",
            t!("analytics-churn"),
            (number::percent_or_dash(now.churn), was(before.and_then(|before| before.churn).map(number::percent))),
            t!("analytics-churn-meaning"),
            t!("analytics-churn-formula"),
            vec![
                (t!("analytics-left"), number::full_or_dash(now.left)),
                (mean, number::full(known(|day| day.subscribers))),
            ],
        ),
    ]
}

#[component]
fn SubscribersCard(shown: Shown, answer: Memo<Answer<Growth>>) -> impl IntoView {
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    // the axis does not start at 0: the subtitle says where
    let sub = move || {
        let start = answer.with(|answer| subscribers::axis_start(&answer.data.days));
        start.map(|start| t!("analytics-axis-from", from = number::full(start as i64))).unwrap_or_default()
    };
    view! {
        <Card class="span-6" id="subscribers" title=|| t!("analytics-subscribers") sub=move || sub>
            <Show
                when=move || answer.with(|answer| answer.data.days.iter().any(|day| day.subscribers.is_some()))
                fallback=|| view! { <Nothing title=t!("analytics-counts-none") more=t!("analytics-growth-none-more")/> }
            >
                <Chart
                    id="chart-subscribers"
                    class=""
                    spec=move |style| answer.with(|answer| subscribers::spec(&answer.data.days, style))
                />
                <Foot shown meta until=Signal::derive(move || answer.with(|answer| last_day(&answer.data)))/>
            </Show>
        </Card>
    }
}

#[component]
fn DaysTable(shown: Shown, answer: Memo<Answer<Growth>>) -> impl IntoView {
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    view! {
        <section class="card flush span-8" aria-labelledby="growth-days">
            <header>
                <h2 class="heading" id="growth-days">
                    {t!("analytics-day-by-day")}
                </h2>
            </header>
            <div class="table-scroll tall" tabindex="0" role="group" aria-labelledby="growth-days">
                <table class="data-table tight">
                    <thead>
                        <tr>
                            <th scope="col">{t!("analytics-day")}</th>
                            <th scope="col" class="num">
                                {t!("analytics-subscribers")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-joined")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-left")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-net")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-notifications")}
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || {
                            answer
                                .with(|answer| answer.data.days.clone())
                                .into_iter()
                                .rev()
                                .map(|day| view! { <DayRow day/> })
                                .collect_view()
                        }}
                    </tbody>
                </table>
            </div>
            <Foot shown meta until=Signal::derive(move || answer.with(|answer| last_day(&answer.data)))/>
        </section>
    }
}

#[component]
fn DayRow(day: GrowthDay) -> impl IntoView {
    let net = match day.net {
        Some(net) => view! { <Delta value=net as f64 text=number::signed(net as f64)/> }.into_any(),
        None => number::UNKNOWN.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{time::weekday_day(day.day)}</th>
            <td class="num">{number::full_or_dash(day.subscribers)}</td>
            <td class="num">{number::full_or_dash(day.joined)}</td>
            <td class="num">{number::full_or_dash(day.left)}</td>
            <td class="num">{net}</td>
            <td class="num">{number::full_or_dash(day.notifications_on)}</td>
        </tr>
    }
}
