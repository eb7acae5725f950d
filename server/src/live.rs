//! Live updates: `/api/live` tells an open page which channels have new numbers. A WebSocket that says who it is in
//! its first message, since a browser cannot put a header on it:
//! `{"token": "…", "channels": ["name", …]}` (both may be left out: cookie or demo, all channels); the answer
//! `{"ready": true, "versions": {"name": 6}}` tells what is now, then `{"channel": "name", "data_version": 7}` each change.

use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::response::{IntoResponse as _, Response};
use domain::ids::ChannelId;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use services::{Ctx, Viewer};
use store::outbox::{Bell, Event};
use tokio::sync::broadcast;
use tokio::time::{Instant, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::problem::Problem;
use crate::security;
use crate::sign_in::Credentials;
use crate::state::AppState;

/// Another process may have written, and nobody rings: the outbox is asked this often.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// The same where whoever writes rings; only a bell that fell down unseen would be missed.
const POLL_EVERY_WITH_BELL: Duration = Duration::from_secs(5);
/// While the bell is being hung nobody looks into the outbox.
const HANG_MAX: Duration = Duration::from_secs(2);
/// Commits come in crowds.
const SETTLE: Duration = Duration::from_millis(20);
/// Events read at once; more wait for the next look.
const BATCH: i64 = 500;
/// On Postgres an event with a lower id may be committed after one with a higher: so far back is looked again.
const LATE_IDS: i64 = 64;
/// Events kept for a page that reads slowly; who falls behind further is told all versions anew.
const BUFFER: usize = 256;
/// A page says who it is at once.
const FIRST_MESSAGE_TIMEOUT: Duration = Duration::from_secs(10);
/// Proxies close what is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Two heartbeats without an answer: nobody is there.
const SILENCE_MAX: Duration = Duration::from_mins(1);
/// A page that does not take a message for this long is gone.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// The first message is a token and some names.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;

// https://www.rfc-editor.org/rfc/rfc6455#section-7.4; 4000 and up are ours
const CLOSE_GOING_AWAY: u16 = 1001;
const CLOSE_TRY_AGAIN: u16 = 1013;
const CLOSE_BAD_MESSAGE: u16 = 4400;
const CLOSE_SIGN_IN: u16 = 4401;

/// The one reader of the outbox in this process, and whoever listens to it.
#[derive(Clone)]
pub struct Live(broadcast::Sender<Event>);

impl Live {
    /// Reads the outbox until `stopping`.
    pub fn start(ctx: Ctx, stopping: CancellationToken) -> Self {
        let (sender, _) = broadcast::channel(BUFFER);
        tokio::spawn(read_outbox(ctx, sender.clone(), stopping));
        Self(sender)
    }
}

async fn read_outbox(ctx: Ctx, sender: broadcast::Sender<Event>, stopping: CancellationToken) {
    let mut reader = OutboxReader::default();
    let mut bell = None;
    let mut failing = false;
    loop {
        if bell.is_none() {
            // before the look, so that nothing is missed between the two; without a bell there are looks enough
            bell = timeout(HANG_MAX, Bell::hang(&ctx.db)).await.ok().and_then(Result::ok);
        }
        match reader.read(&ctx).await {
            Ok(events) => {
                failing = false;
                for event in events {
                    // nobody listening is no failure
                    let _ = sender.send(event);
                }
            }
            // said once, not twice a second
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(%error, "live updates wait: the outbox cannot be read");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = wait(&mut bell) => {}
        }
    }
}

/// Over when there may be events.
async fn wait(bell: &mut Option<Bell>) {
    let Some(hung) = bell else { return sleep(POLL_EVERY).await };
    let poll = if hung.hears_everybody() { POLL_EVERY_WITH_BELL } else { POLL_EVERY };
    match timeout(poll, hung.rung()).await {
        Ok(Ok(())) => sleep(SETTLE).await,
        Ok(Err(_)) => *bell = None,
        Err(_) => {}
    }
}

#[derive(Default)]
struct OutboxReader {
    /// highest id seen; `None` before the first look
    newest: Option<i64>,
    /// ids seen within the last [`LATE_IDS`]
    seen: VecDeque<i64>,
}

impl OutboxReader {
    async fn read(&mut self, ctx: &Ctx) -> store::Result<Vec<Event>> {
        let mut tx = ctx.db.read().await?;
        let Some(newest) = self.newest else {
            self.newest = Some(store::outbox::newest(&mut tx).await?);
            let events = store::outbox::list_after(&mut tx, self.newest.unwrap_or(0) - LATE_IDS, BATCH).await?;
            self.seen = events.iter().map(|event| event.id).collect();
            return Ok(Vec::new());
        };
        let mut events = store::outbox::list_after(&mut tx, newest - LATE_IDS, BATCH).await?;
        events.retain(|event| !self.seen.contains(&event.id));
        self.seen.extend(events.iter().map(|event| event.id));
        let newest = events.iter().map(|event| event.id).fold(newest, i64::max);
        self.seen.retain(|id| *id > newest - LATE_IDS);
        self.newest = Some(newest);
        Ok(events)
    }
}

#[derive(Debug, Deserialize)]
struct FirstMessage {
    token: Option<String>,
    /// slugs; without it, all channels the viewer may see
    channels: Option<Vec<String>>,
}

/// The route. A page of another site may open a WebSocket to us with our cookies: it is refused here.
pub async fn open(State(state): State<AppState>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if !security::is_same_origin(&headers, state.public_origin.as_deref()) {
        return Problem::new(StatusCode::FORBIDDEN, "live updates are for our own pages").into_response();
    }
    upgrade.max_message_size(MESSAGE_BYTES_MAX).on_upgrade(move |socket| async move {
        let mut page = Page { socket, state };
        // the reason to stop is for the page; a socket that is gone hears nothing
        if let Some((code, reason)) = page.follow(&headers).await {
            let frame = CloseFrame { code, reason: reason.into() };
            let _ = timeout(SEND_TIMEOUT, page.socket.send(Message::Close(Some(frame)))).await;
        }
    })
}

struct Page {
    socket: WebSocket,
    state: AppState,
}

type Reason = (u16, &'static str);

impl Page {
    /// Tells the page what changes until one of the two goes; `None`: the page has.
    async fn follow(&mut self, headers: &HeaderMap) -> Option<Reason> {
        let stopping = self.state.stopping.clone();
        let first = tokio::select! {
            () = stopping.cancelled() => return Some((CLOSE_GOING_AWAY, "the server stops")),
            first = timeout(FIRST_MESSAGE_TIMEOUT, self.first_message()) => first,
        };
        let Ok(Some(first)) = first else {
            return Some((CLOSE_BAD_MESSAGE, "say {\"token\": …, \"channels\": […]} first"));
        };
        let credentials = first.token.map_or_else(|| Credentials::of(headers), Credentials::Token);
        let viewer = match somebody(credentials.viewer(&self.state).await) {
            Ok(viewer) => viewer,
            Err(reason) => return Some(reason),
        };
        // listen before looking: what changes between the two is told twice, never lost
        let mut events = self.state.live.0.subscribe();
        let mut watched = Watched { credentials, viewer, wanted: first.channels, channels: HashMap::new() };
        let versions: serde_json::Map<_, _> = watched
            .versions(&self.state.ctx)
            .await
            .into_iter()
            .map(|(slug, version)| (slug.to_string(), version.into()))
            .collect();
        if self
            .send(Message::Text(serde_json::json!({ "ready": true, "versions": versions }).to_string().into()))
            .await
            .is_break()
        {
            return None;
        }
        let mut heartbeat = interval(HEARTBEAT);
        let mut heard = Instant::now();
        loop {
            tokio::select! {
                () = stopping.cancelled() => return Some((CLOSE_GOING_AWAY, "the server stops")),
                event = events.recv() => {
                    if let Ok(event) = &event && !watched.concerns(event) {
                        continue;
                    }
                    if let Err(reason) = watched.see_who_asks(&self.state).await {
                        return Some(reason);
                    }
                    let told = match event {
                        Ok(event) => watched.tell(self, &event).await,
                        // fell behind: the versions of now say the same as all events missed
                        Err(broadcast::error::RecvError::Lagged(_)) => watched.tell_all(self).await,
                        Err(broadcast::error::RecvError::Closed) => return Some((CLOSE_GOING_AWAY, "the server stops")),
                    };
                    if told.is_break() {
                        return None;
                    }
                }
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    Some(Ok(_)) => heard = Instant::now(),
                },
                _ = heartbeat.tick() => {
                    if heard.elapsed() > SILENCE_MAX || self.send(Message::Ping(Vec::new().into())).await.is_break() {
                        return None;
                    }
                    if let Err(reason) = watched.see_who_asks(&self.state).await {
                        return Some(reason);
                    }
                    watched.look(&self.state.ctx).await;
                }
            }
        }
    }

    async fn first_message(&mut self) -> Option<FirstMessage> {
        loop {
            match self.socket.recv().await?.ok()? {
                Message::Text(text) => return serde_json::from_str(&text).ok(),
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Binary(_) | Message::Close(_) => return None,
            }
        }
    }

    async fn send(&mut self, message: Message) -> ControlFlow<()> {
        match timeout(SEND_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }

    async fn send_version(&mut self, slug: &str, version: i64) -> ControlFlow<()> {
        let text = serde_json::json!({ "channel": slug, "data_version": version }).to_string();
        self.send(Message::Text(text.into())).await
    }
}

fn somebody(viewer: services::Result<Option<Viewer>>) -> Result<Viewer, Reason> {
    match viewer {
        Ok(Some(viewer)) => Ok(viewer),
        Ok(None) => Err((CLOSE_SIGN_IN, "sign in first")),
        Err(_) => Err((CLOSE_TRY_AGAIN, "not available just now")),
    }
}

/// The channels a page hears about: those asked for, of those its viewer may see.
struct Watched {
    credentials: Credentials,
    /// who that was when last asked
    viewer: Viewer,
    wanted: Option<Vec<String>>,
    /// `None`: another's, or not asked for
    channels: HashMap<ChannelId, Option<Followed>>,
}

struct Followed {
    slug: Arc<str>,
    /// the newest version the page was told
    told: i64,
}

impl Watched {
    /// A page stays open for days: meanwhile its session may end, and its viewer be removed or given another role.
    async fn see_who_asks(&mut self, state: &AppState) -> Result<(), Reason> {
        let viewer = somebody(self.credentials.viewer_of_open_page(state).await)?;
        if viewer != self.viewer {
            self.viewer = viewer;
            self.look(&state.ctx).await;
        }
        Ok(())
    }

    /// Whether the page may have to be told.
    fn concerns(&self, event: &Event) -> bool {
        match self.channels.get(&event.channel_id) {
            Some(Some(followed)) => followed.told < event.version,
            Some(None) => false,
            None => true,
        }
    }

    async fn tell(&mut self, page: &mut Page, event: &Event) -> ControlFlow<()> {
        if !self.channels.contains_key(&event.channel_id) {
            // new since the last look, or not for this viewer
            self.look(&page.state.ctx).await;
            self.channels.entry(event.channel_id).or_insert(None);
        }
        match self.channels.get_mut(&event.channel_id) {
            Some(Some(followed)) if followed.told < event.version => {
                followed.told = event.version;
                page.send_version(&followed.slug, event.version).await
            }
            _ => ControlFlow::Continue(()),
        }
    }

    async fn tell_all(&mut self, page: &mut Page) -> ControlFlow<()> {
        for (slug, version) in self.versions(&page.state.ctx).await {
            page.send_version(&slug, version).await?;
        }
        ControlFlow::Continue(())
    }

    /// The versions of now, which count as told.
    async fn versions(&mut self, ctx: &Ctx) -> Vec<(Arc<str>, i64)> {
        self.look(ctx).await;
        let mut versions = Vec::new();
        for (id, followed) in &mut self.channels {
            // what cannot be read now is told with its next change
            if let Some(followed) = followed
                && let Ok(version) = data_version(ctx, *id).await
            {
                followed.told = version;
                versions.push((followed.slug.clone(), version));
            }
        }
        versions
    }

    async fn look(&mut self, ctx: &Ctx) {
        // what cannot be read now is read at the next event
        let Ok(channels) = services::channels::visible(ctx, &self.viewer).await else { return };
        // anew, so that those that are not visible any more are forgotten
        let mut before = std::mem::take(&mut self.channels);
        for channel in channels {
            let slug = channel.slug();
            let wanted =
                self.wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|name| name.eq_ignore_ascii_case(&slug)));
            let told = before.remove(&channel.id).flatten().map_or(0, |followed| followed.told);
            self.channels.insert(channel.id, wanted.then(|| Followed { slug: slug.into(), told }));
        }
    }
}

async fn data_version(ctx: &Ctx, channel: ChannelId) -> store::Result<i64> {
    let mut tx = ctx.db.read().await?;
    Ok(store::analytics::data_version(&mut tx, channel).await?.0)
}
