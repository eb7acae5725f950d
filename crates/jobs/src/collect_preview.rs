//! Public pages of channels are read: one channel at a time, as polite as the client is.

use services::Ctx;
use services::collect::preview::{self, Visited};
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::outcome::unless_stopping;

/// A channel a step. Every channel says itself when it is due again, so a repeat reads nothing twice. When Telegram asks
/// to wait or does not answer, the others wait too: the next run asks again.
pub(crate) async fn run(ctx: Ctx, stopping: CancellationToken) -> Outcome {
    for channel in preview::due(&ctx).await? {
        unless_stopping(&stopping)?;
        if preview::visit(&ctx, channel, &stopping).await? == Visited::Wait {
            break;
        }
    }
    unless_stopping(&stopping)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ::preview::{Client, Settings};
    use domain::collect::connection::Obstacle;
    use fake_telegram::FakeTelegram;
    use fake_telegram::scenario::Scenario;
    use services::collect::connection;
    use services::collect::preview::CollectPreview;

    use super::*;
    use crate::testing::{Place, run_until_empty};

    const WORLD: &str = "now = \"2025-06-15T12:00:00Z\"\n\
        [[channels]]\nusername = \"orbit\"\ntitle = \"Orbit\"\ngenerate = { posts = 45 }\n\
        [[channels]]\nusername = \"moon\"\ntitle = \"Moon\"\ngenerate = { posts = 5 }";

    /// Two channels connected, of which only the newest page has been read.
    async fn connected() -> (FakeTelegram, Place) {
        let telegram = FakeTelegram::start(Scenario::parse(WORLD).expect("a scenario")).await.expect("it starts");
        let mut place = Place::new().await;
        let settings = Settings { base: telegram.http_url(), pause: Duration::ZERO, ..Settings::default() };
        place.ctx = place.ctx.with_preview(Client::new(settings).expect("a client"));
        for channel in ["@orbit", "https://t.me/moon"] {
            preview::connect(&place.ctx, &place.operator(), channel).await.expect("connected");
        }
        (telegram, place)
    }

    async fn posts(place: &Place) -> Vec<i64> {
        let channels = services::channels::list(&place.ctx, &place.operator()).await.expect("listed");
        let mut posts: Vec<i64> = channels.iter().map(|card| card.posts).collect();
        posts.sort_unstable();
        posts
    }

    #[tokio::test]
    async fn what_was_never_read_is_read_at_once_and_a_repeat_reads_nothing() {
        let (telegram, place) = connected().await;
        assert_eq!(posts(&place).await, [5, 20]);
        assert_eq!(run_until_empty(&place.ctx).await.expect("all done").finished, [CollectPreview::KIND]);
        assert_eq!(posts(&place).await, [5, 45]);
        place.enqueue(CollectPreview::KIND).await;
        // a request now would be answered by a wait, and noted
        telegram.world.lock().preview_wait_s = Some(60);
        run_until_empty(&place.ctx).await.expect("all done");
        let ways = connection::list(&place.ctx, &place.operator()).await.expect("listed");
        assert!(ways.iter().all(|way| way.obstacle.is_none() && way.heard_at.is_some()), "{ways:?}");
    }

    #[tokio::test]
    async fn a_wait_holds_all_channels_until_it_is_over() {
        let (telegram, place) = connected().await;
        telegram.world.lock().preview_wait_s = Some(60);
        assert_eq!(run(place.ctx.clone(), CancellationToken::new()).await, Ok(()));
        telegram.world.lock().preview_wait_s = None;
        let waiting = || async {
            let ways = connection::list(&place.ctx, &place.operator()).await.expect("listed");
            ways.iter().filter(|way| way.obstacle == Some(Obstacle::FloodWait)).count()
        };
        assert_eq!(waiting().await, 1, "the others are not asked");
        assert!(preview::due(&place.ctx).await.expect("due").is_empty());
        place.clock.advance(62);
        assert_eq!(preview::due(&place.ctx).await.expect("due").len(), 2);
    }

    #[tokio::test]
    async fn it_stops_between_channels() {
        let (_telegram, place) = connected().await;
        let stopping = CancellationToken::new();
        stopping.cancel();
        assert_eq!(run(place.ctx.clone(), stopping).await, Err(crate::Stop::Interrupted));
        assert_eq!(posts(&place).await, [5, 20]);
    }

    #[tokio::test]
    async fn without_a_client_nothing_is_due() {
        let place = Place::new().await;
        place.enqueue(CollectPreview::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
    }
}
