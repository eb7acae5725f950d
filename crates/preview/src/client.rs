//! Asking for pages, politely: one request at a time with a pause between two, what `robots.txt` forbids not at all,
//! nothing before a wait that we were told is over, and nothing again that has not changed where the server can tell.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT_LANGUAGE, DATE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
    RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::error::{Error, PageError, Why};
use crate::page::{self, Page};
use crate::robots::Robots;
use crate::{Username, landing};

/// Our name to `robots.txt` and in the user agent.
const AGENT: &str = "AnalyticBot";
/// `robots.txt` is read again after that long (RFC 9309 §2.4).
const ROBOTS_FOR: Duration = Duration::from_hours(24);
/// Where the server says "too many" but not for how long.
const WAIT_DEFAULT: Duration = Duration::from_mins(5);
/// Nobody means more than that; the next try tells.
const WAIT_MAX: Duration = Duration::from_hours(24);

/// How a [`Client`] asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// without a slash at the end
    pub base: String,
    /// between the end of a request and the beginning of the next
    pub pause: Duration,
    /// of a request with its answer
    pub timeout: Duration,
    /// of an answer, uncompressed; a page of twenty posts takes about 200 kB
    pub bytes_max: usize,
    /// an address at which whoever runs this can be found
    pub contact: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base: "https://t.me".to_owned(),
            pause: Duration::from_secs(2),
            timeout: Duration::from_secs(20),
            bytes_max: 4 << 20,
            contact: None,
        }
    }
}

/// By what the server tells whether a page has changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// An answer to a question for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    Fresh(Fresh),
    /// as it was when the validators were given
    Unchanged,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    pub page: Page,
    pub validators: Validators,
}

/// Cloning shares the connection and the pauses.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    settings: Settings,
    /// whoever holds it asks
    turn: Arc<Mutex<Turn>>,
}

#[derive(Default)]
struct Turn {
    /// the next request begins no earlier
    pause_until: Option<Instant>,
    /// we were told to wait
    wait: Option<(Instant, Why)>,
    robots: Option<(Instant, Robots)>,
}

