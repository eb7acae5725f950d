//! Accounts of Telegram that read channels: who may have one, what it did, how it is stopped. Its session is sealed in
//! the database and open only where [`Held`] has leased it: Telegram voids a key that is used in two places.

mod held;
mod settings;

use std::time::Duration;

use domain::collect::account::{Account, AccountEvent, masked_phone};
use domain::ids::AccountId;
use mtproto::login::SignedIn;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::accounts as rows;
pub use store::accounts::Calls;

use crate::identity::{Viewer, permission, require};
use crate::{Clash, Ctx, Error, Outage, Result, What, audit};

pub use held::{Asked, Halt, Held, LEASE_S, Lease};
pub use settings::{Accounts, Reads};

/// What accounts were used for is kept this long.
pub const CALLS_KEPT_S: i64 = 90 * 86_400;
/// Who is stopped ends its calls and lets the session go within this.
const LETS_GO_WITHIN: Duration = Duration::from_secs(30);

/// Job: removes what accounts were used for long ago.
pub struct TrimAccountCalls;

impl TrimAccountCalls {
    pub const KIND: &'static str = "trim-account-calls";
}

/// An account, and what Telegram has asked it to wait for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCard {
    #[serde(flatten)]
    pub account: Account,
    /// channels it reads
    pub channels: i64,
    /// method and until when (unix seconds), the longest first
    pub waits: Vec<(String, i64)>,
}

/// The accounts of the viewer's workspace, the oldest first.
pub async fn list(ctx: &Ctx, viewer: &Viewer) -> Result<Vec<AccountCard>> {
    require(viewer, permission::MANAGE_ACCOUNTS)?;
    let now = ctx.now();
    let mut tx = ctx.db.read().await?;
    let mut cards = Vec::new();
    for account in rows::list(&mut tx, viewer.workspace()).await? {
        let budgets = rows::list_budgets(&mut tx, account.id).await?.into_iter();
        let mut waits: Vec<(String, i64)> = budgets
            .filter_map(|(method, bucket)| Some((method, bucket.closed_until.filter(|until| *until > now)?)))
            .collect();
        waits.sort_by_key(|(_, until)| std::cmp::Reverse(*until));
        let channels = store::collect::reading::list_of(&mut tx, account.id).await?.len() as i64;
        cards.push(AccountCard { account, channels, waits });
    }
    Ok(cards)
}

/// Whether an account of the workspace could read a channel: for whoever connects channels and may not see accounts.
pub async fn any_usable(ctx: &Ctx, viewer: &Viewer) -> Result<bool> {
    require(viewer, permission::SEE_SETTINGS)?;
    if ctx.accounts.is_none() {
        return Ok(false);
    }
    let accounts = rows::list(&mut ctx.db.read().await?, viewer.workspace()).await?;
    Ok(accounts.iter().any(|account| account.state.is_usable()))
}

/// What an account was used for since a moment (unix seconds), newest hour first.
pub async fn calls(ctx: &Ctx, viewer: &Viewer, account: AccountId, since: i64) -> Result<Vec<Calls>> {
    require(viewer, permission::MANAGE_ACCOUNTS)?;
    let mut tx = ctx.db.read().await?;
    let account = find_in(&mut tx, viewer, account).await?;
    Ok(rows::list_calls(&mut tx, account.id, since).await?)
}

/// Keeps an account that has just signed in; one that was there is signed in again, and what it read goes on.
pub async fn keep(ctx: &Ctx, viewer: &Viewer, signed_in: &SignedIn, phone: Option<&str>) -> Result<Account> {
    require(viewer, permission::MANAGE_ACCOUNTS)?;
    let settings = settings(ctx)?;
    let me = &signed_in.me;
    let name = [Some(me.first_name.as_str()), me.last_name.as_deref()];
    let name = name.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let row = rows::SignedIn {
        workspace_id: viewer.workspace(),
        telegram_id: me.id,
        name: if name.is_empty() { me.id.to_string() } else { name },
        phone: phone.map(masked_phone),
    };
    let mut tx = ctx.db.write().await?;
    let id = rows::upsert(&mut tx, &row, ctx.now()).await?;
    // sealed for the id, which only now is known
    let sealed = signed_in.session.seal(&settings.telegram.key, id);
    let sealed = sealed.map_err(|error| Error::internal(&error))?;
    rows::set_session(&mut tx, id, sealed.as_bytes()).await?;
    unblock(ctx, &mut tx, id).await?;
    let detail = json!({ "telegram_id": me.id });
    audit::record(ctx, &mut tx, viewer, "accounts.sign-in", &row.name, &detail).await?;
    let account = find_in(&mut tx, viewer, id).await?;
    tx.commit().await?;
    Ok(account)
}

/// The kill switch: from now on nothing is called by this account. Calls under way end; its session stays signed in.
pub async fn stop(ctx: &Ctx, viewer: &Viewer, account: AccountId) -> Result<()> {
    require(viewer, permission::MANAGE_ACCOUNTS)?;
    let mut tx = ctx.db.write().await?;
    stop_in(ctx, &mut tx, viewer, account).await?;
    Ok(tx.commit().await?)
}

