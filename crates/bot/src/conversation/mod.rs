//! What people write to the bot, and what it answers. Only in private chats: a channel is no place to talk.

mod channels;
mod connecting;
mod stats;

use domain::analytics::period::Period;
use domain::channels::ChannelRef;
use domain::links::Link;
use serde_json::Value;
use services::identity::viewer_of_bot_chat;
use services::{Error, Viewer};
use telegram::CallError;
use telegram::bot_api::channel_id;
use teloxide::payloads::{AnswerCallbackQuerySetters as _, AnswerPreCheckoutQuerySetters as _};
use teloxide::requests::Requester as _;
use teloxide::types::{
    CallbackQuery, ChatId, ChatMemberUpdated, InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageId,
    PreCheckoutQuery, User, WebAppInfo,
};

use crate::Desk;
use crate::texts::Language;
use crate::throttle::Turn;
use crate::worker::Trouble;

/// Those in the menu, in its order.
pub const COMMANDS: [&str; 7] = ["start", "stats", "channels", "connect", "help", "privacy", "paysupport"];

/// Longer callback data is refused, bytes.
const CALLBACK_BYTES_MAX: usize = 64;

type Done = Result<(), Trouble>;

/// Somebody, in their chat with the bot.
struct Talk<'d> {
    desk: &'d Desk,
    chat: ChatId,
    viewer: Viewer,
    language: Language,
}

/// What a button asks for, in the 64 bytes that Telegram gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Press {
    Connect,
    /// as the Bot API writes it
    ConnectThis(i64),
    /// 0 the first
    Page(usize),
    Stats {
        channel: String,
        days: u16,
    },
}

impl Press {
    /// `None` where it does not fit.
    fn data(&self) -> Option<String> {
        let data = match self {
            Self::Connect => "k".to_owned(),
            Self::ConnectThis(chat) => format!("c:{chat}"),
            Self::Page(page) => format!("p:{page}"),
            Self::Stats { channel, days } => format!("s:{days}:{channel}"),
        };
        (data.len() <= CALLBACK_BYTES_MAX).then_some(data)
    }

    fn parse(data: &str) -> Option<Self> {
        let (what, rest) = data.split_once(':').unwrap_or((data, ""));
        match what {
            "k" => Some(Self::Connect),
            "c" => Some(Self::ConnectThis(rest.parse().ok()?)),
            "p" => Some(Self::Page(rest.parse().ok()?)),
            "s" => {
                let (days, channel) = rest.split_once(':')?;
                Some(Self::Stats { channel: channel.to_owned(), days: days.parse().ok()? })
            }
            _ => None,
        }
    }

    fn button(&self, text: impl Into<String>) -> Option<InlineKeyboardButton> {
        self.data().map(|data| InlineKeyboardButton::callback(text, data))
    }
}

/// A message in a private chat. `raw`: the update as it came.
pub async fn message(desk: &Desk, message: &Message, raw: &str) -> Done {
    let Some(from) = message.from.as_ref().filter(|from| message.chat.is_private() && !from.is_bot) else {
        return Ok(());
    };
    let Some(talk) = Talk::begin(desk, message.chat.id, from).await? else { return Ok(()) };
    if let Some(shared) = message.shared_chat() {
        return talk.connect(shared.chat_id.0).await;
    }
    if let Some(channel) = forwarded_from(raw) {
        return talk.connect(channel).await;
    }
    match message.text() {
        Some(text) => talk.answer(text).await,
        None => talk.say("hint").await,
    }
}

/// The channel that a message was forwarded from, as the Bot API writes it. The library's `forward_from_chat` knows no
/// channels, and it takes posts of which it cannot read all for empty ones.
fn forwarded_from(raw: &str) -> Option<i64> {
    let update: Value = serde_json::from_str(raw).ok()?;
    let origin = &update["message"]["forward_origin"];
    (origin["type"] == "channel").then(|| origin["chat"]["id"].as_i64()).flatten()
}

