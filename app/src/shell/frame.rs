//! Side bar, top bar and the page between them.

use leptos::prelude::*;
use leptos_router::components::Outlet;

use super::connection::ConnectionBar;
use super::place::{Page, use_place};
use super::side_bar::SideBar;
use super::sign_in::{SignIn, SignedIn};
use super::top_bar::TopBar;
use crate::error::ApiError;
use crate::session::{ChannelItem, SessionInfo, api};
use crate::t;
use crate::ui::icon::Sprite;

/// The session of this document, for every page below the frame.
#[derive(Clone, Copy)]
pub struct Session(pub Resource<Result<SessionInfo, ApiError>>);

impl Session {
    /// The session once it is known.
    pub fn info(self) -> Option<SessionInfo> {
        self.0.get().and_then(Result::ok)
    }

    /// The channel named in the address.
    pub fn channel(self, slug: Option<&str>) -> Option<ChannelItem> {
        let slug = slug?.trim_start_matches('@').to_lowercase();
        self.info()?.channels.into_iter().find(|channel| channel.slug.to_lowercase() == slug)
    }
}

/// Counts up with every wish to read again; resources of pages depend on it.
#[derive(Clone, Copy)]
pub struct Refresh(pub RwSignal<u32>);

#[component]
pub fn Frame() -> impl IntoView {
    let refresh = Refresh(RwSignal::new(0));
    provide_context(refresh);
    let session = Session(Resource::new(move || refresh.0.get(), |_| api::session()));
    provide_context(session);
    provide_context(SignedIn(RwSignal::new(0)));
    let refusal = RwSignal::new(None);
    let place = use_place();
    #[cfg(feature = "hydrate")]
    super::telegram::follow(place);
    let main = NodeRef::<leptos::html::Main>::new();
    Effect::new(move || {
        if let Some(slug) = place.get().channel {
            remember_channel(&slug);
        }
    });
    view! {
        <Sprite/>
        // the router takes the click; the browser would have moved the focus
        <a class="skip-link" href="#main" on:click=move |_| focus_main(main)>
            {t!("skip-to-content")}
        </a>
        <div class="app" class:sign-in-failed=move || refusal.with(Option::is_some)>
            <SideBar place session/>
            <div class="column">
                <TopBar place session/>
                <ConnectionBar/>
                <main class="page" id="main" tabindex="-1" node_ref=main class:wide=move || matches!(place.get().page, Page::Analytics | Page::BestTime)>
                    <SignIn session refusal/>
                    <Outlet/>
                </main>
            </div>
        </div>
    }
}

fn focus_main(main: NodeRef<leptos::html::Main>) {
    if let Some(main) = main.get_untracked() {
        // throws only where there is no page to focus
        let _ = main.focus();
    }
}

/// `/` opens the channel looked at last.
pub const CHANNEL_COOKIE: &str = "channel";

fn remember_channel(slug: &str) {
    #[cfg(feature = "hydrate")]
    {
        let slug = percent_encoding::utf8_percent_encode(slug, percent_encoding::NON_ALPHANUMERIC).to_string();
        super::theme::keep_cookie(CHANNEL_COOKIE, &slug);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = slug;
}
