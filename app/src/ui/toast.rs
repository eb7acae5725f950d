//! A line at the edge of the page that says what was just done and goes by itself; errors are never said here.

use std::time::Duration;

use leptos::prelude::*;

/// Design §2.
const SHOWN: Duration = Duration::from_secs(4);

/// What is said now. Each news takes the place of the one before and stays its own time.
#[derive(Clone, Copy)]
pub struct Toast {
    said: RwSignal<Option<String>>,
    count: StoredValue<u32>,
}

impl Toast {
    /// Of the page being built.
    pub fn here() -> Self {
        Self { said: RwSignal::new(None), count: StoredValue::new(0) }
    }

    pub fn say(self, text: String) {
        // what is said late, as after a question of the browser, may find the page gone
        let Some(said_before) = self.count.try_get_value() else { return };
        let mine = said_before + 1;
        self.count.set_value(mine);
        self.said.set(Some(text));
        let end = move || {
            // the page may be gone by now, or something newer be said
            if self.count.try_get_value() == Some(mine) {
                let _ = self.said.try_set(None);
            }
        };
        if cfg!(feature = "hydrate") {
            set_timeout(end, SHOWN);
        }
    }
}

#[component]
pub fn Toasts(toast: Toast) -> impl IntoView {
    view! {
        <div class="toasts" role="status">
            {move || toast.said.get().map(|text| view! { <div class="toast"><p>{text}</p></div> })}
        </div>
    }
}
