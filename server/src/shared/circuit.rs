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

    /// Asks Redis, until `deadline` at most. `None`: it is left out, or did not answer and is left out from now on. A
    /// request whose time was over before says nothing about Redis.
    pub async fn ask<T, F>(
        &self,
        request: RedisRequest,
        deadline: Instant,
        ask: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let line = self.line().filter(|_| Instant::now() < deadline);
        let Some(Line { number, connection }) = line else {
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
pub(super) async fn connect(client: &Client) -> Result<MultiplexedConnection, String> {
    // our own deadlines hold, and they are shorter
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT_TIMEOUT)).set_response_timeout(None);
    let connecting = timeout(CONNECT_TIMEOUT, client.get_multiplexed_async_connection_with_config(&config));
    let connection = connecting.await.map_err(|_| "no connection in time")?.map_err(|error| error.to_string())?;
    ping(connection.clone()).await?;
    Ok(connection)
}

async fn ping(mut connection: MultiplexedConnection) -> Result<(), String> {
    let ping = redis::cmd("PING");
    let pong = timeout(PATIENCE, ping.query_async::<()>(&mut connection));
    pong.await.map_err(|_| "no answer in time")?.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// Speaks as much of Redis as is asked here.
    #[derive(Default)]
    struct Stub {
        is_silent: AtomicBool,
        asked: AtomicU32,
    }

    impl Stub {
        async fn serve(self: Arc<Self>, listener: TcpListener) {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(self.clone().answer(stream));
            }
        }

        async fn answer(self: Arc<Self>, mut stream: TcpStream) {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                for word in String::from_utf8_lossy(&buffer[..read]).split("\r\n") {
                    let answer = match word {
                        "PING" => "+PONG\r\n",
                        "SETINFO" => "+OK\r\n",
                        "GET" => {
                            self.asked.fetch_add(1, Ordering::SeqCst);
                            "$-1\r\n"
                        }
                        _ => continue,
                    };
                    if !self.is_silent.load(Ordering::SeqCst) && stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    async fn ask(circuit: &Circuit) -> (Option<Option<String>>, Duration) {
        let began = Instant::now();
        let answer = circuit.ask(RedisRequest::Find, began + PATIENCE, |mut redis| async move {
            redis::cmd("GET").arg("a").query_async::<Option<String>>(&mut redis).await
        });
        (answer.await, began.elapsed())
    }

    async fn wait_until(is_so: impl Fn() -> bool) {
        let waiting = async {
            while !is_so() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(30), waiting).await.expect("in time");
    }

    #[tokio::test]
    async fn one_question_waits_the_next_do_not_and_it_comes_back_by_itself() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("redis://{}", listener.local_addr().expect("an address"));
        let stub = Arc::new(Stub::default());
        tokio::spawn(stub.clone().serve(listener));
        let stopping = CancellationToken::new();
        let circuit = Circuit::start(Client::open(url).expect("an address"), stopping.clone());
        wait_until(|| circuit.is_closed()).await;
        assert_eq!(ask(&circuit).await.0, Some(None), "asked, and nothing was there");

        stub.is_silent.store(true, Ordering::SeqCst);
        let (answer, took) = ask(&circuit).await;
        assert_eq!(answer, None);
        assert!((PATIENCE..PATIENCE * 10).contains(&took), "{took:?}");
        assert!(!circuit.is_closed());
        let asked = stub.asked.load(Ordering::SeqCst);
        for _ in 0..100 {
            let (answer, took) = ask(&circuit).await;
            assert_eq!(answer, None);
            assert!(took < PATIENCE, "{took:?}");
        }
        assert_eq!(stub.asked.load(Ordering::SeqCst), asked, "left out");

        stub.is_silent.store(false, Ordering::SeqCst);
        wait_until(|| circuit.is_closed()).await;
        assert_eq!(ask(&circuit).await.0, Some(None));
        // nobody asks, and it is noticed all the same
        stub.is_silent.store(true, Ordering::SeqCst);
        wait_until(|| !circuit.is_closed()).await;
        stopping.cancel();
    }

    #[tokio::test]
    async fn a_request_that_is_late_already_opens_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("redis://{}", listener.local_addr().expect("an address"));
        tokio::spawn(Arc::new(Stub::default()).serve(listener));
        let circuit = Circuit::start(Client::open(url).expect("an address"), CancellationToken::new());
        wait_until(|| circuit.is_closed()).await;
        let late = circuit.ask(RedisRequest::Find, Instant::now(), |mut redis| async move {
            redis::cmd("GET").arg("a").query_async::<Option<String>>(&mut redis).await
        });
        assert_eq!(late.await, None);
        assert!(circuit.is_closed());
    }
}
