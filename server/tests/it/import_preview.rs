//! `import preview`: the public page of a channel, by the real program.

use std::time::Duration;

use fake_telegram::FakeTelegram;
use fake_telegram::scenario::Scenario;
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::program::Program;

const WORLD: &str = r#"
[[channels]]
username = "orbit"
title = "Orbit"
members = 15432
generate = { posts = 45 }
[[channels]]
username = "quiet"
no_preview = true
"#;

async fn program() -> (FakeTelegram, Program) {
    let telegram = FakeTelegram::start(Scenario::parse(WORLD).expect("a scenario")).await.expect("it starts");
    let program = Program::new()
        .with("ANALYTICBOT_PREVIEW__URL", &telegram.http_url())
        .with("ANALYTICBOT_PREVIEW__PAUSE_MS", "1");
    (telegram, program)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_is_imported_and_the_same_again_brings_nothing_new() {
    let (_telegram, program) = program().await;
    let program = spawn_blocking(move || {
        let first = program.json(&["import", "preview", "t.me/orbit", "--tz", "Asia/Tashkent"]);
        assert_eq!((&first["channel"], &first["new_posts"]), (&json!("orbit"), &json!(45)));
        assert_eq!((&first["complete"], &first["stopped"]), (&json!(true), &json!(false)));
        let again = program.json(&["import", "preview", "@orbit"]);
        assert_eq!(again["new_posts"], 0);
        program
    });
    let program = program.await.expect("the program runs");
    let listed = spawn_blocking(move || program.json(&["channel", "list"])).await.expect("the program runs");
    let channel = &listed["channels"][0];
    assert_eq!((&channel["posts"], &channel["tz"]), (&json!(45), &json!("Asia/Tashkent")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_import_goes_on_where_it_was() {
    let (telegram, program) = program().await;
    let slow = program.with("ANALYTICBOT_PREVIEW__PAUSE_MS", "1500");
    let mut child = slow.command(&["import", "preview", "@orbit"]).spawn().expect("it starts");
    let first_page = async {
        loop {
            let stored = slow.database().exists() && {
                let url = format!("sqlite://{}", slow.database().display());
                let settings = store::Settings { url, max_connections: 1 };
                match store::Db::open(&settings).await {
                    Ok(db) => posts(&db).await.unwrap_or(0) >= 20,
                    Err(_) => false,
                }
            };
            if stored {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), first_page).await.expect("a page in time");
    child.kill().expect("killed");
    child.wait().expect("gone");
    let program = slow.with("ANALYTICBOT_PREVIEW__PAUSE_MS", "1");
    let listed = spawn_blocking(move || {
        program.done(&["import", "preview", "@orbit"]);
        program.json(&["channel", "list"])
    });
    assert_eq!(listed.await.expect("the program runs")["channels"][0]["posts"], 45, "nothing lost, nothing twice");
    telegram.stop().expect("nothing was asked for in vain");
}

async fn posts(db: &store::Db) -> store::Result<i64> {
    let mut tx = db.read().await?;
    let counts = store::maintenance::row_counts(&mut tx).await?;
    Ok(counts.into_iter().find(|(table, _)| table == "post").map_or(0, |(_, rows)| rows))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_says_why_and_what_to_do() {
    let (_telegram, program) = program().await;
    let (quiet, nobody, mistyped) = spawn_blocking(move || {
        let run = |channel| program.run(&["import", "preview", channel]);
        (run("@quiet"), run("@nobody_there"), run("https://example.com/x"))
    })
    .await
    .expect("the program runs");
    assert_eq!((quiet.code, nobody.code, mistyped.code), (1, 1, 2), "{}", mistyped.err);
    assert!(quiet.err.contains("@quiet") && quiet.err.contains("no public page"), "{}", quiet.err);
    assert!(nobody.err.contains("@nobody_there"), "{}", nobody.err);
}
