//! The Leptos app: one folder per slice (page, parts, server functions), `ui/` the design kit, `shell/` the frame
//! around every page. Rendered on the server first, then taken over in the browser by the same code.
//!
//! To add a page: a folder with `api.rs` (server functions, ten lines each, explicit endpoint) and the view, a route
//! below, texts in `locales/*/<slice>.ftl` in all three languages, a spec in `end2end/tests`.

pub mod analytics;
pub mod best_time;
pub mod dashboard;
pub mod error;
pub mod i18n;
pub mod not_found;
pub mod posts;
pub mod routes;
pub mod session;
pub mod settings;
pub mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod ui;

pub use error::ApiError;
pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::document::document;
