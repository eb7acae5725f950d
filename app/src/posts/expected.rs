//! What is expected of a young post: views at each age ahead, with an interval and how often such intervals held.

use domain::forecast::Horizon;
use domain::posts::Source;
use domain::screens::{PostForecast, PostPage as Page};
use leptos::prelude::*;

use crate::t;
use crate::ui::forecast;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;
use crate::ui::source_mark::{SourceMarks, source_name};
use crate::ui::time;

#[component]
pub fn Expected(page: Signal<Page>) -> impl IntoView {
    let expected = Memo::new(move |_| page.with(|page| page.forecast.clone()));
    let formula = Signal::derive(move || expected.with(|expected| expected.as_ref().map(formula)).unwrap_or_default());
    let held = move || page.with(|page| forecast::held(page.forecast_coverage.as_ref()));
    let rows = move || {
        expected.with(|expected| {
            let horizons = expected.iter().flat_map(|expected| &expected.forecast.horizons);
            horizons.map(|horizon| view! { <Row horizon=*horizon/> }).collect_view()
        })
    };
    view! {
        <Show when=move || expected.with(Option::is_some)>
            <section class="card expected span-5 mid-full" aria-labelledby="expected">
                <header>
                    <div class="heading">
                        <h2 id="expected">
                            <FormulaButton id="expected" label=|| t!("post-expected") formula/>
                        </h2>
                        <p>{t!("post-expected-sub")}</p>
                    </div>
                    <SourceMarks sources=vec![Source::Estimated]/>
                </header>
                <dl class="expected-views">{rows}</dl>
                <footer>{held}</footer>
            </section>
        </Show>
    }
}

#[component]
fn Row(horizon: Horizon) -> impl IntoView {
    let value = if horizon.measured { number::short(horizon.views) } else { forecast::interval(&horizon) };
    let note = if horizon.measured {
        t!("post-expected-measured")
    } else {
        t!("post-expected-middle", views = number::short(horizon.views))
    };
    view! {
        <div>
            <dt>{time::age(horizon.h)}</dt>
            <dd>
                <b>{value}</b>
                <small>{note}</small>
            </dd>
        </div>
    }
}

fn formula(expected: &PostForecast) -> Formula {
    let basis = expected.forecast.basis;
    let age = |h: f64| t!("age-hours", n = h.round() as i64);
    Formula {
        title: t!("post-expected"),
        meaning: t!("post-expected-meaning"),
        formula: t!("post-expected-formula"),
        inputs: vec![
            (t!("post-expected-now"), number::full_or_dash(expected.forecast.views_now)),
            (
                t!("post-expected-read-at"),
                expected.forecast.read_at_age_h.map_or_else(|| number::UNKNOWN.to_owned(), age),
            ),
            (t!("post-expected-curves"), number::full(i64::from(basis.curves))),
            (t!("post-expected-pooled"), number::percent_whole(basis.pooled_weight)),
        ],
        rule: format!("{} {}.", t!("post-expected-rule"), source_name(Source::Estimated)),
    }
}
