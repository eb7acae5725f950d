//! How the reader wants to choose, and the answer to it: worked out in the browser as on the server.

use std::sync::Arc;

use domain::analytics::Dataset;
use domain::best_time::{BestTimes, Objective, Settings, Verdict, recommend};
use domain::screens::{BestTimeScreen, Evidence, ExperimentView};
use domain::zone::Zone;
use leptos::prelude::*;

use crate::analytics::address::Address;

#[derive(Clone, Copy)]
pub struct Chosen {
    pub screen: Signal<BestTimeScreen>,
    /// in the address, so that a link keeps it; else the channel's
    pub objective: Memo<Objective>,
    /// what the reader plays with: everything but the objective
    played: RwSignal<Settings>,
    /// as the channel keeps them
    kept: RwSignal<Settings>,
    /// the question asked: what is played with, for the objective of the address
    pub settings: Memo<Settings>,
    pub answer: Memo<Arc<BestTimes>>,
    pub experiment: RwSignal<Option<ExperimentView>>,
}

impl Chosen {
    pub fn new(address: Address, screen: Signal<BestTimeScreen>) -> Self {
        let (settings, experiment) =
            screen.with_untracked(|screen| (screen.settings.clone(), screen.experiment.clone()));
        let (kept, played) = (RwSignal::new(settings.clone()), RwSignal::new(settings));
        let experiment = RwSignal::new(experiment);
        follow(screen, kept, played, experiment);
        let asked = address.objective();
        let objective = Memo::new(move |_| asked.get().unwrap_or_else(|| kept.with(|kept| kept.objective)));
        let settings = Memo::new(move |_| Settings { objective: objective.get(), ..played.get() });
        let data = Memo::new(move |_| Arc::new(screen.with(|screen| screen.outcomes.dataset())) as Arc<Dataset>);
        let answer =
            Memo::new(move |_| Arc::new(data.with(|data| settings.with(|settings| recommend(data, settings)))));
        Self { screen, objective, played, kept, settings, answer, experiment }
    }

    pub fn verdict(self) -> Memo<Verdict> {
        Memo::new(move |_| self.answer.with(|answer| answer.verdict))
    }

    /// The clock that slots are named by.
    pub fn zone(self) -> Zone {
        self.settings.with(|settings| settings.zone.clone())
    }

    /// When the page was read, unix seconds: as near to now as the page knows on both sides.
    pub fn now(self) -> i64 {
        self.screen.with(|screen| screen.freshness.read_at)
    }

    pub fn slug(self) -> String {
        self.screen.with(|screen| screen.slug.clone())
    }

    /// Of the objective asked for.
    pub fn evidence(self) -> Option<Evidence> {
        let objective = self.objective.get();
        self.screen.with(|screen| {
            screen.evidence.iter().find(|(of, _)| *of == objective).map(|(_, evidence)| evidence.clone())
        })
    }

    /// Changes how to choose; the answer follows at once.
    pub fn play(self, change: impl FnOnce(&mut Settings)) {
        self.played.update(change);
    }

    /// Whether the reader plays with anything but the objective.
    pub fn is_played(self) -> bool {
        self.kept
            .with(|kept| self.played.with(|played| Settings { objective: kept.objective, ..played.clone() } != *kept))
    }

    /// Whether the channel keeps anything else than what is asked.
    pub fn is_changed(self) -> bool {
        self.kept.with(|kept| self.settings.with(|settings| settings != kept))
    }

    /// Back to what the channel keeps.
    pub fn reset(self) {
        self.played.set(self.kept.get_untracked());
    }

    /// The server keeps `settings` now.
    pub fn saved(self, settings: Settings) {
        self.kept.set(settings);
    }
}

/// Newer facts bring the settings and the experiment of other members; what the reader plays with stays.
fn follow(
    screen: Signal<BestTimeScreen>,
    kept: RwSignal<Settings>,
    played: RwSignal<Settings>,
    experiment: RwSignal<Option<ExperimentView>>,
) {
    let settings = Memo::new(move |_| screen.with(|screen| screen.settings.clone()));
    let newest = Memo::new(move |_| screen.with(|screen| screen.experiment.clone()));
    Effect::watch(
        move || settings.get(),
        move |settings, _, _| {
            let untouched = kept.with_untracked(|kept| played.with_untracked(|played| played == kept));
            kept.set(settings.clone());
            if untouched {
                played.set(settings.clone());
            }
        },
        false,
    );
    Effect::watch(move || newest.get(), move |newest, _, _| experiment.set(newest.clone()), false);
}
