//! A stand-in with two accounts and two channels, and the product's accounts on it.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use fake_telegram::FakeTelegram;
use fake_telegram::scenario::{Fault, PostPlan, Rule, Scenario};
use fake_telegram::world::digest;
use mtproto::{
    Account, AccountId, ApiHash, Centre, OpenSession, Peer, ProxyUrl, SealedSession, SessionKey, Settings, Update,
    UpdateStream, import,
};

pub const OWNER: i64 = 11;
/// Has a second password, and is no administrator.
pub const READER: i64 = 12;
pub const PASSWORD: &str = "correct horse";
pub const HOME: i32 = 2;
pub const STATS: i32 = 5;
/// Messages of `orbit`.
pub const POSTS: usize = 250;

const SCENARIO: &str = r#"
now = "2026-01-10T12:00:00Z"
graph_polls = 2

[[accounts]]
id = 11
first_name = "Owner"
username = "made_up_owner"
phone = "998901112233"
admin_of = ["orbit"]

[[accounts]]
id = 12
first_name = "Reader"
phone = "998904445566"
code = "54321"
password = "correct horse"
hint = "of the stable"
member_of = ["orbit"]

[[channels]]
username = "orbit"
title = "Orbit"
about = "Notes from above"
members = 1500
stats = true
generate = { posts = 250, hole_every = 11, views = 3000 }

[[channels]]
username = "moon"
title = "Moon"
posts = [
    { id = 1, service = "created", date = "2026-01-08T10:00:00Z" },
    { id = 5, date = "2026-01-09T10:00:00Z", text = "seen at Orbit", forwarded_from = "orbit/1002", views = 900 },
    { id = 6, date = "2026-01-09T11:00:00Z", text = "an album", album = 3 },
    { id = 9, date = "2026-01-09T11:30:00Z", service = "pinned" },
    { id = 10, date = "2026-01-09T12:00:00Z", text = "told again", forwarded_from = "Somebody", author = "A. Writer" },
    { id = 12, date = "2026-01-09T13:00:00Z", text = "put right", edited_after = 60, media = "photo", replies = 7,
      forwards = 30, reactions = [["👍", 40], ["🔥", 9]] },
]
"#;

pub struct Stage {
    pub telegram: FakeTelegram,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// `more`: keys in front of the scenario's.
    pub async fn with(more: &str) -> Self {
        let scenario = Scenario::parse(&format!("{more}\n{SCENARIO}")).expect("a scenario");
        Self { telegram: FakeTelegram::start(scenario).await.expect("a stand-in") }
    }

    /// For one client: what grammers would exchange with Telegram is agreed on beforehand, under a name.
    pub fn settings(&self, client: &str) -> Settings {
        let key = self.telegram.centres.fresh_key(client);
        let centre = |(id, address): (i32, SocketAddr)| Centre { id, address, auth_key: Some(key) };
        Settings {
            api_id: 1,
            api_hash: ApiHash::new("made-up hash"),
            key: SessionKey::new([7; 32]),
            centres: Some(self.telegram.centres.addresses().into_iter().map(centre).collect()),
            home: None,
            call_timeout: Duration::from_secs(10),
            recorder: None,
        }
    }

    /// The session of an account that signed in long ago.
    pub fn imported(&self, account: i64) -> OpenSession {
        import::from_auth_key(&hex(&self.telegram.centres.account_key(account)), HOME).expect("a session")
    }

    pub fn sealed(&self, account: i64) -> SealedSession {
        let settings = self.settings(&client(account));
        self.imported(account).seal(&settings.key, AccountId(account)).expect("sealed")
    }

    pub fn start(&self, account: i64) -> (Account, UpdateStream) {
        self.start_with(account, &self.settings(&client(account)), Vec::new())
    }

    pub fn start_with(&self, account: i64, settings: &Settings, proxies: Vec<ProxyUrl>) -> (Account, UpdateStream) {
        Account::start(settings, AccountId(account), &self.sealed(account), proxies).expect("started")
    }

    /// The same account once more, from what it left behind.
    pub fn restart(&self, account: i64, session: &SealedSession) -> (Account, UpdateStream) {
        let settings = self.settings(&client(account));
        Account::start(&settings, AccountId(account), session, Vec::new()).expect("started")
    }

    /// From now on, for so many calls.
    pub fn befalls(&self, method: &str, times: u32, then: Fault) {
        self.befalls_in(None, method, times, then);
    }

    /// The same in one data centre.
    pub fn befalls_in(&self, dc: Option<i32>, method: &str, times: u32, then: Fault) {
        self.telegram.world.add_rule(Rule {
            method: Some(method.to_owned()),
            dc,
            account: None,
            skip: 0,
            times: Some(times),
            then,
        });
    }

    /// How often the method has been called so far, in every data centre.
    pub fn calls(&self, method: &str) -> usize {
        self.telegram.world.calls().iter().filter(|call| call.method == method).count()
    }

    /// The data centres in which the method has been called, in order.
    pub fn called_in(&self, method: &str) -> Vec<i32> {
        let calls = self.telegram.world.calls();
        calls.iter().filter(|call| call.method == method).map(|call| call.dc).collect()
    }

    pub fn digest(&self, channel: &str) -> String {
        digest::describe(&self.telegram.world, channel).expect("a channel").rows_sha256
    }

    /// Fails when the product asked for what the stand-in does not know.
    pub fn end(self) {
        self.telegram.stop().expect("only what the stand-in knows");
    }
}

/// A name for an account's keys.
pub fn client(account: i64) -> String {
    format!("client of {account}")
}

pub fn hex(bytes: &[u8]) -> String {
    digest::hex(bytes)
}

pub fn post(text: &str) -> PostPlan {
    PostPlan { text: text.to_owned(), ..PostPlan::default() }
}

/// What must happen within a time that a busy machine has, too.
pub async fn soon<T>(what: &str, happening: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), happening).await.unwrap_or_else(|_| panic!("{what} has not come"))
}

/// Waits for a condition that nothing announces.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let looking = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    soon(what, looking).await;
}

/// The next update that is no counter.
pub async fn next(stream: &mut UpdateStream) -> Update {
    loop {
        let update = soon("an update", stream.next()).await.expect("the stream goes on").expect("an update");
        if !matches!(update, Update::Counters { .. }) {
            return update;
        }
    }
}

pub async fn resolved(account: &Account, username: &str) -> Peer {
    account.resolve(username).await.expect("a channel")
}
