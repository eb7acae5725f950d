//! What every hour of the week is worth.

use std::sync::Arc;

use domain::best_time::{BestTimes, Cell};
use leptos::prelude::*;

use super::chosen::Chosen;
use super::words;
use crate::t;
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number::{self, signed_percent_whole as change};
use crate::ui::week_grid::{CellLook, HeatLegend, Place, WeekGrid, place_index, place_name};

#[component]
pub fn HoursCard(chosen: Chosen) -> impl IntoView {
    let picked_by_reader = RwSignal::new(None::<Place>);
    let picked = Memo::new(move |_| picked_by_reader.get().or_else(|| chosen.answer.with(to_open_with)));
    let looks = Memo::new(move |_| {
        chosen.answer.with(|answer| answer.cells.iter().map(|cell| look(cell, answer)).collect::<Vec<_>>())
    });
    let known = Memo::new(move |_| chosen.answer.with(|answer| !answer.cells.is_empty()));
    let formula = Signal::derive(move || chosen.answer.with(formula));
    view! {
        <Card
            class="span-8 mid-full"
            id="all-hours"
            title=move || view! { <FormulaButton id="all-hours" label=|| t!("best-time-hours") formula/> }
            sub=|| t!("best-time-hours-sub")
        >
            <Show
                when=move || known.get()
                fallback=|| {
                    view! {
                        <div class="empty">
                            <b>{t!("best-time-hours-none")}</b>
                            <p>{t!("best-time-hours-none-more")}</p>
                        </div>
                    }
                }
            >
                <p class="readout">
                    {move || {
                        let place = picked.get()?;
                        let cell = chosen.answer.with(|answer| answer.cells.get(place_index(place)).copied())?;
                        Some(view! { <ReadOut cell/> })
                    }}
                </p>
                <WeekGrid label=t!("best-time-hours-label") looks picked chosen=picked_by_reader/>
                <footer>
                    <div class="heat-legend">
                        <HeatLegend/>
                        <Show when=move || chosen.answer.with(|answer| !answer.slots.is_empty())>
                            <span class="ramp">
                                <i class="slot"></i>
                                {t!("best-time-recommended")}
                            </span>
                        </Show>
                    </div>
                </footer>
            </Show>
        </Card>
    }
}

#[component]
fn ReadOut(cell: Cell) -> impl IntoView {
    let posts = if cell.n > 0 { words::posts(cell.n) } else { t!("analytics-heat-no-posts") };
    view! {
        <b>{place_name((cell.dow, cell.hour))}</b>
        <span>{posts}</span>
        <span>{t!("best-time-lift", lift = change(cell.lift))}</span>
        <span>{t!("best-time-interval-of", range = words::range(cell.low, cell.high))}</span>
    }
}

/// The first hour that is named, else the first that has posts.
fn to_open_with(answer: &Arc<BestTimes>) -> Option<Place> {
    let best = answer.slots.first().or(answer.widest.first()).map(|slot| (slot.dow, slot.hour));
    best.or_else(|| answer.cells.iter().find(|cell| cell.n > 0).map(|cell| (cell.dow, cell.hour)))
}

fn look(cell: &Cell, answer: &BestTimes) -> CellLook {
    let recommended = answer.slots.iter().any(|slot| (slot.dow, slot.hour) == (cell.dow, cell.hour));
    let lift = Some(cell.lift).filter(|_| cell.n > 0);
    let says = match lift {
        None => t!("analytics-heat-no-posts"),
        Some(lift) if recommended => format!("{}, {}", change(lift), t!("best-time-recommended")),
        Some(lift) => change(lift),
    };
    CellLook::of(lift, says).marked(recommended)
}

fn formula(answer: &Arc<BestTimes>) -> Formula {
    let with_posts = answer.cells.iter().filter(|cell| cell.n > 0).count();
    Formula {
        title: t!("best-time-hours"),
        meaning: t!("best-time-hours-meaning"),
        formula: t!("best-time-hours-formula"),
        inputs: vec![
            (t!("best-time-posts-used"), number::full(i64::from(answer.n_posts))),
            (t!("best-time-hours-with-posts"), number::full(with_posts as i64)),
        ],
        rule: t!("best-time-hours-rule"),
    }
}
