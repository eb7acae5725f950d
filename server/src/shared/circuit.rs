//! The one connection to Redis, and what keeps a bad one from slowing requests down: the first question without an
//! answer in time opens the circuit, then nobody asks until the background has found Redis well again.

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::PATIENCE;
use crate::metrics::{self, RedisOutcome, RedisRequest};

/// Nobody waits for a connection; it may take as long as a distant machine needs.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a Redis that failed is left alone.
const LEFT_OUT: Duration = Duration::from_secs(2);
/// A Redis that nobody has asked anything is looked at this often.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Closed while Redis answers.
pub struct Circuit {
    line: RwLock<Option<Line>>,
    opened: Notify,
}

/// A connection, told apart from those before and after it.
#[derive(Clone)]
struct Line {
    number: u64,
    connection: MultiplexedConnection,
}

impl Circuit {
    /// Open at first; the background connects until `stopping`.
    pub fn start(client: Client, stopping: CancellationToken) -> Arc<Self> {
        let circuit = Arc::new(Self { line: RwLock::new(None), opened: Notify::new() });
        metrics::set_redis_up(false);
        let kept = circuit.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stopping.cancelled() => {}
                () = kept.keep(&client) => {}
            }
        });
        circuit
    }

    pub fn is_closed(&self) -> bool {
        self.line().is_some()
    }

    /// Asks Redis, until `deadline` at most. `None`: it is left out, or did not answer and is left out from now on.
    pub async fn ask<T, F>(
        &self,
        request: RedisRequest,
        deadline: Instant,
        ask: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let Some(Line { number, connection }) = self.line() else {
            metrics::count_redis(request, RedisOutcome::LeftOut);
            return None;
        };
        let why = match timeout_at(deadline, ask(connection)).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        metrics::count_redis(request, RedisOutcome::Failed);
        self.open(number, &why);
        None
    }

    /// A failure of an older connection says nothing about the present one.
    fn open(&self, number: u64, why: &str) {
        let mut line = self.line.write().unwrap_or_else(PoisonError::into_inner);
        if line.as_ref().is_some_and(|line| line.number == number) {
            *line = None;
            drop(line);
            metrics::set_redis_up(false);
            tracing::warn!("Redis is left out: {why}");
            self.opened.notify_one();
        }
    }

    fn line(&self) -> Option<Line> {
        self.line.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn keep(&self, client: &Client) {
        let mut failing = false;
        for number in 1.. {
            match connect(client).await {
                Ok(connection) => {
                    failing = false;
                    tracing::info!("Redis answers");
                    let line = Line { number, connection };
                    *self.line.write().unwrap_or_else(PoisonError::into_inner) = Some(line.clone());
                    metrics::set_redis_up(true);
                    self.watch(line).await;
                }
                // said once, not every two seconds
                Err(why) if !failing => {
                    failing = true;
                    tracing::warn!("Redis cannot be used, which costs speed only: {why}");
                }
                Err(_) => {}
            }
            sleep(LEFT_OUT).await;
        }
    }

    /// Over once the circuit is open.
    async fn watch(&self, Line { number, connection }: Line) {
        while self.line().is_some() {
            if timeout(LOOK_EVERY, self.opened.notified()).await.is_err()
                && let Err(why) = ping(connection.clone()).await
            {
                self.open(number, &why);
            }
        }
    }
}

/// A connection that has answered as quickly as a request would need it.
async fn connect(client: &Client) -> Result<MultiplexedConnection, String> {
    // our own deadlines hold, and they are shorter
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT_TIMEOUT)).set_response_timeout(None);
    let connecting = timeout(CONNECT_TIMEOUT, client.get_multiplexed_async_connection_with_config(&config));
    let connection = connecting.await.map_err(|_| "no connection in time")?.map_err(|error| error.to_string())?;
    ping(connection.clone()).await?;
    Ok(connection)
}

async fn ping(mut connection: MultiplexedConnection) -> Result<(), String> {
    let pong = timeout(PATIENCE, redis::cmd("PING").query_async::<()>(&mut connection));
    pong.await.map_err(|_| "no answer in time")?.map_err(|error| error.to_string())
}
