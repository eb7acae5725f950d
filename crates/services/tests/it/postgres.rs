//! One walk through the use cases on Postgres. Every statement has its own test in `store`; here they work together.

use domain::analytics::Query;
use domain::analytics::compare::CompareSort;
use domain::analytics::period::Period;
use domain::identity::Role;
use services::{SiteSettings, analytics, audit, channels, demo, identity, maintenance};
use store::Db;

use crate::place::{DAY_S, Place, named};

#[tokio::test]
async fn a_walk_through_the_use_cases() {
    store::testing::on_postgres(|db| Box::pin(walk(db))).await;
}

async fn walk(db: Db) {
    let place = Place::on(db, SiteSettings::default(), None).await;
    let (ctx, operator) = (place.ctx.clone(), place.operator());
    let small = demo::Options { seed: 1, channels: 2, days: 20 };
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

    channels::delete(&ctx, &operator, &orbit, &channel.title).await.expect("deleted");
    channels::purge_deleted(&ctx).await.expect("purged");
    assert_eq!(channels::list(&ctx, &viewer).await.expect("listed").len(), 1);
    maintenance::remove_old_rows(&ctx).await.expect("removed");
    maintenance::tune(&ctx).await.expect("tuned");
    assert_eq!(audit::list(&ctx, &operator, None).await.expect("listed").len(), 5);
}
