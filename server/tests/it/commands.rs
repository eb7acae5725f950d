//! Every command's happy path, and its help.

use serde_json::json;

use crate::program::Program;

const POSTS: &str = "channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n\
    my_channel,1,2025-06-01T10:00:00Z,1000,10,20,3,photo,First\n\
    my_channel,2,2025-06-02T10:00:00Z,2000,30,,4,text,\"Second, with #tag\"\n\
    my_channel,3,2025-06-03T10:00:00Z,500,,5,,video,\n";
const TAKEN_AT: &str = "2025-06-20T00:00:00Z";

fn with_posts() -> Program {
    let program = Program::new();
    let file = program.write("posts.csv", POSTS);
    program.done(&["import", "posts", &file, "--taken-at", TAKEN_AT, "--tz", "Asia/Tashkent", "--title", "My channel"]);
    program
}

#[test]
fn every_help_has_an_example() {
    fn check(command: &clap::Command, path: &str) {
        let help = command.clone().render_long_help().to_string();
        assert!(help.contains("Example"), "{path} has no example:\n{help}");
        for inner in command.get_subcommands() {
            check(inner, &format!("{path} {}", inner.get_name()));
        }
    }
    check(&server::commands::definition(), "analyticbot");
    let finished = Program::new().done(&["stats", "--help"]);
    assert!(finished.out.contains("analyticbot stats my_channel reach"), "{}", finished.out);
}

#[test]
fn the_example_in_the_repository_is_the_one_that_is_printed() {
    let printed = Program::new().done(&["config", "example"]).out;
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../config.example.toml"))
        .expect("config.example.toml");
    assert!(printed == kept, "write it anew: analyticbot config example > config.example.toml");
}

#[test]
fn config_print_masks_the_password() {
    let program = Program::new().with("ANALYTICBOT_DATABASE__URL", "postgres://me:secret@127.0.0.1/a");
    let printed = program.done(&["config", "print"]).out;
    assert!(printed.contains("postgres://me:***@127.0.0.1/a") && printed.contains("environment"), "{printed}");
    assert!(!printed.contains(":secret@"));
    assert_eq!(program.json(&["config", "print"])["server.bind"]["value"], "127.0.0.1:8080");
}

#[test]
fn migrate_creates_the_database_and_may_be_repeated() {
    let program = Program::new();
    let first = program.json(&["migrate"]);
    assert_eq!(first["before"], json!(null));
    let second = program.json(&["migrate"]);
    assert_eq!(second["before"], first["after"]);
    assert!(program.database().is_file());
}

#[test]
fn imported_posts_answer_questions() {
    let program = with_posts();
    let overview = program.json(&["stats", "my_channel", "overview"]);
    assert_eq!(overview["data"]["posts"], 3);
    assert_eq!(overview["data"]["views"], 3500);
    assert_eq!(overview["meta"]["tz"], "Asia/Tashkent");
    assert_eq!(overview["meta"]["sources"], json!(["imported"]));

    // with @, without case
    let text = program.done(&["stats", "@My_Channel", "overview"]).out;
    assert!(text.contains("views") && text.contains("3,500") && text.contains("Asia/Tashkent"), "{text}");
    for question in ["daily", "growth", "reach", "view-curve", "top", "sources", "content", "heatmap", "trending"] {
        let text = program.done(&["stats", "my_channel", question]).out;
        assert!(text.contains("Asia/Tashkent"), "{question}: {text}");
    }
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let program = with_posts();
    let before = (program.json(&["stats", "my_channel", "overview"]), program.json(&["channel", "list"]));
    let file = program.path("posts.csv").display().to_string();
    program.done(&["import", "posts", &file, "--taken-at", TAKEN_AT]);
    // later, with the same counters: no new snapshot
    program.done(&["import", "posts", &file, "--taken-at", "2025-06-25T00:00:00Z"]);
    assert_eq!((program.json(&["stats", "my_channel", "overview"]), program.json(&["channel", "list"])), before);
}

#[test]
fn the_other_files_add_to_the_channel() {
    let program = with_posts();
    let snapshots = program.write(
        "snapshots.csv",
        "channel,post_id,taken_at_utc,views,forwards,reactions,replies\nmy_channel,1,2025-06-01T11:00:00Z,300,,,\n",
    );
    let daily = program.write(
        "daily.csv",
        "channel,day,subscribers,joined,left,notifications_on\nmy_channel,2025-06-01,10000,50,20,\n",
    );
    let sources = program.write("sources.csv", "channel,day,source,views\nmy_channel,2025-06-01,followers,700\n");
    program.done(&["import", "snapshots", &snapshots]);
    program.done(&["import", "daily", &daily]);
    program.done(&["import", "sources", &sources]);
    assert_eq!(program.json(&["stats", "my_channel", "growth"])["data"]["joined"], 50);
    assert_eq!(program.json(&["stats", "my_channel", "sources"])["data"]["sources"][0]["source"], "followers");
    assert_eq!(program.json(&["stats", "my_channel", "view-curve", "--hours", "1"])["data"][0]["median_views"], 300.0);
}

