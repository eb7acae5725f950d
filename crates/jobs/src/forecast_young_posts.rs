//! What is expected of young posts is kept, so that it can be held against what comes.

use services::{Ctx, channels, forecast};
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::outcome::unless_stopping;

/// A channel a step. What was said of a post at an age stays, so a repeat adds nothing.
pub(crate) async fn run(ctx: Ctx, stopping: CancellationToken) -> Outcome {
    for channel in channels::of_every_workspace(&ctx).await? {
        unless_stopping(&stopping)?;
        forecast::keep(&ctx, &channel).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::forecast::ForecastRecord;
    use services::demo;
    use services::forecast::ForecastYoungPosts;

    use super::*;
    use crate::testing::{Place, run_until_empty};

    async fn kept(place: &Place) -> Vec<ForecastRecord> {
        let mut kept = Vec::new();
        for channel in demo::list_all(&place.ctx).await.expect("listed") {
            let mut tx = place.ctx.db.read().await.expect("tx");
            kept.extend(store::forecast::list(&mut tx, channel.id, 1_000).await.expect("forecasts"));
        }
        kept
    }

    #[tokio::test]
    async fn young_posts_are_forecast_once_at_each_age() {
        let place = Place::with_demo().await;
        place.enqueue(ForecastYoungPosts::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        let first = kept(&place).await;
        assert!(!first.is_empty());
        for record in &first {
            assert!(record.age_s >= 3600 && record.low < record.views && record.views < record.high, "{record:?}");
            assert!(i64::from(record.h) * 3600 > record.age_s - 3600, "what is measured is no forecast: {record:?}");
        }
        place.enqueue(ForecastYoungPosts::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        assert_eq!(kept(&place).await, first, "a repeat adds nothing");
        // two hours on, the posts have come to other ages
        place.clock.advance(2 * 3600);
        for channel in demo::list_all(&place.ctx).await.expect("listed") {
            demo::advance(&place.ctx, &channel).await.expect("advanced");
        }
        place.enqueue(ForecastYoungPosts::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        let later = kept(&place).await;
        assert!(later.len() > first.len() && first.iter().all(|record| later.contains(record)));
    }

    #[tokio::test]
    async fn without_channels_and_when_stopping_nothing_is_kept() {
        let place = Place::new().await;
        assert_eq!(run(place.ctx.clone(), CancellationToken::new()).await, Ok(()));
        let place = Place::with_demo().await;
        let stopping = CancellationToken::new();
        stopping.cancel();
        assert_eq!(run(place.ctx.clone(), stopping).await, Err(crate::Stop::Interrupted));
        assert!(kept(&place).await.is_empty());
    }
}
