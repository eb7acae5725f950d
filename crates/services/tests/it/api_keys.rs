//! Keys of programs: made, used, revoked.

use domain::api_keys::Scope;
use domain::identity::Role;
use services::identity::{
    NAME_CHARS_MAX, NewApiKey, api_keys, create_api_key, open_session, remove_member, revoke_api_key, set_role,
    viewer_of_bearer, viewer_of_token,
};
use services::{Error, Viewer, What};

use crate::place::{DAY_S, NOW, Place, named};

fn key() -> NewApiKey {
    NewApiKey { name: " Grafana ".to_owned(), scopes: vec![Scope::ReadAnalytics], channels: None, expires_at: None }
}

#[tokio::test]
async fn a_key_is_kept_as_a_hash_and_known_by_its_ending() {
    let place = Place::new().await;
    let olim = place.member("Olim", Role::Owner).await;
    let (made, secret) = create_api_key(&place.ctx, &olim, key()).await.expect("a key");
    assert_eq!((made.name.as_str(), made.created_by), ("Grafana", olim.person_id()));
    assert!(secret.reveal().ends_with(&made.ending) && made.ending.len() == 4);
    let bytes = std::fs::read(place.ctx.db.path().expect("a file")).expect("readable");
    let wal = std::fs::read(place.ctx.db.path().expect("a file").with_extension("db-wal")).unwrap_or_default();
    let stored = [bytes, wal].concat();
    assert!(!stored.windows(secret.reveal().len()).any(|window| window == secret.reveal().as_bytes()));
    assert!(stored.windows(32).any(|window| window == secret.hash()), "its hash is there");
}

#[tokio::test]
async fn whoever_presents_a_key_is_that_key() {
    let place = Place::new().await;
    let (made, secret) = create_api_key(&place.ctx, &place.operator(), key()).await.expect("a key");
    let viewer = viewer_of_bearer(&place.ctx, secret.reveal()).await.expect("asked").expect("a key");
    assert!(matches!(&viewer, Viewer::Key { key, channels: None, .. } if *key == made.id), "{viewer:?}");
    assert_eq!(viewer.workspace(), place.workspace);
    // of a session it is none, and a session is no key
    assert_eq!(viewer_of_token(&place.ctx, secret.reveal()).await, Ok(None));
    let vera = place.member("Vera", Role::Viewer).await;
    let session = open_session(&place.ctx, vera.person_id().expect("a person")).await.expect("a session");
    assert_eq!(viewer_of_bearer(&place.ctx, session.token.reveal()).await, Ok(Some(vera)));
    for wrong in ["", "abk_", "abk_guessed", "nonsense", "abk_\u{0}", &format!("{}x", secret.reveal())] {
        assert_eq!(viewer_of_bearer(&place.ctx, wrong).await, Ok(None), "{wrong:?}");
    }
}

#[tokio::test]
async fn use_is_noted_at_most_once_a_minute() {
    let place = Place::new().await;
    let (_, secret) = create_api_key(&place.ctx, &place.operator(), key()).await.expect("a key");
    let used_at = async || api_keys(&place.ctx, &place.operator()).await.expect("listed")[0].used_at;
    assert_eq!(used_at().await, None);
    for (after_s, noted) in [(0, NOW), (59, NOW), (1, NOW + 60), (59, NOW + 60), (3600, NOW + 3719)] {
        place.clock.advance(after_s);
        assert!(viewer_of_bearer(&place.ctx, secret.reveal()).await.expect("asked").is_some());
        assert_eq!(used_at().await, Some(noted), "after {after_s} s more");
    }
}

#[tokio::test]
async fn a_key_is_read_on_with_while_somebody_writes() {
    let place = Place::new().await;
    let (_, secret) = create_api_key(&place.ctx, &place.operator(), key()).await.expect("a key");
    let writer = place.ctx.db.write().await.expect("the only writer");
    assert!(viewer_of_bearer(&place.ctx, secret.reveal()).await.expect("asked").is_some());
    drop(writer);
}

