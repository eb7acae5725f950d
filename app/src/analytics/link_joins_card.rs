//! Who came by which invitation link, where our bot is told of it.

use domain::analytics::Answer;
use domain::analytics::growth::{Growth, LinkJoins};
use leptos::prelude::*;

use super::explain::Nothing;
use crate::t;
use crate::ui::bar_list::{Bar, BarList};
use crate::ui::card::Card;
use crate::ui::number;

#[component]
pub fn LinkJoinsCard(answer: Memo<Answer<Growth>>, class: &'static str) -> impl IntoView {
    let bars = Signal::derive(move || answer.with(|answer| bars(&answer.data.invite_links, answer.data.joined)));
    view! {
        <Card class id="link-joins" title=|| t!("analytics-link-joins") sub=|| t!("analytics-link-joins-sub")>
            <Show
                when=move || !bars.with(Vec::is_empty)
                fallback=|| {
                    view! { <Nothing title=t!("analytics-link-joins-none") more=t!("analytics-link-joins-none-more")/> }
                }
            >
                <BarList bars/>
            </Show>
        </Card>
    }
}

/// Longest by which most came; what a link is called comes before what it looks like.
fn bars(links: &[LinkJoins], joined: Option<i64>) -> Vec<Bar> {
    let most = links.first().map_or(1, |link| link.joined.max(1));
    links
        .iter()
        .map(|link| {
            let share = joined.filter(|joined| *joined >= link.joined).map(|joined| link.joined as f64 / joined as f64);
            let share = share.map(|share| t!("analytics-link-joins-share", share = number::percent(share)));
            let (name, address) = match &link.name {
                Some(name) => (name.clone(), Some(link.link.clone())),
                None => (link.link.clone(), None),
            };
            Bar {
                name,
                note: address.into_iter().chain(share).collect::<Vec<_>>().join(" · "),
                value: number::full(link.joined),
                share: link.joined as f64 / most as f64,
                series: 1,
                ..Bar::default()
            }
        })
        .collect()
}
