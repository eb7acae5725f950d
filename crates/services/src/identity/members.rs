//! Members of a workspace and their roles. A workspace always keeps an owner.

use domain::identity::{Member, Role};
use domain::ids::PersonId;
use serde_json::json;
use store::{Tx, identity};

use super::{Viewer, permission, require};
use crate::{Clash, Ctx, Error, Result, What, audit};

/// Oldest first.
pub async fn members(ctx: &Ctx, viewer: &Viewer) -> Result<Vec<Member>> {
    require(viewer, permission::SEE_MEMBERS)?;
    let mut tx = ctx.db.read().await?;
    Ok(identity::list_members(&mut tx, viewer.workspace()).await?)
}

pub async fn set_role(ctx: &Ctx, viewer: &Viewer, person: PersonId, role: Role) -> Result<()> {
    require(viewer, permission::MANAGE_MEMBERS)?;
    let mut tx = ctx.db.write().await?;
    let before = role_to_change(&mut tx, viewer, person).await?;
    if role != Role::Owner {
        keep_an_owner(&mut tx, viewer, before).await?;
        take_back_what_they_gave(ctx, &mut tx, viewer, person).await?;
    }
    identity::upsert_membership(&mut tx, viewer.workspace(), person, role, ctx.now()).await?;
    let detail = json!({ "from": before, "to": role });
    audit::record(ctx, &mut tx, viewer, "identity.set_role", &person.to_string(), &detail).await?;
    Ok(tx.commit().await?)
}

/// Owners remove anybody; everybody may leave.
pub async fn remove_member(ctx: &Ctx, viewer: &Viewer, person: PersonId) -> Result<()> {
    if viewer.person_id() != Some(person) {
        require(viewer, permission::MANAGE_MEMBERS)?;
    }
    let mut tx = ctx.db.write().await?;
    let before = role_to_change(&mut tx, viewer, person).await?;
    keep_an_owner(&mut tx, viewer, before).await?;
    take_back_what_they_gave(ctx, &mut tx, viewer, person).await?;
    identity::delete_membership(&mut tx, viewer.workspace(), person).await?;
    let detail = json!({ "role": before });
    audit::record(ctx, &mut tx, viewer, "identity.remove_member", &person.to_string(), &detail).await?;
    Ok(tx.commit().await?)
}

/// The member's role, with the workspace held until the end of `tx`: two owners who take each other's role away at
/// the same moment wait for one another.
async fn role_to_change(tx: &mut Tx, viewer: &Viewer, person: PersonId) -> Result<Role> {
    identity::lock_workspace(tx, viewer.workspace()).await?;
    identity::find_role(tx, viewer.workspace(), person).await?.ok_or(Error::NotFound(What::Member))
}

/// Only owners invite and make keys: who is none any more must not find a way back through a link or a key of their own.
async fn take_back_what_they_gave(ctx: &Ctx, tx: &mut Tx, viewer: &Viewer, person: PersonId) -> Result<()> {
    identity::revoke_invitations_of(tx, viewer.workspace(), person, ctx.now()).await?;
    identity::revoke_api_keys_of(tx, viewer.workspace(), person, ctx.now()).await?;
    Ok(())
}

async fn keep_an_owner(tx: &mut Tx, viewer: &Viewer, role_taken: Role) -> Result<()> {
    if role_taken == Role::Owner && identity::count_owners(tx, viewer.workspace()).await? <= 1 {
        return Err(Error::Conflict(Clash::LastOwner));
    }
    Ok(())
}
