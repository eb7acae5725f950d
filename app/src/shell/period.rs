//! The period everything on a page is about; it lives in the address (`?period=7d`, `?period=2025-06-01..2025-06-30`).

use domain::analytics::period::Period;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::place::with_param;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::time;

/// Name of the query parameter.
pub const PERIOD: &str = "period";

pub fn use_period() -> Memo<Period> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get(PERIOD).and_then(|text| text.parse().ok()).unwrap_or_default()))
}

/// `7 days`, or the days of a chosen range.
pub fn period_name(period: &Period) -> String {
    match period {
        Period::Hours24 => t!("period-24h"),
        Period::Days(days) => t!("period-days", n = i64::from(*days)),
        Period::Range { first, last } => format!("{} – {}", time::day(*first), time::day_year(*last)),
    }
}

/// The presets and a range of one's own. Links, so that they work before any script and in a new tab.
#[component]
pub fn PeriodControl(
    /// `wide-only` or `phone-only fill`
    place: &'static str,
    /// differs between the two controls of a page
    id: &'static str,
) -> impl IntoView {
    let period = use_period();
    let href = with_param(PERIOD);
    let preset = move |preset: Period| {
        let value = preset.to_string();
        view! {
            <a
                href=move || href(Some(&value))
                aria-current=move || (period.get() == preset).then_some("true")
                data-noscroll="true"
            >
                {period_name(&preset)}
            </a>
        }
    };
    let custom = move || matches!(period.get(), Period::Range { .. });
    view! {
        <div class=format!("segmented {place}") role="group" aria-label=t!("period")>
            {Period::PRESETS.map(preset)}
            <button type="button" popovertarget=id aria-pressed=move || custom().to_string()>
                <Icon glyph=Glyph::Clock size="small"/>
                <span class="visually-hidden">{t!("period-own")}</span>
            </button>
        </div>
        <RangeDialog id period/>
    }
}

#[component]
fn RangeDialog(id: &'static str, period: Memo<Period>) -> impl IntoView {
    let href = with_param(PERIOD);
    let navigate = StoredValue::new(use_navigate());
    let (problem, set_problem) = signal(false);
    let first = NodeRef::<leptos::html::Input>::new();
    let last = NodeRef::<leptos::html::Input>::new();
    let ends = move || match period.get() {
        Period::Range { first, last } => (first.to_string(), last.to_string()),
        _ => (String::new(), String::new()),
    };
    let apply = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(first), Some(last)) = (first.get(), last.get()) else { return };
        match format!("{}..{}", first.value(), last.value()).parse::<Period>() {
            Ok(range) => {
                set_problem.set(false);
                close_popover(id);
                navigate
                    .with_value(|go| go(&href(Some(&range.to_string())), leptos_router::NavigateOptions::default()));
            }
            Err(_) => set_problem.set(true),
        }
    };
    view! {
        <form class="popover sheet range-dialog" id=id popover="auto" on:submit=apply>
            <h2>{t!("period-own")}</h2>
            <div class="range-fields">
                <label class="field">
                    <span>{t!("period-first")}</span>
                    <input class="input" type="date" node_ref=first required prop:value=move || ends().0/>
                </label>
                <label class="field">
                    <span>{t!("period-last")}</span>
                    <input class="input" type="date" node_ref=last required prop:value=move || ends().1/>
                </label>
            </div>
            <Show when=move || problem.get()>
                <p class="problem" role="alert">{t!("period-wrong")}</p>
            </Show>
            <p class="choices">
                <button class="button" type="button" popovertarget=id popovertargetaction="hide">{t!("cancel")}</button>
                <button class="button primary" type="submit">{t!("period-show")}</button>
            </p>
        </form>
    }
}

/// Closes a popover opened by `popovertarget`.
pub fn close_popover(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast as _;
        let element =
            web_sys::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id(id));
        if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            // throws when it is closed already
            let _ = element.hide_popover();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}
