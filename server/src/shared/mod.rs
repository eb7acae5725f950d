//! What replicas share through Redis: computed answers ([`answers`]) and quotas ([`quotas`]).
//!
//! Redis only saves work. Whatever it does, every request is answered: one that is slow or away costs a request
//! [`PATIENCE`] once, then [`circuit`] leaves it out and goes on trying in the background (docs/adr/0011).

pub mod answers;
pub mod circuit;
pub mod quotas;

use std::sync::Arc;
use std::time::Duration;

use redis::{Client, RedisResult, Script};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use circuit::Circuit;

/// All that a request waits for Redis.
pub const PATIENCE: Duration = Duration::from_millis(100);

/// Part of every key: to be raised when what is stored under a key is written differently.
const LAYOUT: u32 = 1;

/// Cloning shares it.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    circuit: Arc<Circuit>,
    /// `analyticbot:<layout>:<installation>`, so that several products and databases may use one Redis
    prefix: String,
    quota: Script,
}

impl Shared {
    /// Connects in the background until `stopping`. `installation` tells the database, see
    /// [`services::settings::installation`]. Fails where `url` is none.
    pub fn start(url: &str, installation: &str, stopping: CancellationToken) -> RedisResult<Self> {
        let circuit = Circuit::start(Client::open(url)?, stopping);
        let prefix = format!("analyticbot:{LAYOUT}:{installation}");
        Ok(Self(Arc::new(Inner { circuit, prefix, quota: Script::new(quotas::SCRIPT) })))
    }

    /// Whether Redis is asked at present.
    pub fn is_up(&self) -> bool {
        self.0.circuit.is_closed()
    }

    fn key(&self, kind: &str, name: &str) -> String {
        format!("{}:{kind}:{name}", self.0.prefix)
    }
}

/// Whether Redis at `url` answers as quickly as a request needs it; why not.
pub async fn look(url: &str) -> Result<(), String> {
    let client = Client::open(url).map_err(|error| error.to_string())?;
    circuit::connect(&client).await.map(drop)
}

/// Until when a request that begins now to ask Redis may wait for it.
pub fn deadline() -> Instant {
    Instant::now() + PATIENCE
}