#[tokio::test]
async fn an_expired_and_a_revoked_key_are_nobody() {
    let place = Place::new().await;
    let day = NewApiKey { expires_at: Some(NOW + DAY_S), ..key() };
    let (_, of_a_day) = create_api_key(&place.ctx, &place.operator(), day).await.expect("a key");
    let (made, revoked) = create_api_key(&place.ctx, &place.operator(), key()).await.expect("a key");
    assert!(viewer_of_bearer(&place.ctx, revoked.reveal()).await.expect("asked").is_some());
    revoke_api_key(&place.ctx, &place.operator(), made.id).await.expect("revoked");
    assert_eq!(viewer_of_bearer(&place.ctx, revoked.reveal()).await, Ok(None));
    let again = revoke_api_key(&place.ctx, &place.operator(), made.id).await;
    assert_eq!(again, Err(Error::NotFound(What::ApiKey)));

    place.clock.advance(DAY_S - 1);
    assert!(viewer_of_bearer(&place.ctx, of_a_day.reveal()).await.expect("asked").is_some());
    place.clock.advance(1);
    assert_eq!(viewer_of_bearer(&place.ctx, of_a_day.reveal()).await, Ok(None));
}

#[tokio::test]
async fn a_key_of_another_workspace_cannot_be_revoked() {
    let place = Place::new().await;
    let (made, secret) = create_api_key(&place.ctx, &place.operator(), key()).await.expect("a key");
    let stranger = place.stranger().await;
    assert_eq!(revoke_api_key(&place.ctx, &stranger, made.id).await, Err(Error::NotFound(What::ApiKey)));
    assert!(viewer_of_bearer(&place.ctx, secret.reveal()).await.expect("asked").is_some());
    assert!(api_keys(&place.ctx, &stranger).await.expect("listed").is_empty());
}

#[tokio::test]
async fn whoever_is_no_owner_any_more_leaves_no_key_behind() {
    let place = Place::new().await;
    for removes in [true, false] {
        let olim = place.member("Olim", Role::Owner).await;
        let (_, secret) = create_api_key(&place.ctx, &olim, key()).await.expect("a key");
        let person = olim.person_id().expect("a person");
        if removes {
            remove_member(&place.ctx, &place.operator(), person).await.expect("removed");
        } else {
            set_role(&place.ctx, &place.operator(), person, Role::Editor).await.expect("set");
        }
        assert_eq!(viewer_of_bearer(&place.ctx, secret.reveal()).await, Ok(None));
    }
}

#[tokio::test]
async fn keys_that_cannot_be_made() {
    let place = Place::new().await;
    place.channel("mine").await;
    let stranger = place.stranger().await;
    let field = async |viewer: &Viewer, new: NewApiKey| match create_api_key(&place.ctx, viewer, new).await {
        Err(Error::Invalid { field, .. }) => field,
        other => format!("{:?}", other.map(|(key, _)| key)),
    };
    let operator = place.operator();
    for name in ["", "  ", "two\nlines", &"x".repeat(NAME_CHARS_MAX + 1)] {
        assert_eq!(field(&operator, NewApiKey { name: name.to_owned(), ..key() }).await, "name", "{name:?}");
    }
    assert_eq!(field(&operator, NewApiKey { scopes: Vec::new(), ..key() }).await, "scopes");
    assert_eq!(field(&operator, NewApiKey { expires_at: Some(NOW), ..key() }).await, "expires");
    assert_eq!(field(&operator, NewApiKey { channels: Some(Vec::new()), ..key() }).await, "channels");
    let of_another = NewApiKey { channels: Some(vec![named("mine")]), ..key() };
    let outcome = create_api_key(&place.ctx, &stranger, of_another).await;
    assert_eq!(outcome.map(|(key, _)| key), Err(Error::NotFound(What::Channel)));
    assert!(api_keys(&place.ctx, &operator).await.expect("listed").is_empty());
}
