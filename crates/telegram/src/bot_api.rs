//! The Bot API: calls that end, obey Telegram's waits, and never say the token.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use teloxide_core::Bot;
use teloxide_core::net::default_reqwest_settings;
use teloxide_core::payloads::{GetChat, GetChatMember, GetChatMemberCount};
use teloxide_core::requests::{JsonRequest, Output, Payload, Request};
use teloxide_core::types::{ChatId, Recipient, UserId};
use teloxide_core::{ApiError, RequestError};
use tokio::time::{Instant, sleep_until, timeout};

use crate::BotToken;

/// A call is given up after this long; the client itself sleeps 10 s over an answer of 5xx.
const CALL: Duration = Duration::from_secs(20);
/// Beyond how long Telegram may keep a long poll open.
const POLL_MARGIN: Duration = Duration::from_secs(10);
/// Beyond all of these.
const CLIENT: Duration = Duration::from_mins(2);
/// Waits up to this long are waited out; longer ones are told.
const WAIT_MAX_S: u32 = 30;
/// Calls of one request: Telegram may ask to wait again.
const TRIES: u32 = 4;

/// Kinds of updates that the product uses or keeps, as Telegram names them: some are sent only to bots that ask, and
/// `subscription` is newer than the client.
pub const ALLOWED_UPDATES: [&str; 15] = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "channel_post",
    "edited_channel_post",
    "message_reaction_count",
    "pre_checkout_query",
    "shipping_query",
    "purchased_paid_media",
    "chat_boost",
    "removed_chat_boost",
    "subscription",
];

/// One bot. Cloning shares its client and its waits.
#[derive(Clone)]
pub struct BotApi {
    bot: Bot,
    id: i64,
    is_official: bool,
    /// Telegram lets nothing through before: a wait is the whole bot's
    closed_until: Arc<Mutex<Option<Instant>>>,
}

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error("the person has blocked the bot, or never started it")]
    Blocked,
    #[error("Telegram asks to wait for {seconds} s")]
    Wait { seconds: u32 },
    #[error("Telegram knows no such chat or person")]
    NotFound,
    #[error("the bot is not in this channel, or no administrator of it")]
    NotMember,
    #[error("Telegram does not accept the token: ask BotFather for the current one and set telegram.bot_token")]
    Token,
    /// what is asked for is so already
    #[error("nothing to change")]
    NotModified,
    #[error("Telegram refuses: {0}")]
    Refused(String),
    #[error("Telegram cannot be reached: {0}")]
    Unreachable(&'static str),
}

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("this is no address of a Bot API: write scheme and host, such as https://api.telegram.org")]
    Address,
    #[error("connections cannot be made on this system: {0}")]
    Client(String),
}

/// A chat as the Bot API tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatFacts {
    /// as the Bot API writes it
    pub chat_id: i64,
    pub is_channel: bool,
    pub title: Option<String>,
    /// without @
    pub username: Option<String>,
}

impl BotApi {
    /// `api_url`: another server than Telegram's own.
    pub fn new(token: &BotToken, api_url: Option<&str>) -> Result<Self, Unusable> {
        // the client's own limit would end every long poll; each call has one here
        let client = default_reqwest_settings().timeout(CLIENT).build();
        let client = client.map_err(|error| Unusable::Client(error.to_string()))?;
        let mut bot = Bot::with_client(token.reveal(), client);
        if let Some(url) = api_url {
            if !(url.starts_with("http://") || url.starts_with("https://")) {
                return Err(Unusable::Address);
            }
            bot = bot.set_api_url(url.parse().map_err(|_| Unusable::Address)?);
        }
        Ok(Self { bot, id: token.bot_id(), is_official: api_url.is_none(), closed_until: Arc::default() })
    }

    /// Telegram's id of the bot.
    pub fn bot_id(&self) -> i64 {
        self.id
    }

    /// Whether it is Telegram's own server, which shows people `https` addresses only.
    pub fn is_official(&self) -> bool {
        self.is_official
    }

    /// The client that requests for [`BotApi::call`] are made of.
    pub fn client(&self) -> &Bot {
        &self.bot
    }

