//! A stand-in with accounts and channels, a database, and a clock that both sides share and that moves by hand.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use collector::{Turn, Worker};
use domain::channels::{Channel, ChannelRef};
use domain::collect::account::Account;
use domain::collect::connection::{Connection, Mode};
use domain::ids::AccountId;
use fake_telegram::FakeTelegram;
use fake_telegram::scenario::{Fault, PostPlan, Rule, Scenario};
use fake_telegram::world::digest::{self, Row};
use mtproto::{ApiHash, Centre, SessionKey, import, login};
use services::collect::account::{self, Accounts, Reads};
use services::collect::connection;
use services::collect::session::{self, Again, Progress};
use services::{Clock, Ctx, SiteSettings, Viewer, identity};
use store::collect::{albums, deletions};
use store::{Db, Settings, Tx};

/// 2026-01-10 12:00 UTC, as in the scenario.
pub const NOW: i64 = 1_768_046_400;
/// Administers `orbit`.
pub const OWNER: i64 = 11;
/// A member of `orbit`, no administrator.
pub const READER: i64 = 12;
/// Messages of `orbit`.
pub const POSTS: i64 = 250;
/// Far beyond what a busy machine takes.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(10);
/// More than any test needs: a worker that never rests is a defect.
const TURNS_MAX: usize = 3_000;

const SCENARIO: &str = r#"
now = "2026-01-10T12:00:00Z"
graph_polls = 1

[[accounts]]
id = 11
first_name = "Owner"
phone = "998901112233"
admin_of = ["orbit"]

[[accounts]]
id = 12
first_name = "Reader"
phone = "998904445566"
member_of = ["orbit"]

[[channels]]
username = "orbit"
title = "Orbit"
members = 1500
stats = true
generate = { posts = 250, hole_every = 11, views = 3000 }

[[channels]]
username = "moon"
title = "Moon"
members = 90
posts = [
    { id = 1, service = "created", date = "2026-01-08T10:00:00Z" },
    { id = 5, date = "2026-01-09T10:00:00Z", text = "seen at Orbit", forwarded_from = "orbit/1002", views = 900 },
    { id = 6, date = "2026-01-09T11:00:00Z", text = "an album", album = 3, media = "photo", views = 800 },
    { id = 9, date = "2026-01-09T11:30:00Z", service = "pinned" },
    { id = 12, date = "2026-01-09T13:00:00Z", text = "read @orbit", media = "photo", replies = 7, forwards = 30,
      reactions = [["👍", 40], ["🔥", 9]], views = 500 },
]
"#;

pub const EVERYTHING: Reads = Reads { history: true, updates: true, statistics: true, statistics_of: None };

