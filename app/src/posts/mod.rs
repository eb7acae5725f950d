//! Everything about one post.

use leptos::prelude::*;

#[component]
pub fn PostPage() -> impl IntoView {}