#[test]
fn bad_rows_can_be_set_aside() {
    let program = Program::new();
    let file = program.write("posts.csv", &format!("{POSTS}my_channel,4,2025-06-04T10:00:00Z,many,1,1,1,text,x\n"));
    let bad = program.path("bad.csv").display().to_string();
    program.done(&["import", "posts", &file, "--taken-at", TAKEN_AT, "--skip-bad-rows", &bad]);
    assert!(std::fs::read_to_string(&bad).expect("the bad rows").contains("many"));
    assert_eq!(program.json(&["stats", "my_channel", "overview"])["data"]["posts"], 3);
}

#[test]
fn a_telegram_export_is_imported() {
    let program = Program::new();
    // in the order in which Telegram Desktop writes
    let export = r##"{"name": "My export", "type": "public_channel", "id": 1234567890, "messages": [
        {"id": 1, "type": "service", "date": "2025-06-01T09:00:00", "date_unixtime": "1748768400", "action": "create_channel",
         "text": "", "text_entities": []},
        {"id": 2, "type": "message", "date": "2025-06-01T10:00:00", "date_unixtime": "1748772000", "from": "My export",
         "from_id": "channel1234567890", "text": ["Hello ", {"type": "hashtag", "text": "#world"}],
         "text_entities": [{"type": "plain", "text": "Hello "}, {"type": "hashtag", "text": "#world"}]}
    ]}"##;
    let file = program.write("result.json", export);
    program.done(&["import", "telegram-export", &file]);
    let channels = program.json(&["channel", "list"]);
    assert_eq!(channels["channels"][0]["title"], "My export", "{channels}");
    assert_eq!(channels["channels"][0]["posts"], 1);
}

#[test]
fn demo_fills_once_and_says_that_it_is_made_up() {
    let program = Program::new();
    let filled = program.json(&["demo", "--channels", "2", "--days", "10", "--seed", "3"]);
    assert_eq!(filled["channels"].as_array().map(Vec::len), Some(2));
    let again = program.json(&["demo", "--channels", "2", "--days", "10", "--seed", "3"]);
    assert_eq!(again["channels"][0]["outcome"], "already_there");
    assert_eq!(program.json(&["channel", "list"])["channels"][0]["demo"], true);
}

#[test]
fn demo_if_empty_fills_only_an_empty_database() {
    let program = Program::new();
    let small = ["demo", "--if-empty", "--channels", "1", "--days", "10"];
    assert_eq!(program.json(&small)["channels"][0]["outcome"], "made");
    assert_eq!(program.json(&small)["channels"], json!([]));
    let own = with_posts();
    assert_eq!(own.json(&small)["channels"], json!([]));
    assert_eq!(own.json(&["channel", "list"])["channels"].as_array().map(Vec::len), Some(1));
}

#[test]
fn exported_posts_can_be_imported_again() {
    let program = with_posts();
    let out = program.path("out.csv").display().to_string();
    program.done(&[
        "export",
        "posts",
        "my_channel",
        "--format",
        "csv",
        "--from",
        "2025-06-01",
        "--to",
        "2025-07-01",
        "--out",
        &out,
    ]);
    let second = Program::new();
    second.done(&["import", "posts", &out, "--taken-at", TAKEN_AT, "--tz", "Asia/Tashkent"]);
    assert_eq!(
        second.json(&["stats", "my_channel", "top"])["data"],
        program.json(&["stats", "my_channel", "top"])["data"]
    );
    let days = program.done(&["export", "daily", "my_channel", "--format", "json"]).out;
    assert!(serde_json::from_str::<serde_json::Value>(&days).is_ok(), "{days}");
}

#[test]
fn a_channel_is_renamed_listed_and_deleted_with_its_data() {
    let program = with_posts();
    program.done(&["channel", "set", "my_channel", "--title", "Renamed", "--tz", "Europe/Moscow"]);
    let listed = program.done(&["channel", "list"]).out;
    assert!(listed.contains("Renamed") && listed.contains("Europe/Moscow"), "{listed}");
    program.run(&["channel", "delete", "my_channel"]).refused(2, &["--confirm", "Renamed"]);
    program.run(&["channel", "delete", "my_channel", "--confirm", "My channel"]).refused(1, &["nothing was deleted"]);
    program.done(&["channel", "delete", "my_channel", "--confirm", "Renamed"]);
    assert_eq!(program.json(&["channel", "list"])["channels"], json!([]));
}

#[test]
fn a_backup_brings_everything_back() {
    let program = with_posts();
    let before = program.json(&["stats", "my_channel", "top"]);
    let file = program.path("saved.backup").display().to_string();
    program.done(&["backup", &file]);
    program.done(&["channel", "set", "my_channel", "--title", "Changed"]);
    program.run(&["restore", &file]).refused(1, &["1 channels", "--force"]);
    program.done(&["restore", &file, "--force"]);
    assert_eq!(program.json(&["channel", "list"])["channels"][0]["title"], "My channel");
    assert_eq!(program.json(&["stats", "my_channel", "top"]), before);
}

