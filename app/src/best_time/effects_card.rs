//! What else the outcome depends on, in the same model.

use domain::best_time::{Effect as FactorEffect, Factor, Verdict};
use leptos::prelude::*;

use super::chosen::Chosen;
use super::slot_list::{Interval, Scale, ScaleRow, SlotRow};
use super::words;
use crate::t;
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number;

/// Effects shown before all are asked for.
const FIRST: usize = 5;

#[component]
pub fn EffectsCard(chosen: Chosen) -> impl IntoView {
    let effects = Memo::new(move |_| chosen.answer.with(|answer| by_weight(&answer.effects)));
    let all = RwSignal::new(false);
    let formula = Signal::derive(move || {
        let posts = chosen.answer.with(|answer| answer.n_posts);
        Formula {
            title: t!("best-time-effects"),
            meaning: t!("best-time-effects-meaning"),
            formula: t!("best-time-effects-formula"),
            inputs: vec![(t!("best-time-posts-used"), number::full(i64::from(posts)))],
            rule: t!("best-time-effects-rule"),
        }
    });
    view! {
        <Card
            class="span-8 mid-full"
            id="effects"
            title=move || view! { <FormulaButton id="effects" label=|| t!("best-time-effects") formula/> }
            sub=move || move || t!("best-time-effects-sub", views = words::views(chosen.objective.get()))
        >
            {move || {
                effects
                    .with(|effects| {
                        let shown = if all.get() { effects.len() } else { FIRST.min(effects.len()) };
                        let scale = Scale::of(effects[..shown].iter().map(interval));
                        if effects.is_empty() {
                            let more = if chosen.verdict().get() == Verdict::NotEnoughData {
                                t!("best-time-effects-few")
                            } else {
                                t!("best-time-effects-none")
                            };
                            return view! { <p class="muted">{more}</p> }.into_any();
                        }
                        view! {
                            <ol class="slot-list plain">
                                <ScaleRow scale/>
                                {effects[..shown]
                                    .iter()
                                    .map(|effect| {
                                        let (when, kind) = words::factor(effect.name);
                                        let why = format!("{kind} · {}", words::posts(effect.n));
                                        view! { <SlotRow when why interval=interval(effect) scale flat=is_flat(effect)/> }
                                    })
                                    .collect_view()}
                            </ol>
                        }
                            .into_any()
                    })
            }}
            <Show when=move || effects.with(|effects| effects.len() > FIRST)>
                <footer>
                    <button class="button quiet" type="button" on:click=move |_| all.update(|all| *all = !*all)>
                        {move || {
                            if all.get() {
                                t!("best-time-effects-fewer")
                            } else {
                                t!("best-time-show-all", n = effects.with(Vec::len) as i64)
                            }
                        }}
                    </button>
                </footer>
            </Show>
        </Card>
    }
}

fn interval(effect: &FactorEffect) -> Interval {
    Interval { lift: effect.lift, low: effect.low, high: effect.high }
}

/// An interval that holds zero says nothing for certain.
fn is_flat(effect: &FactorEffect) -> bool {
    effect.low < 0.0 && effect.high > 0.0
}

/// Those that are certain first, the strongest of them on top.
fn by_weight(effects: &[FactorEffect]) -> Vec<FactorEffect> {
    let mut effects: Vec<FactorEffect> =
        effects.iter().copied().filter(|effect| effect.name != Factor::MediaTypeUnknown).collect();
    effects.sort_by(|a, b| is_flat(a).cmp(&is_flat(b)).then(b.lift.abs().total_cmp(&a.lift.abs())));
    effects
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect(dow: u8, lift: f64, low: f64, high: f64) -> FactorEffect {
        FactorEffect { name: Factor::Weekday(dow), lift, low, high, n: 9 }
    }

    #[test]
    fn the_certain_and_strong_come_first() {
        let sorted = by_weight(&[
            effect(0, 0.05, 0.01, 0.09),
            effect(1, 0.4, -0.1, 1.1),
            effect(2, -0.2, -0.3, -0.1),
            FactorEffect { name: Factor::MediaTypeUnknown, ..effect(3, 0.9, 0.8, 1.0) },
        ]);
        assert_eq!(sorted.iter().map(|effect| effect.name).collect::<Vec<_>>(), [2, 0, 1].map(Factor::Weekday));
    }
}
