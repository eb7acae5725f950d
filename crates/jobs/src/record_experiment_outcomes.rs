//! What became of posts that a slot experiment assigned.

use services::{Ctx, best_time};
use tokio_util::sync::CancellationToken;

use crate::Outcome;
use crate::outcome::unless_stopping;

/// An experiment a step. A result is recorded once, so a repeat changes nothing.
pub(crate) async fn run(ctx: Ctx, stopping: CancellationToken) -> Outcome {
    for (channel, experiment) in best_time::waiting_experiments(&ctx).await? {
        unless_stopping(&stopping)?;
        best_time::record_outcomes(&ctx, channel, experiment).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::best_time::Objective;
    use domain::best_time::experiment::{HourOfWeek, Reading};
    use domain::channels::ChannelRef;
    use domain::screens::{ExperimentProposal, ExperimentView};
    use services::best_time::RecordExperimentOutcomes;
    use services::demo::{self, Options};

    use super::*;
    use crate::testing::{Place, run_until_empty};

    /// A demo channel with enough posts for a spread, and an approved experiment with two slots.
    async fn running() -> (Place, ChannelRef, ExperimentView) {
        let place = Place::new().await;
        let options = Options { seed: 1, channels: 1, days: 60 };
        demo::fill(&place.ctx, &place.operator(), options).await.expect("filled");
        let channel = ChannelRef::parse(&demo::list_all(&place.ctx).await.expect("listed")[0].slug());
        let slot = |dow, hour| HourOfWeek { dow, hour };
        let slots = vec![slot(1, 3), slot(3, 19)];
        let proposal = ExperimentProposal { objective: Objective::At24h, slots, blocks: 4 };
        let proposed = best_time::propose(&place.ctx, &place.operator(), &channel, &proposal).await.expect("proposed");
        let view = best_time::approve(&place.ctx, &place.operator(), &channel, proposed.id).await.expect("approved");
        (place, channel, view)
    }

    async fn after_the_job(place: &Place, channel: &ChannelRef) -> ExperimentView {
        place.enqueue(RecordExperimentOutcomes::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
        let screen = best_time::screen(&place.ctx, &place.operator(), channel).await.expect("a screen");
        screen.experiment.expect("an experiment")
    }

    #[tokio::test]
    async fn a_published_post_gets_its_outcome_and_an_empty_slot_is_withdrawn() {
        let (place, channel, view) = running().await;
        for _ in 0..2 {
            best_time::assign(&place.ctx, &place.operator(), &channel, view.id).await.expect("assigned");
        }
        let waiting = after_the_job(&place, &channel).await;
        assert!(waiting.experiment.assignments().iter().all(|post| post.result == Reading::Awaited), "nothing yet");

        // eleven days later the demo has gone on; nobody posts there at 3 in the night
        place.clock.advance(11 * 86_400);
        for channel in demo::list_all(&place.ctx).await.expect("listed") {
            demo::advance(&place.ctx, &channel).await.expect("advanced");
        }
        let due = waiting.assigned.iter().zip(waiting.experiment.assignments());
        let (evening, _) = due.clone().find(|(_, post)| post.slot.hour == 19).expect("both slots");
        publish(&place, &channel, evening.due_at + 600).await;

        let seen = after_the_job(&place, &channel).await;
        for (assigned, post) in seen.assigned.iter().zip(seen.experiment.assignments()) {
            match post.slot.hour {
                19 => {
                    assert!(assigned.post_id.is_some());
                    assert!(matches!(post.result, Reading::Outcome(x) if x.abs() < 5.0), "{post:?}");
                }
                _ => assert_eq!((assigned.post_id, post.result), (None, Reading::Withdrawn)),
            }
        }
        let again = after_the_job(&place, &channel).await;
        assert_eq!(again, seen, "a repeat changes nothing");
        assert!(best_time::waiting_experiments(&place.ctx).await.expect("asked").is_empty());
    }

    /// A post at that moment, with readings on both sides of 24 h.
    async fn publish(place: &Place, channel: &ChannelRef, date_utc: i64) {
        use domain::posts::{Counters, Snapshot, Source};

        let found = services::channels::find(&place.ctx, &place.operator(), channel).await.expect("a channel");
        let post = store::collect::PostFacts {
            post_id: 9_000_000,
            date_utc,
            counters: Counters::default(),
            counted_at: None,
            media_type: None,
            album_size: None,
            forwarded: None,
            source: Source::Measured,
            text: None,
        };
        let reading = |hours: i64, views| Snapshot {
            at: date_utc + hours * 3600,
            counters: Counters { views: Some(views), ..Counters::default() },
        };
        let series =
            store::collect::Series { post_id: post.post_id, snapshots: vec![reading(12, 8_000), reading(30, 12_000)] };
        let mut tx = place.ctx.db.write().await.expect("tx");
        store::collect::upsert_posts(&mut tx, found.id, &[post]).await.expect("a post");
        store::collect::merge_snapshots(&mut tx, found.id, &[series]).await.expect("readings");
        store::collect::bump(&mut tx, found.id, place.clock.now()).await.expect("a version");
        tx.commit().await.expect("commit");
    }

    #[tokio::test]
    async fn a_deleted_channel_leaves_nothing_to_do() {
        let (place, channel, view) = running().await;
        best_time::assign(&place.ctx, &place.operator(), &channel, view.id).await.expect("assigned");
        let found = services::channels::find(&place.ctx, &place.operator(), &channel).await.expect("a channel");
        services::channels::delete(&place.ctx, &place.operator(), &channel, &found.title).await.expect("deleted");
        assert_eq!(best_time::record_outcomes(&place.ctx, found.id, view.id).await, Ok(0));
        place.enqueue(RecordExperimentOutcomes::KIND).await;
        run_until_empty(&place.ctx).await.expect("all done");
    }

    #[tokio::test]
    async fn told_to_stop_it_leaves_experiments_as_they_are() {
        let (place, channel, view) = running().await;
        best_time::assign(&place.ctx, &place.operator(), &channel, view.id).await.expect("assigned");
        let stopping = CancellationToken::new();
        stopping.cancel();
        assert_eq!(run(place.ctx.clone(), stopping).await, Err(crate::Stop::Interrupted));
    }
}
