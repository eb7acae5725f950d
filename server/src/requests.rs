//! Around every request: an id (in the log, in the answer, on error pages), one access line, and a page instead of a
//! dead connection when something panics.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::{FutureExt as _, StreamExt as _};
use http::{HeaderName, HeaderValue, StatusCode};
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::problem::Problem;
use crate::{metrics, traces};

pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// Id of the running request; empty outside of one.
pub fn current_id() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Addresses that carry a secret, up to it: an invitation's link makes whoever has it a member.
const BEFORE_SECRETS: [&str; 1] = ["/invite/"];

/// The path as it may stand in a log.
fn without_secret(path: &str) -> String {
    let masked = BEFORE_SECRETS.iter().find(|start| path.starts_with(**start));
    masked.map_or_else(|| path.to_owned(), |start| format!("{start}…"))
}

/// A number that differs from process to process, then one that counts: unique without asking for randomness each time.
pub fn next_id() -> String {
    static PROCESS: OnceLock<u32> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(1);
    // a new hash state is seeded by the operating system's randomness
    let process = PROCESS.get_or_init(|| RandomState::new().build_hasher().finish() as u32);
    format!("{process:08x}-{:x}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The outermost layer.
pub async fn observe(request: Request, next: Next) -> Response {
    let id = next_id();
    let method = request.method().clone();
    let path = without_secret(request.uri().path());
    let is_api = path.starts_with("/api/");
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!(
        "request",
        id,
        %method,
        path,
        otel.name = Empty,
        otel.kind = Empty,
        otel.status_code = Empty,
        http.route = Empty,
        http.response.status_code = Empty,
    );
    traces::begin_request(&span, &request, route.as_ref());
    let started = Instant::now();
    let answer = CURRENT.scope(id.clone(), AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()));
    let mut response = if let Ok(response) = answer.await {
        response
    } else {
        tracing::error!(parent: &span, "request {id} panicked: {method} {path}");
        failure_page(&id, is_api)
    };
    if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(id)) {
        response.headers_mut().insert(REQUEST_ID_HEADER, value);
    }
    let (status, took) = (response.status(), started.elapsed());
    metrics::count_request(&method, route.as_ref(), status, took);
    traces::end_request(&span, status);
    let (status, ms) = (status.as_u16(), took.as_millis() as u64);
    tracing::info!(parent: &span, status, ms, "{method} {path} {status} in {ms} ms");
    response.map(|body| guard_stream(body, span))
}

/// A panic while a page is still being streamed ends the page with a sentence.
fn guard_stream(body: Body, span: tracing::Span) -> Body {
    use axum::body::HttpBody as _;
    // a body of known size is complete: nothing is left to run
    if body.size_hint().exact().is_some() {
        return body;
    }
    let stream = AssertUnwindSafe(body.into_data_stream()).catch_unwind().map(move |chunk| {
        chunk.unwrap_or_else(|_| {
            tracing::error!(parent: &span, "the page panicked while it was streamed");
            Ok(Bytes::from_static(b"<p>Something failed on our side. Reload the page.</p>"))
        })
    });
    Body::from_stream(stream)
}

fn failure_page(id: &str, is_api: bool) -> Response {
    if is_api {
        let detail = "something failed on our side; the request id finds it in the log";
        let problem = Problem { request_id: id.to_owned(), ..Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail) };
        return axum::response::IntoResponse::into_response(problem);
    }
    page(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something failed on our side",
        &format!("Try again. If it stays so, tell whoever runs this server the number <code>{id}</code>."),
    )
}

/// A page that needs neither the app nor its styles. `text` may hold markup, and nothing that a visitor typed.
pub fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <body style=\"font:1rem/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem\"><h1>{title}</h1><p>{text}</p><p><a href=\"/\">To the dashboard</a></p>"
    );
    axum::response::IntoResponse::into_response((status, axum::response::Html(html)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_does_not_hold_the_key_to_the_house() {
        assert_eq!(without_secret("/invite/5ecret"), "/invite/…");
        assert_eq!(without_secret("/channels/x"), "/channels/x");
        assert_ne!(next_id(), next_id());
    }
}
