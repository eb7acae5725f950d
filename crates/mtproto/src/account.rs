//! The handle of one account.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::AccountId;
use grammers_tl_types::{enums, functions, types};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::DropGuard;

use crate::error::{CallError, OpenError};
use crate::follow::{self, UpdateStream};
use crate::session::{LiveSession, OpenSession, SealedSession};
use crate::settings::{ProxyUrl, Settings};
use crate::wire::Wire;

/// Calls under way may take so long to end when the account is stopped.
const STOP_PATIENCE: Duration = Duration::from_secs(15);
/// For the last state of updates.
const FOLLOWER_PATIENCE: Duration = Duration::from_secs(2);

/// An account that is signed in. Cheap to clone; when the last clone goes, so do its connections.
#[derive(Clone)]
pub struct Account {
    pub(crate) wire: Arc<Wire>,
    /// One authorisation is carried over at a time.
    pub(crate) moving: Arc<tokio::sync::Mutex<()>>,
    follower: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
    _ends_with_the_last: Arc<DropGuard>,
}

/// Who an account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Telegram's.
    pub id: i64,
    pub first_name: String,
    pub last_name: Option<String>,
    /// Without `@`.
    pub username: Option<String>,
    pub is_bot: bool,
}

impl Account {
    /// Opens the session; connects with the first call. Proxies are taken in turns, the next one when one fails, and
    /// nothing ever goes past them. Must run inside tokio.
    pub fn start(
        settings: &Settings,
        id: AccountId,
        session: &SealedSession,
        proxies: Vec<ProxyUrl>,
    ) -> Result<(Self, UpdateStream), OpenError> {
        Self::open(settings, id, OpenSession::unseal(session, &settings.key, id)?, proxies)
    }

    pub(crate) fn open(
        settings: &Settings,
        id: AccountId,
        session: OpenSession,
        proxies: Vec<ProxyUrl>,
    ) -> Result<(Self, UpdateStream), OpenError> {
        let (wire, receivers) = Wire::new(settings, id, LiveSession::new(settings, session)?, proxies);
        let wire = Arc::new(wire);
        let guard = Arc::new(wire.stopping.clone().drop_guard());
        let (follower, stream) = follow::start(&wire, receivers);
        let account = Self {
            wire,
            moving: Arc::default(),
            follower: Arc::new(tokio::sync::Mutex::new(Some(follower))),
            _ends_with_the_last: guard,
        };
        Ok((account, stream))
    }

    pub fn id(&self) -> AccountId {
        self.wire.account
    }

    /// As it is now. Whoever keeps it writes it when [`Self::session_changed`] says so.
    pub fn sealed_session(&self) -> Result<SealedSession, OpenError> {
        self.wire.session.state().seal(&self.wire.settings.key, self.wire.account)
    }

    /// Counts changes of the session.
    pub fn session_changed(&self) -> watch::Receiver<u64> {
        self.wire.session.changed()
    }

    /// The proxy in use.
    pub fn proxy(&self) -> Option<ProxyUrl> {
        self.wire.proxy()
    }

    pub(crate) fn home(&self) -> i32 {
        self.wire.session.home()
    }

    /// Asks Telegram who it is; the cheapest proof that the session is good.
    pub async fn me(&self) -> Result<Me, CallError> {
        let request = functions::users::GetUsers { id: vec![enums::InputUser::UserSelf] };
        let users = self.wire.call(self.home(), &request).await?;
        let user = users.into_iter().find_map(|user| match user {
            enums::User::User(user) => Some(user),
            enums::User::Empty(_) => None,
        });
        let detail = "no user in the answer".to_owned();
        let user = user.ok_or(CallError::Malformed { method: "users.getUsers", detail })?;
        self.wire.session.set_own_id(Some(user.id));
        Ok(me(user))
    }

    /// Ends the session at Telegram: its key is good for nothing afterwards.
    pub async fn sign_out(&self) -> Result<(), CallError> {
        self.wire.call(self.home(), &functions::auth::LogOut {}).await.map(drop)
    }

    /// No new calls; those under way end or are given up, updates read so far are noted in the session, connections are
    /// closed. Takes less than 20 s. The session is complete afterwards.
    pub async fn stop(self) {
        self.wire.stopping.cancel();
        if let Some(mut follower) = self.follower.lock().await.take()
            && timeout(FOLLOWER_PATIENCE, &mut follower).await.is_err()
        {
            follower.abort();
        }
        self.wire.stop(STOP_PATIENCE.min(self.wire.settings.call_timeout)).await;
    }
}

pub(crate) fn me(user: types::User) -> Me {
    Me {
        id: user.id,
        first_name: user.first_name.unwrap_or_default(),
        last_name: user.last_name,
        username: user.username,
        is_bot: user.bot,
    }
}
