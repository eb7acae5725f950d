//! What the content changes: posts in groups by kind, length, hashtag, weekday and posts a day, each group's lift with
//! its 80 % interval.

use domain::analytics::Answer;
use domain::analytics::content::{Content, ContentGroup, content};
use leptos::prelude::*;

use super::content_card::{POSTS_MIN, is_total, media_name};
use super::explain::{Foot, NoPostsOr, Nothing, rule};
use super::shown::Shown;
use crate::t;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number::{self, signed_percent_whole as change, words};
use crate::ui::time;

/// The widest lift drawn, either way, unless an interval goes further.
const SCALE_MIN: f64 = 0.2;
/// No interval stretches the scale beyond this.
const SCALE_MAX: f64 = 2.0;
/// Room kept beside the furthest end.
const ROOM: f64 = 1.08;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Media,
    Length,
    Hashtag,
    Weekday,
    PostsADay,
}

impl Kind {
    /// The longest last, on a row of its own.
    const ALL: [Self; 5] = [Self::Media, Self::Length, Self::Weekday, Self::PostsADay, Self::Hashtag];

    fn class(self) -> &'static str {
        if self == Self::Hashtag { "card flush" } else { "card flush span-6" }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Media => "content-media",
            Self::Length => "content-length",
            Self::Hashtag => "content-hashtag",
            Self::Weekday => "content-weekday",
            Self::PostsADay => "content-posts-a-day",
        }
    }

    fn title(self) -> String {
        match self {
            Self::Media => t!("analytics-by-media"),
            Self::Length => t!("analytics-by-length"),
            Self::Hashtag => t!("analytics-by-hashtag"),
            Self::Weekday => t!("analytics-by-weekday"),
            Self::PostsADay => t!("analytics-by-posts-a-day"),
        }
    }

    fn groups(self, content: &Content) -> &[ContentGroup] {
        match self {
            Self::Media => &content.media_type,
            Self::Length => &content.length,
            Self::Hashtag => &content.hashtag,
            Self::Weekday => &content.weekday,
            Self::PostsADay => &content.posts_a_day,
        }
    }

    fn name(self, group: &ContentGroup) -> String {
        let band = || group.name.replace('-', "–");
        match self {
            Self::Media => media_name(group),
            Self::Length if group.name == "0" => words().without_text.to_owned(),
            Self::Length => words().fill(words().characters, &[("band", &band())]),
            Self::Hashtag => group.name.clone(),
            Self::Weekday => {
                group.name.parse().map_or_else(|_| group.name.clone(), |day| time::weekday_short(day).to_owned())
            }
            Self::PostsADay => band(),
        }
    }
}

#[component]
pub fn ContentTab(shown: Shown) -> impl IntoView {
    let answer = shown.ask(|data, window| content(data, window, None));
    let empty = Memo::new(move |_| answer.with(|answer| answer.data.media_type.is_empty()));
    view! {
        <Show
            when=move || !empty.get()
            fallback=move || {
                view! {
                    <section class="card">
                        <NoPostsOr shown title=t!("analytics-groups-none") more=t!("analytics-no-posts-more")/>
                    </section>
                }
            }
        >
            <div class="grid">
                {Kind::ALL.map(|kind| view! { <Groups shown kind answer/> })}
            </div>
        </Show>
    }
}

#[component]
fn Groups(shown: Shown, kind: Kind, answer: Memo<Answer<Content>>) -> impl IntoView {
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let formula = Signal::derive(move || answer.with(|answer| formula(kind, answer, shown)));
    let groups = Memo::new(move |_| answer.with(|answer| kind.groups(&answer.data).to_vec()));
    let rows = move || {
        let groups = groups.get();
        let scale = scale(&groups);
        groups.into_iter().map(|group| view! { <GroupRow name=kind.name(&group) group scale/> }).collect_view()
    };
    let sub = move || {
        if answer.with(is_total) { t!("analytics-groups-sub-total") } else { t!("analytics-groups-sub") }
    };
    view! {
        <section class=kind.class() aria-labelledby=kind.id()>
            <header>
                <div class="heading">
                    <h2 id=kind.id()>
                        <FormulaButton id=kind.id() label=move || kind.title() formula/>
                    </h2>
                    <p>{sub}</p>
                </div>
            </header>
            <Show
                when=move || groups.with(|groups| !groups.is_empty())
                fallback=|| view! { <Nothing title=t!("analytics-groups-none") more=t!("analytics-groups-none-more")/> }
            >
                <div class="table-scroll" tabindex="0" role="region" aria-labelledby=kind.id()>
                    <table class="data-table tight groups">
                        <thead>
                            <tr>
                                <th scope="col">{t!("analytics-group")}</th>
                                <th scope="col" class="num">
                                    {t!("analytics-posts-input")}
                                </th>
                                <th scope="col" class="num">
                                    {t!("analytics-median")}
                                </th>
                                <th scope="col" class="num">
                                    {t!("analytics-lift")}
                                </th>
                                <th scope="col" class="scale">
                                    {t!("analytics-interval")}
                                </th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Show>
            <Foot shown meta/>
        </section>
    }
}

