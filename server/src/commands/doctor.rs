//! `doctor`: what a person who runs this would look at first, each with the way out.

use std::path::Path;
use std::process::ExitCode;

use domain::zone::Zone;
use serde::Serialize;
use services::{Clock, Ctx};
use store::{Db, maintenance};

use super::{Shell, print_line};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::site_files::SiteFiles;

/// Below this nothing can be imported any more, bytes.
const DISK_FAIL_BYTES: u64 = 100 << 20;
/// Below this it is time to make room, bytes. A backup needs as much as the database, too.
const DISK_WARN_BYTES: u64 = 1 << 30;
/// The first of these programs was built in November 2026: a clock before that is wrong.
const BUILT_AT: i64 = 1_793_491_200;
/// Facts may be dated this far ahead at most, as on import.
const AHEAD_S_MAX: i64 = 86_400;

/// Check the database, the disk, the clock and the site, and say what to do about what is wrong
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  analyticbot doctor")]
pub struct Args {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    detail: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: &'static str, verdict: Verdict, detail: impl Into<String>) {
        self.0.push(Finding { check, verdict, detail: detail.into() });
    }
}

pub async fn run(shell: &Shell, _: Args) -> Result<ExitCode, Failure> {
    let mut findings = Findings::default();
    let ctx = database(shell, &mut findings).await;
    if let Some(file) = shell.config.database.url.sqlite_file() {
        disk(&file, &mut findings);
    }
    redis(&shell.config, &mut findings).await;
    site(&mut findings).await;
    zones(&mut findings);
    clock(&shell.config, ctx.as_ref(), &mut findings).await;
    port(&shell.config, &mut findings);
    if let Some(ctx) = &ctx {
        queue(ctx, &mut findings).await;
        summaries(ctx, &mut findings).await;
        replica(ctx, &mut findings).await;
        ctx.db.close().await;
    }

    let worst = findings.0.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok);
    if shell.json {
        print_line(&serde_json::json!({ "verdict": worst, "checks": findings.0 }).to_string());
    } else {
        for finding in &findings.0 {
            let verdict = format!("{:?}", finding.verdict).to_lowercase();
            print_line(&format!("{verdict:<5} {:<10} {}", finding.check, finding.detail));
        }
    }
    Ok(if worst == Verdict::Fail { ExitCode::from(Exit::Failed as u8) } else { ExitCode::SUCCESS })
}

/// Looks without changing anything: a doctor does not migrate.
async fn database(shell: &Shell, findings: &mut Findings) -> Option<Ctx> {
    let url = &shell.config.database.url;
    if let Some(file) = url.sqlite_file()
        && !file.exists()
    {
        findings.add(
            "database",
            Verdict::Warn,
            format!("{} does not exist yet: `analyticbot migrate` or `serve` creates it", file.display()),
        );
        return None;
    }
    let db = match shell.open().await {
        Ok(db) => db,
        Err(failure) => {
            findings.add("database", Verdict::Fail, failure.message);
            return None;
        }
    };
    match db.version().await {
        Ok(Some(version)) => findings.add("database", Verdict::Ok, format!("{url} answers, version {version}")),
        Ok(None) => {
            findings.add(
                "database",
                Verdict::Warn,
                format!("{url} is empty: `analyticbot migrate` or `serve` fills in its tables"),
            );
            return None;
        }
        Err(error) => {
            findings.add("database", Verdict::Fail, error.to_string());
            return None;
        }
    }
    match writable(&db).await {
        Ok(()) => findings.add("writable", Verdict::Ok, "a write can begin"),
        Err(error) => findings.add("writable", Verdict::Fail, error.to_string()),
    }
    match integrity(&db).await {
        Ok((problems, bytes)) if problems.is_empty() => {
            findings.add("integrity", Verdict::Ok, format!("{} MiB, no damage found", bytes >> 20));
        }
        Ok((problems, _)) => findings.add(
            "integrity",
            Verdict::Fail,
            format!("{}; restore a backup with `analyticbot restore FILE`", problems.join("; ")),
        ),
        Err(error) => findings.add("integrity", Verdict::Fail, error.to_string()),
    }
    Some(Ctx::new(db, Clock::system(), services::SiteSettings::default()))
}

