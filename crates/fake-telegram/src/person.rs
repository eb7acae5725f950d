//! What a person does to a bot: the other end of the Bot API, for tests.

use serde_json::{Value, json};

use crate::bot_api::{invite_link_of, member, shape};
use crate::world::inbox::{Bot, chat_id};
use crate::world::{NotThere, State, World};

/// A person and the bot they talk to.
pub struct Person<'w> {
    world: &'w World,
    pub id: i64,
    bot: i64,
}

impl World {
    /// `bot`: its username.
    pub fn person(&self, id: i64, bot: &str) -> Result<Person<'_>, NotThere> {
        let state = self.lock();
        if !state.people.contains_key(&id) {
            return Err(NotThere(format!("person {id}")));
        }
        let bot = state.bots.values().find(|known| known.username == bot).map(|bot| bot.id);
        let bot = bot.ok_or_else(|| NotThere("bot of this name".to_owned()))?;
        drop(state);
        Ok(Person { world: self, id, bot })
    }
}

impl Person<'_> {
    /// Changes the bot's inbox and wakes whoever waits for it.
    fn tell<T>(&self, run: impl FnOnce(&mut Bot, &Around) -> Result<T, NotThere>) -> Result<T, NotThere> {
        let mut state = self.world.lock();
        let person = state.people.get(&self.id).ok_or_else(|| NotThere(format!("person {}", self.id)))?;
        let around =
            Around { chat: shape::private_chat(person), user: shape::user(person), now: self.world.clock.now() };
        let bot = state.bots.get_mut(&self.bot).ok_or_else(|| NotThere("bot".to_owned()))?;
        let result = run(bot, &around);
        drop(state);
        self.world.bot_news.notify_waiters();
        result
    }

    /// Sends a message; its id. `/start` opens the chat.
    pub fn sends(&self, text: &str) -> Result<i64, NotThere> {
        self.send_with(|message| {
            message["text"] = json!(text);
            if text.starts_with('/') {
                let length = text.split_whitespace().next().unwrap_or_default().encode_utf16().count();
                message["entities"] = json!([{"type": "bot_command", "offset": 0, "length": length}]);
            }
        })
    }

    fn send_with(&self, fill: impl FnOnce(&mut Value)) -> Result<i64, NotThere> {
        self.tell(|bot, around| {
            bot.started_by.insert(self.id);
            let id = bot.next_message_id();
            let mut message = json!({"message_id": id, "from": around.user, "chat": around.chat, "date": around.now});
            fill(&mut message);
            bot.messages.insert((self.id, id), message.clone());
            bot.receive("message", message);
            Ok(id)
        })
    }

    /// Presses the button with this callback data under a message; the query's id.
    pub fn presses(&self, message: i64, data: &str) -> Result<String, NotThere> {
        self.tell(|bot, around| {
            let shown = bot.messages.get(&(self.id, message)).cloned();
            let shown = shown.ok_or_else(|| NotThere(format!("message {message}")))?;
            let rows = shown["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
            let mut buttons = rows.iter().filter_map(Value::as_array).flatten();
            if !buttons.any(|button| button["callback_data"] == data) {
                return Err(NotThere(format!("button `{data}` under message {message}")));
            }
            let id = format!("{}{}", self.id, bot.next_message_id());
            bot.queries.insert(id.clone());
            let instance = format!("{}", self.id ^ bot.id);
            let query =
                json!({"id": id, "from": around.user, "message": shown, "chat_instance": instance, "data": data});
            bot.receive("callback_query", query);
            Ok(id)
        })
    }

    /// Forwards a channel's post to the bot.
    pub fn forwards(&self, channel: &str, post: i32) -> Result<i64, NotThere> {
        let (origin, original) = {
            let now = self.world.clock.now();
            let mut state = self.world.lock();
            let id = found(&mut state, channel)?;
            let original = shape::post(&state, id, post, now).ok_or_else(|| NotThere(format!("post {post}")))?;
            let chat = shape::channel_chat(&state.channels[&id]);
            (json!({"type": "channel", "date": original["date"], "chat": chat, "message_id": post}), original)
        };
        self.send_with(|message| {
            message["forward_origin"] = origin;
            for key in ["text", "caption", "photo", "video", "document"] {
                if let Some(content) = original.get(key) {
                    message[key] = content.clone();
                }
            }
        })
    }

    /// Answers a chat-request button by picking a channel.
    pub fn shares_chat(&self, request: i64, channel: &str) -> Result<i64, NotThere> {
        let shared = {
            let mut state = self.world.lock();
            let id = found(&mut state, channel)?;
            let channel = &state.channels[&id];
            json!({"request_id": request, "chat_id": chat_id(id), "title": channel.title, "username": channel.username})
        };
        self.send_with(|message| message["chat_shared"] = shared)
    }

    /// Makes the bot an administrator of a channel, or takes it out.
    pub fn adds_bot(&self, channel: &str, admin: bool) -> Result<(), NotThere> {
        let change = {
            let mut state = self.world.lock();
            let id = found(&mut state, channel)?;
            let before = member(&state, id, self.bot);
            if let Some(channel) = state.channels.get_mut(&id) {
                if admin {
                    channel.admins.insert(self.bot);
                    channel.joined.insert(self.bot);
                } else {
                    channel.admins.remove(&self.bot);
                    channel.joined.remove(&self.bot);
                }
            }
            let after = member(&state, id, self.bot);
            let chat = shape::channel_chat(&state.channels[&id]);
            json!({"chat": chat, "old_chat_member": before, "new_chat_member": after})
        };
        self.tell(|bot, around| {
            let mut change = change;
            change["from"] = around.user.clone();
            change["date"] = json!(around.now);
            bot.receive("my_chat_member", change);
            Ok(())
        })
    }

    /// Joins a channel, perhaps by an invite link; the bots that administer it hear of it if they asked to.
    pub fn joins(&self, channel: &str, invite_link: Option<&str>) -> Result<(), NotThere> {
        self.moves(channel, true, invite_link)
    }

    /// Leaves a channel; the same bots hear of it.
    pub fn leaves(&self, channel: &str) -> Result<(), NotThere> {
        self.moves(channel, false, None)
    }

    fn moves(&self, channel: &str, joins: bool, invite_link: Option<&str>) -> Result<(), NotThere> {
        let now = self.world.clock.now();
        let mut state = self.world.lock();
        let id = found(&mut state, channel)?;
        let before = member(&state, id, self.id);
        if let Some(channel) = state.channels.get_mut(&id) {
            if joins && channel.joined.insert(self.id) {
                channel.members += 1;
            } else if !joins && channel.joined.remove(&self.id) {
                channel.members -= 1;
            }
        }
        let after = member(&state, id, self.id);
        let (chat, user) =
            (shape::channel_chat(&state.channels[&id]), after.as_ref().map(|after| after["user"].clone()));
        let mut change = json!({
            "chat": chat, "from": user, "date": now, "old_chat_member": before, "new_chat_member": after,
        });
        let admins = state.channels[&id].admins.clone();
        for admin in admins {
            let Some(bot) = state.bots.get_mut(&admin) else { continue };
            if let Some(link) = invite_link {
                change["invite_link"] = invite_link_of(bot, link, None);
            }
            bot.receive("chat_member", change.clone());
        }
        drop(state);
        self.world.bot_news.notify_waiters();
        Ok(())
    }

    /// Blocks the bot, or takes that back.
    pub fn blocks(&self, blocked: bool) -> Result<(), NotThere> {
        self.tell(|bot, around| {
            let standing = |blocked: bool| {
                let user = bot.user();
                if blocked {
                    json!({"status": "kicked", "user": user, "until_date": 0})
                } else {
                    json!({"status": "member", "user": user})
                }
            };
            let change = json!({
                "chat": around.chat, "from": around.user, "date": around.now,
                "old_chat_member": standing(!blocked), "new_chat_member": standing(blocked),
            });
            if blocked {
                bot.blocked_by.insert(self.id);
            } else {
                bot.blocked_by.remove(&self.id);
            }
            bot.receive("my_chat_member", change);
            Ok(())
        })
    }

    /// Wants to pay an invoice; the query that the bot must answer.
    pub fn wants_to_pay(&self, payload: &str, currency: &str, amount: i64) -> Result<(), NotThere> {
        self.tell(|bot, around| {
            let id = format!("pay{}", bot.next_message_id());
            bot.receive(
                "pre_checkout_query",
                json!({"id": id, "from": around.user, "currency": currency, "total_amount": amount,
                    "invoice_payload": payload}),
            );
            Ok(())
        })
    }

    /// Has paid.
    pub fn paid(&self, payload: &str, currency: &str, amount: i64, charge: &str) -> Result<i64, NotThere> {
        self.send_with(|message| {
            message["successful_payment"] = json!({
                "currency": currency, "total_amount": amount, "invoice_payload": payload,
                "telegram_payment_charge_id": charge, "provider_payment_charge_id": charge,
            });
        })
    }
}

struct Around {
    chat: Value,
    user: Value,
    now: i64,
}

fn found(state: &mut State, channel: &str) -> Result<i64, NotThere> {
    let id = state.channel_named(channel).map(|channel| channel.id);
    id.ok_or_else(|| NotThere(format!("channel `{channel}`")))
}
