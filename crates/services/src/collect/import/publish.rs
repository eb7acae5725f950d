//! The moment a staged file becomes visible: one unit of work. A new channel takes its staging key for its own, which
//! is one row; rows for a known channel are merged with what is there.

use domain::channels::{Channel, ChannelRef};
use domain::posts::{Counters, Snapshot};
use jiff::civil::Date;
use serde_json::json;
use store::Tx;
use store::channels::NewChannel;
use store::collect::stage::{self, Stage};
use store::collect::{self, PostFacts, Series, Written};

use super::file::ChannelName;
use super::staging::{Staging, Target, look_up};
use super::{ImportError, ImportReport, Kind};
use crate::{Error, What, audit};

/// Rows merged at a time: what bounds the memory.
const PAGE: i64 = 1000;

impl Staging<'_> {
    /// Makes all staged rows visible.
    pub async fn publish(mut self) -> Result<ImportReport, ImportError> {
        let (ctx, now) = (self.ctx, self.ctx.now());
        let targets = std::mem::take(&mut self.targets);
        let mut report = ImportReport {
            rows: self.bookmark.rows,
            unchanged: self.bookmark.repeated,
            skipped: self.bookmark.skipped,
            continued_from: self.continued_from,
            ..ImportReport::default()
        };
        let mut written = Written::default();
        let mut tx = ctx.db.write().await?;
        for target in &targets {
            let existing = look_up(&mut tx, self.viewer, self.request, &target.name).await?;
            let Some(staged) = &target.stage else {
                report.channels.extend(existing.map(|channel| channel.slug()));
                continue;
            };
            let slug = match existing {
                Some(channel) => self.merge(&mut tx, target, staged, channel, &mut written).await?,
                None if self.request.kind == Kind::Posts => {
                    let channel = self.new_channel(target);
                    if target.existing.is_none() {
                        stage::reveal(&mut tx, staged, &channel, now).await?;
                        collect::bump(&mut tx, staged.channel, now).await?;
                        let counts = store::channels::counts(&mut tx, staged.channel).await?;
                        written.inserted += counts.posts as u64;
                        channel.username.unwrap_or(target.name.text())
                    } else {
                        // it was there when the run began, and was deleted meanwhile
                        let channel = store::channels::insert(&mut tx, &channel, now).await?;
                        self.merge(&mut tx, target, staged, channel, &mut written).await?
                    }
                }
                None => return Err(Error::NotFound(What::Channel).into()),
            };
            report.channels.push(slug);
        }
        report.inserted = written.inserted;
        report.updated = written.updated;
        report.unchanged += written.unchanged;
        stage::delete_run(&mut tx, self.run.id, now).await?;
        let file = self.request.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let detail = json!({
            "kind": self.request.kind,
            "rows": report.rows,
            "inserted": report.inserted,
            "updated": report.updated,
            "skipped": report.skipped,
            "channels": report.channels,
        });
        audit::record(ctx, &mut tx, self.viewer, "collect.import", &file, &detail).await?;
        tx.commit().await?;
        Ok(report)
    }

    fn new_channel(&self, target: &Target) -> NewChannel {
        let (mut telegram_id, mut username) = match &target.name {
            ChannelName::Id(id) | ChannelName::Titled { id, .. } => (Some(*id), None),
            ChannelName::Username(name) => (None, Some(name.clone())),
        };
        if let Some(chosen) = &self.request.channel {
            let chosen = chosen.trim().trim_start_matches('@');
            match super::cell::id(chosen.as_bytes()) {
                Ok(id) => telegram_id = Some(id),
                Err(_) => username = Some(chosen.to_owned()),
            }
        }
        let name = match &target.name {
            ChannelName::Titled { title, .. } => title.clone(),
            _ => username.clone().or(telegram_id.map(|id| id.to_string())).unwrap_or_default(),
        };
        NewChannel {
            workspace_id: self.viewer.workspace(),
            telegram_id,
            username,
            title: self.request.title.clone().unwrap_or(name),
            zone: self.request.tz.clone().unwrap_or_else(|| "UTC".to_owned()),
            demo: false,
        }
    }

    /// Merges what is staged into a known channel; its slug.
    async fn merge(
        &self,
        tx: &mut Tx,
        target: &Target,
        staged: &Stage,
        mut channel: Channel,
        written: &mut Written,
    ) -> Result<String, ImportError> {
        let mut here = Written::default();
        match self.request.kind {
            Kind::Posts => merge_posts(tx, staged, &channel, &mut here).await?,
            Kind::Snapshots => merge_snapshots(tx, staged, &channel, &mut here).await?,
            Kind::Daily => {
                let facts = collect::list_daily(tx, staged.channel, Date::MIN, Date::MAX).await?;
                here += collect::upsert_daily(tx, channel.id, &facts).await?;
            }
            Kind::Sources => {
                let facts = collect::list_sources(tx, staged.channel, Date::MIN, Date::MAX).await?;
                here += collect::upsert_sources(tx, channel.id, &facts).await?;
            }
        }
        let before = channel.clone();
        if let Some(title) = &self.request.title {
            channel.title.clone_from(title);
        }
        if let Some(tz) = &self.request.tz {
            channel.zone.clone_from(tz);
        }
        if let (None, Some(id)) = (channel.telegram_id, target.name.telegram_id()) {
            let taken = store::channels::find_by_ref(tx, channel.workspace_id, &ChannelRef::TelegramId(id)).await?;
            channel.telegram_id = taken.is_none().then_some(id);
        }
        if channel != before {
            store::channels::update(tx, &channel).await?;
        }
        if channel != before || !here.is_unchanged() {
            collect::bump(tx, channel.id, self.ctx.now()).await?;
        }
        *written += here;
        Ok(channel.slug())
    }
}