async fn writable(db: &Db) -> store::Result<()> {
    // begun and dropped: rolled back
    db.write().await.map(drop)
}

async fn integrity(db: &Db) -> store::Result<(Vec<String>, i64)> {
    let mut tx = db.read().await?;
    Ok((maintenance::integrity_problems(&mut tx).await?, maintenance::size(&mut tx).await?))
}

fn disk(database: &Path, findings: &mut Findings) {
    let folder = database.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail * disk.f_frsize;
            let needed_for_backup = std::fs::metadata(database).map_or(0, |file| file.len());
            let (verdict, more) = match free {
                _ if free < DISK_FAIL_BYTES => (Verdict::Fail, ": free some space, or move the database"),
                _ if free < DISK_WARN_BYTES.max(needed_for_backup) => {
                    (Verdict::Warn, ": a backup may not fit any more; free some space")
                }
                _ => (Verdict::Ok, ""),
            };
            findings.add("disk", verdict, format!("{} MiB free in {}{more}", free >> 20, folder.display()));
        }
        Err(error) => {
            findings.add("disk", Verdict::Warn, format!("free space in {} is not known: {error}", folder.display()));
        }
    }
}

async fn redis(config: &Config, findings: &mut Findings) {
    let Some(url) = &config.cache.redis_url else { return };
    match crate::shared::look(url.expose()).await {
        Ok(()) => findings.add("redis", Verdict::Ok, format!("{url} answers in time")),
        Err(why) => findings.add(
            "redis",
            Verdict::Warn,
            format!(
                "{url}: {why}; replicas serve on without it, each for itself: start it, or correct cache.redis_url"
            ),
        ),
    }
}

async fn site(findings: &mut Findings) {
    let missing = SiteFiles::of_this_build().missing().await;
    if missing.is_empty() {
        findings.add("site", Verdict::Ok, "scripts and WebAssembly are there");
    } else {
        findings.add(
            "site",
            Verdict::Warn,
            format!(
                "{} missing: pages show their numbers but nothing on them moves; build with ./dev build",
                missing.join(" and ")
            ),
        );
    }
}

fn zones(findings: &mut Findings) {
    // UTC+5 the whole year since 1992
    let known = Zone::find("Asia/Tashkent").is_ok_and(|zone| zone.offset(BUILT_AT) == 5 * 3600);
    if known {
        findings.add("zones", Verdict::Ok, format!("{} time zones inside the program", Zone::names().len()));
    } else {
        findings.add("zones", Verdict::Fail, "the time zones inside the program are damaged: install it again");
    }
}

async fn clock(config: &Config, ctx: Option<&Ctx>, findings: &mut Findings) {
    let clock = match &config.clock.file {
        Some(file) => match Clock::file(file) {
            Ok(clock) => {
                findings.add(
                    "clock",
                    Verdict::Warn,
                    format!("the time comes from {}: leave clock.file away outside of checks", file.display()),
                );
                clock
            }
            Err(error) => return findings.add("clock", Verdict::Fail, error.to_string()),
        },
        None => Clock::system(),
    };
    let now = clock.now();
    if now < BUILT_AT && !clock.is_settable() {
        return findings.add(
            "clock",
            Verdict::Fail,
            "the machine's clock is years behind: set it, or switch time synchronisation on",
        );
    }
    match newest_reading(ctx).await {
        Some(newest) if newest > now + AHEAD_S_MAX => findings.add(
            "clock",
            Verdict::Warn,
            format!(
                "the newest numbers were read {} days after now: is the machine's clock behind?",
                (newest - now) / 86_400
            ),
        ),
        _ if !clock.is_settable() => findings.add("clock", Verdict::Ok, "later than the newest numbers"),
        _ => {}
    }
}

