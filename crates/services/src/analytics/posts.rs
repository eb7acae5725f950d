//! One post, and a few beside one another.

use domain::analytics::curve::{post_curve, title, usual_curve};
use domain::analytics::posts::{PostView, PostViews, SnapshotView, post_view, post_views as views_of_post};
use domain::analytics::query::MaxGap;
use domain::analytics::{AGES_H, Answer, Dataset, Meta};
use domain::channels::{Channel, ChannelRef};
use domain::posts::Snapshot;
use domain::screens::{
    COMPARE_CURVE_H, COMPARED_POSTS_MAX, POST_CURVE_H, PostLink, PostPage, PostsCompared, post_span_h,
};
use domain::zone::Zone;
use store::Tx;

use super::{freshness, post_history};
use crate::identity::Viewer;
use crate::{Ctx, Error, Result, What, channels, forecast};

/// Everything about one post.
pub async fn post(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, post_id: i64) -> Result<PostPage> {
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let (history, index) = post_history(&mut tx, &channel, post_id).await?.ok_or(Error::NotFound(What::Post))?;
    let snapshots = store::analytics::snapshots(&mut tx, channel.id, post_id).await?;
    let whole = store::analytics::find_post(&mut tx, channel.id, post_id).await?;
    let freshness = freshness(ctx, &mut tx, &channel).await?;
    let later = next_post(&mut tx, &channel, history.posts.date_utc[index], post_id).await?;
    drop(tx);
    let expected = forecast::expected(ctx, &channel, &freshness).await?;
    let forecast_coverage = forecast::coverage(&mut ctx.db.read().await?, &channel, &expected).await?;

    let views = views_of_post(&history, post_id, snapshots.iter().map(snapshot_view).collect());
    let views = views.ok_or(Error::NotFound(What::Post))?;
    let (curve, forecast) = (post_curve(&history, index, POST_CURVE_H), expected.of(post_id, POST_CURVE_H));
    let span_h = post_span_h(&curve, forecast.as_ref());
    let usual = usual_curve(&history, span_h);
    let data = Dataset::measure(history, &AGES_H, MaxGap::Usual);
    let mut post = post_view(&data, index);
    post.text = whole.and_then(|whole| whole.text).unwrap_or_default();
    Ok(PostPage {
        slug: channel.slug(),
        zone: Zone::find(&channel.zone)?,
        earlier: index.checked_sub(1).map(|earlier| PostLink {
            post_id: data.posts.post_id[earlier],
            title: title(&data.posts.text[earlier]),
            media_type: data.posts.media_type[earlier],
        }),
        later,
        meta: meta(&channel, &data, index),
        against: domain::analytics::posts::against_usual(&data, index),
        channel,
        freshness,
        post,
        views,
        curve,
        span_h,
        usual,
        forecast,
        forecast_coverage,
    })
}

/// An answer and the channel's data version that it was read at.
#[derive(Debug, Clone, PartialEq)]
pub struct AtVersion<T> {
    pub version: i64,
    pub answer: Answer<T>,
}

/// One post as lists have it, with its whole text.
pub async fn post_row(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, post_id: i64) -> Result<AtVersion<PostView>> {
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let (history, index) = post_history(&mut tx, &channel, post_id).await?.ok_or(Error::NotFound(What::Post))?;
    let whole = store::analytics::find_post(&mut tx, channel.id, post_id).await?;
    let (version, _) = store::analytics::data_version(&mut tx, channel.id).await?;
    drop(tx);
    let data = Dataset::measure(history, &AGES_H, MaxGap::Usual);
    let mut post = post_view(&data, index);
    post.text = whole.and_then(|whole| whole.text).unwrap_or_default();
    Ok(AtVersion { version, answer: Answer { data: post, meta: meta(&channel, &data, index) } })
}

/// Snapshots and curve of one post.
pub async fn post_views(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    post_id: i64,
) -> Result<AtVersion<PostViews>> {
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let (history, index) = post_history(&mut tx, &channel, post_id).await?.ok_or(Error::NotFound(What::Post))?;
    let snapshots = store::analytics::snapshots(&mut tx, channel.id, post_id).await?;
    let (version, _) = store::analytics::data_version(&mut tx, channel.id).await?;
    drop(tx);
    let views = views_of_post(&history, post_id, snapshots.iter().map(snapshot_view).collect());
    let data = Dataset::measure(history, &AGES_H, MaxGap::Usual);
    let data_of_post = views.ok_or(Error::NotFound(What::Post))?;
    Ok(AtVersion { version, answer: Answer { data: data_of_post, meta: meta(&channel, &data, index) } })
}

/// Curves of up to [`COMPARED_POSTS_MAX`] posts, in the order asked for, over the usual band of the posts before the
/// newest of them.
pub async fn compare_posts(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    post_ids: &[i64],
) -> Result<PostsCompared> {
    if !(1..=COMPARED_POSTS_MAX).contains(&post_ids.len()) {
        return Err(Error::invalid("posts", format!("1 to {COMPARED_POSTS_MAX} posts")));
    }
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let freshness = freshness(ctx, &mut tx, &channel).await?;
    drop(tx);
    let expected = forecast::expected(ctx, &channel, &freshness).await?;
    let mut tx = ctx.db.read().await?;
    let (mut curves, mut newest) = (Vec::new(), None);
    for post_id in post_ids {
        let (history, index) = post_history(&mut tx, &channel, *post_id).await?.ok_or(Error::NotFound(What::Post))?;
        curves.push(post_curve(&history, index, COMPARE_CURVE_H));
        let date = history.posts.date_utc[index];
        if newest.as_ref().is_none_or(|(before, _)| date > *before) {
            newest = Some((date, usual_curve(&history, COMPARE_CURVE_H)));
        }
    }
    Ok(PostsCompared {
        forecasts: post_ids.iter().map(|post_id| expected.of(*post_id, COMPARE_CURVE_H)).collect(),
        curves,
        usual: newest.map(|(_, usual)| usual).unwrap_or_default(),
        forecast_coverage: forecast::coverage(&mut tx, &channel, &expected).await?,
    })
}

async fn next_post(tx: &mut Tx, channel: &Channel, date_utc: i64, post_id: i64) -> Result<Option<PostLink>> {
    let next = store::collect::list_posts(tx, channel.id, date_utc, i64::MAX, Some((date_utc, post_id)), 1).await?;
    Ok(next.into_iter().next().map(|next| PostLink {
        post_id: next.post_id,
        title: title(next.text.as_deref().unwrap_or_default()),
        media_type: next.media_type,
    }))
}

fn snapshot_view(snapshot: &Snapshot) -> SnapshotView {
    let counters = snapshot.counters;
    SnapshotView {
        at: snapshot.at,
        views: counters.views,
        forwards: counters.forwards,
        reactions: counters.reactions,
        replies: counters.replies,
    }
}

fn meta(channel: &Channel, data: &Dataset, index: usize) -> Meta {
    let date = data.posts.date_utc[index];
    Meta {
        channel: Some(channel.slug()),
        from: date,
        to: date + 1,
        tz: channel.zone.clone(),
        sources: vec![data.posts.source[index]],
        as_of: data.as_of,
        warnings: Vec::new(),
    }
}
