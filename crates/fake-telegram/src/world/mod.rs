//! What exists: accounts, channels, posts and their counters, bots, and what has been asked.
//!
//! Every door (MTProto, Bot API, preview pages, a test) looks into and changes this one world, so that a post sent by a
//! bot shows up in the history that a client reads. To add a kind of thing that happens: a function of [`World`] that
//! changes [`State`] and, if clients hear of it, an [`Event`] with its turn into an update in `mtproto/shape.rs`.

mod channel;
pub mod digest;
mod fill;
mod growth;
pub mod inbox;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use tokio::sync::{Notify, broadcast};

use crate::clock::Clock;
use crate::scenario::{AccountPlan, Fault, PersonPlan, PostPlan, Rule, Scenario};
use crate::script::Script;

pub use channel::{Channel, Day, Event, Forward, Post, Recorded};
pub use growth::{Counts, Growth};

/// Pushes that a slow connection may lag behind; Telegram drops them too.
const PUSH_BACKLOG: usize = 4_096;
/// Posts that come at once at most, when the clock jumps far.
const DUE_MAX: usize = 1_000;
/// How often a running clock is looked at, and how far it must have gone, in seconds of the scenario.
const LOOK: std::time::Duration = std::time::Duration::from_secs(1);
const GONE_S: i64 = 60;
/// Counters of posts younger than this are pushed when time moves.
const YOUNG_SECONDS: i64 = 48 * 3_600;

#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, String),
    #[error("scenario: {0}")]
    Text(String),
    #[error("{}: line {line}, column `{column}`: `{value}` is not {expected}", .file.display())]
    Cell { file: PathBuf, line: u64, column: &'static str, value: String, expected: &'static str },
    #[error("the scenario names `{0}`, which is no channel of it")]
    NoChannel(String),
    #[error("the scenario's channel `{0}` has a post without a date before the clock starts")]
    NoDate(String),
    #[error("cannot listen on a loopback port: {0}")]
    Listen(#[from] std::io::Error),
}

/// There is no such channel or post.
#[derive(Debug, thiserror::Error)]
#[error("the world has no {0}")]
pub struct NotThere(pub String);

/// How clients hear of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    #[default]
    Once,
    /// Counted but not told: the next one shows a gap.
    Withheld,
    Twice,
}

/// Something a connection may have to tell its client.
#[derive(Debug, Clone)]
pub enum Push {
    /// The event of this channel with this pts.
    Event { channel: i64, pts: i32 },
    /// Counters of a post moved.
    Counters { channel: i64, post: i32 },
    /// A login token was accepted; for the key that asked for it.
    LoginToken { key: i64 },
}

/// A user account.
#[derive(Debug, Clone)]
pub struct Account {
    pub plan: AccountPlan,
    /// Every call is answered 401 with this.
    pub dead: Option<String>,
}

/// One call over MTProto, for a test to count.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Call {
    pub method: String,
    pub dc: i32,
    pub account: Option<i64>,
    /// The error's text, if it was answered with one.
    pub error: Option<String>,
}

/// Everything that changes.
pub struct State {
    pub accounts: BTreeMap<i64, Account>,
    pub channels: BTreeMap<i64, Channel>,
    pub people: BTreeMap<i64, PersonPlan>,
    pub bots: BTreeMap<i64, inbox::Bot>,
    pub calls: Vec<Call>,
    /// What a client asked for and the stand-in does not know.
    pub not_implemented: Vec<String>,
    /// How often a graph's token has been asked for.
    pub graph_polls: HashMap<String, u32>,
    /// Preview pages answer 429 and ask to wait so many seconds.
    pub preview_wait_s: Option<u64>,
}

pub struct World {
    pub scenario: Scenario,
    pub clock: Clock,
    state: Mutex<State>,
    script: Mutex<Script>,
    pub pushes: broadcast::Sender<Push>,
    /// A bot has got an update.
    pub bot_news: Notify,
}

