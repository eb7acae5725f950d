//! Accounts of Telegram that collect: their sealed sessions, who uses them, and what they were used for.

use domain::collect::account::{Account, AccountState, HEALTH_BEST};
use domain::collect::budget::Bucket;
use domain::ids::{AccountId, WorkspaceId};

use crate::{Result, Tx, execute, on};

/// An account that has just signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub workspace_id: WorkspaceId,
    /// Telegram's
    pub telegram_id: i64,
    pub name: String,
    /// masked
    pub phone: Option<String>,
}

/// Calls of one method within an hour that came to the same.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Calls {
    /// the hour's beginning, unix seconds
    pub hour: i64,
    pub method: String,
    /// `answered`, or the kind of failure
    pub outcome: String,
    pub calls: i64,
    /// seconds that Telegram has asked to wait, in all
    pub waits_s: i64,
}

/// An account that is there under its Telegram id is signed in again. It has no session before [`set_session`], which
/// belongs into the same unit of work: a session is sealed for the id. Whoever used the session before has lost it.
pub async fn upsert(tx: &mut Tx, signed_in: &SignedIn, now: i64) -> Result<AccountId> {
    const SQL: &str = "INSERT INTO account (workspace_id, telegram_id, name, phone, session, state, health, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
        ON CONFLICT (workspace_id, telegram_id) DO UPDATE SET name = excluded.name, \
            phone = COALESCE(excluded.phone, account.phone), session = excluded.session, state = excluded.state, \
            reason = NULL, health = excluded.health, retry_at = NULL, holder = NULL, leased_until = NULL \
        RETURNING id";
    on!(tx, |conn| sqlx::query_scalar(SQL)
        .bind(signed_in.workspace_id)
        .bind(signed_in.telegram_id)
        .bind(&signed_in.name)
        .bind(&signed_in.phone)
        .bind(Vec::<u8>::new())
        .bind(AccountState::Active)
        .bind(HEALTH_BEST)
        .bind(now)
        .fetch_one(conn))
}

pub async fn set_session(tx: &mut Tx, account: AccountId, sealed: &[u8]) -> Result<()> {
    const SQL: &str = "UPDATE account SET session = $2 WHERE id = $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(account).bind(sealed).execute(conn))?;
    Ok(())
}

/// The sealed session.
pub async fn session(tx: &mut Tx, account: AccountId) -> Result<Option<Vec<u8>>> {
    const SQL: &str = "SELECT session FROM account WHERE id = $1";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(account).fetch_optional(conn))
}

pub async fn find(tx: &mut Tx, account: AccountId) -> Result<Option<Account>> {
    const SQL: &str = "SELECT id, workspace_id, telegram_id, name, phone, state, reason, health, retry_at, leased_until, \
        created_at, answered_at FROM account WHERE id = $1";
    on!(tx, |conn| sqlx::query_as(SQL).bind(account).fetch_optional(conn))
}

/// By Telegram's id of the account.
pub async fn find_by_telegram(tx: &mut Tx, workspace: WorkspaceId, telegram_id: i64) -> Result<Option<Account>> {
    const SQL: &str = "SELECT id, workspace_id, telegram_id, name, phone, state, reason, health, retry_at, leased_until, \
        created_at, answered_at FROM account WHERE workspace_id = $1 AND telegram_id = $2";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).bind(telegram_id).fetch_optional(conn))
}

/// Of a workspace, the oldest first.
pub async fn list(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<Account>> {
    const SQL: &str = "SELECT id, workspace_id, telegram_id, name, phone, state, reason, health, retry_at, leased_until, \
        created_at, answered_at FROM account WHERE workspace_id = $1 ORDER BY id";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).fetch_all(conn))
}

/// Accounts of all workspaces that may be used and nobody uses: those of whoever has died among them.
pub async fn list_free(tx: &mut Tx, now: i64) -> Result<Vec<AccountId>> {
    const SQL: &str = "SELECT id FROM account WHERE (state = $2 OR (state = $3 AND COALESCE(retry_at, 0) <= $1)) \
        AND (leased_until IS NULL OR leased_until <= $1) ORDER BY id";
    on!(tx, |conn| sqlx::query_scalar(SQL)
        .bind(now)
        .bind(AccountState::Active)
        .bind(AccountState::Waiting)
        .fetch_all(conn))
}

/// Whether `holder` uses the account's session until `until`: it does already, nobody does, or whoever did has let the
/// lease run out.
pub async fn lease(tx: &mut Tx, account: AccountId, holder: &str, now: i64, until: i64) -> Result<bool> {
    const SQL: &str = "UPDATE account SET holder = $2, leased_until = $4 \
        WHERE id = $1 AND (holder = $2 OR leased_until IS NULL OR leased_until <= $3)";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(account).bind(holder).bind(now).bind(until).execute(conn))? > 0)
}

/// `false`: another has taken it, or it is gone.
pub async fn renew(tx: &mut Tx, account: AccountId, holder: &str, until: i64) -> Result<bool> {
    const SQL: &str = "UPDATE account SET leased_until = $3 WHERE id = $1 AND holder = $2";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(account).bind(holder).bind(until).execute(conn))? > 0)
}

