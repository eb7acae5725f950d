//! Where a number comes from: filled official, half measured, ring preview, square imported, dotted estimated.

use domain::posts::Source;
use leptos::prelude::*;

/// The word for a source, and its class.
pub fn source_name(source: Source) -> String {
    crate::i18n::text_with(&format!("source-{}", class(source)), &[])
}

fn class(source: Source) -> &'static str {
    match source {
        Source::Official => "official",
        Source::Measured => "measured",
        Source::Preview => "preview",
        Source::Imported => "imported",
        Source::Estimated => "estimated",
        Source::Missing => "missing",
    }
}

/// One mark for each source.
#[component]
pub fn SourceMarks(#[prop(into)] sources: Signal<Vec<Source>>) -> impl IntoView {
    move || {
        sources
            .get()
            .into_iter()
            .map(|source| view! { <span class=format!("source {}", class(source))>{source_name(source)}</span> })
            .collect_view()
    }
}
