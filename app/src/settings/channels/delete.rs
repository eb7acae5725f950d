//! Deleting a channel.

use leptos::prelude::*;

use super::api::DeleteChannel;
use crate::t;

/// Deleting cannot be undone: the title is typed first.
#[component]
pub(super) fn DeleteDialog(
    id: String,
    slug: String,
    title: String,
    delete: ServerAction<DeleteChannel>,
) -> impl IntoView {
    let (slug, title) = (StoredValue::new(slug), StoredValue::new(title));
    view! {
        <div class="popover sheet" id=id popover="auto" role="dialog" aria-label=t!("settings-delete")>
            <ActionForm action=delete attr:class="form">
                <h2>{t!("settings-delete-channel", name = title.get_value())}</h2>
                <p class="muted">{t!("settings-delete-more")}</p>
                <input type="hidden" name="channel" value=slug.get_value()/>
                <label class="field">
                    <span>{t!("settings-delete-type", name = title.get_value())}</span>
                    <input class="input" name="typed_title" required autocomplete="off"/>
                </label>
                <button class="button danger-fill" type="submit" disabled=move || delete.pending().get()>
                    {t!("settings-delete")}
                </button>
            </ActionForm>
        </div>
    }
}
