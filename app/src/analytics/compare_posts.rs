//! Up to five posts over one another, by hours after posting, beside what is usual.

use charts::Spec;
use charts::compare_posts::spec;
use domain::analytics::curve::PostCurve;
use domain::analytics::query::Sort;
use domain::analytics::table::{Column, PostFilter, table};
use domain::forecast::BandPoint;
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
    let answer = curves;
    let curves = Memo::new(move |_| curves.with(|compared| drawn_first(&compared.curves)));
    let drawn = Memo::new(move |_| {
        curves.with(|curves| curves.iter().filter(|curve| has_curve(curve)).cloned().collect::<Vec<_>>())
    });
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
                when=move || drawn.with(|drawn| !drawn.is_empty())
                fallback=move || {
                    let chosen = curves.with(|curves| !curves.is_empty());
                    let (title, more) = if chosen { (t!("analytics-compare-unmeasured"), t!("analytics-compare-unmeasured-more")) } else { (t!("analytics-compare-none"), t!("analytics-compare-none-more")) };
                    view! { <Nothing title more/> }
                }
            >
                <Chart
                    id="chart-compare"
                    class=""
                    spec=move |style| {
                        let spec = answer
                            .with(|answer| {
                                drawn
                                    .with(|drawn| {
                                        let bands: Vec<&[BandPoint]> =
                                            drawn.iter().map(|curve| band_of(answer, curve.post_id)).collect();
                                        spec(drawn, &bands, Some(&answer.usual), COMPARE_CURVE_H, style)
                                    })
                            });
                        without_legend(spec)
                    }
                />
            </Show>
            <ul class="compared-posts">
                {move || {
                    curves
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(place, curve)| view! { <Compared shown place curve compared/> })
                        .collect_view()
                }}
                <Show when=move || answer.with(|answer| answer.usual.n > 0) && drawn.with(|drawn| !drawn.is_empty())>
                    <li class="usual">
                        <svg aria-hidden="true">
                            <rect width="22" height="10" rx="2"></rect>
                        </svg>
                        <span>{t!("analytics-compare-usual")}</span>
                        <small>
                            {move || {
                                let n = answer.with(|answer| answer.usual.n) as i64;
                                t!("count-posts-text", n = n, text = number::full(n))
                            }}
                        </small>
                    </li>
                </Show>
            </ul>
        </Card>
    }
}

/// What is forecast of a post; nothing of one that is not young.
fn band_of(compared: &PostsCompared, post_id: i64) -> &[BandPoint] {
    let place = compared.curves.iter().position(|curve| curve.post_id == post_id);
    let forecast = place.and_then(|place| compared.forecasts.get(place)).and_then(Option::as_ref);
    forecast.map_or(&[], |forecast| &forecast.band)
}

/// The list below the chart is its legend: it also takes posts out.
fn without_legend(mut spec: Spec) -> Spec {
    spec.option["legend"]["show"] = false.into();
    if let Some(bottom) = spec.option.pointer_mut("/grid/0/bottom") {
        *bottom = PLOT_BOTTOM_PX.into();
    }
    spec
}

/// Whether it was read more than once: a line from the beginning to one reading would show a course nobody saw.
fn has_curve(curve: &PostCurve) -> bool {
    curve.points.len() > 2
}

/// The posts with a curve first, so that they have the colours of the chart, which draws only these.
fn drawn_first(curves: &[PostCurve]) -> Vec<PostCurve> {
    let (drawn, other): (Vec<_>, Vec<_>) = curves.iter().cloned().partition(has_curve);
    drawn.into_iter().chain(other).collect()
}

#[component]
fn Compared(shown: Shown, place: usize, curve: PostCurve, compared: Signal<Vec<i64>>) -> impl IntoView {
    let post_id = curve.post_id;
    let drawn = has_curve(&curve);
    let value = match curve.points.last().filter(|(h, _)| *h > 0.0) {
        Some((h, views)) => {
            let (views, age) = (number::short(*views), age(h.round() as u32));
            if drawn {
                t!("analytics-compare-at", views = views, age = age)
            } else {
                t!("analytics-compare-once", views = views, age = age)
            }
        }
        None => t!("analytics-compare-no-curve"),
    };
    let series = if drawn { place + 1 } else { 0 };
    let title = post_title(&curve.title);
    let label = t!("analytics-compare-remove-title", title = title.clone());
    let remove = move |_| {
        let ids: Vec<i64> = compared.get_untracked().into_iter().filter(|id| *id != post_id).collect();
        shown.address.go(&[(POSTS, Some(posts_param(&ids)))]);
    };
    view! {
        <li class=format!("s{series} dash-{series}")>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_that_was_read_once_has_no_curve_and_no_colour() {
        let curve = |post_id, readings: usize| PostCurve {
            post_id,
            title: String::new(),
            points: (0..=readings).map(|place| (place as f64, place as f64)).collect(),
        };
        let ordered = drawn_first(&[curve(1, 0), curve(2, 1), curve(3, 2), curve(4, 9)]);
        assert_eq!(ordered.iter().map(|curve| curve.post_id).collect::<Vec<_>>(), [3, 4, 1, 2]);
        assert_eq!(ordered.iter().filter(|curve| has_curve(curve)).count(), 2);
    }
}
