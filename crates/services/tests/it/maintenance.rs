//! The daily upkeep.

use domain::identity::Role;
use services::identity::{INVITATION_S, SESSION_S, invite, open_session};
use services::maintenance::{Removed, remove_old_rows, tune};

use crate::place::{DAY_S, Place};

#[tokio::test]
async fn what_is_over_goes_and_what_is_not_stays() {
    let place = Place::new().await;
    let vera = place.member("Vera", Role::Viewer).await;
    place.channel("mine").await;
    open_session(&place.ctx, vera.person_id().expect("a person")).await.expect("opened");
    invite(&place.ctx, &place.operator(), Role::Viewer).await.expect("invited");
    assert_eq!(remove_old_rows(&place.ctx).await, Ok(Removed::default()));

    place.clock.advance(SESSION_S + INVITATION_S + 31 * DAY_S);
    let removed = remove_old_rows(&place.ctx).await.expect("removed");
    // one event for each of the ten posts and one for the days
    assert_eq!(removed, Removed { outbox_events: 11, sessions: 1, invitations: 1, failed_jobs: 0 });
    assert_eq!(remove_old_rows(&place.ctx).await, Ok(Removed::default()));
    tune(&place.ctx).await.expect("tuned");
}
