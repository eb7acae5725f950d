//! Workspaces, people, their roles, invitations, sessions and API keys. Tokens are stored as hashes only.

mod api_keys;

use domain::identity::{Invitation, Member, Person, Role, Workspace};
use domain::ids::{InvitationId, PersonId, WorkspaceId};

pub use api_keys::{
    NewApiKey, delete_api_keys_before, find_api_key_by_hash, insert_api_key, list_api_keys, note_api_key_use,
    revoke_api_key, revoke_api_keys_of,
};

use crate::{Result, Tx, execute, on};

/// Conflict: `workspace_name`.
pub async fn insert_workspace(tx: &mut Tx, name: &str, now: i64) -> Result<Workspace> {
    const SQL: &str = "INSERT INTO workspace (name, created_at) VALUES ($1, $2) RETURNING id, name, created_at";
    on!(tx, |conn| sqlx::query_as(SQL).bind(name).bind(now).fetch_one(conn))
}

pub async fn find_workspace(tx: &mut Tx, name: &str) -> Result<Option<Workspace>> {
    const SQL: &str = "SELECT id, name, created_at FROM workspace WHERE name = $1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(name).fetch_optional(conn))
}

pub async fn find_workspace_by_id(tx: &mut Tx, id: WorkspaceId) -> Result<Option<Workspace>> {
    const SQL: &str = "SELECT id, name, created_at FROM workspace WHERE id = $1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(id).fetch_optional(conn))
}

/// Holds the workspace's row until the end of the unit of work: what is counted next stays true until then.
pub async fn lock_workspace(tx: &mut Tx, id: WorkspaceId) -> Result<()> {
    const SQL: &str = "UPDATE workspace SET name = name WHERE id = $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(id).execute(conn))?;
    Ok(())
}

/// Those the person is a member of, oldest first.
pub async fn list_workspaces(tx: &mut Tx, person: PersonId) -> Result<Vec<Workspace>> {
    const SQL: &str = "SELECT w.id, w.name, w.created_at FROM workspace w \
        JOIN membership m ON m.workspace_id = w.id WHERE m.person_id = $1 ORDER BY w.id";
    on!(tx, |conn| sqlx::query_as(SQL).bind(person).fetch_all(conn))
}

/// All workspaces, oldest first: for jobs, which work for everybody.
pub async fn list_all_workspaces(tx: &mut Tx) -> Result<Vec<Workspace>> {
    const SQL: &str = "SELECT id, name, created_at FROM workspace ORDER BY id";
    on!(tx, |conn| sqlx::query_as(SQL).fetch_all(conn))
}

/// Conflict: `person_telegram_id`.
pub async fn insert_person(
    tx: &mut Tx,
    telegram_id: Option<i64>,
    name: &str,
    language: Option<&str>,
    now: i64,
) -> Result<Person> {
    const SQL: &str = "INSERT INTO person (telegram_id, name, language, created_at) VALUES ($1, $2, $3, $4) \
        RETURNING id, telegram_id, name, language, created_at";
    on!(tx, |conn| sqlx::query_as(SQL).bind(telegram_id).bind(name).bind(language).bind(now).fetch_one(conn))
}

pub async fn find_person(tx: &mut Tx, id: PersonId) -> Result<Option<Person>> {
    const SQL: &str = "SELECT id, telegram_id, name, language, created_at FROM person WHERE id = $1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(id).fetch_optional(conn))
}

pub async fn find_person_by_telegram(tx: &mut Tx, telegram_id: i64) -> Result<Option<Person>> {
    const SQL: &str = "SELECT id, telegram_id, name, language, created_at FROM person WHERE telegram_id = $1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(telegram_id).fetch_optional(conn))
}

/// `false` when there is no such person.
pub async fn set_name(tx: &mut Tx, person: PersonId, name: &str) -> Result<bool> {
    const SQL: &str = "UPDATE person SET name = $2 WHERE id = $1";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(person).bind(name).execute(conn))? > 0)
}