#[component]
fn GroupRow(name: String, group: ContentGroup, scale: f64) -> impl IntoView {
    // what a few posts say is written in grey: it may well be those posts
    let few = group.n < POSTS_MIN;
    let lift = group.lift.map_or_else(|| number::UNKNOWN.to_owned(), change);
    let place = move |lift: f64| format!("{:.1}%", (50.0 + 50.0 * lift / scale).clamp(0.0, 100.0));
    let range = group.low.zip(group.high);
    let said: Oco<'static, str> = match range {
        Some((low, high)) => t!("analytics-from-to", low = change(low), high = change(high)).into(),
        None => t!("analytics-no-interval").into(),
    };
    view! {
        <tr class:few=few>
            <th scope="row">{name}</th>
            <td class="num">{number::full(group.n as i64)}</td>
            <td class="num">{number::short_or_dash(group.median_views)}</td>
            <td class="num">{lift}</td>
            <td class="scale" title=said>
                <span class="visually-hidden">{said.clone()}</span>
                <svg class="interval" class:flat=few aria-hidden="true">
                    <line class="axis" x1="0" x2="100%" y1="50%" y2="50%"></line>
                    <line class="zero" x1="50%" x2="50%" y1="4" y2="100%"></line>
                    {range
                        .map(|(low, high)| {
                            view! { <line class="span" x1=place(low) x2=place(high) y1="50%" y2="50%"></line> }
                        })}
                    {group.lift.map(|lift| view! { <circle class="mean" cx=place(lift) cy="50%" r="5"></circle> })}
                </svg>
            </td>
        </tr>
    }
}

/// What the half width of the intervals stands for: all of them fit unless one is out of all proportion.
fn scale(groups: &[ContentGroup]) -> f64 {
    let ends = groups.iter().filter(|group| group.n >= POSTS_MIN).flat_map(|group| [group.low, group.high, group.lift]);
    ends.flatten().map(f64::abs).fold(SCALE_MIN, f64::max).min(SCALE_MAX) * ROOM
}

fn formula(kind: Kind, answer: &Answer<Content>, shown: Shown) -> Formula {
    let groups = kind.groups(&answer.data);
    let posts: u64 = groups.iter().map(|group| group.n).sum();
    let measured: u64 = groups.iter().map(|group| group.measured).sum();
    Formula {
        title: kind.title(),
        meaning: if kind == Kind::Hashtag { t!("analytics-hashtag-meaning") } else { t!("analytics-groups-meaning") },
        formula: if is_total(answer) { t!("analytics-groups-formula-total") } else { t!("analytics-groups-formula") },
        inputs: vec![
            (t!("analytics-group-count"), number::full(groups.len() as i64)),
            (
                t!("analytics-group-posts"),
                t!("analytics-of", n = number::full(measured as i64), of = number::full(posts as i64)),
            ),
        ],
        rule: rule(&answer.meta, &shown.zone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(n: u64, low: f64, high: f64) -> ContentGroup {
        ContentGroup {
            name: "photo".to_owned(),
            n,
            measured: n,
            median_views: None,
            median: None,
            lift: Some(f64::midpoint(low, high)),
            low: Some(low),
            high: Some(high),
        }
    }

    #[test]
    fn the_scale_fits_the_groups_that_count() {
        assert!((scale(&[]) - SCALE_MIN * ROOM).abs() < 1e-12);
        assert!((scale(&[group(20, -0.1, 0.45), group(9, -0.9, 1.5)]) - 0.45 * ROOM).abs() < 1e-12);
        assert!((scale(&[group(20, -0.5, 40.0)]) - SCALE_MAX * ROOM).abs() < 1e-12);
    }
}
