//! Views of a post: by time since posting, and at fixed ages.

use charts::{compare_posts, post_views};
use domain::analytics::curve::PostCurve;
use domain::forecast::BandPoint;
use domain::screens::{POST_CURVE_H, PostPage as Page};
use leptos::prelude::*;

use crate::t;
use crate::ui::bar_list::{Bar, BarList};
use crate::ui::card::Card;
use crate::ui::chart::Chart;
use crate::ui::mini_curve::has_curve;
use crate::ui::number;
use crate::ui::segmented::Segmented;
use crate::ui::time;

/// What the chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    /// by hours, over the usual band
    First,
    /// every reading
    All,
}

/// What there is to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drawable {
    Both,
    First,
    All,
    /// one reading is a number and no line
    OneReading,
    Nothing,
}

impl Drawable {
    fn of(page: &Page) -> Self {
        let mut counted = page.views.snapshots.iter().filter(|snapshot| snapshot.views.is_some());
        let readings = counted.clone().count();
        let past_first = counted.next_back().is_some_and(|last| age_h(page, last.at) > POST_CURVE_H);
        match (has_curve(&page.curve.points), readings) {
            (true, _) if past_first => Self::Both,
            (true, _) => Self::First,
            (false, 2..) => Self::All,
            (false, 1) => Self::OneReading,
            (false, 0) => Self::Nothing,
        }
    }
}

fn age_h(page: &Page, at: i64) -> f64 {
    (at - page.post.date_utc) as f64 / 3600.0
}

#[component]
pub fn ViewsChart(page: Signal<Page>) -> impl IntoView {
    let drawable = Memo::new(move |_| page.with(Drawable::of));
    let chosen = RwSignal::new(Span::First);
    let span = Memo::new(move |_| match drawable.get() {
        Drawable::Both => chosen.get(),
        Drawable::All => Span::All,
        Drawable::First | Drawable::OneReading | Drawable::Nothing => Span::First,
    });
    let more = move || match (drawable.get(), span.get()) {
        (Drawable::OneReading | Drawable::Nothing, _) => String::new(),
        (_, Span::First) => t!("post-chart-week-more"),
        (_, Span::All) => t!("post-chart-all-more"),
    };
    let choice = move || {
        view! {
            <Show when=move || drawable.get() == Drawable::Both>
                <Segmented
                    label=t!("post-chart-range")
                    choices=vec![(Span::First, t!("post-chart-week")), (Span::All, t!("post-chart-all"))]
                    value=span
                    choose=Callback::new(move |span| chosen.set(span))
                />
            </Show>
        }
    };
    view! {
        <Card class="span-7 mid-full" id="views" title=move || t!("post-chart") sub=move || more end=choice>
            {move || match drawable.get() {
                Drawable::Nothing => {
                    view! { <NoLine title=t!("post-chart-none") more=t!("post-chart-none-more")/> }.into_any()
                }
                Drawable::OneReading => {
                    view! { <NoLine title=t!("post-chart-one") more=page.with(one_reading)/> }.into_any()
                }
                Drawable::Both | Drawable::First | Drawable::All => {
                    view! {
                        <Chart
                            id="chart-post"
                            class=""
                            spec=move |style| {
                                page.with(|page| match span.get() {
                                    Span::First => {
                                        let curve = PostCurve { title: t!("legend-post"), ..page.curve.clone() };
                                        compare_posts::spec(&[curve], &[band(page)], Some(&page.usual), page.span_h, style)
                                    }
                                    Span::All => post_views::spec(&page.views, band(page), style),
                                })
                            }
                        />
                    }
                        .into_any()
                }
            }}
        </Card>
    }
}

/// What is forecast, ahead of the readings.
fn band(page: &Page) -> &[BandPoint] {
    page.forecast.as_ref().map_or(&[], |forecast| &forecast.band)
}

fn one_reading(page: &Page) -> String {
    page.views.snapshots.iter().rev().find(|snapshot| snapshot.views.is_some()).map_or_else(String::new, |snapshot| {
        t!(
            "post-chart-one-more",
            time = time::moment(&page.zone, snapshot.at),
            n = number::full_or_dash(snapshot.views)
        )
    })
}

#[component]
fn NoLine(title: String, more: String) -> impl IntoView {
    view! {
        <div class="empty">
            <b>{title}</b>
            <p>{more}</p>
        </div>
    }
}

#[component]
pub fn ViewsByAge(page: Signal<Page>) -> impl IntoView {
    let bars = Memo::new(move |_| page.with(bars));
    view! {
        <Card class="span-5 mid-full" id="ages" title=move || t!("post-ages") sub=move || t!("post-ages-more")>
            <Show
                when=move || bars.with(|bars| !bars.is_empty())
                fallback=|| view! { <p class="muted">{t!("post-ages-none")}</p> }
            >
                <BarList bars/>
            </Show>
        </Card>
    }
}

fn bars(page: &Page) -> Vec<Bar> {
    let views = &page.views;
    let usual = |h: u32| views.usual.iter().find(|point| point.h == h).map(|point| point.median);
    let highest =
        views.curve.iter().flat_map(|point| [point.views, usual(point.h).unwrap_or_default()]).fold(1.0, f64::max);
    views
        .curve
        .iter()
        .map(|point| {
            let usual = usual(point.h);
            let share = point.share.map(|share| t!("age-share", share = number::percent_whole(share)));
            let beside = usual.map(|usual| t!("age-usual", n = number::short(usual)));
            Bar {
                name: time::age(point.h),
                note: share.into_iter().chain(beside).collect::<Vec<_>>().join(" · "),
                value: number::short(point.views),
                share: point.views / highest,
                href: None,
                tick: usual.map(|usual| usual / highest),
                series: 1,
            }
        })
        .collect()
}
