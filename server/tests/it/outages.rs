//! Redis and Postgres end under load and come back: errors only while something is away and only where it is needed,
//! and everything is well again by itself.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::backends::wait_until;
use crate::program::{Server, get_with};
use crate::replicas::{Place, Reply};

const CHANNEL: &str = "orbit_daily_demo";
const CLIENTS: usize = 32;
/// While something is in one state.
const PHASE: Duration = Duration::from_secs(3);
/// A request waits 100 ms for Redis; the rest is a busy machine.
const P99_WITHOUT_REDIS: Duration = Duration::from_secs(1);
/// A request waits 3 s for Postgres; the rest is a busy machine.
const WITHOUT_POSTGRES: Duration = Duration::from_secs(6);
/// Time to come back in.
const RECOVERY: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_secs(25);

/// One request under load.
#[derive(Debug)]
struct Seen {
    path: &'static str,
    began: Instant,
    took: Duration,
    /// what was wrong with it; empty where nothing was
    wrong: String,
    status: u16,
}

/// What to ask, and what is not as it should be about an answer.
struct Load<'a> {
    address: SocketAddr,
    key: &'a str,
    paths: &'a [&'static str],
    check: fn(&Reply) -> Option<String>,
}

impl Load<'_> {
    /// Asks from [`CLIENTS`] clients until `body` is over; what they have seen.
    fn during(&self, body: impl FnOnce()) -> Vec<Seen> {
        let (over, asked, seen) = (AtomicBool::new(false), AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    let mut own = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        own.push(self.one(asked.fetch_add(1, Ordering::Relaxed)));
                    }
                    seen.lock().expect("the list").extend(own);
                });
            }
            // also when the body fails
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
            over.store(true, Ordering::Relaxed);
            if let Err(failed) = outcome {
                std::panic::resume_unwind(failed);
            }
        });
        seen.into_inner().expect("the list")
    }

    fn one(&self, number: usize) -> Seen {
        let path = self.paths[number % self.paths.len()];
        let authorization = format!("Bearer {}", self.key);
        // one in eight has it computed
        let control = if number.is_multiple_of(8) { "no-cache" } else { "max-stale" };
        let headers = [("authorization", authorization.as_str()), ("cache-control", control)];
        let headers = if path.starts_with("/api/v2") { headers.as_slice() } else { &[] };
        let began = Instant::now();
        let (status, wrong) = match get_with(self.address, path, headers) {
            Ok(text) => {
                let reply = Reply::read(&text);
                (reply.status, (self.check)(&reply).unwrap_or_default())
            }
            Err(error) => (0, error.to_string()),
        };
        Seen { path, began, took: began.elapsed(), wrong, status }
    }
}

fn p99(seen: &[Seen]) -> Duration {
    let mut took: Vec<Duration> = seen.iter().map(|seen| seen.took).collect();
    took.sort_unstable();
    took.get(took.len() * 99 / 100).copied().unwrap_or_default()
}

fn wait(time: Duration) {
    let started = Instant::now();
    wait_until("time passes", time + RECOVERY, || started.elapsed() >= time);
}

/// Status code and body of `/readyz`.
fn readiness(server: &Server) -> (u16, serde_json::Value) {
    let reply = Reply::read(&server.get("/readyz").expect("an answer"));
    (reply.status, serde_json::from_str(&reply.body).expect("JSON"))
}

fn is_ready(server: &Server, status: &str) -> bool {
    let (code, body) = readiness(server);
    let redis = if status == "degraded" { "degraded" } else { "ok" };
    code == 200 && body["status"] == status && body["redis"]["status"] == redis
}

#[test]
fn redis_ends_under_load_and_nobody_notices_but_the_watcher() {
    let Some(mut place) = Place::with_redis(&[("ANALYTICBOT_API__COMPUTED_PER_MINUTE", "1000000")]) else { return };
    let (one, other) = (place.replica(), place.replica());
    wait_until("Redis is used", RECOVERY, || is_ready(&one, "ok") && is_ready(&other, "ok"));
    let key = place.key.clone();
    let load = Load {
        address: one.address,
        key: &key,
        paths: &[
            "/api/v2/channels/orbit_daily_demo/overview",
            "/api/v2/channels/orbit_daily_demo/daily",
            "/api/v2/channels/orbit_daily_demo/reach",
        ],
        check: |reply| (reply.status != 200).then(|| format!("{}: {}", reply.status, reply.body)),
    };
    let redis = place.redis.as_mut().expect("Redis");
    let before = load.during(|| wait(PHASE));
    let mut away = load.during(|| {
        redis.kill();
        wait(PHASE);
        assert!(is_ready(&one, "degraded"), "{:?}", readiness(&one));
    });
    let mut back = load.during(|| {
        redis.start_again();
        wait_until("Redis is used again", RECOVERY, || is_ready(&one, "ok"));
    });
    // accepts connections, answers nothing
    away.extend(load.during(|| {
        redis.freeze();
        wait_until("it is noticed", RECOVERY, || is_ready(&one, "degraded"));
        wait(PHASE);
    }));
    back.extend(load.during(|| {
        redis.thaw();
        wait_until("Redis is used again", RECOVERY, || is_ready(&one, "ok"));
    }));
    for (what, seen) in [("with Redis", &before), ("without", &away), ("as it came back", &back)] {
        let wrong: Vec<&Seen> = seen.iter().filter(|seen| !seen.wrong.is_empty()).collect();
        assert!(wrong.is_empty(), "{what}: {} of {}, such as {:?}", wrong.len(), seen.len(), wrong[0]);
        println!("{what}: {} requests, p99 {:?}", seen.len(), p99(seen));
    }
    assert!(p99(&away) < P99_WITHOUT_REDIS, "{:?}, with Redis {:?}", p99(&away), p99(&before));
    wait_until("the other uses it, too", RECOVERY, || is_ready(&other, "ok"));
    place.shares(&one, &other);
    for server in [one, other] {
        server.signal("TERM");
        let (code, _, log) = server.ended(STOP);
        assert_eq!(code, Some(0), "{log}");
        assert!(!log.contains("panicked"), "{log}");
        assert!(log.contains("Redis is left out"), "the operator is told: {log}");
    }
}

