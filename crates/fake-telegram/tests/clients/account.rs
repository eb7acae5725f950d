//! A grammers client on a session that knows the stand-in's addresses and no others.

use std::collections::HashMap;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::sync::Arc;

use fake_telegram::FakeTelegram;
use fake_telegram::scenario::Scenario;
use fake_telegram::world::digest::Row;
use grammers_client::client::UpdateStream;
use grammers_client::sender::{ConnectionParams, SenderPoolFatHandle, UpdatesConfiguration};
use grammers_client::session::storages::MemorySession;
use grammers_client::session::types::{DcOption, PeerInfo, PeerRef};
use grammers_client::session::updates::UpdatesLike;
use grammers_client::session::{SessionData, types::PeerId};
use grammers_client::{Client, SenderPool, tl};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const SCENARIO: &str = r#"
now = "2026-01-10T12:00:00Z"
graph_polls = 2

[[accounts]]
id = 11
first_name = "Owner"
phone = "998901112233"
admin_of = ["orbit"]

[[accounts]]
id = 12
first_name = "Reader"
phone = "998904445566"
code = "54321"
password = "correct horse"
member_of = ["orbit"]

[[channels]]
username = "orbit"
title = "Orbit"
members = 1500
stats = true
generate = { posts = 350, hole_every = 11, views = 3000 }

[[channels]]
username = "moon"
posts = [
    { id = 5, date = "2026-01-09T10:00:00Z", text = "seen at Orbit", forwarded_from = "orbit/1002" },
    { id = 6, date = "2026-01-09T11:00:00Z", text = "an album", album = 3 },
    { id = 9, service = "pinned", date = "2026-01-09T11:00:00Z" },
]
"#;

pub async fn telegram() -> FakeTelegram {
    telegram_with("").await
}

/// `more`: keys in front of the scenario's.
pub async fn telegram_with(more: &str) -> FakeTelegram {
    let scenario = Scenario::parse(&format!("{more}\n{SCENARIO}")).expect("a scenario");
    FakeTelegram::start(scenario).await.expect("a stand-in")
}

/// One account's connections.
pub struct Account {
    pub client: Client,
    handle: SenderPoolFatHandle,
    runner: JoinHandle<()>,
    updates: Option<mpsc::Receiver<UpdatesLike>>,
}

/// Signed in with the key agreed on beforehand.
pub async fn connect(telegram: &FakeTelegram, account: i64) -> Account {
    connect_with(telegram, account, None).await
}

/// `fresh`: a key nobody is signed in with, by this name, instead of the account's.
pub async fn connect_with(telegram: &FakeTelegram, account: i64, fresh: Option<&str>) -> Account {
    connect_through(telegram, account, fresh, None)
}

pub fn connect_through(telegram: &FakeTelegram, account: i64, fresh: Option<&str>, proxy: Option<String>) -> Account {
    let key = fresh.map_or_else(|| telegram.centres.account_key(account), |name| telegram.centres.fresh_key(name));
    let option = |(id, address): (i32, SocketAddr)| {
        let SocketAddr::V4(ipv4) = address else { panic!("the stand-in listens on IPv4") };
        assert!(ipv4.ip().is_loopback());
        let ipv6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, SocketAddrV4::port(&ipv4), 0, 0);
        (id, DcOption { id, ipv4, ipv6, auth_key: Some(key) })
    };
    let mut data = SessionData {
        home_dc: telegram.world.scenario.home,
        // the default holds Telegram's own addresses
        dc_options: telegram.centres.addresses().into_iter().map(option).collect::<HashMap<_, _>>(),
        ..SessionData::default()
    };
    if fresh.is_none() {
        let own = PeerInfo::User { id: account, auth: None, bot: Some(false), is_self: Some(true) };
        data.peer_infos.insert(PeerId::self_user(), own);
    }
    let session = Arc::new(MemorySession::from(data));
    let params = ConnectionParams { proxy_url: proxy, ..ConnectionParams::default() };
    let SenderPool { runner, handle, updates } = SenderPool::with_configuration(session, 1, params);
    let client = Client::new(handle.clone());
    Account { client, handle, runner: tokio::spawn(runner.run()), updates: Some(updates) }
}

impl Account {
    pub async fn updates(&mut self, catch_up: bool) -> UpdateStream {
        let updates = self.updates.take().expect("updates are streamed once");
        self.client.stream_updates(updates, UpdatesConfiguration { catch_up }).await.expect("updates")
    }

    /// Takes the authorisation from home to another data centre.
    pub async fn import_authorization(&self, dc: i32) {
        let export = tl::functions::auth::ExportAuthorization { dc_id: dc };
        let tl::enums::auth::ExportedAuthorization::Authorization(exported) =
            self.client.invoke(&export).await.expect("an export");
        let import = tl::functions::auth::ImportAuthorization { id: exported.id, bytes: exported.bytes };
        self.client.invoke_in_dc(dc, &import).await.expect("an import");
    }

    pub async fn peer(&self, username: &str) -> PeerRef {
        let peer = self.client.resolve_username(username).await.expect("an answer").expect("a channel");
        peer.to_ref().await.expect("a session").expect("an access hash")
    }

    /// Every message but the service ones, as a client reads it.
    pub async fn history(&self, username: &str) -> Vec<Row> {
        let peer = self.peer(username).await;
        let mut rows = Vec::new();
        let mut messages = self.client.iter_messages(peer);
        while let Some(message) = messages.next().await.expect("a page") {
            let tl::enums::Message::Message(raw) = &message.raw else { continue };
            let replies = raw.replies.as_ref().map_or(0, |tl::enums::MessageReplies::Replies(replies)| replies.replies);
            let reactions = raw.reactions.as_ref().map_or(0, |tl::enums::MessageReactions::Reactions(reactions)| {
                reactions.results.iter().map(|tl::enums::ReactionCount::Count(count)| count.count).sum()
            });
            let count = |count: Option<i32>| i64::from(count.unwrap_or_default());
            rows.push((
                raw.id,
                i64::from(raw.date),
                count(raw.views),
                count(raw.forwards),
                i64::from(reactions),
                i64::from(replies),
                raw.message.clone(),
            ));
        }
        rows
    }

    /// Ends it whatever it is doing.
    pub async fn abort(self) {
        self.runner.abort();
        assert!(self.runner.await.expect_err("aborted").is_cancelled());
    }

    pub async fn close(self) {
        self.handle.quit();
        self.runner.await.expect("no panic");
    }
}