/// A button under one of our messages.
pub async fn pressed(desk: &Desk, query: &CallbackQuery) -> Done {
    // the clock on the button stops, whatever comes of it
    let answered = desk.api.call(desk.api.client().answer_callback_query(query.id.clone()).show_alert(false)).await;
    if let Err(error @ (CallError::Unreachable(_) | CallError::Wait { .. })) = answered {
        tracing::debug!("a button was not answered: {error}");
    }
    let Some(message) = &query.message else { return Ok(()) };
    if !message.chat().is_private() {
        return Ok(());
    }
    let Some(talk) = Talk::begin(desk, message.chat().id, &query.from).await? else { return Ok(()) };
    match query.data.as_deref().and_then(Press::parse) {
        Some(Press::Connect) => talk.explain_connecting().await,
        Some(Press::ConnectThis(chat)) => talk.connect(chat).await,
        Some(Press::Page(page)) => talk.channels(page, Some(message.id())).await,
        Some(Press::Stats { channel, days }) => talk.stats(&ChannelRef::parse(&channel), Period::Days(days)).await,
        // of an older version
        None => talk.say("hint").await,
    }
}

/// Nothing is sold here: whoever could pay after all is told so within the ten seconds that Telegram waits.
pub async fn pre_checkout(desk: &Desk, query: &PreCheckoutQuery) -> Done {
    let language = Language::of(None, query.from.language_code.as_deref());
    let why = language.plain("nothing-sold", &[]);
    let refused = desk.api.client().answer_pre_checkout_query(query.id.clone(), false).error_message(why);
    Ok(desk.api.call(refused).await.map(drop)?)
}

/// Whoever made the bot an administrator of a channel is asked whether to connect it.
pub async fn made_administrator(desk: &Desk, change: &ChatMemberUpdated) -> Done {
    let is_new = change.new_chat_member.is_privileged() && !change.old_chat_member.is_privileged();
    if !is_new || channel_id(change.chat.id.0).is_none() || !change.chat.is_channel() || change.from.is_bot {
        return Ok(());
    }
    let language = Language::of(None, change.from.language_code.as_deref());
    let channel = change.chat.title().unwrap_or_default();
    let values = [("channel", channel.into())];
    let button = Press::ConnectThis(change.chat.id.0).button(language.plain("button-connect-this", &values));
    let text = language.html("made-administrator", &values);
    let asked = desk.say(change.from.id.into(), &text, Some(keyboard([button]).into())).await;
    match asked {
        // they have never opened a chat with the bot: it may not write to them
        Err(CallError::Blocked | CallError::NotFound | CallError::Refused(_)) => Ok(()),
        asked => Ok(asked?),
    }
}

/// The Mini App, opened at a place; `None` without an address, or with one that Telegram would not open.
pub fn web_app(desk: &Desk, link: Option<&Link>) -> Option<WebAppInfo> {
    let address = desk.settings.public_url.as_deref()?;
    if desk.api.is_official() && !address.starts_with("https://") {
        return None;
    }
    let start_param = link.and_then(Link::start_param);
    let query = start_param.map_or_else(String::new, |param| format!("?tgWebAppStartParam={param}"));
    Some(WebAppInfo { url: format!("{address}/{query}").parse().ok()? })
}

/// One button a row.
fn keyboard(buttons: impl IntoIterator<Item = Option<InlineKeyboardButton>>) -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new(buttons.into_iter().flatten().map(|button| [button]))
}

