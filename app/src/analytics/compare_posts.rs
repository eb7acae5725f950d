//! Up to five posts over one another, by hours after posting, beside what is usual.

use charts::Spec;
use charts::compare_posts::spec;
use domain::analytics::curve::PostCurve;
use domain::analytics::query::Sort;
use domain::analytics::table::{Column, PostFilter, table};
use domain::screens::{COMPARE_CURVE_H, COMPARED_POSTS_MAX, PostsCompared};
use leptos::prelude::*;
use leptos_router::components::A;

use super::address::{POSTS, posts_param};
use super::explain::Nothing;
use super::post_cell::{PostCell, post_path, post_title};
use super::shown::Shown;
use super::top_posts_table::CompareToggle;
use crate::error::ApiError;
use crate::t;
use crate::ui::card::{Card, SkeletonCard};
use crate::ui::chart::Chart;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::loaded::loaded;
use crate::ui::number;
use crate::ui::time::age;

/// Id of the list to choose from.
const PICKER: &str = "compare-picker";
/// Below the plot, where a legend would be.
const PLOT_BOTTOM_PX: u32 = 4;
/// Posts in the list; the search finds the others.
const LISTED: usize = 30;

/// `compared`: ids of the posts shown.
#[component]
pub fn ComparePosts(
    shown: Shown,
    curves: Resource<Result<PostsCompared, ApiError>>,
    #[prop(into)] compared: Signal<Vec<i64>>,
) -> impl IntoView {
    loaded(
        curves,
        || view! { <SkeletonCard class="span-6"/> }.into_any(),
        move |curves| view! { <ComparedPosts shown curves compared/> },
    )
}

#[component]
fn ComparedPosts(shown: Shown, curves: Signal<PostsCompared>, compared: Signal<Vec<i64>>) -> impl IntoView {
    let curves = Memo::new(move |_| curves.get());
    let is_full = move || compared.with(|ids| ids.len() >= COMPARED_POSTS_MAX);
    view! {
        <Card
            class="span-6"
            id="compare-posts"
            title=|| t!("analytics-compare-posts")
            sub=|| t!("analytics-compare-posts-sub", n = COMPARED_POSTS_MAX as i64)
            end=move || {
                view! {
                    <button
                        class="button push"
                        type="button"
                        popovertarget=PICKER
                        aria-haspopup="dialog"
                        disabled=is_full
                        title=move || is_full().then(|| t!("analytics-compare-full", n = COMPARED_POSTS_MAX as i64))
                    >
                        <Icon glyph=Glyph::Plus size="small"/>
                        {t!("analytics-add-post")}
                    </button>
                }
            }
        >
            <Picker shown compared/>
            <Show
                when=move || curves.with(|curves| curves.curves.iter().any(has_curve))
                fallback=move || {
                    let chosen = curves.with(|curves| !curves.curves.is_empty());
                    let (title, more) = match chosen {
                        true => (t!("analytics-compare-unmeasured"), t!("analytics-compare-unmeasured-more")),
                        false => (t!("analytics-compare-none"), t!("analytics-compare-none-more")),
                    };
                    view! { <Nothing title more/> }
                }
            >
                <Chart
                    id="chart-compare"
                    class=""
                    spec=move |style| {
                        let spec = curves.with(|curves| spec(&curves.curves, Some(&curves.usual), COMPARE_CURVE_H, style));
                        without_legend(spec)
                    }
                />
            </Show>
            <ul class="compared-posts">
                {move || {
                    curves
                        .get()
                        .curves
                        .into_iter()
                        .enumerate()
                        .map(|(place, curve)| view! { <Compared shown place curve compared/> })
                        .collect_view()
                }}
                <Show when=move || curves.with(|curves| curves.usual.n > 0)>
                    <li class="usual">
                        <svg aria-hidden="true">
                            <rect width="22" height="10" rx="2"></rect>
                        </svg>
                        <span>{t!("analytics-compare-usual")}</span>
                        <small>
                            {move || {
                                let n = curves.with(|curves| curves.usual.n) as i64;
                                t!("count-posts-text", n = n, text = number::full(n))
                            }}
                        </small>
                    </li>
                </Show>
            </ul>
        </Card>
    }
}

/// The list below the chart is its legend: it also takes posts out.
fn without_legend(mut spec: Spec) -> Spec {
    spec.option["legend"]["show"] = false.into();
    if let Some(bottom) = spec.option.pointer_mut("/grid/0/bottom") {
        *bottom = PLOT_BOTTOM_PX.into();
    }
    spec
}

/// Whether there is more of it than its beginning.
fn has_curve(curve: &PostCurve) -> bool {
    curve.points.len() > 1
}

#[component]
fn Compared(shown: Shown, place: usize, curve: PostCurve, compared: Signal<Vec<i64>>) -> impl IntoView {
    let post_id = curve.post_id;
    let value = match curve.points.last().filter(|_| has_curve(&curve)) {
        Some((h, views)) => t!("analytics-compare-at", views = number::short(*views), age = age(h.round() as u32)),
        None => t!("analytics-compare-no-curve"),
    };
    let title = post_title(&curve.title);
    let label = t!("analytics-compare-remove-title", title = title.clone());
    let remove = move |_| {
        let ids: Vec<i64> = compared.get_untracked().into_iter().filter(|id| *id != post_id).collect();
        shown.address.go(&[(POSTS, Some(posts_param(&ids)))]);
    };
    view! {
        <li class=format!("s{} dash-{}", place + 1, place + 1)>
            <svg aria-hidden="true">
                <path d="M0 5h22"></path>
            </svg>
            <A href=move || post_path(&shown.slug(), post_id) attr:class="clip">
                {title}
            </A>
            <small>{value}</small>
            <button class="icon-button" type="button" aria-label=label on:click=remove>
                <Icon glyph=Glyph::Close size="small"/>
            </button>
        </li>
    }
}

/// Posts of the window to choose from, newest first.
#[component]
fn Picker(shown: Shown, compared: Signal<Vec<i64>>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let filter = PostFilter { media_type: None, search: search.get(), min_views: None };
        shown.data.with(|data| {
            shown.window.with(|window| table(data, window, &filter, Column::Of(Sort::Date), true, 1, LISTED))
        })
    });
    view! {
        <div class="popover sheet post-picker" id=PICKER popover="auto" role="dialog" aria-label=t!("analytics-add-post")>
            <h2>{t!("analytics-add-post")}</h2>
            <label class="search">
                <span class="visually-hidden">{t!("analytics-search-label")}</span>
                <Icon glyph=Glyph::Search size="small"/>
                <input
                    class="input"
                    type="search"
                    placeholder=t!("analytics-search-label")
                    on:input:target=move |event| search.set(event.target().value())
                />
            </label>
            <ul>
                {move || {
                    let (slug, zone) = (shown.slug(), shown.zone());
                    found
                        .get()
                        .rows
                        .into_iter()
                        .map(|row| {
                            let post_id = row.post.post_id;
                            view! {
                                <li>
                                    <PostCell slug=slug.clone() post=row.post zone=zone.clone()>
                                        <CompareToggle shown post_id compared/>
                                    </PostCell>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            {move || {
                found
                    .with(|found| found.total > LISTED as u64)
                    .then(|| view! { <p class="rule">{t!("analytics-picker-more", n = LISTED as i64)}</p> })
            }}
        </div>
    }
}
