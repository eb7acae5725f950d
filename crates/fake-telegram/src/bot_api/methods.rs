//! The methods themselves.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::scenario::{Media, PostPlan};
use crate::world::inbox::{Bot, Webhook, chat_id};
use crate::world::{Delivery, State};

use super::parameters::Parameters;
use super::{BotApi, Refusal, html, shape};

/// UTF-16 units.
const TEXT_MAX: usize = 4_096;
const CAPTION_MAX: usize = 1_024;
const CALLBACK_BYTES_MAX: usize = 64;
/// Bytes.
const PHOTO_MAX: usize = 10 << 20;
const UPLOAD_MAX: usize = 50 << 20;
const DOWNLOAD_MAX: usize = 20 << 20;
/// Seconds a long poll may last.
const POLL_MAX: u64 = 50;
const UPDATES_MAX: i64 = 100;

type Result = std::result::Result<Value, Refusal>;

pub async fn call(api: &Arc<BotApi>, bot: i64, method: &str, parameters: Parameters) -> Result {
    let call = Call { api, bot, parameters };
    match method {
        "getme" => call.get_me(),
        "getupdates" => call.get_updates().await,
        "setwebhook" => call.set_webhook(),
        "deletewebhook" => call.delete_webhook(),
        "getwebhookinfo" => call.webhook_info(),
        "sendmessage" => call.send_message(),
        "sendphoto" => call.send_file("photo", Media::Photo, PHOTO_MAX),
        "senddocument" => call.send_file("document", Media::Document, UPLOAD_MAX),
        "sendmediagroup" => call.send_media_group(),
        "sendinvoice" => call.send_invoice(),
        "createinvoicelink" => call.create_invoice_link(),
        "answerprecheckoutquery" | "refundstarpayment" => Ok(json!(true)),
        "answercallbackquery" => call.answer_callback_query(),
        "editmessagetext" => call.edit("text"),
        "editmessagecaption" => call.edit("caption"),
        "editmessagereplymarkup" => call.edit("reply_markup"),
        "deletemessage" => call.delete_message(),
        "sendchataction" => call.target().map(|_| json!(true)),
        "setmycommands"
        | "deletemycommands"
        | "setchatmenubutton"
        | "setmydescription"
        | "setmyshortdescription"
        | "setmyname" => call.set(method),
        "getmycommands" | "getchatmenubutton" => call.get_set(method),
        "getchat" => call.get_chat(),
        "getchatmember" => call.get_chat_member(),
        "getchatmembercount" => call.get_chat_member_count(),
        "getchatadministrators" => call.get_chat_administrators(),
        "createchatinvitelink" => call.create_chat_invite_link(),
        "leavechat" => call.leave_chat(),
        "getfile" => call.get_file(),
        _ => {
            api.world.lock().not_implemented.push(format!("bot.{method}"));
            Err(Refusal::new(404, "Not Found"))
        }
    }
}

struct Call<'c> {
    api: &'c Arc<BotApi>,
    bot: i64,
    parameters: Parameters,
}

/// Where a message goes.
enum Target {
    Person(i64),
    Channel(i64),
}

/// A message's text after its markup was read.
struct Marked {
    text: String,
    entities: Vec<Value>,
}

