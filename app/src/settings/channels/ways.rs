//! How a channel is collected: each way with when it was heard last, what stands in the way, what it can know, and its
//! end; and one way more.

use domain::collect::connection::{Connection, Mode};
use domain::zone::Zone;
use leptos::prelude::*;

use super::api::{ConnectByAccount, DisconnectChannel, ReadSoFar, Reads};
use super::knowable::KnowableLists;
use super::progress::Progress;
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
    /// how far an account has read it
    read: Option<ReadSoFar>,
    /// what accounts read here
    reads: Option<Reads>,
    /// where an account could read it
    by_account: Option<ServerAction<ConnectByAccount>>,
) -> impl IntoView {
    let by_account = by_account
        .filter(|_| connections.iter().all(|way| way.mode != Mode::Session))
        .map(|action| view! { <ByAccount action slug=slug.clone() title=title.clone()/> });
    if connections.is_empty() {
        return view! {
            <div class="ways-none">
                <p class="muted">{t!("settings-way-files")}</p>
                {by_account}
            </div>
        }
        .into_any();
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
                            read=read.clone()
                            reads
                        />
                    }
                })
                .collect_view()}
        </ul>
        {by_account}
    }
    .into_any()
}

/// One way more for a channel that is there.
#[component]
fn ByAccount(action: ServerAction<ConnectByAccount>, slug: String, title: String) -> impl IntoView {
    let label = t!("settings-by-account-name", name = title);
    view! {
        <ActionForm action attr:class="by-account">
            <input type="hidden" name="channel" value=slug/>
            <button class="button quiet" type="submit" aria-label=label disabled=move || action.pending().get()>
                {t!("settings-by-account")}
            </button>
        </ActionForm>
    }
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
    read: Option<ReadSoFar>,
    reads: Option<Reads>,
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
            {read
                .filter(|_| mode == Mode::Session)
                .map(|read| view! { <Progress read reads zone=zone.clone() now/> })}
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
