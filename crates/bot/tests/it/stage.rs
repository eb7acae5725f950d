//! The bot, a stand-in for Telegram, a database, and a clock that stands still.

use std::time::Duration;

use bot::{Door, Settings};
use domain::channels::Channel;
use domain::collect::connection::Mode;
use fake_telegram::FakeTelegram;
use fake_telegram::person::Person;
use fake_telegram::scenario::{Fault, Rule, Scenario};
use fake_telegram::world::State;
use fake_telegram::world::inbox::Bot;
use serde_json::Value;
use services::collect::connection::{self, Introduced};
use services::identity::viewer_of_bot_chat;
use services::{Clock, Ctx, SiteSettings, Viewer};
use store::Db;
use telegram::{BotApi, BotToken};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// 2025-06-15 12:00 UTC, as in the scenario.
pub const NOW: i64 = 1_749_988_800;
pub const BOT: i64 = 7_654_321;
/// Administers the channel, speaks English.
pub const ANYA: i64 = 5;
/// Administers nothing, speaks Russian.
pub const TIMUR: i64 = 6;
/// Administers nothing, speaks Uzbek.
pub const NODIRA: i64 = 7;
/// Administers nothing, speaks German.
pub const KARL: i64 = 8;

const TOKEN: &str = "7654321:AAmade-up_made-up_made-up";
/// Far beyond what a busy machine takes.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(5);

/// The title would break the markup of whoever forgets to escape it.
const SCENARIO: &str = r#"
now = "2025-06-15T12:00:00Z"
bot_limits = false
[[channels]]
username = "orbit"
title = "Orbit <& Co>"
members = 15432
generate = { posts = 5 }
[[bots]]
token = "7654321:AAmade-up_made-up_made-up"
username = "orbit_bot"
name = "Orbit bot"
[[people]]
id = 5
first_name = "Anya"
admin_of = ["orbit"]
[[people]]
id = 6
first_name = "Timur"
language = "ru"
[[people]]
id = 7
first_name = "Nodira"
language = "uz"
[[people]]
id = 8
first_name = "Karl"
language = "de"
"#;

pub struct Stage {
    pub telegram: FakeTelegram,
    pub ctx: Ctx,
    pub clock: Clock,
    running: Option<Running>,
    /// of the database; removed when the test ends
    _folder: tempfile::TempDir,
}

struct Running {
    stopping: CancellationToken,
    task: JoinHandle<()>,
}

impl Stage {
    /// The bot runs.
    pub async fn new() -> Self {
        let mut stage = Self::quiet().await;
        stage.start();
        stage
    }

    /// The bot does not run yet.
    pub async fn quiet() -> Self {
        let telegram = FakeTelegram::start(Scenario::parse(SCENARIO).expect("a scenario")).await.expect("it starts");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let db = Db::open(&store::Settings { url, max_connections: 4 }).await.expect("opens");
        db.migrate().await.expect("migrates");
        let clock = Clock::set(NOW);
        let ctx = Ctx::new(db, clock.clone(), SiteSettings::default());
        Self { telegram, ctx, clock, running: None, _folder: folder }
    }

    /// As a process that has just started: it knows nothing but what is stored.
    pub fn start(&mut self) {
        let token = BotToken::parse(TOKEN).expect("a token");
        let api = BotApi::new(&token, Some(&self.telegram.http_url())).expect("an address");
        self.ctx = self.ctx.clone().with_bot_api(Some(api));
        let settings = Settings { door: Door::Polling, public_url: Some("https://app.example".to_owned()) };
        let stopping = CancellationToken::new();
        let task = tokio::spawn(bot::run(self.ctx.clone(), settings, stopping.clone()));
        self.running = Some(Running { stopping, task });
    }

    /// Asked to stop, it finishes what it has begun.
    pub async fn stop(&mut self) {
        let running = self.running.take().expect("it runs");
        running.stopping.cancel();
        tokio::time::timeout(PATIENCE, running.task).await.expect("it stops").expect("no panic");
    }

    /// As by `kill -9`.
    pub async fn kill(&mut self) {
        let running = self.running.take().expect("it runs");
        running.task.abort();
        assert!(running.task.await.is_err_and(|error| error.is_cancelled()));
    }

