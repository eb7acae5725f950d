//! One function a standard question (metrics §2): may the viewer see the channel, load, answer.

use domain::analytics::compare::{CompareSort, ComparedChannel, compared, sort};
use domain::analytics::content::Content;
use domain::analytics::daily::Day;
use domain::analytics::dashboard::Dashboard;
use domain::analytics::growth::Growth;
use domain::analytics::heatmap::HeatCell;
use domain::analytics::overview::Overview;
use domain::analytics::posts::PostView;
use domain::analytics::reach::Reach;
use domain::analytics::sources::Sources;
use domain::analytics::top::{DEFAULT_LIMIT, DEFAULT_MIN_VIEWS};
use domain::analytics::trending::TrendingPost;
use domain::analytics::view_curve::CurvePoint;
use domain::analytics::{self as domain_analytics, AGES_H, Answer, Meta, Query, Window};
use domain::channels::ChannelRef;
use domain::zone::Zone;

use super::{Loaded, dataset, freshness, load, zone_of};
use crate::identity::Viewer;
use crate::{Ctx, Error, Result, channels};

/// Largest `limit` of *top*: what a screen or a person can take in.
const TOP_LIMIT_MAX: usize = 1_000;
/// Ages that may be asked for, hours.
const HOURS_MAX: u32 = 24 * 365;
const HOURS_COUNT_MAX: usize = 24;

pub async fn overview(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Overview>> {
    let loaded = dataset(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::overview::overview(loaded.dataset(), &loaded.window))
}

pub async fn daily(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Vec<Day>>> {
    let loaded = dataset(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::daily::daily(loaded.dataset(), &loaded.window))
}

pub async fn top(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Vec<PostView>>> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=TOP_LIMIT_MAX).contains(&limit) {
        return Err(Error::invalid("limit", format!("1 to {TOP_LIMIT_MAX}")));
    }
    let loaded = dataset(ctx, viewer, channel, query).await?;
    let min_views = query.min_views.unwrap_or(DEFAULT_MIN_VIEWS);
    let sort = query.sort.unwrap_or_default();
    Ok(domain_analytics::top::top(loaded.dataset(), &loaded.window, sort, min_views, limit))
}

pub async fn view_curve(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    query: &Query,
) -> Result<Answer<Vec<CurvePoint>>> {
    let (loaded, hours) = with_hours(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::view_curve::view_curve(loaded.dataset(), &loaded.window, &hours))
}

pub async fn reach(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Reach>> {
    let (loaded, hours) = with_hours(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::reach::reach(loaded.dataset(), &loaded.window, &hours))
}

pub async fn heatmap(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Vec<HeatCell>>> {
    let loaded = dataset(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::heatmap::heatmap(loaded.dataset(), &loaded.window, query.measure))
}

pub async fn trending(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    query: &Query,
) -> Result<Answer<Vec<TrendingPost>>> {
    let loaded = dataset(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::trending::trending(loaded.dataset(), &loaded.window))
}

pub async fn growth(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Growth>> {
    let loaded = dataset(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::growth::growth(loaded.dataset(), &loaded.window))
}

pub async fn sources(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Sources>> {
    let loaded = dataset(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::sources::sources(loaded.dataset(), &loaded.window))
}

pub async fn content(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Content>> {
    let loaded = dataset(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::content::content(loaded.dataset(), &loaded.window, query.measure))
}

/// The dashboard's questions in one answer.
pub async fn dashboard(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Dashboard>> {
    let loaded = dataset(ctx, viewer, channel, query).await?;
    Ok(domain_analytics::dashboard::dashboard(loaded.dataset(), &loaded.window))
}

/// Every channel the viewer may see over one and the same window: without bounds, the 30 days that end with the
/// newest post of any of them.
pub async fn compare(
    ctx: &Ctx,
    viewer: &Viewer,
    by: CompareSort,
    query: &Query,
) -> Result<Answer<Vec<ComparedChannel>>> {
    let visible = channels::visible(ctx, viewer).await?;
    let mut tx = ctx.db.read().await?;
    let (mut newest_post, mut fresh) = (None, Vec::new());
    for channel in &visible {
        newest_post = newest_post.max(store::channels::newest_post(&mut tx, channel.id).await?);
        fresh.push(freshness(ctx, &mut tx, channel).await?);
    }
    drop(tx);
    let zones: Vec<&str> = visible.iter().map(|channel| channel.zone.as_str()).collect();
    let window = Window::resolve(query, &common_zone(&zones)?, zone_of(query)?, newest_post, ctx.now())?;

    let mut rows = Vec::new();
    let mut meta = Meta {
        channel: None,
        from: window.from,
        to: window.to,
        tz: window.zone.name().to_owned(),
        sources: Vec::new(),
        as_of: fresh.iter().filter_map(|fresh| fresh.as_of).max(),
        warnings: Vec::new(),
    };
    for (channel, freshness) in visible.into_iter().zip(fresh) {
        let loaded = load(ctx, channel, window.clone(), freshness, query).await?;
        gather(&mut meta, domain_analytics::overview::overview(loaded.dataset(), &window).meta);
        rows.push(compared(loaded.dataset(), &window));
    }
    sort(&mut rows, by);
    Ok(Answer { data: rows, meta })
}

async fn with_hours(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<(Loaded, Vec<u32>)> {
    let hours = query.hours.clone().unwrap_or_else(|| AGES_H.to_vec());
    let allowed =
        !hours.is_empty() && hours.len() <= HOURS_COUNT_MAX && hours.iter().all(|h| (1..=HOURS_MAX).contains(h));
    if !allowed {
        return Err(Error::invalid("hours", format!("up to {HOURS_COUNT_MAX} whole hours, each 1 to {HOURS_MAX}")));
    }
    Ok((dataset(ctx, viewer, channel, query).await?, hours))
}

/// Days of channels in several zones are compared in UTC.
fn common_zone(zones: &[&str]) -> Result<Zone> {
    match zones {
        [first, rest @ ..] if rest.iter().all(|zone| zone == first) => Ok(Zone::find(first)?),
        _ => Ok(Zone::utc()),
    }
}

/// Sources and warnings of the parts, each once.
fn gather(meta: &mut Meta, part: Meta) {
    for source in part.sources {
        if !meta.sources.contains(&source) {
            meta.sources.push(source);
        }
    }
    for warning in part.warnings {
        if !meta.warnings.contains(&warning) {
            meta.warnings.push(warning);
        }
    }
}
