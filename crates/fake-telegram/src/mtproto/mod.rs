//! Telegram's data centres over MTProto: the real wire protocol, the methods the product uses, nothing else.
//!
//! To add a method: a handler in the file of its slice under `methods/`, its line in `methods::dispatch`. What is not
//! there is answered with 400 `METHOD_NOT_IMPLEMENTED_BY_FAKE` and remembered in [`World::not_implemented`].

mod connection;
mod envelope;
mod handshake;
mod methods;
mod rsa_key;
mod shape;
mod srp;
mod transport;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::scenario::RatePlan;
use crate::script::Rates;
use crate::world::World;

use envelope::Key;
use rsa_key::RsaKey;

/// Both data centres and what their connections share.
pub struct DataCentres {
    pub world: Arc<World>,
    rsa: RsaKey,
    addresses: OnceLock<BTreeMap<i32, SocketAddr>>,
    /// Accept and say nothing.
    silent: BTreeMap<i32, AtomicBool>,
    keys: Mutex<HashMap<(i32, i64), KeyRecord>>,
    rates: Mutex<Rates>,
    /// Where seconds of the limits are counted from.
    began: (Instant, i64),
    login: Mutex<methods::auth::LoginDesk>,
}

/// A key of a data centre.
struct KeyRecord {
    key: Key,
    /// Who is signed in with it here.
    user: Option<i64>,
    /// Every call is answered with this error instead.
    void: Option<(i32, String)>,
    salt: i64,
    /// Sessions that have been greeted.
    sessions: HashSet<i64>,
    /// Connection → session.
    live: HashMap<u64, i64>,
}

impl KeyRecord {
    fn new(key: Key, user: Option<i64>) -> Self {
        // far from the end, so that the following salts are the next numbers
        let salt = (key.id.rotate_left(17) | 1) >> 1;
        Self { key, user, void: None, salt, sessions: HashSet::new(), live: HashMap::new() }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl DataCentres {
    pub fn new(world: Arc<World>) -> Arc<Self> {
        let scenario = &world.scenario;
        let centres = Self {
            rsa: RsaKey::new(),
            addresses: OnceLock::new(),
            silent: [scenario.home, scenario.stats_dc].into_iter().map(|dc| (dc, AtomicBool::new(false))).collect(),
            keys: Mutex::default(),
            rates: Mutex::new(Rates::new(scenario.rates.clone())),
            began: (Instant::now(), world.clock.now()),
            login: Mutex::default(),
            world: Arc::clone(&world),
        };
        for account in world.lock().accounts.keys() {
            for dc in centres.silent.keys() {
                let user = (*dc == world.scenario.home).then_some(*account);
                centres.admit(*dc, centres.account_key(*account), user);
            }
        }
        Arc::new(centres)
    }

    /// Listens on free loopback ports; connections run in `tasks`.
    pub async fn listen(self: &Arc<Self>, tasks: &mut JoinSet<()>) -> std::io::Result<()> {
        let mut addresses = BTreeMap::new();
        let mut listeners = Vec::new();
        for dc in self.silent.keys() {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            addresses.insert(*dc, listener.local_addr()?);
            listeners.push((*dc, listener));
        }
        // set before the first connection, and only here
        let _ = self.addresses.set(addresses);
        for (dc, listener) in listeners {
            tasks.spawn(connection::accept(Arc::clone(self), dc, listener));
        }
        Ok(())
    }

    /// Data centre → where it listens.
    pub fn addresses(&self) -> BTreeMap<i32, SocketAddr> {
        self.addresses.get().cloned().unwrap_or_default()
    }

    /// The key agreed on beforehand for an account: signed in at home, known but nobody's elsewhere.
    pub fn account_key(&self, account: i64) -> [u8; 256] {
        self.made_key(&format!("key of account {account}"))
    }

    /// A key that every data centre knows and, at first, nobody is signed in with: for clients that cannot do the key
    /// exchange. The same name gives the same key.
    pub fn fresh_key(&self, name: &str) -> [u8; 256] {
        let key = self.made_key(&format!("fresh key {name}"));
        for dc in self.silent.keys() {
            self.admit(*dc, key, None);
        }
        key
    }

    fn made_key(&self, name: &str) -> [u8; 256] {
        let mut key = [0; 256];
        for (part, chunk) in key.chunks_mut(32).enumerate() {
            let seed = self.world.scenario.seed;
            let digest = Sha256::digest(format!("{seed} {name} {part}"));
            chunk.copy_from_slice(&digest);
        }
        key
    }

    fn admit(&self, dc: i32, bytes: [u8; 256], user: Option<i64>) {
        let key = Key::new(bytes);
        lock(&self.keys).entry((dc, key.id)).or_insert_with(|| KeyRecord::new(key, user));
    }

    pub fn rsa_public_key_pem(&self) -> String {
        self.rsa.public_pem()
    }

    /// From now on the data centre accepts connections and says nothing, or talks again.
    pub fn set_silent(&self, dc: i32, silent: bool) {
        if let Some(flag) = self.silent.get(&dc) {
            flag.store(silent, Ordering::SeqCst);
        }
    }

    fn is_silent(&self, dc: i32) -> bool {
        self.silent.get(&dc).is_some_and(|flag| flag.load(Ordering::SeqCst))
    }

    /// Connections that have a session now, in all data centres.
    pub fn connections(&self) -> usize {
        lock(&self.keys).values().map(|record| record.live.len()).sum()
    }

    /// By the clock of the limits.
    fn moment(&self) -> Instant {
        if !self.world.scenario.rates_by_scenario {
            return Instant::now();
        }
        let (began, at) = self.began;
        began + Duration::from_secs(u64::try_from(self.world.clock.now() - at).unwrap_or_default())
    }

    /// Other rate limits from now on, with full buckets.
    pub fn set_rates(&self, plans: Vec<RatePlan>) {
        lock(&self.rates).replace(plans);
    }

    /// Somebody scans the code on the screen with a phone where `account` is signed in.
    pub fn accept_login_token(&self, token: &[u8], account: i64) -> bool {
        methods::auth::accept(self, token, account)
    }
}
