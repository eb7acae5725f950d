//! Settings of a workspace, typed: one value a topic, stored as JSON under its key.

use domain::ids::WorkspaceId;
use domain::settings::Retention;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use store::Tx;

use crate::identity::{Viewer, permission, require};
use crate::{Ctx, Error, Result, audit, identity};

const RETENTION: &str = "retention";
/// Kept with the workspace `default`, which every database has.
const INSTALLATION: &str = "installation";

/// How long facts are kept.
pub async fn retention(ctx: &Ctx, viewer: &Viewer) -> Result<Retention> {
    require(viewer, permission::SEE_SETTINGS)?;
    retention_of(&mut ctx.db.read().await?, viewer.workspace()).await
}

/// The same for jobs, which work for every workspace.
pub async fn retention_of(tx: &mut Tx, workspace: WorkspaceId) -> Result<Retention> {
    Ok(read(tx, workspace, RETENTION).await?.unwrap_or_default())
}

pub async fn set_retention(ctx: &Ctx, viewer: &Viewer, retention: Retention) -> Result<()> {
    require(viewer, permission::CHANGE_SETTINGS)?;
    retention.check().map_err(|wrong| Error::invalid(wrong.field, wrong.allowed()))?;
    let mut tx = ctx.db.write().await?;
    let before = retention_of(&mut tx, viewer.workspace()).await?;
    write(ctx, &mut tx, viewer.workspace(), RETENTION, &retention).await?;
    let detail = json!({ "from": before, "to": retention });
    audit::record(ctx, &mut tx, viewer, "settings.set_retention", RETENTION, &detail).await?;
    Ok(tx.commit().await?)
}

/// What tells this database from others that share a cache with it: random, made once, the same for every process.
pub async fn installation(ctx: &Ctx) -> Result<String> {
    let workspace = identity::ensure_default_workspace(ctx).await?;
    if let Some(known) = read(&mut ctx.db.read().await?, workspace, INSTALLATION).await? {
        return Ok(known);
    }
    let made = serde_json::to_string(identity::Token::random().reveal())?;
    let mut tx = ctx.db.write().await?;
    let stands = store::settings::set_once(&mut tx, workspace, INSTALLATION, &made, ctx.now()).await?;
    tx.commit().await?;
    Ok(serde_json::from_str(&stands)?)
}

pub(crate) async fn read<T: DeserializeOwned>(tx: &mut Tx, workspace: WorkspaceId, key: &str) -> Result<Option<T>> {
    let stored = store::settings::get(tx, workspace, key).await?;
    Ok(stored.as_deref().map(serde_json::from_str).transpose()?)
}

pub(crate) async fn write<T: Serialize>(
    ctx: &Ctx,
    tx: &mut Tx,
    workspace: WorkspaceId,
    key: &str,
    value: &T,
) -> Result<()> {
    let value = serde_json::to_string(value)?;
    Ok(store::settings::set(tx, workspace, key, &value, ctx.now()).await?)
}
