//! Members of the channels that the bot administers are counted.

use services::{Ctx, collect};
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::outcome::unless_stopping;

/// A channel a step; a repeat notes the newer number for the same day.
pub(crate) async fn run(ctx: Ctx, stopping: CancellationToken) -> Outcome {
    for connection in collect::bot::counted(&ctx).await? {
        unless_stopping(&stopping)?;
        collect::bot::count_members(&ctx, &connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use services::collect::bot::CountMembers;

    use crate::testing::{Place, run_until_empty};

    #[tokio::test]
    async fn without_a_bot_there_is_nothing_to_count() {
        let place = Place::new().await;
        place.enqueue(CountMembers::KIND).await;
        assert_eq!(run_until_empty(&place.ctx).await.expect("all done").finished, [CountMembers::KIND]);
    }
}
