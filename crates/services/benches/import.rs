//! Importing beside what the database's own shell does with the same files, `sqlite3 .import` and psql's `\copy` into a
//! plain table: rows a second, their ratio, and the most memory taken.
//!
//! Aims: at least 100,000 rows a second, at least 0.7 × the shell, under 200 MiB. The two take turns, so that a busy
//! machine slows both. `SNAPSHOTS` (default 2,000,000) sets the size, `ROUNDS` (default 3) how often; Postgres takes part when
//! `ANALYTICBOT_TEST_POSTGRES` names a server where a database may be made (`./dev bench import` starts one).

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

const ROUNDS_DEFAULT: usize = 3;
const SNAPSHOTS_A_POST: i64 = 20;
const SNAPSHOTS_DEFAULT: i64 = 2_000_000;
const NOW: i64 = 1_762_021_482;
const START: i64 = 1_700_000_000;
/// Half a million posts and their snapshots end before [`NOW`].
const POST_EVERY_S: i64 = 100;

const ROWS_A_SECOND_MIN: f64 = 100_000.0;
const RATIO_MIN: f64 = 0.7;
const MEMORY_MIB_MAX: f64 = 200.0;

const SENTENCE: &str = "Сегодня в канале: новости, обзоры и немного цифр, как обычно по будням. ";

/// The server, and the program beside which we are measured there.
const POSTGRES_VARIABLE: &str = "ANALYTICBOT_TEST_POSTGRES";
const POSTS_TABLE: &str = "channel TEXT, post_id BIGINT, date_utc BIGINT, views BIGINT, forwards BIGINT, \
    reactions BIGINT, replies BIGINT, media_type TEXT, text TEXT";
const SNAPSHOTS_TABLE: &str = "channel TEXT, post_id BIGINT, taken_at_utc BIGINT, views BIGINT, forwards BIGINT, \
    reactions BIGINT, replies BIGINT";

fn main() -> ExitCode {
    let snapshots = std::env::var("SNAPSHOTS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(SNAPSHOTS_DEFAULT);
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS_DEFAULT);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        write_posts(&folder.path().join("posts.csv"), snapshots / SNAPSHOTS_A_POST),
        write_snapshots(&folder.path().join("snapshots.csv"), snapshots / SNAPSHOTS_A_POST),
    ];
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = std::env::var(POSTGRES_VARIABLE).ok();
    let (mut sqlite, mut postgres) = (Times::default(), Times::default());
    for round in 0..rounds {
        let place = folder.path().join(format!("round-{round}"));
        std::fs::create_dir(&place).expect("a folder");
        reset_peak();
        let url = format!("sqlite://{}", place.join("ours.db").display());
        sqlite.take_turns(&runtime, &url, &files, |file| sqlite_import(&place, &file.path));
        std::fs::remove_dir_all(&place).expect("removed");
        if let Some(server) = &server {
            psql(server, "CREATE DATABASE import_bench");
            let url = beside(server, "import_bench");
            postgres.take_turns(&runtime, &url, &files, |file| Some(postgres_copy(&url, file)));
            psql(server, "DROP DATABASE import_bench WITH (FORCE)");
        }
    }
    let mut good = sqlite.report("SQLite", "sqlite3 .import", &files);
    if server.is_some() {
        good &= postgres.report("Postgres", "psql \\copy", &files);
    } else {
        println!("Postgres: not measured, {POSTGRES_VARIABLE} is not set");
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

/// How long each file took, ours and theirs, one round after another.
#[derive(Default)]
struct Times {
    ours: [Vec<Duration>; 2],
    theirs: [Vec<Duration>; 2],
}

impl Times {
    fn take_turns(
        &mut self,
        runtime: &tokio::runtime::Runtime,
        url: &str,
        files: &[Written; 2],
        shell: impl Fn(&Written) -> Option<Duration>,
    ) {
        let both = runtime.block_on(import_both(url, files));
        for (kind, file) in files.iter().enumerate() {
            self.ours[kind].push(both[kind]);
            self.theirs[kind].extend(shell(file));
        }
    }

    /// Prints what it came to; whether the aims are met.
    fn report(&mut self, database: &str, shell: &str, files: &[Written; 2]) -> bool {
        let mut good = true;
        for (kind, file) in files.iter().enumerate() {
            let rate = file.rows as f64 / median(&mut self.ours[kind]).as_secs_f64();
            let mut line = format!("{database:<8} {:<9} {:>9} rows  {rate:>9.0} rows/s", file.name, file.rows);
            good &= rate >= ROWS_A_SECOND_MIN;
            if self.theirs[kind].is_empty() {
                let _ = write!(line, "  (no {shell} here to compare with)");
            } else {
                let reference = file.rows as f64 / median(&mut self.theirs[kind]).as_secs_f64();
                let ratio = rate / reference;
                good &= ratio >= RATIO_MIN;
                let _ = write!(line, "  {shell} {reference:>9.0} rows/s  ratio {ratio:.2}");
            }
            println!("{line}");
        }
        good
    }
}

struct Written {
    name: &'static str,
    /// its columns, as a table of Postgres
    columns: &'static str,
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
            START + post * POST_EVERY_S,
            post % 90_000,
            post % 300,
            post % 50
        )
        .expect("written");
    }
    out.flush().expect("written");
    Written { name: "posts", columns: POSTS_TABLE, path: path.to_owned(), rows: posts }
}

