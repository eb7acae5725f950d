//! Settings of a workspace.

use domain::settings::Retention;
use services::{Error, settings};

use crate::place::Place;

#[tokio::test]
async fn retention_keeps_everything_until_it_is_set() {
    let place = Place::new().await;
    let operator = place.operator();
    assert_eq!(settings::retention(&place.ctx, &operator).await, Ok(Retention::default()));
    let retention = Retention { snapshots_days: Some(90), daily_days: Some(365) };
    settings::set_retention(&place.ctx, &operator, retention).await.expect("set");
    assert_eq!(settings::retention(&place.ctx, &operator).await, Ok(retention));
    let stranger = place.stranger().await;
    assert_eq!(settings::retention(&place.ctx, &stranger).await, Ok(Retention::default()));
}

#[tokio::test]
async fn a_retention_that_would_break_the_numbers_is_refused_by_name() {
    let place = Place::new().await;
    let retention = Retention { snapshots_days: Some(3), daily_days: None };
    match settings::set_retention(&place.ctx, &place.operator(), retention).await {
        Err(Error::Invalid { field, allowed }) => {
            assert_eq!(field, "snapshots_days");
            assert!(allowed.contains("30"), "{allowed}");
        }
        other => panic!("{other:?}"),
    }
}
