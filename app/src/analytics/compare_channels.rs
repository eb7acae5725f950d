//! Channels side by side, over the same window: a table sorted by any column, and bars of that column.

use domain::analytics::Answer;
use domain::analytics::compare::{CompareSort, ComparedChannel, sort};
use domain::zone::Zone;
use leptos::prelude::*;
use leptos_router::components::A;

use super::address::{Address, BY};
use super::explain::Nothing;
use crate::error::ApiError;
use crate::shell::period::{period_name, use_period};
use crate::shell::place::channel_path;
use crate::shell::side_bar::Avatar;
use crate::t;
use crate::ui::bar_list::{Bar, BarList};
use crate::ui::card::{Card, SkeletonCard};
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::loaded::loaded;
use crate::ui::number;
use crate::ui::source_mark::SourceMarks;
use crate::ui::time;
use crate::ui::warning::warning_text;

/// `None` while another tab is shown.
pub type Compared = Option<Answer<Vec<ComparedChannel>>>;

/// Room kept at the end of the longest bar.
const ROOM: f64 = 1.06;

#[component]
pub fn CompareChannels(channels: Resource<Result<Compared, ApiError>>, address: Address) -> impl IntoView {
    loaded(
        channels,
        || {
            view! {
                <div class="grid">
                    <SkeletonCard class="" rows=5/>
                    <SkeletonCard class="" rows=3/>
                </div>
            }
            .into_any()
        },
        move |channels| view! { <Channels channels address/> },
    )
}

#[component]
fn Channels(channels: Signal<Compared>, address: Address) -> impl IntoView {
    let by = address.compare_by();
    let answer = Memo::new(move |_| channels.get());
    let rows = Memo::new(move |_| {
        let mut rows = answer.with(|answer| answer.as_ref().map(|answer| answer.data.clone()).unwrap_or_default());
        sort(&mut rows, by.get());
        rows
    });
    let period = use_period();
    let formula = Signal::derive(move || answer.with(|answer| formula(answer.as_ref())));
    view! {
        <Show
            when=move || rows.with(|rows| rows.len() > 1)
            fallback=|| {
                view! {
                    <section class="card">
                        <Nothing title=t!("analytics-channels-none") more=t!("analytics-channels-none-more")/>
                    </section>
                }
            }
        >
            <div class="grid">
                <section class="card flush" aria-labelledby="channels-compared">
                    <header>
                        <div class="heading">
                            <h2 id="channels-compared">
                                <FormulaButton id="channels-compared" label=|| t!("analytics-channels") formula/>
                            </h2>
                            <p>{move || t!("analytics-channels-sub", period = period.with(period_name))}</p>
                        </div>
                    </header>
                    <div class="table-scroll" tabindex="0" role="region" aria-labelledby="channels-compared">
                        <table class="data-table channels">
                            <thead>
                                <tr>
                                    <th scope="col">{t!("analytics-channel")}</th>
                                    {CompareSort::ALL.map(|column| view! { <Head column by address/> })}
                                </tr>
                            </thead>
                            <tbody>
                                {move || rows.get().into_iter().map(|row| view! { <Row row/> }).collect_view()}
                            </tbody>
                        </table>
                    </div>
                    <ChannelsFoot answer/>
                </section>
                <Card class="" id="channels-bars" title=move || move || name(by.get())>
                    <BarList bars=Signal::derive(move || rows.with(|rows| bars(rows, by.get())))/>
                </Card>
            </div>
        </Show>
    }
}

#[component]
fn Head(column: CompareSort, by: Memo<CompareSort>, address: Address) -> impl IntoView {
    let is_by = move || by.get() == column;
    view! {
        <th scope="col" class="num" aria-sort=move || is_by().then_some("descending")>
            <button
                type="button"
                on:click=move |_| {
                    address.go(&[(BY, (column != CompareSort::default()).then(|| column.as_str().to_owned()))]);
                }
            >
                {move || is_by().then(|| view! { <Icon glyph=Glyph::ArrowDown size="tiny"/> })}
                {name(column)}
            </button>
        </th>
    }
}

#[component]
fn Row(row: ComparedChannel) -> impl IntoView {
    let href = channel_path(&row.channel, "analytics");
    let cells = CompareSort::ALL.map(|column| view! { <td class="num">{text(column, &row)}</td> });
    view! {
        <tr>
            <th scope="row">
                <span class="post">
                    <Avatar title=row.title.clone() small=true/>
                    <A href attr:class="clip">
                        {row.title}
                    </A>
                </span>
            </th>
            {cells}
        </tr>
    }
}

#[component]
fn ChannelsFoot(answer: Memo<Compared>) -> impl IntoView {
    let meta = Memo::new(move |_| answer.with(|answer| answer.as_ref().map(|answer| answer.meta.clone())));
    view! {
        <footer>
            {move || {
                meta.get()
                    .map(|meta| {
                        let warnings: Vec<String> = meta.warnings.iter().map(warning_text).collect();
                        view! {
                            {warnings.into_iter().map(|warning| view! { <span class="warning">{some(warning)}</span> }).collect_view()}
                            <SourceMarks sources=meta.sources/>
                            <span>{meta.tz}</span>
                        }
                    })
            }}
        </footer>
    }
}

