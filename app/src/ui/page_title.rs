//! The document's title, made from a page's data.

use leptos::prelude::*;
use leptos_meta::Title;

/// Follows `text` in the browser. On the server the head is written after the page, when the page's signals may be
/// gone already, so there the text is taken now.
#[component]
pub fn PageTitle(#[prop(into)] text: Signal<String>) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = text.get_untracked();
    view! { <Title text/> }
}
