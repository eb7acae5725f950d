//! What people do wrong, and what they are told: a clear sentence with the way out, exit code 1 or 2, the database as
//! before.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::program::{Finished, Program, is_root, signal};

const POSTS: &str = "channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\nmy_channel,1,2025-06-01T10:00:00Z,1000,10,20,3,photo,First\n";

fn with_a_channel() -> Program {
    let program = Program::new();
    let file = program.write("posts.csv", POSTS);
    program.done(&["import", "posts", &file, "--taken-at", "2025-06-20T00:00:00Z"]);
    program
}

fn many_posts(rows: usize) -> String {
    let mut text = String::from("channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n");
    for row in 1..=rows {
        let date = 1_600_000_000 + row;
        _ = writeln!(text, "big,{row},{date},1000,10,20,3,photo,some text that takes a little room in the file");
    }
    text
}

#[test]
fn unknown_channel() {
    let program = with_a_channel();
    program.run(&["stats", "no_such", "overview"]).refused(2, &["no channel \"no_such\"", "channel list"]);
    program.run(&["channel", "delete", "no_such", "--confirm", "x"]).refused(2, &["channel list"]);
    program.run(&["export", "posts", "no_such", "--format", "csv"]).refused(2, &["channel list"]);
    let error = program.run(&["stats", "no_such", "overview", "--json"]);
    assert_eq!(error.code, 2);
    let error: Value = serde_json::from_str(&error.err).expect("the error as JSON");
    assert_eq!(
        (error["error"]["code"].as_str(), error["error"]["field"].as_str()),
        (Some("not_found"), Some("channel"))
    );
}

#[test]
fn unknown_zone() {
    let program = with_a_channel();
    program
        .run(&["stats", "my_channel", "daily", "--tz", "Mars/Olympus"])
        .refused(2, &["Mars/Olympus", "Asia/Tashkent"]);
    program.run(&["channel", "set", "my_channel", "--tz", "Mars/Olympus"]).refused(2, &["Mars/Olympus"]);
    let file = program.path("posts.csv").display().to_string();
    program.run(&["import", "posts", &file, "--tz", "Mars/Olympus"]).refused(2, &["Mars/Olympus"]);
}

#[test]
fn parameters_that_cannot_be_meant() {
    let program = with_a_channel();
    for (args, said) in [
        (["--from", "yesterday"], "2025-06-01"),
        (["--hours", "0"], "hours"),
        (["--max-gap", "-1"], "any"),
        (["--measure", "likes"], "reach24 or total"),
        (["--sort", "likes"], "er, views"),
        (["--limit", "0"], "limit"),
        (["--min-views", "x"], "min_views"),
    ] {
        // `--max-gap -1` must reach us and not be taken for a flag
        let joined = format!("{}={}", args[0], args[1]);
        program.run(&["stats", "my_channel", "top", &joined]).refused(2, &[said]);
    }
    program.run(&["stats", "my_channel", "top", "--from", "2025-07-01", "--to", "2025-06-01"]).refused(2, &["from"]);
    program.run(&["stats", "my_channel", "colours"]).refused(2, &["view-curve"]);
    program.run(&["frobnicate"]).refused(2, &["frobnicate"]);
    program.run(&["--workspace", "nowhere", "channel", "list"]).refused(2, &["workspace"]);
    let as_json = program.run(&["stats", "--json"]);
    assert_eq!(as_json.code, 2);
    assert!(serde_json::from_str::<Value>(&as_json.err).is_ok(), "{}", as_json.err);
}

#[test]
fn settings_that_are_not() {
    let program = Program::new();
    program.write("analyticbot.toml", "[server]\nbidn = \"127.0.0.1:1\"\n");
    program.run(&["config", "print"]).refused(2, &["server.bidn", "did you mean server.bind?"]);
    assert!(program.done(&["config", "example"]).out.contains("[database]"), "an example is for who has a broken file");
    let program = Program::new().with("ANALYTICBOT_SERVER__BIND", "nowhere");
    program.run(&["serve"]).refused(2, &["server.bind", "127.0.0.1:8080"]);
    Program::new().run(&["--config", "missing.toml", "migrate"]).refused(2, &["missing.toml", "--config"]);
    let program = Program::new().with("ANALYTICBOT_CLOCK__FILE", "/nonexistent/now");
    program.run(&["channel", "list"]).refused(2, &["/nonexistent/now"]);
}

