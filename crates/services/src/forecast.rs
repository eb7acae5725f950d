//! Views expected of young posts (metrics §5): beside their curves on every screen, kept at set ages so that what was
//! said can be held against what came.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use domain::analytics::History;
use domain::analytics::posts::views_at_index;
use domain::analytics::query::MaxGap;
use domain::channels::{Channel, ChannelRef};
use domain::coverage::Coverage;
use domain::forecast::backtest::BacktestReport;
use domain::forecast::{self as domain_forecast, Curves, ForecastRecord, HORIZONS_H, score};
use domain::screens::{Freshness, PostForecast};
use store::Tx;
use store::evidence::Evidence;
use tokio_util::sync::CancellationToken;

use crate::identity::Viewer;
use crate::parallel::{self, Watch};
use crate::{Ctx, Error, Result, channels};

/// Ages, in hours, at which what is expected of a post is kept.
pub const KEPT_AT_H: [u32; 5] = [1, 3, 6, 12, 24];
/// Of [`Evidence`].
pub const EVIDENCE: &str = "forecast";

/// Curves are learned from at most this many newest posts: older ones grew under other conditions.
const LEARNED_POSTS: usize = 500;
/// Young posts that get a forecast; the newest ones of a channel that posts more in a week.
const YOUNG_POSTS_MAX: usize = 200;
/// Kept forecasts that the coverage is measured on: the newest.
const SCORED_MAX: i64 = 2_000;
/// Past the last of [`KEPT_AT_H`], a post is left alone so many hours later.
const LATE_H: i64 = 6;
const HOUR_S: i64 = 3600;
const DAY_S: i64 = 24 * HOUR_S;

/// Job: keeps what is expected of young posts, of every channel.
pub struct ForecastYoungPosts;

impl ForecastYoungPosts {
    pub const KIND: &'static str = "forecast-young-posts";
}

/// What is expected of a channel's young posts, as of its newest snapshot. Learning is done once; a post is forecast
/// when the first screen shows it.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    learned: Option<Learned>,
    /// of forecasts kept earlier
    kept: Option<Coverage>,
}

#[derive(Debug)]
struct Learned {
    curves: Curves,
    /// by post id
    young: HashMap<i64, YoungPost>,
    /// by post id, with bands to the last horizon
    made: Mutex<HashMap<i64, Option<PostForecast>>>,
}

/// What a forecast is made of.
#[derive(Debug)]
struct YoungPost {
    date_utc: i64,
    at: Vec<i64>,
    views: Vec<i64>,
}

impl Expected {
    /// Of one post, its band no longer than the curve it is drawn beside.
    pub fn of(&self, post_id: i64, curve_h: f64) -> Option<PostForecast> {
        let Learned { curves, young, made } = self.learned.as_ref()?;
        let post = young.get(&post_id)?;
        let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
        let mut expected = made.entry(post_id).or_insert_with(|| forecast(curves, post)).clone()?;
        expected.band.retain(|point| point.at_h <= curve_h);
        Some(expected)
    }
}

fn forecast(curves: &Curves, post: &YoungPost) -> Option<PostForecast> {
    let readings = (post.at.as_slice(), post.views.as_slice());
    let forecast = curves.forecast(post.date_utc, readings, curves.as_of).ok()?;
    let band = curves.band(post.date_utc, readings, curves.as_of).ok()?;
    Some(PostForecast { forecast, band })
}

/// Learned once a data version.
pub(crate) async fn expected(ctx: &Ctx, channel: &Channel, freshness: &Freshness) -> Result<Arc<Expected>> {
    ctx.cache.expected((channel.id, freshness.version), Box::pin(load(ctx, channel, freshness.as_of))).await
}

async fn load(ctx: &Ctx, channel: &Channel, as_of: Option<i64>) -> Result<Expected> {
    let mut tx = ctx.db.read().await?;
    let (Some(as_of), Some(newest)) = (as_of, store::channels::newest_post(&mut tx, channel.id).await?) else {
        return Ok(Expected::default());
    };
    if !is_young(newest, as_of) {
        return Ok(Expected::default());
    }
    let history = store::analytics::newest_history(&mut tx, channel, LEARNED_POSTS).await?;
    let records = store::forecast::list(&mut tx, channel.id, SCORED_MAX).await?;
    drop(tx);
    let curves = Curves::learn(&history.posts.date_utc, &history.readings, as_of);
    let young = young(&history, as_of).map(|index| {
        let (at, views) = history.readings.of(index);
        let post = YoungPost { date_utc: history.posts.date_utc[index], at: at.to_vec(), views: views.to_vec() };
        (history.posts.post_id[index], post)
    });
    let learned = Learned { curves, young: young.collect(), made: Mutex::default() };
    Ok(Expected { learned: Some(learned), kept: kept_coverage(&history, &records) })
}

fn kept_coverage(history: &History, records: &[ForecastRecord]) -> Option<Coverage> {
    let posts = &history.posts;
    let places: HashMap<i64, usize> = posts.post_id.iter().enumerate().map(|(index, id)| (*id, index)).collect();
    let scores = score(records, |post_id, h| {
        let index = *places.get(&post_id)?;
        views_at_index(&history.readings, posts.date_utc[index], index, f64::from(h), MaxGap::Usual)
    });
    Coverage::of_kept(&scores)
}