#[test]
fn weeks_and_months_are_whole_ones() {
    let program = with_posts();
    let months = program.json(&["stats", "my_channel", "daily", "--by", "month"]);
    // 2025-06-01 10:00 UTC and the two days after it; the window of 30 days begins in May
    let expected = json!([
        {"first_day": "2025-05-01", "posts": 0, "views": 0, "forwards": 0, "reactions": 0, "replies": 0, "er": null,
         "subscribers": null, "joined": null, "left": null, "net": null},
        {"first_day": "2025-06-01", "posts": 3, "views": 3500, "forwards": 40, "reactions": 25, "replies": 7,
         "er": 72.0 / 3500.0, "subscribers": null, "joined": null, "left": null, "net": null},
    ]);
    assert_eq!(months["data"], expected, "{months}");
    let text = program.done(&["stats", "my_channel", "daily", "--by", "week", "--from", "2025-06-01"]).out;
    assert!(text.contains("2025-05-26") && text.contains("2025-06-02"), "{text}");
    program.run(&["stats", "my_channel", "growth", "--by", "week"]).refused(2, &["only daily"]);
    program.run(&["stats", "my_channel", "daily", "--by", "year"]).refused(2, &["week or month"]);
}

#[test]
fn a_channel_is_refreshed_once_in_a_while() {
    let program = with_posts();
    let first = program.json(&["channel", "refresh", "my_channel"]);
    assert_eq!((&first["channel"], first["version"].as_i64()), (&json!("my_channel"), Some(2)));
    program.run(&["channel", "refresh", "my_channel"]).refused(1, &["opens again"]);
    program.run(&["channel", "refresh", "nobody"]).refused(2, &["channel list"]);
}

#[test]
fn doctor_finds_a_sound_installation_sound() {
    let program = with_posts();
    let checked = program.json(&["doctor"]);
    assert_ne!(checked["verdict"], "fail", "{checked}");
    let verdict = |check: &str| {
        checked["checks"].as_array().expect("checks").iter().find(|finding| finding["check"] == check).expect(check)["verdict"].clone()
    };
    for check in ["database", "writable", "integrity", "zones", "jobs", "summaries"] {
        assert_eq!(verdict(check), "ok", "{checked}");
    }
    assert!(Program::new().done(&["doctor"]).out.contains("does not exist yet"));
}

#[test]
fn an_answer_is_drawn_as_a_picture() {
    let program = with_posts();
    let file = program.path("top.png");
    let finished = program.run(&["stats", "my_channel", "top", "--png", &file.display().to_string()]);
    if finished.err.contains("carries no chart renderer") {
        // a build of the server alone; ./dev test builds the site first
        assert_eq!(finished.code, 1);
        return;
    }
    assert_eq!(finished.code, 0, "{}", finished.err);
    assert!(std::fs::read(&file).expect("the picture").starts_with(b"\x89PNG"));
}

#[test]
fn a_clock_file_moves_the_time() {
    let program = Program::new();
    let clock = program.write("now", "1800000000");
    let program = program.with("ANALYTICBOT_CLOCK__FILE", &clock);
    program.done(&["demo", "--channels", "1", "--days", "5"]);
    let as_of = program.json(&["channel", "list"])["channels"][0]["as_of"].as_i64().expect("an instant");
    assert!((1_799_900_000..=1_800_000_000).contains(&as_of), "{as_of}");
}

#[test]
fn a_key_is_made_listed_and_revoked() {
    let program = with_posts();
    let made = program.json(&[
        "apikey",
        "create",
        "--workspace",
        "default",
        "--scopes",
        "read:analytics",
        "--name",
        "Grafana",
        "--channels",
        "@My_Channel",
        "--expires",
        "2100-01-01",
    ]);
    let secret = made["key"].as_str().expect("a secret");
    assert!(secret.starts_with("abk_") && secret.ends_with(made["ending"].as_str().expect("its ending")), "{made}");
    assert_eq!(made["channels"], json!(["my_channel"]));
    assert_eq!(made["expires_at"], json!(4_102_444_800_i64));

    let listed = program.json(&["apikey", "list"]);
    assert_eq!(listed["keys"][0]["name"], "Grafana");
    assert!(!listed.to_string().contains(secret), "a secret is shown once");
    let text = program.done(&["apikey", "list"]).out;
    assert!(text.contains("Grafana") && text.contains("in use") && text.contains("my_channel"), "{text}");

    let id = made["id"].to_string();
    assert_eq!(program.json(&["apikey", "revoke", &id])["revoked"], made["id"]);
    assert!(program.done(&["apikey", "list"]).out.contains("revoked"));
    let text = program.done(&["apikey", "create"]).out;
    assert!(text.starts_with("abk_") && text.contains("cannot be shown again"), "{text}");
}
