//! What is over goes, the planner learns what is there, the write-ahead log is put away.

use services::{Ctx, maintenance};
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::outcome::unless_stopping;

pub(crate) async fn run(ctx: Ctx, stopping: CancellationToken) -> Outcome {
    let removed = maintenance::remove_old_rows(&ctx).await?;
    tracing::debug!(?removed, "upkeep removed {removed:?}");
    unless_stopping(&stopping)?;
    maintenance::tune(&ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use services::identity::{SESSION_S, open_session};
    use services::maintenance::UpkeepDatabase;

    use super::*;
    use crate::testing::{Place, run_until_empty};

    #[tokio::test]
    async fn an_expired_session_goes_and_a_repeat_finds_nothing() {
        let place = Place::new().await;
        let mut tx = place.ctx.db.write().await.expect("tx");
        let person = store::identity::insert_person(&mut tx, None, "Vera", None, 0).await.expect("a person");
        tx.commit().await.expect("commit");
        open_session(&place.ctx, person.id).await.expect("opened");
        place.clock.advance(SESSION_S);
        place.enqueue(UpkeepDatabase::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        let mut tx = place.ctx.db.write().await.expect("tx");
        assert_eq!(store::identity::delete_expired_sessions(&mut tx, place.clock.now()).await.expect("none"), 0);
        drop(tx);
        place.enqueue(UpkeepDatabase::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
    }

    #[tokio::test]
    async fn told_to_stop_it_stops_before_the_long_part() {
        let place = Place::new().await;
        let stopping = CancellationToken::new();
        stopping.cancel();
        assert_eq!(run(place.ctx.clone(), stopping).await, Err(crate::Stop::Interrupted));
    }
}