    /// Sends a request, again after each wait that Telegram asks for, if it is short enough.
    pub async fn call<R>(&self, request: R) -> Result<Output<R>, CallError>
    where
        R: Request<Err = RequestError> + Send + Sync,
        R::SendRef: Send,
        Output<R>: Send,
    {
        self.call_within(request, CALL).await
    }

    async fn call_within<R>(&self, request: R, patience: Duration) -> Result<Output<R>, CallError>
    where
        R: Request<Err = RequestError> + Send + Sync,
        R::SendRef: Send,
        Output<R>: Send,
    {
        let mut asked = 0;
        for _ in 0..TRIES {
            self.until_open().await?;
            let sending = request.send_ref();
            match timeout(patience, sending).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(RequestError::RetryAfter(wait))) => {
                    asked = wait.seconds();
                    self.close_for(asked);
                }
                Ok(Err(error)) => return Err(meaning(&error)),
                Err(_) => return Err(CallError::Unreachable("no answer in time")),
            }
        }
        Err(CallError::Wait { seconds: asked })
    }

    /// Waits until Telegram lets something through; nothing is sent before. A wait that is too long is an error.
    async fn until_open(&self) -> Result<(), CallError> {
        let closed_until = *self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = closed_until else { return Ok(()) };
        let left = at.saturating_duration_since(Instant::now());
        if left > Duration::from_secs(WAIT_MAX_S.into()) {
            let seconds = left.as_secs_f64().ceil() as u32;
            return Err(CallError::Wait { seconds });
        }
        sleep_until(at).await;
        Ok(())
    }

    fn close_for(&self, seconds: u32) {
        let until = Instant::now() + Duration::from_secs(seconds.into());
        let mut closed_until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed_until = (*closed_until).max(Some(until));
    }

    /// The next updates, at most 100, as they are. `offset` confirms all before it.
    pub async fn updates(&self, offset: Option<i64>, wait: Duration) -> Result<Vec<Value>, CallError> {
        let asked = GetRawUpdates { offset, timeout: wait.as_secs(), allowed_updates: &ALLOWED_UPDATES };
        self.call_within(JsonRequest::new(self.bot.clone(), asked), wait + POLL_MARGIN).await
    }

    /// From now on Telegram sends updates to `url`, with `secret` in a header.
    pub async fn set_webhook(&self, url: String, secret: String) -> Result<(), CallError> {
        let asked = SetRawWebhook { url, secret_token: secret, allowed_updates: &ALLOWED_UPDATES };
        self.call(JsonRequest::new(self.bot.clone(), asked)).await.map(|_: bool| ())
    }

    /// `chat_id` as the Bot API writes it.
    pub async fn chat(&self, chat_id: i64) -> Result<ChatFacts, CallError> {
        let chat = self.call(JsonRequest::new(self.bot.clone(), GetChat::new(Recipient::Id(ChatId(chat_id))))).await?;
        Ok(ChatFacts {
            chat_id: chat.id.0,
            is_channel: chat.is_channel(),
            title: chat.title().map(str::to_owned),
            username: chat.username().map(str::to_owned),
        })
    }

    /// Whether somebody administers a chat.
    pub async fn administers(&self, chat_id: i64, user_id: i64) -> Result<bool, CallError> {
        let Ok(user_id) = u64::try_from(user_id) else { return Ok(false) };
        let asked = GetChatMember::new(Recipient::Id(ChatId(chat_id)), UserId(user_id));
        match self.call(JsonRequest::new(self.bot.clone(), asked)).await {
            Ok(member) => Ok(member.is_privileged()),
            Err(CallError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub async fn member_count(&self, chat_id: i64) -> Result<i64, CallError> {
        let asked = GetChatMemberCount::new(Recipient::Id(ChatId(chat_id)));
        self.call(JsonRequest::new(self.bot.clone(), asked)).await.map(i64::from)
    }
}

impl fmt::Debug for BotApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BotApi({})", self.id)
    }
}

/// The positive id of a channel that the Bot API writes as `-100…`; `None` for every other chat.
pub fn channel_id(chat_id: i64) -> Option<i64> {
    chat_id.checked_neg()?.checked_sub(CHANNELS).filter(|id| *id > 0)
}

