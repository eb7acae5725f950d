//! The proof beside the advice: backtests of channels whose data have moved.

use services::{Ctx, best_time};
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::outcome::unless_stopping;

/// A backtest a step; it stops within one.
pub(crate) async fn run(ctx: Ctx, stopping: CancellationToken) -> Outcome {
    let runs = best_time::refresh_evidence(&ctx, &stopping).await?;
    tracing::debug!(runs, "{runs} backtests were run");
    unless_stopping(&stopping)
}

#[cfg(test)]
mod tests {
    use services::best_time::RefreshEvidence;
    use services::demo;
    use store::evidence::Evidence;

    use super::*;
    use crate::testing::{Place, run_until_empty};

    async fn evidence(place: &Place) -> Vec<Evidence> {
        let channel = &demo::list_all(&place.ctx).await.expect("listed")[0];
        let mut tx = place.ctx.db.read().await.expect("tx");
        store::evidence::list(&mut tx, channel.id).await.expect("evidence")
    }

    async fn run_job(place: &Place) {
        place.enqueue(RefreshEvidence::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
    }

    #[tokio::test]
    async fn evidence_is_made_once_a_day_and_only_when_the_data_moved() {
        let place = Place::with_demo().await;
        run_job(&place).await;
        let first = evidence(&place).await;
        let kinds: Vec<_> = first.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds, ["best_time.24h", "best_time.3h", "best_time.total", "forecast"]);
        place.clock.advance(3600);
        run_job(&place).await;
        assert_eq!(evidence(&place).await, first, "nothing moved");
        for channel in demo::list_all(&place.ctx).await.expect("listed") {
            demo::advance(&place.ctx, &channel).await.expect("advanced");
        }
        run_job(&place).await;
        assert_eq!(evidence(&place).await, first, "it is fresh enough");
        place.clock.advance(24 * 3600);
        run_job(&place).await;
        let second = evidence(&place).await;
        assert!(second.iter().zip(&first).all(|(new, old)| new.version > old.version && new.made_at > old.made_at));
    }

    #[tokio::test]
    async fn told_to_stop_it_keeps_nothing_half_done() {
        let place = Place::with_demo().await;
        let stopping = CancellationToken::new();
        stopping.cancel();
        assert_eq!(run(place.ctx.clone(), stopping).await, Err(crate::Stop::Interrupted));
        assert!(evidence(&place).await.is_empty());
        let place = Place::new().await;
        assert_eq!(run(place.ctx.clone(), CancellationToken::new()).await, Ok(()));
    }
}