#[test]
fn demo_on_an_address_that_others_reach() {
    let program = Program::new();
    for bind in ["0.0.0.0:0", "10.0.0.1:8080", "[::]:0"] {
        program.run(&["serve", "--demo", "--bind", bind]).refused(2, &["--demo", "loopback", "--bind 127.0.0.1"]);
    }
    assert!(!program.database().exists(), "refused before anything is touched");
}

#[test]
fn a_port_in_use() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let bind = taken.local_addr().expect("its address").to_string();
    let program = Program::new();
    program.run(&["serve", "--bind", &bind]).refused(1, &["is in use", "--bind"]);
    assert!(!program.database().exists(), "refused before anything is touched");
}

#[test]
fn a_database_of_a_newer_version() {
    let program = with_a_channel();
    let database = program.database().display().to_string();
    let sql = "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) VALUES (9999, 'future', CURRENT_TIMESTAMP, 1, x'00', 0)";
    tokio::runtime::Runtime::new().expect("a runtime").block_on(run_sql(&database, sql));
    let size = std::fs::metadata(program.database()).expect("it is there").len();
    for args in [vec!["stats", "my_channel", "overview"], vec!["migrate"], vec!["serve", "--bind", "127.0.0.1:0"]] {
        program.run(&args).refused(1, &["newer version", "9999"]);
    }
    assert_eq!(std::fs::metadata(program.database()).expect("it is there").len(), size);
    let checked = program.run(&["doctor"]);
    assert_eq!(checked.code, 1, "{}", checked.out);
    assert!(checked.out.contains("newer version"), "{}", checked.out);
}

async fn run_sql(database: &str, sql: &'static str) {
    use sqlx::Connection as _;
    let mut conn = sqlx::SqliteConnection::connect(&format!("sqlite://{database}")).await.expect("connected");
    sqlx::query(sql).execute(&mut conn).await.expect("changed");
    conn.close().await.expect("closed");
}

