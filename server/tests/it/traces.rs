//! Spans, as a collector gets them: OTLP over a real connection.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message as _;

use crate::program::{Program, Server, get_with, pause};

const CALLER: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLERS_SPAN: &str = "b7ad6b7169203331";

/// Accepts what OpenTelemetry's exporters post; a test receives it.
fn collector() -> (SocketAddr, Receiver<ExportTraceServiceRequest>) {
    let (sender, received) = channel();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    listener.set_nonblocking(true).expect("as the runtime wants it");
    std::thread::spawn(move || {
        let accept = move |body: Bytes| {
            let batch = ExportTraceServiceRequest::decode(body).expect("OTLP");
            // a test that has seen enough no longer listens
            let _ = sender.send(batch);
            async {}
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, axum::Router::new().route("/v1/traces", post(accept))).await
        })
    });
    (address, received)
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    match value(attributes, key)? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

fn value<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    let AnyValue { value } = attribute.value.as_ref()?;
    value.as_ref()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// Everything the collector was sent until the server had ended.
fn spans_of(server: Server, received: &Receiver<ExportTraceServiceRequest>) -> (Vec<Span>, String) {
    server.signal("TERM");
    let (code, _, log) = server.ended(Duration::from_secs(25));
    assert_eq!(code, Some(0), "{log}");
    let mut spans = Vec::new();
    for batch in received.try_iter() {
        for resource_spans in batch.resource_spans {
            let resource = resource_spans.resource.expect("a resource");
            assert_eq!(text(&resource.attributes, "service.name"), Some("analyticbot"));
            spans.extend(resource_spans.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    (spans, log)
}

#[test]
fn a_request_is_part_of_its_callers_trace_and_shows_what_it_waited_for() {
    let (address, received) = collector();
    let program = Program::new()
        .with("ANALYTICBOT_TRACE__OTLP_ENDPOINT", &format!("http://{address}"))
        // a caller that is traced is traced on, whatever is sampled of the rest
        .with("ANALYTICBOT_TRACE__SAMPLED_PERCENT", "0");
    program.done(&["demo", "--channels", "1", "--days", "10"]);
    let key = program.json(&["apikey", "create"])["key"].as_str().expect("a key").to_owned();
    let channel = program.json(&["channel", "list"])["channels"][0]["channel"].as_str().expect("a channel").to_owned();
    let server = program.serve(&["--roles", "web"]);
    let path = format!("/api/v2/channels/{channel}/overview");
    let authorization = format!("Bearer {key}");
    let ask = |traceparent: &str| {
        let headers = [("authorization", authorization.as_str()), ("traceparent", traceparent)];
        let answer = get_with(server.address, &path, &headers).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    };
    ask(&format!("00-{CALLER}-{CALLERS_SPAN}-01"));
    ask("nonsense");
    let (spans, log) = spans_of(server, &received);

    let named =
        |name: &str| spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("{name}: {spans:#?}"));
    let request = named("GET /api/v2/channels/{channel}/overview");
    assert_eq!((hex(&request.trace_id), hex(&request.parent_span_id)), (CALLER.to_owned(), CALLERS_SPAN.to_owned()));
    assert_eq!(request.kind(), SpanKind::Server);
    assert_eq!(text(&request.attributes, "http.route"), Some("/api/v2/channels/{channel}/overview"));
    assert_eq!(value(&request.attributes, "http.response.status_code"), Some(&Value::IntValue(200)));
    let id = text(&request.attributes, "id").expect("the request id");
    assert!(log.contains(id), "the log and the trace name a request alike");
    let mut above = request;
    for inner in ["compute", "measure", "read history"] {
        let span = named(inner);
        assert_eq!((&span.trace_id, &span.parent_span_id), (&above.trace_id, &above.span_id), "{inner}");
        above = span;
    }
    assert_eq!(spans.iter().filter(|span| span.name == request.name).count(), 1, "of the others none is sampled");
    assert!(!format!("{spans:?}").contains(&key), "a key is no business of a collector");
}

#[test]
fn a_job_is_traced() {
    let (address, received) = collector();
    let program = Program::new().with("ANALYTICBOT_TRACE__OTLP_ENDPOINT", &format!("http://{address}/"));
    // a new database: every schedule is due at once
    let server = program.serve(&[]);
    let started = Instant::now();
    while !server.get("/readyz").expect("an answer").contains("\"waiting\":0") || started.elapsed().as_secs() < 3 {
        assert!(started.elapsed() < Duration::from_mins(1), "the jobs do not end");
        pause();
    }
    let (spans, _) = spans_of(server, &received);
    let job = spans.iter().find(|span| span.name == "job apply-retention").unwrap_or_else(|| panic!("{spans:#?}"));
    assert_eq!(text(&job.attributes, "kind"), Some("apply-retention"));
    assert!(job.parent_span_id.is_empty());
}

#[test]
fn a_collector_that_is_away_stops_nothing() {
    // a port that was free a moment ago
    let address = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let program = Program::new().with("ANALYTICBOT_TRACE__OTLP_ENDPOINT", &format!("http://{address}"));
    let server = program.serve(&["--demo"]);
    assert!(server.get("/api/session").expect("an answer").starts_with("HTTP/1.1 200"));
    server.signal("TERM");
    let (code, took, log) = server.ended(Duration::from_secs(25));
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(!log.contains("panicked"), "{log}");
}
