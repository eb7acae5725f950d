//! Median views of each kind of posts.

use domain::analytics::Answer;
use domain::analytics::content::{Content, ContentGroup, content};
use domain::analytics::warning::Warning;
use leptos::prelude::*;

use super::explain::{Foot, NoPostsOr, rule};
use super::shown::Shown;
use crate::t;
use crate::ui::bar_list::{Bar, BarList};
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;

/// Groups with fewer posts say more about those posts than about the group.
pub const POSTS_MIN: u64 = charts::content::POSTS_MIN;
/// Room kept at the end of the longest bar.
const ROOM: f64 = 1.15;

#[component]
pub fn ContentCard(shown: Shown) -> impl IntoView {
    let answer = shown.ask(|data, window| content(data, window, None));
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let formula = Signal::derive(move || answer.with(|answer| formula(answer, shown)));
    let bars = Memo::new(move |_| answer.with(|answer| bars(&answer.data.media_type)));
    let hidden = move || answer.with(|answer| answer.data.media_type.iter().any(|group| group.n < POSTS_MIN));
    view! {
        <Card
            class=""
            id="content"
            title=move || view! { <FormulaButton id="content" label=|| t!("analytics-content") formula/> }
            sub=move || {
                move || if answer.with(is_total) { t!("analytics-content-sub-total") } else { t!("analytics-content-sub") }
            }
        >
            {move || if bars.with(Vec::is_empty) {
                    view! {
                        <NoPostsOr
                            shown
                            title=t!("analytics-content-none")
                            more=t!("analytics-content-none-more", n = POSTS_MIN as i64)
                        />
                    }
                        .into_any()
                } else { view! { <BarList bars tight=true/> }.into_any() }}
            <Show when=move || bars.with(|bars| !bars.is_empty())>
                <Foot
                    shown
                    meta
                    note=Signal::derive(move || hidden().then(|| t!("analytics-content-hidden", n = POSTS_MIN as i64)))
                />
            </Show>
        </Card>
    }
}

/// Whether newest counts stand in for views at 24 h.
pub fn is_total<T>(answer: &Answer<T>) -> bool {
    answer.meta.warnings.contains(&Warning::MeasureIsTotal)
}

pub fn media_name(group: &ContentGroup) -> String {
    crate::i18n::text_with(&format!("media-{}", group.name), &[])
}

fn bars(groups: &[ContentGroup]) -> Vec<Bar> {
    let mut shown: Vec<(&ContentGroup, f64)> = groups
        .iter()
        .filter(|group| group.n >= POSTS_MIN)
        .filter_map(|group| Some((group, group.median_views?)))
        .collect();
    shown.sort_by(|a, b| b.1.total_cmp(&a.1));
    let longest = shown.first().map_or(1.0, |(_, views)| *views) * ROOM;
    shown
        .into_iter()
        .map(|(group, views)| Bar {
            name: media_name(group),
            note: t!("count-posts-text", n = group.n as i64, text = number::full(group.n as i64)),
            value: number::short(views),
            share: if longest > 0.0 { views / longest } else { 0.0 },
            href: None,
            tick: None,
            series: 1,
        })
        .collect()
}

fn formula(answer: &Answer<Content>, shown: Shown) -> Formula {
    Formula {
        title: t!("analytics-content"),
        meaning: t!("analytics-content-meaning"),
        formula: if is_total(answer) { t!("analytics-content-formula-total") } else { t!("analytics-content-formula") },
        inputs: answer
            .data
            .media_type
            .iter()
            .map(|group| {
                (
                    media_name(group),
                    t!("analytics-of", n = number::full(group.measured as i64), of = number::full(group.n as i64)),
                )
            })
            .collect(),
        rule: rule(&answer.meta, &shown.zone()),
    }
}
