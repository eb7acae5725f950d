//! Sources of views: shares, day by day, against the window before.

use charts::sources::by_day;
use domain::analytics::Answer;
use domain::analytics::sources::{SourceShare, Sources, sources};
use leptos::prelude::*;

use super::explain::Foot;
use super::senders_card::SendersCard;
use super::shown::Shown;
use super::sources_card::{SourcesCard, last_day, series};
use crate::t;
use crate::ui::card::Card;
use crate::ui::chart::Chart;
use crate::ui::delta::{Delta, Meaning};
use crate::ui::number::{self, words};

#[component]
pub fn SourcesTab(shown: Shown) -> impl IntoView {
    let answer = shown.ask(sources);
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let until = Signal::derive(move || answer.with(|answer| last_day(&answer.data)));
    view! {
        <div class="grid">
            <SourcesCard shown class="span-4"/>
            <Show when=move || answer.with(|answer| !answer.data.sources.is_empty())>
                <Card
                    class="span-8"
                    id="sources-by-day"
                    title=|| t!("analytics-sources-by-day")
                    sub=|| t!("analytics-sources-by-day-sub")
                >
                    <Chart id="chart-sources" class="tall" spec=move |style| answer.with(|answer| by_day(&answer.data, style))/>
                    <Foot shown meta until/>
                </Card>
                <SourcesTable shown answer/>
            </Show>
            <SendersCard shown class="span-4"/>
        </div>
    }
}

#[component]
fn SourcesTable(shown: Shown, answer: Memo<Answer<Sources>>) -> impl IntoView {
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let has_before = move || shown.before.with(Option::is_some);
    view! {
        <section class="card flush span-8" aria-labelledby="sources-table">
            <header>
                <div class="heading">
                    <h2 id="sources-table">{t!("analytics-sources-table")}</h2>
                    <p>{t!("analytics-sources-table-sub")}</p>
                </div>
            </header>
            <div class="table-scroll" tabindex="0" role="region" aria-labelledby="sources-table">
                <table class="data-table tight">
                    <thead>
                        <tr>
                            <th scope="col">{t!("analytics-source")}</th>
                            <th scope="col" class="num">
                                {t!("analytics-views-column")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-share")}
                            </th>
                            <th scope="col" class="num">
                                {t!("analytics-change")}
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || {
                            let has_before = has_before();
                            answer
                                .with(|answer| answer.data.sources.clone())
                                .into_iter()
                                .enumerate()
                                .map(|(place, source)| view! { <SourceRow place source has_before/> })
                                .collect_view()
                        }}
                    </tbody>
                </table>
            </div>
            <Foot shown meta until=Signal::derive(move || answer.with(|answer| last_day(&answer.data)))/>
        </section>
    }
}

#[component]
fn SourceRow(place: usize, source: SourceShare, has_before: bool) -> impl IntoView {
    // more views from one source is neither good nor bad by itself
    let change = match source.change.filter(|_| has_before) {
        Some(change) => {
            view! { <Delta value=change text=number::signed_percent(change) meaning=Meaning::Neutral/> }.into_any()
        }
        None => number::UNKNOWN.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <span class=format!("swatch s{}", series(place)) aria-hidden="true"></span>
                {words().name(&source.source).to_owned()}
            </th>
            <td class="num">{number::full(source.views)}</td>
            <td class="num">{number::percent_or_dash(source.share)}</td>
            <td class="num">{change}</td>
        </tr>
    }
}
