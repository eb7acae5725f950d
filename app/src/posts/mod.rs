//! Everything about one post.

mod api;
mod counters;
mod expected;
mod facts;
mod neighbours;
mod text;
mod views;

use domain::screens::PostPage as Page;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use crate::error::ApiError;
use crate::not_found::Missing;
use crate::shell::frame::Refresh;
use crate::shell::place::channel_path;
use crate::t;
use crate::ui::card::SkeletonCard;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::loaded::loaded_or_missing;
use crate::ui::page_title::PageTitle;
use crate::ui::settled::settled;

use counters::Counters;
use expected::Expected;
use facts::Figures;
use neighbours::Neighbours;
use text::PostText;
use views::{ViewsByAge, ViewsChart};

#[component]
pub fn PostPage() -> impl IntoView {
    let params = use_params_map();
    let named = Memo::new(move |_| {
        params.with(|params| (params.get("channel").unwrap_or_default(), params.get("post_id").unwrap_or_default()))
    });
    // another post is another page: nothing of the one before stays
    let named = settled(named);
    move || {
        let (channel, post_id) = named.get();
        view! { <OnePost channel post_id/> }
    }
}

#[component]
fn OnePost(channel: String, post_id: String) -> impl IntoView {
    let refresh = expect_context::<Refresh>();
    let page = Resource::new(
        move || refresh.0.get(),
        move |_| {
            let (channel, post_id) = (channel.clone(), post_id.parse());
            async move {
                let Ok(post_id) = post_id else { return Err(ApiError::NotFound) };
                api::page(channel, post_id).await
            }
        },
    );
    let missing = || view! { <Missing title=t!("post-not-found") more=t!("post-not-found-more")/> }.into_any();
    loaded_or_missing(page, || view! { <PostSkeleton/> }.into_any(), missing, |page| view! { <PostView page/> })
}

#[component]
fn PostView(page: Signal<Page>) -> impl IntoView {
    let title = move || {
        page.with(|page| {
            let post = if page.curve.title.is_empty() {
                t!("post-number", id = page.post.post_id.to_string())
            } else {
                page.curve.title.clone()
            };
            format!("{post} · {}", page.channel.title)
        })
    };
    view! {
        <PageTitle text=Signal::derive(title)/>
        <PostBar page/>
        <div class="grid">
            <PostText page/>
            <Figures page/>
            <ViewsChart page/>
            <Expected page/>
            <ViewsByAge page/>
            <Counters page/>
        </div>
        <Neighbours page/>
    }
}

/// The way back, and where else this post can be looked at.
#[component]
fn PostBar(page: Signal<Page>) -> impl IntoView {
    let dashboard = move || page.with(|page| channel_path(&page.slug, ""));
    let compare =
        move || page.with(|page| format!("{}?posts={}", channel_path(&page.slug, "analytics"), page.post.post_id));
    let telegram = Memo::new(move |_| page.with(telegram_address));
    view! {
        <div class="toolbar">
            <A href=dashboard attr:class="button quiet back">
                <Icon glyph=Glyph::Left size="small"/>
                {t!("nav-dashboard")}
            </A>
            <A href=compare attr:class="button push">
                <Icon glyph=Glyph::Chart size="small"/>
                {t!("post-compare")}
            </A>
            <Show when=move || telegram.get().is_some()>
                <a class="button" href=move || telegram.get() target="_blank" rel="noopener noreferrer">
                    {t!("post-open")}
                </a>
            </Show>
        </div>
    }
}

/// The post in Telegram: only of a real channel with a public name.
fn telegram_address(page: &Page) -> Option<String> {
    let username = page.channel.username.as_deref().filter(|_| !page.channel.demo)?;
    is_public_name(username).then(|| format!("https://t.me/{username}/{}", page.post.post_id))
}

/// What Telegram takes for a public name. An import file may have used any other.
fn is_public_name(name: &str) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 4..=32;
    LENGTHS.contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[component]
fn PostSkeleton() -> impl IntoView {
    view! {
        <div class="grid">
            <SkeletonCard class="span-7 mid-full"/>
            <SkeletonCard class="span-5 mid-full"/>
            <SkeletonCard class="span-7 mid-full" rows=2/>
            <SkeletonCard class="span-5 mid-full" rows=2/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_names_lead_to_telegram() {
        for name in ["durov", "d_code", "Abcd"] {
            assert!(is_public_name(name), "{name}");
        }
        for name in ["", "abc", "1abcd", "osh va non", "канал", "a/../b", &"a".repeat(33)] {
            assert!(!is_public_name(name), "{name}");
        }
    }
}
