//! Rows of deleted channels go, a bounded step at a time.

use services::{Ctx, channels};
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::outcome::unless_stopping;

pub(crate) async fn run(ctx: Ctx, stopping: CancellationToken) -> Outcome {
    loop {
        unless_stopping(&stopping)?;
        if channels::purge_step(&ctx).await? {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::channels::ChannelRef;
    use services::channels::PurgeChannels;
    use services::demo;

    use super::*;
    use crate::testing::{Place, run_until_empty};

    #[tokio::test]
    async fn deleting_a_channel_enqueues_the_job_and_the_job_removes_its_rows_only() {
        let place = Place::with_demo().await;
        let made = demo::list_all(&place.ctx).await.expect("listed");
        let (gone, kept) = (&made[0], &made[1]);
        channels::delete(&place.ctx, &place.operator(), &ChannelRef::parse(&gone.slug()), &gone.title)
            .await
            .expect("deleted");
        assert_eq!(run_until_empty(&place.ctx).await.expect("all done").finished, [PurgeChannels::KIND]);
        let mut tx = place.ctx.db.read().await.expect("tx");
        assert!(store::channels::list_hidden(&mut tx).await.expect("hidden").is_empty());
        assert!(store::collect::list_post_ids(&mut tx, gone.id).await.expect("posts").is_empty());
        assert!(!store::collect::list_post_ids(&mut tx, kept.id).await.expect("posts").is_empty());
    }

    #[tokio::test]
    async fn a_repeat_and_a_run_without_deleted_channels_change_nothing() {
        let place = Place::with_demo().await;
        place.enqueue(PurgeChannels::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        place.enqueue(PurgeChannels::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        assert_eq!(demo::list_all(&place.ctx).await.expect("listed").len(), 2);
    }
}
