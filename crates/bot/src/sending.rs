//! What leaves the bot. Every text is HTML; whatever people wrote is escaped on its way into it ([`crate::texts`]).

use telegram::CallError;
use teloxide::payloads::{EditMessageTextSetters as _, SendMessageSetters as _, SendPhotoSetters as _};
use teloxide::requests::Requester as _;
use teloxide::types::{ChatId, InlineKeyboardMarkup, InputFile, MessageId, ParseMode, ReplyMarkup};

use crate::Desk;

const SENDS: &str = "analyticbot_bot_sends_total";
/// Longer captions are refused; UTF-16 units.
const CAPTION_MAX: usize = 1024;

impl Desk {
    pub async fn say(&self, chat: ChatId, text: &str, markup: Option<ReplyMarkup>) -> Result<(), CallError> {
        let request = self.api.client().send_message(chat, text).parse_mode(ParseMode::Html);
        let sent = match markup {
            Some(markup) => self.api.call(request.reply_markup(markup)).await,
            None => self.api.call(request).await,
        };
        counted(sent.map(drop))
    }

    /// A picture with a text below it; a text alone where there is no picture, or the text does not fit below one.
    pub async fn show(
        &self,
        chat: ChatId,
        png: Option<Vec<u8>>,
        text: &str,
        markup: InlineKeyboardMarkup,
    ) -> Result<(), CallError> {
        let Some(png) = png.filter(|_| text.encode_utf16().count() <= CAPTION_MAX) else {
            return self.say(chat, text, Some(markup.into())).await;
        };
        let picture = InputFile::memory(png).file_name("chart.png");
        let request = self.api.client().send_photo(chat, picture).caption(text).parse_mode(ParseMode::Html);
        counted(self.api.call(request.reply_markup(markup)).await.map(drop))
    }

    /// Another text and keyboard in the place of a message.
    pub async fn replace(
        &self,
        chat: ChatId,
        message: MessageId,
        text: &str,
        markup: InlineKeyboardMarkup,
    ) -> Result<(), CallError> {
        let request = self.api.client().edit_message_text(chat, message, text).parse_mode(ParseMode::Html);
        match counted(self.api.call(request.reply_markup(markup)).await.map(drop)) {
            Err(CallError::NotModified) => Ok(()),
            outcome => outcome,
        }
    }
}

fn counted(sent: Result<(), CallError>) -> Result<(), CallError> {
    let outcome = match &sent {
        Ok(()) | Err(CallError::NotModified) => "sent",
        Err(CallError::Blocked) => "blocked",
        Err(CallError::Wait { .. }) => "flood",
        Err(CallError::Unreachable(_)) => "unreachable",
        Err(_) => "refused",
    };
    metrics::counter!(SENDS, "outcome" => outcome).increment(1);
    sent
}
