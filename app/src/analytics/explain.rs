//! What stands under the numbers of a card: what was left out, where they come from, how new they are.

use domain::analytics::Meta;
use domain::analytics::posts::in_window;
use domain::zone::Zone;
use jiff::civil::Date;
use leptos::prelude::*;

use super::shown::Shown;
use crate::t;
use crate::ui::source_mark::{SourceMarks, source_name};
use crate::ui::time;
use crate::ui::warning::warning_text;

/// Last line of a formula: what was left out, source, as of, on which clock.
pub fn rule(meta: &Meta, zone: &Zone) -> String {
    let mut said: Vec<String> = meta.warnings.iter().map(|warning| format!("{}.", warning_text(warning))).collect();
    let sources: Vec<String> = meta.sources.iter().map(|source| source_name(*source)).collect();
    if !sources.is_empty() {
        said.push(t!("analytics-rule-sources", sources = sources.join(", ")));
    }
    if let Some(at) = meta.as_of {
        said.push(t!("analytics-rule-as-of", time = time::moment(zone, at), zone = meta.tz.clone()));
    }
    said.join(" ")
}

/// Footer of a card.
#[component]
pub fn Foot(
    shown: Shown,
    #[prop(into)] meta: Signal<Meta>,
    /// said before the warnings
    #[prop(optional, into)]
    note: Signal<Option<String>>,
    /// the last day of facts that come by the day: they are as new as that, and not as the newest reading of a post
    #[prop(optional, into)]
    until: Signal<Option<Date>>,
) -> impl IntoView {
    let as_of = move || {
        let zone = shown.zone();
        match until.get() {
            Some(day) => Some(t!("analytics-up-to", day = time::day_year(day))),
            None => meta
                .with(|meta| meta.as_of)
                .map(|at| t!("as-of", time = as_of_text(&zone, at, shown.freshness().read_at))),
        }
    };
    view! {
        <footer>
            {move || note.get().map(|note| view! { <span>{note}</span> })}
            {move || {
                meta.with(|meta| meta.warnings.iter().map(warning_text).collect::<Vec<_>>())
                    .into_iter()
                    .map(|warning| view! { <span class="warning">{warning}</span> })
                    .collect_view()
            }}
            <SourceMarks sources=Signal::derive(move || meta.with(|meta| meta.sources.clone()))/>
            {move || as_of().map(|as_of| view! { <span>{as_of}</span> })}
            <span>{move || meta.with(|meta| meta.tz.clone())}</span>
        </footer>
    }
}

/// `14:32` on the day the page was read, else with the day.
pub fn as_of_text(zone: &Zone, at: i64, now: i64) -> String {
    if zone.day(at) == zone.day(now) { time::clock(zone, at) } else { time::moment(zone, at) }
}

/// The same for a card about posts, which has a simpler reason where the window has none.
#[component]
pub fn NoPostsOr(shown: Shown, title: String, more: String) -> impl IntoView {
    let has_posts = shown.ask(|data, window| !in_window(data, window).is_empty());
    let before = shown.ask(|data, window| {
        let last = data.posts.date_utc.last().filter(|date| **date < window.from)?;
        Some(window.zone.day(*last))
    });
    let title = Signal::derive(move || if has_posts.get() { title.clone() } else { t!("analytics-no-posts") });
    let more = Signal::derive(move || match (has_posts.get(), before.get()) {
        (true, _) => more.clone(),
        (false, Some(day)) => t!("analytics-no-posts-last", day = time::day_year(day)),
        (false, None) => t!("analytics-no-posts-more"),
    });
    view! { <Nothing title more/> }
}

/// Why a card has nothing to show, and what would change that.
#[component]
pub fn Nothing(#[prop(into)] title: Signal<String>, #[prop(into)] more: Signal<String>) -> impl IntoView {
    view! {
        <div class="empty small">
            <b>{title}</b>
            <p>{more}</p>
        </div>
    }
}
