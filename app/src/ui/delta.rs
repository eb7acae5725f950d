//! A change: arrow, sign and value; green and red only where up is good.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// up is good
    Good,
    /// neither is
    Neutral,
}

/// `value` gives direction and colour, `text` what stands there.
#[component]
pub fn Delta(
    value: f64,
    text: String,
    #[prop(default = Meaning::Good)] meaning: Meaning,
    #[prop(optional)] at: String,
) -> impl IntoView {
    let (class, glyph) = match (meaning, value) {
        (Meaning::Good, value) if value > 0.0 => ("delta up", Some(Glyph::ArrowUp)),
        (Meaning::Good, value) if value < 0.0 => ("delta down", Some(Glyph::ArrowDown)),
        (Meaning::Neutral, value) if value > 0.0 => ("delta", Some(Glyph::ArrowUp)),
        (Meaning::Neutral, value) if value < 0.0 => ("delta", Some(Glyph::ArrowDown)),
        _ => ("delta", None),
    };
    view! {
        <span class=class>
            {glyph.map(|glyph| view! { <Icon glyph size="tiny"/> })}
            {text}
            {(!at.is_empty()).then(|| view! { <span class="at">" "{at}</span> })}
        </span>
    }
}