/// Whether the lease is this holder's; it may have run out, as long as nobody else has taken it.
pub async fn is_held_by(tx: &mut Tx, account: AccountId, holder: &str) -> Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM account WHERE id = $1 AND holder = $2";
    let held: i64 = on!(tx, |conn| sqlx::query_scalar(SQL).bind(account).bind(holder).fetch_one(conn))?;
    Ok(held > 0)
}

pub async fn release(tx: &mut Tx, account: AccountId, holder: &str) -> Result<()> {
    const SQL: &str = "UPDATE account SET holder = NULL, leased_until = NULL WHERE id = $1 AND holder = $2";
    execute!(tx, |conn| sqlx::query(SQL).bind(account).bind(holder).execute(conn))?;
    Ok(())
}

/// The session as its holder leaves it; `false` when somebody else holds it meanwhile, or it was signed in anew.
pub async fn keep_session(tx: &mut Tx, account: AccountId, holder: &str, sealed: &[u8]) -> Result<bool> {
    const SQL: &str = "UPDATE account SET session = $3 WHERE id = $1 AND holder = $2";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(account).bind(holder).bind(sealed).execute(conn))? > 0)
}

pub async fn set_state(
    tx: &mut Tx,
    account: AccountId,
    state: AccountState,
    reason: Option<&str>,
    retry_at: Option<i64>,
) -> Result<()> {
    const SQL: &str = "UPDATE account SET state = $2, reason = $3, retry_at = $4 WHERE id = $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(account).bind(state).bind(reason).bind(retry_at).execute(conn))?;
    Ok(())
}

/// `answered_at`: of the last answered call, where there was one.
pub async fn set_health(tx: &mut Tx, account: AccountId, health: i64, answered_at: Option<i64>) -> Result<()> {
    const SQL: &str = "UPDATE account SET health = $2, answered_at = COALESCE($3, answered_at) WHERE id = $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(account).bind(health).bind(answered_at).execute(conn))?;
    Ok(())
}

/// With its session, its calls and its budgets.
pub async fn delete(tx: &mut Tx, account: AccountId) -> Result<()> {
    const SQL: &str = "DELETE FROM account WHERE id = $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(account).execute(conn))?;
    Ok(())
}

/// Adds to what is known of the same hour, method and outcome.
pub async fn add_calls(tx: &mut Tx, account: AccountId, calls: &Calls) -> Result<()> {
    const SQL: &str = "INSERT INTO account_call (account_id, hour, method, outcome, calls, waits_s) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, hour, method, outcome) DO UPDATE \
        SET calls = account_call.calls + excluded.calls, waits_s = account_call.waits_s + excluded.waits_s";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(account)
        .bind(calls.hour)
        .bind(&calls.method)
        .bind(&calls.outcome)
        .bind(calls.calls)
        .bind(calls.waits_s)
        .execute(conn))?;
    Ok(())
}

/// Since a moment (unix seconds), newest hour first.
pub async fn list_calls(tx: &mut Tx, account: AccountId, since: i64) -> Result<Vec<Calls>> {
    const SQL: &str = "SELECT hour, method, outcome, calls, waits_s FROM account_call \
        WHERE account_id = $1 AND hour >= $2 ORDER BY hour DESC, method, outcome";
    on!(tx, |conn| sqlx::query_as(SQL).bind(account).bind(since).fetch_all(conn))
}

/// How many rows there were.
pub async fn delete_calls_before(tx: &mut Tx, at: i64) -> Result<u64> {
    const SQL: &str = "DELETE FROM account_call WHERE hour < $1";
    execute!(tx, |conn| sqlx::query(SQL).bind(at).execute(conn))
}

/// What an account has left, by method.
pub async fn list_budgets(tx: &mut Tx, account: AccountId) -> Result<Vec<(String, Bucket)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        method: String,
        #[sqlx(flatten)]
        bucket: Bucket,
    }
    const SQL: &str = "SELECT method, calls, at, closed_until FROM account_budget WHERE account_id = $1";
    let rows: Vec<Row> = on!(tx, |conn| sqlx::query_as(SQL).bind(account).fetch_all(conn))?;
    Ok(rows.into_iter().map(|row| (row.method, row.bucket)).collect())
}

