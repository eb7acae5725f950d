//! `account` and `collect`, by the real program: signing in, reading a channel, and a server that is killed meanwhile.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fake_telegram::FakeTelegram;
use fake_telegram::scenario::{Fault, Rule, Scenario};
use fake_telegram::world::digest::{describe, hex};
use serde_json::json;
use store::collect::albums;
use tokio::task::spawn_blocking;

use crate::program::{Finished, Program, pause};

const WORLD: &str = r#"
graph_polls = 1
[[accounts]]
id = 11
first_name = "Owner"
phone = "998901112233"
admin_of = ["orbit"]
[[accounts]]
id = 12
first_name = "Reader"
phone = "998904445566"
code = "54321"
password = "correct horse"
member_of = ["orbit"]
[[channels]]
username = "orbit"
title = "Orbit"
members = 15432
stats = true
generate = { posts = 250, hole_every = 11 }
"#;

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const PATIENCE: Duration = Duration::from_mins(1);

/// A stand-in, and a program that is told where it is.
async fn program() -> (Arc<FakeTelegram>, Program) {
    let telegram = FakeTelegram::start(Scenario::parse(WORLD).expect("a scenario")).await.expect("it starts");
    let addresses = telegram.centres.addresses();
    let dcs: Vec<_> = addresses
        .iter()
        .map(|(id, address)| json!({ "id": id, "host": address.ip().to_string(), "port": address.port() }))
        .collect();
    let key = hex(&telegram.centres.fresh_key("the program"));
    let described = json!({ "dcs": dcs, "home": telegram.world.scenario.home, "auth_key": key });
    let program = Program::new();
    let file = program.write("describe.json", &described.to_string());
    let program = program
        .with("ANALYTICBOT_MTPROTO__API_ID", "12")
        .with("ANALYTICBOT_MTPROTO__API_HASH", "made-up")
        .with("ANALYTICBOT_MTPROTO__ENCRYPTION_KEY", KEY)
        .with("ANALYTICBOT_MTPROTO__STAND_IN", &file)
        .with("ANALYTICBOT_MTPROTO__PACE_PERCENT", "1000")
        .with("MTPROTO_HISTORY_ENABLED", "true")
        .with("MTPROTO_STATS_ENABLED", "true");
    (Arc::new(telegram), program)
}

/// Runs a command that is told something.
fn told(program: &Program, args: &[&str], text: &str) -> Finished {
    let mut command = program.command(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("told");
    Finished::from(child.wait_with_output().expect("it ends"))
}

fn signed_in(telegram: &FakeTelegram, program: &Program) {
    let key = hex(&telegram.centres.account_key(11));
    let done = told(program, &["account", "import", "auth-key", "--dc", "2"], &key);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("Owner is signed in as account 1"), "{}", done.out);
}

async fn with<T: Send + 'static>(
    telegram: &Arc<FakeTelegram>,
    program: Program,
    act: impl FnOnce(&FakeTelegram, &Program) -> T + Send + 'static,
) -> (Program, T) {
    let telegram = Arc::clone(telegram);
    spawn_blocking(move || {
        let done = act(&telegram, &program);
        (program, done)
    })
    .await
    .expect("the program runs")
}

