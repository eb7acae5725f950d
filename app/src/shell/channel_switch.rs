//! Which channel: a button that opens the list, with search once there are many.

use leptos::prelude::*;

use super::frame::Session;
use super::period::{PERIOD, close_popover};
use super::place::{BEST_TIME, Page, Place, channel_path};
use super::side_bar::Avatar;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number;
use leptos_router::hooks::use_query_map;

const LIST: &str = "channel-list";
/// From this many channels on the list has a search field.
const SEARCH_FROM: usize = 8;

#[component]
pub fn ChannelSwitch(place: Memo<Place>, session: Session) -> impl IntoView {
    let (search, set_search) = signal(String::new());
    let query = use_query_map();
    // the page and the period stay when the channel changes
    let address = move |slug: &str| {
        let rest = match place.get().page {
            Page::Analytics => "analytics",
            Page::BestTime => BEST_TIME,
            _ => "",
        };
        let period =
            query.with(|query| query.get(PERIOD)).map(|period| format!("?{PERIOD}={period}")).unwrap_or_default();
        format!("{}{period}", channel_path(slug, rest))
    };
    move || {
        let info = session.info()?;
        let current = session.channel(place.get().channel.as_deref());
        let label = current.as_ref().map_or_else(|| t!("choose-channel"), |channel| channel.title.clone());
        let many = info.channels.len() >= SEARCH_FROM;
        Some(view! {
            <button
                class="channel-switch"
                type="button"
                aria-haspopup="dialog"
                popovertarget=LIST
                aria-label=t!("channel-change", name = label.clone())
            >
                {current.is_some().then(|| view! { <Avatar title=label.clone()/> })}
                <span class="names">
                    <b class="clip">{label.clone()}</b>
                    <small class="clip">
                        {current
                            .as_ref()
                            .map(|channel| match channel.subscribers {
                                Some(subscribers) => {
                                    t!("count-subscribers", n = subscribers, text = number::short(subscribers as f64))
                                }
                                None => t!("count-posts-text", n = channel.posts, text = number::full(channel.posts)),
                            })}
                    </small>
                </span>
                <Icon glyph=Glyph::Down size="small"/>
            </button>
            <div class="popover sheet channel-list" id=LIST popover="auto" role="dialog" aria-label=t!("channels")>
                <h2>{t!("channels")}</h2>
                {many
                    .then(|| {
                        view! {
                            <input
                                class="input"
                                type="search"
                                aria-label=t!("search-channels")
                                placeholder=t!("search-channels")
                                on:input:target=move |event| set_search.set(event.target().value().to_lowercase())
                            />
                        }
                    })}
                <ul>
                    {move || {
                        let wanted = search.get();
                        info.channels
                            .iter()
                            .filter(|channel| {
                                wanted.is_empty() || channel.title.to_lowercase().contains(&wanted)
                                    || channel.slug.to_lowercase().contains(&wanted)
                            })
                            .map(|channel| {
                                let is_current = place.get().channel.as_deref() == Some(channel.slug.as_str());
                                view! {
                                    <li>
                                        <a
                                            href=address(&channel.slug)
                                            aria-current=is_current.then_some("true")
                                            on:click=move |_| close_popover(LIST)
                                        >
                                            <Avatar title=channel.title.clone()/>
                                            <span class="names">
                                                <b class="clip">{channel.title.clone()}</b>
                                                <small class="clip">{format!("@{}", channel.slug)}</small>
                                            </span>
                                            {channel.demo.then(|| view! { <span class="demo-mark">{t!("demo")}</span> })}
                                        </a>
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ul>
                <a href="/settings/channels" class="button quiet" on:click=move |_| close_popover(LIST)>
                    <Icon glyph=Glyph::Plus size="small"/>
                    {t!("add-channel")}
                </a>
            </div>
        })
    }
}
