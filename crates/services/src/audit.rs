//! Who did what. Recorded in the transaction of the deed, so that neither is there without the other.

use domain::audit::AuditEntry;
use store::Tx;

use crate::identity::{Viewer, permission, require};
use crate::{Ctx, Result};

/// Entries a page.
pub const PAGE: i64 = 50;

/// `action` is `slice.action`; `subject` names what it was done to; `detail` says what changed, without secrets.
pub async fn record(
    ctx: &Ctx,
    tx: &mut Tx,
    viewer: &Viewer,
    action: &str,
    subject: &str,
    detail: &serde_json::Value,
) -> Result<()> {
    let (workspace, person) = (viewer.workspace(), viewer.person_id());
    Ok(store::audit::insert(tx, workspace, person, action, subject, &detail.to_string(), ctx.now()).await?)
}

/// A page of entries, newest first; the next page is `before` the last one's id.
pub async fn list(ctx: &Ctx, viewer: &Viewer, before: Option<i64>) -> Result<Vec<AuditEntry>> {
    require(viewer, permission::SEE_AUDIT)?;
    let mut tx = ctx.db.read().await?;
    let entries = store::audit::list(&mut tx, viewer.workspace(), PAGE, before).await?;
    entries.into_iter().map(entry).collect()
}

fn entry(stored: store::audit::Entry) -> Result<AuditEntry> {
    Ok(AuditEntry {
        id: stored.id,
        person: stored.person_name,
        action: stored.action,
        subject: stored.subject,
        detail: serde_json::from_str(&stored.detail)?,
        at: stored.at,
    })
}
