//! Messages in the product's words.

use domain::collect::message::{ForwardedFrom, Message, Reaction, ReactionCount};
use domain::posts::{Counters, MediaType};
use grammers_tl_types::{enums, types};

use crate::channel::public_name;

/// `None` for what stands in the place of a deleted message.
pub(crate) fn message(message: enums::Message, chats: &[enums::Chat]) -> Option<Message> {
    match message {
        enums::Message::Empty(_) => None,
        enums::Message::Message(message) => Some(post(message, chats)),
        enums::Message::Service(message) => Some(Message {
            id: message.id,
            date: i64::from(message.date),
            edit_date: None,
            text: String::new(),
            links: Vec::new(),
            media_type: MediaType::Other,
            grouped_id: None,
            forwarded_from: None,
            author: None,
            counters: Counters::default(),
            reactions: Vec::new(),
            is_service: true,
        }),
    }
}

fn post(message: types::Message, chats: &[enums::Chat]) -> Message {
    let reactions = message.reactions.as_ref().map(reactions).unwrap_or_default();
    let counters = Counters {
        views: message.views.map(i64::from),
        forwards: message.forwards.map(i64::from),
        // left out while there are none
        reactions: Some(reactions.iter().map(|reaction| reaction.count).sum()),
        replies: message.replies.map(|enums::MessageReplies::Replies(replies)| i64::from(replies.replies)),
    };
    Message {
        id: message.id,
        date: i64::from(message.date),
        edit_date: message.edit_date.filter(|_| !message.edit_hide).map(i64::from),
        links: message.entities.iter().flatten().filter_map(link).collect(),
        text: message.message,
        media_type: message.media.as_ref().map_or(MediaType::Text, media_type),
        grouped_id: message.grouped_id,
        forwarded_from: message.fwd_from.map(|header| forwarded_from(header, chats)),
        author: message.post_author,
        counters,
        reactions,
        is_service: false,
    }
}

fn link(entity: &enums::MessageEntity) -> Option<String> {
    match entity {
        enums::MessageEntity::TextUrl(link) => Some(link.url.clone()),
        _ => None,
    }
}

pub(crate) fn reactions(reactions: &enums::MessageReactions) -> Vec<ReactionCount> {
    let enums::MessageReactions::Reactions(reactions) = reactions;
    let one = |enums::ReactionCount::Count(counted): &enums::ReactionCount| {
        let reaction = match &counted.reaction {
            enums::Reaction::Emoji(emoji) => Reaction::Emoji(emoji.emoticon.clone()),
            enums::Reaction::CustomEmoji(emoji) => Reaction::CustomEmoji(emoji.document_id),
            enums::Reaction::Paid => Reaction::Paid,
            enums::Reaction::Empty => return None,
        };
        Some(ReactionCount { reaction, count: i64::from(counted.count) })
    };
    reactions.results.iter().filter_map(one).collect()
}

fn forwarded_from(header: enums::MessageFwdHeader, chats: &[enums::Chat]) -> ForwardedFrom {
    let enums::MessageFwdHeader::Header(header) = header;
    let channel_id = match header.from_id {
        Some(enums::Peer::Channel(peer)) => Some(peer.channel_id),
        _ => None,
    };
    let chat = channel_id.and_then(|id| chats.iter().find(|chat| chat.id() == id));
    let (username, title) = match chat {
        Some(enums::Chat::Channel(channel)) => (public_name(channel), Some(channel.title.clone())),
        Some(enums::Chat::ChannelForbidden(channel)) => (None, Some(channel.title.clone())),
        _ => (None, None),
    };
    ForwardedFrom {
        channel_id,
        message_id: header.channel_post,
        username,
        name: title.or(header.from_name),
        date: i64::from(header.date),
    }
}

fn media_type(media: &enums::MessageMedia) -> MediaType {
    use enums::MessageMedia as Media;
    match media {
        Media::Empty => MediaType::Text,
        Media::Photo(_) => MediaType::Photo,
        Media::Document(document) => document_type(document),
        Media::WebPage(_) => MediaType::Link,
        Media::Geo(_) | Media::GeoLive(_) | Media::Venue(_) => MediaType::Location,
        Media::Contact(_) => MediaType::Contact,
        Media::Poll(_) => MediaType::Poll,
        Media::Giveaway(_) | Media::GiveawayResults(_) => MediaType::Giveaway,
        Media::PaidMedia(_) => MediaType::Media,
        _ => MediaType::Other,
    }
}

fn document_type(media: &types::MessageMediaDocument) -> MediaType {
    use enums::DocumentAttribute as Attribute;
    if media.round {
        return MediaType::VideoNote;
    }
    if media.voice {
        return MediaType::Voice;
    }
    let attributes = match &media.document {
        Some(enums::Document::Document(document)) => document.attributes.as_slice(),
        _ => &[],
    };
    let has = |what: fn(&Attribute) -> bool| attributes.iter().any(what);
    if has(|attribute| matches!(attribute, Attribute::Sticker(_))) {
        MediaType::Sticker
    } else if has(|attribute| matches!(attribute, Attribute::Animated)) {
        MediaType::Animation
    } else if media.video || has(|attribute| matches!(attribute, Attribute::Video(_))) {
        MediaType::Video
    } else if has(|attribute| matches!(attribute, Attribute::Audio(_))) {
        MediaType::Audio
    } else {
        MediaType::Document
    }
}
