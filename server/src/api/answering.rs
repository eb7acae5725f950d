//! From a request to a response: nothing is computed that the client has, that is kept here or by another replica, or
//! that somebody else is computing just now. Where computing takes long, an answer that was right a moment ago is
//! served meanwhile (docs/adr/0011).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use domain::zone::Zone;
use http::header::{AGE, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LAST_MODIFIED, PRAGMA, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use moka::future::Cache as Moka;
use services::Viewer;
use services::analytics::Demand;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Instrument as _;

use super::quota::{Quota, Standing};
use super::subject::{Asked, Stamp, Subject};
use crate::problem::Problem;
use crate::shared;
use crate::state::AppState;

/// Bytes of answers kept. Together with the measured ranges this keeps an idle server under 100 MiB.
const ANSWERS_BYTES_MAX: u64 = 16 << 20;
/// What nobody asks for goes.
const IDLE: Duration = Duration::from_mins(10);
/// What an entry takes besides its bytes, about.
const ENTRY_BYTES: usize = 200;
/// Questions whose last answer is remembered.
const QUESTIONS_MAX: u64 = 20_000;
/// How often a channel may be written to while it is read, before the caller is asked to come back.
const TRIES: usize = 4;
/// How long the newest answer is waited for where the one before may be served instead.
const FRESH_WAIT: Duration = Duration::from_millis(200);

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Answers as they go out. Cloning shares it.
#[derive(Clone)]
pub struct Answers {
    /// by what they depend on: a new data version makes the old ones unreachable
    kept: Moka<[u8; 16], Kept>,
    /// by question: which answer was the newest last
    last: Moka<[u8; 16], Stamp>,
}

#[derive(Clone)]
struct Kept {
    body: Bytes,
    /// when it was known to be the newest, unix seconds
    newest_at: Arc<AtomicI64>,
}

/// Where an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// the client has it
    Client,
    /// kept in this process
    Process,
    /// computed by another replica
    Shared,
    /// kept in this process, and not the newest any more
    Stale,
    Computed,
}

impl Level {
    /// As metrics and the header Cache-Status (RFC 9211) name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Process => "process",
            Self::Shared => "shared",
            Self::Stale => "stale",
            Self::Computed => "computed",
        }
    }

    fn cache_status(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Client => "analyticbot; hit; detail=client",
            Self::Process => "analyticbot; hit; detail=process",
            Self::Shared => "analyticbot; hit; detail=shared",
            Self::Stale => "analyticbot; hit; detail=stale",
            Self::Computed => "analyticbot; fwd=miss",
        })
    }
}

/// Why there is no answer, shared by all who waited for it.
#[derive(Debug, Clone)]
enum Lack {
    /// the channel was written to in the meantime
    Moved,
    /// no other replica has it
    NotShared,
    Problem(Arc<Problem>),
}

/// An answer of the version before, and how old it is.
struct Older {
    stamp: Stamp,
    body: Bytes,
    /// seconds since it was known to be the newest
    age_s: i64,
}

impl Answers {
    pub fn new() -> Self {
        let weigh = |_: &[u8; 16], kept: &Kept| u32::try_from(kept.body.len() + ENTRY_BYTES).unwrap_or(u32::MAX);
        Self {
            kept: Moka::builder().max_capacity(ANSWERS_BYTES_MAX).weigher(weigh).time_to_idle(IDLE).build(),
            last: Moka::builder().max_capacity(QUESTIONS_MAX).time_to_idle(IDLE).build(),
        }
    }

    /// The answer of a tag that is the newest at `now`.
    async fn newest(&self, tag: &[u8; 16], now: i64) -> Option<Bytes> {
        let kept = self.kept.get(tag).await?;
        kept.newest_at.store(now, Ordering::Relaxed);
        Some(kept.body)
    }

