//! Updates of the bot that were handled long ago are removed.

use services::{Ctx, bot_updates};

use crate::Outcome;

pub(crate) async fn run(ctx: Ctx) -> Outcome {
    bot_updates::trim(&ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use services::bot_updates::{self, KEPT_S, Settled, TrimBotUpdates};

    use crate::testing::{Place, run_until_empty};

    #[tokio::test]
    async fn handled_updates_go_when_telegram_repeats_them_no_more() {
        let place = Place::new().await;
        let update = [json!({"update_id": 1, "message": {"chat": {"id": 5}}})];
        bot_updates::receive(&place.ctx, 7, &update).await.expect("stored");
        assert_eq!(bot_updates::claim(&place.ctx, 7, "w", 9).await.expect("claimed").len(), 1);
        bot_updates::settle(&place.ctx, 7, 1, "w", Settled::Handled, None).await.expect("settled");
        for (later_s, new) in [(KEPT_S, 0), (1, 1)] {
            place.clock.advance(later_s);
            place.enqueue(TrimBotUpdates::KIND).await;
            run_until_empty(&place.ctx).await.expect("all done");
            assert_eq!(bot_updates::receive(&place.ctx, 7, &update).await.expect("stored"), new, "{later_s}");
        }
    }
}
