//! Which kind of posts, how much is zoomed, how new.

use domain::analytics::table::MediaKind;
use domain::posts::MediaType;
use leptos::prelude::*;

use super::address::{MEDIA, PAGE, ZOOM};
use super::explain::as_of_text;
use super::shown::Shown;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number;
use crate::ui::time;

/// A reading up to this old counts as live, seconds.
const LIVE_S: i64 = 2 * 3600;

#[component]
pub fn MediaChips(shown: Shown, #[prop(into)] with_kinds: Signal<bool>) -> impl IntoView {
    let kinds = shown.kinds();
    let media = shown.address.media();
    let choose = move |kind: Option<MediaKind>| {
        shown.address.go(&[(MEDIA, kind.map(|kind| kind.to_string())), (PAGE, None)]);
    };
    let all = move || kinds.with(|kinds| kinds.iter().map(|(_, count)| *count).sum::<u64>());
    view! {
        <div class="toolbar scroll" role="group" aria-label=t!("analytics-filter")>
            <Show when=move || with_kinds.get()>
                <button
                    class="chip"
                    type="button"
                    aria-pressed=move || media.get().is_none().to_string()
                    on:click=move |_| choose(None)
                >
                    {t!("analytics-all")}
                    " "
                    <span class="n">{move || number::full(all() as i64)}</span>
                </button>
                // a kind that was chosen stays even where the window has none of it
                {move || {
                    let mut kinds = kinds.get();
                    if let Some(chosen) = media.get().filter(|chosen| kinds.iter().all(|(kind, _)| kind != chosen)) {
                        kinds.push((chosen, 0));
                    }
                    kinds
                        .into_iter()
                        .map(|(kind, count)| {
                            view! {
                                <button
                                    class="chip"
                                    type="button"
                                    aria-pressed=move || (media.get() == Some(kind)).to_string()
                                    on:click=move |_| choose(Some(kind))
                                >
                                    <Icon glyph=glyph(kind) size="small"/>
                                    {kind_name(kind)}
                                    " "
                                    <span class="n">{number::full(count as i64)}</span>
                                </button>
                            }
                        })
                        .collect_view()
                }}
            </Show>
            <Show when=move || shown.is_zoomed()>
                <button class="chip" type="button" aria-pressed="true" on:click=move |_| shown.address.replace(&[(ZOOM, None)])>
                    {move || t!("analytics-zoomed", days = window_days(shown))}
                    <Icon glyph=Glyph::Close size="small"/>
                    <span class="visually-hidden">{t!("analytics-zoom-out")}</span>
                </button>
            </Show>
            {move || {
                let freshness = shown.freshness();
                freshness
                    .as_of
                    .map(|at| {
                        let live = freshness.read_at - at <= LIVE_S;
                        let class = if live { "live push wide-only" } else { "meta push wide-only" };
                        view! {
                            <span class=class>
                                {t!("analytics-last-read", time = as_of_text(&shown.zone(), at, freshness.read_at))}
                            </span>
                        }
                    })
            }}
        </div>
    }
}

/// Days of the window, in words: `3 Nov – 10 Nov`.
pub fn window_days(shown: Shown) -> String {
    shown.window.with(|window| {
        if window.first_day == window.last_day {
            return time::day(window.first_day);
        }
        format!("{} – {}", time::day(window.first_day), time::day(window.last_day))
    })
}

fn kind_name(kind: MediaKind) -> String {
    crate::i18n::text_with(&format!("media-{}", kind.as_str()), &[])
}

fn glyph(kind: MediaKind) -> Glyph {
    let MediaKind::Known(media) = kind else { return Glyph::Help };
    match media {
        MediaType::Photo | MediaType::Sticker | MediaType::Media => Glyph::Image,
        MediaType::Album => Glyph::Album,
        MediaType::Video | MediaType::VideoNote | MediaType::Animation => Glyph::Video,
        MediaType::Audio | MediaType::Voice => Glyph::Audio,
        MediaType::Poll => Glyph::Poll,
        MediaType::Link => Glyph::Link,
        MediaType::Document => Glyph::File,
        MediaType::Contact => Glyph::People,
        MediaType::Text | MediaType::Location | MediaType::Giveaway | MediaType::Other => Glyph::Text,
    }
}
