//! Live updates: one WebSocket a page. New facts of a visible channel make the page read again; a lost server is said
//! in a bar, and tried again with growing pauses. Where sockets are not let through, versions are asked for instead.

use leptos::prelude::*;

use super::frame::Refresh;
use crate::t;
use crate::ui::icon::{Glyph, Icon};

/// First and longest pause between two tries, milliseconds.
#[cfg(feature = "hydrate")]
const PAUSE_MS: (u32, u32) = (500, 15_000);
/// Whatever swallows sockets answers neither yes nor no: so long is waited for one to open, milliseconds.
#[cfg(feature = "hydrate")]
const OPEN_MAX_MS: u32 = 5_000;
/// Events that come within this time are one refresh, milliseconds.
#[cfg(feature = "hydrate")]
const SETTLE_MS: u32 = 400;

/// The bar is empty while the server can be reached.
#[component]
pub fn ConnectionBar() -> impl IntoView {
    let refresh = expect_context::<Refresh>();
    let lost = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| live::listen(lost, refresh));
    let retry = move |_| refresh.0.update(|count| *count += 1);
    view! {
        <Show when=move || lost.get()>
            <div class="offline-bar" role="status">
                <Icon glyph=Glyph::Off size="small"/>
                <span>{t!("server-gone")}</span>
                <button class="button quiet" type="button" on:click=retry>
                    {t!("retry")}
                </button>
            </div>
        </Show>
    }
}

#[cfg(feature = "hydrate")]
mod live {
    use futures::future::{Either, select};
    use futures::{SinkExt as _, StreamExt as _};
    use gloo_net::websocket::Message;
    use gloo_net::websocket::futures::WebSocket;
    use gloo_timers::future::TimeoutFuture;
    use leptos::prelude::*;
    use leptos::task::spawn_local;

    use super::{OPEN_MAX_MS, PAUSE_MS, Refresh, SETTLE_MS};
    use crate::error::ApiError;
    use crate::session::api::versions;
    use crate::session::client::token;

    /// The first message proves who is asking; nothing is in the address, which ends up in logs.
    fn hello() -> String {
        serde_json::json!({ "token": token::current() }).to_string()
    }

    fn address() -> Option<String> {
        let location = web_sys::window()?.location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        Some(format!("{scheme}://{}/api/live", location.host().ok()?))
    }

    pub fn listen(lost: RwSignal<bool>, refresh: Refresh) {
        spawn_local(async move {
            let mut pause = PAUSE_MS.0;
            let mut first = true;
            let mut known = None;
            loop {
                let opened = connect(lost, refresh, first).await;
                first = false;
                pause = if opened { PAUSE_MS.0 } else { (pause * 2).min(PAUSE_MS.1) };
                // the socket may be all that is missing
                let answer = if opened { Err(ApiError::Offline) } else { versions().await };
                if lost.is_disposed() {
                    return;
                }
                lost.set(answer == Err(ApiError::Offline));
                if let Ok(versions) = answer {
                    if known.as_ref().is_some_and(|known| *known != versions) {
                        refresh.0.update(|count| *count += 1);
                    }
                    known = Some(versions);
                }
                TimeoutFuture::new(pause).await;
            }
        });
    }

    /// Runs one connection to its end; says whether it was ever open.
    async fn connect(lost: RwSignal<bool>, refresh: Refresh, first: bool) -> bool {
        let Some(mut socket) = address().and_then(|address| WebSocket::open(&address).ok()) else { return false };
        let said = select(socket.send(Message::Text(hello())), TimeoutFuture::new(OPEN_MAX_MS)).await;
        if !matches!(said, Either::Left((Ok(()), _))) {
            return false;
        }
        let mut opened = false;
        while let Some(Ok(message)) = socket.next().await {
            if !opened {
                opened = true;
                lost.set(false);
                if !first {
                    // what happened while the server was gone
                    refresh.0.update(|count| *count += 1);
                }
            }
            if let Message::Text(text) = message
                && text.contains("\"data_version\"")
            {
                TimeoutFuture::new(SETTLE_MS).await;
                refresh.0.update(|count| *count += 1);
            }
        }
        opened
    }
}
