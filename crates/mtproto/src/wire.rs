//! Connections of one account, and a call over them.
//!
//! A pool for every data centre: grammers waits inside its pool for a connection to come up, without an end, so that a
//! silent data centre would hold up calls to all others. A pool that has gone silent, or whose task has ended, is
//! thrown away; the next call makes another on the same session.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::AccountId;
use grammers_client::InvocationError;
use grammers_client::sender::{ConnectionParams, NoRetries, SenderPool, SenderPoolHandle};
use grammers_client::session::updates::UpdatesLike;
use grammers_tl_types::{Deserializable, Identifiable, RemoteCall};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::error::{CallError, failed};
use crate::methods::{self, Method, Repeats};
use crate::session::LiveSession;
use crate::settings::{ProxyUrl, Settings};

/// Calls under way at once; others wait, so that what is queued stays bounded.
const IN_FLIGHT_MAX: u32 = 64;
/// Updates read ahead. What does not fit shows as a gap and is fetched.
const UPDATES_AHEAD: usize = 1_000;
/// Said of a key that its data centre does not know.
const KEY_UNKNOWN: &str = "its key is unknown";
/// After this a pool that was asked to end is ended.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

pub(crate) struct Wire {
    pub account: AccountId,
    pub session: Arc<LiveSession>,
    pub settings: Settings,
    proxies: Vec<ProxyUrl>,
    pools: Mutex<Pools>,
    in_flight: Semaphore,
    /// Receivers of updates, a new one with every pool to home.
    updates: mpsc::UnboundedSender<mpsc::Receiver<UpdatesLike>>,
    pub stopping: CancellationToken,
}

#[derive(Default)]
struct Pools {
    by_centre: HashMap<i32, Pool>,
    built: u64,
    /// Which of the proxies is used.
    route: usize,
}

struct Pool {
    number: u64,
    route: usize,
    handle: SenderPoolHandle,
    runner: JoinHandle<()>,
    pulse: Arc<Pulse>,
}

/// Signs of life of a pool.
#[derive(Default)]
struct Pulse {
    answers: AtomicU64,
    ever: AtomicBool,
}

impl Pulse {
    fn beat(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        self.ever.store(true, Ordering::Relaxed);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.runner.abort();
    }
}

/// A pool as one attempt of a call uses it.
struct Lease {
    number: u64,
    route: usize,
    handle: SenderPoolHandle,
    pulse: Arc<Pulse>,
}

impl Wire {
    pub fn new(
        settings: &Settings,
        account: AccountId,
        session: LiveSession,
        proxies: Vec<ProxyUrl>,
    ) -> (Self, mpsc::UnboundedReceiver<mpsc::Receiver<UpdatesLike>>) {
        let (updates, receivers) = mpsc::unbounded_channel();
        let wire = Self {
            account,
            session: Arc::new(session),
            settings: settings.clone(),
            proxies,
            pools: Mutex::default(),
            in_flight: Semaphore::new(IN_FLIGHT_MAX as usize),
            updates,
            stopping: CancellationToken::new(),
        };
        (wire, receivers)
    }

