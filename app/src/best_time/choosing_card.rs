//! How the owner wants to choose: every change is answered at once, saving is another matter.

use domain::best_time::{QuietHours, Settings};
use leptos::prelude::*;

use super::api;
use super::chosen::Chosen;
use super::zones_field::ZonesField;
use crate::error::ApiError;
use crate::t;
use crate::ui::card::Card;
use crate::ui::outcome::Outcome;
use crate::ui::time;

const HOURS: u8 = 24;
/// Choices of the least distance of two slots, hours.
const SPACINGS_H: [u8; 7] = [0, 1, 2, 3, 6, 12, 24];
/// Choices of the age at which a post counts half, days.
const HALF_LIVES_DAYS: [u32; 5] = [30, 60, 90, 180, 365];

#[component]
pub fn ChoosingCard(chosen: Chosen) -> impl IntoView {
    let may_edit = Memo::new(move |_| chosen.screen.with(|screen| screen.may_edit));
    let save = Action::new(move |settings: &Settings| {
        let (slug, settings) = (untrack(|| chosen.slug()), settings.clone());
        async move {
            api::save_settings(slug, settings.clone()).await?;
            Ok::<_, ApiError>(settings)
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(settings)) = save.value().get() {
            chosen.saved(settings);
        }
    });
    view! {
        <Card class="span-4 mid-full" id="choosing" title=|| t!("best-time-choosing") sub=|| t!("best-time-choosing-sub")>
            <div class="form">
                <QuietField chosen/>
                <NeverField chosen/>
                <div class="range-fields">
                    <SpacingField chosen/>
                    <HalfLifeField chosen/>
                </div>
                <ZonesField chosen/>
            </div>
            <footer class="save">
                {move || {
                    if may_edit.get() {
                        view! {
                            <button
                                class="button primary"
                                type="button"
                                disabled=move || save.pending().get() || !chosen.is_changed()
                                on:click=move |_| {
                                    save.dispatch(chosen.settings.get_untracked());
                                }
                            >
                                {t!("best-time-save")}
                            </button>
                        }
                            .into_any()
                    } else {
                        view! { <p class="muted">{t!("best-time-may-not-save")}</p> }.into_any()
                    }
                }}
                <Show when=move || chosen.is_played()>
                    <button class="button quiet" type="button" on:click=move |_| chosen.reset()>
                        {t!("best-time-reset")}
                    </button>
                </Show>
                <Outcome value=save.value() done=t!("settings-saved")/>
            </footer>
        </Card>
    }
}

/// Two hours; the same twice means none.
#[component]
fn QuietField(chosen: Chosen) -> impl IntoView {
    let quiet = Memo::new(move |_| chosen.settings.with(|settings| settings.quiet_hours));
    let set = move |from: Option<u8>, to: Option<u8>| {
        let now = quiet.get_untracked().unwrap_or(QuietHours { from: 0, to: 0 });
        let next = QuietHours { from: from.unwrap_or(now.from), to: to.unwrap_or(now.to) };
        chosen.play(|settings| settings.quiet_hours = Some(next).filter(|quiet| quiet.from != quiet.to));
    };
    view! {
        <fieldset class="field">
            <legend>{t!("best-time-quiet")}</legend>
            <div class="range-fields">
                <HourSelect
                    label=t!("best-time-quiet-from")
                    name="quiet-from"
                    value=Signal::derive(move || quiet.get().map_or(0, |quiet| quiet.from))
                    choose=Callback::new(move |hour| set(Some(hour), None))
                />
                <HourSelect
                    label=t!("best-time-quiet-to")
                    name="quiet-to"
                    value=Signal::derive(move || quiet.get().map_or(0, |quiet| quiet.to))
                    choose=Callback::new(move |hour| set(None, Some(hour)))
                />
            </div>
            <p class="help">
                {move || if quiet.get().is_some() { t!("best-time-quiet-help") } else { t!("best-time-quiet-none") }}
            </p>
        </fieldset>
    }
}

