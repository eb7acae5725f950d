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

/// Sets what nobody has set yet; the value that stands then.
pub async fn set_once(tx: &mut Tx, workspace: WorkspaceId, key: &str, value: &str, now: i64) -> Result<String> {
    // an update of nothing, so that the row of whoever was first comes back
    const SQL: &str = "INSERT INTO setting (workspace_id, key, value, changed_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (workspace_id, key) DO UPDATE SET key = excluded.key RETURNING value";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(workspace).bind(key).bind(value).bind(now).fetch_one(conn))
}

/// Key and value, by key.
pub async fn list(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<(String, String)>> {
    const SQL: &str = "SELECT key, value FROM setting WHERE workspace_id = $1 ORDER BY key";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).fetch_all(conn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_dbs, identity};

    both_dbs! {
        async fn a_setting_is_of_its_workspace(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let one = identity::insert_workspace(&mut tx, "one", 1).await.unwrap().id;
            let two = identity::insert_workspace(&mut tx, "two", 1).await.unwrap().id;
            assert_eq!(get(&mut tx, one, "retention").await.unwrap(), None);
            set(&mut tx, one, "retention", "{}", 1).await.unwrap();
            set(&mut tx, one, "retention", "{\"snapshots_days\":90}", 2).await.unwrap();
            set(&mut tx, one, "language", "\"ru\"", 2).await.unwrap();
            assert_eq!(get(&mut tx, one, "retention").await.unwrap().as_deref(), Some("{\"snapshots_days\":90}"));
            assert_eq!(get(&mut tx, two, "retention").await.unwrap(), None);
            assert_eq!(set_once(&mut tx, two, "language", "\"uz\"", 3).await.unwrap(), "\"uz\"");
            assert_eq!(set_once(&mut tx, two, "language", "\"en\"", 4).await.unwrap(), "\"uz\"", "the first stays");
            let keys: Vec<_> = list(&mut tx, one).await.unwrap().into_iter().map(|(key, _)| key).collect();
            assert_eq!(keys, ["language", "retention"]);
        }
    }
}
