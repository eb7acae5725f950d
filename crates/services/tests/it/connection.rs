//! Connecting and disconnecting channels.

use domain::collect::connection::Mode;
use domain::identity::Role;
use services::collect::connection::{self, Introduced};
use services::{Clash, Error, audit};

use crate::place::{Place, named};

fn introduced(telegram_id: i64, username: &str) -> Introduced {
    Introduced {
        telegram_id: Some(telegram_id),
        username: Some(username.to_owned()),
        title: username.to_uppercase(),
        zone: Some("Asia/Tashkent".to_owned()),
    }
}

#[tokio::test]
async fn a_channel_is_connected_once_a_way_and_disconnected() {
    let place = Place::new().await;
    let editor = place.member("Nodira", Role::Editor).await;
    let first = connection::connect(&place.ctx, &editor, &introduced(5, "orbit"), Mode::Bot).await.expect("connected");
    assert!(first.is_new_channel && first.is_new_connection);
    assert_eq!(first.channel.zone, "Asia/Tashkent");
    let again = connection::connect(&place.ctx, &editor, &introduced(5, "orbit"), Mode::Bot).await.expect("again");
    assert_eq!((again.channel.id, again.is_new_channel, again.is_new_connection), (first.channel.id, false, false));
    connection::connect(&place.ctx, &editor, &introduced(5, "orbit"), Mode::Preview).await.expect("another way");
    let ways: Vec<Mode> =
        connection::list(&place.ctx, &editor).await.expect("listed").into_iter().map(|way| way.mode).collect();
    assert_eq!(ways, [Mode::Bot, Mode::Preview]);
    connection::disconnect(&place.ctx, &editor, &named("orbit"), Mode::Bot).await.expect("disconnected");
    let twice = connection::disconnect(&place.ctx, &editor, &named("orbit"), Mode::Bot).await;
    assert!(matches!(twice, Err(Error::NotFound(_))), "{twice:?}");
    let entries = audit::list(&place.ctx, &place.operator(), None).await.expect("entries");
    let actions: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["collect.disconnect", "collect.connect", "collect.connect"]);
}

#[tokio::test]
async fn a_known_channel_keeps_its_facts_and_follows_its_new_name() {
    let place = Place::new().await;
    let imported = place.channel("mine").await;
    let connected = connection::connect(&place.ctx, &place.operator(), &introduced(77, "mine"), Mode::Preview)
        .await
        .expect("known");
    assert_eq!((connected.channel.id, connected.is_new_channel), (imported.id, false));
    assert_eq!(connected.channel.zone, imported.zone, "what people chose stays");
    let renamed = connection::connect(&place.ctx, &place.operator(), &introduced(77, "renamed"), Mode::Bot)
        .await
        .expect("renamed");
    assert_eq!((renamed.channel.id, renamed.channel.username.as_deref()), (imported.id, Some("renamed")));
    // the name now belongs to another channel of Telegram
    let other = connection::connect(&place.ctx, &place.operator(), &introduced(78, "renamed"), Mode::Bot).await;
    assert_eq!(other, Err(Error::Conflict(Clash::Exists)));
}

#[tokio::test]
async fn whom_nobody_knows_and_who_may_not() {
    let place = Place::new().await;
    let viewer = place.member("Anna", Role::Viewer).await;
    let refused = connection::connect(&place.ctx, &viewer, &introduced(5, "orbit"), Mode::Bot).await;
    assert_eq!(refused, Err(Error::Forbidden { needs: Role::Editor }));
    let nameless = Introduced { telegram_id: None, username: None, ..introduced(5, "orbit") };
    let refused = connection::connect(&place.ctx, &place.operator(), &nameless, Mode::Bot).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    let nowhere = Introduced { zone: Some("Mars/Base".to_owned()), ..introduced(5, "orbit") };
    let refused = connection::connect(&place.ctx, &place.operator(), &nowhere, Mode::Bot).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    connection::connect(&place.ctx, &place.operator(), &introduced(5, "orbit"), Mode::Bot).await.expect("connected");
    let stranger = place.stranger().await;
    assert_eq!(connection::list(&place.ctx, &stranger).await.expect("listed"), []);
    let refused = connection::disconnect(&place.ctx, &stranger, &named("orbit"), Mode::Bot).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
}
