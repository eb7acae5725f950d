//! What was posted, when, and where the numbers come from.

use domain::screens::PostPage as Page;
use leptos::prelude::*;

use crate::t;
use crate::ui::source_mark::SourceMarks;
use crate::ui::thumb::{Thumb, media_name};
use crate::ui::time;

/// From this length on the text begins folded, characters.
const FOLDS_FROM: usize = 500;

#[component]
pub fn PostText(page: Signal<Page>) -> impl IntoView {
    let (open, set_open) = signal(false);
    let text = Memo::new(move |_| page.with(|page| page.post.text.trim().to_owned()));
    let folds = Memo::new(move |_| text.with(|text| text.chars().count() > FOLDS_FROM));
    let media = page.with_untracked(|page| page.post.media_type);
    let sources = Signal::derive(move || page.with(|page| page.meta.sources.clone()));
    view! {
        <section class="card span-7 mid-full post-card" aria-labelledby="post">
            <header class="middle">
                <Thumb media/>
                <div class="heading">
                    <h2 id="post">{move || page.with(|page| time::moment(&page.zone, page.post.date_utc))}</h2>
                    <p>
                        {move || page.with(|page| about(page).join(" · "))}
                    </p>
                </div>
            </header>
            {move || {
                if text.with(String::is_empty) {
                    view! { <p class="faint">{t!("post-without-text")}</p> }.into_any()
                } else {
                    view! {
                        <p class="post-text" id="post-text" class:folded=move || folds.get() && !open.get()>
                            {move || text.get()}
                        </p>
                    }
                        .into_any()
                }
            }}
            <Show when=move || folds.get()>
                <button
                    class="button quiet"
                    type="button"
                    aria-controls="post-text"
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| set_open.update(|open| *open = !*open)
                >
                    {move || if open.get() { t!("post-fold") } else { t!("post-unfold") }}
                </button>
            </Show>
            <footer>
                <SourceMarks sources/>
                <span>{move || page.with(last_read)}</span>
                <span>
                    {move || page.with(|page| format!("{}, {}", page.zone.name(), time::offset(&page.zone, page.post.date_utc)))}
                </span>
            </footer>
        </section>
    }
}

/// How long ago, what it carries, its number.
fn about(page: &Page) -> Vec<String> {
    let ago = time::ago_within_month(page.post.date_utc, page.freshness.read_at);
    let number = t!("post-number", id = page.post.post_id.to_string());
    ago.into_iter().chain(media_name(page.post.media_type)).chain([number]).collect()
}

fn last_read(page: &Page) -> Option<String> {
    page.views.snapshots.last().map(|last| t!("as-of", time = time::moment(&page.zone, last.at)))
}
