//! The four figures of a post: views, ER, growth, against what is usual.

use domain::analytics::posts::SnapshotView;
use domain::posts::Counters;
use domain::screens::PostPage as Page;
use leptos::prelude::*;

use crate::t;
use crate::ui::delta::{Delta, Meaning};
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;
use crate::ui::source_mark::source_name;
use crate::ui::time;

/// Within this of the usual a post is as usual.
const USUAL_WITHIN: f64 = 0.1;

#[component]
pub fn Figures(page: Signal<Page>) -> impl IntoView {
    let figure = move |id: &'static str,
                       label: String,
                       formula: fn(&Page) -> Formula,
                       value: fn(&Page) -> String,
                       note: fn(&Page) -> String| {
        view! {
            <div>
                <h3>
                    <FormulaButton id label=move || label.clone() formula=Signal::derive(move || page.with(formula))/>
                </h3>
                <p class="value">{move || page.with(value)}</p>
                <p class="meta">{move || page.with(note)}</p>
            </div>
        }
    };
    view! {
        <section class="card figures span-5 mid-full" aria-label=t!("post-numbers")>
            {figure("post-views", t!("views"), views_formula, |page| number::full_or_dash(page.post.views), last_read)}
            {figure("post-er", t!("er"), er_formula, |page| number::percent_or_dash(page.post.er), er_note)}
            {figure("post-growth", t!("growth-rate"), growth_formula, growth_value, growth_note)}
            <div>
                <h3>
                    <FormulaButton
                        id="post-usual"
                        label=move || t!("against-usual")
                        formula=Signal::derive(move || page.with(usual_formula))
                    />
                </h3>
                <p class="value">
                    {move || {
                        page.with(|page| page.against)
                            .map_or_else(
                                || view! { <span>{number::UNKNOWN}</span> }.into_any(),
                                |against| {
                                    let above = against.ratio - 1.0;
                                    let meaning = if above.abs() < USUAL_WITHIN { Meaning::Neutral } else { Meaning::Good };
                                    view! { <Delta value=above text=number::signed_percent_whole(above) meaning/> }.into_any()
                                },
                            )
                    }}
                </p>
                <p class="meta">{move || page.with(usual_note)}</p>
            </div>
        </section>
    }
}

fn last_snapshot(page: &Page) -> Option<&SnapshotView> {
    page.views.snapshots.last()
}

/// Where the numbers come from and when they were read.
fn rule(page: &Page, more: &[String]) -> String {
    let mut said = more.to_vec();
    said.extend(page.meta.sources.iter().map(|source| format!("{}.", source_name(*source))));
    said.extend(last_snapshot(page).map(|last| format!("{}.", t!("as-of", time = time::moment(&page.zone, last.at)))));
    said.join(" ")
}

fn last_read(page: &Page) -> String {
    match last_snapshot(page) {
        Some(last) => t!("as-of", time = time::moment(&page.zone, last.at)),
        None => t!("post-never-read"),
    }
}

fn views_formula(page: &Page) -> Formula {
    Formula {
        title: format!("{}: {}", t!("views"), number::full_or_dash(page.post.views)),
        meaning: t!("post-views-meaning"),
        formula: t!("post-views-formula"),
        inputs: vec![(t!("input-readings"), number::full(page.views.snapshots.len() as i64))],
        rule: rule(page, &[]),
    }
}

fn er_formula(page: &Page) -> Formula {
    let count = |name: String, value: Option<i64>| (name, number::full_or_dash(value));
    let unknown = unknown_parts(&counters(page));
    let left_out = if unknown.is_empty() { Vec::new() } else { vec![t!("er-unknown", parts = unknown.join(", "))] };
    Formula {
        title: format!(
            "{}: {}",
            t!("er"),
            page.post
                .er
                .map_or_else(|| number::UNKNOWN.to_owned(), |er| format!("{}%", number::decimal(er * 100.0, 2)))
        ),
        meaning: t!("er-meaning"),
        formula: t!("er-formula"),
        inputs: vec![
            count(t!("forwards"), page.post.forwards),
            count(t!("reactions"), page.post.reactions),
            count(t!("replies"), page.post.replies),
            count(t!("views"), page.post.views),
        ],
        rule: rule(page, &left_out),
    }
}

