//! An import in the making. A run stages rows, chunk by chunk, under channel keys of its own that no reader sees; each
//! chunk commits together with how far the file was read, so a run that was stopped continues where it was. At the
//! end one short unit of work makes the rows visible: a new channel by taking its staging key for its own, a known one
//! by merging.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::analytics::history::{DailyFact, SourceFact};
use domain::channels::folded;
use domain::ids::{ChannelId, WorkspaceId};
use domain::posts::Snapshot;
use jiff::civil::Date;

use super::posts::write_new_posts;
use super::snapshots::{write_new_series, write_series};
use super::{PostFacts, Series, add_totals, batch, daily, find_posts, find_series};
use crate::channels::NewChannel;
use crate::{Dialect, Error, Result, Tx, execute, on, series, summaries};

/// A file on its way in.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Run {
    pub id: i64,
    /// what was asked and of which file
    pub identity: String,
    /// how far it is, JSON of the service
    pub progress: String,
}

pub async fn find_run(tx: &mut Tx, workspace: WorkspaceId, identity: &str) -> Result<Option<Run>> {
    const SQL: &str = "SELECT id, identity, progress FROM import_run WHERE workspace_id = $1 AND identity = $2";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).bind(identity).fetch_optional(conn))
}

/// Conflict: `import_run_workspace_id_identity`, when another process began the same.
pub async fn insert_run(tx: &mut Tx, workspace: WorkspaceId, identity: &str, progress: &str, now: i64) -> Result<Run> {
    const SQL: &str = "INSERT INTO import_run (workspace_id, identity, progress, created_at, touched_at) \
        VALUES ($1, $2, $3, $4, $4) RETURNING id, identity, progress";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).bind(identity).bind(progress).bind(now).fetch_one(conn))
}

/// Whether the run is still where the caller left it; if so, it stays there until the unit of work ends. `false`:
/// another process works on it, or finished it.
pub async fn hold(tx: &mut Tx, run: &Run) -> Result<bool> {
    // SQLite has one writer at a time anyway
    const SQL: Dialect = Dialect {
        sqlite: "SELECT id FROM import_run WHERE id = $1 AND progress = $2",
        postgres: "SELECT id FROM import_run WHERE id = $1 AND progress = $2 FOR UPDATE",
    };
    let sql = SQL.of(tx);
    let found: Option<i64> =
        on!(tx, |conn| sqlx::query_scalar(sql).bind(run.id).bind(&run.progress).fetch_optional(conn))?;
    Ok(found.is_some())
}

/// Notes how far the run, which the caller [holds](hold), is.
pub async fn save_progress(tx: &mut Tx, run: &mut Run, progress: String, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE import_run SET progress = $2, touched_at = $3 WHERE id = $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(run.id).bind(&progress).bind(now).execute(conn))?;
    run.progress = progress;
    Ok(())
}

/// Forgets the run; what is still staged is hidden for good and goes with the rows of deleted channels.
pub async fn delete_run(tx: &mut Tx, run: i64, now: i64) -> Result<()> {
    const HIDE: &str = "UPDATE channel SET import_run_id = NULL, deleted_at = $2 WHERE import_run_id = $1";
    const STAGES: &str = "DELETE FROM import_stage WHERE import_run_id = $1";
    const RUN: &str = "DELETE FROM import_run WHERE id = $1";
    execute!(tx, |conn| sqlx::query(HIDE).bind(run).bind(now).execute(conn))?;
    execute!(tx, |conn| sqlx::query(STAGES).bind(run).execute(conn))?;
    execute!(tx, |conn| sqlx::query(RUN).bind(run).execute(conn))?;
    Ok(())
}

/// Runs that nobody touched since `at`.
pub async fn list_stale_runs(tx: &mut Tx, at: i64) -> Result<Vec<i64>> {
    const SQL: &str = "SELECT id FROM import_run WHERE touched_at < $1 ORDER BY id";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(at).fetch_all(conn))
}

/// Where the rows of one channel of the file are staged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub run: i64,
    /// the channel as the file names it
    pub name: String,
    /// the key the rows are under
    pub channel: ChannelId,
    /// smallest and largest post staged; `None` while there is none
    pub posts: Option<(i64, i64)>,
}