/// A warning that need not be about every channel.
fn some(warning: String) -> String {
    t!("analytics-channels-some", what = warning)
}

/// Name of a column.
fn name(column: CompareSort) -> String {
    match column {
        CompareSort::Err => t!("analytics-compare-err"),
        CompareSort::Err24 => t!("analytics-compare-err24"),
        CompareSort::Reach24 => t!("analytics-compare-reach24"),
        CompareSort::AvgReach => t!("analytics-compare-avg-reach"),
        CompareSort::Subscribers => t!("analytics-subscribers"),
        CompareSort::Posts => t!("analytics-posts-input"),
        CompareSort::Views => t!("analytics-views-column"),
        CompareSort::Er => t!("analytics-er"),
        CompareSort::Growth => t!("analytics-compare-growth"),
        CompareSort::GrowthPct => t!("analytics-compare-growth-pct"),
    }
}

/// Value of a column as a number, and as text.
fn value(column: CompareSort, row: &ComparedChannel) -> Option<f64> {
    let count = |count: Option<i64>| count.map(|count| count as f64);
    let overview = &row.overview;
    match column {
        CompareSort::Err => overview.err,
        CompareSort::Err24 => row.err24,
        CompareSort::Reach24 => row.reach24,
        CompareSort::AvgReach => overview.avg_reach,
        CompareSort::Subscribers => count(overview.subscribers),
        CompareSort::Posts => Some(overview.posts as f64),
        CompareSort::Views => count(overview.views),
        CompareSort::Er => overview.er,
        CompareSort::Growth => count(overview.growth),
        CompareSort::GrowthPct => overview.growth_pct,
    }
}

fn text(column: CompareSort, row: &ComparedChannel) -> String {
    let Some(value) = value(column, row) else { return number::UNKNOWN.to_owned() };
    match column {
        CompareSort::Err | CompareSort::Err24 | CompareSort::Er => number::percent(value),
        CompareSort::GrowthPct => number::signed_percent(value),
        CompareSort::Growth => number::signed(value),
        CompareSort::Reach24
        | CompareSort::AvgReach
        | CompareSort::Subscribers
        | CompareSort::Posts
        | CompareSort::Views => number::short(value),
    }
}

fn bars(rows: &[ComparedChannel], by: CompareSort) -> Vec<Bar> {
    let longest = rows.iter().filter_map(|row| value(by, row)).fold(0.0, f64::max) * ROOM;
    rows.iter()
        .map(|row| Bar {
            name: row.title.clone(),
            note: String::new(),
            value: text(by, row),
            // a loss has no length on a track that starts at 0; its number says it
            share: value(by, row).filter(|value| longest > 0.0 && *value > 0.0).map_or(0.0, |value| value / longest),
            href: None,
            tick: None,
            series: 1,
        })
        .collect()
}

fn formula(answer: Option<&Answer<Vec<ComparedChannel>>>) -> Formula {
    let mut inputs = vec![];
    let mut rule = String::new();
    if let Some(answer) = answer {
        inputs.push((t!("analytics-channel-count"), number::full(answer.data.len() as i64)));
        let said: Vec<String> =
            answer.meta.warnings.iter().map(|warning| format!("{}.", some(warning_text(warning)))).collect();
        rule = said.join(" ");
        if let Some(at) = answer.meta.as_of {
            let as_of = t!("analytics-rule-as-of", time = time::moment(&Zone::utc(), at), zone = "UTC");
            rule = format!("{rule} {as_of}");
        }
    }
    Formula {
        title: t!("analytics-channels"),
        meaning: t!("analytics-channels-meaning"),
        formula: t!("analytics-channels-formula"),
        inputs,
        rule,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::analytics::overview::Overview;

    fn channel(growth: Option<i64>) -> ComparedChannel {
        ComparedChannel {
            channel: "orbit".to_owned(),
            title: "Orbit".to_owned(),
            overview: Overview {
                posts: 3,
                views: None,
                forwards: None,
                reactions: None,
                replies: None,
                avg_reach: None,
                subscribers: None,
                err: None,
                er: None,
                growth,
                growth_pct: None,
            },
            reach24: None,
            err24: None,
        }
    }

    #[test]
    fn a_loss_has_no_bar_and_keeps_its_number() {
        let bars = bars(&[channel(Some(40)), channel(Some(-20)), channel(None)], CompareSort::Growth);
        let said: Vec<&str> = bars.iter().map(|bar| bar.value.as_str()).collect();
        assert_eq!(said, ["+40", "−20", "–"]);
        assert!(bars[0].share > 0.9);
        assert_eq!((bars[1].share, bars[2].share), (0.0, 0.0));
    }
}
