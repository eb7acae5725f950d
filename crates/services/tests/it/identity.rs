//! Sessions, members, invitations.

use domain::identity::Role;
use services::identity::{
    INVITATION_S, SESSION_S, accept_invitation, close_session, demo_viewer, ensure_default_workspace, invitations,
    invite, members, open_session, operator, remove_member, revoke_invitation, session_info, set_language, set_role,
    viewer_of_token,
};
use services::{Clash, Error, SiteSettings, Viewer, What};

use crate::place::{HOUR_S, Place};

fn id(viewer: &Viewer) -> domain::ids::PersonId {
    viewer.person_id().expect("a person")
}

#[tokio::test]
async fn the_default_workspace_is_made_once_with_one_owner() {
    let place = Place::new().await;
    assert_eq!(ensure_default_workspace(&place.ctx).await, Ok(place.workspace));
    let listed = members(&place.ctx, &place.operator()).await.expect("listed");
    assert_eq!(
        listed.iter().map(|member| (member.name.as_str(), member.role)).collect::<Vec<_>>(),
        [("Owner", Role::Owner)]
    );
    assert_eq!(operator(&place.ctx, "default").await, Ok(place.operator()));
    assert_eq!(operator(&place.ctx, "nowhere").await, Err(Error::NotFound(What::Workspace)));
}

#[tokio::test]
async fn a_session_lasts_while_it_is_used_and_then_ends() {
    let place = Place::new().await;
    let vera = place.member("Vera", Role::Viewer).await;
    let session = open_session(&place.ctx, id(&vera)).await.expect("opened");
    let token = session.token.reveal();
    assert_eq!(viewer_of_token(&place.ctx, token).await, Ok(Some(vera.clone())));

    // used after 11 h it lives on to 23 h
    place.clock.advance(SESSION_S - HOUR_S);
    assert!(viewer_of_token(&place.ctx, token).await.expect("asked").is_some());
    place.clock.advance(SESSION_S - 1);
    assert!(viewer_of_token(&place.ctx, token).await.expect("asked").is_some());
    place.clock.advance(SESSION_S);
    assert_eq!(viewer_of_token(&place.ctx, token).await, Ok(None));
}

#[tokio::test]
async fn whoever_is_signed_in_reads_on_while_somebody_writes() {
    let place = Place::new().await;
    let vera = place.member("Vera", Role::Viewer).await;
    let session = open_session(&place.ctx, id(&vera)).await.expect("opened");
    place.clock.advance(HOUR_S);
    let writer = place.ctx.db.write().await.expect("the only writer");
    assert_eq!(viewer_of_token(&place.ctx, session.token.reveal()).await, Ok(Some(vera)));
    drop(writer);
}

#[tokio::test]
async fn a_closed_session_an_unknown_token_and_a_member_removed_are_nobody() {
    let place = Place::new().await;
    let vera = place.member("Vera", Role::Viewer).await;
    let session = open_session(&place.ctx, id(&vera)).await.expect("opened");
    close_session(&place.ctx, session.token.reveal()).await.expect("closed");
    assert_eq!(viewer_of_token(&place.ctx, session.token.reveal()).await, Ok(None));
    assert_eq!(viewer_of_token(&place.ctx, "").await, Ok(None));
    assert_eq!(viewer_of_token(&place.ctx, "not-a-token").await, Ok(None));

    let session = open_session(&place.ctx, id(&vera)).await.expect("opened");
    remove_member(&place.ctx, &place.operator(), id(&vera)).await.expect("removed");
    assert_eq!(viewer_of_token(&place.ctx, session.token.reveal()).await, Ok(None));
}

#[tokio::test]
async fn a_changed_role_counts_from_the_next_request() {
    let place = Place::new().await;
    let vera = place.member("Vera", Role::Viewer).await;
    let session = open_session(&place.ctx, id(&vera)).await.expect("opened");
    set_role(&place.ctx, &place.operator(), id(&vera), Role::Editor).await.expect("set");
    let viewer = viewer_of_token(&place.ctx, session.token.reveal()).await.expect("asked").expect("somebody");
    assert_eq!(viewer.role(), Role::Editor);
}

