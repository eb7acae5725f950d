//! One function a standard question (metrics §2): may the viewer see the channel, load, answer.

use domain::analytics::compare::{CompareSort, ComparedChannel, compared, sort};
use domain::analytics::content::Content;
use domain::analytics::daily::Day;
use domain::analytics::dashboard::Dashboard;
use domain::analytics::growth::Growth;
use domain::analytics::heatmap::HeatCell;
use domain::analytics::overview::Overview;
use domain::analytics::posts::PostView;
use domain::analytics::query::{MAX_AGE_H, MAX_HOURS, MAX_LIMIT};
use domain::analytics::reach::Reach;
use domain::analytics::sources::Sources;
use domain::analytics::trending::TrendingPost;
use domain::analytics::view_curve::CurvePoint;
use domain::analytics::{self as domain_analytics, Answer, Meta, Query, Window};
use domain::channels::ChannelRef;
use domain::zone::Zone;

use super::{Loaded, answers, compare_target, dataset, load};
use crate::identity::Viewer;
use crate::{Ctx, Error, Result};

pub async fn overview(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Overview>> {
    Ok(answers::overview(&dataset(ctx, viewer, channel, query).await?, query))
}

pub async fn daily(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Vec<Day>>> {
    Ok(answers::daily(&dataset(ctx, viewer, channel, query).await?, query))
}

pub async fn top(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Vec<PostView>>> {
    check_limit(query)?;
    Ok(answers::top_posts(&dataset(ctx, viewer, channel, query).await?, query))
}

pub async fn view_curve(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    query: &Query,
) -> Result<Answer<Vec<CurvePoint>>> {
    check_hours(query)?;
    Ok(answers::view_curve(&dataset(ctx, viewer, channel, query).await?, query))
}

pub async fn reach(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Reach>> {
    check_hours(query)?;
    Ok(answers::reach(&dataset(ctx, viewer, channel, query).await?, query))
}

pub async fn heatmap(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Vec<HeatCell>>> {
    Ok(answers::heatmap(&dataset(ctx, viewer, channel, query).await?, query))
}

pub async fn trending(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    query: &Query,
) -> Result<Answer<Vec<TrendingPost>>> {
    Ok(answers::trending(&dataset(ctx, viewer, channel, query).await?, query))
}

pub async fn growth(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Growth>> {
    Ok(answers::growth(&dataset(ctx, viewer, channel, query).await?, query))
}

pub async fn sources(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Sources>> {
    Ok(answers::sources(&dataset(ctx, viewer, channel, query).await?, query))
}

pub async fn content(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Content>> {
    Ok(answers::content(&dataset(ctx, viewer, channel, query).await?, query))
}

/// The dashboard's questions in one answer.
pub async fn dashboard(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, query: &Query) -> Result<Answer<Dashboard>> {
    Ok(answers::dashboard(&dataset(ctx, viewer, channel, query).await?, query))
}

/// Every channel the viewer may see over one and the same window: see [`compare_target`].
pub async fn compare(
    ctx: &Ctx,
    viewer: &Viewer,
    by: CompareSort,
    query: &Query,
) -> Result<Answer<Vec<ComparedChannel>>> {
    let target = compare_target(ctx, viewer, query).await?;
    let mut loaded = Vec::with_capacity(target.channels.len());
    for (channel, freshness) in target.channels {
        loaded.push(load(ctx, channel, target.window.clone(), freshness, query).await?);
    }
    Ok(compare_over(&loaded, &target.window, by))
}

/// The same from what was loaded.
pub(super) fn compare_over(loaded: &[Loaded], window: &Window, by: CompareSort) -> Answer<Vec<ComparedChannel>> {
    let mut meta = Meta {
        channel: None,
        from: window.from,
        to: window.to,
        tz: window.zone.name().to_owned(),
        sources: Vec::new(),
        as_of: loaded.iter().filter_map(|loaded| loaded.freshness.as_of).max(),
        warnings: Vec::new(),
    };
    let mut rows = Vec::with_capacity(loaded.len());
    for loaded in loaded {
        gather(&mut meta, domain_analytics::overview::overview(loaded.dataset(), window).meta);
        rows.push(compared(loaded.dataset(), window));
    }
    sort(&mut rows, by);
    Answer { data: rows, meta }
}

fn check_limit(query: &Query) -> Result<()> {
    let is_allowed = query.limit.is_none_or(|limit| (1..=MAX_LIMIT).contains(&limit));
    if is_allowed { Ok(()) } else { Err(Error::invalid("limit", format!("1 to {MAX_LIMIT}"))) }
}

fn check_hours(query: &Query) -> Result<()> {
    let allowed = |hours: &Vec<u32>| {
        !hours.is_empty() && hours.len() <= MAX_HOURS && hours.iter().all(|h| (1..=MAX_AGE_H).contains(h))
    };
    if query.hours.as_ref().is_none_or(allowed) {
        return Ok(());
    }
    Err(Error::invalid("hours", format!("up to {MAX_HOURS} whole hours, each 1 to {MAX_AGE_H}")))
}

/// Days of channels in several zones are compared in UTC.
pub(super) fn common_zone(zones: &[&str]) -> Result<Zone> {
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
