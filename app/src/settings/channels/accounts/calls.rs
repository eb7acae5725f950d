//! What an account was used for, loaded when somebody wants to know.

use domain::ids::AccountId;
use domain::zone::Zone;
use leptos::prelude::*;
use leptos::web_sys::Element;

use super::super::api::{AccountCalls, CallsOfHour};
use crate::t;
use crate::ui::problem::words;
use crate::ui::{number, time};

#[component]
pub(super) fn UsedFor(id: AccountId, name: String) -> impl IntoView {
    let calls = ServerAction::<AccountCalls>::new();
    let table_name = t!("settings-account-calls-of", name = name);
    view! {
        <details
            class="knowable"
            on:toggle=move |event| {
                if event_target::<Element>(&event).has_attribute("open") {
                    calls.dispatch(AccountCalls { id });
                }
            }
        >
            <summary>{t!("settings-account-calls")}</summary>
            <div class="calls" aria-live="polite" aria-busy=move || calls.pending().get().to_string()>
                {move || match calls.value().get() {
                    None => view! { <p class="muted">{t!("loading")}</p> }.into_any(),
                    Some(Err(problem)) => {
                        let (title, more) = words(&problem);
                        view! { <p class="bad">{format!("{title}. {more}")}</p> }.into_any()
                    }
                    Some(Ok(calls)) if calls.is_empty() => {
                        view! { <p class="muted">{t!("settings-account-calls-none")}</p> }.into_any()
                    }
                    Some(Ok(calls)) => view! { <CallsTable calls name=table_name.clone()/> }.into_any(),
                }}
            </div>
        </details>
    }
}

#[component]
fn CallsTable(calls: Vec<CallsOfHour>, name: String) -> impl IntoView {
    view! {
        <div class="table-scroll tall" tabindex="0" role="region" aria-label=name>
            <table class="data-table tight">
                <thead>
                    <tr>
                        <th scope="col">{t!("settings-account-calls-hour")}</th>
                        <th scope="col">{t!("settings-account-calls-method")}</th>
                        <th scope="col" class="num">
                            {t!("settings-account-calls-count")}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {calls
                        .into_iter()
                        .map(|calls| {
                            let came_to = came_to(&calls);
                            view! {
                                <tr>
                                    <td>{time::clock(&Zone::utc(), calls.hour)}</td>
                                    <td>
                                        <code>{calls.method}</code>
                                        <small>{came_to}</small>
                                    </td>
                                    <td class="num">{number::full(calls.calls)}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// What the calls came to, in the reader's language.
fn came_to(calls: &CallsOfHour) -> String {
    match calls.outcome.as_str() {
        "answered" => t!("account-call-answered"),
        "wait" => t!("account-call-wait", seconds = number::full(calls.waits_s)),
        "silent" => t!("account-call-silent"),
        "unreachable" => t!("account-call-unreachable"),
        // as Telegram or we have named it
        other => t!("account-call-refused", why = other.replace('_', " ")),
    }
}
