//! The newest posts with their first hours over what is usual.

use domain::analytics::curve::UsualCurve;
use domain::analytics::posts::AgainstUsual;
use domain::screens::{DashboardScreen, LATEST_CURVE_H, LatestPost};
use leptos::prelude::*;
use leptos_router::components::A;

use crate::shell::place::{BEST_TIME, channel_path};
use crate::t;
use crate::ui::delta::{Delta, Meaning};
use crate::ui::forecast;
use crate::ui::mini_curve::{MiniCurve, has_curve};
use crate::ui::number;
use crate::ui::thumb::{Thumb, media_name};
use crate::ui::time::{self, age};

/// A post younger than this is still growing fast, hours.
const LIVE_H: i64 = 24;
/// Within this of the usual a post is as usual: the middle half of posts lies about there.
const USUAL_WITHIN: f64 = 0.1;

#[component]
pub fn LatestPosts(screen: Signal<DashboardScreen>) -> impl IntoView {
    let usual = Memo::new(move |_| screen.with(|screen| screen.usual.clone()));
    // where no post was read in its first day, there is no room left for curves
    let curves =
        Memo::new(move |_| screen.with(|screen| screen.latest.iter().any(|post| has_curve(&post.curve.points))));
    let posts = Memo::new(move |_| {
        screen.with(|screen| screen.latest.iter().map(|post| post.post.post_id).collect::<Vec<_>>())
    });
    let best_time = move || screen.with(|screen| channel_path(&screen.slug, BEST_TIME));
    let all = move || screen.with(|screen| channel_path(&screen.slug, "analytics"));
    view! {
        <section class="card flush span-8 wide-5" aria-labelledby="latest">
            <header>
                <h2 class="heading" id="latest">
                    {t!("latest-posts")}
                </h2>
                <span class="links push">
                    <A href=best_time attr:class="button quiet">
                        {t!("best-time-tab")}
                    </A>
                    <A href=all attr:class="button quiet">
                        {t!("all-posts")}
                    </A>
                </span>
            </header>
            <ol class="post-list" class:no-curves=move || !curves.get()>
                <For each=move || posts.get() key=|post_id| *post_id let:post_id>
                    <Row screen post_id usual=usual.into() curves/>
                </For>
            </ol>
            <Show when=move || curves.get()>
                <footer>
                    <Legend usual=usual.into()/>
                </footer>
            </Show>
        </section>
    }
}

/// One post; keeps its place (and the reader's focus) while its numbers move.
#[component]
fn Row(screen: Signal<DashboardScreen>, post_id: i64, usual: Signal<UsualCurve>, curves: Memo<bool>) -> impl IntoView {
    let row = Memo::new(move |before: Option<&Option<LatestPost>>| {
        let found = screen.with(|screen| screen.latest.iter().find(|post| post.post.post_id == post_id).cloned());
        found.or_else(|| before.cloned().flatten())
    });
    let of = move |part: fn(&LatestPost) -> String| move || row.with(|row| row.as_ref().map(part).unwrap_or_default());
    let media = row.with_untracked(|row| row.as_ref().and_then(|row| row.post.media_type));
    let href = screen.with_untracked(|screen| channel_path(&screen.slug, &format!("posts/{post_id}")));
    let at = move || row.with(|row| row.as_ref().map(|row| row.post.date_utc)).unwrap_or_default();
    let ago = move || screen.with(|screen| time::ago(&screen.window.zone, at(), screen.freshness.read_at));
    let moment = move || screen.with(|screen| time::moment(&screen.window.zone, at()));
    let live = move || screen.with(|screen| screen.freshness.read_at - at() < LIVE_H * 3600);
    let label = move || {
        row.with(|row| {
            row.as_ref().map_or_else(String::new, |row| {
                t!("curve-label", views = number::full_or_dash(row.post.views), verdict = verdict_text(row.against))
            })
        })
    };
    // what is expected, with how far such forecasts could be trusted here
    let expected = move || {
        screen.with(|screen| {
            let forecast = row.with(|row| row.as_ref().and_then(|row| row.forecast.clone()))?;
            let horizon = forecast.forecast.next_horizon()?;
            let held = forecast::held(screen.forecast_coverage.as_ref());
            Some((forecast::sentence(horizon, usual_at(&screen.usual, horizon.h)), held))
        })
    };
    view! {
        <li>
            <Thumb media/>
            <A href attr:class="name clip-2">
                {of(|row| {
                    if row.curve.title.is_empty() { t!("post-without-text") } else { row.curve.title.clone() }
                })}
            </A>
            <p class="facts">
                <span title=moment>{ago}</span>
                {media_name(media).map(|name| view! { <span>{name}</span> })}
                <Show when=live>
                    <span class="badge info">{t!("live")}</span>
                </Show>
                {move || expected().map(|(expected, held)| view! { <span class="expected" title=held>{expected}</span> })}
            </p>
            <span class="views">
                {of(|row| number::count_or_dash(row.post.views))}
                <span class="visually-hidden">{t!("views-after")}</span>
            </span>
            <span class="verdict">
                {move || row.with(|row| row.as_ref().and_then(|row| row.against)).map(|against| view! { <Verdict against/> })}
            </span>
            <Show when=move || curves.get()>
                <MiniCurve
                    points=Signal::derive(move || row.with(|row| row.as_ref().map(|row| row.curve.points.clone()).unwrap_or_default()))
                    usual
                    ahead=Signal::derive(move || row.with(|row| row.as_ref().map(ahead).unwrap_or_default()))
                    until_h=LATEST_CURVE_H
                    label=Signal::derive(label)
                />
            </Show>
        </li>
    }
}

/// Against the posts before it, at the same age.
#[component]
pub fn Verdict(against: AgainstUsual) -> impl IntoView {
    let above = against.ratio - 1.0;
    let meaning = if above.abs() < USUAL_WITHIN { Meaning::Neutral } else { Meaning::Good };
    view! { <Delta value=above text=number::signed_percent_whole(above) meaning at=t!("at-age", age = age(against.h))/> }
}

fn verdict_text(against: Option<AgainstUsual>) -> String {
    against.map_or_else(
        || t!("verdict-unknown"),
        |against| t!("verdict", change = number::signed_percent_whole(against.ratio - 1.0), age = age(against.h)),
    )
}

/// Middle of what is expected, as a line.
fn ahead(row: &LatestPost) -> Vec<(f64, f64)> {
    row.forecast.iter().flat_map(|forecast| &forecast.band).map(|point| (point.at_h, point.views)).collect()
}

/// The median of the usual curve at an age it ends at or passes.
fn usual_at(usual: &UsualCurve, h: u32) -> Option<f64> {
    let place = usual.ages_h.iter().position(|age_h| *age_h >= f64::from(h))?;
    usual.median[place]
}

#[component]
fn Legend(usual: Signal<UsualCurve>) -> impl IntoView {
    let posts = Memo::new(move |_| usual.with(|usual| usual.n));
    let band = move || posts.get() > 0;
    view! {
        <ul class="legend">
            <li class="s1">
                <svg aria-hidden="true">
                    <path d="M0 5h22"></path>
                </svg>
                {t!("legend-post")}
            </li>
            <Show when=band>
                <li>
                    <svg aria-hidden="true">
                        <rect class="usual-box" width="22" height="10" rx="2"></rect>
                    </svg>
                    {move || t!("legend-usual", n = posts.get() as i64)}
                </li>
                <li>
                    <svg aria-hidden="true">
                        <path class="dp" d="M0 5h22"></path>
                    </svg>
                    {t!("legend-median")}
                </li>
            </Show>
        </ul>
    }
}