/// How often signed data with this hash was used, this time included; forgets what nobody would believe any more.
pub async fn count_sign_in(tx: &mut Tx, hash: &str, good_until: i64, now: i64) -> Result<i64> {
    const FORGET: &str = "DELETE FROM sign_in_use WHERE good_until < $1";
    const COUNT: &str = "INSERT INTO sign_in_use (hash, uses, good_until) VALUES ($1, 1, $2) \
        ON CONFLICT (hash) DO UPDATE SET uses = sign_in_use.uses + 1 RETURNING uses";
    execute!(tx, |conn| sqlx::query(FORGET).bind(now).execute(conn))?;
    on!(tx, |conn| sqlx::query_scalar(COUNT).bind(hash).bind(good_until).fetch_one(conn))
}

/// `false` when there is no such person.
pub async fn set_language(tx: &mut Tx, person: PersonId, language: Option<&str>) -> Result<bool> {
    const SQL: &str = "UPDATE person SET language = $2 WHERE id = $1";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(person).bind(language).execute(conn))? > 0)
}

/// Makes the person a member, or changes the role of one.
pub async fn upsert_membership(
    tx: &mut Tx,
    workspace: WorkspaceId,
    person: PersonId,
    role: Role,
    now: i64,
) -> Result<()> {
    const SQL: &str = "INSERT INTO membership (workspace_id, person_id, role, created_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (workspace_id, person_id) DO UPDATE SET role = excluded.role";
    execute!(tx, |conn| sqlx::query(SQL).bind(workspace).bind(person).bind(role).bind(now).execute(conn))?;
    Ok(())
}

pub async fn find_role(tx: &mut Tx, workspace: WorkspaceId, person: PersonId) -> Result<Option<Role>> {
    const SQL: &str = "SELECT role FROM membership WHERE workspace_id = $1 AND person_id = $2";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(workspace).bind(person).fetch_optional(conn))
}

/// Oldest member first.
pub async fn list_members(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<Member>> {
    const SQL: &str = "SELECT m.workspace_id, m.person_id, p.name, m.role, m.created_at FROM membership m \
        JOIN person p ON p.id = m.person_id WHERE m.workspace_id = $1 ORDER BY m.created_at, m.person_id";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).fetch_all(conn))
}

/// `false` when the person was no member.
pub async fn delete_membership(tx: &mut Tx, workspace: WorkspaceId, person: PersonId) -> Result<bool> {
    const SQL: &str = "DELETE FROM membership WHERE workspace_id = $1 AND person_id = $2";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(workspace).bind(person).execute(conn))? > 0)
}

pub async fn count_owners(tx: &mut Tx, workspace: WorkspaceId) -> Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM membership WHERE workspace_id = $1 AND role = $2";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(workspace).bind(Role::Owner).fetch_one(conn))
}

pub async fn insert_invitation(
    tx: &mut Tx,
    workspace: WorkspaceId,
    token_hash: &[u8],
    role: Role,
    created_by: PersonId,
    now: i64,
    expires_at: i64,
) -> Result<Invitation> {
    const SQL: &str = "INSERT INTO invitation (workspace_id, token_hash, role, created_by, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6) \
        RETURNING id, workspace_id, role, created_by, created_at, expires_at, accepted_by, accepted_at, revoked_at";
    on!(tx, |conn| sqlx::query_as(SQL)
        .bind(workspace)
        .bind(token_hash)
        .bind(role)
        .bind(created_by)
        .bind(now)
        .bind(expires_at)
        .fetch_one(conn))
}

/// All of the workspace, newest first, also accepted, revoked and expired ones.
pub async fn list_invitations(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<Invitation>> {
    const SQL: &str = "SELECT id, workspace_id, role, created_by, created_at, expires_at, accepted_by, accepted_at, \
        revoked_at FROM invitation WHERE workspace_id = $1 ORDER BY id DESC";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).fetch_all(conn))
}

