//! Recommended slots, or the widest differences where none is reliable; and a draw for who does not want to choose.

use domain::best_time::{Cell, Slot, Verdict, pick};
use domain::posts::Source;
use leptos::prelude::*;

use super::chosen::Chosen;
use super::slot_list::{Interval, Scale, ScaleRow, SlotRow};
use super::words;
use crate::t;
use crate::ui::clipboard::copy;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number;
use crate::ui::source_mark::{SourceMarks, source_name};
use crate::ui::toast::Toast;

/// Slots shown before all are asked for: the three that the chance is about.
const FIRST: usize = 3;

#[component]
pub fn SlotsCard(chosen: Chosen, toast: Toast) -> impl IntoView {
    let verdict = chosen.verdict();
    let all = RwSignal::new(false);
    let is_flat = move || verdict.get() == Verdict::NoReliableDifference;
    let formula = Signal::derive(move || formula(chosen));
    let title = move || if is_flat() { t!("best-time-widest") } else { t!("best-time-slots") };
    view! {
        <section class="card span-7 mid-full" aria-labelledby="slots">
            <header>
                <div class="heading">
                    <h2 id="slots">
                        <FormulaButton id="slots" label=move || title formula/>
                    </h2>
                    <p>
                        {move || {
                            if is_flat() {
                                t!("best-time-widest-sub")
                            } else {
                                t!("best-time-slots-sub", views = words::views(chosen.objective.get()))
                            }
                        }}
                    </p>
                </div>
                <SourceMarks sources=vec![Source::Estimated]/>
            </header>
            {move || {
                let shows_all = all.get();
                chosen
                    .answer
                    .with(|answer| match answer.verdict {
                        Verdict::Difference => view! { <Slots slots=answer.slots.clone() all=shows_all show_all=all chosen toast/> }.into_any(),
                        Verdict::NoReliableDifference => {
                            view! { <Slots slots=answer.widest.clone() flat=true all=shows_all show_all=all chosen toast/> }.into_any()
                        }
                        Verdict::NotEnoughData => {
                            view! {
                                <div class="empty">
                                    <b>{t!("best-time-no-slots")}</b>
                                    <p>{t!("best-time-no-slots-more")}</p>
                                </div>
                            }
                                .into_any()
                        }
                    })
            }}
            <PickForMe chosen toast/>
        </section>
    }
}

#[component]
fn Slots(
    slots: Vec<Slot>,
    #[prop(optional)] flat: bool,
    all: bool,
    show_all: RwSignal<bool>,
    chosen: Chosen,
    toast: Toast,
) -> impl IntoView {
    if slots.is_empty() {
        return view! {
            <div class="empty">
                <b>{t!("best-time-none-allowed")}</b>
                <p>{t!("best-time-none-allowed-more")}</p>
            </div>
        }
        .into_any();
    }
    let interval = |slot: &Slot| Interval { lift: slot.lift, low: slot.low, high: slot.high };
    let scale = Scale::of(slots.iter().map(interval));
    let more = slots.len() > FIRST && !all;
    let shown = if more { FIRST } else { slots.len() };
    let rows = slots[..shown].iter().enumerate().map(|(place, slot)| {
        let (dow, hour) = (slot.dow, slot.hour);
        let when = words::slot(dow, hour);
        if flat {
            return view! { <SlotRow when why=words::posts(slot.n) interval=interval(slot) scale flat=true/> }
                .into_any();
        }
        let why = t!("best-time-why", posts = words::posts(slot.n), chance = number::percent_whole(slot.p_top3));
        view! {
            <SlotRow when why interval=interval(slot) scale>
                <CopySlot dow hour primary=place == 0 chosen toast/>
            </SlotRow>
        }
        .into_any()
    });
    view! {
        <ol class="slot-list" class:plain=flat>
            <ScaleRow scale/>
            {rows.collect_view()}
        </ol>
        {more
            .then(|| {
                view! {
                    <p class="more">
                        <button class="button quiet" type="button" on:click=move |_| show_all.set(true)>
                            {t!("best-time-show-all", n = slots.len() as i64)}
                        </button>
                    </p>
                }
            })}
    }
    .into_any()
}

