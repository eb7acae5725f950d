//! The posts before and after.

use domain::screens::{PostLink, PostPage as Page};
use leptos::prelude::*;
use leptos_router::components::A;

use crate::shell::place::channel_path;
use crate::t;
use crate::ui::icon::{Glyph, Icon};

#[component]
pub fn Neighbours(page: Signal<Page>) -> impl IntoView {
    let earlier = Memo::new(move |_| page.with(|page| page.earlier.clone()));
    let later = Memo::new(move |_| page.with(|page| page.later.clone()));
    let address = move |link: &PostLink| page.with(|page| channel_path(&page.slug, &format!("posts/{}", link.post_id)));
    view! {
        <nav class="neighbours" aria-label=t!("post-neighbours")>
            {move || {
                earlier
                    .get()
                    .map(|link| {
                        view! {
                            <A href=address(&link) attr:class="card earlier" attr:rel="prev">
                                <Icon glyph=Glyph::Left/>
                                <span>
                                    <small>{t!("post-earlier")}</small>
                                    <b class="clip">{named(&link)}</b>
                                </span>
                            </A>
                        }
                    })
            }}
            {move || {
                later
                    .get()
                    .map(|link| {
                        view! {
                            <A href=address(&link) attr:class="card later" attr:rel="next">
                                <span>
                                    <small>{t!("post-later")}</small>
                                    <b class="clip">{named(&link)}</b>
                                </span>
                                <Icon glyph=Glyph::Right/>
                            </A>
                        }
                    })
            }}
        </nav>
    }
}

fn named(link: &PostLink) -> String {
    if link.title.is_empty() { t!("post-number", id = link.post_id.to_string()) } else { link.title.clone() }
}
