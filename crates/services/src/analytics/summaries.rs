//! Weeks and months, from the sums that writers keep beside the daily facts: what a window of years is read as.

use domain::analytics::summary::{Span, Summary};
use domain::analytics::{Answer, Meta, Query, Warning, Window};
use domain::channels::{Channel, ChannelRef};
use domain::zone::{Zone, add_days};
use jiff::civil::Date;
use store::Tx;

use super::freshness;
use crate::identity::Viewer;
use crate::{Ctx, Error, Result, channels};

/// Every period that the window touches, whole, in the channel's zone.
pub async fn summaries(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    query: &Query,
    span: Span,
) -> Result<Answer<Vec<Summary>>> {
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let zone = Zone::find(&channel.zone)?;
    if let Some(tz) = &query.tz
        && Zone::find(tz).map_err(|error| Error::invalid("tz", error.to_string()))? != zone
    {
        let allowed = format!("weeks and months are those of the channel's zone, {}", zone.name());
        return Err(Error::invalid("tz", allowed));
    }
    let newest_post = store::channels::newest_post(&mut tx, channel.id).await?;
    let freshness = freshness(ctx, &mut tx, &channel).await?;
    let window = Window::resolve(query, &zone, None, newest_post, freshness.read_at)?;
    let (first, last) = (span.first_day(window.first_day), span.first_day(window.last_day));
    // of a channel from before there were sums, they are made when they are asked for first
    if store::summaries::is_due(&mut tx, channel.id).await? {
        drop(tx);
        let mut writing = ctx.db.write().await?;
        store::summaries::bring_up_to_date(&mut writing, channel.id).await?;
        writing.commit().await?;
        tx = ctx.db.read().await?;
    }
    let kept = store::summaries::list(&mut tx, channel.id, span, first, last).await?;
    let meta = meta(&mut tx, &channel, &zone, (first, span.next(last)), &kept).await?;
    Ok(Answer { data: with_quiet_periods(kept, span, first, last), meta: Meta { as_of: freshness.as_of, ..meta } })
}

async fn meta(
    tx: &mut Tx,
    channel: &Channel,
    zone: &Zone,
    (first, end): (Date, Date),
    kept: &[Summary],
) -> Result<Meta> {
    let (from, to) = (zone.midnight(first), zone.midnight(end));
    let has_facts = kept.iter().any(|period| period.subscribers.or(period.joined).or(period.left).is_some());
    let warnings = if has_facts && *zone != Zone::utc() {
        vec![Warning::DailyFactsAreUtc { tz: zone.name().to_owned() }]
    } else {
        Vec::new()
    };
    Ok(Meta {
        channel: Some(channel.slug()),
        from,
        to,
        tz: zone.name().to_owned(),
        sources: store::summaries::list_sources(tx, channel.id, (from, to), (first, add_days(end, -1))).await?,
        as_of: None,
        warnings,
    })
}

/// A row for each period from `first` to `last`.
fn with_quiet_periods(kept: Vec<Summary>, span: Span, first: Date, last: Date) -> Vec<Summary> {
    let mut kept = kept.into_iter().peekable();
    let mut rows = Vec::new();
    let mut first_day = first;
    while first_day <= last {
        rows.push(kept.next_if(|period| period.first_day == first_day).unwrap_or_else(|| Summary::empty(first_day)));
        let next = span.next(first_day);
        // the calendar ends
        if next == first_day {
            break;
        }
        first_day = next;
    }
    rows
}
