//! `/`: the dashboard of the channel looked at last, else of the first one, else how to get one.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::components::Redirect;

use super::Skeleton;
use crate::shell::frame::Session;
use crate::shell::place::channel_path;
use crate::t;
use crate::ui::loaded::loaded;

#[component]
pub fn Home() -> impl IntoView {
    let session = expect_context::<Session>();
    // the link's page has taken this one's place
    #[cfg(feature = "hydrate")]
    on_cleanup(crate::session::sign_in::arrived);
    loaded(
        session.0,
        || view! { <Skeleton/> }.into_any(),
        |info| {
            move || {
                if is_led_elsewhere() {
                    return view! { <Skeleton/> }.into_any();
                }
                let channels = info.get().channels;
                let last = last_channel();
                let chosen = channels.iter().find(|channel| Some(&channel.slug) == last.as_ref()).or(channels.first());
                match chosen {
                    Some(channel) => {
                        // going back would lead here, and on again
                        let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                        view! { <Redirect path=channel_path(&channel.slug, "") options/> }.into_any()
                    }
                    None => view! { <NoChannel/> }.into_any(),
                }
            }
        },
    )
}

/// The link that has opened the app inside Telegram is being followed.
fn is_led_elsewhere() -> bool {
    #[cfg(feature = "hydrate")]
    {
        crate::session::sign_in::is_underway()
    }
    #[cfg(not(feature = "hydrate"))]
    false
}

fn last_channel() -> Option<String> {
    #[cfg(feature = "ssr")]
    {
        let slug = crate::ssr::request_cookie(crate::shell::frame::CHANNEL_COOKIE)?;
        Some(percent_encoding::percent_decode_str(&slug).decode_utf8_lossy().into_owned())
    }
    #[cfg(not(feature = "ssr"))]
    None
}

#[component]
fn NoChannel() -> impl IntoView {
    view! {
        <Title text=t!("home-empty")/>
        <div class="empty">
            <svg class="art" viewBox="0 0 96 64" aria-hidden="true">
                <rect class="soft" x="8" y="8" width="80" height="48" rx="8"></rect>
                <path class="ink" d="M18 46h60M18 46V18"></path>
                <path class="hue" d="M24 40c10-2 14-12 22-12s10 6 26-12"></path>
            </svg>
            <b>{t!("home-empty")}</b>
            <p>{t!("home-empty-more")}</p>
            <p class="ways">
                <a href="/settings/channels" class="button primary">
                    {t!("home-import")}
                </a>
            </p>
            <pre class="command">"analyticbot demo"</pre>
        </div>
    }
}
