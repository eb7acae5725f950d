//! Several processes that start at once on one database.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::program::{Finished, Program};

const AT_ONCE: usize = 5;

fn program_on(url: &str) -> Program {
    Program::new().with("ANALYTICBOT_DATABASE__URL", url)
}

fn start(program: &Program, args: &[&str]) -> Child {
    let mut command: Command = program.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

fn all_migrate(url: &str) {
    let program = program_on(url);
    let children: Vec<Child> = (0..AT_ONCE).map(|_| start(&program, &["migrate", "--json"])).collect();
    for child in children {
        let finished = Finished::from(child.wait_with_output().expect("it ends"));
        assert_eq!(finished.code, 0, "{}{}", finished.out, finished.err);
    }
    let again = program.json(&["migrate"]);
    assert!(again["after"].is_i64() && again["before"] == again["after"], "{again}");
}

#[test]
fn many_migrate_an_empty_file() {
    let folder = tempfile::tempdir().expect("a folder");
    all_migrate(&format!("sqlite://{}", folder.path().join("a.db").display()));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_migrate_an_empty_postgres() {
    store::testing::on_empty_postgres(|url| async move {
        tokio::task::spawn_blocking(move || all_migrate(&url)).await.expect("all have");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_serve_an_empty_postgres() {
    store::testing::on_empty_postgres(|url| async move {
        tokio::task::spawn_blocking(move || all_serve(&url)).await.expect("all do");
    })
    .await;
}

fn all_serve(url: &str) {
    let program = program_on(url);
    let mut children: Vec<Child> =
        (0..AT_ONCE).map(|_| start(&program, &["serve", "--bind", "127.0.0.1:0", "--roles", "web,jobs"])).collect();
    for child in &mut children {
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        assert!(line.contains("http://"), "it serves: {line:?}");
    }
    for child in &children {
        crate::program::signal(child, "TERM");
    }
    for child in children {
        let finished = Finished::from(child.wait_with_output().expect("it ends"));
        assert_eq!(finished.code, 0, "{}", finished.err);
        assert!(!finished.err.contains("ERROR") && !finished.err.contains("panicked"), "{}", finished.err);
    }
}

/// A replica of the database that is away is told by `/readyz` and by `doctor`, and stops nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_read_replica_is_told_and_pages_go_on() {
    store::testing::on_empty_postgres(|url| async move {
        tokio::task::spawn_blocking(move || {
            let nowhere = "postgres://me:s3cret@127.0.0.1:1/none";
            let program = program_on(&url).with("ANALYTICBOT_DATABASE__REPLICA_URL", nowhere);
            program.done(&["demo", "--channels", "1", "--days", "10"]);
            let server = program.serve(&["--demo", "--roles", "web"]);
            let ready = server.get("/readyz").expect("an answer");
            assert!(ready.starts_with("HTTP/1.1 200") && ready.contains(r#""replica":{"#), "{ready}");
            assert!(ready.contains("degraded") && !ready.contains("s3cret"), "{ready}");
            let channel = program.json(&["channel", "list"])["channels"][0]["channel"].clone();
            let page = server.get(&format!("/channels/{}", channel.as_str().expect("a name"))).expect("a page");
            assert!(page.contains("metric-reach"), "a dashboard: {page}");
            assert!(program.done(&["doctor"]).out.contains("replica"));
            server.signal("TERM");
            let (_, _, log) = server.ended(Duration::from_secs(30));
            assert_eq!(log.matches("the read replica cannot be used").count(), 1, "said once: {log}");
        })
        .await
        .expect("seen");
    })
    .await;
}
