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
/// Unreadable messages of one page that are read around; with more of them and nothing else, this version is too old.
const UNREADABLE_MAX: usize = 32;
/// So far from a readable message the ids of unreadable ones beside it are looked for.
const SOUGHT_MAX: i32 = 1_000;

/// A slice of a channel's messages, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    pub messages: Vec<Message>,
    /// Ids of messages in the slice that this version cannot read, newest first: of a kind younger than it.
    pub unreadable: Vec<i32>,
    /// The lowest id of the slice, also where nothing is left of that message: the next page lies below it.
    pub lowest: Option<i32>,
    /// Nothing lies below.
    pub ends: bool,
    /// Messages of the whole channel, as Telegram counts them.
    pub total: Option<i64>,
}

/// Messages by number: every number asked for is in one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ById {
    pub messages: Vec<Message>,
    /// Deleted, or never written.
    pub missing: Vec<i32>,
    /// Of a kind younger than this version.
    pub unreadable: Vec<i32>,
}

impl Account {
    /// The messages below an id, or the newest ones. At most 100 (core.telegram.org/api/offsets). A message that cannot
    /// be read costs calls, but not the others.
    pub async fn history(&self, peer: &Peer, below: Option<i32>, limit: u8) -> Result<HistoryPage, CallError> {
        let limit = i32::from(limit).clamp(1, PAGE_MAX as i32);
        match self.slice(peer, below, 0, limit).await {
            Ok(answer) => {
                let lowest = answer.lowest();
                // ids rise with time, so that the first message of all has 1
                let ends = answer.is_all || lowest.is_none_or(|lowest| lowest <= 1);
                let total = answer.total.map(i64::from);
                Ok(HistoryPage { messages: answer.read(), unreadable: Vec::new(), lowest, ends, total })
            }
            Err(unreadable @ CallError::Malformed { .. }) => self.read_around(peer, below, limit, unreadable).await,
            Err(error) => Err(error),
        }
    }

    /// `limit` messages after the newest `from` of those below an id.
    async fn slice(&self, peer: &Peer, below: Option<i32>, from: i32, limit: i32) -> Result<Answer, CallError> {
        let request = functions::messages::GetHistory {
            peer: peer.input(),
            offset_id: below.unwrap_or(0),
            offset_date: 0,
            add_offset: from,
            limit,
            max_id: 0,
            min_id: 0,
            hash: 0,
        };
        Answer::of("messages.getHistory", self.wire.call(self.home(), &request).await?)
    }

    /// Cuts a slice that cannot be read in two until only the messages at fault are left over.
    async fn read_around(
        &self,
        peer: &Peer,
        below: Option<i32>,
        limit: i32,
        error: CallError,
    ) -> Result<HistoryPage, CallError> {
        let mut page =
            HistoryPage { messages: Vec::new(), unreadable: Vec::new(), lowest: None, ends: false, total: None };
        // from, how many; the newest last
        let mut parts = halves(0, limit);
        // unreadable messages below the last readable one, and that one
        let (mut run, mut above) = (0, below);
        let mut end = limit;
        loop {
            let within = !parts.is_empty();
            let Some((from, count)) = parts.pop().or((run > 0).then_some((end, 1))) else { break };
            match self.slice(peer, below, from, count).await {
                Err(CallError::Malformed { .. }) if count > 1 => parts.extend(halves(from, count)),
                Err(CallError::Malformed { .. }) => {
                    run += 1;
                    end = end.max(from + 1);
                    if page.unreadable.len() + run > UNREADABLE_MAX {
                        if page.lowest.is_none() {
                            return Err(error);
                        }
                        // a shorter page: the next one begins with them
                        break;
                    }
                }
                Err(error) => return Err(error),
                Ok(answer) => {
                    let newest = answer.messages.iter().map(enums::Message::id).max().unwrap_or(0);
                    if run > 0 {
                        page.unreadable.extend(self.locate(peer, newest, above, run).await?);
                        // also where not all of them were found: they lie above the readable one
                        page.lowest = Some(newest.saturating_add(1));
                        run = 0;
                    }
                    page.ends = answer.is_all || newest == 0 || (within && answer.lowest() == Some(1));
                    page.total = answer.total.map(i64::from).or(page.total);
                    if within && newest > 0 {
                        page.lowest = answer.lowest();
                        // what was posted meanwhile has moved the rest on
                        page.messages.extend(
                            answer.read().into_iter().filter(|message| above.is_none_or(|above| message.id < above)),
                        );
                        above = page.lowest;
                    }
                    if page.ends {
                        break;
                    }
                }
            }
        }
        let count = page.unreadable.len();
        count_unreadable(count);
        tracing::warn!(account = %self.id(), channel_id = peer.id, count, %error, "messages were read around");
        Ok(page)
    }

