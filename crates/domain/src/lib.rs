//! Values, rules and analytics maths. Compiles to WebAssembly; no I/O, no async, no clock, no randomness but from a seed:
//! the same code answers on the server and recomputes in the browser.
//!
//! To add another question: a file in `analytics/` with its view type (serde shape = the public shape) and one
//! pure function over [`analytics::Dataset`] and [`analytics::Window`]; then `services::analytics`, the command
//! `stats`, and the screen.

pub mod analytics;
pub mod api_keys;
pub mod audit;
pub mod best_time;
pub mod channels;
pub mod collect;
pub mod coverage;
pub mod forecast;
pub mod identity;
pub mod ids;
pub mod links;
pub mod posts;
pub mod provenance;
pub mod screens;
pub mod settings;
pub mod zone;