#[test]
fn without_redis_at_the_start_a_replica_serves_degraded_and_finds_it_later() {
    let Some(mut place) = Place::with_redis(&[("ANALYTICBOT_SERVER__METRICS_TOKEN", "open")]) else { return };
    place.redis.as_mut().expect("Redis").kill();
    let server = place.replica();
    let metrics = || get_with(server.address, "/metrics", &[("authorization", "Bearer open")]).expect("metrics");
    assert!(is_ready(&server, "degraded"), "{:?}", readiness(&server));
    assert!(metrics().contains("\nanalyticbot_redis_up 0\n"), "{}", metrics());
    let path = format!("/channels/{CHANNEL}/overview");
    assert_eq!(place.ask(&server, &path, &[]).status, 200);
    place.redis.as_mut().expect("Redis").start_again();
    wait_until("Redis is found", RECOVERY, || is_ready(&server, "ok"));
    assert!(metrics().contains("\nanalyticbot_redis_up 1\n"), "{}", metrics());
    place.ask(&server, &path, &[("cache-control", "no-cache")]);
    let counted = |line: &str| line.starts_with("analyticbot_redis_requests_total{") && line.contains("\"take\"");
    wait_until("what Redis was asked is counted", RECOVERY, || metrics().lines().any(counted));
}

#[test]
fn postgres_ends_under_load_and_comes_back() {
    // enough for every client: this is about Postgres being away, not about waiting for one another
    let Some(mut place) = Place::new(&[("ANALYTICBOT_DATABASE__MAX_CONNECTIONS", "40")]) else { return };
    // pages need nobody to sign in with --demo
    let server = place.program.serve(&["--demo"]);
    let key = place.key.clone();
    let load = Load {
        address: server.address,
        key: &key,
        paths: &[
            "/api/v2/channels/orbit_daily_demo/overview",
            "/api/v2/channels/orbit_daily_demo/daily",
            "/api/v2/channels/orbit_daily_demo/reach",
            "/api/v2/channels",
            "/api/session",
            "/channels/orbit_daily_demo",
            "/api/v2/openapi.json",
            "/healthz",
        ],
        check: |reply| match (reply.status, reply.field("content-type"), reply.field("retry-after")) {
            (200, ..) | (503, "application/problem+json" | "application/json" | "text/html; charset=utf-8", "1") => {
                None
            }
            other => Some(format!("{other:?}: {}", reply.body)),
        },
    };
    let before = load.during(|| wait(PHASE));
    let mut killed = Instant::now();
    let away = load.during(|| {
        killed = Instant::now();
        place.postgres.kill();
        wait(WITHOUT_POSTGRES);
        assert_eq!(readiness(&server).0, 503);
    });
    let mut ready = Instant::now();
    let back = load.during(|| {
        place.postgres.start_again();
        wait_until("it is ready again", RECOVERY, || readiness(&server).0 == 200);
        ready = Instant::now();
        wait(PHASE);
    });
    for seen in before.iter().chain(&away).chain(&back) {
        assert_eq!(seen.wrong, "", "{seen:?}");
        let is_away = seen.began + seen.took >= killed && seen.began <= ready;
        let needs_it = !matches!(seen.path, "/api/v2/openapi.json" | "/healthz");
        assert!(seen.status == 200 || (is_away && needs_it), "{seen:?}");
    }
    let slowest = away.iter().filter(|seen| seen.began > killed).max_by_key(|seen| seen.took);
    assert!(slowest.is_some_and(|seen| seen.took < WITHOUT_POSTGRES), "{slowest:?}");
    // what was known a second ago is not known any more
    let late = away.iter().filter(|seen| seen.began > killed + Duration::from_secs(2) && seen.status == 503);
    assert!(late.clone().any(|seen| seen.path.ends_with("/overview")), "an answer without a viewer");
    assert!(late.clone().any(|seen| !seen.path.starts_with("/api")), "a page without a viewer");
    for (what, seen) in [("with Postgres", &before), ("without", &away), ("as it came back", &back)] {
        println!("{what}: {} requests, p99 {:?}", seen.len(), p99(seen));
    }
    server.signal("TERM");
    let (code, _, log) = server.ended(STOP);
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}
