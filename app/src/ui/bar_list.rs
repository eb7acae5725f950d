//! Named bars from 0: shares of a whole, steps by age.

use leptos::prelude::*;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bar {
    pub name: String,
    /// where the name leads
    pub href: Option<String>,
    /// beside the name: how many posts, how many views
    pub note: String,
    pub value: String,
    /// length of the bar, 0 to 1
    pub share: f64,
    /// a mark on the bar, 0 to 1: the window before, what is usual
    pub tick: Option<f64>,
    /// colour: place in the order of series, 1 to 8; 0 is grey
    pub series: u8,
}

/// The numbers stand in words beside every bar, so the bars themselves are decorative.
#[component]
pub fn BarList(#[prop(into)] bars: Signal<Vec<Bar>>, #[prop(optional)] tight: bool) -> impl IntoView {
    view! {
        <ul class=if tight { "bar-list tight" } else { "bar-list" }>
            {move || bars.get().into_iter().map(|bar| view! { <BarRow bar/> }).collect_view()}
        </ul>
    }
}

#[component]
fn BarRow(bar: Bar) -> impl IntoView {
    view! {
        <li class=format!("s{}", bar.series)>
            <span>
                // without an address it is no link
                <a href=bar.href>{bar.name}</a>
                " "
                <span class="n">{bar.note}</span>
            </span>
            <b>{bar.value}</b>
            <svg aria-hidden="true">
                <rect class="track" width="100%" height="8" rx="4"></rect>
                <rect class="fill" width=percent(bar.share) height="8" rx="4"></rect>
                {bar
                    .tick
                    .map(|tick| view! { <line class="tick" x1=percent(tick) x2=percent(tick) y1="-3" y2="11"></line> })}
            </svg>
        </li>
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share.clamp(0.0, 1.0) * 100.0)
}
