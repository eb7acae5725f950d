//! What became of a form or a button, in one line beside it.

use leptos::prelude::*;

use super::problem::words;
use crate::error::ApiError;

/// What an action answered, said to screen readers too: nothing, done, or what went wrong.
#[component]
pub fn Outcome<T: Send + Sync + 'static>(
    #[prop(into)] value: Signal<Option<Result<T, ApiError>>>,
    #[prop(into)] done: String,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        if let Some(good) = value.with(|value| value.as_ref().map(Result::is_ok)) {
            crate::shell::telegram::feel_outcome(good);
        }
    });
    view! {
        <p class="outcome" role="status">
            {move || {
                value
                    .with(|value| match value {
                        None => None,
                        Some(Ok(_)) => Some(view! { <span class="good">{done.clone()}</span> }),
                        Some(Err(problem)) => {
                            let (title, more) = words(problem);
                            Some(view! { <span class="bad">{format!("{title}. {more}")}</span> })
                        }
                    })
            }}
        </p>
    }
}
