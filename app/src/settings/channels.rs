//! Channels of the workspace: what is stored, title and zone, deleting, and how to bring one in.

use domain::screens::ChannelCard;
use leptos::prelude::*;

use super::Outcome;
use super::api::{self, DeleteChannel, RefreshChannel, UpdateChannel};
use crate::shell::frame::Refresh;
use crate::shell::place::channel_path;
use crate::shell::side_bar::Avatar;
use crate::t;
use crate::ui::card::{Card, SkeletonCard};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::loaded::loaded;
use crate::ui::number;

#[component]
pub fn ChannelsSection() -> impl IntoView {
    let refresh = expect_context::<Refresh>();
    let update = ServerAction::<UpdateChannel>::new();
    let delete = ServerAction::<DeleteChannel>::new();
    let read_anew = ServerAction::<RefreshChannel>::new();
    let settings = Resource::new(
        move || (update.version().get(), delete.version().get(), read_anew.version().get(), refresh.0.get()),
        |_| api::list_channels(),
    );
    // the side bar shows titles too
    Effect::new(move |before: Option<usize>| {
        let changes = update.version().get() + delete.version().get();
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
                                            view! {
                                                <ChannelRow
                                                    card
                                                    may_edit=settings.may_edit
                                                    may_delete=settings.may_delete
                                                    update
                                                    delete
                                                    read_anew
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
                    }
                },
            )}
            <ImportHelp/>
        </div>
    }
}

#[component]
fn ChannelRow(
    card: ChannelCard,
    may_edit: bool,
    may_delete: bool,
    update: ServerAction<UpdateChannel>,
    delete: ServerAction<DeleteChannel>,
    read_anew: ServerAction<RefreshChannel>,
) -> impl IntoView {
    let channel = card.channel;
    let id = channel.id;
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

#[component]
fn EditDialog(
    id: String,
    slug: String,
    title: String,
    zone: String,
    update: ServerAction<UpdateChannel>,
) -> impl IntoView {
    let (slug, title, zone) = (StoredValue::new(slug), StoredValue::new(title), StoredValue::new(zone));
    view! {
        <div class="popover sheet" id=id popover="auto" role="dialog" aria-label=t!("settings-edit")>
            <ActionForm action=update attr:class="form">
                <h2>{t!("settings-edit")}</h2>
                <input type="hidden" name="channel" value=slug.get_value()/>
                <label class="field">
                    <span>{t!("settings-title")}</span>
                    <input class="input" name="title" required maxlength="128" value=title.get_value()/>
                </label>
                <label class="field">
                    <span>{t!("settings-zone")}</span>
                    <input class="input" name="zone" required list="zones" value=zone.get_value()/>
                    <small class="help">{t!("settings-zone-help")}</small>
                </label>
                <button class="button primary" type="submit" disabled=move || update.pending().get()>
                    {t!("settings-save")}
                </button>
            </ActionForm>
        </div>
    }
}

/// Deleting cannot be undone: the title is typed first.
#[component]
fn DeleteDialog(id: String, slug: String, title: String, delete: ServerAction<DeleteChannel>) -> impl IntoView {
    let (slug, title) = (StoredValue::new(slug), StoredValue::new(title));
    view! {
        <div class="popover sheet" id=id popover="auto" role="dialog" aria-label=t!("settings-delete")>
            <ActionForm action=delete attr:class="form">
                <h2>{t!("settings-delete-channel", name = title.get_value())}</h2>
                <p class="muted">{t!("settings-delete-more")}</p>
                <input type="hidden" name="channel" value=slug.get_value()/>
                <label class="field">
                    <span>{t!("settings-delete-type", name = title.get_value())}</span>
                    <input class="input" name="typed_title" required autocomplete="off"/>
                </label>
                <button class="button danger-fill" type="submit" disabled=move || delete.pending().get()>
                    {t!("settings-delete")}
                </button>
            </ActionForm>
        </div>
    }
}

/// The commands that bring a channel in.
#[component]
fn ImportHelp() -> impl IntoView {
    view! {
        <Card class="span-4" id="settings-import" title=|| t!("settings-import") sub=|| t!("settings-import-sub")>
            <dl class="commands">
                <dt>{t!("settings-import-export")}</dt>
                <dd>
                    <code>"analyticbot import telegram-export result.json"</code>
                </dd>
                <dt>{t!("settings-import-posts")}</dt>
                <dd>
                    <code>"analyticbot import posts FILE.csv --tz Asia/Tashkent"</code>
                </dd>
                <dt>{t!("settings-import-demo")}</dt>
                <dd>
                    <code>"analyticbot demo"</code>
                </dd>
            </dl>
        </Card>
    }
}
