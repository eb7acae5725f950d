//! Chunks into the database, out of sight. Every chunk commits together with the [`Bookmark`], so a run that was
//! stopped at any moment continues after its last chunk.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use domain::analytics::history::{DailyFact, SourceFact};
use domain::channels::{Channel, ChannelRef};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::collect::stage::{self, Run, Stage, Staged};
use store::collect::{PostFacts, Series};
use tokio_util::sync::CancellationToken;

use super::file::{BadRow, ChannelName, Chunk, Facts, FileReader, Parsed, PostSnapshot};
use super::problem::{Problem, Problems, SHOWN};
use super::rows::{Place, Rows};
use super::skip_file::SkipFile;
use super::{ImportError, ImportRequest, Kind};
use crate::{Ctx, Viewer, channels};

/// How far a run is; kept with the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// where the next chunk begins
    pub offset: u64,
    pub line: u64,
    /// rows read, bad ones too
    pub rows: u64,
    /// rows staged
    pub added: u64,
    /// rows that said the same as a row before them
    pub repeated: u64,
    pub skipped: u64,
    /// length of the file of bad rows
    pub skipped_bytes: u64,
    /// when the counts of posts were taken
    pub taken_at: i64,
    /// in order of appearance
    pub channels: Vec<ChannelName>,
}

/// A channel of the file.
pub struct Target {
    pub name: ChannelName,
    /// as the workspace knows it; `None`: new
    pub existing: Option<Channel>,
    pub stage: Option<Stage>,
    /// ids of its posts, ascending, where rows must be about one of them
    post_ids: Option<Vec<i64>>,
}

impl Target {
    async fn find(
        tx: &mut Tx,
        viewer: &Viewer,
        request: &ImportRequest,
        name: ChannelName,
    ) -> Result<Self, ImportError> {
        let existing = look_up(tx, viewer, request, &name).await?;
        let post_ids = match (request.kind, &existing) {
            (Kind::Snapshots, Some(channel)) => Some(store::collect::list_post_ids(tx, channel.id).await?),
            _ => None,
        };
        Ok(Self { name, existing, stage: None, post_ids })
    }
}

/// What a row is about; unique among the good rows of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Post(i64),
    Snapshot(i64, i64),
    Day(jiff::civil::Date),
    Source(jiff::civil::Date, String),
}

/// Rows by position of their channel.
type Groups<T> = Vec<(usize, Vec<Parsed<T>>)>;

pub struct Staging<'a> {
    pub ctx: &'a Ctx,
    pub viewer: &'a Viewer,
    pub request: &'a ImportRequest,
    pub run: Run,
    pub bookmark: Bookmark,
    pub targets: Vec<Target>,
    /// rows staged by a run before this one
    pub continued_from: Option<u64>,
    skip: Option<SkipFile>,
    problems: Problems,
    /// problems of rows that say other than a row before them, until that row's line is looked up
    clashes: Vec<(Problem, ChannelName, Key)>,
}

impl<'a> Staging<'a> {
    /// Continues the run of this identity, or begins one.
    pub async fn open(
        ctx: &'a Ctx,
        viewer: &'a Viewer,
        request: &'a ImportRequest,
        identity: String,
    ) -> Result<Self, ImportError> {
        let (workspace, now) = (viewer.workspace(), ctx.now());
        let mut tx = ctx.db.write().await?;
        let mut found = stage::find_run(&mut tx, workspace, &identity).await?;
        let mut bookmark = None;
        let mut skip = None;
        if let Some(run) = &found {
            let left: Option<Bookmark> = serde_json::from_str(&run.progress).ok();
            skip = match (&request.skip_bad_rows, &left) {
                (Some(path), Some(left)) => SkipFile::continued(path, left.skipped_bytes)?,
                _ => None,
            };
            // without the bad rows written so far, or with a bookmark of another version: from the beginning
            if left.is_none() || (request.skip_bad_rows.is_some() && skip.is_none()) {
                stage::delete_run(&mut tx, run.id, now).await?;
                found = None;
            } else {
                bookmark = left;
            }
        }
        let continued = found.is_some();
        let bookmark = bookmark.unwrap_or_else(|| Bookmark {
            offset: 0,
            line: 1,
            rows: 0,
            added: 0,
            repeated: 0,
            skipped: 0,
            skipped_bytes: 0,
            taken_at: request.taken_at.unwrap_or(now),
            channels: Vec::new(),
        });
        let run = if let Some(run) = found {
            run
        } else {
            let progress = serde_json::to_string(&bookmark).map_err(crate::Error::from)?;
            stage::insert_run(&mut tx, workspace, &identity, &progress, now).await.map_err(|error| match error {
                store::Error::Conflict { .. } => ImportError::Elsewhere,
                error => error.into(),
            })?
        };
        let mut stages: HashMap<String, Stage> =
            stage::list_stages(&mut tx, &run).await?.into_iter().map(|stage| (stage.name.clone(), stage)).collect();
        let mut targets = Vec::new();
        for name in &bookmark.channels {
            let mut target = Target::find(&mut tx, viewer, request, name.clone()).await?;
            target.stage = stages.remove(&name.text());
            targets.push(target);
        }
        // before the commit: whoever finds the run finds its file too, and a run without it is none
        if let (Some(path), None) = (&request.skip_bad_rows, &skip) {
            skip = Some(SkipFile::new(path)?);
        }
        tx.commit().await?;
        let continued_from = (continued && bookmark.rows > 0).then_some(bookmark.rows);
        Ok(Self {
            ctx,
            viewer,
            request,
            run,
            bookmark,
            targets,
            continued_from,
            skip,
            problems: Problems::default(),
            clashes: Vec::new(),
        })
    }

