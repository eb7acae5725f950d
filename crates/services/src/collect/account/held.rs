//! An account that this process has leased, and the one way to call Telegram with it: paced, noted, with waits kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use domain::collect::account::{Account, AccountEvent, AccountState, health_after};
use domain::collect::budget::{ALL_METHODS, Bucket};
use domain::collect::connection::{Mode, Obstacle};
use domain::ids::AccountId;
use mtproto::{CallError, SealedSession, UpdateStream};
use store::Tx;
use store::accounts as rows;
use store::collect::{connections, reading};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Accounts, settings};
use crate::identity::token;
use crate::{Ctx, Error, Result};

/// Who dies with an account keeps others from it for so long.
pub const LEASE_S: i64 = 60;
/// After so many calls in a row without an answer the account rests.
const FAILURES_MAX: u32 = 3;
const REST_S: i64 = 60;
/// A server of Telegram's that has trouble is asked again after this.
const TROUBLE_S: i64 = 5;

/// An answer, or why there is none.
pub type Asked<T> = std::result::Result<T, Halt>;

/// Why something was not asked or not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// The method is not to be called before `at` (unix seconds): its pace, or Telegram, says so.
    NotBefore { at: i64, method: &'static str },
    /// Telegram's answer about what was asked for.
    Refused(CallError),
    /// The account cannot be used any more, by this process at least.
    Ended,
    /// Ours.
    Failed(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<store::Error> for Halt {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// A leased account. Whoever has it calls [`Held::keep`] well within [`LEASE_S`], and [`Held::close`] in the end.
pub struct Held {
    ctx: Ctx,
    settings: Arc<Accounts>,
    id: AccountId,
    holder: String,
    telegram: mtproto::Account,
    session_changes: watch::Receiver<u64>,
    buckets: HashMap<&'static str, Bucket>,
    unwritten: Unwritten,
    health: i64,
    /// calls in a row without an answer
    failures: u32,
    /// it was waiting, and has not been answered yet
    is_waiting: bool,
}

/// What the database is told with the next unit of work.
#[derive(Default)]
struct Unwritten {
    buckets: BTreeSet<&'static str>,
    /// by hour, method and outcome: calls, and seconds to wait
    calls: BTreeMap<(i64, &'static str, &'static str), (i64, i64)>,
    answered_at: Option<i64>,
    recovered: bool,
}

impl Held {
    /// Leases an account and opens its session; `None`: another process has it, or it is not to be used. An account
    /// whose session cannot be opened waits: with the right key in the configuration it goes on.
    pub async fn open(ctx: &Ctx, id: AccountId) -> Result<Option<(Self, UpdateStream)>> {
        let settings = Arc::clone(ctx.accounts.as_ref().ok_or(Error::Unavailable(crate::Outage::NoAccounts))?);
        let holder = token::short_id();
        let now = ctx.now();
        let mut tx = ctx.db.write().await?;
        let Some(account) = rows::find(&mut tx, id).await?.filter(|account| account.state.is_usable()) else {
            return Ok(None);
        };
        if !rows::lease(&mut tx, id, &holder, now, now + LEASE_S).await? {
            return Ok(None);
        }
        let sealed = SealedSession::from_bytes(rows::session(&mut tx, id).await?.unwrap_or_default());
        let budgets = rows::list_budgets(&mut tx, id).await?;
        let opened = mtproto::Account::start(&settings.telegram, id, &sealed, settings.proxies.clone());
        let (telegram, updates) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(account = id.0, "the session of account {id} cannot be opened: {error}");
                let (event, reason) = (AccountEvent::Unreachable, error.to_string());
                enter(ctx, &mut tx, &account, event, Some(&reason), Some(now + REST_S)).await?;
                rows::release(&mut tx, id, &holder).await?;
                tx.commit().await?;
                return Ok(None);
            }
        };
        tx.commit().await?;
        let known = |name: String| mtproto::methods::names().chain([ALL_METHODS]).find(|method| *method == name);
        let buckets = budgets.into_iter().filter_map(|(name, bucket)| Some((known(name)?, bucket))).collect();
        let held = Self {
            ctx: ctx.clone(),
            settings,
            id,
            holder,
            session_changes: telegram.session_changed(),
            telegram,
            buckets,
            unwritten: Unwritten::default(),
            health: account.health,
            failures: 0,
            is_waiting: account.state == AccountState::Waiting,
        };
        Ok(Some((held, updates)))
    }

    pub fn id(&self) -> AccountId {
        self.id
    }

    pub fn settings(&self) -> &Accounts {
        &self.settings
    }

    pub fn telegram(&self) -> &mtproto::Account {
        &self.telegram
    }

    /// When a method may be called, unix seconds; now or earlier: at once.
    pub fn opens_at(&self, method: &'static str) -> i64 {
        let now = self.ctx.now();
        let at = |method| {
            let pace = self.settings.pace(method);
            self.buckets.get(method).map_or(now, |bucket| bucket.opens_at(pace, now))
        };
        at(method).max(at(ALL_METHODS))
    }

    /// Calls Telegram, if the pace of the method allows it just now.
    pub async fn ask<T, F>(&mut self, method: &'static str, call: impl FnOnce(mtproto::Account) -> F) -> Asked<T>
    where
        F: Future<Output = std::result::Result<T, CallError>>,
    {
        let now = self.ctx.now();
        let at = self.opens_at(method);
        if at > now {
            return Err(Halt::NotBefore { at, method });
        }
        for name in [method, ALL_METHODS] {
            let pace = self.settings.pace(name);
            self.buckets.entry(name).or_insert_with(|| Bucket::full(pace, now)).take(pace, now);
            self.unwritten.buckets.insert(name);
        }
        let answer = call(self.telegram.clone()).await;
        let outcome = answer.as_ref().map_or_else(CallError::as_str, |_| "answered");
        let waits_s = match &answer {
            Err(CallError::Wait { seconds, .. }) => i64::from(*seconds),
            _ => 0,
        };
        let now = self.ctx.now();
        let noted = self.unwritten.calls.entry((now - now % 3_600, method, outcome)).or_default();
        noted.0 += 1;
        noted.1 += waits_s;
        match answer {
            Ok(answer) => {
                self.answered(now);
                Ok(answer)
            }
            Err(error) => Err(self.failed(method, error, now).await),
        }
    }

    /// A sign of life from outside of [`Self::ask`].
    fn answered(&mut self, now: i64) {
        self.health = health_after(self.health, true);
        self.failures = 0;
        self.unwritten.answered_at = Some(now);
        self.unwritten.recovered |= std::mem::take(&mut self.is_waiting);
    }

    /// What becomes of a failure; also of one that following updates has met.
    pub async fn failed(&mut self, method: &'static str, error: CallError, now: i64) -> Halt {
        let event = match &error {
            CallError::Wait { seconds, .. } => {
                // Telegram has spoken: the account is well
                self.answered(now);
                self.bucket_of(method, now).close(now, *seconds);
                metrics::counter!("analyticbot_mtproto_waits_total", "method" => method).increment(1);
                tracing::warn!(account = self.id.0, method, seconds, "Telegram asks account {} to wait", self.id);
                let at = now + i64::from(*seconds);
                // a wait that is not on record would be forgotten by the next process
                return match self.note().await {
                    Ok(()) => Halt::NotBefore { at, method },
                    Err(error) => Halt::Failed(error),
                };
            }
            CallError::Stopped => return Halt::Ended,
            CallError::SignedOut { .. } => AccountEvent::SessionEnded,
            CallError::Banned => AccountEvent::Banned,
            CallError::Silent { .. } | CallError::Unreachable { .. } => {
                self.health = health_after(self.health, false);
                self.failures += 1;
                tracing::warn!(account = self.id.0, method, "no answer for account {}: {error}", self.id);
                if self.failures < FAILURES_MAX {
                    return Halt::NotBefore { at: now + i64::from(self.failures), method };
                }
                AccountEvent::Unreachable
            }
            error if error.is_temporary() => return Halt::NotBefore { at: now + TROUBLE_S, method },
            _ => {
                self.answered(now);
                return Halt::Refused(error);
            }
        };
        match self.end(event, &error.to_string()).await {
            Ok(()) => Halt::Ended,
            Err(error) => Halt::Failed(error),
        }
    }

    fn bucket_of(&mut self, method: &'static str, now: i64) -> &mut Bucket {
        self.unwritten.buckets.insert(method);
        let pace = self.settings.pace(method);
        self.buckets.entry(method).or_insert_with(|| Bucket::full(pace, now))
    }

    async fn end(&mut self, event: AccountEvent, reason: &str) -> Result<()> {
        tracing::error!(account = self.id.0, "account {} ends: {reason}", self.id);
        let retry_at = (event == AccountEvent::Unreachable).then(|| self.ctx.now() + REST_S);
        // an account that had come back has, before it ends
        self.note().await?;
        let mut tx = self.ctx.db.write().await?;
        if let Some(account) = rows::find(&mut tx, self.id).await? {
            enter(&self.ctx, &mut tx, &account, event, Some(reason), retry_at).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Notes what was called and keeps the session, if all is written that updates have told up to it (`is_written`,
    /// asked once it is sealed). What another holds is not written over.
    pub async fn keep(&mut self, is_written: impl FnOnce() -> bool + Send) -> Result<()> {
        let mut tx = self.ctx.db.write().await?;
        self.keep_session(&mut tx, is_written).await?;
        self.commit(tx).await
    }

    /// The lease alone, to watch over and renew it while the account works.
    pub fn lease(&self) -> Lease {
        Lease { ctx: self.ctx.clone(), id: self.id, holder: self.holder.clone() }
    }

    /// Ends the connections, keeps the session, if all is written that updates have told, and lets the account go.
    pub async fn close(mut self, is_written: bool) -> Result<()> {
        self.telegram.clone().stop().await;
        let mut tx = self.ctx.db.write().await?;
        self.keep_session(&mut tx, || is_written).await?;
        if let Some(account) = rows::find(&mut tx, self.id).await? {
            // what was being read when the account was ended has cleared it
            if let Some(obstacle) = account.state.obstacle() {
                block(&self.ctx, &mut tx, self.id, obstacle, account.retry_at).await?;
            }
        }
        rows::release(&mut tx, self.id, &self.holder).await?;
        self.commit(tx).await
    }

    async fn keep_session(&mut self, tx: &mut Tx, is_written: impl FnOnce() -> bool + Send) -> Result<()> {
        // the sender lives as long as the account
        if !self.session_changes.has_changed().unwrap_or(false) {
            return Ok(());
        }
        self.session_changes.mark_unchanged();
        let sealed = self.telegram.sealed_session().map_err(|error| Error::internal(&error))?;
        if is_written() {
            rows::keep_session(tx, self.id, &self.holder, sealed.as_bytes()).await?;
        } else {
            self.session_changes.mark_changed();
        }
        Ok(())
    }

    async fn note(&mut self) -> Result<()> {
        let tx = self.ctx.db.write().await?;
        self.commit(tx).await
    }

    /// Ends a unit of work, with what was called since the last one. A unit of work that is cut off, or fails, takes
    /// nothing of that with it.
    pub(crate) async fn commit(&mut self, mut tx: Tx) -> Result<()> {
        // an account that was removed meanwhile has no record
        if rows::find(&mut tx, self.id).await?.is_some() {
            self.note_in(&mut tx).await?;
        }
        tx.commit().await?;
        self.unwritten = Unwritten::default();
        Ok(())
    }

    async fn note_in(&self, tx: &mut Tx) -> Result<()> {
        let unwritten = &self.unwritten;
        for method in &unwritten.buckets {
            if let Some(bucket) = self.buckets.get(method) {
                rows::set_budget(tx, self.id, method, bucket).await?;
            }
        }
        if unwritten.calls.is_empty() {
            return Ok(());
        }
        for ((hour, method, outcome), (calls, waits_s)) in &unwritten.calls {
            let calls = rows::Calls {
                hour: *hour,
                method: (*method).to_owned(),
                outcome: (*outcome).to_owned(),
                calls: *calls,
                waits_s: *waits_s,
            };
            rows::add_calls(tx, self.id, &calls).await?;
        }
        rows::set_health(tx, self.id, self.health, unwritten.answered_at).await?;
        if unwritten.recovered
            && let Some(account) = rows::find(tx, self.id).await?
        {
            enter(&self.ctx, tx, &account, AccountEvent::Answered, None, None).await?;
            super::unblock(&self.ctx, tx, self.id).await?;
        }
        Ok(())
    }
}

/// Who holds an account, and for how long.
#[derive(Clone)]
pub struct Lease {
    ctx: Ctx,
    id: AccountId,
    holder: String,
}

impl Lease {
    pub fn account(&self) -> AccountId {
        self.id
    }

    /// `false`: a person has switched the account off meanwhile, Telegram has ended it, or another process has it.
    pub async fn is_ours(&self) -> Result<bool> {
        let mut tx = self.ctx.db.read().await?;
        let is_usable = rows::find(&mut tx, self.id).await?.is_some_and(|account| account.state.is_usable());
        Ok(is_usable && rows::is_held_by(&mut tx, self.id, &self.holder).await?)
    }

    /// `false`: another has it.
    pub async fn renew(&self) -> Result<bool> {
        let mut tx = self.ctx.db.write().await?;
        let renewed = rows::renew(&mut tx, self.id, &self.holder, self.ctx.now() + LEASE_S).await?;
        tx.commit().await?;
        Ok(renewed)
    }

    /// For whoever had it and died.
    pub async fn release(&self) -> Result<()> {
        let mut tx = self.ctx.db.write().await?;
        rows::release(&mut tx, self.id, &self.holder).await?;
        Ok(tx.commit().await?)
    }
}

/// Brings an account into the state after an event. One that Telegram has ended hands over the channels that another can
/// find by their names; one that a person has stopped keeps them, so that resuming undoes it. What stands in the way of
/// its channels is noted at them.
pub(super) async fn enter(
    ctx: &Ctx,
    tx: &mut Tx,
    account: &Account,
    event: AccountEvent,
    reason: Option<&str>,
    retry_at: Option<i64>,
) -> Result<()> {
    let state = account.state.after(event);
    if state == account.state && reason.is_none() {
        // why it is in that state stays
        return Ok(());
    }
    rows::set_state(tx, account.id, state, reason.filter(|_| state.obstacle().is_some()), retry_at).await?;
    let Some(obstacle) = state.obstacle() else { return Ok(()) };
    if matches!(state, AccountState::SignedOut | AccountState::Banned) {
        hand_over(ctx, tx, account).await?;
    }
    block(ctx, tx, account.id, obstacle, retry_at).await
}

/// Has another account of the workspace, if there is one, read the channels that it can find by their names.
pub(super) async fn hand_over(ctx: &Ctx, tx: &mut Tx, account: &Account) -> Result<()> {
    let Some(heir) = reading::find_heir(tx, account.workspace_id, account.id).await? else { return Ok(()) };
    let taken = reading::hand_over(tx, account.id, heir).await?;
    for channel in &taken {
        connections::unblocked(tx, *channel, Mode::Session).await?;
        store::collect::bump(tx, *channel, ctx.now()).await?;
    }
    if !taken.is_empty() {
        tracing::info!(from = account.id.0, to = heir.0, "account {heir} takes over {} channels", taken.len());
    }
    Ok(())
}

/// Notes at the channels of an account what stands in the way.
async fn block(ctx: &Ctx, tx: &mut Tx, account: AccountId, obstacle: Obstacle, until: Option<i64>) -> Result<()> {
    for left in reading::list_of(tx, account).await? {
        connections::blocked(tx, left.channel_id, Mode::Session, obstacle, until).await?;
        store::collect::bump(tx, left.channel_id, ctx.now()).await?;
    }
    Ok(())
}

/// Signs a stopped account out, once whoever has it lets it go; `false`: Telegram could not be told in time.
pub(super) async fn sign_out(ctx: &Ctx, id: AccountId, within: Duration) -> Result<bool> {
    let settings = settings(ctx)?;
    let holder = token::short_id();
    let give_up_at = Instant::now() + within;
    loop {
        let now = ctx.now();
        let mut tx = ctx.db.write().await?;
        if rows::lease(&mut tx, id, &holder, now, now + LEASE_S).await? {
            let sealed = rows::session(&mut tx, id).await?.unwrap_or_default();
            tx.commit().await?;
            let sealed = SealedSession::from_bytes(sealed);
            let account = mtproto::Account::start(&settings.telegram, id, &sealed, settings.proxies.clone());
            let told = match account {
                Ok((account, _)) => {
                    let told = account.sign_out().await;
                    account.stop().await;
                    // a session that has ended is signed out
                    matches!(told, Ok(()) | Err(CallError::SignedOut { .. } | CallError::Banned))
                }
                Err(_) => false,
            };
            let mut tx = ctx.db.write().await?;
            rows::release(&mut tx, id, &holder).await?;
            tx.commit().await?;
            return Ok(told);
        }
        drop(tx);
        if Instant::now() >= give_up_at {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
