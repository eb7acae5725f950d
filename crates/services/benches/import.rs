//! Importing beside `sqlite3 .import` of the same files: rows a second, their ratio, and the most memory taken.
//!
//! Aims: at least 100,000 rows a second, at least 0.7 × `.import`, under 200 MiB. The two take turns, so that a busy
//! machine slows both. `SNAPSHOTS` (default 2,000,000) sets the size.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use services::collect::import::{self, ImportRequest, Kind};
use services::{Clock, Ctx, SiteSettings, Viewer, identity};
use store::{Db, Settings};
use tokio_util::sync::CancellationToken;

const ROUNDS: usize = 3;
const SNAPSHOTS_A_POST: i64 = 20;
const SNAPSHOTS_DEFAULT: i64 = 2_000_000;
const NOW: i64 = 1_762_021_482;
const START: i64 = 1_700_000_000;

const ROWS_A_SECOND_MIN: f64 = 100_000.0;
const RATIO_MIN: f64 = 0.7;
const MEMORY_MIB_MAX: f64 = 200.0;

const SENTENCE: &str = "Сегодня в канале: новости, обзоры и немного цифр, как обычно по будням. ";

fn main() -> ExitCode {
    let snapshots = std::env::var("SNAPSHOTS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(SNAPSHOTS_DEFAULT);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let posts = write_posts(&folder.path().join("posts.csv"), snapshots / SNAPSHOTS_A_POST);
    let series = write_snapshots(&folder.path().join("snapshots.csv"), snapshots / SNAPSHOTS_A_POST);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut good = true;
    let (mut ours, mut theirs) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for round in 0..ROUNDS {
        let place = folder.path().join(format!("round-{round}"));
        std::fs::create_dir(&place).expect("a folder");
        reset_peak();
        let both = runtime.block_on(import_both(&place, &posts.path, &series.path));
        for (kind, file) in [&posts, &series].into_iter().enumerate() {
            ours[kind].push(both[kind]);
            theirs[kind].extend(sqlite_import(&place, &file.path));
        }
        std::fs::remove_dir_all(&place).expect("removed");
    }
    for (kind, file) in [&posts, &series].into_iter().enumerate() {
        let rate = file.rows as f64 / median(&mut ours[kind]).as_secs_f64();
        let mut line = format!("{:<9} {:>9} rows  {rate:>9.0} rows/s", file.name, file.rows);
        good &= rate >= ROWS_A_SECOND_MIN;
        if theirs[kind].is_empty() {
            line.push_str("  (no sqlite3 here to compare with)");
        } else {
            let reference = file.rows as f64 / median(&mut theirs[kind]).as_secs_f64();
            let ratio = rate / reference;
            good &= ratio >= RATIO_MIN;
            let _ = write!(line, "  sqlite3 .import {reference:>9.0} rows/s  ratio {ratio:.2}");
        }
        println!("{line}");
    }
    let peak = peak_mib();
    good &= peak <= MEMORY_MIB_MAX;
    println!("most memory {peak:.0} MiB (of the last round)");
    println!(
        "aims: {ROWS_A_SECOND_MIN:.0} rows/s, ratio {RATIO_MIN}, {MEMORY_MIB_MAX:.0} MiB: {}",
        if good { "met" } else { "missed" }
    );
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Written {
    name: &'static str,
    path: PathBuf,
    rows: i64,
}

fn write_posts(path: &Path, posts: i64) -> Written {
    let mut out = BufWriter::new(File::create(path).expect("created"));
    writeln!(out, "channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text").expect("written");
    for post in 1..=posts {
        let text = SENTENCE.repeat(1 + (post % 5) as usize);
        writeln!(
            out,
            "bench,{post},{},{},{},,{},photo,\"{text}#{post}тег\"",
            START + post * 300,
            post % 90_000,
            post % 300,
            post % 50
        )
        .expect("written");
    }
    out.flush().expect("written");
    Written { name: "posts", path: path.to_owned(), rows: posts }
}

fn write_snapshots(path: &Path, posts: i64) -> Written {
    let mut out = BufWriter::new(File::create(path).expect("created"));
    writeln!(out, "channel,post_id,taken_at_utc,views,forwards,reactions,replies").expect("written");
    for post in 1..=posts {
        for reading in 1..=SNAPSHOTS_A_POST {
            let at = START + post * 300 + reading * reading * 600;
            writeln!(out, "bench,{post},{at},{},{},,{}", post % 900 + reading * 977, reading * 3, reading % 7)
                .expect("written");
        }
    }
    out.flush().expect("written");
    Written { name: "snapshots", path: path.to_owned(), rows: posts * SNAPSHOTS_A_POST }
}

/// Imports the posts, then the snapshots, into a fresh database; how long each took.
async fn import_both(place: &Path, posts: &Path, snapshots: &Path) -> [Duration; 2] {
    let url = format!("sqlite://{}", place.join("ours.db").display());
    let db = Db::open(&Settings { url, max_connections: 2 }).await.expect("opens");
    db.migrate().await.expect("migrates");
    let ctx = Ctx::new(db, Clock::set(NOW), SiteSettings::default());
    let workspace = identity::ensure_default_workspace(&ctx).await.expect("a workspace");
    let viewer = Viewer::Operator { workspace };
    let mut took = [Duration::ZERO; 2];
    for (index, (kind, path)) in [(Kind::Posts, posts), (Kind::Snapshots, snapshots)].into_iter().enumerate() {
        let started = Instant::now();
        let request = ImportRequest::new(kind, path);
        import::run(&ctx, &viewer, &request, &(), &CancellationToken::new()).await.expect("imports");
        took[index] = started.elapsed();
    }
    ctx.db.close().await;
    took
}

/// `None` without the program.
fn sqlite_import(place: &Path, file: &Path) -> Option<Duration> {
    let database = place.join("theirs.db");
    let started = Instant::now();
    let status = Command::new("sqlite3")
        .arg(&database)
        .arg(".mode csv")
        .arg(format!(".import {} imported", file.display()))
        .status()
        .ok()?;
    assert!(status.success(), "sqlite3 imports");
    let took = started.elapsed();
    std::fs::remove_file(&database).expect("removed");
    Some(took)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Forgets the peak so far (Linux).
fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory this process took, MiB; 0 where the system does not tell.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}
