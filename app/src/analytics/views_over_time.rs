//! `PostViewChart`: views of the posts by when they were published, the window before behind them, and everything that
//! is loaded in the brush below. Moving the brush moves the window of the whole page, without a round trip.

use charts::Spec;
use charts::views_over_time::{Bucket, Step as ChartStep, ViewsOverTime as Drawn, spec};
use domain::analytics::period::Period;
use domain::analytics::query::Sort;
use domain::analytics::series::{Step, ViewsOverTime as Series, views_over_time};
use domain::analytics::top::top;
use domain::analytics::{Dataset, Meta, Warning, Window};
use domain::zone::{Zone, add_days};
use leptos::prelude::*;

use super::address::{PAGE, STEP, ZOOM, zoom_param};
use super::explain::{Foot, NoPostsOr, rule};
use super::media_chips::window_days;
use super::shown::Shown;
use crate::shell::period::{period_name, use_period};
use crate::t;
use crate::ui::card::Card;
use crate::ui::chart::Chart;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;
use crate::ui::segmented::Segmented;

const HOUR_S: i64 = 3600;

#[component]
pub fn ViewsOverTime(shown: Shown) -> impl IntoView {
    let period = use_period();
    let chosen_step = shown.address.step();
    let series = shown.ask(move |data, window| views_over_time(data, window, chosen_step.get(), None));
    let step = Signal::derive(move || series.with(|series| series.step));
    // everything loaded, in steps of the same length
    let loaded = Memo::new(move |_| {
        shown.data.with(|data| views_over_time(data, &shown.loaded_window(), Some(step.get()), None))
    });
    // the rows of the whole period, to come back to from a zoom
    let home = Memo::new(move |_| loaded.with(|loaded| rows_of(loaded, &shown.whole_window())));
    let has_before = move || shown.before.with(Option::is_some);
    let drawn = Memo::new(move |_| {
        loaded.with(|loaded| series.with(|series| drawn(loaded, series, has_before(), &shown.zone())))
    });
    let meta = shown.ask(views_meta);
    let formula = Signal::derive(move || series.with(|series| meta.with(|meta| formula(series, meta, shown))));
    let zoom = move |first: usize, last: usize| {
        let (whole, zone) = untrack(|| (shown.whole_window(), shown.zone()));
        let Some((from, to)) = loaded.with_untracked(|loaded| zoomed(loaded, &zone, first, last)) else { return };
        // the ends of what is loaded are the window's ends, not those of its buckets
        let (from, to) = (from.max(whole.needs_from()), to.min(whole.to));
        let is_whole = (from, to) == (whole.from, whole.to);
        let param = (!is_whole).then(|| zoom_param(&period.get_untracked().to_string(), from, to));
        shown.address.replace(&[(ZOOM, param), (PAGE, None)]);
    };
    let sub = move || {
        let named = period.with(|period| !matches!(period, Period::Range { .. })) && !shown.is_zoomed();
        let span = if named { period.with(period_name) } else { window_days(shown) };
        series.with(|series| summary(series, &span, named, has_before()))
    };
    view! {
        <Card
            class="span-8"
            id="views-over-time"
            title=move || view! { <FormulaButton id="views-over-time" label=|| t!("analytics-views") formula/> }
            sub=move || sub
            end=move || {
                view! {
                    <Segmented
                        class="push"
                        label=t!("analytics-step")
                        choices=vec![
                            (Step::Hour, t!("analytics-step-hour")),
                            (Step::Day, t!("analytics-step-day")),
                            (Step::Week, t!("analytics-step-week")),
                        ]
                        value=step
                        choose=Callback::new(move |step: Step| {
                            shown.address.go(&[(STEP, Some(step.as_str().to_owned()))]);
                        })
                    />
                }
            }
        >
            // the brush of a zoom leads out of it again
            <Show
                when=move || shown.is_zoomed() || series.with(|series| series.posts > 0)
                fallback=move || {
                    view! { <NoPostsOr shown title=t!("analytics-no-posts") more=t!("analytics-no-posts-more")/> }
                }
            >
                <Chart
                    id="chart-views"
                    class="tall brushed"
                    spec=move |style| with_home(drawn.with(|drawn| spec(drawn, style)), home.get())
                    zoom=Callback::new(move |(first, last)| zoom(first, last))
                />
            </Show>
            <Foot shown meta/>
        </Card>
    }
}

/// `1.14M views in 30 days, +9.3% on the period before`; `1.14M views, 3 Nov – 10 Nov` where the span is not `named`.
fn summary(series: &Series, span: &str, named: bool, has_before: bool) -> String {
    if series.posts == 0 {
        return String::new();
    }
    let (n, views) = (series.views.unwrap_or(0), number::count_or_dash(series.views));
    let views = if named {
        t!("analytics-views-in", n = n, views = views, period = span.to_owned())
    } else {
        t!("analytics-views-of", n = n, views = views, days = span.to_owned())
    };
    let change = series.views.zip(series.previous_views).filter(|(_, before)| has_before && *before > 0);
    match change {
        Some((now, before)) => {
            let change = number::signed_percent(now as f64 / before as f64 - 1.0);
            format!("{views}, {}", t!("analytics-views-change", change = change))
        }
        None => views,
    }
}