pub async fn insert_stage(tx: &mut Tx, run: &Run, workspace: WorkspaceId, name: &str, now: i64) -> Result<Stage> {
    const CHANNEL: &str = "INSERT INTO channel (workspace_id, title, zone, demo, created_at, import_run_id) \
        VALUES ($1, $2, 'UTC', $3, $4, $5) RETURNING id";
    const STAGE: &str = "INSERT INTO import_stage (import_run_id, name, channel_id) VALUES ($1, $2, $3)";
    let channel = on!(tx, |conn| sqlx::query_scalar(CHANNEL)
        .bind(workspace)
        .bind(name)
        .bind(false)
        .bind(now)
        .bind(run.id)
        .fetch_one(conn))?;
    execute!(tx, |conn| sqlx::query(STAGE).bind(run.id).bind(name).bind(channel).execute(conn))?;
    Ok(Stage { run: run.id, name: name.to_owned(), channel, posts: None })
}

/// The run's stages, by name.
pub async fn list_stages(tx: &mut Tx, run: &Run) -> Result<Vec<Stage>> {
    const SQL: &str = "SELECT name, channel_id, first_post_id, last_post_id FROM import_stage \
        WHERE import_run_id = $1 ORDER BY name";
    let rows: Vec<(String, ChannelId, Option<i64>, Option<i64>)> =
        on!(tx, |conn| sqlx::query_as(SQL).bind(run.id).fetch_all(conn))?;
    Ok(rows
        .into_iter()
        .map(|(name, channel, first, last)| Stage { run: run.id, name, channel, posts: first.zip(last) })
        .collect())
}

/// Makes a new channel of a stage, under the stage's own key. Conflict as in [`crate::channels::insert`].
pub async fn reveal(tx: &mut Tx, stage: &Stage, channel: &NewChannel, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE channel SET import_run_id = NULL, telegram_id = $2, username = $3, title = $4, \
        zone = $5, created_at = $6, username_folded = $8 WHERE id = $1 AND import_run_id = $7";
    const STAGE: &str = "DELETE FROM import_stage WHERE channel_id = $1";
    let revealed = execute!(tx, |conn| sqlx::query(SQL)
        .bind(stage.channel)
        .bind(channel.telegram_id)
        .bind(&channel.username)
        .bind(&channel.title)
        .bind(&channel.zone)
        .bind(now)
        .bind(stage.run)
        .bind(channel.username.as_deref().map(folded))
        .execute(conn))?;
    if revealed == 0 {
        return Err(Error::Busy);
    }
    execute!(tx, |conn| sqlx::query(STAGE).bind(stage.channel).execute(conn))?;
    // nobody summed what was out of sight
    summaries::mark_all(tx, stage.channel).await
}

/// What became of a chunk's rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Staged {
    /// rows that were not staged yet
    pub added: u64,
    /// rows that were staged before with the same values
    pub repeated: u64,
    /// positions, in the chunk, of rows that were staged before with other values; they are not staged
    pub clashes: Vec<usize>,
}

/// Adds posts, ordered by id, each once in `posts`. With `with_snapshots` the counts of each become its first
/// snapshot, taken at `counted_at`: right for a channel that is new.
pub async fn add_posts(tx: &mut Tx, stage: &mut Stage, posts: &[PostFacts], with_snapshots: bool) -> Result<Staged> {
    let (Some(first), Some(last)) = (posts.first(), posts.last()) else { return Ok(Staged::default()) };
    let mut staged = Staged::default();
    let fresh = if touches(stage, first.post_id, last.post_id) {
        Cow::Owned(not_staged(tx, stage, posts, &mut staged).await?)
    } else {
        Cow::Borrowed(posts)
    };
    staged.added = fresh.len() as u64;
    write_new_posts(tx, stage.channel, &fresh).await?;
    let series: Vec<_> = if with_snapshots { fresh.iter().filter_map(first_snapshot).collect() } else { Vec::new() };
    write_new_series(tx, stage.channel, &series).await?;
    let newest = series.iter().map(|series| series.snapshots[0].at).max();
    let snapshots = series.len() as i64;
    add_totals(tx, stage.channel, staged.added as i64, snapshots, newest).await?;
    widen(tx, stage, first.post_id, last.post_id).await?;
    Ok(staged)
}

