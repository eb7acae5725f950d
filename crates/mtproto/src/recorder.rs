//! Keeps raw answers, to correct the stand-in by. Off unless configured. What says who somebody is, or opens something,
//! is taken out first: people, signatures, words, invitations, access hashes, tokens. Methods of signing in are never kept.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grammers_tl_types::{Deserializable, Serializable, enums};

/// One JSON line an answer: method, data centre, schema, and the scrubbed answer in base64.
#[derive(Clone)]
pub struct Recorder(Arc<Mutex<File>>);

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

impl Recorder {
    /// Appends to this file.
    pub fn to_file(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    pub(crate) fn keep(&self, method: &str, dc: i32, answer: &[u8]) {
        let Some(scrubbed) = scrubbed(method, answer) else { return };
        let answer = STANDARD.encode(scrubbed);
        let line = serde_json::json!({ "method": method, "dc": dc, "layer": crate::LAYER, "answer": answer });
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writeln!(file, "{line}") {
            tracing::warn!(%error, "a raw answer could not be kept");
        }
    }
}

/// `None` for methods that are not kept, and for what cannot be read and so not be scrubbed.
fn scrubbed(method: &str, answer: &[u8]) -> Option<Vec<u8>> {
    match method {
        "contacts.resolveUsername" => scrub::<enums::contacts::ResolvedPeer>(answer),
        "channels.getFullChannel" => scrub::<enums::messages::ChatFull>(answer),
        "messages.getHistory" | "channels.getMessages" => scrub::<enums::messages::Messages>(answer),
        "messages.getMessagesViews" => scrub::<enums::messages::MessageViews>(answer),
        "updates.getChannelDifference" => scrub::<enums::updates::ChannelDifference>(answer),
        "stats.getBroadcastStats" => scrub::<enums::stats::BroadcastStats>(answer),
        "stats.getMessageStats" => scrub::<enums::stats::MessageStats>(answer),
        "stats.getMessagePublicForwards" => scrub::<enums::stats::PublicForwards>(answer),
        "stats.loadAsyncGraph" => scrub::<enums::StatsGraph>(answer),
        _ => None,
    }
}

fn scrub<T: Scrub + Deserializable + Serializable>(answer: &[u8]) -> Option<Vec<u8>> {
    let mut answer = T::from_bytes(answer).ok()?;
    answer.scrub();
    Some(answer.to_bytes())
}

trait Scrub {
    fn scrub(&mut self);
}

/// Letters and digits become `x`; what is in between, and so the shape, stays.
fn hide(text: &mut String) {
    *text = text.chars().map(|c| if c.is_alphanumeric() { 'x' } else { c }).collect();
}

fn hide_some(text: &mut Option<String>) {
    if let Some(text) = text {
        hide(text);
    }
}

impl Scrub for Vec<enums::Chat> {
    fn scrub(&mut self) {
        // what is no channel may be somebody's private group
        self.retain(|chat| matches!(chat, enums::Chat::Channel(_)));
        for chat in self {
            if let enums::Chat::Channel(channel) = chat {
                channel.access_hash = channel.access_hash.map(|_| 0);
            }
        }
    }
}

impl Scrub for Vec<enums::Message> {
    fn scrub(&mut self) {
        for message in self {
            message.scrub();
        }
    }
}

impl Scrub for enums::Message {
    fn scrub(&mut self) {
        // an action may name people
        if let enums::Message::Service(service) = self {
            service.from_id = None;
            service.action = enums::MessageAction::Empty;
        }
        let enums::Message::Message(message) = self else { return };
        hide(&mut message.message);
        hide_some(&mut message.post_author);
        hide_some(&mut message.from_rank);
        message.from_id = None;
        message.reply_to = None;
        message.reply_markup = None;
        message.factcheck = None;
        message.rich_message = None;
        message.suggested_post = None;
        message.entities = None;
        if let Some(enums::MessageFwdHeader::Header(header)) = &mut message.fwd_from {
            hide_some(&mut header.from_name);
            hide_some(&mut header.post_author);
            hide_some(&mut header.saved_from_name);
            if matches!(header.from_id, Some(enums::Peer::User(_))) {
                header.from_id = None;
            }
            header.saved_from_id = None;
            header.saved_from_peer = None;
            header.saved_from_msg_id = None;
        }
        if let Some(enums::MessageReplies::Replies(replies)) = &mut message.replies {
            replies.recent_repliers = None;
        }
        if let Some(enums::MessageReactions::Reactions(reactions)) = &mut message.reactions {
            reactions.recent_reactions = None;
            reactions.top_reactors = None;
        }
        // file references open files, contacts are people, polls and pages are words
        message.media = message.media.take().map(|_| enums::MessageMedia::Unsupported);
    }
}

impl Scrub for enums::StatsGraph {
    fn scrub(&mut self) {
        match self {
            enums::StatsGraph::Async(graph) => hide(&mut graph.token),
            enums::StatsGraph::Graph(graph) => hide_some(&mut graph.zoom_token),
            enums::StatsGraph::Error(_) => {}
        }
    }
}

impl Scrub for enums::contacts::ResolvedPeer {
    fn scrub(&mut self) {
        let enums::contacts::ResolvedPeer::Peer(found) = self;
        found.users.clear();
        found.chats.scrub();
    }
}

impl Scrub for enums::messages::ChatFull {
    fn scrub(&mut self) {
        let enums::messages::ChatFull::Full(answer) = self;
        answer.users.clear();
        answer.chats.scrub();
        if let enums::ChatFull::ChannelFull(full) = &mut answer.full_chat {
            hide(&mut full.about);
            full.exported_invite = None;
            full.bot_info.clear();
            full.recent_requesters = None;
            full.requests_pending = None;
            full.call = None;
            full.groupcall_default_join_as = None;
            full.default_send_as = None;
            full.stories = None;
            full.location = None;
        }
    }
}

impl Scrub for enums::messages::Messages {
    fn scrub(&mut self) {
        use enums::messages::Messages;
        let (messages, chats, users) = match self {
            Messages::Messages(answer) => (&mut answer.messages, &mut answer.chats, &mut answer.users),
            Messages::Slice(answer) => (&mut answer.messages, &mut answer.chats, &mut answer.users),
            Messages::ChannelMessages(answer) => {
                answer.topics.clear();
                (&mut answer.messages, &mut answer.chats, &mut answer.users)
            }
            Messages::NotModified(_) => return,
        };
        users.clear();
        chats.scrub();
        messages.scrub();
    }
}

impl Scrub for enums::messages::MessageViews {
    fn scrub(&mut self) {
        let enums::messages::MessageViews::Views(answer) = self;
        answer.users.clear();
        answer.chats.scrub();
        for enums::MessageViews::Views(views) in &mut answer.views {
            if let Some(enums::MessageReplies::Replies(replies)) = &mut views.replies {
                replies.recent_repliers = None;
            }
        }
    }
}

impl Scrub for enums::updates::ChannelDifference {
    fn scrub(&mut self) {
        use enums::updates::ChannelDifference as Difference;
        let (messages, chats, users) = match self {
            Difference::Difference(answer) => {
                // all kinds of things may be in there
                answer.other_updates.clear();
                (&mut answer.new_messages, &mut answer.chats, &mut answer.users)
            }
            Difference::TooLong(answer) => (&mut answer.messages, &mut answer.chats, &mut answer.users),
            Difference::Empty(_) => return,
        };
        users.clear();
        chats.scrub();
        messages.scrub();
    }
}

impl Scrub for enums::stats::BroadcastStats {
    fn scrub(&mut self) {
        let enums::stats::BroadcastStats::Stats(stats) = self;
        for graph in [
            &mut stats.growth_graph,
            &mut stats.followers_graph,
            &mut stats.mute_graph,
            &mut stats.top_hours_graph,
            &mut stats.interactions_graph,
            &mut stats.iv_interactions_graph,
            &mut stats.views_by_source_graph,
            &mut stats.new_followers_by_source_graph,
            &mut stats.languages_graph,
            &mut stats.reactions_by_emotion_graph,
            &mut stats.story_interactions_graph,
            &mut stats.story_reactions_by_emotion_graph,
        ] {
            graph.scrub();
        }
    }
}

impl Scrub for enums::stats::MessageStats {
    fn scrub(&mut self) {
        let enums::stats::MessageStats::Stats(stats) = self;
        stats.views_graph.scrub();
        stats.reactions_by_emotion_graph.scrub();
    }
}

impl Scrub for enums::stats::PublicForwards {
    fn scrub(&mut self) {
        let enums::stats::PublicForwards::Forwards(page) = self;
        page.users.clear();
        page.chats.scrub();
        hide_some(&mut page.next_offset);
        page.forwards.retain(|forward| matches!(forward, enums::PublicForward::Message(_)));
        for forward in &mut page.forwards {
            if let enums::PublicForward::Message(forward) = forward {
                forward.message.scrub();
            }
        }
    }
}
