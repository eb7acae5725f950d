//! The dashboard: numbers, what needs attention, last posts, trend.

pub mod home;

pub use home::Home;
use leptos::prelude::*;

#[component]
pub fn DashboardPage() -> impl IntoView {}
