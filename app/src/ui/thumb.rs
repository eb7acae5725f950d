//! What stands for a post's picture: the sign of its media kind on that kind's ground.

use domain::posts::MediaType;
use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// Decorative: the kind stands in words beside it.
#[component]
pub fn Thumb(media: Option<MediaType>, #[prop(optional)] small: bool) -> impl IntoView {
    let (ground, glyph) = look(media);
    view! {
        <span class=format!("thumb {ground}{}", if small { " small" } else { "" }) aria-hidden="true">
            <Icon glyph size=if small { "small" } else { "" }/>
        </span>
    }
}

fn look(media: Option<MediaType>) -> (&'static str, Glyph) {
    match media {
        Some(MediaType::Photo | MediaType::Sticker | MediaType::Media) => ("picture", Glyph::Image),
        Some(MediaType::Album) => ("album", Glyph::Album),
        Some(MediaType::Video | MediaType::VideoNote | MediaType::Animation) => ("video", Glyph::Video),
        Some(MediaType::Audio | MediaType::Voice) => ("audio", Glyph::Audio),
        Some(MediaType::Poll) => ("poll", Glyph::Poll),
        Some(MediaType::Link) => ("text", Glyph::Link),
        Some(MediaType::Document) => ("text", Glyph::File),
        Some(MediaType::Contact) => ("text", Glyph::People),
        Some(MediaType::Text | MediaType::Location | MediaType::Giveaway | MediaType::Other) | None => {
            ("text", Glyph::Text)
        }
    }
}

/// `Photo`, `Album`: the media kind in the reader's language; nothing where it is not known.
pub fn media_name(media: Option<MediaType>) -> Option<String> {
    media.map(|media| crate::i18n::text_with(&format!("media-{}", media.as_str()), &[]))
}
