//! What makes an account signed in: keys, addresses, access hashes, how far updates were read.
//!
//! At rest it is sealed: XChaCha20-Poly1305 with the key of the configuration, bound to the account it belongs to, so
//! that one account's row cannot be put in another's place.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{SocketAddrV4, SocketAddrV6};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use domain::ids::AccountId;
use grammers_client::session::types::{
    ChannelKind, ChannelState, DcOption, PeerAuth, PeerId, PeerInfo, UpdateState, UpdatesState,
};
use grammers_client::session::{Session, SessionData};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::OpenError;
use crate::settings::{Centre, SessionKey, Settings};

/// First byte of what is sealed.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
/// Where a login begins, and where Telegram sends most numbers on from.
const HOME_DEFAULT: i32 = 2;
/// Channels whose access hashes are remembered; an account follows far fewer.
const CHANNELS_MAX: usize = 10_000;

/// What the database keeps.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSession(Vec<u8>);

impl SealedSession {
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSession({} bytes)", self.0.len())
    }
}

/// A session that lies open in memory. Prints nothing of itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct OpenSession {
    pub(crate) home: i32,
    pub(crate) centres: BTreeMap<i32, KnownCentre>,
    /// Telegram's id of the account itself.
    pub(crate) own_id: Option<i64>,
    /// Channel → access hash, which is good for this account only.
    pub(crate) channels: BTreeMap<i64, i64>,
    pub(crate) updates: Progress,
}

/// A data centre as this account knows it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KnownCentre {
    pub ipv4: Option<SocketAddrV4>,
    pub ipv6: Option<SocketAddrV6>,
    pub key: Option<AuthKey>,
    /// The account was brought here from home, so that its key is signed in.
    pub imported: bool,
}

/// The key of a data centre: whoever has it is the account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct AuthKey(Vec<u8>);

impl AuthKey {
    pub fn new(bytes: &[u8; 256]) -> Self {
        Self(bytes.to_vec())
    }

    fn bytes(&self) -> Option<[u8; 256]> {
        self.0.as_slice().try_into().ok()
    }
}

/// How far updates were read (core.telegram.org/api/updates).
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Progress {
    pts: i32,
    qts: i32,
    date: i32,
    seq: i32,
    channels: BTreeMap<i64, i32>,
}

impl fmt::Debug for OpenSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenSession(home {}, ***)", self.home)
    }
}

impl OpenSession {
    /// Nobody is signed in with it yet.
    pub(crate) fn fresh(settings: &Settings) -> Self {
        Self {
            home: settings.home.unwrap_or(HOME_DEFAULT),
            centres: BTreeMap::new(),
            own_id: None,
            channels: BTreeMap::new(),
            updates: Progress::default(),
        }
    }

    /// With a key that somebody is signed in with at `home`.
    pub(crate) fn of_key(home: i32, key: &[u8; 256]) -> Self {
        let centre = KnownCentre { ipv4: None, ipv6: None, key: Some(AuthKey::new(key)), imported: false };
        Self {
            home,
            centres: BTreeMap::from([(home, centre)]),
            own_id: None,
            channels: BTreeMap::new(),
            updates: Progress::default(),
        }
    }

    /// For the database, bound to `account`.
    pub fn seal(&self, key: &SessionKey, account: AccountId) -> Result<SealedSession, OpenError> {
        let plain = Zeroizing::new(postcard::to_stdvec(self).map_err(|_| OpenError::Unsealed)?);
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|error| OpenError::NoRandomness(error.to_string()))?;
        let payload = Payload { msg: &plain, aad: &bound_to(account) };
        let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).map_err(|_| OpenError::Unsealed)?;
        let mut bytes = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
        bytes.push(VERSION);
        bytes.extend(nonce);
        bytes.extend(sealed);
        Ok(SealedSession(bytes))
    }

    pub(crate) fn unseal(sealed: &SealedSession, key: &SessionKey, account: AccountId) -> Result<Self, OpenError> {
        let (version, rest) = sealed.0.split_first().ok_or(OpenError::Unsealed)?;
        if *version != VERSION {
            return Err(OpenError::Version(*version));
        }
        let (nonce, body) = rest.split_at_checked(NONCE_BYTES).ok_or(OpenError::Unsealed)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| OpenError::Unsealed)?;
        let payload = Payload { msg: body, aad: &bound_to(account) };
        let plain = cipher(key).decrypt(&XNonce::from(nonce), payload).map_err(|_| OpenError::Unsealed)?;
        postcard::from_bytes(&Zeroizing::new(plain)).map_err(|_| OpenError::Unsealed)
    }
}