/// A channel's id as the Bot API writes it.
pub fn chat_id(channel_id: i64) -> i64 {
    -CHANNELS - channel_id
}

const CHANNELS: i64 = 1_000_000_000_000;

/// What an error means to us. Network errors name their address, and that holds the token: they are not passed on.
fn meaning(error: &RequestError) -> CallError {
    match error {
        RequestError::Api(error) => refusal(error),
        RequestError::RetryAfter(wait) => CallError::Wait { seconds: wait.seconds() },
        RequestError::MigrateToChatId(_) => CallError::NotFound,
        RequestError::Network(error) if error.is_timeout() => CallError::Unreachable("no answer in time"),
        RequestError::Network(error) if error.is_connect() => CallError::Unreachable("no connection"),
        RequestError::Network(_) | RequestError::Io(_) => CallError::Unreachable("the connection broke"),
        RequestError::InvalidJson { .. } => CallError::Unreachable("the answer is none of the Bot API"),
    }
}

fn refusal(error: &ApiError) -> CallError {
    match error {
        ApiError::BotBlocked | ApiError::UserDeactivated | ApiError::CantInitiateConversation => CallError::Blocked,
        ApiError::ChatNotFound | ApiError::UserNotFound => CallError::NotFound,
        ApiError::InvalidToken => CallError::Token,
        ApiError::MessageNotModified => CallError::NotModified,
        error => {
            let text = error.to_string();
            let says = |part: &str| text.contains(part);
            if says("bot is not a member") || says("bot was kicked") || says("member list is inaccessible") {
                CallError::NotMember
            } else if says("PARTICIPANT_ID_INVALID") || says("chat not found") || says("user not found") {
                CallError::NotFound
            } else {
                CallError::Refused(text)
            }
        }
    }
}

/// `getUpdates` with answers as they are, also those of kinds that the client does not know.
#[derive(Clone, Serialize)]
struct GetRawUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    /// seconds
    timeout: u64,
    allowed_updates: &'static [&'static str],
}

impl Payload for GetRawUpdates {
    type Output = Vec<Value>;
    const NAME: &'static str = "GetUpdates";

    fn timeout_hint(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.timeout))
    }
}

#[derive(Clone, Serialize)]
struct SetRawWebhook {
    url: String,
    secret_token: String,
    allowed_updates: &'static [&'static str],
}

impl Payload for SetRawWebhook {
    type Output = bool;
    const NAME: &'static str = "SetWebhook";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_channels_go_both_ways() {
        assert_eq!(channel_id(-1_001_234_567_890), Some(1_234_567_890));
        assert_eq!(chat_id(1_234_567_890), -1_001_234_567_890);
        for of_others in [5, -5, 0, -1_000_000_000_000, i64::MIN] {
            assert_eq!(channel_id(of_others), None, "{of_others}");
        }
    }

    fn token() -> BotToken {
        BotToken::parse("7654321:AAmade-up_made-up_made-up").unwrap()
    }

    /// Of a server where nobody listens.
    fn api() -> BotApi {
        BotApi::new(&token(), Some("http://127.0.0.1:1")).unwrap()
    }

    #[tokio::test]
    async fn nothing_is_sent_before_a_long_wait_is_over_and_a_shorter_one_does_not_end_it() {
        let api = api();
        api.close_for(100);
        api.close_for(1);
        assert_eq!(api.clone().chat(5).await.unwrap_err(), CallError::Wait { seconds: 100 });
    }

    #[tokio::test]
    async fn an_error_never_says_the_token() {
        let (token, api) = (token(), api());
        let error = api.chat(5).await.unwrap_err();
        assert_eq!(error, CallError::Unreachable("no connection"));
        for text in [error.to_string(), format!("{error:?}"), format!("{api:?}")] {
            assert!(!text.contains("made-up"), "{text}");
        }
        for address in ["", "api.telegram.org", "ftp://x", "http://"] {
            assert_eq!(BotApi::new(&token, Some(address)).err(), Some(Unusable::Address), "{address}");
        }
    }
}