    /// There are bad rows, and they are not to be skipped: nothing of the file will be seen.
    pub fn refuses(&self) -> bool {
        self.skip.is_none() && (!self.problems.is_empty() || !self.clashes.is_empty())
    }

    /// Stages a chunk and moves the bookmark behind it.
    pub async fn take(&mut self, chunk: Chunk) -> Result<(), ImportError> {
        let mut tx = self.ctx.db.write().await?;
        if !stage::hold(&mut tx, &self.run).await? {
            return Err(ImportError::Elsewhere);
        }
        for name in chunk.new_channels {
            self.targets.push(Target::find(&mut tx, self.viewer, self.request, name).await?);
        }
        self.bookmark.rows += chunk.rows;
        let mut bad = chunk.bad;
        match chunk.facts {
            Facts::Posts(rows) => self.take_posts(&mut tx, rows, &mut bad).await?,
            Facts::Snapshots(rows) => self.take_snapshots(&mut tx, rows, &mut bad).await?,
            Facts::Daily(rows) => self.take_daily(&mut tx, rows, &mut bad).await?,
            Facts::Sources(rows) => self.take_sources(&mut tx, rows, &mut bad).await?,
        }
        self.reject(bad)?;
        if self.refuses() {
            // what is left of the file is only looked through
            return Ok(());
        }
        self.bookmark.offset = chunk.end.offset;
        self.bookmark.line = chunk.end.line;
        self.bookmark.channels = self.targets.iter().map(|target| target.name.clone()).collect();
        let progress = serde_json::to_string(&self.bookmark).map_err(crate::Error::from)?;
        stage::save_progress(&mut tx, &mut self.run, progress, self.ctx.now()).await?;
        Ok(tx.commit().await?)
    }

