//! Analytics: views over time, posts, reach, growth, sources, content, trending, channels side by side.

use leptos::prelude::*;

#[component]
pub fn AnalyticsPage() -> impl IntoView {}