    /// The last answer to a question, if it is younger than it says it may be kept.
    async fn older(&self, question: &[u8; 16], now: i64) -> Option<Older> {
        let stamp = self.last.get(question).await?;
        let kept = self.kept.get(&stamp.tag).await?;
        let age_s = now - kept.newest_at.load(Ordering::Relaxed);
        (0..i64::from(stamp.max_age_s)).contains(&age_s).then_some(Older { stamp, body: kept.body, age_s })
    }
}

impl Kept {
    fn new(body: Bytes, now: i64) -> Self {
        Self { body, newest_at: Arc::new(AtomicI64::new(now)) }
    }
}

impl Default for Answers {
    fn default() -> Self {
        Self::new()
    }
}

/// What the client says about answers it has and wants.
#[derive(Debug, PartialEq, Eq)]
struct Wishes<'a> {
    none_match: Vec<&'a str>,
    /// `no-cache`: computed afresh, whatever is kept
    afresh: bool,
    /// `max-age=0`: what is kept will do, if it is of the newest version
    newest: bool,
}

impl<'a> Wishes<'a> {
    fn of(headers: &'a HeaderMap) -> Self {
        let values = |name: HeaderName| {
            headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','))
        };
        let mut directives = values(CACHE_CONTROL).chain(values(PRAGMA)).map(str::trim);
        let (mut afresh, mut newest) = (false, false);
        for directive in directives.by_ref() {
            afresh |= directive.eq_ignore_ascii_case("no-cache") || directive.eq_ignore_ascii_case("no-store");
            newest |= directive.eq_ignore_ascii_case("max-age=0");
        }
        Self { none_match: values(IF_NONE_MATCH).map(str::trim).collect(), afresh, newest }
    }

    fn demand(&self) -> Demand {
        if self.afresh || self.newest { Demand::Now } else { Demand::Recent }
    }

    /// Whether an answer that was right a moment ago will do. Who says which one they have asks whether it is still.
    fn content_with_older(&self) -> bool {
        !self.afresh && !self.newest && self.none_match.is_empty()
    }

    /// Weak comparison, as RFC 9110 asks for.
    fn has(&self, etag: &str) -> bool {
        self.none_match.iter().any(|tag| *tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    }
}

pub async fn answer(
    state: &AppState,
    viewer: &Viewer,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<Response, Problem> {
    let wishes = Wishes::of(headers);
    let mut demand = wishes.demand();
    for _ in 0..TRIES {
        let subject = asked.subject(&state.ctx, viewer, demand).await?;
        let stamp = asked.stamp(&subject);
        if !wishes.afresh && wishes.has(&etag(&stamp)) {
            let standing = state.api.quota.look(viewer).await;
            return Ok(respond(&stamp, Level::Client, standing, Bytes::new()));
        }
        let deadline = shared::deadline();
        if !wishes.afresh
            && let Some((level, body)) = find(state, asked, &subject, &stamp, deadline).await
        {
            let standing = state.api.quota.look(viewer).await;
            return Ok(respond(&stamp, level, standing, body));
        }
        let standing = take(&state.api.quota, viewer, deadline).await?;
        let older = if wishes.content_with_older() {
            state.api.answers.older(&asked.question(&subject), state.ctx.now()).await
        } else {
            None
        };
        let task = Task { state: state.clone(), viewer: viewer.clone(), asked: asked.clone(), subject, stamp };
        let computed = match older {
            None => task.run(wishes.afresh).await,
            Some(older) => match task.run_or(older).await {
                Ok(computed) => computed,
                Err(older) => return Ok(respond_with_older(older, standing)),
            },
        };
        match computed {
            Ok(body) => return Ok(respond(&stamp, Level::Computed, standing, body)),
            Err(Lack::Problem(problem)) => return Err(problem.again()),
            Err(Lack::Moved | Lack::NotShared) => demand = Demand::Now,
        }
    }
    Err(Problem::unavailable("the channel is being written to without a pause; try again in a moment"))
}

async fn take(quota: &Quota, viewer: &Viewer, deadline: Instant) -> Result<Option<Standing>, Problem> {
    let standing = quota.take(viewer, deadline).await;
    match standing {
        Some(standing) if standing.wait.is_some() => {
            let detail = "the quota of computed answers is used up; answers that are kept and 304 stay free";
            let mut problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, detail);
            standing.write(&mut problem.headers);
            Err(problem)
        }
        standing => Ok(standing),
    }
}

