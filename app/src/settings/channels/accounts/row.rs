//! One account: how it is, why, what to do about it, and its switch.

use domain::collect::account::{Account, AccountState};
use domain::ids::AccountId;
use domain::zone::Zone;
use leptos::prelude::*;

use super::super::api::{AccountItem, ResumeAccount, StopAccount};
use super::calls::UsedFor;
use super::{LOGIN, Switches};
use crate::shell::side_bar::Avatar;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::{number, time};

/// `accounts` outlives the row, and its parts ask it directly: news of an account that has gone finds nothing there.
#[component]
pub(super) fn AccountRow(
    id: AccountId,
    accounts: Memo<Vec<AccountItem>>,
    /// unix seconds
    now: Memo<i64>,
    switches: Switches,
) -> impl IntoView {
    let item = move || accounts.with(|all| all.iter().find(|item| item.account.id == id).cloned());
    let name = item().map(|item| item.account.name).unwrap_or_default();
    view! {
        <li>
            <Avatar title=name.clone()/>
            <div class="what">{move || item().map(|item| what(&item, now.get()))}</div>
            <div class="do">
                <Switch
                    id
                    name=name.clone()
                    state=Signal::derive(move || item().map_or(AccountState::Banned, |item| item.account.state))
                    switches
                />
            </div>
            <div class="more">
                {move || item().map(|item| more(&item, now.get()))} <UsedFor id name/>
            </div>
        </li>
    }
}

/// Who it is, and how it is.
fn what(item: &AccountItem, now: i64) -> AnyView {
    let account = &item.account;
    let (state, badge) = state_words(account.state);
    let answers = match account.answered_at {
        Some(at) => {
            let share = number::percent_whole(account.health as f64 / 100.0);
            let last = t!("settings-account-answered", time = time::ago(&Zone::utc(), at, now));
            format!("{last} · {}", t!("settings-account-health", share = share))
        }
        None => t!("settings-account-unanswered"),
    };
    let reads = t!("settings-account-channels", n = item.channels, text = number::full(item.channels));
    let about: Vec<String> = account.phone.iter().cloned().chain([reads]).collect();
    view! {
        <b>{account.name.clone()}</b>
        <span class=format!("badge {badge}")>{state}</span>
        <small>{about.join(" · ")}</small>
        <small>{answers}</small>
    }
    .into_any()
}

/// One button for both ways, so that it keeps the focus. Only signing in anew brings back what Telegram has ended.
#[component]
fn Switch(id: AccountId, name: String, state: Signal<AccountState>, switches: Switches) -> impl IntoView {
    let stops = move || state.try_get().is_some_and(AccountState::is_usable);
    let name = StoredValue::new(name);
    let label = move || {
        let name = name.try_get_value().unwrap_or_default();
        if stops() {
            t!("settings-account-stop-name", name = name)
        } else {
            t!("settings-account-resume-name", name = name)
        }
    };
    let switch = move || {
        if switches.is_pending_untracked() {
            return;
        }
        if untrack(stops) {
            switches.stop.dispatch(StopAccount { id });
        } else {
            switches.resume.dispatch(ResumeAccount { id });
        }
    };
    view! {
        <Show when=move || stops() || state.try_get() == Some(AccountState::Stopped)>
            <button
                class="button"
                class:danger=stops
                type="button"
                aria-label=label
                aria-disabled=move || switches.is_pending().to_string()
                on:click=move |_| switch()
            >
                {move || if stops() { t!("settings-account-stop") } else { t!("settings-account-resume") }}
            </button>
        </Show>
    }
}

/// What keeps it from reading, and what Telegram asks of it.
fn more(item: &AccountItem, now: i64) -> AnyView {
    let account = &item.account;
    // Telegram's or the network's, in its own words; that a person has stopped it is said already
    let reason = account.reason.clone().filter(|_| account.state != AccountState::Stopped);
    let is_signed_out = account.state == AccountState::SignedOut;
    let waits = item.waits.iter().map(|(method, until)| {
        let until = t!("settings-account-wait-until", time = moment(*until));
        view! {
            <li>
                <code>{method.clone()}</code>
                " "
                {until}
            </li>
        }
    });
    view! {
        {in_the_way(account, now)
            .map(|(what, way_out)| {
                view! {
                    <p class="obstacle">
                        <Icon glyph=Glyph::Warn size="small"/>
                        <span>
                            <b>{what}</b>
                            " "
                            {reason.map(|reason| view! { <code>{reason}</code> })}
                            {format!(" {way_out}")}
                        </span>
                    </p>
                }
            })}
        {is_signed_out.then(|| view! { <code class="command">{LOGIN}</code> })}
        {(!item.waits.is_empty())
            .then(|| {
                view! {
                    <p class="waits">{t!("settings-account-waits")}</p>
                    <ul class="waits">{waits.collect_view()}</ul>
                }
            })}
    }
    .into_any()
}

/// Accounts are of no channel: their clock is UTC.
fn moment(at: i64) -> String {
    format!("{} UTC", time::moment(&Zone::utc(), at))
}

/// In the reader's language, and its colour.
fn state_words(state: AccountState) -> (String, &'static str) {
    match state {
        AccountState::Active => (t!("account-state-active"), "good"),
        AccountState::Waiting => (t!("account-state-waiting"), "warn"),
        AccountState::Stopped => (t!("account-state-stopped"), ""),
        AccountState::SignedOut => (t!("account-state-signed-out"), "bad"),
        AccountState::Banned => (t!("account-state-banned"), "bad"),
    }
}

/// What keeps an account from reading, and what to do about it.
fn in_the_way(account: &Account, now: i64) -> Option<(String, String)> {
    Some(match account.state {
        AccountState::Active => {
            // a fresh one is picked up within seconds: that is nothing to speak of
            let is_held = account.leased_until.is_some_and(|until| until > now);
            let is_fresh = account.answered_at.is_none();
            return (!is_held && !is_fresh).then(|| (t!("account-unused"), t!("account-unused-do")));
        }
        AccountState::Waiting => (t!("account-waiting"), waiting_until(account.retry_at.filter(|at| *at > now))),
        AccountState::Stopped => (t!("account-stopped"), t!("account-stopped-do")),
        AccountState::SignedOut => (t!("account-signed-out"), t!("account-signed-out-do")),
        AccountState::Banned => (t!("account-banned"), t!("account-banned-do")),
    })
}

fn waiting_until(retry_at: Option<i64>) -> String {
    match retry_at {
        Some(at) => format!("{} {}", t!("account-waiting-do"), t!("obstacle-until", time = moment(at))),
        None => t!("account-waiting-do"),
    }
}