#[component]
fn HourSelect(label: String, name: &'static str, value: Signal<u8>, choose: Callback<u8>) -> impl IntoView {
    view! {
        <label class="field">
            <span class="visually-hidden">{label}</span>
            <select
                class="input"
                name=name
                on:change:target=move |event| {
                    if let Ok(hour) = event.target().value().parse() {
                        choose.run(hour);
                    }
                }
            >
                {(0..HOURS)
                    .map(|hour| {
                        view! {
                            <option value=hour.to_string() selected=move || value.get() == hour>
                                {format!("{hour:02}:00")}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </label>
    }
}

#[component]
fn NeverField(chosen: Chosen) -> impl IntoView {
    let never = Memo::new(move |_| chosen.settings.with(|settings| settings.never_on.clone()));
    // one day must be left
    let full = move || never.with(|never| never.len() == 6);
    view! {
        <fieldset class="field">
            <legend>{t!("best-time-never")}</legend>
            <div class="weekdays row">
                {(0..7_u8)
                    .map(|dow| {
                        let is_never = move || never.with(|never| never.contains(&dow));
                        view! {
                            <button
                                class="chip"
                                type="button"
                                aria-pressed=move || is_never().to_string()
                                disabled=move || full() && !is_never()
                                on:click=move |_| chosen.play(|settings| toggle(&mut settings.never_on, dow))
                            >
                                {time::weekday_short(usize::from(dow))}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </fieldset>
    }
}

fn toggle(days: &mut Vec<u8>, dow: u8) {
    if let Some(place) = days.iter().position(|day| *day == dow) {
        days.remove(place);
    } else {
        days.push(dow);
        days.sort_unstable();
    }
}

#[component]
fn SpacingField(chosen: Chosen) -> impl IntoView {
    let spacing = Memo::new(move |_| chosen.settings.with(|settings| settings.min_spacing_h));
    let choices = move || with_own(&SPACINGS_H, spacing.get());
    view! {
        <label class="field">
            <span>{t!("best-time-spacing")}</span>
            <select
                class="input"
                name="spacing"
                on:change:target=move |event| {
                    if let Ok(hours) = event.target().value().parse() {
                        chosen.play(|settings| settings.min_spacing_h = hours);
                    }
                }
            >
                {move || {
                    choices()
                        .into_iter()
                        .map(|hours| {
                            let name = if hours == 0 { t!("best-time-spacing-none") } else { time::age(u32::from(hours)) };
                            view! { <option value=hours.to_string() selected=hours == spacing.get()>{name}</option> }
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
}

#[component]
fn HalfLifeField(chosen: Chosen) -> impl IntoView {
    let half_life = Memo::new(move |_| chosen.settings.with(|settings| settings.half_life_days));
    let choices =
        move || half_life.get().map_or_else(|| HALF_LIVES_DAYS.to_vec(), |own| with_own(&HALF_LIVES_DAYS, own));
    view! {
        <label class="field">
            <span>{t!("best-time-half-life")}</span>
            <select
                class="input"
                name="half-life"
                on:change:target=move |event| {
                    let days = event.target().value().parse().ok();
                    chosen.play(|settings| settings.half_life_days = days);
                }
            >
                {move || {
                    let now = half_life.get();
                    view! {
                        <option value="" selected=now.is_none()>
                            {t!("best-time-half-life-none")}
                        </option>
                        {choices()
                            .into_iter()
                            .map(|days| {
                                view! {
                                    <option value=days.to_string() selected=now == Some(days)>
                                        {t!("best-time-days", n = i64::from(days))}
                                    </option>
                                }
                            })
                            .collect_view()}
                    }
                }}
            </select>
        </label>
    }
}

/// The usual choices and the one that is set, which may be none of them.
fn with_own<T: Copy + Ord>(choices: &[T], own: T) -> Vec<T> {
    let mut choices = choices.to_vec();
    if let Err(place) = choices.binary_search(&own) {
        choices.insert(place, own);
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_ones_own_has_its_place_among_the_choices() {
        assert_eq!(with_own(&[1, 3, 6], 3), [1, 3, 6]);
        assert_eq!(with_own(&[1, 3, 6], 4), [1, 3, 4, 6]);
        assert_eq!(with_own(&[1, 3, 6], 9), [1, 3, 6, 9]);
    }

    #[test]
    fn days_are_put_in_and_taken_out_in_order() {
        let mut days = vec![1, 5];
        toggle(&mut days, 3);
        assert_eq!(days, [1, 3, 5]);
        toggle(&mut days, 1);
        assert_eq!(days, [3, 5]);
    }
}