#[tokio::test]
async fn the_demo_owner_is_signed_in_only_where_the_demo_is_served() {
    let place = Place::new().await;
    assert_eq!(demo_viewer(&place.ctx).await, Err(Error::SignInNeeded));
    let place = Place::with_site(SiteSettings { demo: true, ..SiteSettings::default() }).await;
    let viewer = demo_viewer(&place.ctx).await.expect("the demo owner");
    assert_eq!((viewer.workspace(), viewer.role()), (place.workspace, Role::Owner));
}

#[tokio::test]
async fn the_last_owner_stays() {
    let place = Place::new().await;
    let first = members(&place.ctx, &place.operator()).await.expect("listed")[0].person_id;
    let last_owner = Err(Error::Conflict(Clash::LastOwner));
    assert_eq!(remove_member(&place.ctx, &place.operator(), first).await, last_owner);
    assert_eq!(set_role(&place.ctx, &place.operator(), first, Role::Viewer).await, last_owner);

    let olim = place.member("Olim", Role::Owner).await;
    assert_eq!(remove_member(&place.ctx, &place.operator(), first).await, Ok(()));
    assert_eq!(remove_member(&place.ctx, &olim, id(&olim)).await, last_owner);
    assert_eq!(set_role(&place.ctx, &olim, id(&olim), Role::Owner).await, Ok(()));
}

#[tokio::test]
async fn everybody_may_leave_and_nobody_else_may_be_sent_away() {
    let place = Place::new().await;
    let (vera, eldor) = (place.member("Vera", Role::Viewer).await, place.member("Eldor", Role::Editor).await);
    assert_eq!(remove_member(&place.ctx, &eldor, id(&vera)).await, Err(Error::Forbidden { needs: Role::Owner }));
    assert_eq!(remove_member(&place.ctx, &vera, id(&vera)).await, Ok(()));
    assert_eq!(remove_member(&place.ctx, &place.operator(), id(&vera)).await, Err(Error::NotFound(What::Member)));
}

#[tokio::test]
async fn an_invitation_makes_a_member_once() {
    let place = Place::new().await;
    let olim = place.member("Olim", Role::Owner).await;
    let (invitation, token) = invite(&place.ctx, &olim, Role::Editor).await.expect("invited");
    assert_eq!((invitation.role, invitation.created_by), (Role::Editor, id(&olim)));

    let newcomer = place.person("Nodira").await;
    let member = accept_invitation(&place.ctx, &newcomer, token.reveal()).await.expect("accepted");
    assert_eq!((member.person_id, member.role, member.workspace_id), (newcomer.id, Role::Editor, place.workspace));
    let late = place.person("Late").await;
    let used = Err(Error::Conflict(Clash::InvitationUsed));
    assert_eq!(accept_invitation(&place.ctx, &late, token.reveal()).await, used);
    assert_eq!(invitations(&place.ctx, &olim).await.expect("listed")[0].accepted_by, Some(newcomer.id));
}

#[tokio::test]
async fn who_is_no_owner_any_more_leaves_no_open_invitation() {
    let place = Place::new().await;
    let (olim, nargiza) = (place.member("Olim", Role::Owner).await, place.member("Nargiza", Role::Owner).await);
    let (_, of_removed) = invite(&place.ctx, &olim, Role::Owner).await.expect("invited");
    let (_, of_demoted) = invite(&place.ctx, &nargiza, Role::Owner).await.expect("invited");
    let (_, of_owner) = invite(&place.ctx, &place.operator(), Role::Viewer).await.expect("invited");
    remove_member(&place.ctx, &place.operator(), id(&olim)).await.expect("removed");
    set_role(&place.ctx, &place.operator(), id(&nargiza), Role::Editor).await.expect("set");

    let back = olim.person().expect("a person");
    let revoked = Err(Error::Conflict(Clash::InvitationRevoked));
    assert_eq!(accept_invitation(&place.ctx, back, of_removed.reveal()).await, revoked);
    assert_eq!(accept_invitation(&place.ctx, back, of_demoted.reveal()).await, revoked);
    let newcomer = place.person("Nodira").await;
    accept_invitation(&place.ctx, &newcomer, of_owner.reveal()).await.expect("an owner's own stays open");
}

