//! A secret just made, with a button that copies it: it cannot be shown again.

use leptos::prelude::*;

use crate::t;
use crate::ui::clipboard::copy;
use crate::ui::icon::{Glyph, Icon};

#[component]
pub fn ShownOnce(title: String, text: String) -> impl IntoView {
    let (copied, set_copied) = signal(false);
    let to_copy = text.clone();
    view! {
        <div class="notice good" role="status">
            <Icon glyph=Glyph::Check/>
            <b>{title}</b>
            <p>
                <code class="new-secret">{text}</code>
            </p>
            <p class="ways">
                <button
                    class="button"
                    type="button"
                    on:click=move |_| {
                        copy(&to_copy, move |copied| {
                            // the list may have been read again meanwhile
                            let _ = set_copied.try_set(copied);
                        });
                    }
                >
                    <Icon glyph=Glyph::Copy size="small"/>
                    {move || if copied.get() { t!("copied") } else { t!("copy") }}
                </button>
            </p>
        </div>
    }
}
