//! Weeks, months and forecasts of one channel anew, after somebody asked for it.

use services::Ctx;
use services::collect::refresh::{self, RefreshChannel};

use crate::{Outcome, Stop};

/// Everything is made of the facts, so a repeat comes to the same.
pub(crate) async fn run(ctx: Ctx, payload: serde_json::Value) -> Outcome {
    let job: RefreshChannel = serde_json::from_value(payload).map_err(|error| Stop::GiveUp(error.to_string()))?;
    Ok(refresh::derive_anew(&ctx, job.channel).await?)
}

#[cfg(test)]
mod tests {
    use domain::channels::ChannelRef;
    use services::{channels, demo};

    use super::*;
    use crate::testing::{Place, run_until_empty};

    #[tokio::test]
    async fn what_is_derived_is_made_anew() {
        let place = Place::with_demo().await;
        let mut forecasts = 0;
        for channel in demo::list_all(&place.ctx).await.expect("listed") {
            let mut tx = place.ctx.db.write().await.expect("tx");
            store::summaries::mark_all(&mut tx, channel.id).await.expect("marked");
            tx.commit().await.expect("commit");
            refresh::refresh(&place.ctx, &place.operator(), &ChannelRef::parse(&channel.slug())).await.expect("asked");
            assert_eq!(run_until_empty(&place.ctx).await.expect("all done").finished, [RefreshChannel::KIND]);
            let mut tx = place.ctx.db.read().await.expect("tx");
            assert!(store::summaries::list_wrong(&mut tx, channel.id).await.expect("looked").is_empty());
            forecasts += store::forecast::list(&mut tx, channel.id, 1_000).await.expect("forecasts").len();
        }
        // not every channel has a post that is young
        assert!(forecasts > 0);
    }

    #[tokio::test]
    async fn a_channel_that_is_gone_and_a_payload_that_is_none() {
        let place = Place::with_demo().await;
        let channel = demo::list_all(&place.ctx).await.expect("listed").remove(0);
        channels::delete(&place.ctx, &place.operator(), &ChannelRef::parse(&channel.slug()), &channel.title)
            .await
            .expect("deleted");
        place.enqueue_with(RefreshChannel::KIND, &format!("{{\"channel\":{}}}", channel.id)).await;
        run_until_empty(&place.ctx).await.expect("all done");
        let outcome = run(place.ctx.clone(), serde_json::json!({})).await;
        assert!(matches!(outcome, Err(Stop::GiveUp(_))), "{outcome:?}");
    }
}
