//! From a request to a response: nothing is computed that the client has, that is kept here, or that somebody else is
//! computing just now.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use domain::zone::Zone;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LAST_MODIFIED, PRAGMA, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use moka::future::Cache as Moka;
use services::Viewer;
use services::analytics::Demand;

use super::quota::{Quota, Standing};
use super::subject::{Asked, Stamp, Subject};
use crate::problem::Problem;
use crate::state::AppState;

/// Bytes of answers kept. Together with the measured ranges this keeps an idle server under 100 MiB.
const ANSWERS_BYTES_MAX: u64 = 16 << 20;
/// What nobody asks for goes.
const IDLE: Duration = Duration::from_mins(10);
/// What an entry takes besides its bytes, about.
const ENTRY_BYTES: usize = 200;
/// How often a channel may be written to while it is read, before the caller is asked to come back.
const TRIES: usize = 4;

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Answers as they go out, by what they depend on: a new data version makes the old ones unreachable. Cloning shares it.
#[derive(Clone)]
pub struct Answers(Moka<[u8; 16], Bytes>);

/// Where an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// the client has it
    Client,
    /// kept in this process
    Process,
    Computed,
}

impl Level {
    /// As metrics and the header Cache-Status (RFC 9211) name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Process => "process",
            Self::Computed => "computed",
        }
    }

    fn cache_status(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Client => "analyticbot; hit; detail=client",
            Self::Process => "analyticbot; hit; detail=process",
            Self::Computed => "analyticbot; fwd=miss",
        })
    }
}

/// Why there is no answer, shared by all who waited for it.
#[derive(Debug, Clone)]
enum Lack {
    /// the channel was written to in the meantime
    Moved,
    Problem(Arc<Problem>),
}

impl Answers {
    pub fn new() -> Self {
        let weigh = |_: &[u8; 16], body: &Bytes| u32::try_from(body.len() + ENTRY_BYTES).unwrap_or(u32::MAX);
        Self(Moka::builder().max_capacity(ANSWERS_BYTES_MAX).weigher(weigh).time_to_idle(IDLE).build())
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
        let etag = etag(&stamp);
        if !wishes.afresh && wishes.has(&etag) {
            let standing = state.api.quota.look(viewer).await;
            return Ok(respond(StatusCode::NOT_MODIFIED, &stamp, &etag, Level::Client, standing, Bytes::new()));
        }
        if !wishes.afresh
            && let Some(body) = state.api.answers.0.get(&stamp.tag).await
        {
            let standing = state.api.quota.look(viewer).await;
            return Ok(respond(StatusCode::OK, &stamp, &etag, Level::Process, standing, body));
        }
        let standing = take(&state.api.quota, viewer).await?;
        match compute(state, viewer, asked, &subject, &stamp, wishes.afresh).await {
            Ok(body) => return Ok(respond(StatusCode::OK, &stamp, &etag, Level::Computed, standing, body)),
            Err(Lack::Moved) => demand = Demand::Now,
            Err(Lack::Problem(problem)) => return Err(problem.again()),
        }
    }
    Err(Problem::unavailable("the channel is being written to without a pause; try again in a moment"))
}

async fn take(quota: &Quota, viewer: &Viewer) -> Result<Option<Standing>, Problem> {
    let standing = quota.take(viewer).await;
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

/// Many who ask for the same at once wait for one computation, unless they want their own.
#[tracing::instrument(skip_all)]
async fn compute(
    state: &AppState,
    viewer: &Viewer,
    asked: &Asked,
    subject: &Subject,
    stamp: &Stamp,
    afresh: bool,
) -> Result<Bytes, Lack> {
    let compute = Box::pin(async {
        match asked.compute(&state.ctx, viewer, subject).await {
            Ok(Some(body)) => Ok(Bytes::from(body)),
            Ok(None) => Err(Lack::Moved),
            Err(problem) => Err(Lack::Problem(Arc::new(problem))),
        }
    });
    let answers = &state.api.answers.0;
    if afresh {
        let body = compute.await?;
        answers.insert(stamp.tag, body.clone()).await;
        return Ok(body);
    }
    answers.try_get_with(stamp.tag, compute).await.map_err(|lack| (*lack).clone())
}

/// Quoted and strong: the same tag is the same bytes.
fn etag(stamp: &Stamp) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(stamp.tag))
}

fn respond(
    status: StatusCode,
    stamp: &Stamp,
    etag: &str,
    level: Level,
    standing: Option<Standing>,
    body: Bytes,
) -> Response {
    crate::metrics::count_answer(level);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let age = stamp.max_age_s;
    let set = |headers: &mut HeaderMap, name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    };
    set(headers, ETAG, etag);
    set(headers, LAST_MODIFIED, &http_date(stamp.changed_at));
    set(headers, CACHE_CONTROL, &format!("private, max-age={age}, stale-while-revalidate={age}"));
    headers.insert(VARY, HeaderValue::from_static("authorization"));
    headers.insert(CACHE_STATUS, level.cache_status());
    if status == StatusCode::OK {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(standing) = standing {
        standing.write(headers);
    }
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
            answers.0.insert([number; 16], Bytes::from(vec![0; 1 << 20])).await;
        }
        answers.0.run_pending_tasks().await;
        assert!(answers.0.weighted_size() <= ANSWERS_BYTES_MAX && answers.0.entry_count() > 0);
    }
}