impl World {
    /// Builds what the scenario describes.
    pub fn new(scenario: Scenario) -> Result<Arc<Self>, ScenarioError> {
        let (channels, now) = fill::channels(&scenario)?;
        let mut state = State {
            accounts: scenario
                .accounts
                .iter()
                .map(|plan| (plan.id, Account { dead: plan.dead.clone(), plan: plan.clone() }))
                .collect(),
            channels,
            people: scenario.people.iter().map(|person| (person.id, person.clone())).collect(),
            bots: BTreeMap::new(),
            calls: Vec::new(),
            not_implemented: Vec::new(),
            graph_polls: HashMap::new(),
            preview_wait_s: None,
        };
        for plan in &scenario.accounts {
            for name in &plan.admin_of {
                let channel = state.channel_named(name).ok_or_else(|| ScenarioError::NoChannel(name.clone()))?;
                channel.admins.insert(plan.id);
                channel.joined.insert(plan.id);
            }
            for name in &plan.member_of {
                let channel = state.channel_named(name).ok_or_else(|| ScenarioError::NoChannel(name.clone()))?;
                channel.joined.insert(plan.id);
            }
        }
        for plan in &scenario.people {
            for name in &plan.admin_of {
                let channel = state.channel_named(name).ok_or_else(|| ScenarioError::NoChannel(name.clone()))?;
                channel.admins.insert(plan.id);
                channel.joined.insert(plan.id);
            }
        }
        for plan in &scenario.bots {
            let bot = inbox::Bot::new(plan);
            for name in &plan.admin_of {
                let channel = state.channel_named(name).ok_or_else(|| ScenarioError::NoChannel(name.clone()))?;
                channel.admins.insert(bot.id);
                channel.joined.insert(bot.id);
            }
            state.bots.insert(bot.id, bot);
        }
        let clock = Clock::new(now, scenario.speed);
        let (pushes, _) = broadcast::channel(PUSH_BACKLOG);
        let script = Mutex::new(Script::new(scenario.script.clone()));
        Ok(Arc::new(Self { scenario, clock, state: Mutex::new(state), script, pushes, bot_news: Notify::new() }))
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What befalls a call by the script; methods of the Bot API begin with `bot.`.
    pub fn befalls(&self, method: &str, dc: i32, account: Option<i64>) -> Option<Fault> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).befalls(method, dc, account)
    }

    /// How many calls something has befallen so far.
    pub fn befallen(&self) -> u64 {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).befallen()
    }

    /// One more scripted fault, after those that are there.
    pub fn add_rule(&self, rule: Rule) {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).add(rule);
    }

    pub fn clear_rules(&self) {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Publishes a post or an album; the ids of its messages.
    pub fn publish(&self, channel: &str, plan: &PostPlan, delivery: Delivery) -> Result<Vec<i32>, NotThere> {
        let now = self.clock.now();
        let mut state = self.lock();
        let names = state.names();
        let channel = state.channel_named(channel).ok_or_else(|| NotThere(format!("channel `{channel}`")))?;
        let ids = channel.add(plan, now, &names);
        let id = channel.id;
        let last = channel.pts;
        for (index, _) in ids.iter().enumerate() {
            self.push(Push::Event { channel: id, pts: last - (ids.len() - 1 - index) as i32 }, delivery);
        }
        for post in &ids {
            state.tell_bots(id, *post, "channel_post", now);
        }
        drop(state);
        self.bot_news.notify_waiters();
        Ok(ids)
    }

    /// Changes a post's text.
    pub fn edit(&self, channel: &str, post: i32, text: &str, delivery: Delivery) -> Result<(), NotThere> {
        let now = self.clock.now();
        let mut state = self.lock();
        let channel = state.channel_named(channel).ok_or_else(|| NotThere(format!("channel `{channel}`")))?;
        let id = channel.id;
        channel.edit(post, text, now).ok_or_else(|| NotThere(format!("post {post}")))?;
        self.push(Push::Event { channel: id, pts: channel.pts }, delivery);
        state.tell_bots(id, post, "edited_channel_post", now);
        drop(state);
        self.bot_news.notify_waiters();
        Ok(())
    }

    /// Deletes posts; their ids become holes.
    pub fn delete(&self, channel: &str, posts: &[i32], delivery: Delivery) -> Result<(), NotThere> {
        let mut state = self.lock();
        let channel = state.channel_named(channel).ok_or_else(|| NotThere(format!("channel `{channel}`")))?;
        channel.delete(posts);
        self.push(Push::Event { channel: channel.id, pts: channel.pts }, delivery);
        Ok(())
    }

    /// Moves the clock on; what happens meanwhile happens.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
        self.catch_up();
    }

    /// Posts that are due come, and counters of young posts are pushed, sparsely, as Telegram does.
    pub fn catch_up(&self) {
        let now = self.clock.now();
        for plan in &self.scenario.channels {
            let Some(generate) = plan.generate.as_ref().filter(|generate| generate.goes_on) else { continue };
            for _ in 0..DUE_MAX {
                let due = {
                    let mut state = self.lock();
                    let Some(channel) = state.channel_named(&plan.username) else { break };
                    let last = channel.posts.values().next_back().map_or(now, |post| post.date);
                    let date = last + generate.every_minutes.max(1) * 60;
                    let post = fill::made_post(channel, generate, channel.next_id());
                    (date <= now).then(|| PostPlan { date: jiff::Timestamp::from_second(date).ok(), ..post })
                };
                // the channel is there: it was found a moment ago
                let Some(Ok(_)) = due.map(|post| self.publish(&plan.username, &post, Delivery::Once)) else { break };
            }
        }
        let mut state = self.lock();
        let mut counted = Vec::new();
        for channel in state.channels.values() {
            for post in channel.posts.values().rev().take_while(|post| now - post.date < YOUNG_SECONDS).step_by(2) {
                self.push(Push::Counters { channel: channel.id, post: post.id }, Delivery::Once);
                counted.push((channel.id, crate::bot_api::shape::reaction_count(channel, post, now)));
            }
        }
        for (channel, count) in counted {
            state.tell_admins(channel, "message_reaction_count", &count);
        }
        drop(state);
        self.bot_news.notify_waiters();
    }

    /// Lets things happen while the clock runs by itself.
    pub async fn run(self: Arc<Self>) {
        let mut last = self.clock.now();
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.clock.now();
            if now - last >= GONE_S {
                last = now;
                self.catch_up();
            }
        }
    }

    fn push(&self, push: Push, delivery: Delivery) {
        let copies = match delivery {
            Delivery::Withheld => 0,
            Delivery::Once => 1,
            Delivery::Twice => 2,
        };
        for _ in 0..copies {
            // nobody connected, nobody told
            let _ = self.pushes.send(push.clone());
        }
    }

    /// A number that depends on the seed and on `what` alone.
    pub fn number(&self, what: &str) -> u64 {
        number(self.scenario.seed, what)
    }

    /// The calls so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// What a client asked for and the stand-in does not know: a test ends with this being empty.
    pub fn not_implemented(&self) -> Vec<String> {
        self.lock().not_implemented.clone()
    }
}

