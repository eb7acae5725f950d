//! What Prometheus reads: latency by route, where answers were found, the database's connections, the job queue.
//!
//! On an address of its own (`server.metrics_bind`), or on the app's behind a token (`server.metrics_token`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use metrics::Histogram;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use subtle::ConstantTimeEq as _;
use tokio_util::sync::CancellationToken;

use crate::api::answering::Level;
use crate::problem::Problem;
use crate::sign_in::bearer;
use crate::state::AppState;

const REQUESTS: &str = "analyticbot_http_request_seconds";
const ANSWERS: &str = "analyticbot_api_answers_total";
const REDIS: &str = "analyticbot_redis_requests_total";
const REDIS_UP: &str = "analyticbot_redis_up";
const CONNECTIONS: &str = "analyticbot_database_connections";
const JOBS: &str = "analyticbot_jobs";
const JOBS_LATE: &str = "analyticbot_jobs_late_seconds";

/// Upper ends of the latency histogram, seconds.
const SECONDS: [f64; 14] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// What was measured is summed up this often, also when nobody reads it.
const UPKEEP: Duration = Duration::from_secs(5);
/// The queue's numbers are left out rather than waited for.
const DATABASE_TIMEOUT: Duration = Duration::from_millis(500);

/// One for the process, as the recorder is.
static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

fn handle() -> &'static PrometheusHandle {
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            // only an empty list is refused
            .unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // another recorder in the same process would be a test's; ours then stays empty
        _ = metrics::set_global_recorder(recorder);
        metrics::describe_histogram!(REQUESTS, metrics::Unit::Seconds, "Time to answer, by route, method and status");
        metrics::describe_counter!(ANSWERS, "Answers of the public API by where they were found");
        metrics::describe_counter!(REDIS, "Requests to Redis by what was asked and what came of it");
        metrics::describe_gauge!(REDIS_UP, "1 while Redis is used, 0 while it is left out");
        metrics::describe_gauge!(CONNECTIONS, "Connections to the database by state");
        metrics::describe_gauge!(JOBS, "Jobs by state");
        metrics::describe_gauge!(JOBS_LATE, metrics::Unit::Seconds, "How long the oldest waiting job is overdue");
        handle
    })
}

/// Begins to count, and sums up until `stopping`.
pub fn start(stopping: CancellationToken) {
    let handle = handle();
    tokio::spawn(async move {
        while tokio::time::timeout(UPKEEP, stopping.cancelled()).await.is_err() {
            handle.run_upkeep();
        }
    });
}

pub fn count_answer(level: Level) {
    metrics::counter!(ANSWERS, "level" => level.as_str()).increment(1);
}

/// What Redis is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedisRequest {
    /// an answer, for this replica
    Find,
    /// to keep one, for others
    Keep,
    /// one of a quota
    Take,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedisOutcome {
    Hit,
    Miss,
    Done,
    /// an error, or no answer in time
    Failed,
    /// not asked, as it has failed a moment ago
    LeftOut,
}

pub fn count_redis(request: RedisRequest, outcome: RedisOutcome) {
    let request = match request {
        RedisRequest::Find => "find",
        RedisRequest::Keep => "keep",
        RedisRequest::Take => "take",
    };
    let outcome = match outcome {
        RedisOutcome::Hit => "hit",
        RedisOutcome::Miss => "miss",
        RedisOutcome::Done => "done",
        RedisOutcome::Failed => "failed",
        RedisOutcome::LeftOut => "left_out",
    };
    metrics::counter!(REDIS, "request" => request, "outcome" => outcome).increment(1);
}

pub fn set_redis_up(up: bool) {
    metrics::gauge!(REDIS_UP).set(if up { 1.0 } else { 0.0 });
}

/// Those of one route.
type Histograms = Vec<(Method, StatusCode, Histogram)>;

thread_local! {
    /// Histograms by route, then method and status: finding one by its labels costs more than counting.
    static HISTOGRAMS: RefCell<HashMap<String, Histograms>> = RefCell::default();
}

/// Addresses that nobody has thought of are one row, so that strangers cannot make many.
pub fn count_request(method: &Method, route: Option<&MatchedPath>, status: StatusCode, took: Duration) {
    // before the recorder is there, a histogram would go nowhere for ever
    if HANDLE.get().is_none() {
        return;
    }
    let route = route.map_or("other", MatchedPath::as_str);
    HISTOGRAMS.with_borrow_mut(|by_route| {
        let known = by_route.get(route).and_then(|all| all.iter().find(|(m, s, _)| m == method && *s == status));
        if let Some((_, _, histogram)) = known {
            return histogram.record(took);
        }
        let histogram = histogram(method, route, status);
        histogram.record(took);
        // methods that anybody may invent are not kept
        if METHODS.contains(method) {
            by_route.entry(route.to_owned()).or_default().push((method.clone(), status, histogram));
        }
    });
}

const METHODS: [Method; 3] = [Method::GET, Method::HEAD, Method::POST];

fn histogram(method: &Method, route: &str, status: StatusCode) -> Histogram {
    let method = METHODS.iter().find(|known| *known == method).map_or("other", Method::as_str).to_owned();
    metrics::histogram!(
        REQUESTS, "route" => route.to_owned(), "method" => method, "status" => status.as_u16().to_string()
    )
}

/// Routes of an address that is nobody else's business.
pub fn own_router(state: AppState) -> Router {
    Router::new().route("/metrics", get(text)).with_state(state)
}

/// The same on the app's address, for whoever has the token; without one in the settings there is nothing.
pub async fn behind_token(state: State<AppState>, request: Request) -> Response {
    let Some(token) = &state.metrics_token else {
        return Problem::new(StatusCode::NOT_FOUND, "there is nothing at /metrics").into_response();
    };
    let presented = bearer(request.headers()).unwrap_or_default();
    if !bool::from(presented.as_bytes().ct_eq(token.as_bytes())) {
        let challenge = http::HeaderValue::from_static("Bearer realm=\"metrics\"");
        return Problem::new(StatusCode::UNAUTHORIZED, "the token of server.metrics_token is needed")
            .with_header(WWW_AUTHENTICATE, challenge)
            .into_response();
    }
    text(state).await
}

async fn text(State(state): State<AppState>) -> Response {
    let connections = state.ctx.db.connections();
    for (kind, number) in [("open", connections.open), ("idle", connections.idle), ("allowed", connections.allowed)] {
        metrics::gauge!(CONNECTIONS, "state" => kind).set(f64::from(number));
    }
    if let Ok(Ok(jobs)) = tokio::time::timeout(DATABASE_TIMEOUT, jobs(&state)).await {
        for (kind, number) in jobs.counts {
            metrics::gauge!(JOBS, "state" => kind).set(number as f64);
        }
        metrics::gauge!(JOBS_LATE).set(jobs.late_s as f64);
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle().render()).into_response()
}

struct Jobs {
    counts: [(&'static str, i64); 3],
    late_s: i64,
}

async fn jobs(state: &AppState) -> store::Result<Jobs> {
    let stats = store::jobs::stats(&mut state.ctx.db.read().await?).await?;
    let count = |wanted: &str| stats.iter().filter(|stat| stat.state == wanted).map(|stat| stat.jobs).sum();
    let oldest = stats.iter().filter(|stat| stat.state == "waiting").map(|stat| stat.oldest_run_at).min();
    Ok(Jobs {
        counts: ["waiting", "running", "failed"].map(|wanted| (wanted, count(wanted))),
        late_s: oldest.map_or(0, |at| (state.ctx.now() - at).max(0)),
    })
}
