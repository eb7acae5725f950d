//! Posts above expectation, with the reason.

use domain::analytics::trending::{TrendingPost, trending};
use domain::analytics::{Answer, Dataset};
use domain::posts::MediaType;
use domain::zone::Zone;
use leptos::prelude::*;
use leptos_router::components::A;

use super::explain::{Foot, NoPostsOr, rule};
use super::post_cell::{post_path, post_title};
use super::shown::Shown;
use crate::t;
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;
use crate::ui::thumb::{Thumb, media_name};
use crate::ui::time;

/// `most`: posts shown.
#[component]
pub fn TrendingCard(shown: Shown, class: &'static str, most: usize) -> impl IntoView {
    let answer = shown.ask(trending);
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let formula = Signal::derive(move || answer.with(|answer| formula(answer, shown)));
    let rows = move || {
        let (slug, zone) = (shown.slug(), shown.zone());
        answer.with(|answer| {
            shown.data.with(|data| {
                answer
                    .data
                    .iter()
                    .take(most)
                    .map(|post| view! { <Row slug=slug.clone() zone=zone.clone() media=media_of(data, post.post_id) post=post.clone()/> })
                    .collect_view()
            })
        })
    };
    view! {
        <Card
            class
            id="trending"
            title=move || view! { <FormulaButton id="trending" label=|| t!("analytics-trending") formula/> }
        >
            {move || {
                if answer.with(|answer| answer.data.is_empty()) {
                    view! { <NoPostsOr shown title=t!("analytics-trending-none") more=t!("analytics-trending-none-more")/> }.into_any()
                } else {
                    view! { <ol class="trending-list">{rows}</ol> }.into_any()
                }
            }}
            <Foot shown meta/>
        </Card>
    }
}

#[component]
fn Row(slug: String, zone: Zone, post: TrendingPost, media: Option<MediaType>) -> impl IntoView {
    let views = number::short(post.views as f64);
    let numbers = match post.expected_views {
        Some(expected) => t!("analytics-trending-expected", views = views, expected = number::short(expected)),
        None => t!("analytics-trending-views", n = post.views, views = views),
    };
    let (title, why) = (post_title(&post.text), reason(&post));
    let facts =
        std::iter::once(time::day(zone.day(post.date_utc))).chain(media_name(media)).collect::<Vec<_>>().join(" · ");
    view! {
        <li>
            <Thumb media/>
            <A href=post_path(&slug, post.post_id) attr:class="name clip-2">
                {title}
            </A>
            <p class="facts">
                <span>{numbers}</span>
                <span>{facts}</span>
            </p>
            <p class="why">
                <span class="badge info">{why}</span>
            </p>
        </li>
    }
}

/// The stronger of the two signs, in words.
fn reason(post: &TrendingPost) -> String {
    match (post.z, post.ewz) {
        (z, Some(ewz)) if z.is_none_or(|z| ewz >= z) => t!("analytics-trend-recent", n = number::decimal(ewz, 1)),
        (Some(z), _) => t!("analytics-trend-period", n = number::decimal(z, 1)),
        (None, _) => String::new(),
    }
}

fn media_of(data: &Dataset, post_id: i64) -> Option<MediaType> {
    let index = data.posts.post_id.iter().position(|id| *id == post_id)?;
    data.posts.media_type[index]
}

fn formula(answer: &Answer<Vec<TrendingPost>>, shown: Shown) -> Formula {
    Formula {
        title: t!("analytics-trending"),
        meaning: t!("analytics-trending-meaning"),
        formula: t!("analytics-trending-formula"),
        inputs: vec![(t!("analytics-trending-count"), number::full(answer.data.len() as i64))],
        rule: rule(&answer.meta, &shown.zone()),
    }
}
