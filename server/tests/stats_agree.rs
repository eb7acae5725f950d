//! `stats` and the public API against a second implementation: `independent/questions.py` was written from the
//! definitions, not from our code, and reads the same CSV files that `import` reads.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// Relative; sums run in another order there.
const TOLERANCE: f64 = 1e-9;

const QUESTIONS: [&str; 10] =
    ["overview", "daily", "growth", "reach", "view-curve", "top", "sources", "content", "heatmap", "trending"];

/// Files of one channel and how they are read.
struct Files {
    folder: tempfile::TempDir,
    channel: String,
    posts: PathBuf,
    taken_at: String,
    zone: &'static str,
    /// `None`: SQLite in the folder
    database: Option<String>,
    /// kind and file
    more: Vec<(&'static str, PathBuf)>,
}

impl Files {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_analyticbot"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", "/usr/bin:/bin");
        if let Some(url) = &self.database {
            command.env("ANALYTICBOT_DATABASE__URL", url);
        }
        command
    }

    fn program(&self, args: &[&str]) -> Output {
        let output = self.command(args).output().expect("the program starts");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    fn import(&self) {
        let posts = self.posts.display().to_string();
        self.program(&["import", "posts", &posts, "--tz", self.zone, "--taken-at", &self.taken_at]);
        for (kind, file) in &self.more {
            self.program(&["import", kind, &file.display().to_string()]);
        }
    }

    fn ours(&self, question: &str, args: &[&str]) -> Value {
        let output = self.program(&[&["stats", &self.channel, question, "--json"], args].concat());
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        answer["data"].clone()
    }

    fn independent(&self, question: &str, args: &[&str]) -> Value {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/independent/questions.py");
        let mut command = Command::new("python3");
        command
            .args([script, question, "--channel", &self.channel, "--taken-at", &self.taken_at, "--posts"])
            .arg(&self.posts);
        for (kind, file) in &self.more {
            command.arg(format!("--{kind}")).arg(file);
        }
        // the channel's zone is what `import --tz` said; there it must be told
        if !args.contains(&"--tz") {
            command.args(["--tz", self.zone]);
        }
        let output = command.args(args).output().expect("python3 starts");
        assert!(output.status.success(), "{question} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    fn agree(&self, args: &[&str], questions: &[&str]) {
        // one run for all answers; a few are asked for one by one
        let all = (questions == QUESTIONS).then(|| self.independent("all", args));
        for question in questions {
            let theirs = all.as_ref().map_or_else(|| self.independent(question, args), |all| all[question].clone());
            self.equal(&self.ours(question, args), &theirs, &format!("{question} {args:?}"));
        }
    }

    #[track_caller]
    fn equal(&self, ours: &Value, theirs: &Value, asked: &str) {
        let mut differences = String::new();
        compare(ours, theirs, "data", &mut differences);
        assert!(differences.is_empty(), "{} {asked}, ours and independent:\n{differences}", self.channel);
    }

    /// The public API over a real connection, after [`Files::import`].
    fn serve(&self) -> Api {
        let created = self.program(&["apikey", "create", "--json"]);
        let created: Value = serde_json::from_slice(&created.stdout).expect("JSON");
        let key = created["key"].as_str().expect("the key, shown once").to_owned();
        // no jobs: a backtest in the meantime would be news
        let mut child = self
            .command(&["serve", "--bind", "127.0.0.1:0", "--roles", "web"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut first_line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut first_line).expect("its first line");
        let address = first_line.split("http://").nth(1).expect(&first_line).trim_end().to_owned();
        Api { child, address, key }
    }

    /// The same over HTTP: every question the API has, the posts, one post's views and the comparison.
    fn agree_over_http(&self, api: &Api, args: &[&str]) {
        let query = api_query(args);
        let all = self.independent("all", args);
        for (question, theirs) in all.as_object().expect("answers by question") {
            let (path, limit) = match question.as_str() {
                "top" => ("top-posts", ""),
                "posts" => ("posts", "limit=1000"),
                name => (name, ""),
            };
            let path = format!("/channels/{}/{path}?{query}&{limit}", self.channel);
            self.equal(&api.data(&path), theirs, &path);
        }
        let path = format!("/compare?{query}");
        let mut ours = api.data(&path);
        // a title is not in the files
        for row in ours.as_array_mut().expect("channels") {
            row["title"] = row["channel"].clone();
        }
        self.equal(&ours, &self.independent("compare", args), &path);
        let posts = all["posts"]["posts"].as_array().expect("posts");
        for post in posts.iter().step_by(1 + posts.len() / 4) {
            let post_id = post["post_id"].to_string();
            let theirs = self.independent("post-views", &["--post-id", &post_id]);
            let path = format!("/channels/{}/posts/{post_id}/views", self.channel);
            self.equal(&api.data(&path), &theirs, &path);
        }
    }
}

/// `--min-views 5` of a shell is `min_views=5` of an address.
fn api_query(args: &[&str]) -> String {
    let pairs = args.chunks_exact(2).map(|pair| {
        let name = pair[0].trim_start_matches('-').replace('-', "_");
        format!("{name}={}", pair[1])
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A server that ends with the test.
struct Api {
    child: Child,
    address: String,
    key: String,
}

impl Api {
    /// `data` of an answer that must be 200.
    fn data(&self, path: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        let (address, key) = (&self.address, &self.key);
        write!(
            stream,
            "GET /api/v2{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
        )
        .expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        let answer: Value = serde_json::from_str(body).expect("JSON");
        answer["data"].clone()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn compare(ours: &Value, theirs: &Value, path: &str, differences: &mut String) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                match (a.get(name), b.get(name)) {
                    (Some(a), Some(b)) => compare(a, b, &format!("{path}.{name}"), differences),
                    (a, b) => _ = writeln!(differences, "{path}.{name}: {a:?} and {b:?}"),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(a, b, &format!("{path}[{index}]"), differences);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().expect("a number"), b.as_f64().expect("a number"));
            if (a - b).abs() > TOLERANCE * a.abs().max(b.abs()).max(f64::MIN_POSITIVE) {
                _ = writeln!(differences, "{path}: {a} and {b}");
            }
        }
        (a, b) if a == b => {}
        (a, b) => _ = writeln!(differences, "{path}: {a} and {b}"),
    }
}

#[test]
fn a_difference_is_seen() {
    let differ = |ours: Value, theirs: Value| {
        let mut differences = String::new();
        compare(&ours, &theirs, "x", &mut differences);
        !differences.is_empty()
    };
    assert!(!differ(serde_json::json!({"a": [1, 0.1]}), serde_json::json!({"a": [1.0, 0.100_000_000_000_01]})));
    for (ours, theirs) in [
        ("1", "1.00001"),
        ("null", "0"),
        ("[1]", "[1,2]"),
        ("{\"a\":1}", "{}"),
        ("{}", "{\"a\":1}"),
        ("\"a\"", "\"b\""),
    ] {
        let read = |text| serde_json::from_str(text).expect("JSON");
        assert!(differ(read(ours), read(theirs)), "{ours} and {theirs}");
    }
}

/// Numbers that look random and are the same at every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> i64 {
        // the constants of Knuth's MMIX; the low bits are poor
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % below) as i64
    }
}

const JUNE: i64 = 1_748_736_000; // 2025-06-01
const OCTOBER: i64 = 1_759_276_800; // 2025-10-01

/// 75 days from `start` (unix seconds) of a channel with everything that makes a question hard: gaps between snapshots,
/// unknown counters, posts in bursts, days without facts, sources that come and go.
fn made_up(start: i64) -> Files {
    const DAYS: i64 = 75;
    const MEDIA: [&str; 5] = ["text", "photo", "video", "album", ""];
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(20_250_601);
    let end = start + DAYS * 86_400;
    let (mut posts, mut snapshots) = (
        String::from("channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n"),
        String::from("channel,post_id,taken_at_utc,views,forwards,reactions,replies\n"),
    );
    let mut at = start;
    let mut post_id = 100;
    while at < end - 3_600 {
        post_id += 1 + dice.roll(3);
        let last = 500 + dice.roll(20_000);
        let mut read_at = at;
        let mut views = 0;
        // hourly at first, then rarely; some readings fall out
        for hours in [1, 1, 2, 3, 6, 12, 24, 48, 96, 200] {
            read_at += hours * 3_600 + dice.roll(1_800) - 900;
            views += (last - views) * (20 + dice.roll(30)) / 100;
            if read_at < end && dice.roll(6) > 0 {
                let reactions = if dice.roll(10) > 0 { (views / 40).to_string() } else { String::new() };
                _ = writeln!(
                    snapshots,
                    "made_up,{post_id},{read_at},{views},{},{reactions},{}",
                    views / 90,
                    views / 200
                );
            }
        }
        let text = match dice.roll(4) {
            0 => String::new(),
            1 => "Коротко о #news и #Tashkent".to_owned(),
            2 => format!("\"Two lines,\n#launch {}\"", "word ".repeat(dice.roll(60) as usize)),
            _ => "plain ".repeat(dice.roll(200) as usize),
        };
        let replies = if dice.roll(8) > 0 { dice.roll(30).to_string() } else { String::new() };
        let newest = if dice.roll(30) > 0 { (last + dice.roll(400)).to_string() } else { String::new() };
        _ = writeln!(
            posts,
            "made_up,{post_id},{at},{newest},{},{},{replies},{},{text}",
            last / 80,
            last / 30,
            MEDIA[dice.roll(5) as usize]
        );
        at += if dice.roll(5) == 0 { 600 } else { 3_600 * (2 + dice.roll(14)) };
    }
    let (mut daily, mut sources) = (
        String::from("channel,day,subscribers,joined,left,notifications_on\n"),
        String::from("channel,day,source,views\n"),
    );
    let mut subscribers = 40_000;
    for day in 0..DAYS {
        let date = domain::zone::Zone::utc().day(start + day * 86_400);
        let (joined, left) = (dice.roll(300), dice.roll(200));
        subscribers += joined - left;
        if dice.roll(9) > 0 {
            let known = if dice.roll(12) > 0 { subscribers.to_string() } else { String::new() };
            _ = writeln!(daily, "made_up,{date},{known},{joined},{left},");
        }
        for (source, from_day) in [("followers", 0), ("search", 20), ("channels", 40)] {
            if day >= from_day && dice.roll(7) > 0 {
                _ = writeln!(sources, "made_up,{date},{source},{}", 1_000 + dice.roll(9_000));
            }
        }
    }
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    Files {
        channel: "made_up".to_owned(),
        posts: write("posts.csv", &posts),
        taken_at: end.to_string(),
        zone: "Asia/Tashkent",
        database: None,
        more: vec![
            ("snapshots", write("snapshots.csv", &snapshots)),
            ("daily", write("daily.csv", &daily)),
            ("sources", write("sources.csv", &sources)),
        ],
        folder,
    }
}

#[test]
fn on_a_channel_with_everything() {
    let files = made_up(JUNE);
    files.import();
    files.agree(&[], &QUESTIONS);
    files.agree(&["--tz", "UTC"], &["daily", "heatmap", "content", "growth"]);
    // a change of clocks lies in neither June nor July there, but in the offset
    files.agree(&["--from", "2025-06-10", "--to", "2025-07-20", "--tz", "America/New_York"], &QUESTIONS);
    files.agree(&["--from", "1750000000", "--to", "1753000001"], &QUESTIONS);
    files.agree(&["--hours", "1,5,24,100"], &["reach", "view-curve"]);
    files.agree(&["--max-gap", "any"], &["reach", "view-curve", "top", "content"]);
    files.agree(&["--max-gap", "3"], &["reach", "view-curve", "heatmap"]);
    files.agree(&["--measure", "total"], &["heatmap", "content"]);
    for sort in ["er", "views", "forwards", "reactions", "replies", "date", "performance"] {
        files.agree(&["--sort", sort, "--limit", "25", "--min-views", "2000"], &["top"]);
    }
    // before anything, and after everything
    files.agree(&["--from", "2020-01-01", "--to", "2020-02-01"], &QUESTIONS);
}

#[test]
fn over_http_on_sqlite() {
    everything_over_http(&made_up(OCTOBER));
}

#[tokio::test]
async fn over_http_on_postgres() {
    store::testing::on_empty_postgres(|url| async {
        everything_over_http(&Files { database: Some(url), ..made_up(OCTOBER) });
    })
    .await;
}

fn everything_over_http(files: &Files) {
    files.import();
    let api = files.serve();
    for args in [
        &[][..],
        // the clocks change there within the window, back by an hour
        &["--from", "2025-10-20", "--to", "2025-11-20", "--tz", "America/New_York"],
        // an offset of 5 h 45 min
        &["--from", "2025-10-10", "--tz", "Asia/Kathmandu"],
        // days and hours of UTC of a channel in Tashkent
        &["--tz", "UTC"],
        // in the middle of a day, of an hour, of a minute
        &["--from", "1760000001", "--to", "1763000059"],
        // a day and an instant, in a zone that has changed its clocks between them
        &["--from", "2025-10-05", "--to", "1764000000", "--tz", "Europe/Berlin"],
        &["--from", "2025-10-25T22:30:00Z", "--to", "2025-10-27", "--tz", "Europe/Berlin"],
        // before anything
        &["--from", "2020-01-01", "--to", "2020-02-01"],
    ] {
        files.agree_over_http(&api, args);
    }
    let window = ["--from", "1760000001", "--to", "2025-12-01", "--tz", "Asia/Kathmandu"];
    for (path, question, args) in [
        ("view-curve", "view-curve", &["--hours", "1,5,24,100"][..]),
        ("view-curve", "view-curve", &["--hours", "2,7,30,200", "--max-gap", "1"]),
        ("reach", "reach", &["--hours", "1,5,24,100", "--max-gap", "any"]),
        ("reach", "reach", &["--hours", "168,2,2,1000"]),
        ("reach", "reach", &["--max-gap", "3"]),
        ("content", "content", &["--max-gap", "any"]),
        ("content", "content", &["--measure", "total"]),
        ("heatmap", "heatmap", &["--measure", "total"]),
        ("heatmap", "heatmap", &["--measure", "reach24", "--max-gap", "12"]),
        ("dashboard", "dashboard", &["--max-gap", "any"]),
        ("top-posts", "top", &["--sort", "performance", "--limit", "25", "--min-views", "2000", "--max-gap", "6"]),
        ("top-posts", "top", &["--sort", "reactions", "--min-views", "0"]),
        ("top-posts", "top", &["--sort", "replies", "--limit", "1000"]),
    ] {
        for args in [args.to_vec(), [args, &window].concat()] {
            let path = format!("/channels/{}/{path}?{}", files.channel, api_query(&args));
            files.equal(&api.data(&path), &files.independent(question, &args), &path);
        }
    }
    for args in BEST_TIMES {
        best_times_over_http(files, &api, args);
    }
}

const BEST_TIMES: [&[&str]; 5] = [
    &[],
    &["--objective", "3h"],
    &["--objective", "24h", "--tz", "Asia/Kathmandu"],
    // the clocks change there among the posts
    &["--objective", "total", "--tz", "America/New_York"],
    &["--objective", "total", "--tz", "UTC"],
];

/// The API and the shell say the same of the best time to post, and what the definitions fix of it is right. Returns
/// our answer and the independent one.
#[track_caller]
fn best_times_over_http(files: &Files, api: &Api, args: &[&str]) -> (Value, Value) {
    let path = format!("/channels/{}/best-times?{}", files.channel, api_query(args));
    let ours = api.data(&path);
    files.equal(&ours, &files.ours("best-time", args), &path);
    let theirs = files.independent("best-times", args);
    let differences = about_best_times(&ours, &theirs);
    assert!(differences.is_empty(), "{path}, ours and independent:\n{differences}");
    (ours, theirs)
}

/// Posts from which on a level of a factor cannot be missing in an answer.
const LEVEL_POSTS: i64 = 10;

/// What the definitions fix of the best time to post: `independent/questions.py` says what they leave open.
fn about_best_times(ours: &Value, theirs: &Value) -> String {
    let mut differences = String::new();
    for name in ["channel", "objective", "n_posts"] {
        compare(&ours[name], &theirs[name], name, &mut differences);
    }
    let float = |value: &Value| value.as_f64().expect("a number");
    let (slots, effects) = (ours["slots"].as_array().expect("slots"), ours["effects"].as_array().expect("effects"));
    for slot in slots {
        let cell = 24 * slot["dow"].as_u64().expect("a weekday") + slot["hour"].as_u64().expect("an hour");
        compare(&slot["n"], &theirs["slots"][cell as usize], &format!("slots.{cell}.n"), &mut differences);
        if !(0.0..=1.0).contains(&float(&slot["p_top3"])) {
            _ = writeln!(differences, "slots.{cell}: {} is no chance", slot["p_top3"]);
        }
        if slot["n"] == 0 {
            _ = writeln!(differences, "slots.{cell}: recommended and never tried");
        }
    }
    if slots.iter().map(|slot| float(&slot["p_top3"])).sum::<f64>() > 3.0 {
        _ = writeln!(differences, "slots: more than three are among the best three");
    }
    for told in slots.iter().chain(effects) {
        if float(&told["low"]) > float(&told["lift"]) || float(&told["lift"]) > float(&told["high"]) {
            _ = writeln!(differences, "not in its interval: {told}");
        }
    }
    if slots.is_empty() == (ours["verdict"] == "difference") {
        _ = writeln!(differences, "{} and {} slots", ours["verdict"], slots.len());
    }
    let levels = theirs["effects"].as_object().expect("posts by level");
    for effect in effects {
        let name = effect["name"].as_str().expect("a name");
        compare(&effect["n"], &levels.get(name).cloned().unwrap_or_default(), name, &mut differences);
    }
    if ours["verdict"] != "not_enough_data" {
        for (name, posts) in levels.iter().filter(|(_, posts)| posts.as_i64() >= Some(LEVEL_POSTS)) {
            if !effects.iter().any(|effect| effect["name"] == name.as_str()) && *posts != theirs["n_posts"] {
                _ = writeln!(differences, "{name}: {posts} posts and no effect");
            }
        }
    }
    differences
}

#[test]
fn a_difference_about_best_times_is_seen() {
    let theirs = serde_json::json!({
        "channel": "a", "objective": "24h", "n_posts": 70, "slots": vec![2; 168],
        "effects": {"media_type:text": 40, "media_type:photo": 30, "gap:over_8h": 70},
    });
    let slot = serde_json::json!({"dow": 1, "hour": 2, "lift": 0.1, "low": 0.0, "high": 0.2, "n": 2, "p_top3": 0.5});
    let effect = |name: &str, n: i64| serde_json::json!({"name": name, "lift": 0.0, "low": -0.1, "high": 0.1, "n": n});
    let effects = [effect("media_type:text", 40), effect("media_type:photo", 30)];
    let ours = serde_json::json!({
        "channel": "a", "objective": "24h", "n_posts": 70, "verdict": "difference", "slots": [slot], "effects": effects,
    });
    assert_eq!(about_best_times(&ours, &theirs), "");
    for (place, wrong) in [
        ("/objective", "\"3h\""),
        ("/n_posts", "71"),
        ("/verdict", "\"no_reliable_difference\""),
        ("/slots", "[]"),
        ("/slots/0/n", "3"),
        ("/slots/0/p_top3", "1.5"),
        ("/slots/0/low", "0.11"),
        ("/effects/0/n", "39"),
        ("/effects/0/name", "\"media_type:video\""),
        ("/effects/1/high", "-0.01"),
        ("/effects", "[]"),
    ] {
        let mut changed = ours.clone();
        *changed.pointer_mut(place).expect("there") = serde_json::from_str(wrong).expect("JSON");
        assert_ne!(about_best_times(&changed, &theirs), "", "{place} {wrong}");
    }
}

const PLANTED_HOUR: i64 = 19;

/// 120 days of a channel in Tashkent whose posts at [`PLANTED_HOUR`] get `log_lift` more (log views), those 2.5 h away
/// six tenths of it; videos get less, and the channel grows.
fn planted(log_lift: f64) -> Files {
    const DAYS: i64 = 120;
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(7);
    let (mut posts, mut snapshots) = (
        String::from("channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n"),
        String::from("channel,post_id,taken_at_utc,views,forwards,reactions,replies\n"),
    );
    // midnight there
    let start = OCTOBER - 5 * 3_600;
    let mut moments: Vec<i64> =
        (0..DAYS * 5).map(|post| start + post / 5 * 86_400 + 8 * 3_600 + dice.roll(57_600)).collect();
    moments.sort_unstable();
    for (post_id, at) in (1..).zip(moments) {
        let media = ["text", "photo", "video"][dice.roll(3) as usize];
        let hour = ((at - start) % 86_400) as f64 / 3_600.0;
        let bump = (-((hour - PLANTED_HOUR as f64 - 0.5) / 2.5).powi(2) / 2.0).exp();
        // nearly normal, with a standard deviation of 0.3
        let noise = 0.3 * ((0..12).map(|_| dice.roll(10_000) as f64 / 10_000.0).sum::<f64>() - 6.0);
        let effects = log_lift * bump - if media == "video" { 0.2 } else { 0.0 } + f64::from(post_id) / 2_000.0;
        let last = (9.0 + effects + noise).exp();
        _ = writeln!(posts, "planted,{post_id},{at},,,,,{media},");
        for (hours, share) in [(3, 0.4), (24, 0.8), (200, 1.0)] {
            let (read_at, views) = (at + hours * 3_600, (last * share).round());
            _ = writeln!(snapshots, "planted,{post_id},{read_at},{views},,,");
        }
    }
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    Files {
        channel: "planted".to_owned(),
        posts: write("posts.csv", &posts),
        taken_at: (start + DAYS * 86_400).to_string(),
        zone: "Asia/Tashkent",
        database: None,
        more: vec![("snapshots", write("snapshots.csv", &snapshots))],
        folder,
    }
}

#[test]
fn a_planted_best_hour_over_http_on_sqlite() {
    found_over_http(&planted(0.3), true);
}

#[test]
fn hours_that_make_no_difference_over_http_on_sqlite() {
    found_over_http(&planted(0.0), false);
}

#[tokio::test]
async fn a_planted_best_hour_over_http_on_postgres() {
    store::testing::on_empty_postgres(|url| async {
        found_over_http(&Files { database: Some(url), ..planted(0.3) }, true);
    })
    .await;
}

/// Shuffles of a backtest here: too few to judge the rate of false claims by.
const SHUFFLES: u64 = 4;

/// The command says the same, and its backtest scores the posts of the last weeks.
fn backtest_scores_whole_weeks(files: &Files, args: &[&str], ours: &Value, theirs: &Value) {
    let permute = SHUFFLES.to_string();
    let asked = [&["backtest", "best-time", &files.channel, "--json", "--permute", &permute], args].concat();
    let report: Value = serde_json::from_slice(&files.program(&asked).stdout).expect("JSON");
    for name in ["channel", "objective", "n_posts", "verdict", "slots", "effects"] {
        assert_eq!(report[name], ours[name], "{args:?}: {name}");
    }
    let backtest = &report["backtest"];
    let weeks = theirs["weeks"].as_array().expect("posts by week");
    let folds = backtest["folds"].as_u64().expect("a count") as usize;
    assert!(0 < folds && folds < weeks.len(), "{args:?}: {folds} of {} weeks", weeks.len());
    let posts: u64 = weeks[weeks.len() - folds..].iter().filter_map(Value::as_u64).sum();
    assert_eq!(backtest["posts_scored"], posts, "{args:?}: {report}");
    let error = |name: &str| backtest[name].as_f64().expect("an error");
    assert!(error("log_error_model") <= 1.01 * error("log_error_flat"), "{args:?}: {backtest}");
    assert_eq!(report["permuted"]["runs"], SHUFFLES, "{args:?}");
}

/// The verdict is the classical F test's, and the lifts are those of least squares, as far as chance allows.
fn found_over_http(files: &Files, is_planted: bool) {
    files.import();
    let api = files.serve();
    for args in BEST_TIMES {
        let (ours, theirs) = best_times_over_http(files, &api, args);
        backtest_scores_whole_weeks(files, args, &ours, &theirs);
        let estimate = &theirs["estimate"];
        let p = estimate["p"].as_f64().expect("a chance");
        if !is_planted {
            assert!(p > 0.05, "{args:?}: chance looks like an effect to the F test: {p}");
            assert_eq!(ours["verdict"], "no_reliable_difference", "{args:?}");
            continue;
        }
        assert!(p < 0.001, "{args:?}: the F test does not see what was planted: {p}");
        assert_eq!(ours["verdict"], "difference", "{args:?}");
        for slot in ours["slots"].as_array().expect("slots") {
            let cell = 24 * slot["dow"].as_u64().expect("a weekday") + slot["hour"].as_u64().expect("an hour");
            let least_squares = &estimate["slots"][cell as usize];
            let [lift, low, high] = ["lift", "low", "high"].map(|name| slot[name].as_f64().expect("a number").ln_1p());
            let [their_lift, their_error] =
                ["log_lift", "error"].map(|name| least_squares[name].as_f64().expect("a number"));
            // an 80 % interval is 2.56 standard deviations wide
            let error = ((high - low) / 2.563).hypot(their_error);
            assert!((lift - their_lift).abs() < 3.0 * error, "{args:?}: {slot} and {least_squares}");
        }
        if !args.contains(&"--tz") {
            let hour = ours["slots"][0]["hour"].as_i64().expect("an hour");
            assert!((hour - PLANTED_HOUR).abs() <= 2, "{args:?}: {ours}");
        }
    }
}

/// Where the real channels are, when the environment says so.
fn real_data() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("ANALYTICBOT_REAL_DATA")?).join("channels");
    assert!(folder.is_dir(), "{} does not exist", folder.display());
    Some(folder)
}

