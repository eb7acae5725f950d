//! Who did what in the workspace.

use domain::zone::Zone;
use leptos::prelude::*;

use super::api;
use crate::t;
use crate::ui::card::{Card, SkeletonCard};
use crate::ui::loaded::loaded;
use crate::ui::time;

/// As many as the server gives at once.
#[component]
pub fn HistorySection() -> impl IntoView {
    let (before, set_before) = signal(None::<i64>);
    let entries = Resource::new(move || before.get(), api::list_history);
    loaded(
        entries,
        || view! { <SkeletonCard class="" rows=4/> }.into_any(),
        move |entries| {
            view! {
                <Card class="flush" id="settings-history-list" title=|| t!("settings-history") sub=|| t!("settings-history-sub")>
                    <div class="table-scroll" tabindex="0" role="region" aria-labelledby="settings-history-list">
                        <table class="data-table">
                            <thead>
                                <tr>
                                    <th scope="col">{t!("settings-history-when")}</th>
                                    <th scope="col">{t!("settings-history-who")}</th>
                                    <th scope="col">{t!("settings-history-what")}</th>
                                    <th scope="col">{t!("settings-history-subject")}</th>
                                </tr>
                            </thead>
                            <tbody>
                                {move || {
                                    entries
                                        .get()
                                        .into_iter()
                                        .map(|entry| {
                                            view! {
                                                <tr>
                                                    <td>{format!("{} UTC", time::moment(&Zone::utc(), entry.at))}</td>
                                                    <td>{entry.person.unwrap_or_else(|| t!("settings-history-shell"))}</td>
                                                    <td>
                                                        <code>{entry.action}</code>
                                                    </td>
                                                    <td>{entry.subject}</td>
                                                </tr>
                                            }
                                        })
                                        .collect_view()
                                }}
                            </tbody>
                        </table>
                    </div>
                    <footer>
                        <button
                            class="button quiet"
                            type="button"
                            disabled=move || entries.with(Vec::is_empty)
                            on:click=move |_| set_before.set(entries.with_untracked(|entries| entries.last().map(|entry| entry.id)))
                        >
                            {t!("settings-history-older")}
                        </button>
                        <Show when=move || before.get().is_some()>
                            <button class="button quiet" type="button" on:click=move |_| set_before.set(None)>
                                {t!("settings-history-newest")}
                            </button>
                        </Show>
                    </footer>
                </Card>
            }
        },
    )
}
