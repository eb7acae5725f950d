//! Live updates: one WebSocket a page. New facts of a visible channel make the page read again; a lost server is said
//! in a bar, and tried again with growing pauses. Where sockets are not let through, versions are asked for instead.

use leptos::prelude::*;

use super::frame::Refresh;
#[cfg(feature = "hydrate")]
use super::frame::Session;
#[cfg(feature = "hydrate")]
use crate::error::ApiError;
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

/// The server closes with this where nobody is signed in (`server/src/live.rs`).
#[cfg(feature = "hydrate")]
const CLOSE_SIGN_IN: u16 = 4401;

/// The bar is empty while the server can be reached.
#[component]
pub fn ConnectionBar() -> impl IntoView {
    let refresh = expect_context::<Refresh>();
    let lost = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    {
        let session = expect_context::<Session>();
        let known = RwSignal::new(false);
        Effect::new(move || {
            // a failed reading says nothing about who is signed in
            match session.0.get() {
                Some(Ok(_)) => known.set(true),
                Some(Err(ApiError::SignIn)) => known.set(false),
                _ => {}
            }
        });
        let known = Memo::new(move |_| known.get());
        Effect::new(move || {
            if known.get() {
                live::listen(lost, refresh, known, session);
            }
        });
    }
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
    use gloo_net::websocket::futures::WebSocket;
    use gloo_net::websocket::{Message, WebSocketError};
    use gloo_timers::future::TimeoutFuture;
    use leptos::prelude::*;
    use leptos::task::spawn_local;

    use super::{CLOSE_SIGN_IN, OPEN_MAX_MS, PAUSE_MS, Refresh, SETTLE_MS, Session};
    use crate::error::ApiError;
    use crate::session::api::versions;
    use crate::session::client::token;

    /// The first message proves who is asking; nothing is in the address, which ends up in logs.
    fn hello() -> String {
        match token::current() {
            // of letters and digits
            Some(token) => format!("{{\"token\":\"{token}\"}}"),
            None => "{\"token\":null}".to_owned(),
        }
    }

    fn address() -> Option<String> {
        let location = web_sys::window()?.location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        Some(format!("{scheme}://{}/api/live", location.host().ok()?))
    }

    /// Until nobody is signed in any more.
    pub fn listen(lost: RwSignal<bool>, refresh: Refresh, known: Memo<bool>, session: Session) {
        spawn_local(async move {
            let mut pause = PAUSE_MS.0;
            let mut first = true;
            let mut seen = None;
            loop {
                let end = connect(lost, refresh, first).await;
                first = false;
                pause = if end == End::Lost { PAUSE_MS.0 } else { (pause * 2).min(PAUSE_MS.1) };
                // the socket may be all that is missing
                let answer = match end {
                    End::NeverOpen => versions().await,
                    End::Lost => Err(ApiError::Offline),
                    End::SignIn => Err(ApiError::SignIn),
                };
                if lost.is_disposed() {
                    return;
                }
                lost.set(answer == Err(ApiError::Offline));
                match answer {
                    Ok(versions) => {
                        if seen.as_ref().is_some_and(|seen| *seen != versions) {
                            refresh.0.update(|count| *count += 1);
                        }
                        seen = Some(versions);
                    }
                    // the frame hears of it, and signs in again or says so
                    Err(ApiError::SignIn) => {
                        session.0.refetch();
                        pause = PAUSE_MS.1;
                    }
                    Err(_) => {}
                }
                TimeoutFuture::new(pause).await;
                if known.try_get_untracked() != Some(true) {
                    return;
                }
            }
        });
    }

    #[derive(PartialEq, Eq)]
    enum End {
        NeverOpen,
        Lost,
        SignIn,
    }

    /// Runs one connection to its end.
    async fn connect(lost: RwSignal<bool>, refresh: Refresh, first: bool) -> End {
        let Some(mut socket) = address().and_then(|address| WebSocket::open(&address).ok()) else {
            return End::NeverOpen;
        };
        let said = select(socket.send(Message::Text(hello())), TimeoutFuture::new(OPEN_MAX_MS)).await;
        if !matches!(said, Either::Left((Ok(()), _))) {
            return End::NeverOpen;
        }
        let mut opened = false;
        while let Some(message) = socket.next().await {
            let message = match message {
                Ok(message) => message,
                Err(WebSocketError::ConnectionClose(close)) if close.code == CLOSE_SIGN_IN => return End::SignIn,
                Err(_) => break,
            };
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
        if opened { End::Lost } else { End::NeverOpen }
    }
}
