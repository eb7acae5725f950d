//! How a channel is collected: each way with when it was heard last, what stands in the way, what it can know, and its
//! end.

use domain::collect::connection::{Connection, Mode};
use domain::zone::Zone;
use leptos::prelude::*;

use super::api::DisconnectChannel;
use super::knowable::KnowableLists;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::{obstacle, time};

#[component]
pub(super) fn Ways(
    connections: Vec<Connection>,
    slug: String,
    title: String,
    zone: Zone,
    /// unix seconds
    now: i64,
    may_edit: bool,
    disconnect: ServerAction<DisconnectChannel>,
) -> impl IntoView {
    if connections.is_empty() {
        return view! { <p class="ways-none muted">{t!("settings-way-files")}</p> }.into_any();
    }
    let (slug, title) = (StoredValue::new(slug), StoredValue::new(title));
    view! {
        <ul class="ways-of-collection" aria-label=t!("settings-ways", name = title.get_value())>
            {connections
                .into_iter()
                .map(|connection| {
                    view! {
                        <Way
                            connection
                            slug=slug.get_value()
                            title=title.get_value()
                            zone=zone.clone()
                            now
                            may_edit
                            disconnect
                        />
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

/// In the reader's language.
pub(super) fn way_name(mode: Mode) -> String {
    match mode {
        Mode::Bot => t!("settings-way-bot"),
        Mode::Preview => t!("settings-way-preview"),
        Mode::Session => t!("settings-way-session"),
    }
}

#[component]
fn Way(
    connection: Connection,
    slug: String,
    title: String,
    zone: Zone,
    now: i64,
    may_edit: bool,
    disconnect: ServerAction<DisconnectChannel>,
) -> impl IntoView {
    let mode = connection.mode;
    let dialog = format!("disconnect-{}-{}", connection.channel_id, mode.as_str());
    let heard = match connection.heard_at {
        Some(at) => t!("settings-way-heard", time = time::ago(&zone, at, now)),
        None => t!("settings-way-unheard"),
    };
    let ends = t!("settings-disconnect-way", way = way_name(mode), name = title.clone());
    view! {
        <li>
            <div class="way">
                <b>{way_name(mode)}</b>
                <small>{heard}</small>
                {may_edit
                    .then(|| {
                        view! {
                            <button
                                class="button quiet"
                                type="button"
                                popovertarget=dialog.clone()
                                aria-label=ends.clone()
                            >
                                {t!("settings-disconnect")}
                            </button>
                        }
                    })}
            </div>
            {connection
                .obstacle
                .map(|in_the_way| {
                    let (what, way_out) = obstacle::words(in_the_way);
                    let until = connection.obstacle_until.filter(|until| *until > now);
                    let until = until
                        .map(|until| format!(" {}", t!("obstacle-until", time = time::moment(&zone, until))));
                    view! {
                        <p class="obstacle">
                            <Icon glyph=Glyph::Warn size="small"/>
                            <span>
                                <b>{what}</b>
                                {format!(" {way_out}{}", until.unwrap_or_default())}
                            </span>
                        </p>
                    }
                })}
            <KnowableLists mode/>
            {may_edit.then(|| view! { <DisconnectDialog id=dialog mode slug title=ends disconnect/> })}
        </li>
    }
}

/// What has been collected stays: a click too many loses only time.
#[component]
fn DisconnectDialog(
    id: String,
    mode: Mode,
    slug: String,
    title: String,
    disconnect: ServerAction<DisconnectChannel>,
) -> impl IntoView {
    let (slug, heading) = (StoredValue::new(slug), StoredValue::new(title.clone()));
    view! {
        <div class="popover sheet" id=id popover="auto" role="dialog" aria-label=title>
            <ActionForm action=disconnect attr:class="form">
                <h2>{heading.get_value()}</h2>
                <p class="muted">{t!("settings-disconnect-more")}</p>
                <input type="hidden" name="channel" value=slug.get_value()/>
                <input type="hidden" name="mode" value=mode.as_str()/>
                <button class="button danger-fill" type="submit" disabled=move || disconnect.pending().get()>
                    {t!("settings-disconnect")}
                </button>
            </ActionForm>
        </div>
    }
}
