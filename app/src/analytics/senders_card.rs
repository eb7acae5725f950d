//! Channels that send readers: who forwards posts or names the channel.

use domain::collect::edge::Sender;
use domain::zone::Zone;
use leptos::prelude::*;

use super::explain::Nothing;
use super::shown::Shown;
use crate::t;
use crate::ui::card::Card;
use crate::ui::{number, time};

#[component]
pub fn SendersCard(shown: Shown) -> impl IntoView {
    view! {
        <Card
            class="flush"
            id="senders"
            title=|| t!("analytics-senders")
            sub=move || {
                move || {
                    let window = shown.whole_window();
                    t!("analytics-senders-sub", day = time::day_year(window.zone.day(window.from)))
                }
            }
        >
            {move || {
                let (senders, zone) = (shown.senders(), shown.zone());
                if senders.is_empty() {
                    view! { <Nothing title=t!("analytics-senders-none") more=t!("analytics-senders-none-more")/> }
                        .into_any()
                } else {
                    let rows: Vec<AnyView> = senders.into_iter().map(|sender| row(sender, &zone)).collect();
                    view! {
                        <div class="table-scroll">
                            <table class="data-table folds">
                                <thead>
                                    <tr>
                                        <th scope="col">{t!("analytics-sender")}</th>
                                        {[
                                            t!("analytics-forwards"),
                                            t!("analytics-mentions"),
                                            t!("analytics-views-column"),
                                            t!("analytics-sender-last"),
                                        ]
                                            .map(|name| {
                                                view! {
                                                    <th scope="col" class="num">
                                                        {name}
                                                    </th>
                                                }
                                            })}
                                    </tr>
                                </thead>
                                <tbody>{rows}</tbody>
                            </table>
                        </div>
                    }
                        .into_any()
                }
            }}
        </Card>
    }
}

fn row(sender: Sender, zone: &Zone) -> AnyView {
    let handle = sender.username.as_ref().map(|username| format!("@{username}"));
    let name = sender.title.or_else(|| handle.clone()).unwrap_or_else(|| t!("analytics-sender-unnamed"));
    let cells = [
        (t!("analytics-forwards"), number::full(sender.forwards)),
        (t!("analytics-mentions"), number::full(sender.mentions)),
        (t!("analytics-views-column"), number::count_or_dash(sender.views)),
        (
            t!("analytics-sender-last"),
            sender.last_at.map_or_else(|| number::UNKNOWN.to_owned(), |at| time::day_year(zone.day(at))),
        ),
    ];
    view! {
        <tr>
            <td>
                // without a public name there is no address, and without an address it is no link
                <a href=sender.username.map(|username| format!("https://t.me/{username}"))>{name}</a>
                " "
                <small>{handle}</small>
            </td>
            {cells
                .map(|(label, value)| {
                    view! {
                        <td class="num" data-label=label>
                            {value}
                        </td>
                    }
                })}
        </tr>
    }
    .into_any()
}