/// Those of the posts that are not staged yet; the others are sorted into `staged`.
async fn not_staged(tx: &mut Tx, stage: &Stage, posts: &[PostFacts], staged: &mut Staged) -> Result<Vec<PostFacts>> {
    let mut fresh = Vec::new();
    for (number, chunk) in posts.chunks(batch::ROWS).enumerate() {
        let known = find_posts(tx, stage.channel, chunk.iter().map(|post| post.post_id)).await?;
        for (index, post) in chunk.iter().enumerate() {
            match known.get(&post.post_id) {
                None => fresh.push(post.clone()),
                Some(before) if before == post => staged.repeated += 1,
                Some(_) => staged.clashes.push(number * batch::ROWS + index),
            }
        }
    }
    Ok(fresh)
}

fn first_snapshot(post: &PostFacts) -> Option<Series> {
    let at = post.counted_at?;
    Some(Series { post_id: post.post_id, snapshots: vec![Snapshot { at, counters: post.counters }] })
}

/// Adds snapshots, ordered by post, each post once in `series`. Positions of clashes count snapshots from the
/// beginning of `series`.
pub async fn add_snapshots(tx: &mut Tx, stage: &mut Stage, series: &[Series]) -> Result<Staged> {
    let (Some(first), Some(last)) = (series.first(), series.last()) else { return Ok(Staged::default()) };
    let mut staged = Staged::default();
    if !touches(stage, first.post_id, last.post_id) {
        write_new_series(tx, stage.channel, series).await?;
        staged.added = series.iter().map(|series| series.snapshots.len() as u64).sum();
        widen(tx, stage, first.post_id, last.post_id).await?;
        return Ok(staged);
    }
    let mut position = 0;
    for chunk in series.chunks(batch::ROWS) {
        let known = find_series(tx, stage.channel, chunk.iter().map(|series| series.post_id)).await?;
        let mut changed = Vec::with_capacity(chunk.len());
        for new in chunk {
            let before = known.get(&new.post_id).map_or(&[][..], Vec::as_slice);
            let mut fresh = Vec::with_capacity(new.snapshots.len());
            for snapshot in &new.snapshots {
                match before.binary_search_by_key(&snapshot.at, |known| known.at) {
                    Err(_) => fresh.push(*snapshot),
                    Ok(index) if before[index].counters == snapshot.counters => staged.repeated += 1,
                    Ok(_) => staged.clashes.push(position),
                }
                position += 1;
            }
            if !fresh.is_empty() {
                staged.added += fresh.len() as u64;
                changed.push(Series { post_id: new.post_id, snapshots: series::merge(before, &fresh) });
            }
        }
        write_series(tx, stage.channel, &changed).await?;
    }
    widen(tx, stage, first.post_id, last.post_id).await?;
    Ok(staged)
}

/// Adds days, ordered, each once in `facts`.
pub async fn add_daily(tx: &mut Tx, stage: &Stage, facts: &[DailyFact]) -> Result<Staged> {
    let (Some(first), Some(last)) = (facts.first(), facts.last()) else { return Ok(Staged::default()) };
    let known: HashMap<Date, DailyFact> = daily::list_daily(tx, stage.channel, first.day, last.day)
        .await?
        .into_iter()
        .map(|fact| (fact.day, fact))
        .collect();
    let (staged, fresh) = sort_out(facts, |fact| known.get(&fact.day));
    daily::upsert_daily(tx, stage.channel, &fresh).await?;
    Ok(staged)
}