    /// The ids of so many unreadable messages that lie next to each other between two readable ones, newest first.
    async fn locate(&self, peer: &Peer, low: i32, high: Option<i32>, count: usize) -> Result<Vec<i32>, CallError> {
        let width = count as i32;
        if let Some(high) = high.filter(|high| high.saturating_sub(low) == width + 1) {
            return Ok((low + 1..high).rev().collect());
        }
        let mut found = Vec::new();
        // the nearest ids are the likeliest, holes are few
        let (mut sought, mut width) = (0, width);
        while found.len() < count && sought < SOUGHT_MAX {
            let ids = match high {
                Some(high) => {
                    high.saturating_sub(sought + width).max(low.saturating_add(1))..high.saturating_sub(sought)
                }
                None => low.saturating_add(1 + sought)..low.saturating_add(1 + sought + width),
            };
            if ids.is_empty() {
                break;
            }
            found.extend(self.by_id(peer, &ids.collect::<Vec<_>>()).await?.unreadable);
            sought += width;
            width = (width * 2).min(PAGE_MAX as i32);
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    /// Messages with their counters; one call for every 100 ids, and some more where one cannot be read.
    pub async fn messages(&self, peer: &Peer, ids: &[i32]) -> Result<ById, CallError> {
        let found = self.by_id(peer, ids).await?;
        count_unreadable(found.unreadable.len());
        Ok(found)
    }

    async fn by_id(&self, peer: &Peer, ids: &[i32]) -> Result<ById, CallError> {
        let mut found = ById::default();
        for ids in ids.chunks(PAGE_MAX) {
            let (mut parts, mut unreadable, mut answered) = (vec![ids], Vec::new(), false);
            while let Some(ids) = parts.pop() {
                let id = ids.iter().map(|id| types::InputMessageId { id: *id }.into()).collect();
                let request = functions::channels::GetMessages { channel: peer.channel(), id };
                let answer = self.wire.call(self.home(), &request).await;
                match answer.and_then(|answer| Answer::of("channels.getMessages", answer)) {
                    Ok(answer) => {
                        answered = true;
                        let messages = answer.read();
                        let there: BTreeSet<i32> = messages.iter().map(|message| message.id).collect();
                        found.missing.extend(ids.iter().filter(|id| !there.contains(id)));
                        found.messages.extend(messages);
                    }
                    Err(error @ CallError::Malformed { .. }) => {
                        if let [id] = ids {
                            unreadable.push(*id);
                        } else {
                            let (first, second) = ids.split_at(ids.len() / 2);
                            parts.extend([second, first]);
                        }
                        if unreadable.len() > UNREADABLE_MAX && !answered {
                            return Err(error);
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
            found.unreadable.extend(unreadable);
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

pub(crate) fn count_unreadable(count: usize) {
    metrics::counter!("analyticbot_mtproto_unreadable_total").increment(count as u64);
}

/// Both halves of a slice, the newer one last.
fn halves(from: i32, count: i32) -> Vec<(i32, i32)> {
    let newer = count / 2;
    let halves = [(from + newer, count - newer), (from, newer)];
    halves.into_iter().filter(|(_, count)| *count > 0).collect()
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

    fn lowest(&self) -> Option<i32> {
        self.messages.iter().map(enums::Message::id).min()
    }

    fn read(self) -> Vec<Message> {
        let Self { messages, chats, .. } = self;
        messages.into_iter().filter_map(|raw| message(raw, &chats)).collect()
    }
}