fn cipher(key: &SessionKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

fn bound_to(account: AccountId) -> Vec<u8> {
    let mut bytes = b"analyticbot session".to_vec();
    bytes.push(VERSION);
    bytes.extend(account.0.to_le_bytes());
    bytes
}

/// The session of a running account, as grammers asks for it.
pub(crate) struct LiveSession {
    state: Mutex<OpenSession>,
    /// Telegram's own addresses, or a stand-in's.
    addresses: BTreeMap<i32, DcOption>,
    /// A stand-in's session never leaves loopback, whatever it is told.
    loopback_only: bool,
    /// The key at home was somebody's from the beginning, not made by a login under way.
    began_with_key: bool,
    /// Home did not know the key, and another was exchanged that nobody is signed in with.
    exchanged: AtomicBool,
    changes: watch::Sender<u64>,
}

impl LiveSession {
    pub fn new(settings: &Settings, state: OpenSession) -> Result<Self, OpenError> {
        let addresses = match &settings.centres {
            Some(centres) => stand_in(centres)?,
            None => SessionData::default().dc_options.into_iter().collect(),
        };
        let began_with_key = state.centres.get(&state.home).is_some_and(|centre| centre.key.is_some());
        let session = Self {
            state: Mutex::new(state),
            addresses,
            loopback_only: settings.centres.is_some(),
            began_with_key,
            exchanged: AtomicBool::new(false),
            changes: watch::Sender::new(0),
        };
        let home = session.lock().home;
        if session.option(home).is_none() {
            return Err(OpenError::UnknownCentre(home));
        }
        Ok(session)
    }

    fn lock(&self) -> MutexGuard<'_, OpenSession> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, run: impl FnOnce(&mut OpenSession)) {
        run(&mut self.lock());
        self.changes.send_modify(|count| *count += 1);
    }

    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub fn state(&self) -> OpenSession {
        self.lock().clone()
    }

    pub fn home(&self) -> i32 {
        self.lock().home
    }

    pub fn set_home(&self, dc: i32) {
        self.change(|state| state.home = dc);
    }

    pub fn own_id(&self) -> Option<i64> {
        self.lock().own_id
    }

    pub fn set_own_id(&self, id: Option<i64>) {
        if self.own_id() != id {
            self.change(|state| state.own_id = id);
        }
    }

    /// Whether the key in this data centre is what the account is signed in with: nothing may take its place.
    pub fn stands_on_key(&self, dc: i32) -> bool {
        let state = self.lock();
        state.home == dc && (self.began_with_key || state.own_id.is_some())
    }

    /// Whether home has not known the key since this was last asked.
    pub fn take_exchanged(&self) -> bool {
        self.exchanged.swap(false, Ordering::Relaxed)
    }

    pub fn is_imported(&self, dc: i32) -> bool {
        self.lock().centres.get(&dc).is_some_and(|centre| centre.imported)
    }

    pub fn set_imported(&self, dc: i32, imported: bool) {
        self.change(|state| {
            if let Some(centre) = state.centres.get_mut(&dc) {
                centre.imported = imported;
            }
        });
    }

    pub fn channel(&self, id: i64) -> Option<i64> {
        self.lock().channels.get(&id).copied()
    }

    pub fn remember_channel(&self, id: i64, access_hash: i64) {
        let known = {
            let state = self.lock();
            state.channels.get(&id) == Some(&access_hash)
                || (state.channels.len() >= CHANNELS_MAX && !state.channels.contains_key(&id))
        };
        if !known {
            self.change(|state| {
                state.channels.insert(id, access_hash);
            });
        }
    }

    pub fn progress(&self) -> UpdatesState {
        let Progress { pts, qts, date, seq, channels } = self.lock().updates.clone();
        let channels = channels.into_iter().map(|(id, pts)| ChannelState { id, pts }).collect();
        UpdatesState { pts, qts, date, seq, channels }
    }

    pub fn set_progress(&self, state: UpdatesState) {
        if self.progress() != state {
            let UpdatesState { pts, qts, date, seq, channels } = state;
            let channels = channels.into_iter().map(|channel| (channel.id, channel.pts)).collect();
            self.change(|open| open.updates = Progress { pts, qts, date, seq, channels });
        }
    }

    fn option(&self, dc: i32) -> Option<DcOption> {
        let state = self.lock();
        let known = state.centres.get(&dc);
        let default = self.addresses.get(&dc);
        // a stand-in is somewhere else every time
        let kept = if self.loopback_only { None } else { known };
        let ipv4 = kept.and_then(|centre| centre.ipv4).or(default.map(|option| option.ipv4))?;
        let mapped = || SocketAddrV6::new(ipv4.ip().to_ipv6_mapped(), ipv4.port(), 0, 0);
        let ipv6 = kept.and_then(|centre| centre.ipv6).or(default.map(|option| option.ipv6)).unwrap_or_else(mapped);
        let key = known.and_then(|centre| centre.key.as_ref()).and_then(AuthKey::bytes);
        let auth_key = key.or(default.and_then(|option| option.auth_key));
        Some(DcOption { id: dc, ipv4, ipv6, auth_key })
    }

    fn learn(&self, option: &DcOption) {
        let stands_on_key = self.stands_on_key(option.id);
        let before = self.option(option.id);
        if before.as_ref() == Some(option) && self.lock().centres.contains_key(&option.id) {
            return;
        }
        self.change(|state| {
            let centre = state.centres.entry(option.id).or_insert(KnownCentre {
                ipv4: None,
                ipv6: None,
                key: None,
                imported: false,
            });
            centre.ipv4 = Some(option.ipv4);
            centre.ipv6 = Some(option.ipv6);
            let Some(key) = option.auth_key.as_ref().map(AuthKey::new) else { return };
            if centre.key.as_ref() == Some(&key) {
                return;
            }
            // grammers exchanges a new key when the old one is unknown; nobody is signed in with it, and the old one
            // may have been unknown for a moment only
            if centre.key.is_some() && stands_on_key {
                tracing::warn!(dc = option.id, "the account's key is unknown where it lives");
                self.exchanged.store(true, Ordering::Relaxed);
                return;
            }
            centre.imported = false;
            centre.key = Some(key);
        });
    }
}