/// Adds views by source, ordered by day, each (day, origin) once in `facts`.
pub async fn add_sources(tx: &mut Tx, stage: &Stage, facts: &[SourceFact]) -> Result<Staged> {
    let (Some(first), Some(last)) = (facts.first(), facts.last()) else { return Ok(Staged::default()) };
    let known: HashMap<(Date, String), SourceFact> = daily::list_sources(tx, stage.channel, first.day, last.day)
        .await?
        .into_iter()
        .map(|fact| ((fact.day, fact.origin.clone()), fact))
        .collect();
    let (staged, fresh) = sort_out(facts, |fact| known.get(&(fact.day, fact.origin.clone())));
    daily::upsert_sources(tx, stage.channel, &fresh).await?;
    Ok(staged)
}

fn sort_out<'a, T: PartialEq + Clone + 'a>(rows: &[T], known: impl Fn(&T) -> Option<&'a T>) -> (Staged, Vec<T>) {
    let mut staged = Staged::default();
    let mut fresh = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        match known(row) {
            None => fresh.push(row.clone()),
            Some(before) if before == row => staged.repeated += 1,
            Some(_) => staged.clashes.push(index),
        }
    }
    staged.added = fresh.len() as u64;
    (staged, fresh)
}

/// Whether posts `first ..= last` may be staged already. Files are mostly in order, so mostly they are not, and
/// nothing needs to be looked up.
fn touches(stage: &Stage, first: i64, last: i64) -> bool {
    stage.posts.is_some_and(|(lowest, highest)| first <= highest && last >= lowest)
}