pub async fn set_budget(tx: &mut Tx, account: AccountId, method: &str, bucket: &Bucket) -> Result<()> {
    const SQL: &str = "INSERT INTO account_budget (account_id, method, calls, at, closed_until) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, method) DO UPDATE \
        SET calls = excluded.calls, at = excluded.at, closed_until = excluded.closed_until";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(account)
        .bind(method)
        .bind(bucket.calls)
        .bind(bucket.at)
        .bind(bucket.closed_until)
        .execute(conn))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::collect::budget::Pace;

    use super::*;
    use crate::{both_dbs, identity};

    const NOW: i64 = 1_760_000_000;

    async fn account(tx: &mut Tx, telegram_id: i64) -> AccountId {
        let workspace = match identity::find_workspace(tx, "default").await.unwrap() {
            Some(workspace) => workspace,
            None => identity::insert_workspace(tx, "default", NOW).await.unwrap(),
        };
        let signed_in = SignedIn {
            workspace_id: workspace.id,
            telegram_id,
            name: "Anya".to_owned(),
            phone: Some("+9•••••••••33".to_owned()),
        };
        let id = upsert(tx, &signed_in, NOW).await.unwrap();
        set_session(tx, id, &[1, 2, 3]).await.unwrap();
        id
    }

    both_dbs! {
        async fn one_process_uses_a_session(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let id = account(&mut tx, 11).await;
            assert_eq!(list_free(&mut tx, NOW).await.unwrap(), [id]);
            assert!(lease(&mut tx, id, "a", NOW, NOW + 60).await.unwrap());
            assert_eq!(list_free(&mut tx, NOW).await.unwrap(), []);
            assert!(!lease(&mut tx, id, "b", NOW + 59, NOW + 119).await.unwrap());
            assert!(renew(&mut tx, id, "a", NOW + 80).await.unwrap());
            assert!(lease(&mut tx, id, "b", NOW + 80, NOW + 140).await.unwrap(), "a has died");
            assert!(!renew(&mut tx, id, "a", NOW + 200).await.unwrap());
            assert!(is_held_by(&mut tx, id, "b").await.unwrap() && !is_held_by(&mut tx, id, "a").await.unwrap());
            assert!(!keep_session(&mut tx, id, "a", &[9]).await.unwrap());
            assert!(keep_session(&mut tx, id, "b", &[4]).await.unwrap());
            assert_eq!(session(&mut tx, id).await.unwrap(), Some(vec![4]));
            release(&mut tx, id, "a").await.unwrap();
            assert_eq!(list_free(&mut tx, NOW + 100).await.unwrap(), []);
            release(&mut tx, id, "b").await.unwrap();
            assert_eq!(list_free(&mut tx, NOW + 100).await.unwrap(), [id]);
        }

        async fn who_signs_in_again_is_the_same_account(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let id = account(&mut tx, 11).await;
            set_state(&mut tx, id, AccountState::SignedOut, Some("revoked"), None).await.unwrap();
            set_health(&mut tx, id, 40, Some(NOW + 1)).await.unwrap();
            assert_eq!(list_free(&mut tx, NOW).await.unwrap(), []);
            assert_eq!(account(&mut tx, 11).await, id);
            let found = find(&mut tx, id).await.unwrap().unwrap();
            assert_eq!((found.state, found.reason, found.health), (AccountState::Active, None, HEALTH_BEST));
            assert_eq!((found.answered_at, found.created_at), (Some(NOW + 1), NOW));
            let other = account(&mut tx, 12).await;
            let listed = list(&mut tx, found.workspace_id).await.unwrap();
            assert_eq!(listed.iter().map(|account| account.id).collect::<Vec<_>>(), [id, other]);
            assert_eq!(find_by_telegram(&mut tx, found.workspace_id, 12).await.unwrap().unwrap().id, other);
            delete(&mut tx, id).await.unwrap();
            assert_eq!(session(&mut tx, id).await.unwrap(), None);
        }

        async fn a_waiting_account_is_tried_when_its_time_has_come(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let id = account(&mut tx, 11).await;
            set_state(&mut tx, id, AccountState::Waiting, Some("no answer"), Some(NOW + 30)).await.unwrap();
            assert_eq!(list_free(&mut tx, NOW + 29).await.unwrap(), []);
            assert_eq!(list_free(&mut tx, NOW + 30).await.unwrap(), [id]);
        }

        async fn calls_of_an_hour_are_counted_together(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let id = account(&mut tx, 11).await;
            let calls = |hour, outcome: &str, calls, waits_s| Calls {
                hour, method: "messages.getHistory".to_owned(), outcome: outcome.to_owned(), calls, waits_s,
            };
            for one in [calls(3_600, "answered", 2, 0), calls(3_600, "answered", 3, 0), calls(3_600, "wait", 1, 31), calls(7_200, "answered", 1, 0)] {
                add_calls(&mut tx, id, &one).await.unwrap();
            }
            let known = [calls(7_200, "answered", 1, 0), calls(3_600, "answered", 5, 0), calls(3_600, "wait", 1, 31)];
            assert_eq!(list_calls(&mut tx, id, 0).await.unwrap(), known);
            assert_eq!(delete_calls_before(&mut tx, 7_200).await.unwrap(), 2);
            assert_eq!(list_calls(&mut tx, id, 0).await.unwrap(), known[..1]);
        }

        async fn budgets_are_kept_by_method(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let id = account(&mut tx, 11).await;
            let mut bucket = Bucket::full(Pace { burst: 3.0, per_hour: 60.0 }, NOW);
            set_budget(&mut tx, id, "a.b", &bucket).await.unwrap();
            bucket.close(NOW, 31);
            set_budget(&mut tx, id, "a.b", &bucket).await.unwrap();
            assert_eq!(list_budgets(&mut tx, id).await.unwrap(), [("a.b".to_owned(), bucket)]);
        }
    }
}
