//! The workspace that is there from the start, and the way in for whoever has the shell.

use domain::identity::{Role, Workspace};
use domain::ids::WorkspaceId;
use store::{Tx, identity};

use super::Viewer;
use crate::{Ctx, Error, Result, What};

/// The first workspace; commands use it unless told otherwise.
pub const DEFAULT_WORKSPACE: &str = "default";
/// Name of the first person until somebody signs in.
const FIRST_OWNER: &str = "Owner";

/// The workspace `default` with one owner; made when it is not there.
pub async fn ensure_default_workspace(ctx: &Ctx) -> Result<WorkspaceId> {
    if let Some(workspace) = find(ctx, DEFAULT_WORKSPACE).await? {
        return Ok(workspace.id);
    }
    let mut tx = ctx.db.write().await?;
    match insert_with_owner(&mut tx, ctx.now()).await {
        Ok(workspace) => {
            tx.commit().await?;
            Ok(workspace.id)
        }
        // another process was first
        Err(store::Error::Conflict { .. }) => {
            drop(tx);
            find(ctx, DEFAULT_WORKSPACE).await?.map(|workspace| workspace.id).ok_or(Error::NotFound(What::Workspace))
        }
        Err(error) => Err(error.into()),
    }
}

/// The shell's viewer in a workspace named on the command line.
pub async fn operator(ctx: &Ctx, workspace: &str) -> Result<Viewer> {
    if workspace == DEFAULT_WORKSPACE {
        return Ok(Viewer::Operator { workspace: ensure_default_workspace(ctx).await? });
    }
    let found = find(ctx, workspace).await?.ok_or(Error::NotFound(What::Workspace))?;
    Ok(Viewer::Operator { workspace: found.id })
}

async fn find(ctx: &Ctx, name: &str) -> Result<Option<Workspace>> {
    let mut tx = ctx.db.read().await?;
    Ok(identity::find_workspace(&mut tx, name).await?)
}

async fn insert_with_owner(tx: &mut Tx, now: i64) -> store::Result<Workspace> {
    let workspace = identity::insert_workspace(tx, DEFAULT_WORKSPACE, now).await?;
    let owner = identity::insert_person(tx, None, FIRST_OWNER, None, now).await?;
    identity::upsert_membership(tx, workspace.id, owner.id, Role::Owner, now).await?;
    Ok(workspace)
}
