//! What a message carries, told by what stands in its bubble.

use domain::posts::MediaType;
use scraper::ElementRef;

use crate::html::{all, first, has, has_class};

/// What is shown in an element with this class; the first that is there counts, so what may hold others stands first.
const KINDS: [(&str, MediaType); 14] = [
    ("tgme_widget_message_poll", MediaType::Poll),
    ("tgme_widget_message_roundvideo_player", MediaType::VideoNote),
    ("tgme_widget_message_voice_player", MediaType::Voice),
    ("tgme_widget_message_sticker_wrap", MediaType::Sticker),
    ("tgme_widget_message_tgsticker_wrap", MediaType::Sticker),
    ("tgme_widget_message_videosticker_wrap", MediaType::Sticker),
    ("tgme_widget_message_location_wrap", MediaType::Location),
    ("tgme_widget_message_venue_wrap", MediaType::Location),
    ("tgme_widget_message_contact_wrap", MediaType::Contact),
    ("tgme_widget_message_video_player", MediaType::Video),
    ("tgme_widget_message_document_wrap", MediaType::Document),
    ("tgme_widget_message_photo_wrap", MediaType::Photo),
    // "open it in Telegram": something that the page cannot show
    ("message_media_not_supported", MediaType::Media),
    ("tgme_widget_message_link_preview", MediaType::Link),
];

/// Kind and, of an album, its number of messages.
pub(super) fn of(message: ElementRef<'_>, has_text: bool) -> (MediaType, Option<i64>) {
    if let Some(group) = first(message, "tgme_widget_message_grouped") {
        let parts = ["tgme_widget_message_photo_wrap", "tgme_widget_message_video_player"];
        let size: usize = parts.iter().map(|part| all(group, part).count()).sum();
        return (MediaType::Album, (size > 0).then_some(size as i64));
    }
    let found = KINDS.iter().find_map(|(class, kind)| Some((first(message, class)?, *kind)));
    let kind = match found {
        // only what runs by itself, in a loop, has no length
        Some((player, MediaType::Video)) if !has(player, "message_video_duration") => MediaType::Animation,
        Some((wrap, MediaType::Document)) if is_audio(wrap) => MediaType::Audio,
        Some((_, kind)) => kind,
        None if has_text => MediaType::Text,
        None => MediaType::Other,
    };
    (kind, None)
}

fn is_audio(document: ElementRef<'_>) -> bool {
    first(document, "tgme_widget_message_document_icon").is_some_and(|icon| has_class(icon, "audio"))
}
