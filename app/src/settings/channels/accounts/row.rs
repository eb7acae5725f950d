//! One account: how it is, why, what to do about it, and its switch.

use domain::collect::account::{Account, AccountState};
use domain::zone::Zone;
use leptos::prelude::*;

use super::super::api::AccountItem;
use super::calls::UsedFor;
use super::{LOGIN, Switches};
use crate::shell::side_bar::Avatar;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::{number, time};

#[component]
pub(super) fn AccountRow(
    item: AccountItem,
    /// unix seconds
    now: i64,
    switches: Switches,
) -> impl IntoView {
    let AccountItem { account, channels, waits } = item;
    let (id, name) = (account.id, account.name.clone());
    let (state, badge) = state_words(account.state);
    let answers = match account.answered_at {
        Some(at) => {
            let share = number::percent_whole(account.health as f64 / 100.0);
            let last = t!("settings-account-answered", time = time::ago(&Zone::utc(), at, now));
            format!("{last} · {}", t!("settings-account-health", share = share))
        }
        None => t!("settings-account-unanswered"),
    };
    let reads = t!("settings-account-channels", n = channels, text = number::full(channels));
    let about: Vec<String> = account.phone.iter().cloned().chain([reads]).collect();
    let in_the_way = in_the_way(&account, now);
    // Telegram's or the network's, in its own words; that a person has stopped it is said already
    let reason = account.reason.clone().filter(|_| account.state != AccountState::Stopped);
    let is_signed_out = account.state == AccountState::SignedOut;
    view! {
        <li>
            <Avatar title=name.clone()/>
            <div class="what">
                <b>{name.clone()}</b>
                <span class=format!("badge {badge}")>{state}</span>
                <small>{about.join(" · ")}</small>
                <small>{answers}</small>
            </div>
            <div class="do">
                {if account.state.is_usable() {
                    let label = t!("settings-account-stop-name", name = name.clone());
                    Some(
                        view! {
                            <ActionForm action=switches.stop>
                                <input type="hidden" name="id" value=id.0/>
                                <button
                                    class="button danger"
                                    type="submit"
                                    aria-label=label
                                    disabled=move || switches.is_pending()
                                >
                                    {t!("settings-account-stop")}
                                </button>
                            </ActionForm>
                        }
                            .into_any(),
                    )
                } else if account.state == AccountState::Stopped {
                    let label = t!("settings-account-resume-name", name = name.clone());
                    Some(
                        view! {
                            <ActionForm action=switches.resume>
                                <input type="hidden" name="id" value=id.0/>
                                <button
                                    class="button"
                                    type="submit"
                                    aria-label=label
                                    disabled=move || switches.is_pending()
                                >
                                    {t!("settings-account-resume")}
                                </button>
                            </ActionForm>
                        }
                            .into_any(),
                    )
                } else {
                    // only signing in anew brings these back
                    None
                }}
            </div>
            <div class="more">
                {in_the_way
                    .map(|(what, way_out)| {
                        view! {
                            <p class="obstacle">
                                <Icon glyph=Glyph::Warn size="small"/>
                                <span>
                                    <b>{what}</b>
                                    {format!(" {way_out}")}
                                    {reason.map(|reason| view! { <code>{reason}</code> })}
                                </span>
                            </p>
                        }
                    })}
                {is_signed_out.then(|| view! { <code class="command">{LOGIN}</code> })}
                {(!waits.is_empty())
                    .then(|| {
                        view! {
                            <p class="waits">{t!("settings-account-waits")}</p>
                            <ul class="waits">
                                {waits
                                    .into_iter()
                                    .map(|(method, until)| {
                                        view! {
                                            <li>
                                                <code>{method}</code>
                                                " "
                                                {t!("settings-account-wait-until", time = moment(until))}
                                            </li>
                                        }
                                    })
                                    .collect_view()}
                            </ul>
                        }
                    })}
                <UsedFor id name/>
            </div>
        </li>
    }
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
