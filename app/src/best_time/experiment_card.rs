//! Try an untried slot: proposed, approved, assigned at random, and ended by a rule that was fixed before.

use domain::best_time::experiment::Stage;
use domain::ids::ExperimentId;
use domain::screens::{ExperimentProposal, ExperimentView};
use leptos::prelude::*;

use super::api;
use super::chosen::Chosen;
use super::experiment_log::{Log, NextPost, Standing};
use super::experiment_plan::{Plan, Proposed};
use crate::error::ApiError;
use crate::shell::period::close_popover;
use crate::t;
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::outcome::Outcome;
use crate::ui::settled::settled;
use crate::ui::toast::Toast;

const STOP_DIALOG: &str = "stop-experiment";

/// What can be done with an experiment.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Propose(ExperimentProposal),
    Approve(ExperimentId),
    Assign(ExperimentId),
    Withdraw(ExperimentId, u32),
    Stop(ExperimentId),
}

pub type Steps = Action<Step, Result<ExperimentView, ApiError>>;

async fn take(channel: String, step: Step) -> Result<ExperimentView, ApiError> {
    match step {
        Step::Propose(proposal) => api::propose(channel, proposal).await,
        Step::Approve(id) => api::approve(channel, id).await,
        Step::Assign(id) => api::assign(channel, id).await,
        Step::Withdraw(id, number) => api::withdraw(channel, id, number).await,
        Step::Stop(id) => api::stop(channel, id).await,
    }
}

/// Which face the card shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Plan,
    Proposed,
    Running,
    /// over, with its outcome and a way to the next
    Over,
}

#[component]
pub fn ExperimentCard(chosen: Chosen, toast: Toast) -> impl IntoView {
    let steps = Steps::new(move |step: &Step| take(untrack(|| chosen.slug()), step.clone()));
    Effect::new(move |_| {
        if let Some(Ok(experiment)) = steps.value().get() {
            // a proposal that was declined leaves nothing to show
            let never_began =
                experiment.experiment.stage() == Stage::Stopped && experiment.experiment.assignments().is_empty();
            chosen.experiment.set(Some(experiment).filter(|_| !never_began));
        }
    });
    let face = Memo::new(move |_| {
        chosen.experiment.with(|view| match view.as_ref().map(|view| view.experiment.stage()) {
            None => Face::Plan,
            Some(Stage::Proposed) => Face::Proposed,
            Some(Stage::Running) => Face::Running,
            Some(Stage::Finished | Stage::Stopped) => Face::Over,
        })
    });
    let face = settled(face);
    let formula = Signal::derive(|| Formula {
        title: t!("best-time-experiment"),
        meaning: t!("best-time-experiment-meaning"),
        formula: t!("best-time-experiment-formula"),
        inputs: Vec::new(),
        rule: t!("best-time-experiment-rule"),
    });
    view! {
        <Card
            class="span-12 experiment"
            id="experiment"
            title=move || view! { <FormulaButton id="experiment" label=|| t!("best-time-experiment") formula/> }
            sub=|| t!("best-time-experiment-sub")
        >
            {move || match face.get() {
                Face::Plan => view! { <Plan chosen steps/> }.into_any(),
                Face::Proposed => {
                    view! {
                        <Proposed chosen steps/>
                        <StopButton chosen steps label=t!("best-time-decline") sure=t!("best-time-decline-sure")/>
                    }
                        .into_any()
                }
                Face::Running => {
                    view! {
                        <NextPost chosen steps toast/>
                        <Standing chosen/>
                        <Log chosen steps/>
                        <StopButton chosen steps label=t!("best-time-stop") sure=t!("best-time-stop-sure")/>
                    }
                        .into_any()
                }
                Face::Over => {
                    view! {
                        <Standing chosen/>
                        <Log chosen steps/>
                        <Plan chosen steps again=true/>
                    }
                        .into_any()
                }
            }}
            <Outcome value=Signal::derive(move || steps.value().get().filter(Result::is_err)) done=String::new()/>
        </Card>
    }
}

/// Ends an experiment, after asking: an ended one does not begin again.
#[component]
fn StopButton(chosen: Chosen, steps: Steps, label: String, sure: String) -> impl IntoView {
    let may_approve = Memo::new(move |_| chosen.screen.with(|screen| screen.may_approve));
    let stop = move |_| {
        close_popover(STOP_DIALOG);
        if let Some(id) = chosen.experiment.with_untracked(|view| view.as_ref().map(|view| view.id)) {
            steps.dispatch(Step::Stop(id));
        }
    };
    let (label, sure) = (StoredValue::new(label), StoredValue::new(sure));
    view! {
        <Show when=move || may_approve.get()>
            <p class="actions-row">
                <button class="button danger" type="button" popovertarget=STOP_DIALOG>
                    {label.get_value()}
                </button>
            </p>
            <div class="popover sheet" id=STOP_DIALOG popover="auto" role="dialog" aria-label=label.get_value()>
                <h2>{label.get_value()}</h2>
                <p class="muted">{sure.get_value()}</p>
                <p class="choices">
                    <button class="button" type="button" popovertarget=STOP_DIALOG popovertargetaction="hide">
                        {t!("cancel")}
                    </button>
                    <button class="button danger-fill" type="button" on:click=stop>
                        {label.get_value()}
                    </button>
                </p>
            </div>
        </Show>
    }
}
