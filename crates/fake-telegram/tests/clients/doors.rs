//! The doors besides MTProto and the Bot API: the proxy, the preview pages, the Mini App host, the controls, and the
//! description file.

use std::time::Duration;

use crate::account::{connect_through, telegram, telegram_with};
use fake_telegram::FakeTelegram;
use fake_telegram::describe::Description;
use fake_telegram::scenario::Scenario;
use fake_telegram::socks5::Mood;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Status, head and body of one request over plain HTTP.
async fn http(url: &str, method: &str, headers: &str, body: &str) -> (u16, String, String) {
    let address = url.strip_prefix("http://").expect("plain HTTP");
    let (host, path) = address.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(host).await.expect("a connection");
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status"), head.to_lowercase(), body.to_owned())
}

async fn get(url: &str) -> (u16, String, String) {
    http(url, "GET", "", "").await
}

// ---- proxy ----------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn grammers_goes_through_the_proxy_with_the_right_password_only() {
    let telegram = telegram_with("socks5_login = [\"anna\", \"karenina\"]").await;
    let proxied =
        |login: &str| connect_through(&telegram, 11, None, Some(format!("socks5://{login}{}", telegram.socks5)));
    let right = proxied("anna:karenina@");
    assert_eq!(right.client.get_me().await.unwrap().first_name(), Some("Owner"));
    assert_eq!(telegram.proxy.served(), 1);
    right.close().await;
    let wrong = proxied("anna:wronskaja@");
    assert!(wrong.client.get_me().await.is_err());
    wrong.close().await;
    assert_eq!(telegram.proxy.served(), 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_fails_at_once_and_a_silent_one_never_answers() {
    let telegram = telegram().await;
    let proxied = || connect_through(&telegram, 11, None, Some(format!("socks5://{}", telegram.socks5)));
    telegram.proxy.set_mood(Mood::Refuses);
    let account = proxied();
    let answer = tokio::time::timeout(Duration::from_secs(10), account.client.get_me()).await;
    assert!(answer.expect("an answer in time").is_err());
    account.close().await;
    telegram.proxy.set_mood(Mood::Silent);
    let account = proxied();
    assert!(tokio::time::timeout(Duration::from_millis(300), account.client.get_me()).await.is_err());
    account.abort().await;
}

#[tokio::test]
async fn the_proxy_leads_nowhere_but_to_loopback() {
    let telegram = telegram().await;
    let mut stream = TcpStream::connect(telegram.socks5).await.unwrap();
    stream.write_all(&[5, 1, 0]).await.unwrap();
    let mut method = [0; 2];
    stream.read_exact(&mut method).await.unwrap();
    assert_eq!(method, [5, 0]);
    // a documentation address
    stream.write_all(&[5, 1, 0, 1, 192, 0, 2, 1, 1, 187]).await.unwrap();
    let mut answer = [0; 10];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer[1], 2);
}

// ---- preview --------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn preview_pages_are_walked_back_by_before_and_may_be_conditional() {
    let telegram = telegram().await;
    let base = format!("{}/s/orbit", telegram.http_url());
    let ids = |page: &str| -> Vec<i32> {
        let parts = page.split("data-post=\"orbit/").skip(1);
        parts.map(|part| part.split('"').next().unwrap().parse().unwrap()).collect()
    };
    let mut seen: Vec<i32> = Vec::new();
    let mut url = base.clone();
    loop {
        let (status, _, page) = get(&url).await;
        assert_eq!(status, 200);
        let mut page_ids = ids(&page);
        page_ids.reverse();
        seen.extend(page_ids);
        let Some(before) = page.split("data-before=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned())
        else {
            break;
        };
        url = format!("{base}?before={before}");
    }
    assert_eq!(seen.len(), 350);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));

    let (_, head, _) = get(&base).await;
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let (status, ..) = http(&base, "GET", &format!("If-None-Match: {tag}\r\n"), "").await;
    assert_eq!(status, 304);
    assert_eq!(get(&format!("{}/s/nobody", telegram.http_url())).await.0, 303);
    telegram.world.lock().preview_wait_s = Some(9);
    let (status, head, _) = get(&base).await;
    assert!(status == 429 && head.contains("retry-after: 9"), "{status} {head}");
}

// ---- Mini App host --------------------------------------------------------------------------------------------------

const WITH_BOT: &str = r#"
mini_app_url = "http://127.0.0.1:9/app?from=host"
[[channels]]
username = "orbit"
generate = { posts = 3 }
[[bots]]
token = "70001:secret"
username = "orbit_bot"
name = "Orbit bot"
[[people]]
id = 5
first_name = "A</script>nya"
"#;