fn counters(page: &Page) -> Counters {
    let post = &page.post;
    Counters { views: post.views, forwards: post.forwards, reactions: post.reactions, replies: post.replies }
}

fn unknown_parts(counters: &Counters) -> Vec<String> {
    [(counters.forwards, "forwards"), (counters.reactions, "reactions"), (counters.replies, "replies")]
        .into_iter()
        .filter(|(value, _)| value.is_none())
        .map(|(_, name)| crate::i18n::text_with(&format!("lower-{name}"), &[]))
        .collect()
}

fn er_note(page: &Page) -> String {
    let unknown = unknown_parts(&counters(page));
    if page.post.er.is_none() {
        t!("er-none")
    } else if unknown.is_empty() {
        t!("er-note")
    } else {
        t!("er-without", parts = unknown.join(", "))
    }
}

fn growth_value(page: &Page) -> String {
    page.post
        .growth_rate
        .map_or_else(|| number::UNKNOWN.to_owned(), |rate| t!("growth-rate-value", n = rate_text(rate)))
}

/// One decimal where a whole number would hide the growth.
fn rate_text(rate: f64) -> String {
    if rate.abs() < 10.0 && rate != 0.0 { number::decimal(rate, 1) } else { number::short(rate) }
}

fn last_two(page: &Page) -> Option<(&SnapshotView, &SnapshotView)> {
    let mut read = page.views.snapshots.iter().rev().filter(|snapshot| snapshot.views.is_some());
    let last = read.next()?;
    Some((read.next()?, last))
}

fn growth_note(page: &Page) -> String {
    match last_two(page) {
        Some((before, _)) => t!("growth-rate-since", time = time::moment(&page.zone, before.at)),
        None => t!("growth-rate-none"),
    }
}

fn growth_formula(page: &Page) -> Formula {
    let reading =
        |snapshot: &SnapshotView| (time::moment(&page.zone, snapshot.at), number::full_or_dash(snapshot.views));
    Formula {
        title: format!("{}: {}", t!("growth-rate"), growth_value(page)),
        meaning: t!("growth-rate-meaning"),
        formula: t!("growth-rate-formula"),
        inputs: last_two(page).map(|(before, last)| vec![reading(before), reading(last)]).unwrap_or_default(),
        rule: rule(page, &[]),
    }
}

fn usual_note(page: &Page) -> String {
    match page.against {
        Some(against) if (against.ratio - 1.0).abs() < USUAL_WITHIN => t!("usual-at", age = time::age(against.h)),
        Some(against) if against.ratio > 1.0 => t!("above-usual-at", age = time::age(against.h)),
        Some(against) => t!("below-usual-at", age = time::age(against.h)),
        None => t!("usual-unknown"),
    }
}

fn usual_formula(page: &Page) -> Formula {
    let value = page
        .against
        .map_or_else(|| number::UNKNOWN.to_owned(), |against| number::signed_percent_whole(against.ratio - 1.0));
    let age = page.against.map_or_else(String::new, |against| time::age(against.h));
    let own = page
        .against
        .and_then(|against| page.views.curve.iter().find(|point| point.h == against.h))
        .map(|point| point.views);
    let usual = page
        .against
        .and_then(|against| page.views.usual.iter().find(|point| point.h == against.h))
        .map(|point| point.median);
    let whole = |value: Option<f64>| number::full_or_dash(value.map(|value| value.round() as i64));
    Formula {
        title: format!("{}: {value}", t!("against-usual")),
        meaning: t!("against-usual-meaning"),
        formula: t!("against-usual-formula"),
        inputs: if page.against.is_some() {
            vec![(t!("input-own-at", age = age.clone()), whole(own)), (t!("input-usual-at", age = age), whole(usual))]
        } else {
            Vec::new()
        },
        rule: rule(page, &[t!("against-usual-left-out")]),
    }
}