/// The settings of a client cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(String);

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Client {
    pub fn new(settings: Settings) -> Result<Self, Unusable> {
        let base = Url::parse(&settings.base)
            .ok()
            .filter(|base| matches!(base.scheme(), "http" | "https") && base.has_host() && base.path() == "/")
            .ok_or_else(|| {
                Unusable(format!("{:?}: write scheme and host only, such as https://t.me", settings.base))
            })?;
        let http = reqwest::Client::builder()
            .user_agent(user_agent(settings.contact.as_deref()))
            .redirect(Policy::none())
            .timeout(settings.timeout)
            .pool_max_idle_per_host(1)
            // settings are the only thing that decides where requests go
            .no_proxy()
            .build()
            .map_err(|error| Unusable(chain(&error)))?;
        Ok(Self { http, base, settings, turn: Arc::default() })
    }

    /// The newest posts, or those before an id; [`Fetched::Unchanged`] only where `known` is of the same page.
    pub async fn page(&self, name: &Username, before: Option<i64>, known: &Validators) -> Result<Fetched, Error> {
        let mut path = format!("/s/{name}");
        if let Some(before) = before {
            _ = write!(path, "?before={before}");
        }
        let mut turn = self.turn.lock().await;
        let headers = [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)];
        let response = self.ask(&mut turn, &path, headers).await?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::Unchanged);
        }
        if status.is_redirection() {
            return Err(self.without_preview(&mut turn, name, &response).await);
        }
        if status == StatusCode::NOT_FOUND {
            return Err(Error::NotFound);
        }
        if status != StatusCode::OK {
            return Err(Error::Status(status.as_u16()));
        }
        let validators = Validators {
            etag: header(response.headers(), &ETAG),
            last_modified: header(response.headers(), &LAST_MODIFIED),
        };
        let html = self.body(&mut turn, response).await?;
        drop(turn);
        let page = page::parse(&html)?;
        if let (Some(asked), Some(older)) = (before, page.before)
            && older >= asked
        {
            return Err(PageError::unreadable("link to older posts", &older.to_string()).into());
        }
        if !name.is(&page.channel.username) {
            return Err(Error::Elsewhere(format!("@{}", page.channel.username)));
        }
        Ok(Fetched::Fresh(Fresh { page, validators }))
    }

    /// Telegram leads from a preview that is not there to the page of the name, and only there we follow.
    async fn without_preview(&self, turn: &mut Turn, name: &Username, redirect: &Response) -> Error {
        let Some(location) = header(redirect.headers(), &LOCATION) else {
            return Error::Status(redirect.status().as_u16());
        };
        let leads = redirect.url().join(&location).ok();
        let is_landing = leads.is_some_and(|leads| {
            leads.origin() == self.base.origin() && leads.path().strip_prefix('/').is_some_and(|path| name.is(path))
        });
        if !is_landing {
            return Error::Elsewhere(location.chars().take(200).collect());
        }
        match self.landing(turn, name).await {
            Ok(html) => landing::read(&html),
            Err(error) => error,
        }
    }

    async fn landing(&self, turn: &mut Turn, name: &Username) -> Result<String, Error> {
        let response = self.ask(turn, &format!("/{name}"), []).await?;
        match response.status() {
            StatusCode::OK => self.body(turn, response).await,
            StatusCode::NOT_FOUND => Err(Error::NotFound),
            status => Err(Error::Status(status.as_u16())),
        }
    }

    /// One request that `robots.txt` allows.
    async fn ask<const N: usize>(
        &self,
        turn: &mut Turn,
        path: &str,
        headers: [(HeaderName, &Option<String>); N],
    ) -> Result<Response, Error> {
        if !self.robots(turn).await?.allows(path) {
            return Err(Error::Disallowed);
        }
        let mut request = self.request(path);
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        self.send(turn, request).await
    }

    /// As the server's `robots.txt` stands, read at most once in [`ROBOTS_FOR`].
    async fn robots<'a>(&self, turn: &'a mut Turn) -> Result<&'a Robots, Error> {
        if turn.robots.as_ref().is_none_or(|(read_at, _)| read_at.elapsed() >= ROBOTS_FOR) {
            let response = self.send(turn, self.request("/robots.txt")).await?;
            let robots = match response.status() {
                status if status.is_success() => Robots::parse(&self.body(turn, response).await?, AGENT),
                // RFC 9309 §2.3.1: who has none, or shows it to nobody, forbids nothing
                status if status.is_client_error() || status.is_redirection() => Robots::default(),
                _ => Robots::closed(),
            };
            turn.robots = Some((Instant::now(), robots));
        }
        turn.robots.as_ref().map(|(_, robots)| robots).ok_or(Error::Disallowed)
    }

    fn request(&self, path: &str) -> RequestBuilder {
        let address = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        // "subscribers" is looked for in English
        self.http.get(address).header(ACCEPT_LANGUAGE, "en")
    }

    /// Sends when it is time to. An answer that asks to wait is an error, and nothing is asked before that.
    async fn send(&self, turn: &mut Turn, request: RequestBuilder) -> Result<Response, Error> {
        if let Some((until, why)) = turn.wait {
            let wait = until.saturating_duration_since(Instant::now());
            if !wait.is_zero() {
                return Err(Error::Wait { wait, why });
            }
            turn.wait = None;
        }
        if let Some(until) = turn.pause_until {
            sleep_until(until).await;
        }
        let answer = request.send().await;
        turn.pause_until = Some(Instant::now() + self.settings.pause);
        let response = answer.map_err(|error| Error::Unreachable(chain(&error)))?;
        tracing::debug!(url = %response.url(), status = response.status().as_u16(), "asked for {}", response.url());
        let why = match response.status() {
            StatusCode::TOO_MANY_REQUESTS => Why::TooManyRequests,
            status if status.is_server_error() => Why::ServerTrouble,
            _ => return Ok(response),
        };
        let wait = retry_after(response.headers()).unwrap_or(WAIT_DEFAULT).clamp(Duration::from_secs(1), WAIT_MAX);
        turn.wait = Some((Instant::now() + wait, why));
        Err(Error::Wait { wait, why })
    }

    /// The whole answer, given up as soon as it is too long.
    async fn body(&self, turn: &mut Turn, mut response: Response) -> Result<String, Error> {
        let max = self.settings.bytes_max;
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| Error::Unreachable(chain(&error)))? {
            if bytes.len() + piece.len() > max {
                return Err(Error::TooLong { max });
            }
            bytes.extend_from_slice(&piece);
        }
        turn.pause_until = Some(Instant::now() + self.settings.pause);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Who we are and where to complain.
fn user_agent(contact: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    // what cannot stand in a header is left away
    match contact.filter(|contact| contact.bytes().all(|byte| byte.is_ascii_graphic())) {
        Some(contact) => format!("{AGENT}/{version} (channel statistics; +{contact})"),
        None => format!("{AGENT}/{version} (channel statistics)"),
    }
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Seconds, or a date, which is compared with the server's own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = header(headers, &RETRY_AFTER)?;
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let instant = |text: &str| jiff::fmt::rfc2822::parse(text.trim()).ok().map(|date| date.timestamp().as_second());
    let seconds = instant(&value)? - instant(&header(headers, &DATE)?)?;
    Some(Duration::from_secs(seconds.try_into().unwrap_or(0)))
}

/// An error and its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
