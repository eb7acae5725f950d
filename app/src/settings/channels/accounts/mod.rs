//! Accounts of Telegram that read channels: how they are, what they were used for, the kill switch. Signing in is for
//! the shell.

mod calls;
mod row;

use leptos::prelude::*;

use super::Outcome;
use super::api::{ChannelSettings, ResumeAccount, StopAccount, StopAllAccounts};
use crate::t;
use crate::ui::card::Card;
use crate::ui::icon::{Glyph, Icon};

use row::AccountRow;

/// What signs an account in, for whoever has none.
pub(super) const LOGIN: &str = "analyticbot account login --phone +998901234567";

/// What can be done with accounts here.
#[derive(Clone, Copy)]
pub(super) struct Switches {
    pub stop: ServerAction<StopAccount>,
    pub stop_all: ServerAction<StopAllAccounts>,
    pub resume: ServerAction<ResumeAccount>,
}

impl Switches {
    pub fn new() -> Self {
        Self { stop: ServerAction::new(), stop_all: ServerAction::new(), resume: ServerAction::new() }
    }

    /// Counts up with everything that was switched.
    pub fn version(self) -> usize {
        self.stop.version().get() + self.stop_all.version().get() + self.resume.version().get()
    }

    /// What one switch has come to takes the place of what another had come to.
    fn say_only_the_last(self) {
        Effect::new(move || {
            if self.stop.pending().get() {
                self.stop_all.clear();
                self.resume.clear();
            }
        });
        Effect::new(move || {
            if self.stop_all.pending().get() {
                self.stop.clear();
                self.resume.clear();
            }
        });
        Effect::new(move || {
            if self.resume.pending().get() {
                self.stop.clear();
                self.stop_all.clear();
            }
        });
    }

    fn is_pending(self) -> bool {
        self.stop.pending().get() || self.stop_all.pending().get() || self.resume.pending().get()
    }

    fn is_pending_untracked(self) -> bool {
        untrack(|| self.is_pending())
    }
}

#[component]
pub(super) fn AccountsCard(settings: Signal<ChannelSettings>, switches: Switches) -> impl IntoView {
    switches.say_only_the_last();
    let accounts = Memo::new(move |_| settings.with(|settings| settings.accounts.clone().unwrap_or_default()));
    let now = Memo::new(move |_| settings.with(|settings| settings.now));
    let is_off = Memo::new(move |_| settings.with(|settings| settings.by_accounts.is_none()));
    let usable = Memo::new(move |_| {
        accounts.with(|accounts| accounts.iter().filter(|item| item.account.state.is_usable()).count())
    });
    view! {
        <Card class="flush" id="settings-accounts" title=|| t!("settings-accounts") sub=|| t!("settings-accounts-sub")>
            <Outcome value=switches.stop.value() done=t!("settings-account-stopped")/>
            <Outcome value=switches.stop_all.value() done=t!("settings-accounts-stopped")/>
            <Outcome value=switches.resume.value() done=t!("settings-account-resumed")/>
            <Show when=move || is_off.get()>
                <div class="inset">
                    <div class="notice">
                        <Icon glyph=Glyph::Off/>
                        <b>{t!("settings-accounts-off")}</b>
                        <p>{t!("settings-accounts-off-how")}</p>
                    </div>
                </div>
            </Show>
            <ul class="settings-list">
                // a row stays while its account is there: its switch keeps the focus, what was opened stays open
                <For
                    each=move || accounts.with(|all| all.iter().map(|item| item.account.id).collect::<Vec<_>>())
                    key=|id| *id
                    children=move |id| view! { <AccountRow id accounts now switches/> }
                />
            </ul>
            // one account has its own button
            <Show when=move || { usable.get() > 1 }>
                <footer>
                    <ActionForm action=switches.stop_all>
                        <button class="button danger" type="submit" disabled=move || switches.is_pending()>
                            {t!("settings-accounts-stop-all")}
                        </button>
                    </ActionForm>
                </footer>
            </Show>
            <Show when=move || !is_off.get() && accounts.with(Vec::is_empty)>
                <div class="inset">
                    <p class="muted">{t!("settings-accounts-none")}</p>
                    <code class="command">{LOGIN}</code>
                    <p class="muted">{t!("settings-accounts-read-only")}</p>
                    <p class="muted">{t!("settings-accounts-risk")}</p>
                </div>
            </Show>
        </Card>
    }
}