    async fn take_posts(
        &mut self,
        tx: &mut Tx,
        rows: Vec<Parsed<PostFacts>>,
        bad: &mut Vec<BadRow>,
    ) -> Result<(), ImportError> {
        for (target, rows) in self.sort_out(rows, |post| Key::Post(post.post_id), |post| post.post_id, bad)? {
            if self.refuses() || !bad.is_empty() && self.skip.is_none() {
                continue;
            }
            let (facts, places): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.fact, row.place)).unzip();
            let is_new = self.targets[target].existing.is_none();
            let stage = self.stage(tx, target).await?;
            let staged = stage::add_posts(tx, stage, &facts, is_new).await?;
            self.note(target, staged, &places, |index| Key::Post(facts[index].post_id), bad)?;
        }
        Ok(())
    }

    async fn take_snapshots(
        &mut self,
        tx: &mut Tx,
        rows: Vec<Parsed<PostSnapshot>>,
        bad: &mut Vec<BadRow>,
    ) -> Result<(), ImportError> {
        let rows = self.of_known_channels(rows, bad)?;
        let rows = self.of_known_posts(rows, bad)?;
        let key = |row: &PostSnapshot| Key::Snapshot(row.post_id, row.snapshot.at);
        for (target, rows) in self.sort_out(rows, key, |row| (row.post_id, row.snapshot.at), bad)? {
            if self.refuses() || !bad.is_empty() && self.skip.is_none() {
                continue;
            }
            let mut series: Vec<Series> = Vec::new();
            for row in &rows {
                match series.last_mut() {
                    Some(last) if last.post_id == row.fact.post_id => last.snapshots.push(row.fact.snapshot),
                    _ => series.push(Series { post_id: row.fact.post_id, snapshots: vec![row.fact.snapshot] }),
                }
            }
            let stage = self.stage(tx, target).await?;
            let staged = stage::add_snapshots(tx, stage, &series).await?;
            let places: Vec<_> = rows.iter().map(|row| row.place).collect();
            self.note(target, staged, &places, |index| key(&rows[index].fact), bad)?;
        }
        Ok(())
    }

    async fn take_daily(
        &mut self,
        tx: &mut Tx,
        rows: Vec<Parsed<DailyFact>>,
        bad: &mut Vec<BadRow>,
    ) -> Result<(), ImportError> {
        let rows = self.of_known_channels(rows, bad)?;
        for (target, rows) in self.sort_out(rows, |fact| Key::Day(fact.day), |fact| fact.day, bad)? {
            if self.refuses() || !bad.is_empty() && self.skip.is_none() {
                continue;
            }
            let (facts, places): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.fact, row.place)).unzip();
            let stage = self.stage(tx, target).await?;
            let staged = stage::add_daily(tx, stage, &facts).await?;
            self.note(target, staged, &places, |index| Key::Day(facts[index].day), bad)?;
        }
        Ok(())
    }

    async fn take_sources(
        &mut self,
        tx: &mut Tx,
        rows: Vec<Parsed<SourceFact>>,
        bad: &mut Vec<BadRow>,
    ) -> Result<(), ImportError> {
        let rows = self.of_known_channels(rows, bad)?;
        let key = |fact: &SourceFact| Key::Source(fact.day, fact.origin.clone());
        for (target, rows) in self.sort_out(rows, key, |fact| (fact.day, fact.origin.clone()), bad)? {
            if self.refuses() || !bad.is_empty() && self.skip.is_none() {
                continue;
            }
            let (facts, places): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.fact, row.place)).unzip();
            let stage = self.stage(tx, target).await?;
            let staged = stage::add_sources(tx, stage, &facts).await?;
            self.note(target, staged, &places, |index| key(&facts[index]), bad)?;
        }
        Ok(())
    }

    /// By channel, in order of their keys, each key once: a row that says the same as an earlier one is dropped, one
    /// that says other is bad.
    fn sort_out<T: PartialEq, O: Ord>(
        &mut self,
        mut rows: Vec<Parsed<T>>,
        key: impl Fn(&T) -> Key,
        order: impl Fn(&T) -> O,
        bad: &mut Vec<BadRow>,
    ) -> Result<Groups<T>, ImportError> {
        // stable: of equal keys the earlier line stays first
        rows.sort_by(|a, b| a.channel.cmp(&b.channel).then_with(|| order(&a.fact).cmp(&order(&b.fact))));
        let mut groups: Groups<T> = Vec::new();
        for row in rows {
            let group = match groups.last_mut() {
                Some((channel, group)) if *channel == row.channel => group,
                _ => {
                    groups.push((row.channel, Vec::new()));
                    let Some((_, group)) = groups.last_mut() else { continue };
                    group
                }
            };
            match group.last() {
                Some(last) if order(&last.fact) == order(&row.fact) => {
                    if last.fact == row.fact {
                        self.bookmark.repeated += 1;
                    } else {
                        let first = Some(last.place.line);
                        let problem = clash(&key(&row.fact), row.place.line, first);
                        bad.push(self.bad_row(row.place, problem)?);
                    }
                }
                _ => group.push(row),
            }
        }
        Ok(groups)
    }

    /// Rows of channels that the workspace has; the others are bad.
    fn of_known_channels<T>(
        &mut self,
        rows: Vec<Parsed<T>>,
        bad: &mut Vec<BadRow>,
    ) -> Result<Vec<Parsed<T>>, ImportError> {
        if self.targets.iter().all(|target| target.existing.is_some()) {
            return Ok(rows);
        }
        let mut known = Vec::with_capacity(rows.len());
        for row in rows {
            let target = &self.targets[row.channel];
            if target.existing.is_some() {
                known.push(row);
                continue;
            }
            let (column, name) = match &target.name {
                ChannelName::Username(_) => ("channel", target.name.text()),
                ChannelName::Id(_) | ChannelName::Titled { .. } => ("channel_id", target.name.text()),
            };
            let name = self.request.channel.clone().unwrap_or(name);
            let problem = Problem::of_cell(
                row.place.line,
                column,
                name.as_bytes(),
                "a channel of this workspace: import its posts first, or choose one with --channel",
            );
            bad.push(self.bad_row(row.place, problem)?);
        }
        Ok(known)
    }

    /// Rows about posts that the channel has; the others are bad.
    fn of_known_posts(
        &mut self,
        rows: Vec<Parsed<PostSnapshot>>,
        bad: &mut Vec<BadRow>,
    ) -> Result<Vec<Parsed<PostSnapshot>>, ImportError> {
        let mut known = Vec::with_capacity(rows.len());
        // a post's snapshots mostly follow one another
        let mut last_found = None;
        for row in rows {
            let post = (row.channel, row.fact.post_id);
            let ids = self.targets[row.channel].post_ids.as_deref().unwrap_or_default();
            if last_found == Some(post) || ids.binary_search(&post.1).is_ok() {
                last_found = Some(post);
                known.push(row);
                continue;
            }
            let problem = Problem::of_cell(
                row.place.line,
                "post_id",
                row.fact.post_id.to_string().as_bytes(),
                format!("a post of {}: import the posts first", self.targets[row.channel].name.text()),
            );
            bad.push(self.bad_row(row.place, problem)?);
        }
        Ok(known)
    }

    async fn stage(&mut self, tx: &mut Tx, target: usize) -> Result<&mut Stage, ImportError> {
        let now = self.ctx.now();
        let target = &mut self.targets[target];
        let stage = match target.stage.take() {
            Some(stage) => stage,
            None => stage::insert_stage(tx, &self.run, self.viewer.workspace(), &target.name.text(), now).await?,
        };
        Ok(target.stage.insert(stage))
    }

    /// Counts what became of rows; those that clash with rows of earlier chunks are bad.
    fn note(
        &mut self,
        target: usize,
        staged: Staged,
        places: &[Place],
        key: impl Fn(usize) -> Key,
        bad: &mut Vec<BadRow>,
    ) -> Result<(), ImportError> {
        self.bookmark.added += staged.added;
        self.bookmark.repeated += staged.repeated;
        for index in staged.clashes {
            let (place, key) = (places[index], key(index));
            let problem = clash(&key, place.line, None);
            if self.skip.is_some() {
                bad.push(self.bad_row(place, problem)?);
            } else if self.clashes.len() < SHOWN {
                self.clashes.push((problem, self.targets[target].name.clone(), key));
            } else {
                self.problems.push_row([problem]);
            }
        }
        Ok(())
    }

    /// A row as it stands in the file, which is read again when its cells are to be written out.
    fn bad_row(&self, place: Place, problem: Problem) -> Result<BadRow, ImportError> {
        let fields = if self.skip.is_some() { read_fields(&self.request.path, place)? } else { Vec::new() };
        Ok(BadRow { place, fields, problems: vec![problem] })
    }

    fn reject(&mut self, mut bad: Vec<BadRow>) -> Result<(), ImportError> {
        bad.sort_by_key(|row| row.place.line);
        let Some(skip) = &mut self.skip else {
            for row in bad {
                self.problems.push_row(row.problems);
            }
            return Ok(());
        };
        self.bookmark.skipped += bad.len() as u64;
        self.bookmark.skipped_bytes = skip.write(|| read_header(&self.request.path), &bad)?;
        Ok(())
    }

    /// The problems, with the lines that rows clash with looked up.
    pub fn explained_problems(&self) -> Result<Problems, ImportError> {
        let mut problems = self.problems.clone();
        let mut wanted: HashMap<(ChannelName, Key), Option<u64>> =
            self.clashes.iter().map(|(_, channel, key)| ((channel.clone(), key.clone()), None)).collect();
        if !wanted.is_empty() {
            let start = Place { offset: 0, line: 1 };
            let mut reader = FileReader::open(self.request, start, Vec::new(), self.ctx.now(), self.bookmark.taken_at)?;
            let mut channels: Vec<ChannelName> = Vec::new();
            let stop = CancellationToken::new();
            while let Some(chunk) = reader.next_chunk(&stop)? {
                channels.extend(chunk.new_channels);
                let mut seen = |channel: usize, key: Key, line: u64| {
                    if let Some(first) = wanted.get_mut(&(channels[channel].clone(), key)) {
                        first.get_or_insert(line);
                    }
                };
                match chunk.facts {
                    Facts::Posts(rows) => {
                        for row in rows {
                            seen(row.channel, Key::Post(row.fact.post_id), row.place.line);
                        }
                    }
                    Facts::Snapshots(rows) => {
                        for row in rows {
                            seen(row.channel, Key::Snapshot(row.fact.post_id, row.fact.snapshot.at), row.place.line);
                        }
                    }
                    Facts::Daily(rows) => {
                        for row in rows {
                            seen(row.channel, Key::Day(row.fact.day), row.place.line);
                        }
                    }
                    Facts::Sources(rows) => {
                        for row in rows {
                            seen(row.channel, Key::Source(row.fact.day, row.fact.origin), row.place.line);
                        }
                    }
                }
                if wanted.values().all(Option::is_some) {
                    break;
                }
            }
        }
        for (problem, channel, key) in &self.clashes {
            let first = wanted.get(&(channel.clone(), key.clone())).copied().flatten();
            problems.push_row([clash(key, problem.line, first)]);
        }
        Ok(problems)
    }

    /// Forgets the run after an error, which is handed through: the database holds no more than before. A run that
    /// another process took over is that one's.
    pub async fn abandon_after(self, error: ImportError) -> ImportError {
        let forgotten: Result<(), ImportError> = async {
            let mut tx = self.ctx.db.write().await?;
            if stage::hold(&mut tx, &self.run).await? {
                stage::delete_run(&mut tx, self.run.id, self.ctx.now()).await?;
                tx.commit().await?;
            }
            Ok(channels::purge_deleted(self.ctx).await?)
        }
        .await;
        if let Err(cleaning) = forgotten {
            // the rows are out of sight; the upkeep job removes them another time
            tracing::warn!(run = self.run.id, %cleaning, "the staged rows of an import could not be removed");
        }
        error
    }
}

