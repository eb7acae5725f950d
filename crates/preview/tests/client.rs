//! The client against the stand-in's pages, and against a server that misbehaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::collect::label::CountLabel;
use domain::posts::MediaType;
use fake_telegram::FakeTelegram;
use fake_telegram::scenario::Scenario;
use preview::{Client, Error, Fetched, Fresh, Page, Settings, Username, Validators, Why};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::Instant;

const WORLD: &str = r#"
[[channels]]
username = "orbit"
title = "A < B"
members = 15432
generate = { posts = 45 }
posts = [
  { text = "album", album = 3 },
  { text = "Which one?", media = "poll", reactions = [["👍", 5]] },
  { media = "gif" }, { media = "audio" }, { media = "document" },
  { text = "from next door", forwarded_from = "somebody" },
  { service = "pinned" },
]

[[channels]]
username = "quiet"
title = "Quiet & closed"
members = 98700
no_preview = true

[[channels]]
username = "hidden"
private = true
"#;

fn settings(base: String) -> Settings {
    Settings { base, pause: Duration::ZERO, timeout: Duration::from_secs(5), ..Settings::default() }
}

async fn world() -> (FakeTelegram, Client) {
    let telegram = FakeTelegram::start(Scenario::parse(WORLD).expect("a scenario")).await.expect("it starts");
    let client = Client::new(settings(telegram.http_url())).expect("a client");
    (telegram, client)
}

fn name(text: &str) -> Username {
    text.parse().expect("a name")
}

async fn fresh(client: &Client, before: Option<i64>) -> Fresh {
    match client.page(&name("orbit"), before, &Validators::default()).await.expect("a page") {
        Fetched::Fresh(fresh) => fresh,
        Fetched::Unchanged => panic!("nothing was known"),
    }
}

#[tokio::test]
async fn pages_are_read_from_the_newest_to_the_first() {
    let (_telegram, client) = world().await;
    let mut pages: Vec<Page> = vec![fresh(&client, None).await.page];
    while let Some(before) = pages[pages.len() - 1].before {
        pages.push(fresh(&client, Some(before)).await.page);
    }
    let newest = &pages[0];
    assert_eq!((newest.channel.title.as_str(), newest.channel.username.as_str()), ("A < B", "orbit"));
    assert_eq!(newest.channel.members.map(CountLabel::range), Some(15_400..=15_499));
    let media: Vec<MediaType> = newest.posts.iter().rev().take(6).rev().map(|post| post.media).collect();
    let expected = [
        MediaType::Album,
        MediaType::Poll,
        MediaType::Animation,
        MediaType::Audio,
        MediaType::Document,
        MediaType::Text,
    ];
    assert_eq!(media, expected);
    let last = &newest.posts[newest.posts.len() - 1];
    assert!(last.forwarded && last.text.as_deref() == Some("from next door"));
    let ids: Vec<i64> = pages.iter().rev().flat_map(|page| page.posts.iter().map(|post| post.id)).collect();
    // 45 made up, an album that is one, five more; the service message is none
    assert_eq!(ids.len(), 51);
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    assert!(pages.iter().flat_map(|page| &page.posts).all(|post| post.views.is_some()));
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let (telegram, client) = world().await;
    let known = fresh(&client, None).await.validators;
    assert!(known.etag.is_some());
    let again = client.page(&name("Orbit"), None, &known).await.expect("an answer");
    assert_eq!(again, Fetched::Unchanged);
    telegram.world.lock().channel_named("orbit").expect("there").members = 15_600;
    assert!(matches!(client.page(&name("orbit"), None, &known).await, Ok(Fetched::Fresh(_))));
}

#[tokio::test]
async fn a_name_without_a_preview_tells_why() {
    let (_telegram, client) = world().await;
    let ask = async |text| client.page(&name(text), None, &Validators::default()).await.expect_err("no preview");
    match ask("quiet").await {
        Error::NoPreview { title, members } => {
            assert_eq!((title.as_str(), members), ("Quiet & closed", Some(CountLabel::exact(98_700))));
        }
        other => panic!("{other}"),
    }
    for nobody in ["hidden", "nobody"] {
        assert!(matches!(ask(nobody).await, Error::NotFound), "{nobody}");
    }
}

