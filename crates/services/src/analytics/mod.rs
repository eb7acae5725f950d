//! Answers to the standard questions. Everything is answered from a [`Dataset`]: read and measured once a channel,
//! data version and range, kept in a bounded cache, and the same in the browser.

pub mod answers;
mod cache;
mod pictures;
mod posts;
mod questions;
mod screens;
mod summaries;
mod target;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::analytics::curve::{PostCurve, UsualCurve, post_curve, usual_curve};
use domain::analytics::dataset::HEADLINE_H;
use domain::analytics::period::{Period, newest_data};
use domain::analytics::{AGES_H, Dataset, History, Query, Window};
use domain::channels::{Channel, ChannelRef};
use domain::screens::{COMPARE_CURVE_H, Freshness, LATEST_CURVE_H};
use domain::zone::Zone;
use store::Tx;

use crate::identity::Viewer;
use crate::{Ctx, Error, Result, What, channels};

pub(crate) use cache::Cache;
use cache::{CardHeadline, Key};
pub(crate) use pictures::Pictures;
pub use pictures::picture;
pub use posts::{AtVersion, compare_posts, post, post_row, post_views};
pub use questions::{
    compare, content, daily, dashboard, growth, heatmap, overview, reach, sources, top, trending, view_curve,
};
pub use screens::{LATEST_POSTS, analytics_screen, compare_over_period, dashboard_screen, most_viewed};
pub use summaries::summaries;
pub(crate) use target::fresh_channel;
pub use target::{CompareTarget, Demand, Target, compare_target, target};

/// A channel's data, measured, and the window that was asked for.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub channel: Channel,
    pub window: Window,
    pub freshness: Freshness,
    measured: Arc<Measured>,
}

impl Loaded {
    pub fn dataset(&self) -> &Dataset {
        &self.measured.dataset
    }
}

/// What the cache keeps of one range.
#[derive(Debug)]
pub(crate) struct Measured {
    /// data version of the rows, read together with them
    version: i64,
    dataset: Dataset,
}

impl Measured {
    fn of((version, history): (i64, History), wanted: &Wanted, query: &Query) -> Self {
        Self { version, dataset: Dataset::measure(history, &wanted.key.ages_h, query.max_gap) }
    }
}

/// What pages draw of a range and no answer shows: a third of the work of measuring it.
#[derive(Debug)]
pub(crate) struct Drawn {
    /// curves of the newest posts, newest first, up to [`LATEST_CURVE_H`]
    latest: Vec<PostCurve>,
    /// bands up to [`LATEST_CURVE_H`] and [`COMPARE_CURVE_H`]
    usual_latest: UsualCurve,
    usual_compare: UsualCurve,
}

impl Drawn {
    fn of(history: &History) -> Self {
        let first_latest = history.posts.len().saturating_sub(LATEST_POSTS);
        let latest = (first_latest..history.posts.len()).rev().map(|index| post_curve(history, index, LATEST_CURVE_H));
        Self {
            latest: latest.collect(),
            usual_latest: usual_curve(history, LATEST_CURVE_H),
            usual_compare: usual_curve(history, COMPARE_CURVE_H),
        }
    }
}

/// What to load, before it is known whether the cache has it.
struct Wanted {
    channel: Channel,
    window: Window,
    freshness: Freshness,
    key: Key,
}

impl Wanted {
    fn new(channel: Channel, window: Window, freshness: Freshness, query: &Query) -> Self {
        let ages_h: BTreeSet<u32> = AGES_H.into_iter().chain(query.hours.iter().flatten().copied()).collect();
        let key = Key {
            channel: channel.id,
            version: freshness.version,
            from: window.needs_from(),
            to: window.to,
            ages_h: ages_h.into_iter().collect(),
            max_gap: query.max_gap.into(),
        };
        Self { channel, window, freshness, key }
    }
}