fn end(telegram: Arc<FakeTelegram>) {
    let telegram = Arc::into_inner(telegram).expect("nobody else has it");
    telegram.stop().expect("only what the stand-in knows");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_and_a_password_sign_an_account_in() {
    let (telegram, program) = program().await;
    let (_, ()) = with(&telegram, program, |_, program| {
        let login = ["account", "login", "--phone", "+998904445566", "--json"];
        let wrong = told(program, &login, "11111\n");
        wrong.refused(1, &["the code is wrong"]);
        told(program, &login, "54321\nwrong\n").refused(1, &["the password is wrong"]);
        let done = told(program, &login, "54321\ncorrect horse\n");
        assert_eq!(done.code, 0, "{}", done.err);
        let shown: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
        assert_eq!((&shown["name"], &shown["state"]), (&json!("Reader"), &json!("active")));
        assert_eq!(shown["phone"], "+9•••••••••66");
        for secret in ["correct horse", "54321", KEY, "made-up", "998904445566"] {
            assert!(!format!("{}{}", done.out, done.err).contains(secret), "{secret} is shown");
        }
        let listed = program.json(&["account", "list"]);
        assert_eq!(listed["accounts"].as_array().map(Vec::len), Some(1));
        // a second time it is the same account
        told(program, &login, "54321\ncorrect horse\n");
        assert_eq!(program.json(&["account", "list"])["accounts"].as_array().map(Vec::len), Some(1));
        let stored = std::fs::read(program.database()).expect("the database");
        let printed = String::from_utf8_lossy(&stored);
        assert!(!printed.contains("correct horse") && !printed.contains("998904445566"));
    })
    .await;
    end(telegram);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_scans_a_picture() {
    let (telegram, program) = program().await;
    let (_, ()) = with(&telegram, program, |telegram, program| {
        let mut command = program.command(&["account", "login", "--qr", "--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let mut said = BufReader::new(child.stderr.take().expect("its errors"));
        said.read_line(&mut line).expect("the picture");
        let picture: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let token = picture["qr"].as_str().and_then(|url| url.strip_prefix("tg://login?token=")).expect("an address");
        let token = URL_SAFE_NO_PAD.decode(token).expect("a token");
        assert!(telegram.centres.accept_login_token(&token, 11));
        let done = Finished::from(child.wait_with_output().expect("it ends"));
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(done.out.contains("\"Owner\""), "{}", done.out);
    })
    .await;
    end(telegram);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_is_collected_and_the_account_can_be_stopped() {
    let (telegram, program) = program().await;
    let (program, ()) = with(&telegram, program, |telegram, program| {
        program.run(&["collect", "history", "@orbit"]).refused(1, &["sign one in first"]);
        signed_in(telegram, program);
        let report = program.json(&["collect", "history", "@orbit"]);
        assert_eq!((&report["posts"], &report["unread"], &report["stopped"]), (&json!(250), &json!(0), &json!(false)));
        assert_eq!(report["title"], "Orbit");
        assert_eq!(program.json(&["collect", "stats", "orbit"])["posts"], 250);
        let growth = program.json(&["stats", "orbit", "growth"]);
        assert!(growth["data"]["days"].as_array().is_some_and(|days| !days.is_empty()), "{growth}");
        let calls = program.json(&["account", "calls", "1"]);
        assert!(
            calls["calls"]
                .as_array()
                .is_some_and(|calls| calls.iter().any(|one| one["method"] == "messages.getHistory"))
        );
        // following was not switched on
        let off = program.run(&["collect", "updates", "orbit", "--once"]);
        off.refused(1, &["mtproto.updates_enabled is off", "MTPROTO_UPDATES_ENABLED=true"]);
        program.done(&["account", "stop", "--all"]);
        assert_eq!(program.json(&["account", "list"])["accounts"][0]["state"], "stopped");
        program.run(&["collect", "history", "orbit"]).refused(1, &["account"]);
        program.done(&["account", "resume", "1"]);
        assert_eq!(program.json(&["collect", "history", "orbit", "--again"])["posts"], 250);
        program.run(&["account", "stop", "9"]).refused(2, &["no account 9", "account list"]);
        program.done(&["account", "remove", "1"]);
        assert_eq!(program.json(&["account", "list"])["accounts"], json!([]));
    })
    .await;
    assert_eq!(stored(&program).await, describe(&telegram.world, "orbit").expect("a channel").posts);
    assert_eq!(telegram.world.calls().iter().filter(|call| call.method == "auth.logOut").count(), 1);
    end(telegram);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_the_middle_of_a_history_goes_on_where_it_was() {
    let (telegram, program) = program().await;
    let now = telegram.world.clock.now();
    let clock = program.write("now", &now.to_string());
    let program = program
        .with("ANALYTICBOT_CLOCK__FILE", &clock)
        .with("MTPROTO_UPDATES_ENABLED", "true")
        .with("ANALYTICBOT_SERVER__METRICS_TOKEN", "for-the-watcher");
    // the last slice takes its time
    let slow = |then| Rule {
        method: Some("messages.getHistory".to_owned()),
        dc: None,
        account: None,
        skip: 1,
        times: None,
        then,
    };
    telegram.world.add_rule(slow(Fault::DelayMs(3_000)));
    let (program, ()) = with(&telegram, program, move |telegram, program| {
        signed_in(telegram, program);
        let mut server = program.serve(&["--roles", "web,collect"]);
        // the server has the account: the shell leaves it the work
        wait_until("the lease", || program.json(&["account", "list"])["accounts"][0]["in_use_until"].is_i64());
        assert_eq!(program.json(&["collect", "history", "@orbit"])["read_by_server"], json!(true));
        wait_until("a page", || posts_listed(program) >= 90);
        server.child.kill().expect("killed");
        server.child.wait().expect("gone");
        assert!(posts_listed(program) < 250, "it was killed in the middle");
        telegram.world.clear_rules();
        // the lease of the dead process runs out
        program.write("now", &(now + 61).to_string());
        let server = program.serve(&["--roles", "web,collect"]);
        wait_until("the rest", || posts_listed(program) == 250);
        let measured = server.get_with("/metrics", &[("Authorization", "Bearer for-the-watcher")]).expect("metrics");
        for told in [
            "analyticbot_mtproto_calls_total{method=\"messages.getHistory\",outcome=\"answered\"}",
            "analyticbot_mtproto_call_seconds_bucket{method=\"messages.getHistory\"",
            "analyticbot_collect_tasks_total{task=\"messages.getHistory\",outcome=\"done\"}",
            "analyticbot_mtproto_accounts_held 1",
            "analyticbot_collect_lag_seconds{account=\"1\"}",
        ] {
            assert!(measured.contains(told), "{told} is not in {measured}");
        }
        server.signal("TERM");
        let (code, took, log) = server.ended(Duration::from_secs(25));
        assert_eq!(code, Some(0), "{log}");
        assert!(took < Duration::from_secs(25), "{took:?}");
        assert!(!log.contains(KEY) && !log.contains("panicked"), "{log}");
    })
    .await;
    assert_eq!(stored(&program).await, 250, "nothing lost, nothing twice");
    end(telegram);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_names_account_and_method_and_no_key() {
    let (telegram, program) = program().await;
    let program = program.with("ANALYTICBOT_SERVER__METRICS_TOKEN", "for-the-watcher");
    telegram.world.add_rule(Rule {
        method: Some("stats.getBroadcastStats".to_owned()),
        dc: None,
        account: None,
        skip: 0,
        times: None,
        then: Fault::Error(400, "CHAT_ADMIN_REQUIRED".to_owned()),
    });
    let key = hex(&telegram.centres.account_key(11));
    let (_, ()) = with(&telegram, program, move |telegram, program| {
        signed_in(telegram, program);
        let server = program.serve(&["--roles", "web,collect"]);
        wait_until("the lease", || program.json(&["account", "list"])["accounts"][0]["in_use_until"].is_i64());
        program.done(&["collect", "history", "@orbit"]);
        // counted once what was refused is told
        let counted = "analyticbot_collect_tasks_total{task=\"stats.getBroadcastStats\"";
        let token = [("Authorization", "Bearer for-the-watcher")];
        wait_until("the statistics", || server.get_with("/metrics", &token).expect("metrics").contains(counted));
        server.signal("TERM");
        let (code, _, log) = server.ended(Duration::from_secs(25));
        assert_eq!(code, Some(0), "{log}");
        let told = log.lines().find(|line| line.contains("administrator")).expect("what was refused is told");
        assert!(told.contains("account=1") && told.contains("stats.getBroadcastStats"), "{told}");
        for secret in [KEY, "made-up", &key, "998901112233"] {
            assert!(!log.contains(secret), "{secret} is in the log");
        }
    })
    .await;
    end(telegram);
}

fn posts_listed(program: &Program) -> i64 {
    program.json(&["channel", "list"])["channels"][0]["posts"].as_i64().unwrap_or(0)
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} has not come");
        pause();
    }
}

/// Messages that are stored.
async fn stored(program: &Program) -> usize {
    let url = format!("sqlite://{}", program.database().display());
    let db = store::Db::open(&store::Settings { url, max_connections: 1 }).await.expect("opens");
    let mut tx = db.read().await.expect("tx");
    let channel = domain::ids::ChannelId(1);
    let posts = store::collect::list_post_ids(&mut tx, channel).await.expect("ids").len();
    posts + albums::list_all_parts(&mut tx, channel).await.expect("parts").len()
}