/// In whatever state: whether it may still be used is the caller's question.
pub async fn find_invitation_by_hash(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<Invitation>> {
    const SQL: &str = "SELECT id, workspace_id, role, created_by, created_at, expires_at, accepted_by, accepted_at, \
        revoked_at FROM invitation WHERE token_hash = $1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(token_hash).fetch_optional(conn))
}

/// `false` when it is accepted, revoked or expired already, or does not exist: two people cannot both use it.
pub async fn accept_invitation(tx: &mut Tx, id: InvitationId, person: PersonId, now: i64) -> Result<bool> {
    const SQL: &str = "UPDATE invitation SET accepted_by = $2, accepted_at = $3 \
        WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(id).bind(person).bind(now).execute(conn))? > 0)
}

/// `false` when there is none to revoke.
pub async fn revoke_invitation(tx: &mut Tx, workspace: WorkspaceId, id: InvitationId, now: i64) -> Result<bool> {
    const SQL: &str = "UPDATE invitation SET revoked_at = $3 \
        WHERE workspace_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(workspace).bind(id).bind(now).execute(conn))? > 0)
}

/// Revokes what the person invited to and nobody has accepted yet; how many there were.
pub async fn revoke_invitations_of(tx: &mut Tx, workspace: WorkspaceId, person: PersonId, now: i64) -> Result<u64> {
    const SQL: &str = "UPDATE invitation SET revoked_at = $3 \
        WHERE workspace_id = $1 AND created_by = $2 AND accepted_at IS NULL AND revoked_at IS NULL";
    execute!(tx, |conn| sqlx::query(SQL).bind(workspace).bind(person).bind(now).execute(conn))
}

/// Removes invitations that were used, taken back or ran out before `at`; how many there were.
pub async fn delete_invitations_before(tx: &mut Tx, at: i64) -> Result<u64> {
    const SQL: &str = "DELETE FROM invitation WHERE COALESCE(accepted_at, revoked_at, expires_at) < $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(at).execute(conn))
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    pub person_id: PersonId,
    /// unix seconds, like the next two
    pub created_at: i64,
    pub expires_at: i64,
    pub seen_at: i64,
}

pub async fn insert_session(tx: &mut Tx, token_hash: &[u8], person: PersonId, now: i64, expires_at: i64) -> Result<()> {
    const SQL: &str = "INSERT INTO session (token_hash, person_id, created_at, expires_at, seen_at) \
        VALUES ($1, $2, $3, $4, $3)";
    execute!(tx, |conn| sqlx::query(SQL).bind(token_hash).bind(person).bind(now).bind(expires_at).execute(conn))?;
    Ok(())
}

/// Only while it has not expired.
pub async fn find_session(tx: &mut Tx, token_hash: &[u8], now: i64) -> Result<Option<Session>> {
    const SQL: &str = "SELECT person_id, created_at, expires_at, seen_at FROM session \
        WHERE token_hash = $1 AND expires_at > $2";
    on!(tx, |conn| sqlx::query_as(SQL).bind(token_hash).bind(now).fetch_optional(conn))
}

/// Notes that the session was used, and lets it live until `expires_at`.
pub async fn touch_session(tx: &mut Tx, token_hash: &[u8], now: i64, expires_at: i64) -> Result<bool> {
    const SQL: &str = "UPDATE session SET seen_at = $2, expires_at = $3 WHERE token_hash = $1 AND expires_at > $2";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(token_hash).bind(now).bind(expires_at).execute(conn))? > 0)
}

/// `false` when there was none.
pub async fn revoke_session(tx: &mut Tx, token_hash: &[u8]) -> Result<bool> {
    const SQL: &str = "DELETE FROM session WHERE token_hash = $1";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(token_hash).execute(conn))? > 0)
}

