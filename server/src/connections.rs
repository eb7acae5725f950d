//! Connections of clients: how long they may take to ask, how much they may say, and what is answered to those whom the
//! HTTP library refuses before our router hears of them.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use bytes::{Buf as _, Bytes};
use http::StatusCode;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep};
use tokio_util::sync::CancellationToken;

use crate::problem::Problem;
use crate::requests::{REQUEST_ID_HEADER, next_id};

/// What one connection may hold.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// from the first byte, or the answer before, until the head of a request is there. Longer than proxies keep an idle
    /// connection, so that it is they who close it.
    pub head_within: Duration,
    /// longest head of a request: an address with a cursor and every header a browser sends is below 16 KiB
    pub head_bytes: usize,
}

impl Bounds {
    pub const USUAL: Self = Self { head_within: Duration::from_secs(75), head_bytes: 64 << 10 };
}

/// Who was refused may still be talking; closing at once would reset the connection and lose the answer. This much and
/// this long they are listened to.
const LINGER_BYTES: usize = 4 << 20;
const LINGER: Duration = Duration::from_secs(2);

/// Serves until `stop`, then lets the requests that run end. Dropped, it cuts them.
pub async fn serve<L>(mut listener: L, router: Router, bounds: Bounds, stop: CancellationToken)
where
    L: Listener<Io = TcpStream>,
{
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            (stream, _) = listener.accept() => {
                open.spawn(hold(stream, router.clone(), bounds, stop.clone()));
            }
            Some(_) = open.join_next() => {}
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

async fn hold(stream: TcpStream, router: Router, bounds: Bounds, stop: CancellationToken) {
    // answers are written whole; without it a small one may wait for an acknowledgement
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection is not quick: {error}");
    }
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(bounds.head_within)
        .max_header_size(bounds.head_bytes)
        // who has said everything still listens
        .half_close(true);
    let service = TowerToHyperService::new(router);
    let mut connection = pin!(http.serve_connection(TokioIo::new(Spoken::new(stream)), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early: {error}");
    }
}

/// A stream on which the bare refusals of the HTTP library are said as problem+json with an id.
struct Spoken {
    stream: TcpStream,
    refusal: Option<Refusal>,
}

struct Refusal {
    unsent: Bytes,
    /// bytes that are still listened to
    patience: usize,
    until: Pin<Box<Sleep>>,
}

impl Spoken {
    fn new(stream: TcpStream) -> Self {
        Self { stream, refusal: None }
    }

    /// Whether `head` is not sent, because something better is or has been.
    fn replaces(&mut self, head: &[u8]) -> bool {
        if self.refusal.is_none()
            && let Some(status) = bare_refusal(head)
        {
            let refusal = Refusal { unsent: refusal(status), patience: LINGER_BYTES, until: Box::pin(sleep(LINGER)) };
            self.refusal = Some(refusal);
        }
        self.refusal.is_some()
    }
}

impl Refusal {
    fn poll_send(&mut self, stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.unsent.has_remaining() {
            let sent = ready!(Pin::new(&mut *stream).poll_write(cx, &self.unsent))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unsent.advance(sent);
        }
        Poll::Ready(Ok(()))
    }

    /// Throws away what still comes in.
    fn poll_linger(&mut self, stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<()> {
        let mut scratch = [0; 16 << 10];
        while self.patience > 0 && self.until.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    self.patience = self.patience.saturating_sub(buffer.filled().len());
                }
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Spoken {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Spoken {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.replaces(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.replaces(slices.first().map_or(&[], |first| first)) {
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, refusal } = &mut *self;
        if let Some(refusal) = refusal {
            ready!(refusal.poll_send(stream, cx))?;
        }
        Pin::new(stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        let Self { stream, refusal } = &mut *self;
        ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
        if let Some(refusal) = refusal {
            ready!(refusal.poll_linger(stream, cx));
        }
        Poll::Ready(Ok(()))
    }
}

/// The status of an answer that the HTTP library wrote by itself: an error of the client with nothing but these headers,
/// where everything of ours carries a request id.
fn bare_refusal(bytes: &[u8]) -> Option<StatusCode> {
    const ITS_HEADERS: [&str; 3] = ["content-length: 0", "connection: close", "date: "];
    let rest = bytes.strip_prefix(b"HTTP/1.1 ").or_else(|| bytes.strip_prefix(b"HTTP/1.0 "))?;
    let head = std::str::from_utf8(rest.strip_suffix(b"\r\n\r\n")?).ok()?;
    let mut lines = head.split("\r\n");
    let status = StatusCode::from_bytes(lines.next()?.get(..3)?.as_bytes()).ok()?;
    let is_bare = lines.all(|line| {
        let line = line.to_ascii_lowercase();
        ITS_HEADERS.iter().any(|header| line.starts_with(header))
    });
    (status.is_client_error() && is_bare).then_some(status)
}

fn refusal(status: StatusCode) -> Bytes {
    let detail = match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            format!(
                "the head of this request is too long: address and headers together may take {} KiB",
                Bounds::USUAL.head_bytes >> 10
            )
        }
        StatusCode::URI_TOO_LONG => "the address of this request is too long".to_owned(),
        _ => "this is no request of HTTP/1.1".to_owned(),
    };
    let problem = Problem { request_id: next_id(), ..Problem::new(status, detail) };
    let body = problem.body().to_string();
    let reason = status.canonical_reason().unwrap_or_default();
    tracing::info!(id = problem.request_id, status = status.as_u16(), "refused before it was a request: {reason}");
    let head = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n{REQUEST_ID_HEADER}: {}\r\n\
         x-content-type-options: nosniff\r\nconnection: close\r\n\r\n",
        status.as_u16(),
        body.len(),
        problem.request_id,
    );
    Bytes::from(head + &body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// A router with one page that takes its time, behind a door that closes with the test.
    async fn connect(bounds: Bounds) -> (TcpStream, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let page = || async {
            sleep(Duration::from_millis(50)).await;
            ([(REQUEST_ID_HEADER, "x")], "a page")
        };
        let stop = CancellationToken::new();
        tokio::spawn(serve(listener, Router::new().route("/", get(page)), bounds, stop.clone()));
        (TcpStream::connect(address).await.expect("connected"), stop)
    }

    async fn said(stream: &mut TcpStream) -> String {
        let mut text = Vec::new();
        // a reset after the answer would be a failure
        stream.read_to_end(&mut text).await.expect("an orderly end");
        String::from_utf8(text).expect("UTF-8")
    }

    #[tokio::test]
    async fn a_slow_client_is_not_waited_for_and_others_are_answered() {
        let bounds = Bounds { head_within: Duration::from_millis(200), ..Bounds::USUAL };
        let (mut slow, _stop) = connect(bounds).await;
        slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slo").await.expect("begun");
        let address = slow.peer_addr().expect("an address");
        let mut other = TcpStream::connect(address).await.expect("connected");
        other.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("asked");
        // kept open after its answer, and closed when nothing more is asked
        let answer = tokio::time::timeout(Duration::from_secs(5), said(&mut other)).await.expect("closed by then");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("a page"), "{answer}");
        let rest = tokio::time::timeout(Duration::from_secs(5), said(&mut slow)).await.expect("closed by then");
        assert_eq!(rest, "");
    }

    #[tokio::test]
    async fn who_has_said_everything_is_still_answered() {
        let (mut stream, _stop) = connect(Bounds::USUAL).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("asked");
        stream.shutdown().await.expect("half closed");
        let answer = said(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("a page"), "{answer}");
    }

    #[tokio::test]
    async fn what_is_refused_below_the_router_is_a_problem_too() {
        let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(1 << 20));
        let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Many: 1\r\n".repeat(5_000));
        for (request, status) in [(long.as_str(), 431), (&many, 431), ("nonsense\r\n\r\n", 400)] {
            let (mut stream, _stop) = connect(Bounds::USUAL).await;
            stream.write_all(request.as_bytes()).await.expect("sent to the end");
            let answer = said(&mut stream).await;
            let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
            assert!(head.contains("content-type: application/problem+json"), "{head}");
            let problem: serde_json::Value = serde_json::from_str(body).expect("JSON");
            assert_eq!(problem["status"], status);
            assert!(head.contains(problem["request_id"].as_str().expect("an id")), "{head} {body}");
        }
    }

    #[tokio::test]
    async fn asked_to_stop_it_answers_what_was_asked() {
        let (mut stream, stop) = connect(Bounds::USUAL).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("asked");
        sleep(Duration::from_millis(20)).await;
        stop.cancel();
        let answer = said(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("a page"), "{answer}");
    }

    #[test]
    fn only_what_the_library_says_by_itself_is_replaced() {
        let its_own = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\ndate: x\r\n\r\n";
        assert_eq!(bare_refusal(its_own), Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
        for ours in [
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nx-request-id: 1\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\ndate: x\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno",
            "",
        ] {
            assert_eq!(bare_refusal(ours.as_bytes()), None, "{ours}");
        }
    }
}