/// Puts the next time of an hour of the week into the clipboard.
#[component]
fn CopySlot(dow: u8, hour: u8, #[prop(optional)] primary: bool, chosen: Chosen, toast: Toast) -> impl IntoView {
    let slot = words::slot(dow, hour);
    view! {
        <button
            class="button"
            class:primary=primary
            type="button"
            aria-label=t!("best-time-copy-slot", slot = slot)
            on:click=move |_| {
                let zone = untrack(|| chosen.zone());
                let at = zone.next_hour_of_week(dow, hour, untrack(|| chosen.now()));
                copy_moment(&words::date_and_hour(&zone, at), zone.name(), toast);
            }
        >
            <Icon glyph=Glyph::Copy size="small"/>
            {t!("best-time-copy")}
        </button>
    }
}

/// Copies a moment, and says what can be done with it while posts cannot be scheduled here.
pub fn copy_moment(moment: &str, zone: &str, toast: Toast) {
    let moment = moment.to_owned();
    copy(&format!("{moment} ({zone})"), move |copied| {
        toast.say(if copied {
            t!("best-time-copied", moment = moment)
        } else {
            t!("best-time-not-copied", moment = moment)
        });
    });
}

/// A draw that favours good hours and now and then tries an uncertain one.
#[component]
fn PickForMe(chosen: Chosen, toast: Toast) -> impl IntoView {
    // a pick is of the answer it was drawn from
    let drawn = RwSignal::new(None::<Cell>);
    Effect::watch(move || chosen.answer.track(), move |(), _, _| drawn.set(None), false);
    let draw = move |_| {
        let cell = chosen
            .answer
            .with_untracked(|answer| chosen.settings.with_untracked(|settings| pick(answer, settings, random_seed())));
        drawn.set(cell);
    };
    let possible = Memo::new(move |_| chosen.answer.with(|answer| answer.cells.iter().any(|cell| cell.n > 0)));
    view! {
        <Show when=move || possible.get()>
            <footer class="pick">
                <button class="button" type="button" on:click=draw>
                    {t!("best-time-pick")}
                </button>
                <p role="status">
                    {move || match drawn.get() {
                        None => t!("best-time-pick-more"),
                        Some(cell) => {
                            t!(
                                "best-time-picked",
                                slot = words::slot(cell.dow, cell.hour),
                                lift = number::signed_percent_whole(cell.lift),
                                range = words::range(cell.low, cell.high)
                            )
                        }
                    }}
                </p>
                {move || drawn.get().map(|cell| view! { <CopySlot dow=cell.dow hour=cell.hour chosen toast/> })}
            </footer>
        </Show>
    }
}

/// Another one each time: a draw is chance.
fn random_seed() -> u64 {
    #[cfg(feature = "hydrate")]
    {
        (js_sys::Math::random() * 9e15) as u64
    }
    #[cfg(not(feature = "hydrate"))]
    0
}

fn formula(chosen: Chosen) -> Formula {
    let views = words::views(chosen.objective.get());
    chosen.answer.with(|answer| Formula {
        title: match answer.verdict {
            Verdict::NoReliableDifference => t!("best-time-widest"),
            Verdict::Difference | Verdict::NotEnoughData => t!("best-time-slots"),
        },
        meaning: t!("best-time-slots-meaning", views = views),
        formula: t!("best-time-slots-formula"),
        inputs: vec![
            (t!("best-time-posts-used"), number::full(i64::from(answer.n_posts))),
            (t!("best-time-weeks"), number::full(i64::from(answer.weeks))),
            (t!("best-time-p-value"), answer.p_value.map_or_else(|| number::UNKNOWN.to_owned(), number::percent)),
            (t!("best-time-spread"), number::percent_or_dash(answer.spread)),
        ],
        rule: format!("{} {}.", t!("best-time-slots-rule"), source_name(Source::Estimated)),
    })
}