pub struct Stage {
    pub telegram: FakeTelegram,
    pub ctx: Ctx,
    pub clock: Clock,
    pub operator: Viewer,
    /// of the SQLite file; removed when the test ends
    _folder: Option<tempfile::TempDir>,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with("", EVERYTHING).await
    }

    /// `more`: keys in front of the scenario's.
    pub async fn with(more: &str, reads: Reads) -> Self {
        Self::of(&format!("{more}\n{SCENARIO}"), reads).await
    }

    /// In a world of its own.
    pub async fn of(scenario: &str, reads: Reads) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let db = Db::open(&Settings { url, max_connections: 4 }).await.expect("opens");
        db.migrate().await.expect("migrates");
        Self { _folder: Some(folder), ..Self::on(db, scenario, reads).await }
    }

    /// The usual world, on a migrated, empty database.
    pub async fn usual_on(db: Db) -> Self {
        Self::on(db, SCENARIO, EVERYTHING).await
    }

    async fn on(db: Db, scenario: &str, reads: Reads) -> Self {
        let telegram = FakeTelegram::start(Scenario::parse(scenario).expect("a scenario")).await.expect("it starts");
        let clock = Clock::set(telegram.world.clock.now());
        let ctx = Ctx::new(db, clock.clone(), SiteSettings::default());
        let workspace = identity::ensure_default_workspace(&ctx).await.expect("a workspace");
        let ctx = ctx.with_accounts(Some(accounts(&telegram, reads)));
        Self { telegram, ctx, clock, operator: Viewer::Operator { workspace }, _folder: None }
    }

    /// The same database as another process has it, with other settings of accounts.
    pub fn ctx_with(&self, change: impl FnOnce(&mut Accounts)) -> Ctx {
        let mut accounts = self.ctx.accounts.as_deref().expect("accounts").clone();
        change(&mut accounts);
        self.ctx.clone().with_accounts(Some(accounts))
    }

    /// Signs an account in by a key that was made elsewhere.
    pub async fn sign_in(&self, telegram_id: i64) -> AccountId {
        let key = digest::hex(&self.telegram.centres.account_key(telegram_id));
        let session = import::from_auth_key(&key, self.telegram.world.scenario.home).expect("a session");
        let settings = &self.ctx.accounts.as_ref().expect("accounts").telegram;
        let signed_in = login::confirm(settings, session, Vec::new()).await.expect("signed in");
        account::keep(&self.ctx, &self.operator, &signed_in, None).await.expect("kept").id
    }

    pub async fn connect(&self, channel: &str) -> Channel {
        self.connect_by(channel, None).await
    }

    pub async fn connect_by(&self, channel: &str, by: Option<AccountId>) -> Channel {
        let channel = ChannelRef::parse(channel);
        session::connect(&self.ctx, &self.operator, &channel, by).await.expect("connected").channel
    }

    pub async fn worker(&self, account: AccountId) -> Worker {
        Worker::open(&self.ctx, account).await.expect("opened").expect("nobody else has it")
    }

    /// Works until nothing is due.
    pub async fn work(&self, worker: &mut Worker) {
        assert_eq!(self.work_until_rest(worker).await, None, "the account is over");
    }

    /// The same; `Some`: the account is over.
    pub async fn work_until_rest(&self, worker: &mut Worker) -> Option<Turn> {
        for _ in 0..TURNS_MAX {
            match worker.turn().await {
                Turn::Worked => {}
                Turn::Idle { until } if until.is_some_and(|until| until <= self.ctx.now()) => {}
                Turn::Idle { .. } => return None,
                Turn::Over => return Some(Turn::Over),
            }
        }
        panic!("the worker never rests");
    }

    /// Works until a condition holds that Telegram's pushes bring about.
    pub async fn work_until<F>(&self, worker: &mut Worker, what: &str, mut holds: impl FnMut() -> F)
    where
        F: Future<Output = bool>,
    {
        let working = async {
            loop {
                worker.turn().await;
                if holds().await {
                    break;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, working).await.unwrap_or_else(|_| panic!("{what} has not come"));
    }

    /// Signed in, connected, and read to the end.
    pub async fn read(&self, channel: &str) -> (Worker, Channel) {
        let account = self.sign_in(OWNER).await;
        self.connect(channel).await;
        let mut worker = self.worker(account).await;
        self.work(&mut worker).await;
        (worker, self.channel(channel).await)
    }

    /// Both clocks go on.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
        self.telegram.world.advance(seconds);
    }

    pub async fn channel(&self, name: &str) -> Channel {
        services::channels::find(&self.ctx, &self.operator, &ChannelRef::parse(name)).await.expect("a channel")
    }

    pub async fn progress(&self, name: &str) -> Progress {
        session::progress(&self.ctx, &self.operator, &ChannelRef::parse(name)).await.expect("it is read")
    }

    pub async fn connection(&self, name: &str) -> Connection {
        let id = self.channel(name).await.id;
        let all = connection::list(&self.ctx, &self.operator).await.expect("listed");
        all.into_iter().find(|one| one.channel_id == id && one.mode == Mode::Session).expect("it is connected")
    }

    pub async fn account(&self, id: AccountId) -> Account {
        let all = account::list(&self.ctx, &self.operator).await.expect("listed");
        all.into_iter().map(|card| card.account).find(|account| account.id == id).expect("it is there")
    }

    pub async fn tx(&self) -> Tx {
        self.ctx.db.read().await.expect("a database")
    }

    /// What is stored of a channel, as any client reads it: a row for each message.
    pub async fn rows(&self, channel: &Channel) -> Vec<Row> {
        let mut tx = self.tx().await;
        let ids = store::collect::list_post_ids(&mut tx, channel.id).await.expect("ids");
        let posts = store::collect::find_posts(&mut tx, channel.id, ids.into_iter()).await.expect("posts");
        let parts = albums::list_all_parts(&mut tx, channel.id).await.expect("parts");
        let gone: Vec<i64> =
            deletions::list(&mut tx, channel.id).await.expect("deletions").into_iter().map(|(id, _)| id).collect();
        let count = |count: Option<i64>| count.unwrap_or_default();
        let whole = posts
            .into_values()
            .filter(|post| post.album_size.is_none())
            .map(|post| (post.post_id, post.date_utc, post.counters, post.text.unwrap_or_default()));
        let rows = whole.chain(parts.into_iter().map(|part| (part.message_id, part.date, part.counters, part.text)));
        let rows = rows.filter(|(id, ..)| !gone.contains(id)).map(|(id, date, counters, text)| {
            let (forwards, reactions) = (count(counters.forwards), count(counters.reactions));
            let id = i32::try_from(id).expect("an id of Telegram's");
            (id, date, count(counters.views), forwards, reactions, count(counters.replies), text)
        });
        rows.collect()
    }

    /// What is stored is what Telegram has, message by message.
    pub async fn assert_same(&self, channel: &Channel) {
        let name = channel.username.as_deref().expect("a name");
        let expected = digest::describe(&self.telegram.world, name).expect("a channel");
        let rows = self.rows(channel).await;
        assert_eq!(rows.len(), expected.posts, "messages");
        assert_eq!(digest::rows_sha256(&rows), expected.rows_sha256);
    }

    /// The same once time has gone by: counters of older posts have moved since they were read, so all of it is read
    /// again.
    pub async fn assert_same_now(&self, worker: &mut Worker, channel: &Channel) {
        session::read_again(&self.ctx, &self.operator, &ChannelRef::parse(&channel.slug()), Again::Everything)
            .await
            .expect("asked");
        self.work(worker).await;
        self.assert_same(channel).await;
    }

    pub fn befalls(&self, method: &str, times: u32, then: Fault) {
        self.befalls_after(0, method, times, then);
    }

    /// After so many calls that go well.
    pub fn befalls_after(&self, skip: u32, method: &str, times: u32, then: Fault) {
        let (method, times) = (Some(method.to_owned()), Some(times));
        self.telegram.world.add_rule(Rule { method, dc: None, account: None, skip, times, then });
    }

    pub fn calls(&self, method: &str) -> usize {
        self.telegram.world.calls().iter().filter(|call| call.method == method).count()
    }

    /// Fails when the product asked for what the stand-in does not know.
    pub async fn end(self, workers: impl IntoIterator<Item = Worker>) {
        for worker in workers {
            worker.close().await;
        }
        self.telegram.stop().expect("only what the stand-in knows");
    }
}

pub fn accounts(telegram: &FakeTelegram, reads: Reads) -> Accounts {
    let key = telegram.centres.fresh_key("the product");
    let centre = |(id, address): (i32, SocketAddr)| Centre { id, address, auth_key: Some(key) };
    let telegram = mtproto::Settings {
        api_id: 1,
        api_hash: ApiHash::new("made-up"),
        key: SessionKey::new([7; 32]),
        centres: Some(telegram.centres.addresses().into_iter().map(centre).collect()),
        home: None,
        call_timeout: Duration::from_secs(10),
        recorder: None,
    };
    // tests are about other things than the pace; those that are not set it
    Accounts { telegram, proxies: Vec::new(), reads, pace_percent: 1_000 }
}

pub fn post(text: &str) -> PostPlan {
    PostPlan { text: text.to_owned(), views: Some(400), ..PostPlan::default() }
}