/// A channel's data for a query. The dataset reaches further back than the window: to the window before it and to
/// the posts before that which performance and heatmap need.
pub async fn dataset(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Loaded> {
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let newest_post = store::channels::newest_post(&mut tx, channel.id).await?;
    let freshness = freshness(ctx, &mut tx, &channel).await?;
    drop(tx);
    let window = Window::resolve(query, &Zone::find(&channel.zone)?, zone_of(query)?, newest_post, freshness.read_at)?;
    load(ctx, channel, window, freshness, query).await
}

/// The same for a period as screens name it, counted back from the channel's newest data, with what pages draw of it.
async fn drawn_of_period(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    period: Period,
) -> Result<(Loaded, Arc<Drawn>)> {
    let channel = channels::find(ctx, viewer, channel).await?;
    load_period(ctx, channel, period).await
}

/// Whatever a page asks of a period at the same time comes from one reading of its rows.
async fn load_period(ctx: &Ctx, channel: Channel, period: Period) -> Result<(Loaded, Arc<Drawn>)> {
    let (wanted, query) = wanted_of_period(ctx, channel, period).await?;
    let drawn = ctx.cache.drawn(wanted.key.clone(), Box::pin(draw(ctx, &wanted, &query))).await?;
    Ok((load_wanted(ctx, wanted, &query).await?, drawn))
}

async fn wanted_of_period(ctx: &Ctx, channel: Channel, period: Period) -> Result<(Wanted, Query)> {
    let mut tx = ctx.db.read().await?;
    let newest_post = store::channels::newest_post(&mut tx, channel.id).await?;
    let freshness = freshness(ctx, &mut tx, &channel).await?;
    drop(tx);
    let zone = Zone::find(&channel.zone)?;
    let query = period.query(&zone, newest_data(freshness.as_of, newest_post, freshness.read_at));
    let window = Window::resolve(&query, &zone, None, newest_post, freshness.read_at)?;
    Ok((Wanted::new(channel, window, freshness, &query), query))
}

async fn load(ctx: &Ctx, channel: Channel, window: Window, freshness: Freshness, query: &Query) -> Result<Loaded> {
    load_wanted(ctx, Wanted::new(channel, window, freshness, query), query).await
}

async fn load_wanted(ctx: &Ctx, wanted: Wanted, query: &Query) -> Result<Loaded> {
    let measured = ctx.cache.measured(wanted.key.clone(), Box::pin(measure(ctx, &wanted, query))).await?;
    Ok(Loaded { channel: wanted.channel, window: wanted.window, freshness: wanted.freshness, measured })
}

/// Reads the rows and measures them: the only expensive step, done once however many ask at the same time.
#[tracing::instrument(name = "measure", skip_all, fields(channel = wanted.channel.id.0))]
async fn measure(ctx: &Ctx, wanted: &Wanted, query: &Query) -> Result<Measured> {
    Ok(Measured::of(rows(ctx, wanted).await?, wanted, query))
}

/// The same for a page. The dataset is kept, too, so that the rows are read once.
#[tracing::instrument(name = "draw", skip_all, fields(channel = wanted.channel.id.0))]
async fn draw(ctx: &Ctx, wanted: &Wanted, query: &Query) -> Result<Drawn> {
    let rows = rows(ctx, wanted).await?;
    let drawn = Drawn::of(&rows.1);
    ctx.cache.keep_measured(wanted.key.clone(), Measured::of(rows, wanted, query)).await;
    Ok(drawn)
}

/// The rows of a range and the data version they are of, read in one moment. From the read replica where it has come as
/// far as the version asked for: one that follows behind would be told from the database's own version, and its older
/// rows kept as if they were the newer ones.
#[tracing::instrument(name = "read history", skip_all)]
async fn rows(ctx: &Ctx, wanted: &Wanted) -> Result<(i64, History)> {
    if let Some(mut tx) = ctx.db.read_replica().await {
        match rows_of(&mut tx, wanted, wanted.key.version).await {
            Ok(Some(rows)) => return Ok(rows),
            // behind
            Ok(None) => {}
            Err(error) => ctx.db.give_up_replica(&error),
        }
    }
    let rows = rows_of(&mut ctx.db.read().await?, wanted, i64::MIN).await?;
    rows.ok_or(Error::NotFound(What::Channel))
}

/// `None` where the data are of an older version than `at_least`.
async fn rows_of(tx: &mut Tx, wanted: &Wanted, at_least: i64) -> store::Result<Option<(i64, History)>> {
    let (version, _) = store::analytics::data_version(tx, wanted.channel.id).await?;
    if version < at_least {
        return Ok(None);
    }
    let history = store::analytics::history(tx, &wanted.channel, wanted.key.from, wanted.key.to).await?;
    Ok(Some((version, history)))
}

/// Headline numbers of a channel's card, over the same 30 days as its dashboard opens with.
pub(crate) async fn card_headline(ctx: &Ctx, channel: &Channel) -> Result<CardHeadline> {
    let mut tx = ctx.db.read().await?;
    let freshness = freshness(ctx, &mut tx, channel).await?;
    drop(tx);
    ctx.cache
        .headline(
            (channel.id, freshness.version),
            Box::pin(async {
                let (loaded, _) = load_period(ctx, channel.clone(), Period::default()).await?;
                let (data, window) = (loaded.dataset(), &loaded.window);
                let reach = domain::analytics::reach::reach(data, window, &[HEADLINE_H]);
                let err24 = reach.data.at(HEADLINE_H).and_then(|age| age.err);
                Ok(CardHeadline { subscribers: data.subscribers_in(window), err24, freshness })
            }),
        )
        .await
}

pub(crate) async fn freshness(ctx: &Ctx, tx: &mut Tx, channel: &Channel) -> Result<Freshness> {
    let (version, changed_at) = store::analytics::data_version(tx, channel.id).await?;
    let as_of = store::analytics::as_of(tx, channel.id).await?;
    Ok(Freshness { as_of, version, changed_at, read_at: ctx.now() })
}

/// The zone that the query names, if it does.
fn zone_of(query: &Query) -> Result<Option<Zone>> {
    let named = query.tz.as_deref().map(Zone::find).transpose();
    named.map_err(|error| Error::invalid("tz", error.to_string()))
}

/// Rows of one post and of the posts before it.
async fn post_history(tx: &mut Tx, channel: &Channel, post_id: i64) -> Result<Option<(History, usize)>> {
    let history = store::analytics::post_history(tx, channel, post_id).await?;
    let index = history.posts.post_id.iter().position(|id| *id == post_id);
    Ok(index.map(|index| (history, index)))
}