impl Call<'_> {
    fn with_bot<T>(&self, run: impl FnOnce(&mut Bot) -> T) -> std::result::Result<T, Refusal> {
        let mut state = self.api.world.lock();
        state.bots.get_mut(&self.bot).map(run).ok_or_else(|| Refusal::new(401, "Unauthorized"))
    }

    fn get_me(&self) -> Result {
        self.with_bot(|bot| {
            let mut me = bot.user();
            me["can_join_groups"] = json!(true);
            me["can_read_all_group_messages"] = json!(false);
            me["supports_inline_queries"] = json!(false);
            me["can_connect_to_business"] = json!(false);
            me["has_main_web_app"] = json!(true);
            me
        })
    }

    // ---- updates ----------------------------------------------------------------------------------------------------

    fn set_allowed(&self) -> std::result::Result<(), Refusal> {
        let Some(Value::Array(kinds)) = self.parameters.json("allowed_updates")? else { return Ok(()) };
        let kinds = kinds.iter().filter_map(|kind| kind.as_str().map(str::to_owned)).collect();
        self.with_bot(|bot| bot.allowed = kinds)
    }

    async fn get_updates(&self) -> Result {
        const OTHER: &str =
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
        self.set_allowed()?;
        let offset = self.parameters.number("offset").unwrap_or_default();
        let limit = self.parameters.number("limit").unwrap_or(UPDATES_MAX).clamp(1, UPDATES_MAX) as usize;
        let wait =
            Duration::from_secs((self.parameters.number("timeout").unwrap_or_default().max(0) as u64).min(POLL_MAX));
        let end = tokio::time::Instant::now() + wait;
        let turn = self.with_bot(|bot| {
            bot.polls += 1;
            bot.polls
        })?;
        // whoever polls already ends
        self.api.world.bot_news.notify_waiters();
        loop {
            let news = self.api.world.bot_news.notified();
            tokio::pin!(news);
            // from here on no news is missed
            news.as_mut().enable();
            let (turn_now, webhook, updates) = self.with_bot(|bot| {
                let confirmed = |update: &Value| update["update_id"].as_i64().unwrap_or_default() < offset;
                while bot.updates.front().is_some_and(confirmed) {
                    bot.updates.pop_front();
                }
                (bot.polls, bot.webhook.is_some(), bot.updates.iter().take(limit).cloned().collect::<Vec<_>>())
            })?;
            if webhook {
                let active = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
                return Err(Refusal::new(409, format!("Conflict: {active}")));
            }
            if turn_now != turn {
                return Err(Refusal::new(409, OTHER));
            }
            if !updates.is_empty() || tokio::time::timeout_at(end, news).await.is_err() {
                return Ok(json!(updates));
            }
        }
    }

    fn set_webhook(&self) -> Result {
        let url = self.parameters.text("url").unwrap_or_default().to_owned();
        if url.is_empty() {
            return self.delete_webhook();
        }
        let secret = self.parameters.text("secret_token").map(str::to_owned);
        let plain = |secret: &String| {
            (1..=256).contains(&secret.len())
                && secret.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        };
        if !secret.as_ref().is_none_or(plain) {
            return Err(Refusal::bad("secret token contains unallowed characters"));
        }
        self.set_allowed()?;
        let drop_pending = self.parameters.flag("drop_pending_updates");
        self.with_bot(|bot| {
            bot.webhook = Some(Webhook { url, secret, last_error: None });
            if drop_pending {
                bot.updates.clear();
            }
        })?;
        self.api.world.bot_news.notify_waiters();
        Ok(json!(true))
    }

    fn delete_webhook(&self) -> Result {
        let drop_pending = self.parameters.flag("drop_pending_updates");
        self.with_bot(|bot| {
            bot.webhook = None;
            if drop_pending {
                bot.updates.clear();
            }
            json!(true)
        })
    }

    fn webhook_info(&self) -> Result {
        self.with_bot(|bot| {
            let mut info = json!({
                "url": bot.webhook.as_ref().map_or("", |webhook| &webhook.url),
                "has_custom_certificate": false,
                "pending_update_count": bot.updates.len(),
            });
            if !bot.allowed.is_empty() {
                info["allowed_updates"] = json!(bot.allowed);
            }
            if let Some(error) = bot.webhook.as_ref().and_then(|webhook| webhook.last_error.clone()) {
                info["last_error_message"] = json!(error);
                info["last_error_date"] = json!(crate::clock::wall().as_secs());
            }
            info
        })
    }

    // ---- chats ------------------------------------------------------------------------------------------------------

    /// The chat that `key` names, whoever may write there.
    fn chat(&self, state: &mut State, key: &str) -> std::result::Result<Target, Refusal> {
        let missing = || Refusal::bad("chat not found");
        if let Some(name) = self.parameters.text(key).and_then(|text| text.strip_prefix('@')) {
            return state.channel_named(name).map(|channel| Target::Channel(channel.id)).ok_or_else(missing);
        }
        let id = self.parameters.number(key).ok_or_else(|| Refusal::bad(&format!("{key} is empty")))?;
        let channel = state.channels.keys().copied().find(|channel| chat_id(*channel) == id);
        match channel {
            Some(channel) => Ok(Target::Channel(channel)),
            None if state.people.contains_key(&id) => Ok(Target::Person(id)),
            None => Err(missing()),
        }
    }

    /// The chat of `chat_id`, if the bot may write there.
    fn target(&self) -> std::result::Result<Target, Refusal> {
        let mut state = self.api.world.lock();
        let target = self.chat(&mut state, "chat_id")?;
        match target {
            Target::Person(person) => {
                let bot = state.bots.get(&self.bot).ok_or_else(|| Refusal::new(401, "Unauthorized"))?;
                if bot.blocked_by.contains(&person) {
                    return Err(Refusal::forbidden("bot was blocked by the user"));
                }
                if !bot.started_by.contains(&person) {
                    return Err(Refusal::forbidden("bot can't initiate conversation with a user"));
                }
            }
            Target::Channel(channel) => {
                let channel = state.channels.get(&channel).ok_or_else(|| Refusal::bad("chat not found"))?;
                if !channel.joined.contains(&self.bot) {
                    return Err(Refusal::forbidden("bot is not a member of the channel chat"));
                }
                if !channel.admins.contains(&self.bot) {
                    return Err(Refusal::bad("need administrator rights in the channel chat"));
                }
            }
        }
        Ok(target)
    }

    fn get_chat(&self) -> Result {
        let mut state = self.api.world.lock();
        match self.chat(&mut state, "chat_id")? {
            Target::Person(person) => {
                let mut chat = shape::private_chat(&state.people[&person]);
                chat["accent_color_id"] = json!(0);
                chat["max_reaction_count"] = json!(11);
                Ok(chat)
            }
            Target::Channel(channel) => {
                let channel = &state.channels[&channel];
                let mut chat = shape::channel_chat(channel);
                chat["active_usernames"] = json!([channel.username]);
                chat["description"] = json!(channel.about);
                chat["accent_color_id"] = json!(0);
                chat["max_reaction_count"] = json!(11);
                chat["accepted_gift_types"] = json!({
                    "unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false,
                    "premium_subscription": false, "gifts_from_channels": false,
                });
                Ok(chat)
            }
        }
    }

    fn channel(&self, state: &mut State) -> std::result::Result<i64, Refusal> {
        match self.chat(state, "chat_id")? {
            Target::Channel(channel) if state.channels[&channel].joined.contains(&self.bot) => Ok(channel),
            Target::Channel(_) => Err(Refusal::forbidden("bot is not a member of the channel chat")),
            Target::Person(_) => Err(Refusal::bad("there are no members in the private chat")),
        }
    }

    fn get_chat_member_count(&self) -> Result {
        let mut state = self.api.world.lock();
        let channel = self.channel(&mut state)?;
        Ok(json!(state.channels[&channel].members))
    }

    fn get_chat_member(&self) -> Result {
        let mut state = self.api.world.lock();
        let channel = self.channel(&mut state)?;
        let id = self.parameters.number("user_id").ok_or_else(|| Refusal::bad("invalid user_id specified"))?;
        member(&state, channel, id).ok_or_else(|| Refusal::bad("PARTICIPANT_ID_INVALID"))
    }

    fn get_chat_administrators(&self) -> Result {
        let mut state = self.api.world.lock();
        let channel = self.channel(&mut state)?;
        let admins = state.channels[&channel].admins.iter();
        Ok(json!(admins.filter_map(|id| member(&state, channel, *id)).collect::<Vec<_>>()))
    }

    fn create_chat_invite_link(&self) -> Result {
        let channel = self.channel(&mut self.api.world.lock())?;
        let name = self.parameters.text("name");
        self.with_bot(|bot| {
            let link = format!("https://t.me/+{:x}{:x}", channel, bot.sent.len());
            invite_link_of(bot, &link, name)
        })
    }

    fn leave_chat(&self) -> Result {
        let mut state = self.api.world.lock();
        let id = self.channel(&mut state)?;
        if let Some(channel) = state.channels.get_mut(&id) {
            channel.admins.remove(&self.bot);
            channel.joined.remove(&self.bot);
        }
        Ok(json!(true))
    }

    // ---- sending ----------------------------------------------------------------------------------------------------

    /// The text of `key`, with the markup that `parse_mode` or `entities` give it.
    fn marked(&self, key: &str, limit: usize, too_long: &str) -> std::result::Result<Marked, Refusal> {
        let given = self.parameters.text(key).unwrap_or_default();
        let (text, entities) = match self.parameters.text("parse_mode").map(str::to_ascii_lowercase).as_deref() {
            None | Some("") => {
                let entities = if key == "text" { "entities" } else { "caption_entities" };
                let entities = self.parameters.json(entities)?.and_then(|value| value.as_array().cloned());
                (given.to_owned(), entities.unwrap_or_default())
            }
            Some("html") => html::parse(given)?,
            Some(other) => {
                self.api.world.lock().not_implemented.push(format!("bot parse_mode {other}"));
                return Err(Refusal::bad("unsupported parse_mode"));
            }
        };
        if html::utf16(&text) > limit {
            return Err(Refusal::bad(too_long));
        }
        Ok(Marked { text: text.trim().to_owned(), entities })
    }

    fn markup(&self, target: &Target) -> std::result::Result<Option<Value>, Refusal> {
        let Some(markup) = self.parameters.json("reply_markup")? else { return Ok(None) };
        let rows = markup["inline_keyboard"].as_array().cloned().unwrap_or_default();
        for button in rows.iter().filter_map(Value::as_array).flatten() {
            if button["text"].as_str().is_none_or(str::is_empty) {
                return Err(Refusal::bad(
                    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
                ));
            }
            if button["callback_data"].as_str().is_some_and(|data| data.is_empty() || data.len() > CALLBACK_BYTES_MAX) {
                return Err(Refusal::bad("BUTTON_DATA_INVALID"));
            }
            if button.get("web_app").is_some() && matches!(target, Target::Channel(_)) {
                return Err(Refusal::bad("BUTTON_TYPE_INVALID"));
            }
        }
        Ok(Some(markup))
    }

    fn send_message(&self) -> Result {
        let target = self.target()?;
        let marked = self.marked("text", TEXT_MAX, "message is too long")?;
        if marked.text.is_empty() {
            return Err(Refusal::bad("message text is empty"));
        }
        let post = PostPlan { text: marked.text.clone(), ..PostPlan::default() };
        let mut content = json!({"text": marked.text});
        if !marked.entities.is_empty() {
            content["entities"] = json!(marked.entities);
        }
        self.send(&target, &post, content)
    }

    /// `key`: the parameter with an upload, a `file_id` or an address.
    fn send_file(&self, key: &str, media: Media, bytes_max: usize) -> Result {
        let target = self.target()?;
        let marked = self.marked("caption", CAPTION_MAX, "message caption is too long")?;
        let (id, name, size) = self.file(key, bytes_max)?;
        let mut file = json!({"file_id": id, "file_unique_id": format!("u{id}"), "file_size": size});
        let mut content = if media == Media::Photo {
            file["width"] = json!(800);
            file["height"] = json!(600);
            json!({"photo": [file]})
        } else {
            file["file_name"] = json!(name);
            json!({key: file})
        };
        if !marked.text.is_empty() {
            content["caption"] = json!(marked.text);
        }
        if !marked.entities.is_empty() {
            content["caption_entities"] = json!(marked.entities);
        }
        let post = PostPlan { text: marked.text, media, ..PostPlan::default() };
        self.send(&target, &post, content)
    }

    /// Id, name and size of what a parameter brings.
    fn file(&self, key: &str, bytes_max: usize) -> std::result::Result<(String, String, usize), Refusal> {
        let reference = self.parameters.text(key).unwrap_or_default();
        let upload = self.parameters.upload(reference.strip_prefix("attach://").unwrap_or(key));
        if let Some(upload) = upload {
            if upload.bytes.is_empty() {
                return Err(Refusal::bad("file must be non-empty"));
            }
            if upload.bytes.len() > bytes_max {
                return Err(Refusal::new(413, "Request Entity Too Large"));
            }
            return self.with_bot(|bot| {
                let id = format!("upload{}", bot.files.len() + 1);
                bot.files.insert(id.clone(), upload.bytes.clone());
                (id, upload.name.clone(), upload.bytes.len())
            });
        }
        let size = self.with_bot(|bot| bot.files.get(reference).map(Vec::len))?;
        match size {
            Some(size) => Ok((reference.to_owned(), "file".to_owned(), size)),
            None if reference.starts_with("http") => Ok((format!("of {reference}"), "file".to_owned(), 1_000)),
            None => Err(Refusal::bad("wrong file identifier/HTTP URL specified")),
        }
    }

    fn send_media_group(&self) -> Result {
        let target = self.target()?;
        let items = self.parameters.json("media")?.and_then(|media| media.as_array().cloned()).unwrap_or_default();
        if !(2..=10).contains(&items.len()) {
            return Err(Refusal::bad("expected 2-10 items in the album"));
        }
        let caption = items[0]["caption"].as_str().unwrap_or_default().to_owned();
        if html::utf16(&caption) > CAPTION_MAX {
            return Err(Refusal::bad("message caption is too long"));
        }
        match target {
            Target::Channel(_) => {
                let post = PostPlan { text: caption, album: Some(items.len() as i32), ..PostPlan::default() };
                self.send_to_channel(&target, &post)
            }
            Target::Person(person) => {
                let group = json!(format!("{}", person ^ self.bot));
                let sent = (0..items.len()).map(|index| {
                    let file = json!({"file_id": format!("album{index}"), "file_unique_id": format!("ualbum{index}"), "width": 800, "height": 600});
                    let mut content = json!({"photo": [file], "media_group_id": group});
                    if index == 0 && !caption.is_empty() {
                        content["caption"] = json!(caption);
                    }
                    self.send_to_person(person, content)
                });
                Ok(json!(sent.collect::<std::result::Result<Vec<_>, _>>()?))
            }
        }
    }

    fn invoice(&self) -> std::result::Result<Value, Refusal> {
        let text = |key: &str| self.parameters.text(key).unwrap_or_default().to_owned();
        let prices = self.parameters.json("prices")?.and_then(|prices| prices.as_array().cloned()).unwrap_or_default();
        if text("title").is_empty() || text("description").is_empty() || text("payload").is_empty() {
            return Err(Refusal::bad("INVOICE_PAYLOAD_INVALID"));
        }
        if text("currency") == "XTR" && prices.len() != 1 {
            return Err(Refusal::bad("STARS_INVOICE_INVALID"));
        }
        let total: i64 = prices.iter().filter_map(|price| price["amount"].as_i64()).sum();
        Ok(json!({"title": text("title"), "description": text("description"), "start_parameter": "",
            "currency": text("currency"), "total_amount": total}))
    }

    fn send_invoice(&self) -> Result {
        let target = self.target()?;
        let invoice = self.invoice()?;
        let post = PostPlan { text: invoice["title"].as_str().unwrap_or_default().to_owned(), ..PostPlan::default() };
        self.send(&target, &post, json!({"invoice": invoice}))
    }

    fn create_invoice_link(&self) -> Result {
        self.invoice()?;
        let number = self.with_bot(|bot| bot.sent.len())?;
        Ok(json!(format!("https://t.me/$invoice{number}")))
    }

    fn send(&self, target: &Target, post: &PostPlan, mut content: Value) -> Result {
        let markup = self.markup(target)?;
        match target {
            Target::Channel(_) => {
                let mut sent = self.send_to_channel(target, post)?;
                let mut first = sent.as_array_mut().map(|sent| sent.remove(0)).unwrap_or_default();
                if let Some(markup) = markup {
                    first["reply_markup"] = markup;
                }
                self.remember(&first)?;
                Ok(first)
            }
            Target::Person(person) => {
                // of keyboards only those under the message are shown in it
                if let Some(markup) = markup.filter(|markup| markup.get("inline_keyboard").is_some()) {
                    content["reply_markup"] = markup;
                }
                self.send_to_person(*person, content)
            }
        }
    }

    /// Publishes in the world; all messages of it.
    fn send_to_channel(&self, target: &Target, post: &PostPlan) -> Result {
        let Target::Channel(id) = *target else { return Err(Refusal::bad("chat not found")) };
        self.api.count(self.bot, chat_id(id), "channel")?;
        let name = self.api.world.lock().channels[&id].username.clone();
        let missing = |_| Refusal::bad("chat not found");
        let ids = self.api.world.publish(&name, post, Delivery::Once).map_err(missing)?;
        let now = self.api.world.clock.now();
        let state = self.api.world.lock();
        Ok(json!(ids.iter().filter_map(|post| shape::post(&state, id, *post, now)).collect::<Vec<_>>()))
    }

    fn send_to_person(&self, person: i64, content: Value) -> Result {
        self.api.count(self.bot, person, "private")?;
        let date = self.api.world.clock.now();
        let message = {
            let mut state = self.api.world.lock();
            let chat = shape::private_chat(&state.people[&person]);
            let bot = state.bots.get_mut(&self.bot).ok_or_else(|| Refusal::new(401, "Unauthorized"))?;
            let mut message =
                json!({"message_id": bot.next_message_id(), "from": bot.user(), "chat": chat, "date": date});
            if let (Some(message), Some(content)) = (message.as_object_mut(), content.as_object()) {
                message.extend(content.clone());
            }
            message
        };
        self.remember(&message)?;
        Ok(message)
    }

    fn remember(&self, message: &Value) -> std::result::Result<(), Refusal> {
        let key = |value: &Value| value.as_i64().unwrap_or_default();
        let place = (key(&message["chat"]["id"]), key(&message["message_id"]));
        self.with_bot(|bot| drop(bot.messages.insert(place, message.clone())))
    }

    // ---- changing ---------------------------------------------------------------------------------------------------

    fn answer_callback_query(&self) -> Result {
        let id = self.parameters.text("callback_query_id").unwrap_or_default().to_owned();
        if self.parameters.text("text").is_some_and(|text| html::utf16(text) > 200) {
            return Err(Refusal::bad("MESSAGE_TOO_LONG"));
        }
        if self.with_bot(|bot| bot.queries.remove(&id))? {
            Ok(json!(true))
        } else {
            Err(Refusal::bad("query is too old and response timeout expired or query ID is invalid"))
        }
    }

    /// `what`: `text`, `caption` or `reply_markup`.
    fn edit(&self, what: &str) -> Result {
        let target = self.target()?;
        let chat = match target {
            Target::Person(person) => person,
            Target::Channel(channel) => chat_id(channel),
        };
        let id = self.parameters.number("message_id").unwrap_or_default();
        let before = self.with_bot(|bot| bot.messages.get(&(chat, id)).cloned())?;
        let before = before.ok_or_else(|| Refusal::bad("message to edit not found"))?;
        let mut after = before.clone();
        if what != "reply_markup" {
            let limit = if what == "text" { TEXT_MAX } else { CAPTION_MAX };
            let marked = self.marked(what, limit, "message is too long")?;
            if what == "text" && marked.text.is_empty() {
                return Err(Refusal::bad("message text is empty"));
            }
            after[what] = json!(marked.text);
            let entities = if what == "text" { "entities" } else { "caption_entities" };
            if let Some(after) = after.as_object_mut() {
                after.remove(entities);
                if !marked.entities.is_empty() {
                    after.insert(entities.to_owned(), json!(marked.entities));
                }
            }
        }
        if let Some(after) = after.as_object_mut() {
            after.remove("reply_markup");
        }
        if let Some(markup) = self.markup(&target)? {
            after["reply_markup"] = markup;
        }
        if after == before {
            let same = "message is not modified: specified new message content and reply markup are exactly the same \
                        as a current content and reply markup of the message";
            return Err(Refusal::bad(same));
        }
        if let (Target::Channel(channel), Some(text)) = (&target, after[what].as_str()) {
            let name = self.api.world.lock().channels[channel].username.clone();
            let missing = |_| Refusal::bad("message to edit not found");
            self.api.world.edit(&name, id as i32, text, Delivery::Once).map_err(missing)?;
        }
        after["edit_date"] = json!(self.api.world.clock.now());
        self.remember(&after)?;
        Ok(after)
    }

    fn delete_message(&self) -> Result {
        let target = self.target()?;
        let id = self.parameters.number("message_id").unwrap_or_default();
        let missing = || Refusal::bad("message to delete not found");
        match target {
            Target::Person(person) => {
                let gone = self.with_bot(|bot| bot.messages.remove(&(person, id)))?;
                gone.map(|_| json!(true)).ok_or_else(missing)
            }
            Target::Channel(channel) => {
                let (name, there) = {
                    let state = self.api.world.lock();
                    let channel = &state.channels[&channel];
                    (channel.username.clone(), channel.posts.contains_key(&(id as i32)))
                };
                if !there {
                    return Err(missing());
                }
                self.api.world.delete(&name, &[id as i32], Delivery::Once).map_err(|_| missing())?;
                self.with_bot(|bot| drop(bot.messages.remove(&(chat_id(channel), id))))?;
                Ok(json!(true))
            }
        }
    }

    // ---- settings ---------------------------------------------------------------------------------------------------

    /// What a setting is kept under: its name and what it is for.
    fn setting(&self, method: &str) -> String {
        let name = method.trim_start_matches("set").trim_start_matches("get").trim_start_matches("delete");
        let of = |key: &str| self.parameters.as_json()[key].to_string();
        format!("{name} {} {} {}", of("scope"), of("language_code"), of("chat_id"))
    }

    fn set(&self, method: &str) -> Result {
        let key = self.setting(method);
        if method == "setmycommands" {
            let commands = self.parameters.json("commands")?.and_then(|commands| commands.as_array().cloned());
            let plain = |name: &str| {
                (1..=32).contains(&name.len())
                    && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            };
            let commands = commands.ok_or_else(|| Refusal::bad("can't parse commands JSON array"))?;
            if commands.len() > 100 || !commands.iter().all(|command| command["command"].as_str().is_some_and(plain)) {
                return Err(Refusal::bad("BOT_COMMAND_INVALID"));
            }
        }
        let value = self.parameters.as_json();
        self.with_bot(|bot| {
            if method.starts_with("delete") {
                bot.settings.remove(&key);
            } else {
                bot.settings.insert(key, value);
            }
            json!(true)
        })
    }

    fn get_set(&self, method: &str) -> Result {
        let key = self.setting(method);
        let value = self.with_bot(|bot| bot.settings.get(&key).cloned())?;
        Ok(match (method, value) {
            ("getmycommands", value) => value.map_or(json!([]), |value| value["commands"].clone()),
            (_, value) => value.map_or(json!({"type": "default"}), |value| value["menu_button"].clone()),
        })
    }

    fn get_file(&self) -> Result {
        let id = self.parameters.text("file_id").unwrap_or_default().to_owned();
        let size = self.with_bot(|bot| bot.files.get(&id).map(Vec::len))?;
        let size = size.ok_or_else(|| Refusal::bad("wrong file_id or the file is temporarily unavailable"))?;
        if size > DOWNLOAD_MAX {
            return Err(Refusal::bad("file is too big"));
        }
        Ok(
            json!({"file_id": id, "file_unique_id": format!("u{id}"), "file_size": size, "file_path": format!("files/{id}")}),
        )
    }
}

