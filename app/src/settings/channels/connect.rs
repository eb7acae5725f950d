//! "Connect a channel": by its public page at once; how to do it by the bot or by an account.

use leptos::prelude::*;

use super::Outcome;
use super::api::ConnectChannel;
use crate::t;
use crate::ui::card::Card;

#[component]
pub(super) fn ConnectCard(
    connect: ServerAction<ConnectChannel>,
    /// a bot is configured
    has_bot: bool,
) -> impl IntoView {
    view! {
        <Card class="" id="settings-connect" title=|| t!("settings-connect") sub=|| t!("settings-connect-sub")>
            <ActionForm action=connect attr:class="form">
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
                    <small class="help">{t!("settings-connect-help")}</small>
                </label>
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
                <p class="muted">{t!("settings-connect-session-how")}</p>
                <code class="command">"analyticbot account login"</code>
                <code class="command">"analyticbot collect history @my_channel"</code>
            </details>
        </Card>
    }
}
