//! A server that runs: its memory, and its end, with nothing cut and soon.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::program::{Program, get};

/// A supervisor kills after 25 s.
const STOP_MAX: Duration = Duration::from_secs(25);

#[test]
fn asked_to_stop_under_load_no_request_is_cut() {
    let program = Program::new();
    program.done(&["demo", "--channels", "1", "--days", "10"]);
    let server = program.serve(&["--demo"]);
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (stop, answered, address) = (stop.clone(), answered.clone(), server.address);
            std::thread::spawn(move || {
                let mut cut = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    match get(address, "/api/session") {
                        Ok(answer) if answer.starts_with("HTTP/1.1 200") && answer.trim_end().ends_with(['}', '0']) => {
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok(answer) => cut.push(answer),
                        // the door is shut: nothing was begun
                        Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => break,
                        Err(error) => cut.push(error.to_string()),
                    }
                }
                cut
            })
        })
        .collect();
    while answered.load(Ordering::Relaxed) < 20 {
        crate::program::pause();
    }
    server.signal("TERM");
    let (code, took, log) = server.ended(STOP_MAX);
    stop.store(true, Ordering::Relaxed);
    let cut: Vec<String> = clients.into_iter().flat_map(|client| client.join().expect("a client")).collect();
    assert_eq!(cut, Vec::<String>::new(), "cut in the middle; the log: {log}");
    assert_eq!(code, Some(0), "{log}");
    assert!(took < STOP_MAX, "{took:?}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn a_second_ctrl_c_ends_it_at_once() {
    let program = Program::new();
    let server = program.serve(&["--demo"]);
    server.signal("INT");
    server.signal("INT");
    let (code, took, _) = server.ended(STOP_MAX);
    assert!(matches!(code, Some(0 | 1)), "{code:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn an_open_live_connection_does_not_hold_the_server() {
    use std::io::{Read as _, Write as _};
    let program = Program::new();
    let server = program.serve(&["--demo"]);
    let mut socket = std::net::TcpStream::connect(server.address).expect("connected");
    let host = server.address;
    write!(
        socket,
        "GET /api/live HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .expect("asked");
    let mut head = [0; 12];
    socket.read_exact(&mut head).expect("answered");
    assert_eq!(&head, b"HTTP/1.1 101");
    server.signal("TERM");
    let (code, took, log) = server.ended(STOP_MAX);
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn an_idle_server_takes_less_than_100_mib() {
    let program = Program::new();
    program.done(&["demo", "--channels", "1", "--days", "10"]);
    let server = program.serve(&["--demo"]);
    // one look at a page, as a person who then goes to lunch
    let page = server.get("/channels/orbit_daily_demo").expect("a page");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let kib = server.resident_kib();
    assert!(kib < 100 * 1024, "{} MiB", kib / 1024);
}

#[test]
fn rendering_pages_leaves_no_panic_in_the_log() {
    let program = Program::new();
    program.done(&["demo", "--channels", "1", "--days", "30"]);
    let server = program.serve(&["--demo"]);
    // what outlives a page is found out by chance: now and then
    for _ in 0..40 {
        let page = server.get("/channels/orbit_daily_demo/analytics").expect("a page");
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    }
    server.signal("TERM");
    let (code, _, log) = server.ended(STOP_MAX);
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}