fn write_snapshots(path: &Path, posts: i64) -> Written {
    let mut out = BufWriter::new(File::create(path).expect("created"));
    writeln!(out, "channel,post_id,taken_at_utc,views,forwards,reactions,replies").expect("written");
    for post in 1..=posts {
        for reading in 1..=SNAPSHOTS_A_POST {
            let at = START + post * POST_EVERY_S + reading * reading * 600;
            writeln!(out, "bench,{post},{at},{},{},,{}", post % 900 + reading * 977, reading * 3, reading % 7)
                .expect("written");
        }
    }
    out.flush().expect("written");
    Written { name: "snapshots", columns: SNAPSHOTS_TABLE, path: path.to_owned(), rows: posts * SNAPSHOTS_A_POST }
}

/// Imports the posts, then the snapshots, into a fresh database; how long each took.
async fn import_both(url: &str, [posts, snapshots]: &[Written; 2]) -> [Duration; 2] {
    let db = Db::open(&Settings { url: url.to_owned(), max_connections: 2 }).await.expect("opens");
    db.migrate().await.expect("migrates");
    let ctx = Ctx::new(db, Clock::set(NOW), SiteSettings::default());
    let workspace = identity::ensure_default_workspace(&ctx).await.expect("a workspace");
    let viewer = Viewer::Operator { workspace };
    let mut took = [Duration::ZERO; 2];
    for (index, (kind, path)) in
        [(Kind::Posts, &posts.path), (Kind::Snapshots, &snapshots.path)].into_iter().enumerate()
    {
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

/// The file into a plain table without an index.
fn postgres_copy(url: &str, file: &Written) -> Duration {
    psql(url, &format!("CREATE TABLE imported_{} ({})", file.name, file.columns));
    let copy = format!("\\copy imported_{} FROM '{}' WITH (FORMAT csv, HEADER)", file.name, file.path.display());
    let started = Instant::now();
    psql(url, &copy);
    started.elapsed()
}

fn psql(url: &str, command: &str) {
    let status = Command::new("psql").args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", command]).status();
    assert!(status.is_ok_and(|status| status.success()), "psql runs {command}");
}

/// The same server, another database.
fn beside(server: &str, database: &str) -> String {
    let (address, _) = server.rsplit_once('/').expect("an address names a database");
    format!("{address}/{database}")
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
