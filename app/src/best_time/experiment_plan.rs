//! An experiment before it runs: which slots are compared, with how many posts, and who agrees.

use domain::best_time::experiment::{HourOfWeek, SLOTS_MAX};
use domain::best_time::{BestTimes, Verdict};
use domain::screens::ExperimentProposal;
use leptos::prelude::*;

use super::chosen::Chosen;
use super::experiment_card::{Step, Steps};
use super::words;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number;

/// Slots offered of each kind: never tried, and known.
const OFFERED: usize = 4;
/// Of each kind in the plan that is offered.
const FIRST_CHOICE: usize = 1;
/// Posts in every slot to begin with: in about as many weeks.
const BLOCKS: u32 = 8;
const BLOCKS_MAX: u32 = 100;

/// A slot that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Offer {
    slot: HourOfWeek,
    /// posts so far
    n: u32,
}

/// `again`: after one that is over.
#[component]
pub fn Plan(chosen: Chosen, steps: Steps, #[prop(optional)] again: bool) -> impl IntoView {
    let offers = Memo::new(move |_| chosen.answer.with(|answer| offers(answer)));
    // none until the reader chose
    let own = RwSignal::new(None::<Vec<HourOfWeek>>);
    let planned = Memo::new(move |_| own.get().unwrap_or_else(|| chosen.answer.with(|answer| first_choice(answer))));
    let blocks = RwSignal::new(BLOCKS);
    let enough = Memo::new(move |_| chosen.answer.with(|answer| answer.verdict != Verdict::NotEnoughData));
    let may_edit = Memo::new(move |_| chosen.screen.with(|screen| screen.may_edit));
    let possible = move || planned.with(|planned| (2..=SLOTS_MAX).contains(&planned.len()));
    let propose = move |_| {
        let proposal = ExperimentProposal {
            objective: chosen.objective.get_untracked(),
            slots: planned.get_untracked(),
            blocks: blocks.get_untracked(),
        };
        steps.dispatch(Step::Propose(proposal));
    };
    view! {
        <Show when=move || enough.get() fallback=|| view! { <p class="muted">{t!("best-time-experiment-few")}</p> }>
            {again.then(|| view! { <h3>{t!("best-time-experiment-again")}</h3> })}
            <p class="muted">{move || offers.with(|offers| why(offers))}</p>
            <fieldset class="field">
                <legend>{t!("best-time-experiment-slots", n = SLOTS_MAX as i64)}</legend>
                <div class="weekdays">
                    {move || {
                        offers
                            .get()
                            .into_iter()
                            .map(|offer| view! { <OfferChip offer planned own/> })
                            .collect_view()
                    }}
                </div>
            </fieldset>
            <div class="propose">
                <label class="field">
                    <span>{t!("best-time-experiment-blocks")}</span>
                    <input
                        class="input"
                        type="number"
                        min="1"
                        max=BLOCKS_MAX.to_string()
                        inputmode="numeric"
                        prop:value=move || blocks.get().to_string()
                        on:change:target=move |event| {
                            let count = event.target().value().parse().unwrap_or(BLOCKS);
                            blocks.set(count.clamp(1, BLOCKS_MAX));
                        }
                    />
                </label>
                <button
                    class="button"
                    type="button"
                    disabled=move || !may_edit.get() || !possible() || steps.pending().get()
                    on:click=propose
                >
                    <Icon glyph=Glyph::Flask size="small"/>
                    {move || {
                        let posts = planned.with(Vec::len) as i64 * i64::from(blocks.get());
                        t!("best-time-experiment-propose", n = posts, text = number::full(posts))
                    }}
                </button>
                <p class="help">
                    {move || {
                        if !may_edit.get() {
                            t!("best-time-may-not-propose")
                        } else if possible() {
                            t!("best-time-experiment-approval")
                        } else {
                            t!("best-time-experiment-two", n = SLOTS_MAX as i64)
                        }
                    }}
                </p>
            </div>
        </Show>
    }
}

#[component]
fn OfferChip(offer: Offer, planned: Memo<Vec<HourOfWeek>>, own: RwSignal<Option<Vec<HourOfWeek>>>) -> impl IntoView {
    let slot = offer.slot;
    let toggle = move |_| {
        let mut slots = planned.get_untracked();
        match slots.iter().position(|planned| *planned == slot) {
            Some(place) => {
                slots.remove(place);
            }
            None => slots.push(slot),
        }
        own.set(Some(slots));
    };
    let posts = if offer.n == 0 { t!("best-time-untried") } else { words::posts(offer.n) };
    view! {
        <button
            class="chip"
            type="button"
            aria-pressed=move || planned.with(|planned| planned.contains(&slot)).to_string()
            on:click=toggle
        >
            {words::hour_of_week(slot)}
            <span class="n">{posts}</span>
        </button>
    }
}

/// Waits for somebody who may agree.
#[component]
pub fn Proposed(chosen: Chosen, steps: Steps) -> impl IntoView {
    let may_approve = Memo::new(move |_| chosen.screen.with(|screen| screen.may_approve));
    let approve = move |_| {
        if let Some(id) = chosen.experiment.with_untracked(|view| view.as_ref().map(|view| view.id)) {
            steps.dispatch(Step::Approve(id));
        }
    };
    let what = move || {
        chosen.experiment.with(|view| {
            let design = view.as_ref()?.experiment.design();
            let slots: Vec<String> = design.slots.iter().map(|slot| words::hour_of_week(*slot)).collect();
            Some(t!(
                "best-time-proposed",
                slots = slots.join(", "),
                posts = words::posts(design.blocks),
                views = words::views(design.objective)
            ))
        })
    };
    view! {
        <p>{what}</p>
        <p class="actions-row">
            <button
                class="button primary"
                type="button"
                disabled=move || !may_approve.get() || steps.pending().get()
                on:click=approve
            >
                <Icon glyph=Glyph::Check size="small"/>
                {t!("best-time-approve")}
            </button>
        </p>
        <Show when=move || !may_approve.get()>
            <p class="muted">{t!("best-time-may-not-approve")}</p>
        </Show>
    }
}

fn known(answer: &BestTimes) -> impl Iterator<Item = Offer> {
    answer
        .slots
        .iter()
        .chain(&answer.widest)
        .map(|slot| Offer { slot: HourOfWeek { dow: slot.dow, hour: slot.hour }, n: slot.n })
}

fn untried(answer: &BestTimes) -> impl Iterator<Item = Offer> {
    answer.untried.iter().map(|slot| Offer { slot: HourOfWeek { dow: slot.dow, hour: slot.hour }, n: 0 })
}

fn offers(answer: &BestTimes) -> Vec<Offer> {
    untried(answer).take(OFFERED).chain(known(answer).take(OFFERED)).collect()
}

/// The most promising untried slot against the best known one.
fn first_choice(answer: &BestTimes) -> Vec<HourOfWeek> {
    untried(answer).take(FIRST_CHOICE).chain(known(answer).take(FIRST_CHOICE)).map(|offer| offer.slot).collect()
}

fn why(offers: &[Offer]) -> String {
    match offers.iter().find(|offer| offer.n == 0) {
        Some(offer) => t!("best-time-experiment-why", slot = words::hour_of_week(offer.slot)),
        None => t!("best-time-experiment-why-known"),
    }
}
