//! The public page of a channel as a way to collect it: no rights, no account, rounded counts.
//!
//! A page is written in one unit of work together with how far the channel has been read ([`write`]), so that whoever
//! stops, or dies, goes on there. What is read when is in [`schedule`].

mod schedule;
mod write;

use ::preview::{Client, Error as Refused, Fetched, Fresh, Username, Validators, Why};
use domain::channels::Channel;
use domain::collect::connection::{Mode, Obstacle};
use domain::ids::ChannelId;
use serde::Serialize;
use serde_json::json;
use store::Tx;
use store::collect::{connections, preview as progress};
use tokio_util::sync::CancellationToken;

use super::connection::{self, Connected, Introduced};
use crate::identity::{Viewer, permission, require};
use crate::{Ctx, Error, Outage, Result, audit};

use write::Reach;

/// Job: reads the public pages whose time has come.
pub struct CollectPreview;

impl CollectPreview {
    pub const KIND: &'static str = "collect-preview";
}

/// What came of reading a channel's pages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PreviewReport {
    /// slug of the channel
    pub channel: String,
    pub title: String,
    pub pages: u64,
    /// posts that were not there
    pub new_posts: u64,
    pub snapshots: u64,
    /// of the newest post read, and of the oldest, unix seconds
    pub newest_at: Option<i64>,
    pub oldest_at: Option<i64>,
    /// every post that the page shows has been read
    pub complete: bool,
    /// ended before its time; the same again goes on from there
    pub stopped: bool,
}

/// How a channel is imported from its public page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PreviewImport {
    /// as typed: a name or an address
    pub channel: String,
    /// IANA zone of a channel that is new here; `None`: UTC
    pub zone: Option<String>,
    /// at most so many pages of twenty posts; `None`: all
    pub pages: Option<u64>,
    /// collect it from now on, too
    pub connect: bool,
}

/// What a visit of the job came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visited {
    Read,
    /// something stands in the way of this channel
    Obstructed(Obstacle),
    /// Telegram asks to wait, whatever the channel
    Wait,
}

/// Reads the public page of a channel and collects it from now on. [`Error::Obstructed`] when it shows none.
pub async fn connect(ctx: &Ctx, viewer: &Viewer, typed: &str) -> Result<Connected> {
    require(viewer, permission::ADD_CHANNEL)?;
    let name = named(typed)?;
    let fresh = fetch_newest(ctx, &name).await?;
    let mut tx = ctx.db.write().await?;
    let introduced = introduced(&fresh, None);
    let connected = connection::connect_in(ctx, &mut tx, viewer, &introduced, Mode::Preview).await?;
    write::page(ctx, &mut tx, &connected.channel, &fresh.page, Reach::Newest(&fresh.validators)).await?;
    let now = ctx.now();
    // what is older is the job's, at once
    store::jobs::enqueue(&mut tx, CollectPreview::KIND, "{}", Some(CollectPreview::KIND), now, now).await?;
    tx.commit().await?;
    Ok(connected)
}

/// Reads a channel's public pages, newest first, each at once visible; goes on where an earlier run ended. `watch`
/// hears of every page.
pub async fn import(
    ctx: &Ctx,
    viewer: &Viewer,
    import: &PreviewImport,
    watch: &(dyn Fn(&PreviewReport) + Sync),
    cancel: &CancellationToken,
) -> Result<PreviewReport> {
    require(viewer, permission::ADD_CHANNEL)?;
    let name = named(&import.channel)?;
    if import.pages == Some(0) {
        return Err(Error::invalid("pages", "1 or more"));
    }
    let fresh = fetch_newest(ctx, &name).await?;
    let mut tx = ctx.db.write().await?;
    let introduced = introduced(&fresh, import.zone.as_deref());
    let channel = if import.connect {
        connection::connect_in(ctx, &mut tx, viewer, &introduced, Mode::Preview).await?.channel
    } else {
        connection::introduce_in(ctx, &mut tx, viewer, &introduced).await?.0
    };
    let mut reading = Reading::new(ctx, &channel, name);
    reading.write(&mut tx, &fresh, Reach::Newest(&fresh.validators)).await?;
    let detail = json!({ "pages": import.pages, "title": channel.title });
    audit::record(ctx, &mut tx, viewer, "collect.import-preview", &channel.slug(), &detail).await?;
    tx.commit().await?;
    watch(&reading.report);
    while import.pages.is_none_or(|pages| reading.report.pages < pages) {
        if cancel.is_cancelled() {
            reading.report.stopped = true;
            break;
        }
        match reading.read_unread().await? {
            Ok(true) => watch(&reading.report),
            Ok(false) => break,
            Err(refused) => return Err(error_of(ctx, &refused)),
        }
    }
    reading.end().await
}

