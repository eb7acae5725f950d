//! Subscribers who joined and left, by day.

use charts::growth::spec;
use domain::analytics::Answer;
use domain::analytics::growth::{Growth, growth};
use domain::analytics::warning::Warning;
use jiff::civil::Date;
use leptos::prelude::*;

use super::explain::{Foot, Nothing, rule};
use super::shown::Shown;
use crate::t;
use crate::ui::card::Card;
use crate::ui::chart::Chart;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;

#[component]
pub fn GrowthCard(
    shown: Shown,
    class: &'static str,
    /// height of the chart
    #[prop(optional)]
    height: &'static str,
) -> impl IntoView {
    let answer = shown.ask(growth);
    let known = Memo::new(move |_| answer.with(|answer| knows_changes(&answer.data)));
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let formula = Signal::derive(move || answer.with(|answer| formula(answer, shown)));
    view! {
        <Card
            class
            id="growth"
            title=move || view! { <FormulaButton id="growth" label=|| t!("analytics-growth") formula/> }
            sub=move || move || answer.with(|answer| summary(&answer.data))
        >
            <Show
                when=move || known.get()
                fallback=|| view! { <Nothing title=t!("analytics-growth-none") more=t!("analytics-growth-none-more")/> }
            >
                <Chart id="chart-growth" class=height spec=move |style| answer.with(|answer| spec(&answer.data, style))/>
                <Foot shown meta until=Signal::derive(move || answer.with(|answer| last_day(&answer.data)))/>
            </Show>
        </Card>
    }
}

/// Whether some day says who joined or left.
pub fn knows_changes(growth: &Growth) -> bool {
    growth.days.iter().any(|day| day.joined.is_some() || day.left.is_some())
}

/// Whether subscribers were never counted in the window.
pub fn knows_nothing(answer: &Answer<Growth>) -> bool {
    answer.meta.warnings.contains(&Warning::SubscribersMissing) && !knows_changes(&answer.data)
}

pub fn last_day(growth: &Growth) -> Option<Date> {
    let known = |day: &&domain::analytics::growth::GrowthDay| {
        day.subscribers.is_some() || day.joined.is_some() || day.left.is_some()
    };
    growth.days.iter().rev().find(known).map(|day| day.day)
}

/// `+1,642 joined, −1,190 left: +452`
fn summary(growth: &Growth) -> String {
    match (growth.joined, growth.left, growth.net) {
        (Some(joined), Some(left), Some(net)) => t!(
            "analytics-growth-sub",
            joined = number::signed(joined as f64),
            left = number::signed(-(left as f64)),
            net = number::signed(net as f64)
        ),
        _ => String::new(),
    }
}

pub fn formula(answer: &Answer<Growth>, shown: Shown) -> Formula {
    let growth = &answer.data;
    let known = growth.days.iter().filter(|day| day.joined.is_some() && day.left.is_some()).count();
    Formula {
        title: t!("analytics-growth"),
        meaning: t!("analytics-growth-meaning"),
        formula: t!("analytics-growth-formula"),
        inputs: vec![
            (
                t!("analytics-days-known"),
                t!("analytics-of", n = number::full(known as i64), of = number::full(growth.days.len() as i64)),
            ),
            (t!("analytics-joined"), number::full_or_dash(growth.joined)),
            (t!("analytics-left"), number::full_or_dash(growth.left)),
            (t!("analytics-churn"), number::percent_or_dash(growth.churn)),
        ],
        rule: rule(&answer.meta, &shown.zone()),
    }
}