/// Removes expired sessions; how many there were.
pub async fn delete_expired_sessions(tx: &mut Tx, now: i64) -> Result<u64> {
    const SQL: &str = "DELETE FROM session WHERE expires_at <= $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(now).execute(conn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, both_dbs};

    const NOW: i64 = 1_760_000_000;

    both_dbs! {
        async fn signed_data_is_counted_while_it_is_good(db: &Db) {
            let mut tx = db.write().await.unwrap();
            for (hash, uses) in [("a", 1), ("b", 1), ("a", 2)] {
                assert_eq!(count_sign_in(&mut tx, hash, NOW + 60, NOW).await.unwrap(), uses);
            }
            assert_eq!(count_sign_in(&mut tx, "a", NOW + 120, NOW + 61).await.unwrap(), 1, "forgotten");
        }

        async fn workspaces_people_and_roles(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = insert_workspace(&mut tx, "default", NOW).await.unwrap();
            let ann = insert_person(&mut tx, Some(7), "Ann", Some("ru"), NOW).await.unwrap();
            let ben = insert_person(&mut tx, None, "Ben", None, NOW).await.unwrap();
            upsert_membership(&mut tx, workspace.id, ann.id, Role::Owner, NOW).await.unwrap();
            upsert_membership(&mut tx, workspace.id, ben.id, Role::Viewer, NOW + 1).await.unwrap();
            tx.commit().await.unwrap();

            let mut tx = db.write().await.unwrap();
            assert_eq!(find_workspace(&mut tx, "default").await.unwrap(), Some(workspace.clone()));
            assert_eq!(find_workspace(&mut tx, "other").await.unwrap(), None);
            assert_eq!(find_workspace_by_id(&mut tx, workspace.id).await.unwrap(), Some(workspace.clone()));
            assert_eq!(list_workspaces(&mut tx, ben.id).await.unwrap(), std::slice::from_ref(&workspace));
            assert_eq!(list_all_workspaces(&mut tx).await.unwrap(), std::slice::from_ref(&workspace));
            assert_eq!(find_person(&mut tx, ann.id).await.unwrap(), Some(ann.clone()));
            assert_eq!(find_person_by_telegram(&mut tx, 7).await.unwrap(), Some(ann.clone()));
            assert_eq!(find_role(&mut tx, workspace.id, ben.id).await.unwrap(), Some(Role::Viewer));
            let names: Vec<_> = list_members(&mut tx, workspace.id).await.unwrap().into_iter().map(|m| (m.name, m.role)).collect();
            assert_eq!(names, [("Ann".to_owned(), Role::Owner), ("Ben".to_owned(), Role::Viewer)]);
            lock_workspace(&mut tx, workspace.id).await.unwrap();
            assert_eq!(count_owners(&mut tx, workspace.id).await.unwrap(), 1);
            upsert_membership(&mut tx, workspace.id, ben.id, Role::Owner, NOW + 2).await.unwrap();
            assert_eq!(count_owners(&mut tx, workspace.id).await.unwrap(), 2);
            assert!(delete_membership(&mut tx, workspace.id, ann.id).await.unwrap());
            assert!(!delete_membership(&mut tx, workspace.id, ann.id).await.unwrap());
            assert_eq!(find_role(&mut tx, workspace.id, ann.id).await.unwrap(), None);
            assert!(set_language(&mut tx, ben.id, Some("uz")).await.unwrap());
            assert_eq!(find_person(&mut tx, ben.id).await.unwrap().unwrap().language.as_deref(), Some("uz"));
            assert!(!set_language(&mut tx, PersonId(999), None).await.unwrap());
        }

        async fn names_and_telegram_ids_are_unique(db: &Db) {
            let mut tx = db.write().await.unwrap();
            insert_workspace(&mut tx, "default", NOW).await.unwrap();
            insert_person(&mut tx, Some(7), "Ann", None, NOW).await.unwrap();
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let error = insert_workspace(&mut tx, "default", NOW).await.unwrap_err();
            assert!(matches!(&error, Error::Conflict { constraint } if constraint == "workspace_name"), "{error}");
            drop(tx);
            let mut tx = db.write().await.unwrap();
            let error = insert_person(&mut tx, Some(7), "Other", None, NOW).await.unwrap_err();
            assert!(matches!(&error, Error::Conflict { constraint } if constraint == "person_telegram_id"), "{error}");
        }

        async fn an_invitation_is_accepted_once(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = insert_workspace(&mut tx, "default", NOW).await.unwrap().id;
            let ann = insert_person(&mut tx, None, "Ann", None, NOW).await.unwrap().id;
            let [first, second, third] = [b"one", b"two", b"six"];
            let one = insert_invitation(&mut tx, workspace, first, Role::Editor, ann, NOW, NOW + 60).await.unwrap();
            let two = insert_invitation(&mut tx, workspace, second, Role::Viewer, ann, NOW, NOW + 60).await.unwrap();
            let old = insert_invitation(&mut tx, workspace, third, Role::Viewer, ann, NOW, NOW + 1).await.unwrap();
            assert_eq!(find_invitation_by_hash(&mut tx, first).await.unwrap(), Some(one.clone()));
            assert!(accept_invitation(&mut tx, one.id, ann, NOW + 5).await.unwrap());
            assert!(!accept_invitation(&mut tx, one.id, ann, NOW + 6).await.unwrap());
            assert!(revoke_invitation(&mut tx, workspace, two.id, NOW + 5).await.unwrap());
            assert!(!revoke_invitation(&mut tx, workspace, one.id, NOW + 5).await.unwrap());
            assert!(!accept_invitation(&mut tx, two.id, ann, NOW + 6).await.unwrap());
            assert!(!accept_invitation(&mut tx, old.id, ann, NOW + 1).await.unwrap(), "expired");
            let listed: Vec<_> = list_invitations(&mut tx, workspace).await.unwrap().into_iter().map(|i| (i.id, i.accepted_by, i.revoked_at)).collect();
            assert_eq!(listed, [(old.id, None, None), (two.id, None, Some(NOW + 5)), (one.id, Some(ann), None)]);
            assert_eq!(delete_invitations_before(&mut tx, NOW + 5).await.unwrap(), 1, "the expired one");
            assert_eq!(delete_invitations_before(&mut tx, NOW + 6).await.unwrap(), 2, "the used and the revoked one");
        }

        async fn open_invitations_of_one_person_are_revoked(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let [here, there] = ["default", "other"];
            let here = insert_workspace(&mut tx, here, NOW).await.unwrap().id;
            let there = insert_workspace(&mut tx, there, NOW).await.unwrap().id;
            let ann = insert_person(&mut tx, None, "Ann", None, NOW).await.unwrap().id;
            let ben = insert_person(&mut tx, None, "Ben", None, NOW).await.unwrap().id;
            let used = insert_invitation(&mut tx, here, b"1", Role::Viewer, ann, NOW, NOW + 60).await.unwrap().id;
            let taken_back = insert_invitation(&mut tx, here, b"2", Role::Viewer, ann, NOW, NOW + 60).await.unwrap().id;
            let open = insert_invitation(&mut tx, here, b"3", Role::Owner, ann, NOW, NOW + 60).await.unwrap().id;
            let of_ben = insert_invitation(&mut tx, here, b"4", Role::Owner, ben, NOW, NOW + 60).await.unwrap().id;
            insert_invitation(&mut tx, there, b"5", Role::Owner, ann, NOW, NOW + 60).await.unwrap();
            assert!(accept_invitation(&mut tx, used, ben, NOW + 1).await.unwrap());
            assert!(revoke_invitation(&mut tx, here, taken_back, NOW + 2).await.unwrap());
            assert_eq!(revoke_invitations_of(&mut tx, here, ann, NOW + 5).await.unwrap(), 1);
            assert_eq!(revoke_invitations_of(&mut tx, here, ann, NOW + 6).await.unwrap(), 0);
            let revoked: Vec<_> = list_invitations(&mut tx, here).await.unwrap().into_iter().map(|i| (i.id, i.revoked_at)).collect();
            assert_eq!(revoked, [(of_ben, None), (open, Some(NOW + 5)), (taken_back, Some(NOW + 2)), (used, None)]);
            assert_eq!(list_invitations(&mut tx, there).await.unwrap()[0].revoked_at, None);
        }

        async fn sessions_end(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let ann = insert_person(&mut tx, None, "Ann", None, NOW).await.unwrap().id;
            insert_session(&mut tx, b"hash", ann, NOW, NOW + 100).await.unwrap();
            assert_eq!(find_session(&mut tx, b"hash", NOW + 99).await.unwrap().unwrap().person_id, ann);
            assert_eq!(find_session(&mut tx, b"hash", NOW + 100).await.unwrap(), None);
            assert!(touch_session(&mut tx, b"hash", NOW + 50, NOW + 200).await.unwrap());
            let session = find_session(&mut tx, b"hash", NOW + 150).await.unwrap().unwrap();
            assert_eq!((session.seen_at, session.expires_at), (NOW + 50, NOW + 200));
            insert_session(&mut tx, b"old", ann, NOW, NOW + 100).await.unwrap();
            assert_eq!(delete_expired_sessions(&mut tx, NOW + 150).await.unwrap(), 1);
            assert!(revoke_session(&mut tx, b"hash").await.unwrap());
            assert!(!revoke_session(&mut tx, b"hash").await.unwrap());
        }
    }
}
