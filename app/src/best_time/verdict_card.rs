//! What the hour is worth here, in plain words.

use domain::best_time::{BestTimes, DAYS_MIN, Objective, POSTS_NEEDED, Verdict};
use domain::screens::Evidence;
use leptos::prelude::*;
use leptos_router::components::A;

use super::chosen::Chosen;
use super::words;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number::{self, signed_percent_whole as change};

#[component]
pub fn VerdictCard(chosen: Chosen) -> impl IntoView {
    view! {
        <section class="card verdict span-5 mid-full" aria-labelledby="verdict" aria-live="polite">
            {move || {
                let objective = chosen.objective.get();
                chosen
                    .answer
                    .with(|answer| {
                        let (class, glyph, word) = word(answer.verdict);
                        view! {
                            <p class=format!("word {class}")>
                                <Icon glyph size="small"/>
                                {word}
                            </p>
                            <h2 id="verdict">{title(answer)}</h2>
                            <p>{more(answer, objective)}</p>
                            <dl class="facts">
                                {facts(answer, chosen.evidence().as_ref())
                                    .into_iter()
                                    .map(|(name, value)| {
                                        view! {
                                            <div>
                                                <dt>{name}</dt>
                                                <dd>{value}</dd>
                                            </div>
                                        }
                                    })
                                    .collect_view()}
                            </dl>
                            {(answer.verdict == Verdict::NotEnoughData)
                                .then(|| {
                                    view! {
                                        <p class="actions-row">
                                            <A href="/settings/data" attr:class="button primary">
                                                {t!("best-time-import")}
                                            </A>
                                        </p>
                                    }
                                })}
                        }
                    })
            }}
        </section>
    }
}

fn word(verdict: Verdict) -> (&'static str, Glyph, String) {
    match verdict {
        Verdict::Difference => ("good", Glyph::Check, t!("best-time-difference")),
        Verdict::NoReliableDifference => ("flat", Glyph::Flat, t!("best-time-no-difference")),
        Verdict::NotEnoughData => ("flat", Glyph::Clock, t!("best-time-not-enough")),
    }
}

fn title(answer: &BestTimes) -> String {
    match (answer.verdict, answer.slots.first()) {
        (Verdict::Difference, Some(best)) => t!(words::part_of_day(best.hour)),
        (Verdict::Difference, None) => t!("best-time-found-none-allowed"),
        (Verdict::NoReliableDifference, _) => t!("best-time-flat-title"),
        (Verdict::NotEnoughData, _) => t!("best-time-few-title", posts = words::posts(answer.missing.unwrap_or(1))),
    }
}

fn more(answer: &BestTimes, objective: Objective) -> String {
    let views = words::views(objective);
    match (answer.verdict, answer.slots.first()) {
        (Verdict::Difference, Some(best)) => t!(
            "best-time-found-more",
            slot = words::slot(best.dow, best.hour),
            lift = change(best.lift),
            range = words::range(best.low, best.high),
            views = views
        ),
        (Verdict::Difference, None) => t!("best-time-found-none-allowed-more"),
        (Verdict::NoReliableDifference, _) => {
            t!("best-time-flat-more", posts = words::posts(answer.n_posts), views = views)
        }
        (Verdict::NotEnoughData, _) => {
            let (n, days) = (i64::from(POSTS_NEEDED), i64::from(DAYS_MIN));
            match objective {
                Objective::Total => t!("best-time-few-more-total", n = n, days = days),
                Objective::First3h | Objective::At24h => t!("best-time-few-more", n = n, days = days, views = views),
            }
        }
    }
}

fn facts(answer: &BestTimes, evidence: Option<&Evidence>) -> Vec<(String, String)> {
    let full = |n: u32| number::full(i64::from(n));
    let mut facts =
        vec![(t!("best-time-posts-used"), full(answer.n_posts)), (t!("best-time-weeks"), full(answer.weeks))];
    facts.push(match answer.verdict {
        Verdict::Difference => (
            t!("best-time-shuffled"),
            evidence.map(|evidence| evidence.permuted).filter(|permuted| permuted.runs > 0).map_or_else(
                || t!("best-time-not-tested"),
                |permuted| t!("best-time-of", n = full(permuted.claims), of = full(permuted.runs)),
            ),
        ),
        Verdict::NoReliableDifference => {
            (t!("best-time-compared"), full(answer.cells.iter().filter(|cell| cell.n > 0).count() as u32))
        }
        Verdict::NotEnoughData => (t!("best-time-missing"), full(answer.missing.unwrap_or_default())),
    });
    facts
}
