//! Settings of a workspace: a key and a JSON value.

use domain::ids::WorkspaceId;

use crate::{Result, Tx, execute, on};

pub async fn get(tx: &mut Tx, workspace: WorkspaceId, key: &str) -> Result<Option<String>> {
    const SQL: &str = "SELECT value FROM setting WHERE workspace_id = $1 AND key = $2";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(workspace).bind(key).fetch_optional(conn))
}

pub async fn set(tx: &mut Tx, workspace: WorkspaceId, key: &str, value: &str, now: i64) -> Result<()> {
    const SQL: &str = "INSERT INTO setting (workspace_id, key, value, changed_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (workspace_id, key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at";
    execute!(tx, |conn| sqlx::query(SQL).bind(workspace).bind(key).bind(value).bind(now).execute(conn))?;
    Ok(())
}

/// Key and value, by key.
pub async fn list(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<(String, String)>> {
    const SQL: &str = "SELECT key, value FROM setting WHERE workspace_id = $1 ORDER BY key";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).fetch_all(conn))
}
