//! One walk through the use cases on Postgres. Every statement has its own test in `store`; here they work together.

use domain::analytics::Query;
use domain::analytics::compare::CompareSort;
use domain::analytics::period::Period;
use domain::best_time::Objective;
use domain::best_time::experiment::HourOfWeek;
use domain::identity::Role;
use domain::screens::ExperimentProposal;
use services::{SiteSettings, analytics, audit, best_time, channels, demo, forecast, identity, maintenance};
use store::Db;
use tokio_util::sync::CancellationToken;

use crate::place::{DAY_S, Place, named};

#[tokio::test]
async fn a_walk_through_the_use_cases() {
    store::testing::on_postgres(|db| Box::pin(walk(db))).await;
}

async fn walk(db: Db) {
    let place = Place::on(db, SiteSettings::default(), None).await;
    let (ctx, operator) = (place.ctx.clone(), place.operator());
    let small = demo::Options { seed: 1, channels: 2, days: 60 };
    let filled = demo::fill(&ctx, &operator, small).await.expect("filled");
    let orbit = named(&filled[0].channel);

    let before = analytics::dashboard_screen(&ctx, &operator, &orbit, Period::default()).await.expect("made");
    assert!(before.headline.reach.now.is_some());
    place.clock.advance(DAY_S);
    let channel = channels::find(&ctx, &operator, &orbit).await.expect("found");
    assert_eq!(demo::advance(&ctx, &channel).await, Ok(true));
    let after = analytics::dashboard_screen(&ctx, &operator, &orbit, Period::default()).await.expect("made");
    assert!(after.freshness.version > before.freshness.version);

    let (_, token) = identity::invite(&ctx, &operator, Role::Editor).await.expect("invited");
    let nodira = place.person("Nodira").await;
    identity::accept_invitation(&ctx, &nodira, token.reveal()).await.expect("accepted");
    let session = identity::open_session(&ctx, nodira.id).await.expect("opened");
    let viewer = identity::viewer_of_token(&ctx, session.token.reveal()).await.expect("asked").expect("Nodira");
    let compared =
        analytics::compare(&ctx, &viewer, CompareSort::default(), &Query::default()).await.expect("compared");
    assert_eq!(compared.data.len(), 2);

    forecast::keep(&ctx, &channel).await.expect("kept");
    assert_eq!(best_time::refresh_evidence(&ctx, &CancellationToken::new()).await, Ok(8));
    let slots = vec![HourOfWeek { dow: 0, hour: 9 }, HourOfWeek { dow: 3, hour: 19 }];
    let proposal = ExperimentProposal { objective: Objective::At24h, slots, blocks: 2 };
    let experiment = best_time::propose(&ctx, &operator, &orbit, &proposal).await.expect("proposed").id;
    best_time::approve(&ctx, &operator, &orbit, experiment).await.expect("approved");
    best_time::assign(&ctx, &operator, &orbit, experiment).await.expect("assigned");
    best_time::record_outcomes(&ctx, channel.id, experiment).await.expect("looked");
    let screen = best_time::screen(&ctx, &operator, &orbit).await.expect("made");
    best_time::save_settings(&ctx, &operator, &orbit, &screen.settings).await.expect("saved");
    assert!(screen.experiment.is_some() && screen.evidence.len() == 3);

    channels::delete(&ctx, &operator, &orbit, &channel.title).await.expect("deleted");
    channels::purge_deleted(&ctx).await.expect("purged");
    assert_eq!(channels::list(&ctx, &viewer).await.expect("listed").len(), 1);
    maintenance::remove_old_rows(&ctx).await.expect("removed");
    maintenance::tune(&ctx).await.expect("tuned");
    assert_eq!(audit::list(&ctx, &operator, None).await.expect("listed").len(), 9);
}