#[test]
fn on_real_channels() {
    let Some(data) = real_data() else {
        eprintln!("ANALYTICBOT_REAL_DATA is not set: real channels are left out");
        return;
    };
    let times: Value =
        serde_json::from_slice(&std::fs::read(data.join("collection_times.json")).expect("the times")).expect("JSON");
    for (channel, zone) in [
        ("d_code", "Europe/Moscow"),
        ("mosrutop", "Europe/Moscow"),
        ("nevacomputer", "Africa/Addis_Ababa"),
        ("bbcbreaking", "Europe/London"),
    ] {
        let files = Files {
            folder: tempfile::tempdir().expect("a folder"),
            channel: channel.to_owned(),
            posts: data.join(format!("{channel}.csv")),
            taken_at: times[channel]["not_before"].as_str().expect("a time").to_owned(),
            zone,
            database: None,
            more: Vec::new(),
        };
        assert!(Path::new(&files.posts).is_file());
        files.import();
        files.agree(&[], &QUESTIONS);
        files.agree(
            &["--from", "2017-01-01", "--to", "2026-01-01"],
            &["overview", "reach", "heatmap", "content", "trending", "top"],
        );
        files.agree(&["--max-gap", "any"], &["reach", "view-curve"]);
        files.agree_over_http(&files.serve(), &["--from", "2024-06-01", "--to", "2025-06-01"]);
        // the same file again changes nothing
        let before = files.ours("overview", &[]);
        files.import();
        assert_eq!(files.ours("overview", &[]), before);
    }
}