/// The channels whose time has come, of all workspaces: the job works for everybody. None while Telegram asks to wait.
pub async fn due(ctx: &Ctx) -> Result<Vec<ChannelId>> {
    let now = ctx.now();
    let mut tx = ctx.db.read().await?;
    if ctx.preview.is_none() || progress::waits(&mut tx, now).await? {
        return Ok(Vec::new());
    }
    Ok(progress::list_due(&mut tx, now).await?)
}

/// Reads what is new on a channel's page, and of what is older what [`schedule`] says; notes what stands in the way.
/// `cancel` ends it between two pages.
pub async fn visit(ctx: &Ctx, channel: ChannelId, cancel: &CancellationToken) -> Result<Visited> {
    let mut tx = ctx.db.read().await?;
    let Some(channel) = store::channels::find(&mut tx, channel).await? else { return Ok(Visited::Read) };
    let before = progress::find(&mut tx, channel.id).await?.unwrap_or_default();
    drop(tx);
    let Some(name) = channel.username.as_deref().and_then(|name| name.parse().ok()) else {
        return obstructed(ctx, &channel, &Refused::NotFound).await;
    };
    let now = ctx.now();
    let again = schedule::again(&before, now);
    let mut reading = Reading::new(ctx, &channel, name);
    let refused = match reading.read_newest(&before, again.after.is_some()).await? {
        Ok(next) => reading.read_on(next, again.after, cancel).await?,
        Err(refused) => Some(refused),
    };
    if let Some(refused) = refused {
        return obstructed(ctx, &channel, &refused).await;
    }
    let newest_at = reading.report.newest_at;
    let mut tx = ctx.db.write().await?;
    let newest_at = match newest_at {
        Some(at) => Some(at),
        None => store::channels::newest_post(&mut tx, channel.id).await?,
    };
    if let Some(mut after) = progress::find(&mut tx, channel.id).await? {
        let has_unread = !progress::list_unread(&mut tx, channel.id).await?.is_empty();
        after.next_at = now + schedule::pause_s(newest_at.map(|at| now - at), has_unread);
        // cut short, it is read again next time
        if !reading.report.stopped {
            after.days_read_at = again.days_read_at;
            after.weeks_read_at = again.weeks_read_at;
        }
        progress::upsert(&mut tx, channel.id, &after).await?;
    }
    connections::heard(&mut tx, channel.id, Mode::Preview, now).await?;
    tx.commit().await?;
    Ok(Visited::Read)
}

/// Notes what stands in the way and when it is tried again.
async fn obstructed(ctx: &Ctx, channel: &Channel, refused: &Refused) -> Result<Visited> {
    let now = ctx.now();
    let (obstacle, until) = (obstacle_of(refused), schedule::again_at(refused, now));
    tracing::info!(channel = channel.slug(), "the public page of {} cannot be read: {refused}", channel.slug());
    let mut tx = ctx.db.write().await?;
    let after = progress::find(&mut tx, channel.id).await?.unwrap_or_default();
    progress::upsert(&mut tx, channel.id, &progress::Progress { next_at: until, ..after }).await?;
    connections::blocked(&mut tx, channel.id, Mode::Preview, obstacle, Some(until)).await?;
    tx.commit().await?;
    Ok(match refused {
        Refused::Wait { .. } | Refused::Unreachable(_) => Visited::Wait,
        _ => Visited::Obstructed(obstacle),
    })
}

/// A channel while its pages are read.
struct Reading<'a> {
    ctx: &'a Ctx,
    channel: &'a Channel,
    name: Username,
    report: PreviewReport,
}

/// What the server has refused is not an error of ours: the caller decides what becomes of it.
type Asked<T> = Result<std::result::Result<T, Refused>>;

impl<'a> Reading<'a> {
    fn new(ctx: &'a Ctx, channel: &'a Channel, name: Username) -> Self {
        let report =
            PreviewReport { channel: channel.slug(), title: channel.title.clone(), ..PreviewReport::default() };
        Self { ctx, channel, name, report }
    }

