//! WebAssembly entry: takes over the page that the server rendered. Nothing else.

use leptos::mount::hydrate_from_async;
use leptos::prelude::document;
use leptos::tachys::dom::body;
use leptos::web_sys::Event;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    spawn_local(async {
        if let Err(problem) = app::i18n::load().await {
            // the page stays what the server sent: its links and numbers work without us
            leptos::logging::error!("the texts could not be loaded: {problem}");
            return;
        }
        let document = document();
        // The router listens on the window from its first moment. A link followed before the page is taken over would
        // change the address under the page that is being taken over, so until then links are the browser's.
        let early = Closure::<dyn FnMut(Event)>::new(|click: Event| click.stop_propagation());
        let listener = early.as_ref().unchecked_ref();
        let _ = document.add_event_listener_with_callback("click", listener);
        // waits for the part of the WebAssembly that the page is in
        hydrate_from_async(body(), app::App).await.forget();
        let _ = document.remove_event_listener_with_callback("click", listener);
        // for whoever drives the page from outside: from here on it answers
        if let Some(html) = document.document_element() {
            let _ = html.set_attribute("data-hydrated", "");
        }
    });
}
