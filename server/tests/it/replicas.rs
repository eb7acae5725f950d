//! Several processes behind one address: two real servers on one Postgres and one Redis.

use std::time::{Duration, Instant};

use domain::channels::ChannelRef;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::backends::{Postgres, Redis, wait_until};
use crate::live;
use crate::program::{Program, Server, get_with};

const CHANNEL: &str = "orbit_daily_demo";

/// The program's settings, a key, and what it needs to run.
pub struct Place {
    pub program: Program,
    pub key: String,
    pub redis: Option<Redis>,
    pub postgres: Postgres,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Place {
    /// `None` where a program is missing.
    pub fn with_redis(settings: &[(&str, &str)]) -> Option<Self> {
        let redis = Redis::start()?;
        let url = redis.url();
        let settings = [settings, &[("ANALYTICBOT_CACHE__REDIS_URL", url.as_str())]].concat();
        Some(Self { redis: Some(redis), ..Self::new(&settings)? })
    }

    pub fn new(settings: &[(&str, &str)]) -> Option<Self> {
        let postgres = Postgres::start()?;
        let program = Program::new().with("ANALYTICBOT_DATABASE__URL", &postgres.url());
        let program = settings.iter().fold(program, |program, (name, value)| program.with(name, value));
        program.done(&["demo", "--channels", "2", "--days", "20"]);
        let key = new_key(&program);
        Some(Self { program, key, redis: None, postgres })
    }

    pub fn replica(&self) -> Server {
        self.program.serve(&["--roles", "web"])
    }

    #[track_caller]
    pub fn ask(&self, server: &Server, path: &str, headers: &[(&str, &str)]) -> Reply {
        ask(server, &self.key, path, headers)
    }

    fn redis(&self) -> &Redis {
        self.redis.as_ref().expect("a place with Redis")
    }

    /// Something that `one` computes is found by `other` in Redis. A busy machine may take longer than a request waits
    /// for Redis, so that more than one is tried.
    #[track_caller]
    pub fn shares(&self, one: &Server, other: &Server) {
        let mut seen = Vec::new();
        for hours in 1..40 {
            let path = format!("/channels/{CHANNEL}/reach?hours={hours}");
            let before = self.redis().answers();
            let computed = self.ask(one, &path, &[]);
            let started = Instant::now();
            while self.redis().answers() == before && started.elapsed() < Duration::from_secs(1) {
                crate::program::pause();
            }
            let found = self.ask(other, &path, &[]);
            assert_eq!((&found.body, found.field("etag")), (&computed.body, computed.field("etag")));
            if found.field("cache-status") == "analyticbot; hit; detail=shared" {
                return;
            }
            seen.push(found.field("cache-status").to_owned());
        }
        panic!("nothing is shared: {seen:?}");
    }
}

impl Reply {
    pub fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// A field of the head; empty where there is none.
    pub fn field(&self, name: &str) -> &str {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(is, _)| is.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

#[track_caller]
fn ask(server: &Server, key: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let authorization = format!("Bearer {key}");
    let headers = [&[("authorization", authorization.as_str())], headers].concat();
    let answer = get_with(server.address, &format!("/api/v2{path}"), &headers);
    Reply::read(&answer.unwrap_or_else(|error| panic!("{path}: {error}")))
}

fn new_key(program: &Program) -> String {
    program.json(&["apikey", "create"])["key"].as_str().expect("a key").to_owned()
}

#[test]
fn replicas_give_the_same_bytes_and_tags_and_share_what_they_computed() {
    let Some(place) = Place::with_redis(&[]) else { return };
    let (one, other) = (place.replica(), place.replica());
    for rest in [
        "overview",
        "daily",
        "growth",
        "reach",
        "view-curve",
        "top-posts",
        "sources",
        "content",
        "trending",
        "heatmap",
        "dashboard",
        "posts?limit=1000",
        "overview?tz=Asia/Tashkent",
    ] {
        let path = format!("/channels/{CHANNEL}/{rest}");
        // computed by both, and as found
        for headers in [[("cache-control", "no-cache")].as_slice(), &[]] {
            let (here, there) = (place.ask(&one, &path, headers), place.ask(&other, &path, headers));
            assert_eq!((here.status, there.status), (200, 200), "{path}: {}", here.body);
            assert_eq!(here.body, there.body, "{path}");
            for name in ["etag", "last-modified", "cache-control", "content-type"] {
                assert_eq!(here.field(name), there.field(name), "{path}: {name}");
            }
            let etag = here.field("etag");
            assert_eq!(place.ask(&other, &path, &[("if-none-match", etag)]).status, 304, "{path}");
        }
    }
    place.shares(&one, &other);
    place.shares(&other, &one);
    let ready = one.get("/readyz").expect("an answer");
    assert!(ready.contains("\"redis\":{\"status\":\"ok\"}"), "{ready}");
}

#[test]
fn what_another_database_has_shared_is_not_found() {
    // the same channels with the same numbers, versions and times in another database
    let folder = tempfile::tempdir().expect("a folder");
    let clock = folder.path().join("now");
    std::fs::write(&clock, "1780315200").expect("a clock");
    let clock = ("ANALYTICBOT_CLOCK__FILE", clock.to_str().expect("UTF-8"));
    let Some(place) = Place::with_redis(&[clock]) else { return };
    let url = place.redis().url();
    let Some(other) = Place::new(&[clock, ("ANALYTICBOT_CACHE__REDIS_URL", &url)]) else { return };
    let (here, there) = (place.replica(), other.replica());
    let path = format!("/channels/{CHANNEL}/overview");
    let mut computed = place.ask(&here, &path, &[]);
    wait_until("it is shared", Duration::from_secs(20), || {
        computed = place.ask(&here, &path, &[("cache-control", "no-cache")]);
        place.redis().answers() > 0
    });
    let found = other.ask(&there, &path, &[]);
    assert_eq!(found.field("etag"), computed.field("etag"), "the tag alone does not tell them apart");
    assert_eq!(found.field("cache-status"), "analyticbot; fwd=miss");
}

#[test]
fn what_is_written_through_one_process_shows_in_another_within_a_second() {
    let Some(place) = Place::with_redis(&[]) else { return };
    let server = place.replica();
    let path = format!("/channels/{CHANNEL}/overview?from=2024-01-01&to=2024-02-01");
    let before = place.ask(&server, &path, &[]);
    let file = place.program.write(
        "more.csv",
        &format!(
            "channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n{CHANNEL},900001,2024-01-10T10:00:00Z,5,0,0,0,text,late\n"
        ),
    );
    place.program.done(&["import", "posts", &file, "--taken-at", "2024-01-20T00:00:00Z"]);
    let written = Instant::now();
    wait_until("a second is over", Duration::from_secs(2), || written.elapsed() >= Duration::from_secs(1));
    let after = place.ask(&server, &path, &[("if-none-match", before.field("etag"))]);
    assert_eq!(after.status, 200, "still the old one");
    assert_ne!(after.field("etag"), before.field("etag"));
    assert_ne!(after.body, before.body);
}

#[test]
fn a_quota_used_up_at_one_replica_is_used_up_at_the_other() {
    // one more every 15 s
    let Some(place) = Place::with_redis(&[("ANALYTICBOT_API__COMPUTED_PER_MINUTE", "4")]) else { return };
    let (one, other) = (place.replica(), place.replica());
    place.shares_quota(&one, &other);
}

impl Place {
    /// As in [`Self::shares`], a key is tried anew where Redis was too slow once.
    #[track_caller]
    fn shares_quota(&self, one: &Server, other: &Server) {
        let mut seen = Vec::new();
        for _ in 0..10 {
            let key = new_key(&self.program);
            let path = format!("/channels/{CHANNEL}/overview");
            let replies = [one, other, one, other, one, other]
                .map(|server| ask(server, &key, &path, &[("cache-control", "no-cache")]));
            let statuses = replies.each_ref().map(|reply| reply.status);
            let left = replies.each_ref().map(|reply| reply.field("ratelimit-remaining").to_owned());
            if statuses == [200, 200, 200, 200, 429, 429] {
                assert_eq!(left, ["3", "2", "1", "0", "0", "0"]);
                for reply in &replies {
                    assert_eq!((reply.field("ratelimit-limit"), reply.field("ratelimit-policy")), ("4", "4;w=60"));
                }
                let wait: u64 = replies[5].field("retry-after").parse().expect("seconds");
                assert!((1..=15).contains(&wait), "{wait}");
                return;
            }
            seen.push(statuses);
        }
        panic!("the quota is not shared: {seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_answer_is_served_while_the_newest_takes_long() {
    let Some(place) = Place::new(&[]) else { return };
    let server = place.replica();
    let path = format!("/channels/{CHANNEL}/content");
    let first = place.ask(&server, &path, &[]);
    assert_eq!(first.field("cache-status"), "analyticbot; fwd=miss");
    assert_eq!(first.field("age"), "");

    let mut writer = PgConnection::connect(&place.postgres.url()).await.expect("connected");
    writer
        .execute("UPDATE data_version SET version = version + 1, changed_at = changed_at + 1")
        .await
        .expect("written");
    // reading facts waits; versions can be read
    let mut lock = writer.begin().await.expect("begun");
    lock.execute("LOCK TABLE snapshot_series IN ACCESS EXCLUSIVE MODE").await.expect("locked");
    tokio::time::sleep(Duration::from_millis(1_100)).await;

    let asked = Instant::now();
    let stale = place.ask(&server, &path, &[]);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!((stale.status, stale.field("cache-status")), (200, "analyticbot; hit; detail=stale"));
    // tag and date are those of the bytes
    assert_eq!(stale.body, first.body);
    for name in ["etag", "last-modified", "cache-control"] {
        assert_eq!(stale.field(name), first.field(name), "{name}");
    }
    let age: u64 = stale.field("age").parse().expect("an age");
    assert!((1..180).contains(&age), "{age}");

    // who asks whether it is the newest waits for the newest
    let patient = [[("cache-control", "max-age=0")], [("cache-control", "no-cache")], [("if-none-match", "\"x\"")]];
    let answers = std::thread::scope(|scope| {
        let (place, server, path) = (&place, &server, path.as_str());
        let waiting = patient.map(|headers| scope.spawn(move || place.ask(server, path, &headers)));
        let started = Instant::now();
        wait_until("half a second is over", Duration::from_secs(5), || started.elapsed().as_millis() >= 500);
        assert!(waiting.iter().all(|asked| !asked.is_finished()), "answered before the newest was known");
        let unlocked = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(lock.rollback()));
        unlocked.expect("unlocked");
        waiting.map(|asked| asked.join().expect("an answer"))
    });
    let newest = place.ask(&server, &path, &[]);
    assert_eq!((newest.status, newest.field("age")), (200, ""));
    assert_ne!(newest.field("etag"), first.field("etag"));
    for answer in &answers {
        assert_eq!((answer.status, answer.field("etag")), (200, newest.field("etag")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_one_replica_hears_at_once_of_what_another_process_writes() {
    let Some(place) = Place::new(&[]) else { return };
    let replica = place.program.serve(&["--roles", "web", "--demo"]);
    let mut socket = live::connect(replica.address, &format!("http://{}", replica.address)).await.expect("open");
    live::say(&mut socket, &serde_json::json!({ "channels": [CHANNEL] })).await;
    let before = live::hear(&mut socket).await["versions"][CHANNEL].as_i64().expect("the version of now");
    // this process is another one than the replica's
    let settings = store::Settings { url: place.postgres.url(), max_connections: 2 };
    let db = store::Db::open(&settings).await.expect("opened");
    let mut tx = db.write().await.expect("a write");
    let workspace = store::identity::find_workspace(&mut tx, "default").await.expect("asked").expect("a workspace");
    let channel = store::channels::find_by_ref(&mut tx, workspace.id, &ChannelRef::parse(CHANNEL)).await;
    let channel = channel.expect("asked").expect("a channel");
    store::collect::bump(&mut tx, channel.id, channel.created_at).await.expect("bumped");
    tx.commit().await.expect("committed");
    let written = Instant::now();
    let told = live::hear(&mut socket).await;
    assert_eq!(told, serde_json::json!({ "channel": CHANNEL, "data_version": before + 1 }));
    // without the bell it would be looked for after five seconds
    assert!(written.elapsed() < Duration::from_secs(3), "{:?}", written.elapsed());
}