#[tokio::test]
async fn the_host_opens_the_app_in_a_sandbox_with_signed_init_data() {
    let telegram = FakeTelegram::start(Scenario::parse(WITH_BOT).unwrap()).await.unwrap();
    let host = format!("{}/mini-app", telegram.host_url());
    let (status, _, page) = get(&format!("{host}?person=5&theme=dark&start_param=orbit&auth_date=1700000000")).await;
    assert_eq!(status, 200);
    assert!(page.contains("sandbox=\"allow-scripts allow-same-origin allow-popups allow-forms allow-modals"));
    assert!(!page.contains("allow-downloads") && !page.contains("allow-top-navigation"));
    let launch = page.split("const launch = ").nth(1).unwrap().split(";\n").next().unwrap();
    let launch: Value = serde_json::from_str(launch).unwrap();
    let source = launch["src"].as_str().unwrap();
    assert!(source.starts_with("http://127.0.0.1:9/app?from=host#tgWebAppData=auth_date%3D1700000000"), "{source}");
    assert!(source.contains("&tgWebAppPlatform=weba&") && source.ends_with("&tgWebAppStartParam=orbit"));
    assert_eq!(launch["theme"], "dark");
    // a name cannot end the script
    assert_eq!(page.matches("</script>").count(), 1);
    let (_, _, data) = get(&format!("{host}/init-data?person=5&auth_date=1700000000")).await;
    let data: Value = serde_json::from_str(&data).unwrap();
    assert!(data["init_data"].as_str().unwrap().contains("&hash="));
    assert_eq!(get(&format!("{host}?person=6")).await.0, 404);
    let (status, head, _) =
        get(&format!("{}/login-widget?to=http://127.0.0.1:9/back%3Fa=1", telegram.host_url())).await;
    assert!(status == 303 && head.contains("location: http://127.0.0.1:9/back?a=1&auth_date="), "{head}");
    // the app and its host are of different origins
    assert_ne!(telegram.host_url(), telegram.http_url());
}

// ---- controls and description ---------------------------------------------------------------------------------------

#[tokio::test]
async fn a_test_acts_over_http() {
    let telegram = FakeTelegram::start(Scenario::parse(WITH_BOT).unwrap()).await.unwrap();
    let control = Description::of(&telegram).unwrap().control;
    let post = async |what: &str, body: Value| {
        let (status, _, answer) = http(&format!("{control}/{what}"), "POST", "", &body.to_string()).await;
        assert_eq!(status, 200, "{what}: {answer}");
        serde_json::from_str::<Value>(&answer).unwrap()
    };
    let before = telegram.world.clock.now();
    assert_eq!(post("clock", json!({"advance": 60})).await["now"], json!(before + 60));
    let ids = post("post", json!({"channel": "orbit", "post": {"text": "new"}, "delivery": "twice"})).await;
    assert_eq!(ids["ids"], json!([1_004]));
    post("person", json!({"id": 5, "sends": "/start"})).await;
    post("person", json!({"id": 5, "adds_bot": {"channel": "orbit"}})).await;
    post("rule", json!({"method": "stats.*", "then": {"flood_wait": 5}})).await;
    post("rates", json!([{"method": "*", "burst": 5, "per_second": 1}])).await;
    post("silent", json!({"dc": 5, "silent": true})).await;
    post("proxy", json!({"mood": "refuses"})).await;
    post("preview", json!({"retry_after": 3})).await;
    post("channel", json!({"channel": "orbit", "members": 77})).await;
    assert_eq!(telegram.world.lock().channel_named("orbit").unwrap().members, 77);
    let (_, _, sent) = get(&format!("{control}/sent")).await;
    assert_eq!(serde_json::from_str::<Value>(&sent).unwrap()["messages"][0]["text"], "/start");
    let (status, _, error) =
        http(&format!("{control}/person"), "POST", "", &json!({"id": 77, "sends": "x"}).to_string()).await;
    assert!(status == 404 && error.contains("person 77"), "{status} {error}");
}

#[tokio::test]
async fn the_program_describes_itself_and_ends_when_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let (scenario, described) = (folder.path().join("scenario.toml"), folder.path().join("out.json"));
    std::fs::write(&scenario, WITH_BOT).unwrap();
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_fake-telegram"))
        .args(["--scenario".as_ref(), scenario.as_os_str(), "--describe".as_ref(), described.as_os_str()])
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut tries = 0;
    while !described.exists() {
        tries += 1;
        assert!(tries < 500, "no description after 10 s");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let text = std::fs::read_to_string(&described).unwrap();
    let description: Description = serde_json::from_str(&text).unwrap();
    assert_eq!((description.home, description.stats_dc, description.dcs.len()), (2, 5, 2));
    assert_eq!((description.expect.posts, description.expect.max_id), (3, 1_003));
    assert_eq!(description.expect.rows_sha256.len(), 64);
    assert!(description.rsa_public_key_pem.starts_with("-----BEGIN RSA PUBLIC KEY-----\n"));
    let value: Value = serde_json::from_str(&text).unwrap();
    for key in ["auth_key", "username", "stats", "bot_api", "bot_token", "socks5", "mini_app_host"] {
        assert!(value.get(key).is_some(), "{key} is missing");
    }
    let id = program.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let ended = tokio::time::timeout(Duration::from_secs(10), program.wait()).await.expect("an end").unwrap();
    assert!(ended.success());
}
