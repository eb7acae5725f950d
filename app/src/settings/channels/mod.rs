//! Channels of the workspace: what is stored, how each is collected, title and zone, deleting, and how to bring one in.

mod accounts;
mod connect;
mod delete;
mod edit;
mod import_help;
mod knowable;
mod progress;
mod row;
mod ways;

use domain::collect::connection::Connection;
use domain::zone::Zone;
use leptos::prelude::*;

use super::Outcome;
use super::api::{
    self, ConnectByAccount, ConnectChannel, DeleteChannel, DisconnectChannel, RefreshChannel, UpdateChannel,
};
use crate::shell::frame::Refresh;
use crate::t;
use crate::ui::card::{Card, SkeletonCard};
use crate::ui::loaded::loaded;

use accounts::{AccountsCard, Switches};
use connect::{ByAccount, ConnectCard};
use import_help::ImportHelp;
use row::ChannelRow;

#[component]
pub fn ChannelsSection() -> impl IntoView {
    let refresh = expect_context::<Refresh>();
    let update = ServerAction::<UpdateChannel>::new();
    let delete = ServerAction::<DeleteChannel>::new();
    let read_anew = ServerAction::<RefreshChannel>::new();
    let connect = ServerAction::<ConnectChannel>::new();
    let disconnect = ServerAction::<DisconnectChannel>::new();
    // of a channel that is there, and of one that is not: each says what became of it where it was asked for
    let by_account = ServerAction::<ConnectByAccount>::new();
    let connect_by_account = ServerAction::<ConnectByAccount>::new();
    let switches = Switches::new();
    let settings = Resource::new(
        move || {
            let written = (update.version().get(), delete.version().get(), read_anew.version().get());
            let ways = (connect.version().get(), disconnect.version().get());
            let by_account = (by_account.version().get(), connect_by_account.version().get(), switches.version());
            (written, ways, by_account, refresh.0.get())
        },
        |_| api::list_channels(),
    );
    // the side bar shows titles too
    Effect::new(move |before: Option<usize>| {
        let changes = update.version().get()
            + delete.version().get()
            + connect.version().get()
            + connect_by_account.version().get();
        if before.is_some_and(|before| before != changes) {
            refresh.0.update(|count| *count += 1);
        }
        changes
    });
    view! {
        <div class="grid">
            {loaded(
                settings,
                || view! { <SkeletonCard class="span-8" rows=3/> }.into_any(),
                move |settings| {
                    view! {
                        <Card class="span-8 flush" id="settings-channels-list" title=|| t!("settings-channels")>
                            <Outcome value=update.value() done=t!("settings-saved")/>
                            <Outcome value=delete.value() done=t!("settings-channel-deleted")/>
                            <Outcome value=disconnect.value() done=t!("settings-disconnected")/>
                            <Outcome value=by_account.value() done=t!("settings-by-account-done")/>
                            <Outcome value=read_anew.value() done=t!("settings-channel-refreshed")/>
                            <datalist id="zones">
                                {settings
                                    .get_untracked()
                                    .zones
                                    .into_iter()
                                    .map(|zone| view! { <option value=zone></option> })
                                    .collect_view()}
                            </datalist>
                            <ul class="settings-list">
                                {move || {
                                    let settings = settings.get();
                                    settings
                                        .channels
                                        .into_iter()
                                        .map(|card| {
                                            let of_channel = |way: &&Connection| way.channel_id == card.channel.id;
                                            let connections = settings.connections.iter().filter(of_channel).cloned().collect();
                                            let is_its = |clock: &&Zone| clock.name() == card.channel.zone;
                                            let zone = settings.clocks.iter().find(is_its).cloned();
                                            let is_read = |read: &&api::ReadSoFar| read.channel_id == card.channel.id;
                                            let read = settings.read_so_far.iter().find(is_read).cloned();
                                            let may_read = settings.may_edit && settings.by_accounts.is_some_and(|by| by.has_one);
                                            view! {
                                                <ChannelRow
                                                    card
                                                    connections
                                                    zone=zone.unwrap_or_else(Zone::utc)
                                                    now=settings.now
                                                    may_edit=settings.may_edit
                                                    may_delete=settings.may_delete
                                                    update
                                                    delete
                                                    read_anew
                                                    disconnect
                                                    read
                                                    reads=settings.by_accounts.map(|by| by.reads)
                                                    by_account=may_read.then_some(by_account)
                                                />
                                            }
                                        })
                                        .collect_view()
                                }}
                            </ul>
                            <Show when=move || settings.with(|settings| settings.channels.is_empty())>
                                <p class="empty-line">{t!("home-empty")}</p>
                            </Show>
                        </Card>
                        <div class="span-4 stack">
                            {move || {
                                settings
                                    .with(|settings| {
                                        let by_account = ByAccount::of(settings);
                                        settings.may_edit.then_some((settings.has_bot, by_account))
                                    })
                                    .map(|(has_bot, by_account)| {
                                        view! { <ConnectCard connect has_bot by_account connect_by_account/> }
                                    })
                            }}
                            <Show when=move || settings.with(|settings| settings.accounts.is_some())>
                                <AccountsCard settings switches/>
                            </Show>
                            <ImportHelp/>
                        </div>
                    }
                },
            )}
        </div>
    }
}
