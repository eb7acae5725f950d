//! What bots have received and sent. Filled by `World` and by the Bot API's methods.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use crate::scenario::BotPlan;

use super::State;

/// Updates kept for a bot that does not fetch them.
const UPDATES_MAX: usize = 10_000;

pub struct Bot {
    pub id: i64,
    pub token: String,
    pub username: String,
    pub name: String,
    /// Not yet confirmed, oldest first; each holds its `update_id`.
    pub updates: VecDeque<Value>,
    next_update: i64,
    pub webhook: Option<Webhook>,
    /// Kinds the bot asked for; empty means Telegram's usual ones.
    pub allowed: Vec<String>,
    /// Every message as it stands now: (chat, message) → message.
    pub messages: BTreeMap<(i64, i64), Value>,
    next_message: i64,
    /// Every call of the bot, for a test: method and parameters.
    pub sent: Vec<Sent>,
    /// What was set: commands, menu buttons, by method and scope.
    pub settings: BTreeMap<String, Value>,
    /// Callback queries that wait for their answer.
    pub queries: BTreeSet<String>,
    /// People who blocked the bot.
    pub blocked_by: BTreeSet<i64>,
    /// People who opened a chat with it; nobody else may be written to.
    pub started_by: BTreeSet<i64>,
    /// Uploaded files by `file_id`.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Counts calls of getUpdates: a newer one ends an older one.
    pub polls: u64,
}

#[derive(Debug, Clone)]
pub struct Webhook {
    pub url: String,
    pub secret: Option<String>,
    pub last_error: Option<String>,
}

/// A call as the Bot API understood it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Sent {
    pub method: String,
    pub parameters: Value,
    /// Name and size in bytes of uploaded files, by parameter.
    pub files: BTreeMap<String, (String, usize)>,
}

/// Sent only to bots that ask for them by name.
const ON_REQUEST: &[&str] = &["chat_member", "message_reaction", "message_reaction_count"];

impl Bot {
    pub fn new(plan: &BotPlan) -> Self {
        let id = plan.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(1);
        Self {
            id,
            token: plan.token.clone(),
            username: plan.username.clone(),
            name: plan.name.clone(),
            updates: VecDeque::new(),
            next_update: 100_000_001,
            webhook: None,
            allowed: Vec::new(),
            messages: BTreeMap::new(),
            next_message: 1,
            sent: Vec::new(),
            settings: BTreeMap::new(),
            queries: BTreeSet::new(),
            blocked_by: BTreeSet::new(),
            started_by: BTreeSet::new(),
            files: BTreeMap::new(),
            polls: 0,
        }
    }

    /// Queues an update unless the bot did not ask for its kind.
    pub fn receive(&mut self, kind: &str, content: Value) {
        let wanted = if self.allowed.is_empty() {
            !ON_REQUEST.contains(&kind)
        } else {
            self.allowed.iter().any(|allowed| allowed == kind)
        };
        if !wanted || self.updates.len() >= UPDATES_MAX {
            return;
        }
        let mut update = json!({"update_id": self.next_update});
        update[kind] = content;
        self.next_update += 1;
        self.updates.push_back(update);
    }

    pub fn next_message_id(&mut self) -> i64 {
        self.next_message += 1;
        self.next_message - 1
    }

    /// As the Bot API shows it to itself and others.
    pub fn user(&self) -> Value {
        json!({"id": self.id, "is_bot": true, "first_name": self.name, "username": self.username})
    }
}

/// A channel's id as the Bot API writes it.
pub fn chat_id(channel: i64) -> i64 {
    -1_000_000_000_000 - channel
}

impl State {
    /// Channel posts reach the bots that administer the channel.
    pub fn tell_bots(&mut self, channel: i64, post: i32, kind: &str, now: i64) {
        if let Some(message) = crate::bot_api::shape::post(self, channel, post, now) {
            self.tell_admins(channel, kind, &message);
        }
    }

    /// An update for every bot that administers the channel and wants its kind.
    pub fn tell_admins(&mut self, channel: i64, kind: &str, content: &Value) {
        let Some(found) = self.channels.get(&channel) else { return };
        for id in &found.admins {
            if let Some(bot) = self.bots.get_mut(id) {
                bot.receive(kind, content.clone());
            }
        }
    }
}
