//! Facts older than a workspace keeps them go.

use services::Ctx;
use services::collect::retention;
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::outcome::unless_stopping;

/// Every step is a unit of work of its own; a repeat goes on where the last one was.
pub(crate) async fn run(ctx: Ctx, stopping: CancellationToken) -> Outcome {
    let trimmed = retention::apply(&ctx, &stopping).await?;
    tracing::debug!(?trimmed, "retention removed {trimmed:?}");
    unless_stopping(&stopping)
}

#[cfg(test)]
mod tests {
    use domain::channels::Channel;
    use domain::settings::Retention;
    use services::collect::retention::ApplyRetention;
    use services::{demo, settings};

    use super::*;
    use crate::testing::{Place, run_until_empty};

    const DAY_S: i64 = 24 * 3600;

    async fn counts(place: &Place, channel: &Channel) -> (i64, i64, i64) {
        let mut tx = place.ctx.db.read().await.expect("tx");
        let counts = store::channels::counts(&mut tx, channel.id).await.expect("counts");
        (counts.posts, counts.snapshots, counts.days)
    }

    async fn keep(place: &Place, retention: Retention) {
        settings::set_retention(&place.ctx, &place.operator(), retention).await.expect("set");
    }

    #[tokio::test]
    async fn old_snapshots_and_days_go_posts_stay_and_a_repeat_removes_nothing() {
        let place = Place::with_demo().await;
        let channel = &demo::list_all(&place.ctx).await.expect("listed")[0];
        let (posts, snapshots, days) = counts(&place, channel).await;
        place.clock.advance(35 * DAY_S);
        keep(&place, Retention { snapshots_days: Some(30), daily_days: Some(30) }).await;
        place.enqueue(ApplyRetention::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        let after = counts(&place, channel).await;
        assert_eq!(after.0, posts);
        assert!(after.1 < snapshots && after.1 >= posts - 1, "{snapshots} → {}", after.1);
        assert!(after.2 < days, "{days} → {}", after.2);
        place.enqueue(ApplyRetention::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        assert_eq!(counts(&place, channel).await, after);
    }

    #[tokio::test]
    async fn without_the_setting_everything_stays() {
        let place = Place::with_demo().await;
        let channel = &demo::list_all(&place.ctx).await.expect("listed")[0];
        let before = counts(&place, channel).await;
        place.clock.advance(1000 * DAY_S);
        place.enqueue(ApplyRetention::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        assert_eq!(counts(&place, channel).await, before);
    }

    #[tokio::test]
    async fn told_to_stop_it_goes_on_at_the_next_run() {
        let place = Place::with_demo().await;
        let channel = &demo::list_all(&place.ctx).await.expect("listed")[0];
        place.clock.advance(60 * DAY_S);
        keep(&place, Retention { snapshots_days: Some(30), daily_days: None }).await;
        let before = counts(&place, channel).await;
        let stopping = CancellationToken::new();
        stopping.cancel();
        assert_eq!(run(place.ctx.clone(), stopping).await, Err(crate::Stop::Interrupted));
        assert_eq!(counts(&place, channel).await, before);
        assert_eq!(run(place.ctx.clone(), CancellationToken::new()).await, Ok(()));
        assert!(counts(&place, channel).await.1 < before.1);
    }
}
