//! A running experiment and one that is over: the next post, where it stands, what happened.

use domain::best_time::experiment::{ALPHA, Conclusion, Outcome, Reading, SlotOutcome, Stage};
use domain::screens::ExperimentView;
use leptos::prelude::*;

use super::chosen::Chosen;
use super::experiment_card::{Step, Steps};
use super::slot_list::{Interval, Scale, ScaleRow, SlotRow};
use super::slots_card::copy_moment;
use super::words;
use crate::shell::place::channel_path;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number::{self, signed_percent_whole as change};
use crate::ui::toast::Toast;

/// When the next post goes out; or the button that draws it.
#[component]
pub fn NextPost(chosen: Chosen, steps: Steps, toast: Toast) -> impl IntoView {
    let due = Memo::new(move |_| {
        chosen.experiment.with(|view| view.as_ref().and_then(ExperimentView::next).map(|(_, assigned)| assigned.due_at))
    });
    let may_edit = Memo::new(move |_| chosen.screen.with(|screen| screen.may_edit));
    let moment = move || due.get().map(|at| words::date_and_hour(&chosen.zone(), at));
    let copy = move |_| {
        if let Some(moment) = untrack(moment) {
            copy_moment(&moment, untrack(|| chosen.zone()).name(), toast);
        }
    };
    let assign = move |_| {
        if let Some(id) = chosen.experiment.with_untracked(|view| view.as_ref().map(|view| view.id)) {
            steps.dispatch(Step::Assign(id));
        }
    };
    view! {
        <div class="next-post">
            <p>
                {move || match moment() {
                    Some(moment) => t!("best-time-next", moment = moment),
                    None => t!("best-time-next-none"),
                }}
            </p>
            <Show when=move || due.get().is_some()>
                <button class="button" type="button" on:click=copy>
                    <Icon glyph=Glyph::Copy size="small"/>
                    {t!("best-time-copy")}
                </button>
            </Show>
            <button
                class="button"
                class:primary=move || due.get().is_none()
                type="button"
                disabled=move || !may_edit.get() || steps.pending().get()
                on:click=assign
            >
                {t!("best-time-assign")}
            </button>
        </div>
    }
}

/// Every slot so far, and what would end the experiment.
#[component]
pub fn Standing(chosen: Chosen) -> impl IntoView {
    move || {
        chosen.experiment.with(|view| {
            let experiment = &view.as_ref()?.experiment;
            let outcome = experiment.outcome();
            let blocks = experiment.design().blocks;
            let scale = Scale::of(outcome.slots.iter().filter_map(interval));
            let decided = outcome.conclusion == Conclusion::Difference;
            Some(view! {
                <p>
                    <b>{conclusion(&outcome, experiment.stage())}</b>
                    " "
                    {t!(
                        "best-time-blocks-done",
                        n = number::full(i64::from(outcome.blocks)),
                        of = number::full(i64::from(blocks))
                    )}
                </p>
                <ol class="slot-list plain">
                    {outcome.slots.iter().any(|slot| slot.lift.is_some()).then(|| view! { <ScaleRow scale/> })}
                    {outcome
                        .slots
                        .iter()
                        .map(|slot| {
                            let when = words::hour_of_week(slot.slot);
                            let why = t!(
                                "best-time-evidence",
                                posts = words::posts(slot.n),
                                evidence = number::decimal(slot.evidence, 1)
                            );
                            match interval(slot) {
                                Some(interval) => view! { <SlotRow when why interval scale flat=!decided/> }.into_any(),
                                None => {
                                    view! {
                                        <li>
                                            <span class="when">{when}</span>
                                            <span class="why">{t!("best-time-no-outcome")}</span>
                                        </li>
                                    }
                                        .into_any()
                                }
                            }
                        })
                        .collect_view()}
                </ol>
                {(experiment.stage() == Stage::Running)
                    .then(|| {
                        let n = i64::from(blocks);
                        view! {
                            <p class="muted">
                                {t!(
                                    "best-time-stopping-rule",
                                    n = n,
                                    wealth = number::decimal(1.0 / ALPHA, 0),
                                    chance = number::percent_whole(ALPHA)
                                )}
                            </p>
                        }
                    })}
            })
        })
    }
}

fn interval(slot: &SlotOutcome) -> Option<Interval> {
    Some(Interval { lift: slot.lift?, low: slot.low?, high: slot.high? })
}

fn conclusion(outcome: &Outcome, stage: Stage) -> String {
    match (outcome.conclusion, outcome.slots.first(), stage) {
        (Conclusion::Difference, Some(best), _) => {
            t!(
                "best-time-concluded",
                slot = words::hour_of_week(best.slot),
                lift = change(best.lift.unwrap_or_default())
            )
        }
        (Conclusion::NoReliableDifference, ..) => t!("best-time-concluded-flat"),
        (_, _, Stage::Stopped) => t!("best-time-stopped"),
        (Conclusion::Open | Conclusion::Difference, ..) => t!("best-time-open"),
    }
}

/// Every assigned post, newest first.
#[component]
pub fn Log(chosen: Chosen, steps: Steps) -> impl IntoView {
    let may_edit = Memo::new(move |_| chosen.screen.with(|screen| screen.may_edit));
    move || {
        let (zone, slug) = (chosen.zone(), chosen.slug());
        chosen.experiment.with(|view| {
            let view = view.as_ref()?;
            let (id, running) = (view.id, view.experiment.stage() == Stage::Running);
            let rows = view.experiment.assignments().iter().zip(&view.assigned).rev();
            let rows = rows
                .map(|(assignment, assigned)| {
                    let number = assignment.number;
                    let waits = running && assignment.result == Reading::Awaited && assigned.post_id.is_none();
                    view! {
                        <tr>
                            <td>{i64::from(number) + 1}</td>
                            <td>{words::date_and_hour(&zone, assigned.due_at)}</td>
                            <td>
                                {match assigned.post_id {
                                    Some(post_id) => {
                                        view! {
                                            <a href=channel_path(&slug, &format!("posts/{post_id}"))>{format!("#{post_id}")}</a>
                                        }
                                            .into_any()
                                    }
                                    None => number::UNKNOWN.into_any(),
                                }}
                            </td>
                            <td class="num">{result(assignment.result)}</td>
                            <td class="num">
                                {(waits && may_edit.get())
                                    .then(|| {
                                        view! {
                                            <button
                                                class="button quiet"
                                                type="button"
                                                on:click=move |_| {
                                                    steps.dispatch(Step::Withdraw(id, number));
                                                }
                                            >
                                                {t!("best-time-withdraw")}
                                            </button>
                                        }
                                    })}
                            </td>
                        </tr>
                    }
                })
                .collect_view();
            (!view.assigned.is_empty()).then(|| {
                view! {
                    <div class="table-scroll" tabindex="0" role="region" aria-label=t!("best-time-log")>
                        <table class="data-table">
                            <thead>
                                <tr>
                                    <th scope="col">{t!("best-time-log-number")}</th>
                                    <th scope="col">{t!("best-time-log-due")}</th>
                                    <th scope="col">{t!("best-time-log-post")}</th>
                                    <th scope="col" class="num">{t!("best-time-log-result")}</th>
                                    <th scope="col"><span class="visually-hidden">{t!("best-time-withdraw")}</span></th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
            })
        })
    }
}

fn result(reading: Reading) -> String {
    match reading {
        Reading::Awaited => t!("best-time-awaited"),
        Reading::Outcome(log_ratio) => t!("best-time-against-usual", change = change(log_ratio.exp_m1())),
        Reading::Withdrawn => t!("best-time-withdrawn"),
    }
}
