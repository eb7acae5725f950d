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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_dbs, identity};

    both_dbs! {
        async fn entries_come_in_pages_newest_first(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = identity::insert_workspace(&mut tx, "default", 1).await.unwrap().id;
            let ann = identity::insert_person(&mut tx, None, "Ann", None, 1).await.unwrap().id;
            for (at, person) in [(1, Some(ann)), (2, None), (3, Some(ann))] {
                insert(&mut tx, workspace, person, "channels.update", "d_code", "{\"x\":1}", at).await.unwrap();
            }
            let first = list(&mut tx, workspace, 2, None).await.unwrap();
            assert_eq!(first.iter().map(|entry| (entry.at, entry.person_name.as_deref())).collect::<Vec<_>>(), [(3, Some("Ann")), (2, None)]);
            let second = list(&mut tx, workspace, 2, Some(first[1].id)).await.unwrap();
            assert_eq!(second.iter().map(|entry| entry.at).collect::<Vec<_>>(), [1]);
        }
    }
}
