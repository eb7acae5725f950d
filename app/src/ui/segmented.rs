//! Two to four choices side by side.

use leptos::prelude::*;

/// Choices of a value in a signal; `label` names the group for screen readers.
#[component]
pub fn Segmented<T>(
    #[prop(into)] label: String,
    choices: Vec<(T, String)>,
    #[prop(into)] value: Signal<T>,
    #[prop(into)] choose: Callback<T>,
    #[prop(optional)] class: &'static str,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    view! {
        <div class=format!("segmented {class}") role="group" aria-label=label>
            {choices
                .into_iter()
                .map(|(choice, text)| {
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || (value.get() == choice).to_string()
                            on:click=move |_| {
                                crate::shell::telegram::feel_choice();
                                choose.run(choice);
                            }
                        >
                            {text}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}
