//! Settings: channels, members and invitations, API keys, data, appearance, history. Each section has an address.

pub mod api;
mod api_keys;
mod appearance;
mod channels;
mod data;
mod history;
mod invitation;
mod members;
mod shown_once;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

pub use invitation::InvitationPage;

use crate::not_found::NotFound;
use crate::t;
use crate::ui::outcome::Outcome;

/// Name in the address, key of its text.
const SECTIONS: [(&str, &str); 6] = [
    ("channels", "settings-channels"),
    ("members", "settings-members"),
    ("api-keys", "settings-keys"),
    ("data", "settings-data"),
    ("appearance", "settings-appearance"),
    ("history", "settings-history"),
];

#[component]
pub fn SettingsPage() -> impl IntoView {
    let params = use_params_map();
    let section =
        Memo::new(move |_| params.with(|params| params.get("section")).unwrap_or_else(|| "channels".to_owned()));
    view! {
        <Title text=t!("nav-settings")/>
        <nav class="tabs" aria-label=t!("nav-settings")>
            {SECTIONS
                .map(|(name, key)| {
                    view! {
                        <a href=format!("/settings/{name}") aria-current=move || (section.get() == name).then_some("page")>
                            {t!(key)}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
        {move || match section.get().as_str() {
            "channels" => view! { <channels::ChannelsSection/> }.into_any(),
            "members" => view! { <members::MembersSection/> }.into_any(),
            "api-keys" => view! { <api_keys::ApiKeysSection/> }.into_any(),
            "data" => view! { <data::DataSection/> }.into_any(),
            "appearance" => view! { <appearance::AppearanceSection/> }.into_any(),
            "history" => view! { <history::HistorySection/> }.into_any(),
            _ => view! { <NotFound/> }.into_any(),
        }}
    }
}