/// Root may write anywhere, so the program runs as nobody there.
fn run_without_privileges(program: &Program, args: &[&str]) -> Finished {
    if !is_root() {
        return program.run(args);
    }
    // the folders around the program may be closed to others
    let copy = program.path("analyticbot");
    std::fs::copy(env!("CARGO_BIN_EXE_analyticbot"), &copy).expect("a copy of the program");
    std::fs::set_permissions(program.home.path(), std::fs::Permissions::from_mode(0o755)).expect("readable");
    let mut command =
        program.command_of(Path::new("setpriv"), &["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    command.arg(&copy).args(args);
    Finished::from(command.output().expect("setpriv starts"))
}

#[test]
fn a_read_only_folder() {
    let program = with_a_channel();
    let folder = program.database().parent().expect("its folder").to_owned();
    let mode = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).expect("changed");
    mode(0o555);
    std::fs::set_permissions(program.database(), std::fs::Permissions::from_mode(0o444)).expect("changed");
    let file = program.path("posts.csv").display().to_string();
    let finished = run_without_privileges(&program, &["import", "posts", &file]);
    mode(0o755);
    finished.refused(1, &["read-only"]);
    assert_eq!(program.json(&["stats", "my_channel", "overview"])["data"]["posts"], 1);
}

#[test]
fn a_full_disk() {
    let program = with_a_channel();
    let file = program.write("big.csv", &many_posts(60_000));
    // a disk of its own, of 3 MiB, which only this process and its children see
    let disk = program.path("disk");
    std::fs::create_dir(&disk).expect("a folder");
    let url = format!("sqlite://{}", disk.join("small.db").display());
    let program = program.with("ANALYTICBOT_DATABASE__URL", &url);
    let script = "mount -t tmpfs -o size=3m tmpfs \"$1\" || exit 99
        \"$0\" migrate >/dev/null || exit 98
        \"$0\" import posts \"$2\"; imported=$?
        \"$0\" channel list --json
        exit $imported";
    let mut command = program.command_of(Path::new("unshare"), &["--map-root-user", "--mount", "bash", "-c", script]);
    command.arg(env!("CARGO_BIN_EXE_analyticbot")).arg(&disk).arg(&file);
    let finished = Finished::from(command.output().expect("unshare starts"));
    assert_eq!(finished.code, 1, "{}{}", finished.out, finished.err);
    assert!(finished.err.contains("disk is full"), "{}", finished.err);
    assert_eq!(finished.out.trim(), "{\"channels\":[]}", "the database is as before");
}

#[test]
fn ctrl_c_during_an_import() {
    let program = with_a_channel();
    let file = program.write("big.csv", &many_posts(400_000));
    let mut command = program.command(&["import", "posts", &file]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    // it has begun when it writes
    let log = program.path(".local/share/analyticbot/analyticbot.db-wal");
    while std::fs::metadata(&log).map_or(0, |log| log.len()) < 1 << 20 {
        crate::program::pause();
    }
    signal(&child, "INT");
    let finished = Finished::from(child.wait_with_output().expect("its end"));
    assert_eq!(finished.code, 1, "{}", finished.err);
    assert!(
        finished.err.contains("stopped") && finished.err.contains("the same command continues"),
        "{}",
        finished.err
    );
    assert_eq!(
        program.json(&["channel", "list"])["channels"].as_array().map(Vec::len),
        Some(1),
        "nothing of the file shows"
    );
    // the next run of the same file goes on
    program.done(&["import", "posts", &file]);
    let channels = program.json(&["channel", "list"]);
    let big = channels["channels"]
        .as_array()
        .expect("channels")
        .iter()
        .find(|channel| channel["channel"] == "big")
        .expect("the new channel");
    assert_eq!(big["posts"], 400_000);
}

#[test]
fn files_that_cannot_be_imported() {
    let program = with_a_channel();
    let refused = |name: &str, text: &str, said: &[&str]| {
        let file = program.write(name, text);
        program.run(&["import", "posts", &file]).refused(1, said);
    };
    refused("semicolons.csv", &POSTS.replace(',', ";"), &["semicolon"]);
    refused("bad.csv", &POSTS.replace("1000", "many"), &["line 2", "views", "many"]);
    refused("columns.csv", &POSTS.replace("views", "looks"), &["looks"]);
    refused("cut.csv", POSTS.trim_end_matches(",10,20,3,photo,First\n"), &["line 2"]);
    refused("empty.csv", "", &["is empty", "first line"]);
    program.run(&["import", "posts", "missing.csv"]).refused(2, &["missing.csv"]);
    let private = program.write("result.json", r#"{"name":"Ann","type":"personal_chat","id":1,"messages":[]}"#);
    program.run(&["import", "telegram-export", &private]).refused(1, &["channel"]);
    assert_eq!(program.json(&["stats", "my_channel", "overview"])["data"]["posts"], 1, "the database is as before");
}

/// Runs the program where it may not take more memory than a part of the file it is to read.
fn run_in_two_gigabytes(program: &Program, args: &[&str]) -> Finished {
    let script = "ulimit -v 2000000 && exec \"$0\" \"$@\"";
    let mut command = program.command_of(Path::new("bash"), &["-c", script, env!("CARGO_BIN_EXE_analyticbot")]);
    Finished::from(command.args(args).output().expect("bash starts"))
}

#[test]
fn a_five_gigabyte_file() {
    let program = with_a_channel();
    // a good beginning, then a hole: the file system keeps no room for it, whoever reads it gets 5 GiB
    let file = |name: &str, beginning: &str| {
        let path = program.write(name, beginning);
        let file = std::fs::OpenOptions::new().write(true).open(&path).expect("the file");
        file.set_len(5 << 30).expect("a hole");
        path
    };
    let posts = file("huge.csv", POSTS);
    run_in_two_gigabytes(&program, &["import", "posts", &posts]).refused(1, &["line 3", "no end"]);
    let export = file("huge.json", "{\"name\":\"Huge\",\"type\":\"public_channel\",\"id\":1,\"messages\":[");
    run_in_two_gigabytes(&program, &["import", "telegram-export", &export]).refused(1, &["huge.json"]);
    assert_eq!(program.json(&["stats", "my_channel", "overview"])["data"]["posts"], 1, "the database is as before");
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_fine() {
    let program = Program::new();
    let file = program.write("windows.csv", &format!("\u{feff}{}", POSTS.replace('\n', "\r\n")));
    program.done(&["import", "posts", &file]);
    assert_eq!(program.json(&["stats", "my_channel", "overview"])["data"]["posts"], 1);
}

#[test]
fn a_backup_that_is_none() {
    let program = with_a_channel();
    let file = program.write("not.backup", "this is no database");
    program.run(&["restore", &file]).refused(1, &["not.backup"]);
    assert_eq!(program.json(&["stats", "my_channel", "overview"])["data"]["posts"], 1, "the database is as before");
    let there = program.path("posts.csv").display().to_string();
    program.run(&["backup", &there]).refused(1, &["posts.csv"]);
}

#[test]
fn exports_may_be_switched_off() {
    let program = with_a_channel();
    let program = program.with("EXPORT_ENABLED", "false");
    program.run(&["export", "posts", "my_channel", "--format", "csv"]).refused(1, &["export.enabled"]);
}