async fn newest_reading(ctx: Option<&Ctx>) -> Option<i64> {
    let ctx = ctx?;
    let mut tx = ctx.db.read().await.ok()?;
    let mut newest = None;
    for workspace in store::identity::list_all_workspaces(&mut tx).await.ok()? {
        for channel in store::channels::list(&mut tx, workspace.id).await.ok()? {
            newest = newest.max(store::analytics::as_of(&mut tx, channel.id).await.ok()?);
        }
    }
    newest
}

fn port(config: &Config, findings: &mut Findings) {
    let bind = config.server.bind;
    match std::net::TcpListener::bind(bind) {
        Ok(_) => findings.add("port", Verdict::Ok, format!("{bind} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            findings.add(
                "port",
                Verdict::Warn,
                format!("{bind} is in use: fine when the server runs already, else choose another with server.bind"),
            );
        }
        Err(error) => findings.add(
            "port",
            Verdict::Fail,
            format!("cannot listen on {bind}: {error}; choose another with server.bind"),
        ),
    }
}

async fn queue(ctx: &Ctx, findings: &mut Findings) {
    let failed = async {
        let mut tx = ctx.db.read().await?;
        store::jobs::list_failed(&mut tx, 1).await
    };
    match failed.await {
        Ok(failed) => match failed.first() {
            None => findings.add("jobs", Verdict::Ok, "none has failed for good"),
            Some(job) => findings.add(
                "jobs",
                Verdict::Warn,
                format!(
                    "{} has failed for good: {}",
                    job.kind,
                    job.last_error.as_deref().unwrap_or("no reason was kept")
                ),
            ),
        },
        Err(error) => findings.add("jobs", Verdict::Fail, error.to_string()),
    }
}

/// Whether the weeks and months kept are what the facts come to.
async fn summaries(ctx: &Ctx, findings: &mut Findings) {
    match wrong_summaries(ctx).await {
        Ok(wrong) if wrong.is_empty() => {
            findings.add("summaries", Verdict::Ok, "weeks and months are what the facts come to");
        }
        Ok(wrong) => {
            let each: Vec<String> = wrong.iter().map(|(channel, periods)| format!("{periods} of {channel}")).collect();
            findings.add(
                "summaries",
                Verdict::Warn,
                format!(
                    "weeks and months differ from the facts: {}; `analyticbot channel refresh CHANNEL` makes them anew",
                    each.join(", ")
                ),
            );
        }
        // a doctor does not migrate: they may not be there yet
        Err(error) => {
            findings.add("summaries", Verdict::Warn, format!("{error}; after `analyticbot migrate` look again"));
        }
    }
}

/// Channel and the number of its periods that are wrong. Those of channels that were never summed are made when they
/// are asked for, and are not wrong.
async fn wrong_summaries(ctx: &Ctx) -> store::Result<Vec<(String, usize)>> {
    let mut wrong = Vec::new();
    let workspaces = store::identity::list_all_workspaces(&mut ctx.db.read().await?).await?;
    for workspace in workspaces {
        // a moment each, so that a writer is never between the sums and their facts
        for channel in store::channels::list(&mut ctx.db.read().await?, workspace.id).await? {
            let mut tx = ctx.db.read().await?;
            if store::summaries::is_due(&mut tx, channel.id).await? {
                continue;
            }
            let periods = store::summaries::list_wrong(&mut tx, channel.id).await?.len();
            if periods > 0 {
                wrong.push((channel.slug(), periods));
            }
        }
    }
    Ok(wrong)
}

async fn replica(ctx: &Ctx, findings: &mut Findings) {
    match ctx.db.replica_health().await {
        None => {}
        Some(store::ReplicaHealth::Answers) => findings.add("replica", Verdict::Ok, "the read replica answers"),
        Some(store::ReplicaHealth::Fails(reason)) => findings.add(
            "replica",
            Verdict::Warn,
            format!(
                "{reason}: reports are read from the database itself; start it, or leave database.replica_url away"
            ),
        ),
    }
}
