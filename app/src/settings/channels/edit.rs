//! Title and zone of a channel.

use leptos::prelude::*;

use super::api::UpdateChannel;
use crate::t;

#[component]
pub(super) fn EditDialog(
    id: String,
    slug: String,
    title: String,
    zone: String,
    update: ServerAction<UpdateChannel>,
) -> impl IntoView {
    let (slug, title, zone) = (StoredValue::new(slug), StoredValue::new(title), StoredValue::new(zone));
    view! {
        <div class="popover sheet" id=id popover="auto" role="dialog" aria-label=t!("settings-edit")>
            <ActionForm action=update attr:class="form">
                <h2>{t!("settings-edit")}</h2>
                <input type="hidden" name="channel" value=slug.get_value()/>
                <label class="field">
                    <span>{t!("settings-title")}</span>
                    <input class="input" name="title" required maxlength="128" value=title.get_value()/>
                </label>
                <label class="field">
                    <span>{t!("settings-zone")}</span>
                    <input class="input" name="zone" required list="zones" value=zone.get_value()/>
                    <small class="help">{t!("settings-zone-help")}</small>
                </label>
                <button class="button primary" type="submit" disabled=move || update.pending().get()>
                    {t!("settings-save")}
                </button>
            </ActionForm>
        </div>
    }
}
