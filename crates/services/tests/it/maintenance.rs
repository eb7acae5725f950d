//! The daily upkeep.

use domain::api_keys::Scope;
use domain::identity::Role;
use services::channels::purge_deleted;
use services::identity::{INVITATION_S, NewApiKey, SESSION_S, create_api_key, invite, open_session};
use services::maintenance::{Removed, remove_old_rows, tune};

use store::collect::stage;

use crate::place::{DAY_S, NOW, Place};

#[tokio::test]
async fn what_is_over_goes_and_what_is_not_stays() {
    let place = Place::new().await;
    let vera = place.member("Vera", Role::Viewer).await;
    place.channel("mine").await;
    open_session(&place.ctx, vera.person_id().expect("a person")).await.expect("opened");
    invite(&place.ctx, &place.operator(), Role::Viewer).await.expect("invited");
    let month = NewApiKey {
        name: "a month".to_owned(),
        scopes: vec![Scope::ReadAnalytics],
        channels: None,
        expires_at: Some(NOW + 30 * DAY_S),
    };
    create_api_key(&place.ctx, &place.operator(), month).await.expect("a key");
    let mut tx = place.ctx.db.write().await.expect("tx");
    let run = stage::insert_run(&mut tx, place.workspace, "posts of some file", "{}", NOW).await.expect("a run");
    let staged = stage::insert_stage(&mut tx, &run, place.workspace, "some", NOW).await.expect("a stage");
    tx.commit().await.expect("commit");
    assert_eq!(remove_old_rows(&place.ctx).await, Ok(Removed::default()));

    place.clock.advance(SESSION_S + INVITATION_S + 31 * DAY_S);
    let removed = remove_old_rows(&place.ctx).await.expect("removed");
    // one event for each of the ten posts and one for the days
    assert_eq!(
        removed,
        Removed { outbox_events: 11, sessions: 1, invitations: 1, abandoned_imports: 1, ..Removed::default() }
    );
    assert_eq!(remove_old_rows(&place.ctx).await, Ok(Removed::default()));
    place.clock.advance(90 * DAY_S);
    assert_eq!(remove_old_rows(&place.ctx).await, Ok(Removed { api_keys: 1, ..Removed::default() }));
    purge_deleted(&place.ctx).await.expect("purged");
    let mut tx = place.ctx.db.read().await.expect("tx");
    assert!(store::channels::list_hidden(&mut tx).await.expect("hidden").is_empty(), "{:?} is gone", staged.channel);
    drop(tx);
    tune(&place.ctx).await.expect("tuned");
}
