//! Demo channels live on: new posts, new readings, the day's facts.

use services::{Ctx, demo};
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::outcome::unless_stopping;

/// A channel a step. Every channel remembers how far it has come, so a repeat adds nothing.
pub(crate) async fn run(ctx: Ctx, stopping: CancellationToken) -> Outcome {
    for channel in demo::list_all(&ctx).await? {
        unless_stopping(&stopping)?;
        demo::advance(&ctx, &channel).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use services::demo::AdvanceDemo;

    use super::*;
    use crate::testing::{Place, run_until_empty};

    async fn newest_post(place: &Place) -> Option<i64> {
        let channel = &demo::list_all(&place.ctx).await.expect("listed")[0];
        let mut tx = place.ctx.db.read().await.expect("tx");
        store::channels::newest_post(&mut tx, channel.id).await.expect("a post")
    }

    #[tokio::test]
    async fn a_day_later_there_are_posts_of_that_day_and_a_repeat_adds_none() {
        let place = Place::with_demo().await;
        let before = newest_post(&place).await;
        place.clock.advance(24 * 3600);
        place.enqueue(AdvanceDemo::KIND).await;
        assert_eq!(run_until_empty(&place.ctx).await.expect("all done").finished, [AdvanceDemo::KIND]);
        let after = newest_post(&place).await;
        assert!(after > before);
        place.enqueue(AdvanceDemo::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        assert_eq!(newest_post(&place).await, after);
    }

    #[tokio::test]
    async fn without_demo_channels_there_is_nothing_to_do() {
        let place = Place::new().await;
        place.enqueue(AdvanceDemo::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        assert!(demo::list_all(&place.ctx).await.expect("listed").is_empty());
    }

    #[tokio::test]
    async fn it_stops_between_channels_and_goes_on_later() {
        let place = Place::with_demo().await;
        place.clock.advance(24 * 3600);
        let stopping = CancellationToken::new();
        stopping.cancel();
        let before = newest_post(&place).await;
        assert_eq!(run(place.ctx.clone(), stopping).await, Err(crate::Stop::Interrupted));
        assert_eq!(newest_post(&place).await, before);
        assert_eq!(run(place.ctx.clone(), CancellationToken::new()).await, Ok(()));
        assert!(newest_post(&place).await > before);
    }
}