/// All that is loaded, with the numbers of the window before under those of the window.
fn drawn(loaded: &Series, series: &Series, has_before: bool, zone: &Zone) -> Drawn {
    let count = |views: Option<i64>| views.map(|views| views as f64);
    let first_start = series.buckets.first().map(|bucket| bucket.start);
    let shift = first_start.map(|start| loaded.buckets.partition_point(|bucket| bucket.start < start));
    let buckets = loaded
        .buckets
        .iter()
        .enumerate()
        .map(|(place, bucket)| {
            let own = shift.and_then(|shift| series.buckets.get(place.checked_sub(shift)?));
            Bucket {
                start: zone.local(bucket.start),
                views: count(bucket.views),
                posts: bucket.posts,
                before: own.filter(|_| has_before).and_then(|own| count(own.previous_views)),
            }
        })
        .collect();
    let step = match loaded.step {
        Step::Hour => ChartStep::Hour,
        Step::Day => ChartStep::Day,
        Step::Week => ChartStep::Week,
    };
    let shown = shift.map(|shift| (shift, shift + series.buckets.len().saturating_sub(1)));
    Drawn { step, buckets, shown }
}

/// First and last bucket that a window touches.
fn rows_of(loaded: &Series, window: &Window) -> (usize, usize) {
    let after = |at: i64| loaded.buckets.partition_point(|bucket| bucket.start <= at);
    (after(window.from).saturating_sub(1), after(window.to - 1).saturating_sub(1))
}

/// Tells the chart which rows a double click shows again.
fn with_home(mut spec: Spec, (first, last): (usize, usize)) -> Spec {
    if let Some(zoom) = spec.option.pointer_mut("/dataZoom/0") {
        zoom["home"] = vec![first, last].into();
    }
    spec
}

/// From the beginning of one bucket to the end of another (unix seconds).
fn zoomed(loaded: &Series, zone: &Zone, first: usize, last: usize) -> Option<(i64, i64)> {
    let from = loaded.buckets.get(first)?.start;
    let to = if let Some(next) = loaded.buckets.get(last + 1) {
        next.start
    } else {
        let start = loaded.buckets.get(last)?.start;
        match loaded.step {
            Step::Hour => start + HOUR_S,
            Step::Day => zone.midnight(add_days(zone.day(start), 1)),
            Step::Week => zone.midnight(add_days(zone.day(start), 7)),
        }
    };
    (from < to).then_some((from, to))
}

/// Where the views come from, and what is left out; ER plays no part here.
fn views_meta(data: &Dataset, window: &Window) -> Meta {
    let mut meta = top(data, window, Sort::Views, 0, 1).meta;
    meta.warnings.retain(|warning| !matches!(warning, Warning::ErComponentsMissing { .. }));
    meta
}

fn formula(series: &Series, meta: &Meta, shown: Shown) -> Formula {
    let mut inputs = vec![
        (t!("analytics-posts-input"), number::full(series.posts as i64)),
        (t!("analytics-views-column"), number::full_or_dash(series.views)),
    ];
    if shown.before.with(Option::is_some) {
        inputs.push((t!("analytics-posts-before"), number::full(series.previous_posts as i64)));
        inputs.push((t!("analytics-views-before"), number::full_or_dash(series.previous_views)));
    }
    Formula {
        title: t!("analytics-views"),
        meaning: t!("analytics-views-meaning"),
        formula: t!("analytics-views-formula"),
        inputs,
        rule: rule(meta, &shown.zone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::analytics::series::ViewBucket;

    const DAY: i64 = 86_400;

    fn days(first: i64, views: &[i64], before: Option<i64>) -> Series {
        let buckets = views
            .iter()
            .enumerate()
            .map(|(day, views)| ViewBucket {
                start: (first + day as i64) * DAY,
                views: Some(*views),
                posts: 1,
                previous_views: before,
            })
            .collect();
        Series { step: Step::Day, buckets, views: Some(0), previous_views: before, posts: 0, previous_posts: 0 }
    }

    #[test]
    fn the_window_before_stands_under_the_window_only() {
        let loaded = days(10, &[1, 2, 3, 4, 5], Some(99));
        let series = days(12, &[3, 4], Some(7));
        let drawn = drawn(&loaded, &series, true, &Zone::utc());
        assert_eq!(drawn.shown, Some((2, 3)));
        let before: Vec<Option<f64>> = drawn.buckets.iter().map(|bucket| bucket.before).collect();
        assert_eq!(before, [None, None, Some(7.0), Some(7.0), None]);
        let views: Vec<Option<f64>> = drawn.buckets.iter().map(|bucket| bucket.views).collect();
        assert_eq!(views, [1.0, 2.0, 3.0, 4.0, 5.0].map(Some));
    }

    #[test]
    fn the_way_home_is_the_whole_window() {
        let loaded = days(10, &[1, 2, 3, 4], None);
        assert_eq!(rows_of(&loaded, &Window::new(11 * DAY, 13 * DAY, Zone::utc())), (1, 2));
        assert_eq!(rows_of(&loaded, &Window::new(11 * DAY + 60, 14 * DAY, Zone::utc())), (1, 3));
    }

    #[test]
    fn a_zoom_holds_whole_buckets() {
        let loaded = days(10, &[1, 2, 3], None);
        assert_eq!(zoomed(&loaded, &Zone::utc(), 1, 1), Some((11 * DAY, 12 * DAY)));
        assert_eq!(zoomed(&loaded, &Zone::utc(), 0, 2), Some((10 * DAY, 13 * DAY)));
        assert_eq!(zoomed(&loaded, &Zone::utc(), 3, 3), None);
    }
}