impl State {
    /// By username, with or without @, case ignored.
    pub fn channel_named(&mut self, name: &str) -> Option<&mut Channel> {
        let name = name.trim_start_matches('@');
        self.channels.values_mut().find(|channel| channel.username.eq_ignore_ascii_case(name))
    }

    /// Username → id of every channel, for forwards.
    fn names(&self) -> HashMap<String, i64> {
        self.channels.values().map(|channel| (channel.username.clone(), channel.id)).collect()
    }
}

/// 64 bits of a digest of the seed and `what`.
pub fn number(seed: u64, what: &str) -> u64 {
    let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(what).finalize();
    u64::from_le_bytes(digest[..8].try_into().unwrap_or_default())
}

/// A number in [0, 1).
fn fraction(seed: u64, what: &str) -> f64 {
    (number(seed, what) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> Arc<World> {
        let scenario = Scenario::parse(
            r#"
            now = "2026-01-10T00:00:00Z"
            [[channels]]
            username = "orbit"
            generate = { posts = 20, views = 5000, hole_every = 7 }
            "#,
        )
        .unwrap();
        World::new(scenario).unwrap()
    }

    #[test]
    fn counters_grow_with_the_clock_and_only_with_it() {
        let world = world();
        let views = |world: &World| {
            let now = world.clock.now();
            let mut state = world.lock();
            let channel = state.channel_named("orbit").unwrap();
            channel.posts.values().filter_map(|post| post.counts(now).views).sum::<i64>()
        };
        let before = views(&world);
        assert_eq!(before, views(&world));
        world.advance(3_600);
        let after = views(&world);
        assert!(after > before, "{before} → {after}");
    }

    #[test]
    fn the_same_seed_gives_the_same_world() {
        let rows = |world: &World| digest::describe(world, "orbit").unwrap().rows_sha256;
        assert_eq!(rows(&world()), rows(&world()));
    }

    #[test]
    fn an_album_is_several_messages_and_each_moves_the_state_on() {
        let world = world();
        let before = world.lock().channel_named("orbit").unwrap().pts;
        let plan = PostPlan { album: Some(3), text: "three pictures".into(), ..PostPlan::default() };
        let ids = world.publish("@Orbit", &plan, Delivery::Once).unwrap();
        let mut state = world.lock();
        let channel = state.channel_named("orbit").unwrap();
        assert_eq!(ids.len(), 3);
        assert_eq!(channel.pts, before + 3);
        let groups: Vec<_> = ids.iter().map(|id| channel.posts[id].grouped_id).collect();
        assert!(groups[0].is_some() && groups.iter().all(|group| *group == groups[0]));
        assert_eq!(channel.posts[&ids[0]].text, "three pictures");
        assert_eq!(channel.posts[&ids[1]].text, "");
    }

    #[test]
    fn posts_keep_coming_where_the_scenario_says_so() {
        let text = "[[channels]]\nusername = \"orbit\"\ngenerate = { posts = 5, every_minutes = 60, goes_on = true }";
        let world = World::new(Scenario::parse(text).unwrap()).unwrap();
        world.advance(5 * 3_600);
        let mut state = world.lock();
        let channel = state.channel_named("orbit").unwrap();
        let dates: Vec<i64> = channel.posts.values().map(|post| post.date).collect();
        // the newest was an hour old
        assert_eq!(dates.len(), 5 + 6);
        assert!(dates.windows(2).all(|pair| pair[1] - pair[0] == 3_600));
    }

    #[test]
    fn a_deleted_post_is_a_hole() {
        let world = world();
        let id = *world.lock().channel_named("orbit").unwrap().posts.keys().next().unwrap();
        world.delete("orbit", &[id], Delivery::Once).unwrap();
        assert!(!world.lock().channel_named("orbit").unwrap().posts.contains_key(&id));
        assert!(world.edit("orbit", id, "late", Delivery::Once).is_err());
        let newest = *world.lock().channel_named("orbit").unwrap().posts.keys().next_back().unwrap();
        world.delete("orbit", &[newest], Delivery::Once).unwrap();
        assert_eq!(world.publish("orbit", &PostPlan::default(), Delivery::Once).unwrap(), [newest + 1]);
    }
}