/// Newest first.
fn young(history: &History, now: i64) -> impl Iterator<Item = usize> {
    let dates = &history.posts.date_utc;
    (0..dates.len()).rev().take_while(move |index| is_young(dates[*index], now)).take(YOUNG_POSTS_MAX)
}

/// Whether something is left to forecast.
fn is_young(date_utc: i64, now: i64) -> bool {
    now.saturating_sub(date_utc) < i64::from(HORIZONS_H[HORIZONS_H.len() - 1]) * HOUR_S
}

/// How far forecasts could be trusted on this channel: measured on those kept; before there are enough, by the
/// backtest.
pub(crate) async fn coverage(tx: &mut Tx, channel: &Channel, expected: &Expected) -> Result<Option<Coverage>> {
    if expected.learned.is_none() || expected.kept.is_some() {
        return Ok(expected.kept);
    }
    let evidence = store::evidence::find(tx, channel.id, EVIDENCE).await?;
    let report: Option<BacktestReport> = evidence.map(|evidence| serde_json::from_str(&evidence.report)).transpose()?;
    Ok(report.as_ref().and_then(Coverage::of_backtest))
}

/// Keeps what is expected now of every post that has come to one of [`KEPT_AT_H`], once a post and age; how many
/// forecasts were kept. One unit of work.
pub async fn keep(ctx: &Ctx, channel: &Channel) -> Result<u64> {
    let now = ctx.now();
    let mut tx = ctx.db.read().await?;
    let oldest = now - (i64::from(KEPT_AT_H[KEPT_AT_H.len() - 1]) + LATE_H) * HOUR_S;
    if store::channels::newest_post(&mut tx, channel.id).await?.is_none_or(|newest| newest < oldest) {
        return Ok(0);
    }
    let history = store::analytics::newest_history(&mut tx, channel, LEARNED_POSTS).await?;
    let known = store::forecast::list_ages(&mut tx, channel.id, now - 2 * DAY_S).await?;
    drop(tx);
    let known: HashSet<(i64, i64)> = known.into_iter().collect();
    let due: Vec<(usize, u32)> = young(&history, now)
        .take_while(|index| history.posts.date_utc[*index] >= oldest)
        .filter_map(|index| Some((index, last_age_reached(now - history.posts.date_utc[index])?)))
        .filter(|(index, at_age_h)| !known.contains(&(history.posts.post_id[*index], i64::from(*at_age_h))))
        .collect();
    if due.is_empty() {
        return Ok(0);
    }
    let curves = Curves::learn(&history.posts.date_utc, &history.readings, now);
    let mut tx = ctx.db.write().await?;
    if store::channels::find(&mut tx, channel.id).await?.is_none() {
        return Ok(0);
    }
    let mut kept = 0;
    for (index, at_age_h) in due {
        let (post_id, date) = (history.posts.post_id[index], history.posts.date_utc[index]);
        if let Ok(forecast) = curves.forecast(date, history.readings.of(index), now) {
            let records = ForecastRecord::of(post_id, date, now, &forecast);
            kept += store::forecast::insert(&mut tx, channel.id, at_age_h, &records).await?;
        }
    }
    tx.commit().await?;
    Ok(kept)
}

fn last_age_reached(age_s: i64) -> Option<u32> {
    KEPT_AT_H.into_iter().rev().find(|age_h| i64::from(*age_h) * HOUR_S <= age_s)
}

/// How forecasts would have done in the channel's past, on every core; `None` when cancelled.
pub async fn backtest(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    watch: Arc<dyn Watch>,
    cancel: &CancellationToken,
) -> Result<Option<BacktestReport>> {
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let history = store::analytics::newest_history(&mut tx, &channel, BACKTESTED_POSTS).await?;
    drop(tx);
    scored(history, parallel::every_core(), watch, cancel).await
}

/// Posts that the backtest looks at, the newest ones: as many as the recommender does.
const BACKTESTED_POSTS: usize = domain::analytics::outcomes::POSTS_MAX;

/// The same for the job, which leaves the other cores to pages.
pub(crate) async fn evidence(
    ctx: &Ctx,
    channel: &Channel,
    version: i64,
    cancel: &CancellationToken,
) -> Result<Option<Evidence>> {
    let history = store::analytics::newest_history(&mut ctx.db.read().await?, channel, BACKTESTED_POSTS).await?;
    let Some(report) = scored(history, 1, Arc::new(()), cancel).await? else { return Ok(None) };
    let report = serde_json::to_string(&report)?;
    Ok(Some(Evidence { kind: EVIDENCE.to_owned(), report, made_at: ctx.now(), version }))
}

async fn scored(
    history: History,
    threads: usize,
    watch: Arc<dyn Watch>,
    cancel: &CancellationToken,
) -> Result<Option<BacktestReport>> {
    let cancel = cancel.clone();
    let work = tokio::task::spawn_blocking(move || {
        let plan = domain_forecast::Backtest::plan(&history.posts.date_utc, &history.readings);
        let folds = parallel::parts(plan.folds(), threads, &*watch, &cancel, |fold| plan.fold(fold))?;
        Some(plan.report(&history.channel.slug(), &folds))
    });
    work.await.map_err(|error| Error::internal(&error))
}
