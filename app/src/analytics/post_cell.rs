//! A post in a row: picture, beginning of its text with the way to its page, day and kind.

use domain::analytics::curve::title;
use domain::analytics::posts::PostView;
use domain::zone::Zone;
use leptos::prelude::*;
use leptos_router::components::A;

use crate::shell::place::channel_path;
use crate::t;
use crate::ui::thumb::{Thumb, media_name};
use crate::ui::time;

/// The beginning of a text, or that there is none.
pub fn post_title(text: &str) -> String {
    let title = title(text);
    if title.is_empty() { t!("analytics-no-text") } else { title }
}

pub fn post_path(slug: &str, post_id: i64) -> String {
    channel_path(slug, &format!("posts/{post_id}"))
}

#[component]
pub fn PostCell(
    slug: String,
    post: PostView,
    zone: Zone,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let facts = std::iter::once(time::day(zone.day(post.date_utc))).chain(media_name(post.media_type));
    view! {
        <div class="post">
            <Thumb media=post.media_type small=true/>
            <span>
                <A href=post_path(&slug, post.post_id) attr:class="clip-2">
                    {post_title(&post.text)}
                </A>
                <small>{facts.collect::<Vec<_>>().join(" · ")}</small>
            </span>
            {children.map(|children| children())}
        </div>
    }
}