/// [`stop`] of all accounts of the workspace; how many were stopped.
pub async fn stop_all(ctx: &Ctx, viewer: &Viewer) -> Result<usize> {
    require(viewer, permission::MANAGE_ACCOUNTS)?;
    let mut tx = ctx.db.write().await?;
    let accounts = rows::list(&mut tx, viewer.workspace()).await?;
    let mut stopped = 0;
    for account in accounts.iter().filter(|account| account.state.is_usable()) {
        stop_in(ctx, &mut tx, viewer, account.id).await?;
        stopped += 1;
    }
    tx.commit().await?;
    Ok(stopped)
}

async fn stop_in(ctx: &Ctx, tx: &mut Tx, viewer: &Viewer, account: AccountId) -> Result<()> {
    let account = find_in(tx, viewer, account).await?;
    held::enter(ctx, tx, &account, AccountEvent::Stopped, Some("stopped by a person"), None).await?;
    audit::record(ctx, tx, viewer, "accounts.stop", &account.name, &json!({ "telegram_id": account.telegram_id })).await
}

/// Undoes [`stop`]. [`Clash::SignInAgain`] where Telegram has ended the session.
pub async fn resume(ctx: &Ctx, viewer: &Viewer, account: AccountId) -> Result<()> {
    require(viewer, permission::MANAGE_ACCOUNTS)?;
    let mut tx = ctx.db.write().await?;
    let account = find_in(&mut tx, viewer, account).await?;
    if !account.state.after(AccountEvent::Resumed).is_usable() {
        return Err(Error::Conflict(Clash::SignInAgain));
    }
    held::enter(ctx, &mut tx, &account, AccountEvent::Resumed, None, None).await?;
    unblock(ctx, &mut tx, account.id).await?;
    let detail = json!({ "telegram_id": account.telegram_id });
    audit::record(ctx, &mut tx, viewer, "accounts.resume", &account.name, &detail).await?;
    Ok(tx.commit().await?)
}

/// Signs out at Telegram and forgets the account; what it read stays, and another account goes on with the channels that
/// have a name. `force`: also where Telegram cannot be told,
/// which leaves the session for the person to end in Telegram ([`Clash::NotSignedOut`] otherwise).
pub async fn remove(ctx: &Ctx, viewer: &Viewer, account: AccountId, force: bool) -> Result<()> {
    require(viewer, permission::MANAGE_ACCOUNTS)?;
    let mut tx = ctx.db.write().await?;
    let found = find_in(&mut tx, viewer, account).await?;
    if found.state.is_usable() {
        stop_in(ctx, &mut tx, viewer, account).await?;
    }
    tx.commit().await?;
    let is_signed_in = found.state.after(AccountEvent::Resumed).is_usable();
    let signed_out = !is_signed_in || held::sign_out(ctx, account, LETS_GO_WITHIN).await?;
    if !signed_out && !force {
        return Err(Error::Conflict(Clash::NotSignedOut));
    }
    let mut tx = ctx.db.write().await?;
    held::hand_over(ctx, &mut tx, &found).await?;
    rows::delete(&mut tx, account).await?;
    let detail = json!({ "telegram_id": found.telegram_id, "signed_out": signed_out });
    audit::record(ctx, &mut tx, viewer, "accounts.remove", &found.name, &detail).await?;
    Ok(tx.commit().await?)
}

/// For the job; how many rows there were.
pub async fn trim_calls(ctx: &Ctx) -> Result<u64> {
    let mut tx = ctx.db.write().await?;
    let removed = rows::delete_calls_before(&mut tx, ctx.now() - CALLS_KEPT_S).await?;
    tx.commit().await?;
    Ok(removed)
}

/// Accounts of all workspaces that nobody uses, for the collector.
pub async fn free(ctx: &Ctx) -> Result<Vec<AccountId>> {
    Ok(rows::list_free(&mut ctx.db.read().await?, ctx.now()).await?)
}

/// An account of the workspace; one of another is as unknown as one that is not.
pub(crate) async fn find_in(tx: &mut Tx, viewer: &Viewer, account: AccountId) -> Result<Account> {
    let found = rows::find(tx, account).await?;
    found.filter(|found| found.workspace_id == viewer.workspace()).ok_or(Error::NotFound(What::Account))
}

pub(crate) fn settings(ctx: &Ctx) -> Result<&Accounts> {
    ctx.accounts.as_deref().ok_or(Error::Unavailable(Outage::NoAccounts))
}

/// The channels that the account reads are looked at again at once.
async fn unblock(ctx: &Ctx, tx: &mut Tx, account: AccountId) -> Result<()> {
    use domain::collect::connection::Mode;
    use store::collect::{connections, reading};
    for channel in reading::list_of(tx, account).await? {
        connections::unblocked(tx, channel.channel_id, Mode::Session).await?;
        reading::upsert(tx, &reading::Reading { paused_until: 0, ..channel.clone() }).await?;
        store::collect::bump(tx, channel.channel_id, ctx.now()).await?;
    }
    Ok(())
}
