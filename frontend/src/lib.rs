//! WebAssembly entry: takes over the page that the server rendered. Nothing else.

use leptos::mount::hydrate_from_async;
use leptos::prelude::document;
use leptos::tachys::dom::body;
use wasm_bindgen_futures::spawn_local;

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    spawn_local(async {
        // waits for the part of the WebAssembly that the page is in
        hydrate_from_async(body(), app::App).await.forget();
        // for whoever drives the page from outside: from here on it answers
        if let Some(html) = document().document_element() {
            let _ = html.set_attribute("data-hydrated", "");
        }
    });
}