#[tokio::test]
async fn an_invitation_never_lowers_a_role() {
    let place = Place::new().await;
    let olim = place.member("Olim", Role::Owner).await;
    let (_, token) = invite(&place.ctx, &olim, Role::Viewer).await.expect("invited");
    let person = olim.person().expect("a person").clone();
    assert_eq!(accept_invitation(&place.ctx, &person, token.reveal()).await.expect("accepted").role, Role::Owner);
}

#[tokio::test]
async fn invitations_expire_and_can_be_taken_back() {
    let place = Place::new().await;
    let newcomer = place.person("Nodira").await;
    let (_, token) = invite(&place.ctx, &place.operator(), Role::Viewer).await.expect("invited");
    place.clock.advance(INVITATION_S);
    let outcome = accept_invitation(&place.ctx, &newcomer, token.reveal()).await;
    assert_eq!(outcome, Err(Error::Conflict(Clash::InvitationExpired)));

    let (invitation, token) = invite(&place.ctx, &place.operator(), Role::Viewer).await.expect("invited");
    revoke_invitation(&place.ctx, &place.operator(), invitation.id).await.expect("taken back");
    let outcome = accept_invitation(&place.ctx, &newcomer, token.reveal()).await;
    assert_eq!(outcome, Err(Error::Conflict(Clash::InvitationRevoked)));
    let again = revoke_invitation(&place.ctx, &place.operator(), invitation.id).await;
    assert_eq!(again, Err(Error::NotFound(What::Invitation)));
    let unknown = accept_invitation(&place.ctx, &newcomer, "made up").await;
    assert_eq!(unknown, Err(Error::NotFound(What::Invitation)));
}

#[tokio::test]
async fn an_invitation_of_another_workspace_cannot_be_taken_back() {
    let place = Place::new().await;
    let stranger = place.stranger().await;
    let (invitation, _) = invite(&place.ctx, &place.operator(), Role::Viewer).await.expect("invited");
    let outcome = revoke_invitation(&place.ctx, &stranger, invitation.id).await;
    assert_eq!(outcome, Err(Error::NotFound(What::Invitation)));
}

#[tokio::test]
async fn only_hashes_of_tokens_are_stored() {
    let place = Place::new().await;
    let vera = place.member("Vera", Role::Viewer).await;
    let session = open_session(&place.ctx, id(&vera)).await.expect("opened");
    let (_, invitation) = invite(&place.ctx, &place.operator(), Role::Viewer).await.expect("invited");
    place.ctx.db.close().await;
    let stored = std::fs::read(place.ctx.db.path().expect("a file")).expect("read");
    for token in [session.token, invitation] {
        assert!(!stored.windows(token.reveal().len()).any(|bytes| bytes == token.reveal().as_bytes()));
        assert!(stored.windows(32).any(|bytes| bytes == token.hash()), "the hash is there");
    }
}

#[tokio::test]
async fn a_language_is_kept_for_the_person() {
    let place = Place::new().await;
    let vera = place.member("Vera", Role::Viewer).await;
    set_language(&place.ctx, &vera, Some("uz")).await.expect("set");
    let info = session_info(&place.ctx, &vera).await.expect("told");
    assert_eq!(
        (info.person.as_str(), info.workspace.as_str(), info.language.as_deref()),
        ("Vera", "default", Some("uz"))
    );
    let outcome = set_language(&place.ctx, &vera, Some("xx")).await;
    assert_eq!(outcome, Err(Error::invalid("language", "use one of en, ru, uz")));
    set_language(&place.ctx, &vera, None).await.expect("set");
    assert_eq!(session_info(&place.ctx, &vera).await.expect("told").language, None);
}
