//! Keys of programs that read the public API.

use domain::api_keys::{ApiKey, Scope};
use domain::ids::{ApiKeyId, ChannelId, PersonId, WorkspaceId};

use crate::{Result, Tx, execute, on};

/// A key to store; the secret itself stays with whoever asked for it.
#[derive(Debug, Clone)]
pub struct NewApiKey<'a> {
    pub workspace_id: WorkspaceId,
    pub secret_hash: &'a [u8],
    pub ending: &'a str,
    pub name: &'a str,
    pub scopes: &'a [Scope],
    /// `None`: every channel of the workspace
    pub channels: Option<&'a [ChannelId]>,
    pub created_by: Option<PersonId>,
    pub expires_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ApiKeyId,
    workspace_id: WorkspaceId,
    ending: String,
    name: String,
    scopes: String,
    channels: Option<String>,
    created_by: Option<PersonId>,
    created_at: i64,
    expires_at: Option<i64>,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl From<Row> for ApiKey {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            workspace_id: row.workspace_id,
            name: row.name,
            ending: row.ending,
            // a scope that this version does not know opens nothing here
            scopes: row.scopes.split_ascii_whitespace().filter_map(|scope| scope.parse().ok()).collect(),
            // the same for what is no id: fewer channels, never more
            channels: row
                .channels
                .map(|ids| ids.split_ascii_whitespace().filter_map(|id| id.parse().ok()).map(ChannelId).collect()),
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
            revoked_at: row.revoked_at,
        }
    }
}

pub async fn insert_api_key(tx: &mut Tx, new: &NewApiKey<'_>, now: i64) -> Result<ApiKey> {
    const SQL: &str = "INSERT INTO api_key \
        (workspace_id, secret_hash, ending, name, scopes, channels, created_by, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id, workspace_id, ending, name, scopes, channels, \
        created_by, created_at, expires_at, used_at, revoked_at";
    let scopes = new.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    let channels = new.channels.map(|ids| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    let row: Row = on!(tx, |conn| sqlx::query_as(SQL)
        .bind(new.workspace_id)
        .bind(new.secret_hash)
        .bind(new.ending)
        .bind(new.name)
        .bind(&scopes)
        .bind(&channels)
        .bind(new.created_by)
        .bind(now)
        .bind(new.expires_at)
        .fetch_one(conn))?;
    Ok(row.into())
}

/// In whatever state: whether it may still be used is the caller's question.
pub async fn find_api_key_by_hash(tx: &mut Tx, secret_hash: &[u8]) -> Result<Option<ApiKey>> {
    const SQL: &str = "SELECT id, workspace_id, ending, name, scopes, channels, created_by, created_at, expires_at, \
        used_at, revoked_at FROM api_key WHERE secret_hash = $1";
    let row: Option<Row> = on!(tx, |conn| sqlx::query_as(SQL).bind(secret_hash).fetch_optional(conn))?;
    Ok(row.map(ApiKey::from))
}

/// All of the workspace, newest first, also expired and revoked ones.
pub async fn list_api_keys(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<ApiKey>> {
    const SQL: &str = "SELECT id, workspace_id, ending, name, scopes, channels, created_by, created_at, expires_at, \
        used_at, revoked_at FROM api_key WHERE workspace_id = $1 ORDER BY id DESC";
    let rows: Vec<Row> = on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).fetch_all(conn))?;
    Ok(rows.into_iter().map(ApiKey::from).collect())
}

pub async fn note_api_key_use(tx: &mut Tx, id: ApiKeyId, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE api_key SET used_at = $2 WHERE id = $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(id).bind(now).execute(conn))?;
    Ok(())
}

/// `false` when there is none to revoke.
pub async fn revoke_api_key(tx: &mut Tx, workspace: WorkspaceId, id: ApiKeyId, now: i64) -> Result<bool> {
    const SQL: &str = "UPDATE api_key SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(workspace).bind(id).bind(now).execute(conn))? > 0)
}

/// Revokes every key that the person made; how many there were.
pub async fn revoke_api_keys_of(tx: &mut Tx, workspace: WorkspaceId, person: PersonId, now: i64) -> Result<u64> {
    const SQL: &str =
        "UPDATE api_key SET revoked_at = $3 WHERE workspace_id = $1 AND created_by = $2 AND revoked_at IS NULL";
    execute!(tx, |conn| sqlx::query(SQL).bind(workspace).bind(person).bind(now).execute(conn))
}