/// An invite link that the bot made.
pub fn invite_link_of(bot: &Bot, link: &str, name: Option<&str>) -> Value {
    let mut invite = json!({
        "invite_link": link, "creator": bot.user(), "creates_join_request": false, "is_primary": false,
        "is_revoked": false,
    });
    if let Some(name) = name {
        invite["name"] = json!(name);
    }
    invite
}

/// A `ChatMember`: of an account, a person or a bot. `None` for somebody who never was.
pub fn member(state: &State, channel: i64, id: i64) -> Option<Value> {
    let channel = state.channels.get(&channel)?;
    let user = if let Some(bot) = state.bots.get(&id) {
        bot.user()
    } else if let Some(person) = state.people.get(&id) {
        shape::user(person)
    } else {
        let plan = &state.accounts.get(&id)?.plan;
        json!({"id": id, "is_bot": false, "first_name": plan.first_name})
    };
    Some(if channel.admins.contains(&id) {
        json!({
            "status": "administrator", "user": user, "can_be_edited": false, "is_anonymous": false,
            "can_manage_chat": true, "can_delete_messages": true, "can_manage_video_chats": false,
            "can_restrict_members": true, "can_promote_members": false, "can_change_info": true,
            "can_invite_users": true, "can_post_stories": false, "can_edit_stories": false,
            "can_delete_stories": false, "can_post_messages": true, "can_edit_messages": true,
            "can_manage_topics": false, "can_manage_direct_messages": false,
        })
    } else if channel.joined.contains(&id) {
        json!({"status": "member", "user": user})
    } else {
        json!({"status": "left", "user": user})
    })
}
