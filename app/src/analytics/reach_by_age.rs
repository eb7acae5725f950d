//! How far posts reach at each age: median views of those old enough, beside the window before.

use domain::analytics::reach::{Reach, reach};
use domain::analytics::view_curve::view_curve;
use domain::analytics::{Dataset, Meta, Warning, Window};
use leptos::prelude::*;

use super::explain::{Foot, NoPostsOr, rule};
use super::shown::Shown;
use crate::t;
use crate::ui::bar_list::{Bar, BarList};
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;
use crate::ui::time::age;

/// Ages of the card, hours.
const AGES: [u32; 6] = [1, 3, 24, 48, 72, 168];
/// Room kept at the end of the longest bar.
const ROOM: f64 = 1.06;

#[component]
pub fn ReachByAge(shown: Shown) -> impl IntoView {
    let now = shown.ask(|data, window| reach(data, window, &AGES));
    let before = shown.ask_before(|data, window| reach(data, window, &AGES).data);
    let bars = Memo::new(move |_| now.with(|now| before.with(|before| bars(&now.data, before.as_ref()))));
    let meta = shown.ask(views_meta);
    let formula = Signal::derive(move || now.with(|now| meta.with(|meta| formula(&now.data, meta, shown))));
    view! {
        <Card
            class="span-4"
            id="reach-by-age"
            title=move || view! { <FormulaButton id="reach-by-age" label=|| t!("analytics-reach") formula/> }
            sub=move || {
                move || if before.with(Option::is_some) { t!("analytics-reach-sub") } else { t!("analytics-reach-sub-alone") }
            }
        >
            {move || {
                if bars.with(Vec::is_empty) {
                    view! { <NoPostsOr shown title=t!("analytics-reach-none") more=t!("analytics-reach-none-more")/> }.into_any()
                } else {
                    view! { <BarList bars/> }.into_any()
                }
            }}
            <Foot shown meta note=Signal::derive(move || now.with(|now| left_out(&now.data)))/>
        </Card>
    }
}

fn bars(now: &Reach, before: Option<&Reach>) -> Vec<Bar> {
    let before_at = |h| before.and_then(|before| before.at(h)).and_then(|age| age.reach);
    let mut rows: Vec<(String, u64, Option<f64>, Option<f64>)> =
        now.ages.iter().map(|at| (age(at.h), at.n, at.reach, before_at(at.h))).filter(|row| row.2.is_some()).collect();
    if now.at(24).is_none_or(|at| at.reach.is_none()) && now.total.reach.is_some() {
        rows.push((t!("analytics-total"), now.total.n, now.total.reach, before.and_then(|before| before.total.reach)));
    }
    let longest = rows.iter().flat_map(|row| [row.2, row.3]).flatten().fold(0.0, f64::max) * ROOM;
    rows.into_iter()
        .map(|(name, n, reach, before)| Bar {
            name,
            note: t!("count-posts-text", n = n as i64, text = number::full(n as i64)),
            value: number::short_or_dash(reach),
            share: reach.map_or(0.0, |reach| reach / longest),
            href: None,
            tick: before.map(|before| before / longest),
            series: 1,
        })
        .collect()
}

/// The oldest age that some posts have not reached: `23 posts are too young for 7 days`.
fn left_out(reach: &Reach) -> Option<String> {
    let oldest = reach.ages.iter().rev().find(|age| age.too_young > 0)?;
    Some(t!("analytics-too-young-for", n = oldest.too_young as i64, age = age(oldest.h)))
}

/// Where the views come from; of what is too young [`left_out`] speaks better.
fn views_meta(data: &Dataset, window: &Window) -> Meta {
    let mut meta = view_curve(data, window, &AGES).meta;
    meta.warnings.retain(|warning| !matches!(warning, Warning::TooYoung { .. }));
    meta
}

fn formula(reach: &Reach, meta: &Meta, shown: Shown) -> Formula {
    let counted = |n: u64, of: u64| t!("analytics-of", n = number::full(n as i64), of = number::full(of as i64));
    let mut inputs: Vec<(String, String)> =
        reach.ages.iter().map(|at| (t!("analytics-posts-at", age = age(at.h)), counted(at.n, reach.posts))).collect();
    inputs.push((t!("analytics-posts-total"), counted(reach.total.n, reach.posts)));
    Formula {
        title: t!("analytics-reach"),
        meaning: t!("analytics-reach-meaning"),
        formula: t!("analytics-reach-formula"),
        inputs,
        rule: rule(meta, &shown.zone()),
    }
}