/// Removes keys that were revoked or ran out before `at`; how many there were.
pub async fn delete_api_keys_before(tx: &mut Tx, at: i64) -> Result<u64> {
    const SQL: &str = "DELETE FROM api_key WHERE COALESCE(revoked_at, expires_at) < $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(at).execute(conn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{insert_person, insert_workspace};
    use crate::{Error, both_dbs};

    const NOW: i64 = 1_760_000_000;

    fn new<'a>(workspace_id: WorkspaceId, secret_hash: &'a [u8], channels: Option<&'a [ChannelId]>) -> NewApiKey<'a> {
        NewApiKey {
            workspace_id,
            secret_hash,
            ending: "wxyz",
            name: "Grafana",
            scopes: &[Scope::ReadAnalytics],
            channels,
            created_by: None,
            expires_at: None,
        }
    }

    both_dbs! {
        async fn a_key_comes_back_as_it_was_made(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = insert_workspace(&mut tx, "default", NOW).await.unwrap().id;
            let ann = insert_person(&mut tx, None, "Ann", None, NOW).await.unwrap().id;
            let wanted = NewApiKey {
                created_by: Some(ann),
                expires_at: Some(NOW + 60),
                ..new(workspace, b"limited", Some(&[ChannelId(4), ChannelId(7)]))
            };
            let limited = insert_api_key(&mut tx, &wanted, NOW).await.unwrap();
            assert_eq!(limited.channels.as_deref(), Some([ChannelId(4), ChannelId(7)].as_slice()));
            assert_eq!((limited.scopes.as_slice(), limited.created_by), ([Scope::ReadAnalytics].as_slice(), Some(ann)));
            assert_eq!((limited.expires_at, limited.used_at, limited.revoked_at), (Some(NOW + 60), None, None));
            assert_eq!(find_api_key_by_hash(&mut tx, b"limited").await.unwrap(), Some(limited.clone()));
            assert_eq!(find_api_key_by_hash(&mut tx, b"guessed").await.unwrap(), None);
            let nothing = insert_api_key(&mut tx, &new(workspace, b"nothing", Some(&[])), NOW).await.unwrap();
            assert_eq!(nothing.channels, Some(Vec::new()), "no channel is not every channel");
            let all = insert_api_key(&mut tx, &new(workspace, b"all", None), NOW).await.unwrap();
            assert_eq!(all.channels, None);
            assert_eq!(list_api_keys(&mut tx, workspace).await.unwrap(), [all, nothing, limited]);
            assert_eq!(list_api_keys(&mut tx, WorkspaceId(workspace.0 + 1)).await.unwrap(), []);
        }

        async fn a_secret_belongs_to_one_key(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = insert_workspace(&mut tx, "default", NOW).await.unwrap().id;
            insert_api_key(&mut tx, &new(workspace, b"same", None), NOW).await.unwrap();
            let error = insert_api_key(&mut tx, &new(workspace, b"same", None), NOW).await.unwrap_err();
            assert!(matches!(&error, Error::Conflict { constraint } if constraint == "api_key_secret_hash"), "{error}");
        }

        async fn use_is_noted_and_a_key_is_revoked_once_by_its_own_workspace(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = insert_workspace(&mut tx, "default", NOW).await.unwrap().id;
            let elsewhere = insert_workspace(&mut tx, "elsewhere", NOW).await.unwrap().id;
            let id = insert_api_key(&mut tx, &new(workspace, b"hash", None), NOW).await.unwrap().id;
            note_api_key_use(&mut tx, id, NOW + 5).await.unwrap();
            assert!(!revoke_api_key(&mut tx, elsewhere, id, NOW + 6).await.unwrap());
            assert!(revoke_api_key(&mut tx, workspace, id, NOW + 7).await.unwrap());
            assert!(!revoke_api_key(&mut tx, workspace, id, NOW + 8).await.unwrap());
            let key = find_api_key_by_hash(&mut tx, b"hash").await.unwrap().unwrap();
            assert_eq!((key.used_at, key.revoked_at), (Some(NOW + 5), Some(NOW + 7)));
        }

        async fn keys_go_with_whoever_made_them_and_old_ones_are_removed(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = insert_workspace(&mut tx, "default", NOW).await.unwrap().id;
            let ann = insert_person(&mut tx, None, "Ann", None, NOW).await.unwrap().id;
            let of_ann = NewApiKey { created_by: Some(ann), ..new(workspace, b"1", None) };
            insert_api_key(&mut tx, &of_ann, NOW).await.unwrap();
            insert_api_key(&mut tx, &new(workspace, b"2", None), NOW).await.unwrap();
            let expired = NewApiKey { expires_at: Some(NOW + 1), ..new(workspace, b"3", None) };
            insert_api_key(&mut tx, &expired, NOW).await.unwrap();
            assert_eq!(revoke_api_keys_of(&mut tx, workspace, ann, NOW + 5).await.unwrap(), 1);
            assert_eq!(revoke_api_keys_of(&mut tx, workspace, ann, NOW + 6).await.unwrap(), 0);
            assert_eq!(delete_api_keys_before(&mut tx, NOW + 5).await.unwrap(), 1, "the expired one");
            assert_eq!(delete_api_keys_before(&mut tx, NOW + 6).await.unwrap(), 1, "the revoked one");
            assert_eq!(list_api_keys(&mut tx, workspace).await.unwrap().len(), 1, "one that never ends stays");
        }
    }
}