async fn merge_posts(tx: &mut Tx, staged: &Stage, channel: &Channel, written: &mut Written) -> Result<(), ImportError> {
    let mut after = i64::MIN;
    loop {
        let page = collect::list_posts_by_id(tx, staged.channel, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.post_id;
        let known = collect::find_posts(tx, channel.id, page.iter().map(|post| post.post_id)).await?;
        let series = collect::find_series(tx, channel.id, page.iter().map(|post| post.post_id)).await?;
        let mut posts = Vec::new();
        let mut snapshots = Vec::new();
        for post in page {
            let reading = reading(&post);
            // counts become visible as a snapshot, not as a field of the post
            let post = PostFacts { counters: Counters::default(), counted_at: None, ..post };
            let Some(before) = known.get(&post.post_id) else {
                written.inserted += 1;
                snapshots.extend(reading);
                posts.push(post);
                continue;
            };
            let new_post = before.updated(&post) != *before;
            let taken = series.get(&post.post_id).map_or(&[][..], Vec::as_slice);
            let reading = reading.filter(|reading| tells_something_new(reading, before, taken));
            if new_post || reading.is_some() {
                written.updated += 1;
            } else {
                written.unchanged += 1;
            }
            snapshots.extend(reading);
            if new_post {
                posts.push(post);
            }
        }
        collect::upsert_posts(tx, channel.id, &posts).await?;
        collect::merge_snapshots(tx, channel.id, &snapshots).await?;
    }
}

/// The counts of a row of a posts file as a snapshot.
fn reading(post: &PostFacts) -> Option<Series> {
    let at = post.counted_at?;
    Some(Series { post_id: post.post_id, snapshots: vec![Snapshot { at, counters: post.counters }] })
}

/// Counts that are those the post shows already add no snapshot (metrics §1), whenever they were taken.
fn tells_something_new(reading: &Series, post: &PostFacts, taken: &[Snapshot]) -> bool {
    let snapshot = reading.snapshots[0];
    let says_nothing_beyond = |known: Counters| store::series::overlay(known, snapshot.counters) == known;
    let at_that_moment = taken.iter().find(|known| known.at == snapshot.at);
    !says_nothing_beyond(post.counters) && !at_that_moment.is_some_and(|known| says_nothing_beyond(known.counters))
}

async fn merge_snapshots(
    tx: &mut Tx,
    staged: &Stage,
    channel: &Channel,
    written: &mut Written,
) -> Result<(), ImportError> {
    let mut after = i64::MIN;
    loop {
        let page = collect::list_series(tx, staged.channel, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.post_id;
        *written += collect::merge_snapshots(tx, channel.id, &page).await?;
    }
}
