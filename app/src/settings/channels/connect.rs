//! "Connect a channel": by its public page at once, or by an account; how to do it by the bot.

use leptos::prelude::*;

use super::Outcome;
use super::accounts::LOGIN;
use super::api::{ChannelSettings, ConnectByAccount, ConnectChannel};
use crate::t;
use crate::ui::card::Card;

/// Whether an account can read a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByAccount {
    /// they are not configured here
    Off,
    /// none is signed in, or none that may be used
    Nobody,
    Ready,
}

impl ByAccount {
    pub fn of(settings: &ChannelSettings) -> Self {
        match settings.by_accounts {
            None => Self::Off,
            Some(by) if by.has_one => Self::Ready,
            Some(_) => Self::Nobody,
        }
    }
}

#[component]
pub(super) fn ConnectCard(
    connect: ServerAction<ConnectChannel>,
    /// a bot is configured
    has_bot: bool,
    by_account: ByAccount,
    connect_by_account: ServerAction<ConnectByAccount>,
) -> impl IntoView {
    view! {
        <Card class="" id="settings-connect" title=|| t!("settings-connect") sub=|| t!("settings-connect-sub")>
            <ActionForm action=connect attr:class="form">
                <ChannelField help=t!("settings-connect-help")/>
                <button class="button primary" type="submit" disabled=move || connect.pending().get()>
                    {move || if connect.pending().get() { t!("settings-connecting") } else { t!("settings-connect-do") }}
                </button>
            </ActionForm>
            <Outcome value=connect.value() done=t!("settings-connected")/>
            <details class="knowable">
                <summary>{t!("settings-connect-bot")}</summary>
                <p class="muted">
                    {if has_bot { t!("settings-connect-bot-how") } else { t!("settings-connect-bot-missing") }}
                </p>
            </details>
            <details class="knowable">
                <summary>{t!("settings-connect-session")}</summary>
                {match by_account {
                    ByAccount::Off => view! { <p class="muted">{off()}</p> }.into_any(),
                    ByAccount::Nobody => {
                        view! {
                            <p class="muted">{t!("settings-connect-session-none")}</p>
                            <code class="command">{LOGIN}</code>
                        }
                            .into_any()
                    }
                    ByAccount::Ready => view! { <ByAccountForm action=connect_by_account/> }.into_any(),
                }}
            </details>
        </Card>
    }
}

#[component]
fn ByAccountForm(action: ServerAction<ConnectByAccount>) -> impl IntoView {
    view! {
        <ActionForm action attr:class="form">
            <p class="muted">{t!("settings-connect-session-how")}</p>
            <ChannelField/>
            <button class="button" type="submit" disabled=move || action.pending().get()>
                {t!("settings-connect-session-do")}
            </button>
        </ActionForm>
        <Outcome value=action.value() done=t!("settings-by-account-done")/>
    }
}

#[component]
fn ChannelField(#[prop(optional)] help: Option<String>) -> impl IntoView {
    view! {
        <label class="field">
            <span>{t!("settings-connect-name")}</span>
            <input
                class="input"
                name="channel"
                required
                placeholder="@my_channel"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
            />
            {help.map(|help| view! { <small class="help">{help}</small> })}
        </label>
    }
}

fn off() -> String {
    format!("{} {}", t!("settings-accounts-off"), t!("settings-accounts-off-how"))
}