    pub fn person(&self, id: i64) -> Person<'_> {
        self.telegram.world.person(id, "orbit_bot").expect("of the scenario")
    }

    /// The same person as everywhere in the product.
    pub async fn viewer(&self, id: i64) -> Viewer {
        let person = self.telegram.world.lock().people[&id].clone();
        let language = Some(person.language.as_str());
        viewer_of_bot_chat(&self.ctx, id, &person.first_name, language).await.expect("welcome")
    }

    /// A channel of theirs, connected without a word.
    pub async fn connected(&self, person: i64, telegram_id: i64, username: &str) -> Channel {
        let introduced = Introduced {
            telegram_id: Some(telegram_id),
            username: Some(username.to_owned()),
            title: format!("Channel {username}"),
            zone: None,
        };
        let viewer = self.viewer(person).await;
        connection::connect(&self.ctx, &viewer, &introduced, Mode::Bot).await.expect("connected").channel
    }

    /// What the bot has said to a person, as it stands now, oldest first.
    pub fn said(&self, person: i64) -> Vec<Value> {
        said(&self.telegram.world.lock(), person)
    }

    /// The texts of [`Stage::said`].
    pub fn texts(&self, person: i64) -> Vec<String> {
        self.said(person).iter().map(text).collect()
    }

    /// What the bot answers to what a person does next: its next message to them.
    pub async fn answer<T>(&self, person: i64, does: impl FnOnce(Person<'_>) -> T) -> Value {
        let before = self.said(person).len();
        does(self.person(person));
        self.until("an answer", |state| said(state, person).get(before).cloned()).await
    }

    /// What the bot answers to what a person writes.
    pub async fn ask(&self, person: i64, text: &str) -> Value {
        self.answer(person, |person| person.sends(text).expect("sent")).await
    }

    /// What the bot answers to a button of one of its messages.
    pub async fn press(&self, person: i64, message: &Value, data: &str) -> Value {
        let id = message["message_id"].as_i64().expect("an id");
        self.answer(person, |person| person.presses(id, data).expect("pressed")).await
    }

    /// Waits until the stand-in has come to something.
    pub async fn until<T>(&self, what: &str, look: impl Fn(&State) -> Option<T>) -> T {
        let seen = async {
            loop {
                if let Some(seen) = look(&self.telegram.world.lock()) {
                    return seen;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }

    /// Waits until faults have befallen so many calls.
    pub async fn until_befallen(&self, calls: u64) {
        self.until("the fault", |_| (self.telegram.world.befallen() == calls).then_some(())).await;
    }

    /// Waits until so many updates are in each state, by state: nothing comes of them after that.
    pub async fn until_states(&self, expected: &[(&str, i64)]) {
        let expected: Vec<(String, i64)> =
            expected.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect();
        self.until_stored(&format!("{expected:?}"), |states| *states == expected).await;
    }

    /// Waits until all that Telegram has told is fetched and handled.
    pub async fn until_all_is_handled(&self) {
        // a poll confirms only what is stored
        self.until("a poll", |state| bot_of(state).updates.is_empty().then_some(())).await;
        self.until_stored("all handled", |states| states.iter().all(|(state, _)| state == "handled")).await;
    }

    async fn until_stored(&self, what: &str, fits: impl Fn(&[(String, i64)]) -> bool) {
        let mut states = Vec::new();
        let seen = async {
            loop {
                states = self.states().await;
                if fits(&states) {
                    return;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let outcome = tokio::time::timeout(PATIENCE, seen).await;
        assert!(outcome.is_ok(), "waited in vain for {what}: {states:?}");
    }

    pub async fn states(&self) -> Vec<(String, i64)> {
        let mut tx = self.ctx.db.read().await.expect("tx");
        store::bot_updates::count_by_state(&mut tx, BOT).await.expect("counted")
    }

    /// Telegram answers the next so many calls of a method with a fault.
    pub fn fault(&self, method: &str, times: u32, then: Fault) {
        let method = Some(format!("bot.{method}"));
        self.telegram.world.add_rule(Rule { method, dc: None, account: None, skip: 0, times: Some(times), then });
    }

    /// The parameters of the calls of a method so far.
    pub fn calls(&self, method: &str) -> Vec<Value> {
        let state = self.telegram.world.lock();
        bot_of(&state).sent.iter().filter(|sent| sent.method == method).map(|sent| sent.parameters.clone()).collect()
    }

    /// Nothing was asked of Telegram that it does not know.
    pub async fn end(mut self) {
        self.stop().await;
        self.telegram.stop().expect("only what Telegram knows");
    }
}

pub fn bot_of(state: &State) -> &Bot {
    &state.bots[&BOT]
}

/// Of a message, or of what stands below its picture.
pub fn text(message: &Value) -> String {
    message["text"].as_str().or_else(|| message["caption"].as_str()).unwrap_or_default().to_owned()
}

/// The buttons under a message, row by row: text, and what they do (an address for those that open the app).
pub fn buttons(message: &Value) -> Vec<Vec<(String, String)>> {
    let read = |button: &Value| {
        let does = button["callback_data"].as_str().or_else(|| button["web_app"]["url"].as_str());
        (button["text"].as_str().unwrap_or_default().to_owned(), does.unwrap_or_default().to_owned())
    };
    let rows = message["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row.as_array().expect("a row").iter().map(read).collect()).collect()
}

/// What the bot has said to a person, as it stands now, oldest first.
pub fn said(state: &State, person: i64) -> Vec<Value> {
    let messages = bot_of(state).messages.range((person, 0)..(person + 1, 0));
    messages.map(|(_, message)| message).filter(|message| message["from"]["is_bot"] == true).cloned().collect()
}
