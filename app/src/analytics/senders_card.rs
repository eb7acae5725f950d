//! Channels that send readers: who forwards posts or names the channel.

use domain::collect::edge::Sender;
use domain::zone::Zone;
use leptos::prelude::*;

use super::explain::Nothing;
use super::shown::Shown;
use crate::t;
use crate::ui::bar_list::{Bar, BarList};
use crate::ui::card::Card;
use crate::ui::{number, time};

#[component]
pub fn SendersCard(shown: Shown, class: &'static str) -> impl IntoView {
    let bars = Signal::derive(move || bars(shown.senders(), &shown.zone()));
    let sub = move || {
        let window = shown.whole_window();
        t!("analytics-senders-sub", day = time::day_year(window.zone.day(window.from)))
    };
    view! {
        <Card class id="senders" title=|| t!("analytics-senders") sub=move || sub>
            {move || {
                if bars.with(Vec::is_empty) {
                    view! { <Nothing title=t!("analytics-senders-none") more=t!("analytics-senders-none-more")/> }
                        .into_any()
                } else {
                    view! { <BarList bars/> }.into_any()
                }
            }}
        </Card>
    }
}

/// Longest where a channel's messages were seen most.
fn bars(senders: Vec<Sender>, zone: &Zone) -> Vec<Bar> {
    let most = senders.iter().filter_map(|sender| sender.views).max().unwrap_or_default().max(1);
    senders
        .into_iter()
        .map(|sender| {
            let handle = sender.username.as_ref().map(|username| format!("@{username}"));
            let said = [
                // a channel without a title is named by its handle already
                handle.clone().filter(|_| sender.title.is_some()),
                (sender.forwards > 0).then(|| t!("analytics-sender-forwards", n = sender.forwards)),
                (sender.mentions > 0).then(|| t!("analytics-sender-mentions", n = sender.mentions)),
                sender.last_at.map(|at| t!("analytics-sender-last", day = time::day_year(zone.day(at)))),
            ];
            Bar {
                name: sender.title.or(handle).unwrap_or_else(|| t!("analytics-sender-unnamed")),
                href: sender.username.map(|username| format!("https://t.me/{username}")),
                note: said.into_iter().flatten().collect::<Vec<_>>().join(" · "),
                value: number::count_or_dash(sender.views),
                share: sender.views.unwrap_or_default() as f64 / most as f64,
                tick: None,
                series: 1,
            }
        })
        .collect()
}