impl<'d> Talk<'d> {
    /// `None`: they ask too much.
    async fn begin(desk: &'d Desk, chat: ChatId, from: &User) -> Result<Option<Self>, Trouble> {
        let Ok(id) = i64::try_from(from.id.0) else { return Ok(None) };
        match desk.throttle.turn(id, desk.ctx.now()) {
            Turn::Yes => {}
            Turn::No => return Ok(None),
            Turn::SaySo => {
                let language = Language::of(None, from.language_code.as_deref());
                desk.say(chat, &language.html("too-fast", &[]), None).await?;
                return Ok(None);
            }
        }
        let viewer = viewer_of_bot_chat(&desk.ctx, id, &from.full_name(), from.language_code.as_deref()).await?;
        let language = Language::of(viewer.person(), from.language_code.as_deref());
        Ok(Some(Self { desk, chat, viewer, language }))
    }

    /// A text without values or buttons.
    async fn say(&self, key: &str) -> Done {
        Ok(self.desk.say(self.chat, &self.language.html(key, &[]), None).await?)
    }

    async fn answer(&self, text: &str) -> Done {
        let (first, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        let Some(command) = first.strip_prefix('/') else { return self.say("hint").await };
        // a command may name the bot
        let name = command.split('@').next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "start" => self.start(rest.trim()).await,
            "connect" => self.explain_connecting().await,
            "channels" => self.channels(0, None).await,
            "stats" if rest.trim().is_empty() => self.stats_of_one().await,
            "stats" => self.stats(&ChannelRef::parse(rest.trim()), Period::Days(stats::USUAL_DAYS)).await,
            "help" => self.say("help").await,
            "privacy" => self.say("privacy").await,
            "paysupport" => self.say("paysupport").await,
            _ => self.say("hint").await,
        }
    }

    /// `payload`: what the link that led here carries.
    async fn start(&self, payload: &str) -> Done {
        if payload == "connect" {
            return self.explain_connecting().await;
        }
        let link = Link::of_start_param(payload);
        if let Some(Link::Channel { slug }) = &link {
            return self.stats(&ChannelRef::parse(slug), Period::Days(stats::USUAL_DAYS)).await;
        }
        let button = |key: &str| self.language.plain(key, &[]);
        let markup = keyboard([
            web_app(self.desk, link.as_ref()).map(|app| InlineKeyboardButton::web_app(button("button-open"), app)),
            Press::Connect.button(button("button-connect")),
            Press::Page(0).button(button("button-channels")),
        ]);
        let name = self.viewer.person().map(|person| person.name.as_str()).unwrap_or_default();
        let text = self.language.html("start", &[("name", name.into())]);
        Ok(self.desk.say(self.chat, &text, Some(markup.into())).await?)
    }

    /// What cannot be done is said; what is ours to mend is tried again.
    async fn excuse(&self, error: Error) -> Done {
        let key = match &error {
            Error::NotFound(_) => "no-such-channel",
            Error::Forbidden { .. } => "not-allowed",
            Error::Conflict(_) => "name-taken",
            Error::Invalid { .. } | Error::Obstructed { .. } | Error::LimitedUntil { .. } | Error::SignInNeeded => {
                "not-possible"
            }
            Error::Unavailable(_) | Error::Internal { .. } => return Err(error.into()),
        };
        self.say(key).await
    }

    /// In the place of an older message, or below.
    async fn put(&self, place: Option<MessageId>, text: &str, markup: InlineKeyboardMarkup) -> Done {
        match place {
            Some(message) => Ok(self.desk.replace(self.chat, message, text, markup).await?),
            None => Ok(self.desk.say(self.chat, text, Some(markup.into())).await?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_reads_back_and_fits() {
        let longest = "a".repeat(32);
        for press in [
            Press::Connect,
            Press::ConnectThis(-1_009_999_999_999),
            Press::Page(12),
            Press::Stats { channel: longest, days: 30 },
        ] {
            assert_eq!(Press::parse(&press.data().unwrap()), Some(press));
        }
        assert_eq!(Press::Stats { channel: "ж".repeat(40), days: 7 }.data(), None);
        for wrong in ["", "x", "p:", "p:-1", "s:7", "s:x:orbit", "c:orbit"] {
            assert_eq!(Press::parse(wrong), None, "{wrong}");
        }
    }
}