/// What is kept here, or by another replica. Many who ask at once wait for one look at Redis; who meets a computation
/// of the same, waits for it no longer than for Redis.
async fn find(
    state: &AppState,
    asked: &Asked,
    subject: &Subject,
    stamp: &Stamp,
    deadline: Instant,
) -> Option<(Level, Bytes)> {
    let (answers, now) = (&state.api.answers, state.ctx.now());
    if let Some(body) = answers.newest(&stamp.tag, now).await {
        return Some((Level::Process, body));
    }
    let shared = state.api.shared.as_ref().filter(|shared| shared.is_up())?;
    let mut level = Level::Process;
    let look = async {
        let body = shared.answer(&stamp.tag, deadline).await.ok_or(Lack::NotShared)?;
        level = Level::Shared;
        answers.last.insert(asked.question(subject), *stamp).await;
        Ok::<_, Lack>(Kept::new(body, now))
    };
    let kept = timeout_at(deadline, answers.kept.try_get_with(stamp.tag, look)).await.ok()?.ok()?;
    Some((level, kept.body))
}

/// One computation, which may outlive the request that asked for it.
struct Task {
    state: AppState,
    viewer: Viewer,
    asked: Asked,
    subject: Subject,
    stamp: Stamp,
}

impl Task {
    /// Many who ask for the same at once wait for one computation, unless they want their own.
    async fn run(self, afresh: bool) -> Result<Bytes, Lack> {
        let kept = &self.state.api.answers.kept;
        if afresh {
            let computed = Box::pin(self.compute()).await?;
            kept.insert(self.stamp.tag, computed.clone()).await;
            return Ok(computed.body);
        }
        loop {
            match kept.try_get_with(self.stamp.tag, Box::pin(self.compute())).await.map_err(|lack| (*lack).clone()) {
                Ok(kept) => return Ok(kept.body),
                // joined somebody who only looked at Redis
                Err(Lack::NotShared) => {}
                Err(lack) => return Err(lack),
            }
        }
    }

    /// The newest answer if it comes soon; the older one, while the newest is computed on, or while there is none
    /// because the database is away.
    async fn run_or(self, older: Older) -> Result<Result<Bytes, Lack>, Older> {
        let mut running = tokio::spawn(self.run(false).in_current_span());
        match timeout(FRESH_WAIT, &mut running).await {
            Ok(Ok(Err(Lack::Problem(problem)))) if problem.status == StatusCode::SERVICE_UNAVAILABLE => Err(older),
            Ok(Ok(computed)) => Ok(computed),
            Ok(Err(failed)) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // the process ends
                Err(_) => Err(older),
            },
            Err(_) => Err(older),
        }
    }

    #[tracing::instrument(skip_all)]
    async fn compute(&self) -> Result<Kept, Lack> {
        let Self { state, viewer, asked, subject, stamp } = self;
        let body = match asked.compute(&state.ctx, viewer, subject).await {
            Ok(Some(body)) => Bytes::from(body),
            Ok(None) => return Err(Lack::Moved),
            Err(problem) => return Err(Lack::Problem(Arc::new(problem))),
        };
        if let Some(shared) = &state.api.shared {
            shared.keep_answer(&stamp.tag, body.clone());
        }
        state.api.answers.last.insert(asked.question(subject), *stamp).await;
        Ok(Kept::new(body, state.ctx.now()))
    }
}

/// Quoted and strong: the same tag is the same bytes.
fn etag(stamp: &Stamp) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(stamp.tag))
}

