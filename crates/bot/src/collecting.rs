//! What happens in channels, from Telegram's words into ours.

use domain::posts::MediaType;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use services::bot_updates::Settled;
use services::collect::bot::{self, HeardChange, HeardPost};
use telegram::bot_api::channel_id;
use teloxide::types::{Chat, ChatMemberUpdated, Message, MessageKind, MessageReactionCountUpdated};

use crate::Desk;
use crate::worker::Trouble;

/// What tells a post from a service message, by the field that carries it. The library takes a message of which it
/// cannot read all, such as an animation without `mime_type`, for an empty one or another kind: it is read here.
const CARRIED: [(&str, MediaType); 21] = [
    ("text", MediaType::Text),
    // an animation also shows as a document, a venue as a location
    ("animation", MediaType::Animation),
    ("venue", MediaType::Location),
    ("photo", MediaType::Photo),
    ("video", MediaType::Video),
    ("audio", MediaType::Audio),
    ("voice", MediaType::Voice),
    ("video_note", MediaType::VideoNote),
    ("document", MediaType::Document),
    ("sticker", MediaType::Sticker),
    ("poll", MediaType::Poll),
    ("location", MediaType::Location),
    ("contact", MediaType::Contact),
    ("giveaway", MediaType::Giveaway),
    ("giveaway_winners", MediaType::Giveaway),
    ("paid_media", MediaType::Other),
    ("story", MediaType::Other),
    ("checklist", MediaType::Other),
    ("dice", MediaType::Other),
    ("game", MediaType::Other),
    ("invoice", MediaType::Other),
];

/// The update of a post, as far as it is used.
#[derive(Deserialize)]
struct Told {
    #[serde(alias = "edited_channel_post")]
    channel_post: Post,
}

#[derive(Deserialize)]
struct Post {
    media_group_id: Option<String>,
    forward_origin: Option<IgnoredAny>,
    caption: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Post {
    /// `None` for service messages, and for what is newer than this program.
    fn media(&self) -> Option<MediaType> {
        CARRIED.into_iter().find_map(|(field, media)| self.rest.contains_key(field).then_some(media))
    }

    fn text(&self) -> Option<String> {
        self.rest.get("text").and_then(Value::as_str).map(str::to_owned).or_else(|| self.caption.clone())
    }
}

/// A new or edited post; service messages are none. `raw`: the update as it came.
pub async fn post(desk: &Desk, message: &Message, raw: &str) -> Result<Settled, Trouble> {
    let Some(channel) = channel_of(&message.chat) else { return Ok(Settled::Handled) };
    let Ok(Told { channel_post: post }) = serde_json::from_str(raw) else { return Ok(Settled::Unknown) };
    let Some(media) = post.media() else {
        let is_known = !matches!(message.kind, MessageKind::Empty {});
        return Ok(if is_known { Settled::Handled } else { Settled::Unknown });
    };
    let heard = HeardPost {
        message_id: message.id.0.into(),
        date: message.date.timestamp(),
        media,
        forwarded: post.forward_origin.is_some(),
        text: post.text(),
        album: post.media_group_id,
    };
    bot::hear_post(&desk.ctx, channel, &heard).await?;
    Ok(Settled::Handled)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(post: &Value) -> Post {
        let told = json!({"update_id": 1, "edited_channel_post": post}).to_string();
        serde_json::from_str::<Told>(&told).expect("a post").channel_post
    }

    #[test]
    fn a_post_is_read_also_where_the_library_cannot() {
        // no `mime_type`, which Telegram may leave out and the library insists on
        let gif = json!({
            "message_id": 9, "date": 1, "chat": {"id": -1_000_000_000_005_i64, "type": "channel", "title": "Orbit"},
            "caption": "Moving", "media_group_id": "7",
            "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Ann"},
            "animation": {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1, "duration": 1},
            "document": {"file_id": "a", "file_unique_id": "b"},
        });
        let message: Message = serde_json::from_value(gif.clone()).expect("a message");
        assert!(message.animation().is_none(), "then the library can do it: {:?}", message.kind);
        let post = read(&gif);
        assert_eq!((post.media(), post.text().as_deref()), (Some(MediaType::Animation), Some("Moving")));
        assert!(post.forward_origin.is_some() && post.media_group_id.as_deref() == Some("7"));
    }

    #[test]
    fn what_a_post_carries() {
        for (content, media) in [
            (json!({"text": "a"}), Some(MediaType::Text)),
            (json!({"venue": {}, "location": {}}), Some(MediaType::Location)),
            (json!({"dice": {"emoji": "🎲", "value": 3}}), Some(MediaType::Other)),
            (json!({"new_chat_title": "Orbit 2"}), None),
            (json!({"telepathy": {}}), None),
        ] {
            assert_eq!(read(&content).media(), media, "{content}");
        }
    }
}
