//! A process that stays: its roles, and its orderly end.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use futures::future::join_all;
use services::Ctx;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::connections::{self, Bounds};
use crate::failure::Failure;
use crate::listener::Closing;
use crate::metrics;
use crate::router::router;
use crate::shared::Shared;
use crate::site_files::SiteFiles;
use crate::state::{AppState, Settings};

/// From the request to stop until the door is closed: busy clients are told `connection: close` meanwhile and watchers
/// see `/readyz` fail, so that nobody knocks at a door that is shut.
const GRACE: Duration = Duration::from_millis(800);

/// From the closed door until what still runs is cut. With [`GRACE`] and [`BACKGROUND_STOP`] this stays under the 25 s after
/// which a supervisor kills.
const REQUESTS_STOP: Duration = Duration::from_secs(20);

/// Leases bring back what could not be finished.
const BACKGROUND_STOP: Duration = Duration::from_secs(22);

/// What a process does; one process may do all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// pages, server functions, live updates
    Web,
    /// the job queue and its schedules
    Jobs,
    /// the bot: what people write to it, what it hears of channels
    Bot,
    /// accounts of Telegram that read channels
    Collect,
}

/// A port that is ours from here on.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Failure::failed(
            "port_in_use",
            format!(
                "port {} of {} is in use: stop the program that has it, or choose another with --bind {}",
                address.port(),
                address.ip(),
                SocketAddr::new(address.ip(), address.port().wrapping_add(1))
            ),
        ),
        std::io::ErrorKind::PermissionDenied => Failure::failed(
            "port_refused",
            format!(
                "this user may not listen on port {}: choose one above 1023 with --bind {}:8080",
                address.port(),
                address.ip()
            ),
        ),
        std::io::ErrorKind::AddrNotAvailable => Failure::failed(
            "address_unknown",
            format!("{} is not an address of this machine: use 127.0.0.1 or 0.0.0.0", address.ip()),
        ),
        _ => Failure::failed("listen", format!("cannot listen on {address}: {error}")),
    })
}

/// What the web role needs before it starts.
pub struct Web {
    pub listener: TcpListener,
    /// where Prometheus reads, if apart from the app
    pub metrics: Option<TcpListener>,
    pub site_files: SiteFiles,
}

/// Runs the roles until `stop` is over, then ends them without cutting anything.
pub async fn run(
    ctx: Ctx,
    config: &Config,
    web: Option<Web>,
    roles: &[Role],
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let stopping = CancellationToken::new();
    // before anything is counted
    metrics::start(stopping.clone());
    let mut background = Vec::new();
    if roles.contains(&Role::Jobs) {
        background.push(("the job role", tokio::spawn(jobs::run(ctx.clone(), stopping.clone()))));
    }
    if roles.contains(&Role::Bot) {
        let settings = config.telegram.bot_settings(config.server.public_url.as_deref())?;
        background.push(("the bot", tokio::spawn(bot::run(ctx.clone(), settings, stopping.clone()))));
    }
    if roles.contains(&Role::Collect) {
        background.push(("the collector", tokio::spawn(collector::run(ctx.clone(), stopping.clone()))));
    }
    let schema_version = ctx.db.version().await.map_err(services::Error::from)?;
    let web = match web {
        Some(web) => {
            let shared = share(&ctx, config, stopping.clone()).await?;
            let settings = Settings {
                server: &config.server,
                api: &config.api,
                webhook_secret: config.telegram.webhook_secret()?,
            };
            let state = AppState::new(ctx.clone(), settings, shared, web.site_files, schema_version, stopping.clone());
            if let Some(listener) = web.metrics {
                spawn_metrics(listener, state.clone());
            }
            Some(spawn_web(web.listener, state))
        }
        None => None,
    };
    stop.await;
    tracing::info!("stopping: no new work, what runs is finished");
    stopping.cancel();
    let ended = async {
        let background = background.into_iter().map(|(what, task)| wait(what, Some(task), BACKGROUND_STOP));
        tokio::join!(wait("the web role", web, GRACE + REQUESTS_STOP), join_all(background));
        ctx.db.close().await;
    };
    if tokio::time::timeout(BACKGROUND_STOP + GRACE, ended).await.is_err() {
        tracing::warn!("the database did not close in time; it recovers at the next start");
    }
    tracing::info!("stopped");
    Ok(())
}

/// What replicas share, where the settings name a Redis. Whether it answers is not waited for.
async fn share(ctx: &Ctx, config: &Config, stopping: CancellationToken) -> Result<Option<Shared>, Failure> {
    let Some(url) = &config.cache.redis_url else { return Ok(None) };
    let installation = services::settings::installation(ctx).await?;
    let shared = Shared::start(url.expose(), &installation, stopping);
    shared.map(Some).map_err(|error| Failure::usage("cache.redis_url", format!("{url} cannot be used: {error}")))
}

fn spawn_web(listener: TcpListener, state: AppState) -> JoinHandle<()> {
    let stopping = state.stopping.clone();
    let close = CancellationToken::new();
    tokio::spawn({
        let close = close.clone();
        async move {
            stopping.cancelled().await;
            tokio::time::sleep(GRACE).await;
            close.cancel();
        }
    });
    let listener = Closing::new(listener, close);
    let closed = listener.closed();
    tokio::spawn(connections::serve(listener, router(state), Bounds::USUAL, closed))
}

/// Watchers read until the end; nobody waits for them.
fn spawn_metrics(listener: TcpListener, state: AppState) {
    let stopping = state.stopping.clone();
    tokio::spawn(connections::serve(listener, metrics::own_router(state), Bounds::USUAL, stopping));
}

async fn wait(what: &str, task: Option<JoinHandle<()>>, at_most: Duration) {
    let Some(mut task) = task else { return };
    match tokio::time::timeout(at_most, &mut task).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "{what} failed"),
        Err(_) => {
            tracing::warn!("{what} did not end within {} s and is cut", at_most.as_secs());
            task.abort();
        }
    }
}

/// Over when somebody asks the process to stop: Ctrl-C or SIGTERM. Asked a second time, it ends at once.
pub fn asked_to_stop() -> impl Future<Output = ()> + Send + 'static {
    // listening begins here and not at the first poll: a server that answers can be stopped
    let mut asked = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
    async move {
        any(&mut asked).await;
        tokio::spawn(async move {
            any(&mut asked).await;
            #[expect(
                clippy::disallowed_methods,
                reason = "asked twice, a person wants the end now; what was acknowledged survives even a kill"
            )]
            std::process::exit(1);
        });
    }
}

async fn any([interrupt, terminate]: &mut [Option<Signal>; 2]) {
    tokio::select! {
        () = one(interrupt) => {}
        () = one(terminate) => {}
    }
}

/// Never over where the system does not let us listen.
async fn one(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => _ = signal.recv().await,
        None => std::future::pending().await,
    }
}
