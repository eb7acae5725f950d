//! No such page, with a way back.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::t;

#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::ssr::set_status(http::StatusCode::NOT_FOUND);
    view! { <Missing title=t!("page-not-found") more=t!("page-not-found-more")/> }
}

/// Something the address names is not there.
#[component]
pub fn Missing(title: String, more: String) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <div class="empty">
            <svg class="art" viewBox="0 0 96 64" aria-hidden="true">
                <rect class="soft" x="8" y="8" width="80" height="48" rx="8"></rect>
                <path class="ink" d="M18 46h60M18 46V18"></path>
                <path class="hue" d="M38 26l20 14m0-14L38 40"></path>
            </svg>
            <b>{title}</b>
            <p>{more}</p>
            <p class="ways">
                <a href="/" class="button primary">
                    {t!("problem-home")}
                </a>
            </p>
        </div>
    }
}
