//! A stand-in for Telegram on loopback, for tests and for trying things out. Never a dependency of what is shipped.
//!
//! One [`World`](world::World) behind every door: data centres over MTProto with the real wire protocol, the Bot API,
//! preview pages as t.me serves them, a SOCKS5 proxy, and a page that hosts Mini Apps as Telegram Web does. Clients that
//! nobody here wrote use it unmodified: grammers and teloxide in `tests/clients/`, Telethon and Kurigram in
//! `tests/third_party/read.py` (`./dev test telegram`).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use fake_telegram::{FakeTelegram, scenario::Scenario};
//!
//! let scenario = Scenario::parse("[[channels]]\nusername = \"orbit\"\ngenerate = { posts = 50 }")?;
//! let telegram = FakeTelegram::start(scenario).await?;
//! // ... connect a client to telegram.centres.addresses() ...
//! telegram.stop()?;
//! # Ok(())
//! # }
//! ```
//!
//! To add a method of MTProto, see `mtproto`; of the Bot API, `bot_api`; a fault, `scenario::Fault`.

mod bot_api;
mod chat;
pub mod clock;
mod control;
pub mod describe;
pub mod mini_app;
mod mtproto;
pub mod person;
mod preview;
pub mod scenario;
mod script;
pub mod socks5;
pub mod world;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use mtproto::DataCentres;

use bot_api::BotApi;
use chat::Chat;
use control::Controls;
use scenario::Scenario;
use socks5::Socks5;
use world::{ScenarioError, World};

/// A stand-in that runs until it is dropped.
pub struct FakeTelegram {
    pub world: Arc<World>,
    pub centres: Arc<DataCentres>,
    pub proxy: Arc<Socks5>,
    /// Where the proxy listens.
    pub socks5: SocketAddr,
    http: SocketAddr,
    host: SocketAddr,
    /// Aborted when dropped.
    _tasks: JoinSet<()>,
}

/// A client asked for what the stand-in does not know.
#[derive(Debug, thiserror::Error)]
#[error("asked for, but not part of the stand-in: {}", .0.join(", "))]
pub struct NotImplemented(pub Vec<String>);

impl FakeTelegram {
    /// Builds the scenario's world and listens on free loopback ports.
    pub async fn start(scenario: Scenario) -> Result<Self, ScenarioError> {
        let world = World::new(scenario)?;
        let centres = DataCentres::new(Arc::clone(&world));
        let mut tasks = JoinSet::new();
        centres.listen(&mut tasks).await?;
        let proxy = Arc::new(Socks5::new(world.scenario.socks5_login.clone()));
        let listener = loopback().await?;
        let socks5 = listener.local_addr()?;
        tasks.spawn(socks5::accept(Arc::clone(&proxy), listener));
        let controls = Controls { world: Arc::clone(&world), centres: Arc::clone(&centres), proxy: Arc::clone(&proxy) };
        let host = serve(mini_app::router(Arc::clone(&world)), &mut tasks).await?;
        let pages = bot_api::router(BotApi::new(Arc::clone(&world)))
            .merge(preview::router(Arc::clone(&world)))
            .merge(chat::router(Chat { world: Arc::clone(&world), host: format!("http://{host}") }))
            .merge(control::router(Arc::new(controls)));
        let http = serve(pages, &mut tasks).await?;
        tasks.spawn(bot_api::deliver(Arc::clone(&world)));
        tasks.spawn(Arc::clone(&world).run());
        Ok(Self { world, centres, proxy, socks5, http, host, _tasks: tasks })
    }

    /// Ends it; an error names what clients asked for in vain.
    pub fn stop(self) -> Result<(), NotImplemented> {
        let missing = self.world.not_implemented();
        if missing.is_empty() { Ok(()) } else { Err(NotImplemented(missing)) }
    }

    /// Base URL of the Bot API, the preview pages and the controls.
    pub fn http_url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Base URL of the Mini App host: another origin than everything else.
    pub fn host_url(&self) -> String {
        format!("http://{}", self.host)
    }
}

async fn loopback() -> std::io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", 0)).await
}

async fn serve(router: axum::Router, tasks: &mut JoinSet<()>) -> std::io::Result<SocketAddr> {
    let listener = loopback().await?;
    let address = listener.local_addr()?;
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!("{address}: {error}");
        }
    });
    Ok(address)
}
