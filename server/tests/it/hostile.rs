//! Clients that mean no good, or do not know better, at the real program: the right status, no panic, no memory kept.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::program::{Program, Server};

/// Resident memory may grow by what the allocator keeps, not with the number of hostile requests.
const GROWTH_MAX_KIB: u64 = 24 << 10;

fn served() -> (Program, Server) {
    let program = Program::new();
    program.done(&["demo", "--channels", "1", "--days", "10"]);
    let server = program.serve(&[]);
    (program, server)
}

fn connected(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a bound");
    stream
}

fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an orderly end");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[track_caller]
fn is_problem(answer: &str, status: u16) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(answer.contains("content-type: application/problem+json"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let problem: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(problem["status"], status);
    assert!(!problem["request_id"].as_str().expect("an id").is_empty());
}

/// Ends the server and reads its log.
fn nothing_panicked(server: Server) {
    assert!(server.get("/healthz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200")), "it does not answer");
    server.signal("TERM");
    let (code, _, log) = server.ended(Duration::from_secs(25));
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn a_header_of_a_megabyte_again_and_again() {
    let (_program, server) = served();
    let host = server.address;
    let header = "x".repeat(1 << 20);
    let refused = || {
        let mut stream = connected(&server);
        write!(stream, "GET /api/v2/channels HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {header}\r\n\r\n")
            .expect("sent to the end");
        is_problem(&answer(&mut stream), 431);
    };
    for _ in 0..20 {
        refused();
    }
    let before = server.resident_kib();
    for _ in 0..100 {
        refused();
    }
    let after = server.resident_kib();
    assert!(after < before + GROWTH_MAX_KIB, "{before} KiB before, {after} KiB after");
    nothing_panicked(server);
}

#[test]
fn a_half_closed_socket_gets_its_answer() {
    let (_program, server) = served();
    let mut stream = connected(&server);
    write!(stream, "GET /api/v2/channels HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).expect("asked");
    stream.shutdown(Shutdown::Write).expect("half closed");
    is_problem(&answer(&mut stream), 401);
    nothing_panicked(server);
}

#[test]
fn slow_clients_keep_nobody_waiting() {
    let (_program, server) = served();
    let slow: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = connected(&server);
            write!(stream, "GET /api/v2/channels HTTP/1.1\r\nHost: {}\r\nX-Slow: ", server.address).expect("begun");
            stream
        })
        .collect();
    let before = server.resident_kib();
    for _ in 0..20 {
        for mut stream in &slow {
            stream.write_all(b"x").expect("one more byte");
        }
        let quick = server.get("/api/v2/channels").expect("an answer");
        is_problem(&quick, 401);
    }
    assert!(server.resident_kib() < before + GROWTH_MAX_KIB);
    drop(slow);
    nothing_panicked(server);
}

#[test]
fn a_client_that_asks_and_does_not_listen() {
    let (_program, server) = served();
    let mut deaf = connected(&server);
    for _ in 0..500 {
        let asked = write!(deaf, "GET /api/v2/openapi.json HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
        if asked.is_err() {
            break;
        }
    }
    let resident = server.resident_kib();
    assert!(resident < 100 << 10, "{resident} KiB for answers that nobody takes");
    nothing_panicked(server);
}
