//! Spans for an OpenTelemetry collector, where the settings name one: of every request and job, with what they wait for.
//!
//! They are sent in the background and in bulk. A collector that is away costs its spans and nothing else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::{MatchedPath, Request};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::config::TraceSettings;
use crate::failure::Failure;

/// As collectors list it.
const SERVICE: &str = "analyticbot";
const PATH: &str = "/v1/traces";
/// How long a collector may take to accept a batch.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);
/// What a process that ends waits for its last spans.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
/// What a collector says to a batch is a few bytes.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Whether spans of this process go anywhere: what only a collector reads is not written otherwise.
static EXPORTING: AtomicBool = AtomicBool::new(false);

/// Sends what is left when it is dropped.
pub struct Exporter(SdkTracerProvider);

impl Drop for Exporter {
    fn drop(&mut self) {
        // whatever could not be sent by then is lost; the log has said so if the collector refuses
        let _ = self.0.shutdown_with_timeout(FLUSH_TIMEOUT);
    }
}

/// Begins to send spans to `endpoint`; their HTTP runs on `runtime`.
pub fn export(settings: &TraceSettings, endpoint: &str, runtime: Handle) -> Result<(SdkTracer, Exporter), Failure> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(CollectorClient {
            client: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
            runtime,
        })
        .with_endpoint(format!("{}{PATH}", endpoint.trim_end_matches('/')))
        .build()
        .map_err(|error| Failure::usage("trace.otlp_endpoint", format!("trace.otlp_endpoint {endpoint}: {error}")))?;
    let sampled = Sampler::TraceIdRatioBased(f64::from(settings.sampled_percent) / 100.0);
    let resource = Resource::builder()
        .with_service_name(SERVICE)
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(sampled)))
        .with_resource(resource.build())
        .build();
    let tracer = provider.tracer(SERVICE);
    EXPORTING.store(true, Ordering::Relaxed);
    Ok((tracer, Exporter(provider)))
}

/// The span of a request, before anything is inside it: part of its caller's trace, if it is one of a trace (W3C
/// `traceparent`), and named by OpenTelemetry's semantic conventions for HTTP.
pub fn begin_request(span: &Span, request: &Request, route: Option<&MatchedPath>) {
    if !EXPORTING.load(Ordering::Relaxed) {
        return;
    }
    let caller = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    if caller.span().span_context().is_valid() {
        // only a span that has begun already refuses
        let _ = span.set_parent(caller);
    }
    span.record("otel.kind", "server");
    match route {
        Some(route) => {
            span.record("otel.name", format!("{} {}", request.method(), route.as_str()));
            span.record("http.route", route.as_str());
        }
        None => _ = span.record("otel.name", request.method().as_str()),
    }
}

/// How it ended.
pub fn end_request(span: &Span, status: StatusCode) {
    if EXPORTING.load(Ordering::Relaxed) {
        span.record("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
        }
    }
}

/// Posts batches. They are put together on a thread of their own, which knows no runtime, so each is sent on ours.
#[derive(Debug)]
struct CollectorClient {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for CollectorClient {
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let sent = self.client.request(request.map(Full::new));
        let answer = async {
            let (head, body) = sent.await?.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await?.to_bytes();
            Ok::<_, HttpError>(http::Response::from_parts(head, body))
        };
        self.runtime.spawn(async { tokio::time::timeout(SEND_TIMEOUT, answer).await }).await??
    }
}
