//! Who did what. Entries are written in the transaction of the deed.

use domain::ids::{PersonId, WorkspaceId};

use crate::{Result, Tx, execute, on};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    pub id: i64,
    pub workspace_id: WorkspaceId,
    /// `None`: the shell, a job, or somebody since removed
    pub person_id: Option<PersonId>,
    pub person_name: Option<String>,
    /// `slice.action`
    pub action: String,
    pub subject: String,
    /// JSON
    pub detail: String,
    /// unix seconds
    pub at: i64,
}

pub async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    person: Option<PersonId>,
    action: &str,
    subject: &str,
    detail: &str,
    at: i64,
) -> Result<()> {
    const SQL: &str = "INSERT INTO audit_entry (workspace_id, person_id, action, subject, detail, at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(workspace)
        .bind(person)
        .bind(action)
        .bind(subject)
        .bind(detail)
        .bind(at)
        .execute(conn))?;
    Ok(())
}

/// Newest first; with `before`, those with a smaller id.
pub async fn list(tx: &mut Tx, workspace: WorkspaceId, limit: i64, before: Option<i64>) -> Result<Vec<Entry>> {
    const SQL: &str = "SELECT a.id, a.workspace_id, a.person_id, p.name AS person_name, a.action, a.subject, \
        a.detail, a.at FROM audit_entry a LEFT JOIN person p ON p.id = a.person_id \
        WHERE a.workspace_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3";
    let before = before.unwrap_or(i64::MAX);
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).bind(before).bind(limit).fetch_all(conn))
}
