//! The clipboard of the browser.

/// Puts `text` there. Where the browser refuses, nothing happens: what is copied stays selectable on the page.
pub fn copy(text: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(window) = web_sys::window() {
        let _ = window.navigator().clipboard().write_text(text);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = text;
}
