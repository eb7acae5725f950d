//! The clipboard of the browser.

/// Puts `text` there and tells whether the browser did: it refuses without a secure connection and in foreign frames.
pub fn copy(text: &str, told: impl FnOnce(bool) + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let writing = writing(text);
        wasm_bindgen_futures::spawn_local(async move {
            told(match writing {
                Some(writing) => wasm_bindgen_futures::JsFuture::from(writing).await.is_ok(),
                None => false,
            });
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (text, told);
}

#[cfg(feature = "hydrate")]
fn writing(text: &str) -> Option<js_sys::Promise> {
    let clipboard = web_sys::window()?.navigator().clipboard();
    // not there at all without a secure connection, whatever the binding says
    let is_there = !wasm_bindgen::JsValue::from(clipboard.clone()).is_undefined();
    is_there.then(|| clipboard.write_text(text))
}
