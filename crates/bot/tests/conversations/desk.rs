//! The role `bot` on a database of its own, and a stand-in for Telegram whose people talk to it.

use std::time::Duration;

use domain::posts::{Counters, MediaType, Snapshot, Source};
use fake_telegram::FakeTelegram;
use fake_telegram::person::Person;
use fake_telegram::scenario::{Fault, Rule, Scenario};
use serde_json::Value;
use services::{Clock, Ctx, SiteSettings};
use store::channels::NewChannel;
use store::collect::{PostFacts, Series};
use store::{Db, Settings};
use telegram::{BotApi, BotToken};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub const WORLD: &str = r#"
now = "2025-06-15T12:00:00Z"
bot_limits = false
[[accounts]]
id = 5
first_name = "Anya"
phone = "1"
admin_of = ["orbit"]
[[channels]]
username = "orbit"
title = "Orbit & <moon>"
members = 1500
generate = { posts = 20 }
[[channels]]
username = "next_door"
title = "Next door"
[[bots]]
token = "70001:secret-that-nobody-says-aloud-anywhere"
username = "orbit_bot"
name = "Orbit bot"
[[people]]
id = 5
first_name = "Anya"
language = "ru"
[[people]]
id = 6
first_name = "Timur"
language = "uz"
[[people]]
id = 7
first_name = "Ann"
language = "de"
"#;

/// 2025-06-15 12:00 UTC
pub const NOW: i64 = 1_749_988_800;
pub const BOT: i64 = 70_001;
const HOUR_S: i64 = 3600;
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Desk {
    pub telegram: FakeTelegram,
    pub ctx: Ctx,
    pub clock: Clock,
    running: Option<(JoinHandle<()>, CancellationToken)>,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// Everything is there; the bot does not run yet.
    pub async fn closed() -> Self {
        let telegram = FakeTelegram::start(Scenario::parse(WORLD).expect("a scenario")).await.expect("it starts");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let db = Db::open(&Settings { url, max_connections: 4 }).await.expect("opens");
        db.migrate().await.expect("migrates");
        let clock = Clock::set(NOW);
        let token = BotToken::parse("70001:secret-that-nobody-says-aloud-anywhere").expect("a token");
        let api = BotApi::new(&token, Some(&telegram.http_url())).expect("an address");
        let site = SiteSettings { owners: vec![5], bot: Some(token), ..SiteSettings::default() };
        let ctx = Ctx::new(db, clock.clone(), site).with_bot_api(Some(api));
        services::identity::ensure_default_workspace(&ctx).await.expect("a workspace");
        Self { telegram, ctx, clock, running: None, _folder: folder }
    }

    pub async fn open() -> Self {
        let mut desk = Self::closed().await;
        desk.start();
        desk
    }

    pub fn start(&mut self) {
        let stopping = CancellationToken::new();
        let settings = bot::Settings { door: bot::Door::Polling, public_url: Some("https://stats.example".to_owned()) };
        let role = tokio::spawn(bot::run(self.ctx.clone(), settings, stopping.clone()));
        self.running = Some((role, stopping));
    }

    /// As a service manager stops it.
    pub async fn stop(&mut self) {
        let (role, stopping) = self.running.take().expect("it runs");
        stopping.cancel();
        tokio::time::timeout(PATIENCE, role).await.expect("it ends in time").expect("it ends well");
    }

    /// As `kill -9` stops it.
    pub async fn kill(&mut self) {
        let (role, _) = self.running.take().expect("it runs");
        role.abort();
        let _ = role.await;
    }

    pub fn person(&self, id: i64) -> Person<'_> {
        self.telegram.world.person(id, "orbit_bot").expect("a person")
    }

    /// What the bot has said to a person, the oldest first.
    pub fn said(&self, person: i64) -> Vec<Value> {
        let state = self.telegram.world.lock();
        let bot = state.bots.values().next().expect("a bot");
        let of_bot = |message: &&Value| message["from"]["is_bot"] == true;
        bot.messages.range((person, 0)..(person + 1, 0)).map(|(_, message)| message).filter(of_bot).cloned().collect()
    }

    /// Calls of the bot with this method, in small letters: their parameters.
    pub fn calls(&self, method: &str) -> Vec<Value> {
        let state = self.telegram.world.lock();
        let bot = state.bots.values().next().expect("a bot");
        bot.sent.iter().filter(|sent| sent.method == method).map(|sent| sent.parameters.clone()).collect()
    }

    /// The `n`th answer to a person once it is there.
    pub async fn answer(&self, person: i64, n: usize) -> Value {
        self.once(|| self.said(person).get(n - 1).cloned()).await
    }

    /// What `look` finds as soon as it finds something.
    pub async fn once<T>(&self, look: impl Fn() -> Option<T>) -> T {
        let found = async {
            loop {
                if let Some(found) = look() {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("it comes in time")
    }

    /// Updates in a state.
    pub async fn in_state(&self, state: &str) -> i64 {
        let mut tx = self.ctx.db.read().await.expect("tx");
        let counts = store::bot_updates::count_by_state(&mut tx, BOT).await.expect("counts");
        counts.into_iter().find(|(of, _)| of == state).map_or(0, |(_, count)| count)
    }

    /// Telegram answers the next calls of a method otherwise; `times`: `None` from now on.
    pub fn fault(&self, method: &str, times: Option<u32>, then: Fault) {
        let method = Some(format!("bot.{method}"));
        self.telegram.world.add_rule(Rule { method, dc: None, account: None, skip: 0, times, then });
    }

    /// Until everything stored is handled.
    pub async fn quiet(&self) {
        let settled = async {
            while self.in_state("waiting").await + self.in_state("running").await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, settled).await.expect("all is handled in time");
    }

    /// A channel with posts that have been read, of the workspace that person 5 owns.
    pub async fn measured_channel(&self, username: &str) {
        let mut tx = self.ctx.db.write().await.expect("tx");
        let workspace = services::identity::ensure_default_workspace(&self.ctx).await;
        let new = NewChannel {
            workspace_id: workspace.expect("a workspace"),
            telegram_id: None,
            username: Some(username.to_owned()),
            title: username.to_uppercase(),
            zone: "UTC".to_owned(),
            demo: false,
        };
        let channel = store::channels::insert(&mut tx, &new, NOW).await.expect("a channel");
        for day in 1..20 {
            let (post_id, date_utc) = (day, NOW - day * 24 * HOUR_S);
            let counters = |views| Counters { views: Some(views), ..Counters::default() };
            let post = PostFacts {
                post_id,
                date_utc,
                counters: Counters::default(),
                counted_at: None,
                media_type: Some(MediaType::Text),
                album_size: None,
                forwarded: None,
                source: Source::Measured,
                text: None,
            };
            let snapshots = vec![
                Snapshot { at: date_utc + 12 * HOUR_S, counters: counters(600) },
                Snapshot { at: date_utc + 24 * HOUR_S, counters: counters(1_000) },
            ];
            store::collect::upsert_posts(&mut tx, channel.id, &[post]).await.expect("a post");
            let series = [Series { post_id, snapshots }];
            store::collect::merge_snapshots(&mut tx, channel.id, &series).await.expect("snapshots");
        }
        store::collect::bump(&mut tx, channel.id, NOW).await.expect("a version");
        tx.commit().await.expect("commit");
    }
}

/// Text or caption.
pub fn text(message: &Value) -> &str {
    message["text"].as_str().or(message["caption"].as_str()).unwrap_or_default()
}

/// The inline buttons of a message, row by row.
pub fn buttons(message: &Value) -> Vec<&Value> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
    rows.filter_map(Value::as_array).flatten().collect()
}
