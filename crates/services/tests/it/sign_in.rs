//! Signing in from a Mini App.

use domain::identity::Role;
use services::identity::{
    EXCHANGES_MAX, INIT_DATA_AGE_S, Refusal, SESSION_S, SignedIn, sign_in_with_init_data, viewer_of_token,
};
use services::{SiteSettings, Viewer};
use telegram::{BotToken, Rejection, testing};

use crate::place::{NOW, Place};

const ANN: &str = r#"{"id":42,"first_name":"Ann","last_name":"Lee","language_code":"uz-Latn"}"#;

fn bot() -> BotToken {
    BotToken::parse("7654321:AAmade-up_made-up_made-up").expect("a token")
}

async fn place() -> Place {
    Place::with_site(SiteSettings { bot: Some(bot()), owners: vec![7], ..SiteSettings::default() }).await
}

fn opened_by(user: &str, at: i64) -> String {
    testing::init_data(&bot(), &[("user", user), ("auth_date", &at.to_string()), ("query_id", "AAH")])
}

async fn sign_in(place: &Place, text: &str) -> Result<SignedIn, Refusal> {
    sign_in_with_init_data(&place.ctx, text).await.expect("the database is there")
}

async fn viewer(place: &Place, signed_in: &SignedIn) -> Viewer {
    let token = signed_in.session.token.reveal();
    viewer_of_token(&place.ctx, token).await.expect("the database is there").expect("signed in")
}

#[tokio::test]
async fn whoever_opens_the_app_gets_a_session_and_a_workspace_of_their_own() {
    let place = place().await;
    let first = sign_in(&place, &opened_by(ANN, NOW)).await.expect("signed in");
    assert_eq!(first.session.expires_at, NOW + SESSION_S);
    assert_eq!((first.person.name.as_str(), first.person.language.as_deref()), ("Ann Lee", Some("uz")));
    let ann = viewer(&place, &first).await;
    assert_eq!(ann.role(), Role::Owner);
    assert_ne!(ann.workspace(), place.workspace, "what others have imported is not hers");

    let renamed = opened_by(r#"{"id":42,"first_name":"Anna"}"#, NOW + 1);
    let again = sign_in(&place, &renamed).await.expect("signed in");
    assert_eq!((again.person.id, again.person.name.as_str()), (first.person.id, "Anna"));
    assert_eq!(viewer(&place, &again).await.workspace(), ann.workspace());
    assert_ne!(again.session.token, first.session.token);
}

#[tokio::test]
async fn the_owners_of_the_settings_own_the_first_workspace() {
    let place = place().await;
    let signed_in = sign_in(&place, &opened_by(r#"{"id":7,"first_name":"Olim"}"#, NOW)).await.expect("signed in");
    let olim = viewer(&place, &signed_in).await;
    assert_eq!((olim.workspace(), olim.role()), (place.workspace, Role::Owner));
}

#[tokio::test]
async fn one_opening_is_exchanged_a_few_times_and_for_an_hour() {
    let place = place().await;
    let text = opened_by(ANN, NOW);
    for _ in 0..EXCHANGES_MAX {
        sign_in(&place, &text).await.expect("a page may be loaded again");
    }
    let expired = Err(Refusal::Rejected(Rejection::Expired));
    assert_eq!(sign_in(&place, &text).await.map(drop), expired);
    assert!(sign_in(&place, &opened_by(ANN, NOW + 1)).await.is_ok(), "opened anew");
    let old = opened_by(r#"{"id":43,"first_name":"Ben"}"#, NOW);
    place.clock.advance(INIT_DATA_AGE_S + 1);
    assert_eq!(sign_in(&place, &old).await.map(drop), expired);
}

#[tokio::test]
async fn what_telegram_has_not_signed_leaves_no_trace() {
    let place = place().await;
    let other = BotToken::parse("7654321:AAanother_made-up_made-up").expect("a token");
    let forged = testing::init_data(&other, &[("user", ANN), ("auth_date", &NOW.to_string())]);
    let without_user = testing::init_data(&bot(), &[("auth_date", &NOW.to_string())]);
    for (text, rejection) in [
        (forged, Rejection::BadSignature),
        (opened_by(ANN, NOW).replace("42", "43"), Rejection::BadSignature),
        (without_user, Rejection::Malformed),
        ("x".repeat(1 << 20), Rejection::Malformed),
    ] {
        assert_eq!(sign_in(&place, &text).await.map(drop), Err(Refusal::Rejected(rejection)));
    }
    let mut tx = place.ctx.db.read().await.expect("tx");
    assert_eq!(store::identity::list_all_workspaces(&mut tx).await.expect("listed").len(), 1);
    let off = Place::new().await;
    assert_eq!(sign_in(&off, &opened_by(ANN, NOW)).await.map(drop), Err(Refusal::Off));
}
