//! The moment a staged file becomes visible: one unit of work. A new channel takes its staging key for its own, which
//! is one row; rows for a known channel are merged with what is there. What says nothing new is sorted out before, while
//! others may write, so that the unit of work is as short as the news are few.

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

/// Posts merged at a time: what bounds the memory.
const PAGE: i64 = 1000;

/// Pages of staged rows that tell a known channel something new.
struct News {
    /// the post before each page
    pages: Vec<i64>,
    /// rows of the other pages
    unchanged: u64,
}

/// What a page of staged rows changes.
#[derive(Default)]
struct Page {
    last: i64,
    posts: Vec<PostFacts>,
    snapshots: Vec<Series>,
    written: Written,
}

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
        let mut news = Vec::with_capacity(targets.len());
        for target in &targets {
            news.push(self.news(target).await?);
        }
        let mut tx = ctx.db.write().await?;
        if !stage::hold(&mut tx, &self.run).await? {
            return Err(ImportError::Elsewhere);
        }
        for (target, news) in targets.iter().zip(news) {
            let existing = look_up(&mut tx, self.viewer, self.request, &target.name).await?;
            let Some(staged) = &target.stage else {
                report.channels.extend(existing.map(|channel| channel.slug()));
                continue;
            };
            let slug = match existing {
                Some(channel) => self.merge(&mut tx, target, staged, channel, news, &mut written).await?,
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
                        self.merge(&mut tx, target, staged, channel, None, &mut written).await?
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
        news: Option<News>,
        written: &mut Written,
    ) -> Result<String, ImportError> {
        let mut here = Written::default();
        match self.request.kind {
            Kind::Posts | Kind::Snapshots => here += self.merge_pages(tx, staged, &channel, news).await?,
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

impl Staging<'_> {
    /// Looks through what is staged for a known channel, without holding up any writer.
    async fn news(&self, target: &Target) -> Result<Option<News>, ImportError> {
        let (Some(staged), Some(channel)) = (&target.stage, &target.existing) else { return Ok(None) };
        if !matches!(self.request.kind, Kind::Posts | Kind::Snapshots) {
            return Ok(None);
        }
        let mut news = News { pages: Vec::new(), unchanged: 0 };
        let mut after = i64::MIN;
        let mut tx = self.ctx.db.read().await?;
        while let Some(page) = self.page(&mut tx, staged, channel, after).await? {
            if page.posts.is_empty() && page.snapshots.is_empty() {
                news.unchanged += page.written.unchanged;
            } else {
                news.pages.push(after);
            }
            after = page.last;
        }
        Ok(Some(news))
    }

    /// Merges the pages with news, or all of them where nobody looked.
    async fn merge_pages(
        &self,
        tx: &mut Tx,
        staged: &Stage,
        channel: &Channel,
        news: Option<News>,
    ) -> Result<Written, ImportError> {
        let mut written = Written::default();
        let Some(news) = news else {
            let mut after = i64::MIN;
            while let Some(page) = self.page(tx, staged, channel, after).await? {
                after = page.last;
                written += write_page(tx, channel, page).await?;
            }
            return Ok(written);
        };
        written.unchanged = news.unchanged;
        for after in news.pages {
            if let Some(page) = self.page(tx, staged, channel, after).await? {
                written += write_page(tx, channel, page).await?;
            }
        }
        Ok(written)
    }

    async fn page(
        &self,
        tx: &mut Tx,
        staged: &Stage,
        channel: &Channel,
        after: i64,
    ) -> Result<Option<Page>, ImportError> {
        match self.request.kind {
            Kind::Snapshots => page_of_snapshots(tx, staged, channel, after).await,
            _ => page_of_posts(tx, staged, channel, after).await,
        }
    }
}

async fn write_page(tx: &mut Tx, channel: &Channel, page: Page) -> Result<Written, ImportError> {
    collect::upsert_posts(tx, channel.id, &page.posts).await?;
    collect::merge_snapshots(tx, channel.id, &page.snapshots).await?;
    Ok(page.written)
}

async fn page_of_posts(
    tx: &mut Tx,
    staged: &Stage,
    channel: &Channel,
    after: i64,
) -> Result<Option<Page>, ImportError> {
    let rows = collect::list_posts_by_id(tx, staged.channel, after, PAGE).await?;
    let Some(last) = rows.last() else { return Ok(None) };
    let mut page = Page { last: last.post_id, ..Page::default() };
    let known = collect::find_posts(tx, channel.id, rows.iter().map(|post| post.post_id)).await?;
    let series = collect::find_series(tx, channel.id, rows.iter().map(|post| post.post_id)).await?;
    for post in rows {
        let reading = reading(&post);
        // counts become visible as a snapshot, not as a field of the post
        let post = PostFacts { counters: Counters::default(), counted_at: None, ..post };
        let Some(before) = known.get(&post.post_id) else {
            page.written.inserted += 1;
            page.snapshots.extend(reading);
            page.posts.push(post);
            continue;
        };
        let is_news = before.updated(&post) != *before;
        let taken = series.get(&post.post_id).map_or(&[][..], Vec::as_slice);
        let reading = reading.filter(|reading| tells_something_new(reading, before, taken));
        if is_news || reading.is_some() {
            page.written.updated += 1;
        } else {
            page.written.unchanged += 1;
        }
        page.snapshots.extend(reading);
        if is_news {
            page.posts.push(post);
        }
    }
    Ok(Some(page))
}

async fn page_of_snapshots(
    tx: &mut Tx,
    staged: &Stage,
    channel: &Channel,
    after: i64,
) -> Result<Option<Page>, ImportError> {
    let rows = collect::list_series(tx, staged.channel, after, PAGE).await?;
    let Some(last) = rows.last() else { return Ok(None) };
    let mut page = Page { last: last.post_id, ..Page::default() };
    let known = collect::find_series(tx, channel.id, rows.iter().map(|series| series.post_id)).await?;
    for series in rows {
        let before = known.get(&series.post_id).map_or(&[][..], Vec::as_slice);
        let mut is_news = false;
        for snapshot in &series.snapshots {
            match before.binary_search_by_key(&snapshot.at, |known| known.at) {
                Err(_) => page.written.inserted += 1,
                Ok(index) if says_nothing_beyond(snapshot.counters, before[index].counters) => {
                    page.written.unchanged += 1;
                    continue;
                }
                Ok(_) => page.written.updated += 1,
            }
            is_news = true;
        }
        if is_news {
            page.snapshots.push(series);
        }
    }
    Ok(Some(page))
}

/// Everything that `counters` tells is known already.
fn says_nothing_beyond(counters: Counters, known: Counters) -> bool {
    store::series::overlay(known, counters) == known
}

/// The counts of a row of a posts file as a snapshot.
fn reading(post: &PostFacts) -> Option<Series> {
    let at = post.counted_at?;
    Some(Series { post_id: post.post_id, snapshots: vec![Snapshot { at, counters: post.counters }] })
}

/// Counts that are those the post shows already add no snapshot (metrics §1), whenever they were taken.
fn tells_something_new(reading: &Series, post: &PostFacts, taken: &[Snapshot]) -> bool {
    let snapshot = reading.snapshots[0];
    let at_that_moment = taken.iter().find(|known| known.at == snapshot.at);
    !says_nothing_beyond(snapshot.counters, post.counters)
        && !at_that_moment.is_some_and(|known| says_nothing_beyond(snapshot.counters, known.counters))
}
