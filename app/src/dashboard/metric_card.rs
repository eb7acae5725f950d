//! A number with where it comes from: value, change against the window before, spark line, source, formula.

use domain::posts::Source;
use leptos::prelude::*;

use crate::t;
use crate::ui::delta::{Delta, Meaning};
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::source_mark::SourceMarks;
use crate::ui::spark::Spark;

/// What the card says, in the reader's words.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    pub label: String,
    /// at most three digits: `12.4K`
    pub short: String,
    /// all digits: `12,418`
    pub full: String,
    /// all digits with their unit, as it is read out: `12,418 views`
    pub spoken: String,
    pub change: Option<MetricChange>,
    /// beside the change: `was 11.5K`, or why there is no number
    pub note: String,
    /// beside the source: which posts the number speaks of, where that is not the usual
    pub basis: String,
    pub spark: Vec<Option<f64>>,
    pub source: Source,
    pub formula: Formula,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MetricChange {
    /// gives the direction
    pub value: f64,
    pub text: String,
    pub meaning: Meaning,
}

/// `id` is unique on the page.
#[component]
pub fn MetricCard(id: &'static str, metric: Memo<Metric>) -> impl IntoView {
    let label = move || metric.with(|metric| metric.label.clone());
    let sources = Signal::derive(move || vec![metric.with(|metric| metric.source)]);
    view! {
        <article class="card metric-card span-3 half-phone" aria-labelledby=id>
            <h2 id=id>
                <FormulaButton
                    id
                    label=move || label
                    formula=Signal::derive(move || metric.with(|metric| metric.formula.clone()))
                />
            </h2>
            <p class="value">
                <Value metric/>
            </p>
            <p class="change">
                {move || {
                    metric
                        .with(|metric| metric.change.clone())
                        .map(|change| {
                            view! { <Delta value=change.value text=change.text meaning=change.meaning/> }
                        })
                }}
                <span class="meta">{move || metric.with(|metric| metric.note.clone())}</span>
            </p>
            <Spark
                values=Signal::derive(move || metric.with(|metric| metric.spark.clone()))
                label=Signal::derive(move || t!("metric-spark", name = label()))
            />
            <p class="foot">
                <SourceMarks sources/>
                <span class="meta">{move || metric.with(|metric| metric.basis.clone())}</span>
            </p>
        </article>
    }
}

/// The short number; a tap shows all its digits, another one shortens it again.
#[component]
fn Value(metric: Memo<Metric>) -> impl IntoView {
    let (whole, set_whole) = signal(false);
    let shortened = Memo::new(move |_| metric.with(|metric| metric.short != metric.full));
    move || {
        if !shortened.get() {
            return view! { <span>{move || metric.with(|metric| metric.short.clone())}</span> }.into_any();
        }
        view! {
            <button
                type="button"
                aria-pressed=move || whole.get().to_string()
                aria-label=move || t!("metric-full", value = metric.with(|metric| metric.spoken.clone()))
                on:click=move |_| set_whole.update(|whole| *whole = !*whole)
            >
                {move || metric.with(|metric| if whole.get() { metric.full.clone() } else { metric.short.clone() })}
            </button>
        }
        .into_any()
    }
}
