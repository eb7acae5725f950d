//! Reach by weekday and hour as a table of colours: a cell is picked by touch, mouse or arrow keys and read out above.

use domain::analytics::Answer;
use domain::analytics::heatmap::{HeatCell, heatmap};
use leptos::prelude::*;

use super::content_card::is_total;
use super::explain::{Foot, NoPostsOr, rule};
use super::shown::Shown;
use crate::t;
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number::{self, signed_percent_whole as change};
use crate::ui::week_grid::{CellLook, HeatLegend, Place, WeekGrid, place_index, place_name};

/// Posts of the cell that is read out before another is picked.
const POSTS_TO_OPEN_WITH: u64 = 3;

#[component]
pub fn Heatmap(shown: Shown, class: &'static str) -> impl IntoView {
    let answer = shown.ask(|data, window| heatmap(data, window, None));
    let chosen = RwSignal::new(None::<Place>);
    let picked = Memo::new(move |_| answer.with(|answer| chosen.get().or_else(|| best(&answer.data))));
    let looks = Memo::new(move |_| answer.with(|answer| answer.data.iter().map(look).collect()));
    let posts = move || answer.with(|answer| answer.data.iter().map(|cell| cell.n).sum::<u64>());
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let formula = Signal::derive(move || answer.with(|answer| formula(answer, shown)));
    let sub = move || {
        let n = posts() as i64;
        let count = t!("count-posts-text", n = n, text = number::full(n));
        if answer.with(is_total) {
            t!("analytics-heat-sub-total", posts = count)
        } else {
            t!("analytics-heat-sub", posts = count)
        }
    };
    view! {
        <Card
            class
            id="reach-by-hour"
            title=move || view! { <FormulaButton id="reach-by-hour" label=|| t!("analytics-heat") formula/> }
            sub=move || sub
        >
            <Show
                when=move || { posts() > 0 }
                fallback=move || {
                    view! { <NoPostsOr shown title=t!("analytics-heat-none") more=t!("analytics-heat-none-more")/> }
                }
            >
                <ReadOut answer picked/>
                <WeekGrid label=t!("analytics-heat-label") looks picked chosen/>
                <div class="heat-legend"><HeatLegend/></div>
                <Foot shown meta/>
            </Show>
        </Card>
    }
}

type Cells168 = Memo<Answer<Vec<HeatCell>>>;

#[component]
fn ReadOut(answer: Cells168, picked: Memo<Option<Place>>) -> impl IntoView {
    let cell = move || {
        let place = picked.get()?;
        answer.with(|answer| cell_at(&answer.data, place).cloned())
    };
    view! {
        <p class="readout">
            {move || {
                cell()
                    .map(|cell| {
                        let n = cell.n as i64;
                        view! {
                            <b>{place_name((cell.dow, cell.hour))}</b>
                            <span>{t!("count-posts-text", n = n, text = number::full(n))}</span>
                            {cell
                                .median
                                .map(|median| view! { <span>{t!("analytics-heat-median", value = change(median.exp_m1()))}</span> })}
                            {cell.lift.map(|lift| view! { <span>{t!("analytics-heat-shrunk", value = change(lift))}</span> })}
                        }
                    })
            }}
        </p>
    }
}

fn cell_at(cells: &[HeatCell], (dow, hour): Place) -> Option<&HeatCell> {
    cells.get(place_index((dow, hour)))
}

/// The cell furthest above usual, among those of enough posts where there are any.
fn best(cells: &[HeatCell]) -> Option<Place> {
    let most = |least: u64| {
        let cells = cells.iter().filter(|cell| cell.n >= least);
        let best = cells.filter_map(|cell| Some((cell, cell.lift?))).max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((best.0.dow, best.0.hour))
    };
    most(POSTS_TO_OPEN_WITH).or_else(|| most(1))
}

fn look(cell: &HeatCell) -> CellLook {
    let lift = cell.lift.filter(|_| cell.n > 0);
    CellLook::of(lift, lift.map_or_else(|| t!("analytics-heat-no-posts"), change))
}

fn formula(answer: &Answer<Vec<HeatCell>>, shown: Shown) -> Formula {
    let cells = &answer.data;
    Formula {
        title: t!("analytics-heat"),
        meaning: t!("analytics-heat-meaning"),
        formula: if is_total(answer) { t!("analytics-heat-formula-total") } else { t!("analytics-heat-formula") },
        inputs: vec![
            (t!("analytics-heat-posts"), number::full(cells.iter().map(|cell| cell.n).sum::<u64>() as i64)),
            (
                t!("analytics-heat-cells"),
                t!(
                    "analytics-of",
                    n = number::full(cells.iter().filter(|cell| cell.n > 0).count() as i64),
                    of = number::full(cells.len() as i64)
                ),
            ),
        ],
        rule: rule(&answer.meta, &shown.zone()),
    }
}
