//! Links that make whoever opens them a member. The token is shown once, at the moment of inviting.

use domain::identity::{Invitation, Member, Person, Role};
use domain::ids::{InvitationId, PersonId};
use serde_json::json;
use store::{Tx, identity};

use super::{Token, Viewer, permission, require};
use crate::entitlements::{self, Feature};
use crate::{Clash, Ctx, Error, Result, What, audit};

/// An invitation can be used this long.
pub const INVITATION_S: i64 = 7 * 24 * 3600;

/// The invitation and its secret, which cannot be shown again.
pub async fn invite(ctx: &Ctx, viewer: &Viewer, role: Role) -> Result<(Invitation, Token)> {
    require(viewer, permission::INVITE)?;
    entitlements::allow(ctx, viewer, Feature::Invite).await?;
    let (token, now) = (Token::random(), ctx.now());
    let mut tx = ctx.db.write().await?;
    let inviter = inviter(&mut tx, viewer).await?;
    let workspace = viewer.workspace();
    let invitation =
        identity::insert_invitation(&mut tx, workspace, &token.hash(), role, inviter, now, now + INVITATION_S).await?;
    let subject = invitation.id.to_string();
    audit::record(ctx, &mut tx, viewer, "identity.invite", &subject, &json!({ "role": role })).await?;
    tx.commit().await?;
    Ok((invitation, token))
}

/// Newest first, also those used, taken back and expired.
pub async fn invitations(ctx: &Ctx, viewer: &Viewer) -> Result<Vec<Invitation>> {
    require(viewer, permission::INVITE)?;
    let mut tx = ctx.db.read().await?;
    Ok(identity::list_invitations(&mut tx, viewer.workspace()).await?)
}

pub async fn revoke_invitation(ctx: &Ctx, viewer: &Viewer, id: InvitationId) -> Result<()> {
    require(viewer, permission::INVITE)?;
    let mut tx = ctx.db.write().await?;
    if !identity::revoke_invitation(&mut tx, viewer.workspace(), id, ctx.now()).await? {
        return Err(Error::NotFound(What::Invitation));
    }
    audit::record(ctx, &mut tx, viewer, "identity.revoke_invitation", &id.to_string(), &json!({})).await?;
    Ok(tx.commit().await?)
}

/// Makes `person` a member; whoever is one already keeps the higher of both roles.
pub async fn accept_invitation(ctx: &Ctx, person: &Person, token: &str) -> Result<Member> {
    let now = ctx.now();
    let mut tx = ctx.db.write().await?;
    let found = identity::find_invitation_by_hash(&mut tx, &Token::presented(token).hash()).await?;
    let invitation = found.ok_or(Error::NotFound(What::Invitation))?;
    if let Some(clash) = why_unusable(&invitation, now) {
        return Err(Error::Conflict(clash));
    }
    // somebody may have used it between the look and now
    if !identity::accept_invitation(&mut tx, invitation.id, person.id, now).await? {
        return Err(Error::Conflict(Clash::InvitationUsed));
    }
    let before = identity::find_role(&mut tx, invitation.workspace_id, person.id).await?;
    let role = before.map_or(invitation.role, |role| role.max(invitation.role));
    identity::upsert_membership(&mut tx, invitation.workspace_id, person.id, role, now).await?;
    let viewer = Viewer::Person { person: person.clone(), workspace: invitation.workspace_id, role };
    let subject = invitation.id.to_string();
    audit::record(ctx, &mut tx, &viewer, "identity.accept_invitation", &subject, &json!({ "role": role })).await?;
    tx.commit().await?;
    let (workspace_id, person_id, name) = (invitation.workspace_id, person.id, person.name.clone());
    Ok(Member { workspace_id, person_id, name, role, created_at: now })
}

fn why_unusable(invitation: &Invitation, now: i64) -> Option<Clash> {
    if invitation.revoked_at.is_some() {
        Some(Clash::InvitationRevoked)
    } else if invitation.accepted_at.is_some() {
        Some(Clash::InvitationUsed)
    } else if invitation.expires_at <= now {
        Some(Clash::InvitationExpired)
    } else {
        None
    }
}

/// An invitation is some person's; the shell invites in the name of the first owner.
async fn inviter(tx: &mut Tx, viewer: &Viewer) -> Result<PersonId> {
    if let Some(person) = viewer.person_id() {
        return Ok(person);
    }
    let members = identity::list_members(tx, viewer.workspace()).await?;
    let owner = members.into_iter().find(|member| member.role == Role::Owner);
    owner.map(|owner| owner.person_id).ok_or(Error::NotFound(What::Member))
}