/// The channel that rows of this name are for, if the workspace has it.
pub async fn look_up(
    tx: &mut Tx,
    viewer: &Viewer,
    request: &ImportRequest,
    name: &ChannelName,
) -> Result<Option<Channel>, store::Error> {
    let channel = match (&request.channel, name) {
        (Some(chosen), _) => ChannelRef::parse(chosen),
        (None, ChannelName::Username(name)) => ChannelRef::Username(name.clone()),
        (None, ChannelName::Id(id) | ChannelName::Titled { id, .. }) => ChannelRef::TelegramId(*id),
    };
    store::channels::find_by_ref(tx, viewer.workspace(), &channel).await
}

fn clash(key: &Key, line: u64, first: Option<u64>) -> Problem {
    let (column, value, what) = match key {
        Key::Post(post) => ("post_id", post.to_string(), "post"),
        Key::Snapshot(post, at) => ("taken_at_utc", format!("post {post} at {at}"), "post and moment"),
        Key::Day(day) => ("day", day.to_string(), "day"),
        Key::Source(day, origin) => ("source", format!("{origin} on {day}"), "day and source"),
    };
    let first = first.map_or_else(|| "an earlier line".to_owned(), |first| format!("line {first}"));
    let expected = format!("the same values as {first} has for this {what}, or only one of the two rows");
    Problem::of_cell(line, column, value.as_bytes(), expected)
}

fn read_fields(path: &Path, place: Place) -> Result<Vec<Vec<u8>>, ImportError> {
    let unreadable = |reason: String| ImportError::Unreadable { path: path.to_owned(), reason };
    let mut file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    file.seek(SeekFrom::Start(place.offset)).map_err(|error| unreadable(error.to_string()))?;
    let mut rows = Rows::new(file, place);
    let row = rows.next().map_err(|error| unreadable(error.to_string()))?;
    Ok(row.map(|row| row.iter().map(<[u8]>::to_vec).collect()).unwrap_or_default())
}

fn read_header(path: &Path) -> Result<Vec<Vec<u8>>, ImportError> {
    let mut header = read_fields(path, Place { offset: 0, line: 1 })?;
    if let Some(first) = header.first_mut()
        && first.starts_with(b"\xef\xbb\xbf")
    {
        first.drain(..3);
    }
    Ok(header)
}
