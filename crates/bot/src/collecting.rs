//! What happens in channels, from Telegram's words into ours.

use domain::posts::MediaType;
use services::collect::bot::{self, HeardChange, HeardPost};
use telegram::bot_api::channel_id;
use teloxide::types::{Chat, ChatMemberUpdated, Message, MessageKind, MessageReactionCountUpdated};

use crate::Desk;
use crate::worker::Trouble;

/// A new or edited post; service messages are none.
pub async fn post(desk: &Desk, message: &Message) -> Result<(), Trouble> {
    let (Some(channel), Some(media)) = (channel_of(&message.chat), media(message)) else { return Ok(()) };
    let heard = HeardPost {
        message_id: message.id.0.into(),
        date: message.date.timestamp(),
        album: message.media_group_id().map(|album| album.0.clone()),
        media,
        forwarded: message.forward_origin().is_some(),
        text: message.text().or_else(|| message.caption()).map(str::to_owned),
    };
    Ok(bot::hear_post(&desk.ctx, channel, &heard).await?)
}

pub async fn reactions(desk: &Desk, count: &MessageReactionCountUpdated) -> Result<(), Trouble> {
    let Some(channel) = channel_of(&count.chat) else { return Ok(()) };
    let total: u64 = count.reactions.iter().map(|reaction| reaction.total_count).sum();
    let (message, total) = (count.message_id.0.into(), i64::try_from(total).unwrap_or(i64::MAX));
    Ok(bot::hear_reactions(&desk.ctx, channel, message, total, count.date.timestamp()).await?)
}

/// Somebody came or went. Other changes, such as a new right, are neither.
pub async fn member(desk: &Desk, update_id: i64, change: &ChatMemberUpdated) -> Result<(), Trouble> {
    let Some(channel) = channel_of(&change.chat) else { return Ok(()) };
    let (before, after) = (change.old_chat_member.is_present(), change.new_chat_member.is_present());
    if before == after {
        return Ok(());
    }
    let link = change.invite_link.as_ref().map(|link| (link.invite_link.clone(), link.name.clone()));
    let heard = HeardChange { update_id, at: change.date.timestamp(), joined: after, link };
    Ok(bot::hear_change(&desk.ctx, channel, &heard).await?)
}

/// The bot itself was made an administrator, or is none any more.
pub async fn standing(desk: &Desk, change: &ChatMemberUpdated) -> Result<(), Trouble> {
    let Some(channel) = channel_of(&change.chat) else { return Ok(()) };
    Ok(bot::hear_standing(&desk.ctx, channel, change.new_chat_member.is_privileged()).await?)
}

fn channel_of(chat: &Chat) -> Option<i64> {
    channel_id(chat.id.0).filter(|_| chat.is_channel())
}

/// What a post carries; `None` for service messages.
fn media(message: &Message) -> Option<MediaType> {
    match &message.kind {
        MessageKind::Common(_) => {}
        MessageKind::Giveaway(_) => return Some(MediaType::Giveaway),
        _ => return None,
    }
    let known = [
        (message.text().is_some(), MediaType::Text),
        // an animation also shows as a document
        (message.animation().is_some(), MediaType::Animation),
        (message.photo().is_some(), MediaType::Photo),
        (message.video().is_some(), MediaType::Video),
        (message.audio().is_some(), MediaType::Audio),
        (message.voice().is_some(), MediaType::Voice),
        (message.video_note().is_some(), MediaType::VideoNote),
        (message.document().is_some(), MediaType::Document),
        (message.sticker().is_some(), MediaType::Sticker),
        (message.poll().is_some(), MediaType::Poll),
        (message.location().is_some() || message.venue().is_some(), MediaType::Location),
        (message.contact().is_some(), MediaType::Contact),
    ];
    let media = known.into_iter().find_map(|(is_it, media)| is_it.then_some(media));
    Some(media.unwrap_or(MediaType::Other))
}