#[tokio::test]
async fn a_wait_is_kept_without_asking_again() {
    let (telegram, client) = world().await;
    telegram.world.lock().preview_wait_s = Some(30);
    let first = client.page(&name("orbit"), None, &Validators::default()).await.expect_err("too many");
    // the stand-in would answer now; we do not ask
    telegram.world.lock().preview_wait_s = None;
    let second = client.page(&name("orbit"), None, &Validators::default()).await.expect_err("still waiting");
    for error in [first, second] {
        match error {
            Error::Wait { wait, why: Why::TooManyRequests } => {
                assert!((29..=30).contains(&wait.as_secs()) || wait > Duration::from_secs(29), "{wait:?}");
            }
            other => panic!("{other}"),
        }
    }
}

/// A server that gives the same answer to everything but `robots.txt`, and counts its connections.
async fn server(robots: &'static str, answer: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let (answer, counted) = (answer.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                let wants_robots = request[..length].starts_with(b"GET /robots.txt ");
                let answer = if wants_robots {
                    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{robots}", robots.len())
                } else {
                    counted.fetch_add(1, Ordering::Relaxed);
                    answer
                };
                // a client that has seen enough hangs up
                let _ = stream.write_all(answer.as_bytes()).await;
                if answer.is_empty() {
                    // never answers
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    (base, asked)
}

fn answer(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn refusal(settings: Settings) -> Error {
    let client = Client::new(settings).expect("a client");
    client.page(&name("orbit"), None, &Validators::default()).await.expect_err("refused")
}

#[tokio::test]
async fn redirects_are_not_followed_blindly() {
    for location in ["http://127.0.0.1:9/orbit", "https://example.org/", "/login", "/s/other"] {
        let (base, asked) = server("", answer(&format!("302 Found\r\nLocation: {location}"), "")).await;
        let error = refusal(settings(base)).await;
        assert!(matches!(&error, Error::Elsewhere(to) if to == location), "{error}");
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn huge_answers_are_given_up() {
    let (base, _) = server("", answer("200 OK", &"x".repeat(200_000))).await;
    let error = refusal(Settings { bytes_max: 100_000, ..settings(base) }).await;
    assert!(matches!(error, Error::TooLong { max: 100_000 }), "{error}");
}

#[tokio::test]
async fn a_silent_server_is_unreachable() {
    let (base, _) = server("", String::new()).await;
    let error = refusal(Settings { timeout: Duration::from_millis(200), ..settings(base) }).await;
    assert!(matches!(error, Error::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn what_robots_forbid_is_not_asked_for() {
    let (base, asked) = server("User-agent: AnalyticBot\nDisallow: /s/\n", answer("200 OK", "")).await;
    assert!(matches!(refusal(settings(base)).await, Error::Disallowed));
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn trouble_of_the_server_is_a_wait() {
    let dated =
        "503 Service Unavailable\r\nDate: Fri, 20 Nov 2026 12:00:00 GMT\r\nRetry-After: Fri, 20 Nov 2026 12:02:00 GMT";
    for (head, seconds) in [(dated, 120), ("502 Bad Gateway", 300), ("429 Too Many Requests\r\nRetry-After: 7", 7)] {
        let (base, _) = server("", answer(head, "")).await;
        match refusal(settings(base)).await {
            Error::Wait { wait, .. } => assert_eq!(wait.as_secs(), seconds, "{head}"),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn foreign_markup_is_named() {
    let (base, _) = server("", answer("200 OK", "<html><body>Welcome to nginx")).await;
    assert!(refusal(settings(base)).await.to_string().contains("list of posts"));
}

#[tokio::test]
async fn requests_are_a_pause_apart() {
    let (base, asked) = server("", answer("403 Forbidden", "")).await;
    let pause = Duration::from_millis(60);
    let client = Client::new(Settings { pause, ..settings(base) }).expect("a client");
    let begin = Instant::now();
    for _ in 0..3 {
        let refused = client.page(&name("orbit"), None, &Validators::default()).await;
        assert!(matches!(refused, Err(Error::Status(403))), "{refused:?}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    // robots.txt, then three pages
    assert!(begin.elapsed() >= pause * 3, "{:?}", begin.elapsed());
}

#[test]
fn an_address_that_is_none_is_refused() {
    for base in ["t.me", "ftp://t.me", "https://t.me/s", ""] {
        assert!(Client::new(settings(base.to_owned())).is_err(), "{base}");
    }
}
