//! One channel: what is stored of it, how it is collected, what may be done with it.

use domain::collect::connection::Connection;
use domain::screens::ChannelCard;
use domain::zone::Zone;
use leptos::prelude::*;

use super::api::{ConnectByAccount, DeleteChannel, DisconnectChannel, ReadSoFar, Reads, RefreshChannel, UpdateChannel};
use super::delete::DeleteDialog;
use super::edit::EditDialog;
use super::ways::Ways;
use crate::shell::place::channel_path;
use crate::shell::side_bar::Avatar;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number;

#[component]
pub(super) fn ChannelRow(
    card: ChannelCard,
    /// how it is collected
    connections: Vec<Connection>,
    /// the channel's, where it is collected
    zone: Zone,
    /// unix seconds
    now: i64,
    may_edit: bool,
    may_delete: bool,
    update: ServerAction<UpdateChannel>,
    delete: ServerAction<DeleteChannel>,
    read_anew: ServerAction<RefreshChannel>,
    disconnect: ServerAction<DisconnectChannel>,
    /// how far an account has read it
    read: Option<ReadSoFar>,
    /// what accounts read here
    reads: Option<Reads>,
    /// where an account could read channels
    by_account: Option<ServerAction<ConnectByAccount>>,
) -> impl IntoView {
    let channel = card.channel;
    let id = channel.id;
    // nobody at Telegram knows a channel that is made up, or one without a name and an id
    let is_known = !channel.demo && (channel.username.is_some() || channel.telegram_id.is_some());
    let by_account = by_account.filter(|_| is_known);
    let name = channel.title.clone();
    let edit_id = format!("edit-{id}");
    let delete_id = format!("delete-{id}");
    let (edit_button, delete_button) = (edit_id.clone(), delete_id.clone());
    let (to_refresh, refresh_label) = (card.slug.clone(), t!("settings-refresh-channel", name = channel.title.clone()));
    let stored = format!(
        "{} · {} · {}",
        t!("count-posts-text", n = card.posts, text = number::full(card.posts)),
        t!("settings-count-snapshots", n = card.snapshots, text = number::full(card.snapshots)),
        t!("settings-count-days", n = card.days, text = number::full(card.days)),
    );
    view! {
        <li>
            <Avatar title=channel.title.clone()/>
            <div class="what">
                <a href=channel_path(&card.slug, "")>{name}</a>
                {channel.demo.then(|| view! { <span class="demo-mark">{t!("demo")}</span> })}
                <small>{format!("@{} · {}", card.slug, channel.zone)}</small>
                <small>{stored}</small>
            </div>
            <div class="do">
                {may_edit
                    .then(|| {
                        view! {
                            <ActionForm action=read_anew>
                                <input type="hidden" name="channel" value=to_refresh/>
                                <button
                                    class="icon-button"
                                    type="submit"
                                    disabled=move || read_anew.pending().get()
                                    aria-label=refresh_label
                                    title=t!("settings-refresh")
                                >
                                    <Icon glyph=Glyph::Anew/>
                                </button>
                            </ActionForm>
                            <button class="button" type="button" popovertarget=edit_button>
                                {t!("settings-edit")}
                            </button>
                        }
                    })}
                {may_delete
                    .then(|| {
                        view! {
                            <button
                                class="icon-button"
                                type="button"
                                popovertarget=delete_button
                                aria-label=t!("settings-delete-channel", name = channel.title.clone())
                                title=t!("settings-delete")
                            >
                                <Icon glyph=Glyph::Trash/>
                            </button>
                        }
                    })}
            </div>
            <Ways
                connections
                slug=card.slug.clone()
                title=channel.title.clone()
                zone
                now
                may_edit
                disconnect
                read
                reads
                by_account
            />
            {may_edit
                .then(|| {
                    view! {
                        <EditDialog
                            id=edit_id
                            slug=card.slug.clone()
                            title=channel.title.clone()
                            zone=channel.zone.clone()
                            update
                        />
                    }
                })}
            {may_delete
                .then(|| view! { <DeleteDialog id=delete_id slug=card.slug title=channel.title delete/> })}
        </li>
    }
}