/// A stand-in's addresses; nothing but loopback is accepted.
fn stand_in(centres: &[Centre]) -> Result<BTreeMap<i32, DcOption>, OpenError> {
    let option = |centre: &Centre| match centre.address {
        std::net::SocketAddr::V4(ipv4) if ipv4.ip().is_loopback() => {
            let ipv6 = SocketAddrV6::new(ipv4.ip().to_ipv6_mapped(), ipv4.port(), 0, 0);
            Ok((centre.id, DcOption { id: centre.id, ipv4, ipv6, auth_key: centre.auth_key }))
        }
        address => Err(OpenError::NotLoopback(address)),
    };
    centres.iter().map(option).collect()
}

/// Nothing here can fail; grammers wants a type for it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Never {}

type Future<'a, T> = grammers_client::session::BoxFuture<'a, Result<T, Never>>;

impl Session for LiveSession {
    type Error = Never;

    fn home_dc_id(&self) -> Result<i32, Never> {
        Ok(self.home())
    }

    fn set_home_dc_id(&self, dc_id: i32) -> Future<'_, ()> {
        self.set_home(dc_id);
        Box::pin(async { Ok(()) })
    }

    fn dc_option(&self, dc_id: i32) -> Result<Option<DcOption>, Never> {
        Ok(self.option(dc_id))
    }

    fn set_dc_option(&self, dc_option: &DcOption) -> Future<'_, ()> {
        if !self.loopback_only || dc_option.ipv4.ip().is_loopback() {
            self.learn(dc_option);
        }
        Box::pin(async { Ok(()) })
    }

    fn peer(&self, peer: PeerId) -> Future<'_, Option<PeerInfo>> {
        let found = if peer == PeerId::self_user() {
            self.own_id().map(|id| PeerInfo::User { id, auth: None, bot: Some(false), is_self: Some(true) })
        } else {
            let id = peer.bare_id();
            id.and_then(|id| Some((id, self.channel(id)?))).map(|(id, hash)| PeerInfo::Channel {
                id,
                auth: Some(PeerAuth::from_hash(hash)),
                kind: Some(ChannelKind::Broadcast),
            })
        };
        Box::pin(async move { Ok(found) })
    }

    fn cache_peer(&self, peer: PeerInfo) -> Future<'_, ()> {
        match peer {
            PeerInfo::User { id, is_self: Some(true), .. } => self.set_own_id(Some(id)),
            PeerInfo::Channel { id, auth: Some(auth), .. } => self.remember_channel(id, auth.hash()),
            _ => {}
        }
        Box::pin(async { Ok(()) })
    }

    fn updates_state(&self) -> Future<'_, UpdatesState> {
        Box::pin(async { Ok(self.progress()) })
    }

    fn set_update_state(&self, update: UpdateState) -> Future<'_, ()> {
        let mut state = self.progress();
        match update {
            UpdateState::All(all) => state = all,
            UpdateState::Primary { pts, date, seq } => (state.pts, state.date, state.seq) = (pts, date, seq),
            UpdateState::Secondary { qts } => state.qts = qts,
            UpdateState::Channel { id, pts } => {
                state.channels.retain(|channel| channel.id != id);
                state.channels.push(ChannelState { id, pts });
            }
        }
        self.set_progress(state);
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ApiHash;

    const ACCOUNT: AccountId = AccountId(7);

    fn key(byte: u8) -> SessionKey {
        SessionKey::new([byte; 32])
    }

    fn settings() -> Settings {
        Settings {
            api_id: 1,
            api_hash: ApiHash::new("hash"),
            key: key(1),
            centres: Some(vec![Centre { id: 2, address: ([127, 0, 0, 1], 1).into(), auth_key: None }]),
            home: None,
            call_timeout: crate::CALL_TIMEOUT,
            recorder: None,
        }
    }

    #[test]
    fn a_sealed_session_opens_with_its_key_and_account_only() {
        let mut session = OpenSession::of_key(4, &[9; 256]);
        session.channels.insert(1_000, -5);
        let sealed = session.seal(&key(1), ACCOUNT).expect("sealed");
        assert_ne!(sealed, session.seal(&key(1), ACCOUNT).expect("sealed"), "a nonce is used once");
        assert!(!sealed.as_bytes().windows(8).any(|bytes| bytes == [9; 8]));
        let open = OpenSession::unseal(&sealed, &key(1), ACCOUNT).expect("opened");
        assert_eq!((open.home, open.channels.get(&1_000)), (4, Some(&-5)));
        assert_eq!(open.centres[&4].key.as_ref().and_then(AuthKey::bytes), Some([9; 256]));
        let refused = |sealed: &SealedSession, key: SessionKey, account| {
            OpenSession::unseal(sealed, &key, account).expect_err("it stays shut")
        };
        assert_eq!(refused(&sealed, key(2), ACCOUNT), OpenError::Unsealed);
        assert_eq!(refused(&sealed, key(1), AccountId(8)), OpenError::Unsealed);
        let mut bytes = sealed.as_bytes().to_vec();
        *bytes.last_mut().expect("bytes") ^= 1;
        assert_eq!(refused(&SealedSession::from_bytes(bytes.clone()), key(1), ACCOUNT), OpenError::Unsealed);
        bytes[0] = 9;
        assert_eq!(refused(&SealedSession::from_bytes(bytes), key(1), ACCOUNT), OpenError::Version(9));
        assert_eq!(refused(&SealedSession::from_bytes(vec![1, 2]), key(1), ACCOUNT), OpenError::Unsealed);
        assert_eq!(refused(&SealedSession::from_bytes(Vec::new()), key(1), ACCOUNT), OpenError::Unsealed);
        assert_eq!(format!("{session:?}"), "OpenSession(home 4, ***)");
    }

    #[test]
    fn a_stand_in_stays_on_loopback() {
        let mut outside = settings();
        outside.centres = Some(vec![Centre { id: 2, address: ([192, 0, 2, 1], 443).into(), auth_key: None }]);
        assert!(matches!(LiveSession::new(&outside, OpenSession::fresh(&outside)), Err(OpenError::NotLoopback(_))));
        let session = LiveSession::new(&settings(), OpenSession::fresh(&settings())).expect("a session");
        let mut told = session.option(2).expect("a centre");
        told.id = 5;
        told.ipv4 = SocketAddrV4::new([192, 0, 2, 1].into(), 443);
        drop(session.set_dc_option(&told));
        assert!(session.option(5).is_none());
    }

    #[test]
    fn a_key_that_somebody_is_signed_in_with_is_not_replaced() {
        let key = |session: &LiveSession| session.option(2).and_then(|option| option.auth_key);
        let exchange = |session: &LiveSession, byte: u8| {
            let mut option = session.option(2).expect("a centre");
            option.auth_key = Some([byte; 256]);
            drop(session.set_dc_option(&option));
        };
        let imported = LiveSession::new(&settings(), OpenSession::of_key(2, &[1; 256])).expect("a session");
        exchange(&imported, 1);
        assert!(!imported.take_exchanged());
        exchange(&imported, 2);
        assert!(imported.take_exchanged() && !imported.take_exchanged());
        assert_eq!(key(&imported), Some([1; 256]));

        // a login may lose its key as long as nobody is signed in with it
        let login = LiveSession::new(&settings(), OpenSession::fresh(&settings())).expect("a session");
        exchange(&login, 1);
        exchange(&login, 2);
        assert_eq!((key(&login), login.take_exchanged()), (Some([2; 256]), false));
        login.set_own_id(Some(11));
        exchange(&login, 3);
        assert_eq!((key(&login), login.take_exchanged()), (Some([2; 256]), true));
    }
}