    /// Reads the newest page, where it has changed or `all_the_same`; where the next older one begins.
    async fn read_newest(&mut self, before: &progress::Progress, all_the_same: bool) -> Asked<Option<i64>> {
        let known = if all_the_same {
            Validators::default()
        } else {
            Validators { etag: before.etag.clone(), last_modified: before.last_modified.clone() }
        };
        match client(self.ctx)?.page(&self.name, None, &known).await {
            Ok(Fetched::Unchanged) => Ok(Ok(None)),
            Ok(Fetched::Fresh(fresh)) => {
                let mut tx = self.ctx.db.write().await?;
                self.write(&mut tx, &fresh, Reach::Newest(&fresh.validators)).await?;
                tx.commit().await?;
                Ok(Ok(fresh.page.before))
            }
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Reads on from `next` while posts are younger than `after`, then what has never been read.
    async fn read_on(
        &mut self,
        mut next: Option<i64>,
        after: Option<i64>,
        cancel: &CancellationToken,
    ) -> Result<Option<Refused>> {
        for _ in 0..schedule::PAGES_AGAIN_MAX {
            let is_young = self.report.oldest_at.zip(after).is_some_and(|(oldest, after)| oldest > after);
            let Some(before) = next.filter(|_| is_young) else { break };
            if cancel.is_cancelled() {
                self.report.stopped = true;
                return Ok(None);
            }
            match self.read_before(before).await? {
                Ok(older) => next = older,
                Err(refused) => return Ok(Some(refused)),
            }
        }
        for _ in 0..schedule::PAGES_UNREAD_MAX {
            if cancel.is_cancelled() {
                self.report.stopped = true;
                return Ok(None);
            }
            match self.read_unread().await? {
                Ok(true) => {}
                Ok(false) => break,
                Err(refused) => return Ok(Some(refused)),
            }
        }
        Ok(None)
    }

    /// Reads the newest page that was never read; `false`: there is none.
    async fn read_unread(&mut self) -> Asked<bool> {
        let mut tx = self.ctx.db.read().await?;
        let unread = progress::list_unread(&mut tx, self.channel.id).await?;
        drop(tx);
        match unread.first() {
            Some(stretch) => Ok(self.read_before(stretch.before).await?.map(|_| true)),
            None => Ok(Ok(false)),
        }
    }

    /// Reads the page before an id; where the next older one begins.
    async fn read_before(&mut self, before: i64) -> Asked<Option<i64>> {
        match client(self.ctx)?.page(&self.name, Some(before), &Validators::default()).await {
            Ok(Fetched::Fresh(fresh)) => {
                let mut tx = self.ctx.db.write().await?;
                self.write(&mut tx, &fresh, Reach::Before(before)).await?;
                tx.commit().await?;
                Ok(Ok(fresh.page.before))
            }
            // a server that says so without having been given validators
            Ok(Fetched::Unchanged) => Ok(Err(Refused::Status(304))),
            Err(refused) => Ok(Err(refused)),
        }
    }

    async fn write(&mut self, tx: &mut Tx, fresh: &Fresh, reach: Reach<'_>) -> Result<()> {
        let written = write::page(self.ctx, tx, self.channel, &fresh.page, reach).await?;
        self.report.pages += 1;
        self.report.new_posts += written.new_posts;
        self.report.snapshots += written.snapshots;
        let dates = || fresh.page.posts.iter().map(|post| post.date);
        self.report.newest_at = self.report.newest_at.max(dates().max());
        self.report.oldest_at = [self.report.oldest_at, dates().min()].into_iter().flatten().min();
        Ok(())
    }

    async fn end(mut self) -> Result<PreviewReport> {
        let mut tx = self.ctx.db.read().await?;
        self.report.complete = progress::list_unread(&mut tx, self.channel.id).await?.is_empty();
        Ok(self.report)
    }
}

fn client(ctx: &Ctx) -> Result<&Client> {
    ctx.preview.as_ref().ok_or(Error::Unavailable(Outage::NoPreviewClient))
}

fn named(typed: &str) -> Result<Username> {
    typed.parse().map_err(|error: ::preview::NotAUsername| Error::invalid("channel", error.to_string()))
}

async fn fetch_newest(ctx: &Ctx, name: &Username) -> Result<Fresh> {
    match client(ctx)?.page(name, None, &Validators::default()).await {
        Ok(Fetched::Fresh(fresh)) => Ok(fresh),
        Ok(Fetched::Unchanged) => Err(error_of(ctx, &Refused::Status(304))),
        Err(refused) => Err(error_of(ctx, &refused)),
    }
}

fn introduced(fresh: &Fresh, zone: Option<&str>) -> Introduced {
    let channel = &fresh.page.channel;
    Introduced {
        telegram_id: None,
        username: Some(channel.username.clone()),
        title: channel.title.clone(),
        zone: zone.map(str::to_owned),
    }
}

fn error_of(ctx: &Ctx, refused: &Refused) -> Error {
    tracing::info!("a public page cannot be read: {refused}");
    let until = matches!(refused, Refused::Wait { .. }).then(|| schedule::again_at(refused, ctx.now()));
    Error::Obstructed { obstacle: obstacle_of(refused), until }
}

fn obstacle_of(refused: &Refused) -> Obstacle {
    match refused {
        Refused::NotFound => Obstacle::NotFound,
        Refused::NoPreview { .. } => Obstacle::NoPreview,
        Refused::Wait { why: Why::TooManyRequests, .. } => Obstacle::FloodWait,
        Refused::Wait { why: Why::ServerTrouble, .. } | Refused::Unreachable(_) => Obstacle::Unreachable,
        Refused::Disallowed => Obstacle::Disallowed,
        Refused::Elsewhere(_) | Refused::Status(_) | Refused::TooLong { .. } | Refused::Page(_) => {
            Obstacle::NotUnderstood
        }
    }
}
