//! What a whole screen needs, in one value each.

use domain::analytics::attention::attention;
use domain::analytics::compare::{CompareSort, ComparedChannel};
use domain::analytics::headline::headline;
use domain::analytics::period::Period;
use domain::analytics::posts::{against_usual, in_window, post_view};
use domain::analytics::query::{Bound, Sort};
use domain::analytics::series::reach_by_day;
use domain::analytics::top::top;
use domain::analytics::{Answer, Dataset, Query};
use domain::channels::ChannelRef;
use domain::screens::{AnalyticsScreen, DashboardScreen, LATEST_CURVE_H, LatestPost};

use super::{Drawn, Loaded, compare, drawn_of_period};
use crate::collect::session::senders;
use crate::forecast::Expected;
use crate::identity::Viewer;
use crate::{Ctx, Result, forecast};

/// Posts on the dashboard: what fits a phone without scrolling far.
pub const LATEST_POSTS: usize = 6;
/// Characters of a text that the browser gets for tables, search and tooltips.
const TEXT_CHARS: usize = 120;

pub async fn dashboard_screen(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    period: Period,
) -> Result<DashboardScreen> {
    let (loaded, drawn) = drawn_of_period(ctx, viewer, channel, period).await?;
    let (data, window) = (loaded.dataset(), &loaded.window);
    let headline = headline(data, window);
    let trend_window = window.last_30_days();
    let expected = forecast::expected(ctx, &loaded.channel, &loaded.freshness).await?;
    let forecast_coverage = forecast::coverage(&mut ctx.db.read().await?, &loaded.channel, &expected).await?;
    Ok(DashboardScreen {
        slug: loaded.channel.slug(),
        freshness: loaded.freshness,
        latest: latest_posts(&loaded, &drawn, &expected),
        usual: drawn.usual_latest.clone(),
        attention: attention(data, window, ctx.now()),
        reach_trend: reach_by_day(data, &trend_window, headline.data.measure),
        trend_window,
        meta: headline.meta,
        forecast_coverage,
        headline: headline.data,
        window: window.clone(),
        channel: loaded.channel,
    })
}

pub async fn analytics_screen(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    period: Period,
) -> Result<AnalyticsScreen> {
    let (loaded, drawn) = drawn_of_period(ctx, viewer, channel, period).await?;
    Ok(AnalyticsScreen {
        senders: senders(ctx, viewer, channel, loaded.window.from).await?,
        slug: loaded.channel.slug(),
        freshness: loaded.freshness,
        dataset: lean(&loaded),
        usual: drawn.usual_compare.clone(),
        window: loaded.window,
    })
}

/// Ids of a period's most viewed posts, the most viewed first.
pub async fn most_viewed(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    period: Period,
    count: usize,
) -> Result<Vec<i64>> {
    let (loaded, _) = drawn_of_period(ctx, viewer, channel, period).await?;
    let posts = top(loaded.dataset(), &loaded.window, Sort::Views, 0, count).data;
    Ok(posts.into_iter().map(|post| post.post_id).collect())
}

/// Every channel the viewer may see, over the window that a period means for one of them.
pub async fn compare_over_period(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    period: Period,
) -> Result<Answer<Vec<ComparedChannel>>> {
    let window = drawn_of_period(ctx, viewer, channel, period).await?.0.window;
    let query = Query {
        from: Some(Bound::Instant(window.from)),
        to: Some(Bound::Instant(window.to)),
        tz: Some(window.zone.name().to_owned()),
        ..Query::default()
    };
    compare(ctx, viewer, CompareSort::default(), &query).await
}

/// The newest posts of the range with their curves, newest first.
fn latest_posts(loaded: &Loaded, drawn: &Drawn, expected: &Expected) -> Vec<LatestPost> {
    let (data, window) = (loaded.dataset(), &loaded.window);
    // the dashboard shows posts even where the period has none
    let end = in_window(data, window).end;
    let newest_first = (0..end).rev().take(LATEST_POSTS);
    newest_first
        .filter_map(|index| {
            let curve = drawn.latest.iter().find(|curve| curve.post_id == data.posts.post_id[index])?;
            Some(LatestPost {
                post: post_view(data, index),
                age_h: age_h(data, index),
                against: against_usual(data, index),
                curve: curve.clone(),
                forecast: expected.of(curve.post_id, LATEST_CURVE_H),
            })
        })
        .collect()
}

fn age_h(data: &Dataset, index: usize) -> f64 {
    let date = data.posts.date_utc[index];
    (data.as_of.unwrap_or(date) - date) as f64 / 3600.0
}

/// The dataset with texts cut to what the browser shows.
fn lean(loaded: &Loaded) -> Dataset {
    let mut data = loaded.dataset().clone();
    for text in &mut data.posts.text {
        if let Some((cut, _)) = text.char_indices().nth(TEXT_CHARS) {
            text.truncate(cut);
            text.push('…');
        }
    }
    data
}