    fn pools(&self) -> MutexGuard<'_, Pools> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease(&self, dc: i32) -> Lease {
        let mut pools = self.pools();
        let route = pools.route;
        if pools.by_centre.get(&dc).is_none_or(|pool| pool.runner.is_finished()) {
            pools.built += 1;
            let pool = self.connect(dc, pools.built, route);
            pools.by_centre.insert(dc, pool);
        }
        let pool = &pools.by_centre[&dc];
        Lease { number: pool.number, route: pool.route, handle: pool.handle.clone(), pulse: Arc::clone(&pool.pulse) }
    }

    fn connect(&self, dc: i32, number: u64, route: usize) -> Pool {
        let params = ConnectionParams {
            device_model: "AnalyticBot".to_owned(),
            system_version: std::env::consts::OS.to_owned(),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            // series of official statistics are named in this language
            system_lang_code: "en".to_owned(),
            lang_code: "en".to_owned(),
            proxy_url: self.proxies.get(route).map(|proxy| proxy.reveal().to_owned()),
            use_ipv6: false,
            retry_policy: Box::new(NoRetries),
            updates_channel_capacity: NonZeroUsize::new(UPDATES_AHEAD).unwrap_or(NonZeroUsize::MIN),
            // `..Default` would start a program that asks for the operating system's name
            __non_exhaustive: (),
        };
        let SenderPool { runner, handle, updates } =
            SenderPool::with_configuration(Arc::clone(&self.session), self.settings.api_id, params);
        if dc == self.session.home() {
            // nobody follows: the receiver is dropped, and the pool drops what it hears
            _ = self.updates.send(updates);
        }
        tracing::debug!(account = %self.account, dc, number, proxy = ?self.proxies.get(route), "connecting");
        Pool { number, route, handle: handle.thin, runner: tokio::spawn(runner.run()), pulse: Arc::default() }
    }

    /// Throws a pool away, unless another has taken its place already.
    fn give_up(&self, dc: i32, number: u64) {
        let mut pools = self.pools();
        if pools.by_centre.get(&dc).is_some_and(|pool| pool.number == number) {
            pools.by_centre.remove(&dc);
            metrics::counter!("analyticbot_mtproto_pools_given_up_total").increment(1);
        }
    }

    /// Goes over to the next proxy, with all connections; once, however many calls have failed through `route`.
    fn next_route(&self, route: usize) {
        let mut pools = self.pools();
        if self.proxies.len() > 1 && pools.route == route {
            pools.route = (route + 1) % self.proxies.len();
            pools.by_centre.retain(|_, pool| pool.route != route);
            metrics::counter!("analyticbot_mtproto_proxies_changed_total").increment(1);
            tracing::warn!(
                account = %self.account, from = ?self.proxies[route], to = ?self.proxies[pools.route],
                "the proxy fails: taking the next one"
            );
        }
    }

    /// Which proxy is used now.
    pub fn proxy(&self) -> Option<ProxyUrl> {
        self.proxies.get(self.pools().route).cloned()
    }

    /// Calls a method in a data centre.
    pub async fn call<R>(&self, dc: i32, request: &R) -> Result<R::Return, CallError>
    where
        R: RemoteCall + Identifiable,
    {
        let (answer, _) = self.call_keeping(dc, request).await?;
        Ok(answer)
    }

    /// The same, with the bytes of the answer.
    pub async fn call_keeping<R>(&self, dc: i32, request: &R) -> Result<(R::Return, Vec<u8>), CallError>
    where
        R: RemoteCall + Identifiable,
    {
        let method = methods::allowed(R::CONSTRUCTOR_ID).map_err(|method| CallError::NotAllowed { method })?;
        let began = Instant::now();
        let result = self.carry_out(dc, method, request.to_bytes()).await.and_then(|bytes| {
            let read = R::Return::from_bytes(&bytes);
            let answer = read.map_err(|error| CallError::Malformed { method: method.name, detail: error.to_string() });
            if let Some(recorder) = &self.settings.recorder {
                recorder.keep(method.name, dc, &bytes);
            }
            Ok((answer?, bytes))
        });
        let outcome = result.as_ref().map_or_else(CallError::as_str, |_| "answered");
        let took = began.elapsed();
        metrics::counter!("analyticbot_mtproto_calls_total", "method" => method.name, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("analyticbot_mtproto_call_seconds", "method" => method.name).record(took.as_secs_f64());
        tracing::debug!(account = %self.account, dc, method = method.name, outcome, ms = took.as_millis() as u64, "called");
        result
    }

    #[tracing::instrument(level = "debug", name = "mtproto.call", skip_all, fields(account = %self.account, dc, method = method.name))]
    async fn carry_out(&self, dc: i32, method: Method, body: Vec<u8>) -> Result<Vec<u8>, CallError> {
        let _turn = tokio::select! {
            biased;
            () = self.stopping.cancelled() => return Err(CallError::Stopped),
            turn = self.in_flight.acquire() => turn.map_err(|_| CallError::Stopped)?,
        };
        let give_up_at = Instant::now() + self.settings.call_timeout;
        // once on the same way, and once through every other proxy
        let mut again = match method.repeats {
            Repeats::Freely => 1 + self.proxies.len().saturating_sub(1),
            Repeats::Never => 0,
        };
        let mut failed_on = None;
        loop {
            let lease = self.lease(dc);
            let (sent, answers) = (Instant::now(), lease.pulse.answers.load(Ordering::Relaxed));
            let answer = timeout_at(give_up_at, lease.handle.raw_invoke_in_dc(dc, body.clone())).await;
            if self.key_is_unknown(dc, &answer) {
                self.give_up(dc, lease.number);
                return Err(CallError::SignedOut { reason: KEY_UNKNOWN.to_owned() });
            }
            let error = match answer {
                Ok(Ok(bytes)) => {
                    lease.pulse.beat();
                    return Ok(bytes);
                }
                Ok(Err(error @ (InvocationError::Rpc(_) | InvocationError::Deserialize(_)))) => {
                    lease.pulse.beat();
                    return Err(failed(&error, method.name));
                }
                Ok(Err(error)) => error,
                Err(_) => {
                    let stalled = lease.pulse.answers.load(Ordering::Relaxed) == answers;
                    // not for a second attempt that came late: the pool would be innocent
                    if stalled && sent.elapsed() >= self.settings.call_timeout / 2 {
                        self.give_up(dc, lease.number);
                        if !lease.pulse.ever.load(Ordering::Relaxed) {
                            self.next_route(lease.route);
                        }
                    }
                    return Err(CallError::Silent { method: method.name });
                }
            };
            tracing::debug!(account = %self.account, dc, method = method.name, %error, "the connection failed");
            if matches!(error, InvocationError::Transport(_) | InvocationError::Authentication(_)) {
                self.give_up(dc, lease.number);
            }
            // twice in a row, or never well: the way is bad, not the moment
            if failed_on == Some(lease.route) || !lease.pulse.ever.load(Ordering::Relaxed) {
                self.next_route(lease.route);
            }
            failed_on = Some(lease.route);
            if again == 0 {
                return Err(failed(&error, method.name));
            }
            again -= 1;
        }
    }

    /// Home has not known the account's key: grammers has exchanged another one, or tried to. Calls over it would be
    /// nobody's.
    fn key_is_unknown(&self, dc: i32, answer: &Result<Result<Vec<u8>, InvocationError>, Elapsed>) -> bool {
        self.session.stands_on_key(dc)
            && (self.session.take_exchanged() || matches!(answer, Ok(Err(InvocationError::Authentication(_)))))
    }

    /// Lets calls under way end, for at most `patience`, then ends the connections.
    pub async fn stop(&self, patience: Duration) {
        self.stopping.cancel();
        _ = timeout(patience, self.in_flight.acquire_many(IN_FLIGHT_MAX)).await;
        self.in_flight.close();
        let pools: Vec<Pool> = self.pools().by_centre.drain().map(|(_, pool)| pool).collect();
        for pool in &pools {
            pool.handle.quit();
        }
        for mut pool in pools {
            if timeout(QUIT_TIMEOUT, &mut pool.runner).await.is_err() {
                tracing::debug!(account = %self.account, "a pool did not end by itself");
            }
        }
    }
}
