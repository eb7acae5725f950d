//! Places and channels: a tab bar on a phone, a rail on a tablet, a side bar on a desktop.

use leptos::prelude::*;

use super::frame::Session;
use super::place::{Page, Place, channel_path};
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number;

/// The entry of the navigation that a page belongs to.
fn of_navigation(page: Page) -> Page {
    if page == Page::BestTime { Page::Analytics } else { page }
}

#[component]
pub fn SideBar(place: Memo<Place>, session: Session) -> impl IntoView {
    // pages without a channel in the address lead back to the first one; no memo, so that the session is read where
    // the links are, which wait for it
    let channel =
        move || place.get().channel.or_else(|| session.info()?.channels.first().map(|channel| channel.slug.clone()));
    let item = move |page: Page, rest: &'static str, glyph: Glyph, name: String| {
        let href = move || channel().map_or_else(|| "/".to_owned(), |slug| channel_path(&slug, rest));
        view! {
            <li>
                <a href=href aria-current=move || (of_navigation(place.get().page) == page).then_some("page")>
                    <Icon glyph/>
                    {name}
                </a>
            </li>
        }
    };
    view! {
        <div class="side-bar">
            <a href="/" class="brand" aria-label="AnalyticBot">
                <svg viewBox="0 0 28 28" aria-hidden="true">
                    <rect class="plate" width="28" height="28" rx="8"></rect>
                    <path class="stroke" d="M7 18.5l4.5-5.500 4 3.500L21 9"></path>
                    <path class="stroke" d="M17 9h4v4"></path>
                </svg>
                <span>"AnalyticBot"</span>
            </a>
            <nav class="main-nav" aria-label=t!("nav")>
                <ul>
                    <Transition>
                        {item(Page::Dashboard, "", Glyph::Dashboard, t!("nav-dashboard"))}
                        {item(Page::Analytics, "analytics", Glyph::Chart, t!("nav-analytics"))}
                    </Transition>
                    <li>
                        <a href="/settings" aria-current=move || (place.get().page == Page::Settings).then_some("page")>
                            <Icon glyph=Glyph::Gear/>
                            {t!("nav-settings")}
                        </a>
                    </li>
                </ul>
            </nav>
            <Transition>
                <div class="channels">
                    <p class="head">
                        {t!("channels")}
                        <span>{t!("err-24")}</span>
                    </p>
                    {move || {
                        session
                            .info()
                            .map(|info| {
                                info.channels
                                    .into_iter()
                                    .map(|item| {
                                        let slug = item.slug.clone();
                                        view! {
                                            <a
                                                href=channel_path(&item.slug, "")
                                                aria-current=move || {
                                                    (place.get().channel.as_deref() == Some(slug.as_str())).then_some("true")
                                                }
                                            >
                                                <Avatar title=item.title.clone() small=true/>
                                                <span class="clip">{item.title}</span>
                                                <small>{number::percent_or_dash(item.err24)}</small>
                                            </a>
                                        }
                                    })
                                    .collect_view()
                            })
                    }}
                </div>
                <div class="foot">
                    {move || {
                        session
                            .info()
                            .map(|info| {
                                let demo = info.channels.iter().filter(|channel| channel.demo).count();
                                view! {
                                    <p>{t!("workspace-line", name = info.workspace, n = info.channels.len() as i64)}</p>
                                    {(demo > 0).then(|| view! { <p>{t!("demo-line", n = demo as i64)}</p> })}
                                }
                            })
                    }}
                </div>
            </Transition>
        </div>
    }
}

/// A channel's picture: its first letter on a colour of its own.
#[component]
pub fn Avatar(title: String, #[prop(optional)] small: bool) -> impl IntoView {
    let hash = title.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let letter = title.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    view! {
        <span class=format!("avatar letter a{} {}", hash % 6 + 1, if small { "small" } else { "" }) aria-hidden="true">
            {letter}
        </span>
    }
}
