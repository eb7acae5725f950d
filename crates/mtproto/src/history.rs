//! Reading messages: page by page, by number, counters only.

use std::collections::BTreeSet;

use domain::collect::message::Message;
use domain::posts::Counters;
use grammers_tl_types::{enums, functions, types};

use crate::account::Account;
use crate::channel::Peer;
use crate::error::CallError;
use crate::message::message;

/// Telegram answers no more at once.
pub const PAGE_MAX: usize = 100;

/// A slice of a channel's messages, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    pub messages: Vec<Message>,
    /// The lowest id of the slice, also where nothing is left of that message: the next page lies below it.
    pub lowest: Option<i32>,
    /// Nothing lies below.
    pub ends: bool,
    /// Messages of the whole channel, as Telegram counts them.
    pub total: Option<i64>,
}

/// Messages by number: every number asked for is in one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ById {
    pub messages: Vec<Message>,
    /// Deleted, or never written.
    pub missing: Vec<i32>,
}

impl Account {
    /// The messages below an id, or the newest ones. At most 100 (core.telegram.org/api/offsets).
    pub async fn history(&self, peer: &Peer, below: Option<i32>, limit: u8) -> Result<HistoryPage, CallError> {
        let request = functions::messages::GetHistory {
            peer: peer.input(),
            offset_id: below.unwrap_or(0),
            offset_date: 0,
            add_offset: 0,
            limit: i32::from(limit).clamp(1, PAGE_MAX as i32),
            max_id: 0,
            min_id: 0,
            hash: 0,
        };
        let answer = Answer::of("messages.getHistory", self.wire.call(self.home(), &request).await?)?;
        // ids rise with time, so that the first message of all has 1
        let lowest = answer.messages.iter().map(enums::Message::id).min();
        let ends = answer.is_all || lowest.is_none_or(|lowest| lowest <= 1);
        let total = answer.total.map(i64::from);
        Ok(HistoryPage { messages: answer.read(), lowest, ends, total })
    }

    /// Messages with their counters; one call for every 100 ids.
    pub async fn messages(&self, peer: &Peer, ids: &[i32]) -> Result<ById, CallError> {
        let mut found = ById::default();
        for ids in ids.chunks(PAGE_MAX) {
            let id = ids.iter().map(|id| types::InputMessageId { id: *id }.into()).collect();
            let request = functions::channels::GetMessages { channel: peer.channel(), id };
            let answer = self.wire.call(self.home(), &request).await?;
            let messages = Answer::of("channels.getMessages", answer)?.read();
            let there: BTreeSet<i32> = messages.iter().map(|message| message.id).collect();
            found.missing.extend(ids.iter().filter(|id| !there.contains(id)));
            found.messages.extend(messages);
        }
        Ok(found)
    }

    /// Views, forwards and replies in the order of `ids`, without counting as a viewer; one call for every 100 ids.
    /// `None` where there is no message, or it has no views.
    pub async fn views(&self, peer: &Peer, ids: &[i32]) -> Result<Vec<Option<Counters>>, CallError> {
        let mut counters = Vec::with_capacity(ids.len());
        for ids in ids.chunks(PAGE_MAX) {
            let request =
                functions::messages::GetMessagesViews { peer: peer.input(), id: ids.to_vec(), increment: false };
            let enums::messages::MessageViews::Views(answer) = self.wire.call(self.home(), &request).await?;
            if answer.views.len() != ids.len() {
                let detail = format!("{} counters for {} messages", answer.views.len(), ids.len());
                return Err(CallError::Malformed { method: "messages.getMessagesViews", detail });
            }
            counters.extend(answer.views.into_iter().map(|enums::MessageViews::Views(views)| {
                views.views.map(|count| Counters {
                    views: Some(i64::from(count)),
                    forwards: views.forwards.map(i64::from),
                    reactions: None,
                    replies: views.replies.map(|enums::MessageReplies::Replies(replies)| i64::from(replies.replies)),
                })
            }));
        }
        Ok(counters)
    }
}

/// The parts that matter of Telegram's four ways to answer with messages.
struct Answer {
    messages: Vec<enums::Message>,
    chats: Vec<enums::Chat>,
    total: Option<i32>,
    is_all: bool,
}

impl Answer {
    fn of(method: &'static str, answer: enums::messages::Messages) -> Result<Self, CallError> {
        use enums::messages::Messages;
        Ok(match answer {
            Messages::ChannelMessages(some) => {
                Self { messages: some.messages, chats: some.chats, total: Some(some.count), is_all: false }
            }
            Messages::Slice(some) => {
                Self { messages: some.messages, chats: some.chats, total: Some(some.count), is_all: false }
            }
            Messages::Messages(all) => {
                let total = Some(all.messages.len() as i32);
                Self { messages: all.messages, chats: all.chats, total, is_all: true }
            }
            Messages::NotModified(_) => {
                let detail = "nothing was said to be known, yet nothing has changed".to_owned();
                return Err(CallError::Malformed { method, detail });
            }
        })
    }

    fn read(self) -> Vec<Message> {
        let Self { messages, chats, .. } = self;
        messages.into_iter().filter_map(|raw| message(raw, &chats)).collect()
    }
}