fn respond(stamp: &Stamp, level: Level, standing: Option<Standing>, body: Bytes) -> Response {
    crate::metrics::count_answer(level);
    let is_known = level == Level::Client;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let headers = response.headers_mut();
    let age = stamp.max_age_s;
    let set = |headers: &mut HeaderMap, name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    };
    set(headers, ETAG, &etag(stamp));
    set(headers, LAST_MODIFIED, &http_date(stamp.changed_at));
    set(headers, CACHE_CONTROL, &format!("private, max-age={age}, stale-while-revalidate={age}"));
    headers.insert(VARY, HeaderValue::from_static("authorization"));
    headers.insert(CACHE_STATUS, level.cache_status());
    if !is_known {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(standing) = standing {
        standing.write(headers);
    }
    response
}

/// With its own tag and date, and since when it is no longer known to be the newest (RFC 9111, 5.1): whoever keeps it
/// keeps it so much shorter.
fn respond_with_older(older: Older, standing: Option<Standing>) -> Response {
    let mut response = respond(&older.stamp, Level::Stale, standing, older.body);
    response.headers_mut().insert(AGE, older.age_s.into());
    response
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn http_date(at: i64) -> String {
    Zone::utc().local(at).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(HeaderName, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn what_a_client_wishes() {
        let nothing = HeaderMap::new();
        assert_eq!(Wishes::of(&nothing), Wishes { none_match: Vec::new(), afresh: false, newest: false });
        let asked = headers(&[(IF_NONE_MATCH, "\"a\", W/\"b\""), (CACHE_CONTROL, "foo, Max-Age=0")]);
        let wishes = Wishes::of(&asked);
        assert!(wishes.has("\"a\"") && wishes.has("\"b\"") && !wishes.has("\"c\"") && !wishes.has("a"));
        assert_eq!((wishes.afresh, wishes.newest, wishes.demand()), (false, true, Demand::Now));
        for (name, value) in [(CACHE_CONTROL, "no-cache"), (PRAGMA, "no-cache"), (CACHE_CONTROL, "no-store, x")] {
            assert!(Wishes::of(&headers(&[(name, value)])).afresh, "{value}");
        }
        assert!(Wishes::of(&headers(&[(IF_NONE_MATCH, "*")])).has("\"anything\""));
        assert!(Wishes::of(&nothing).content_with_older());
        for (name, value) in [(CACHE_CONTROL, "no-cache"), (CACHE_CONTROL, "max-age=0"), (IF_NONE_MATCH, "\"a\"")] {
            assert!(!Wishes::of(&headers(&[(name, value)])).content_with_older(), "{value}");
        }
    }

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[tokio::test]
    async fn answers_are_bounded_in_bytes() {
        let answers = Answers::new();
        for number in 0..60_u8 {
            answers.kept.insert([number; 16], Kept::new(Bytes::from(vec![0; 1 << 20]), 0)).await;
        }
        answers.kept.run_pending_tasks().await;
        assert!(answers.kept.weighted_size() <= ANSWERS_BYTES_MAX && answers.kept.entry_count() > 0);
    }

    #[tokio::test]
    async fn an_older_answer_ages_from_when_it_was_the_newest_last() {
        let (answers, question) = (Answers::new(), [9; 16]);
        let stamp = Stamp { tag: [1; 16], changed_at: 900, max_age_s: 30 };
        answers.kept.insert(stamp.tag, Kept::new(Bytes::from_static(b"{}"), 1_000)).await;
        assert!(answers.older(&question, 1_000).await.is_none(), "nobody has asked that");
        answers.last.insert(question, stamp).await;
        let age = async |now| answers.older(&question, now).await.map(|older| older.age_s);
        assert_eq!((age(1_000).await, age(1_029).await, age(1_030).await), (Some(0), Some(29), None));
        assert_eq!(age(999).await, None, "a clock set back");
        assert!(answers.newest(&stamp.tag, 1_100).await.is_some());
        assert_eq!((age(1_110).await, age(1_130).await), (Some(10), None));
    }
}