async fn widen(tx: &mut Tx, stage: &mut Stage, first: i64, last: i64) -> Result<()> {
    const SQL: &str = "UPDATE import_stage SET first_post_id = $2, last_post_id = $3 WHERE channel_id = $1";
    let (lowest, highest) =
        stage.posts.map_or((first, last), |(lowest, highest)| (lowest.min(first), highest.max(last)));
    execute!(tx, |conn| sqlx::query(SQL).bind(stage.channel).bind(lowest).bind(highest).execute(conn))?;
    stage.posts = Some((lowest, highest));
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::posts::{Counters, Source};

    use super::*;
    use crate::collect::tests::post;
    use crate::{both_dbs, channels, identity};

    const NOW: i64 = 1_760_000_000;

    async fn begun(tx: &mut Tx) -> (WorkspaceId, Run, Stage) {
        let workspace = identity::insert_workspace(tx, "default", NOW).await.unwrap().id;
        let run = insert_run(tx, workspace, "file", "{}", NOW).await.unwrap();
        let stage = insert_stage(tx, &run, workspace, "d_code", NOW).await.unwrap();
        (workspace, run, stage)
    }

    fn new(workspace_id: WorkspaceId) -> NewChannel {
        NewChannel {
            workspace_id,
            telegram_id: None,
            username: Some("d_code".to_owned()),
            title: "Code".to_owned(),
            zone: "UTC".to_owned(),
            demo: false,
        }
    }

    both_dbs! {
        async fn a_run_is_found_again_and_moved_by_one_process_only(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let (workspace, mut run, stage) = begun(&mut tx).await;
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let mut found = find_run(&mut tx, workspace, "file").await.unwrap().unwrap();
            assert_eq!(found, run);
            assert_eq!(list_stages(&mut tx, &run).await.unwrap(), [stage]);
            assert!(hold(&mut tx, &run).await.unwrap());
            save_progress(&mut tx, &mut run, "{\"a\":1}".to_owned(), NOW + 5).await.unwrap();
            assert!(!hold(&mut tx, &found).await.unwrap());
            found.progress = run.progress.clone();
            assert!(hold(&mut tx, &found).await.unwrap());
            assert_eq!(list_stale_runs(&mut tx, NOW + 5).await.unwrap(), [0_i64; 0]);
            assert_eq!(list_stale_runs(&mut tx, NOW + 6).await.unwrap(), [run.id]);
            delete_run(&mut tx, run.id, NOW).await.unwrap();
            assert!(!hold(&mut tx, &run).await.unwrap());
            assert_eq!(find_run(&mut tx, workspace, "file").await.unwrap(), None);
            assert_eq!(channels::list_hidden(&mut tx).await.unwrap().len(), 1);
        }

        async fn staged_posts_are_seen_when_they_are_revealed(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let (workspace, run, mut stage) = begun(&mut tx).await;
            let counted = |id: i64| PostFacts {
                counters: Counters { views: Some(id), ..Counters::default() },
                counted_at: Some(NOW),
                ..post(id)
            };
            let posts: Vec<_> = (1..=400).map(counted).collect();
            let staged = add_posts(&mut tx, &mut stage, &posts, true).await.unwrap();
            assert_eq!(staged, Staged { added: 400, ..Staged::default() });
            assert_eq!(stage.posts, Some((1, 400)));
            // half of them again, one with other values, one new
            let mut more = posts[300..].to_vec();
            more[7].text = None;
            more.push(counted(401));
            let staged = add_posts(&mut tx, &mut stage, &more, true).await.unwrap();
            assert_eq!(staged, Staged { added: 1, repeated: 99, clashes: vec![7] });
            assert_eq!(channels::list(&mut tx, workspace).await.unwrap(), []);
            assert_eq!(list_stages(&mut tx, &run).await.unwrap()[0].posts, Some((1, 401)));
            reveal(&mut tx, &stage, &new(workspace), NOW).await.unwrap();
            delete_run(&mut tx, run.id, NOW).await.unwrap();
            let channel = channels::list(&mut tx, workspace).await.unwrap().remove(0);
            assert_eq!((channel.id, channel.title.as_str()), (stage.channel, "Code"));
            let counts = channels::counts(&mut tx, channel.id).await.unwrap();
            assert_eq!((counts.posts, counts.snapshots), (401, 401));
            assert_eq!(crate::analytics::as_of(&mut tx, channel.id).await.unwrap(), Some(NOW));
            assert!(reveal(&mut tx, &stage, &new(workspace), NOW).await.is_err(), "only once");
        }

        async fn staged_snapshots_merge_and_clashes_are_told_by_position(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let (_, _, mut stage) = begun(&mut tx).await;
            let snapshot = |at, views| Snapshot { at, counters: Counters { views: Some(views), ..Counters::default() } };
            let series = |post_id, snapshots| Series { post_id, snapshots };
            let first = [series(1, vec![snapshot(1, 1), snapshot(3, 3)]), series(2, vec![snapshot(1, 1)])];
            assert_eq!(add_snapshots(&mut tx, &mut stage, &first).await.unwrap().added, 3);
            let second = [series(1, vec![snapshot(2, 2), snapshot(3, 4)]), series(2, vec![snapshot(1, 1)]), series(5, vec![snapshot(1, 1)])];
            let staged = add_snapshots(&mut tx, &mut stage, &second).await.unwrap();
            assert_eq!(staged, Staged { added: 2, repeated: 1, clashes: vec![1] });
            let merged = find_series(&mut tx, stage.channel, [1].into_iter()).await.unwrap().remove(&1).unwrap();
            assert_eq!(merged, [snapshot(1, 1), snapshot(2, 2), snapshot(3, 3)]);
        }

        async fn staged_days_and_sources(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let (_, _, stage) = begun(&mut tx).await;
            let fact = |day: i8, subscribers| DailyFact {
                subscribers: Some(subscribers),
                ..DailyFact::told_by(Source::Imported, jiff::civil::date(2025, 1, day))
            };
            assert_eq!(add_daily(&mut tx, &stage, &[fact(1, 5), fact(2, 6)]).await.unwrap().added, 2);
            let staged = add_daily(&mut tx, &stage, &[fact(1, 5), fact(2, 7), fact(3, 8)]).await.unwrap();
            assert_eq!(staged, Staged { added: 1, repeated: 1, clashes: vec![1] });
            let source = |origin: &str, views| SourceFact {
                day: jiff::civil::date(2025, 1, 1),
                origin: origin.to_owned(),
                views: Some(views),
                source: Source::Imported,
            };
            assert_eq!(add_sources(&mut tx, &stage, &[source("followers", 1), source("search", 2)]).await.unwrap().added, 2);
            let staged = add_sources(&mut tx, &stage, &[source("followers", 9), source("search", 2)]).await.unwrap();
            assert_eq!(staged, Staged { added: 0, repeated: 1, clashes: vec![0] });
        }
    }
}
