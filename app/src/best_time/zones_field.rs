//! Clocks of a split audience with their weights. The rules of the usual zones came with the screen; those of any
//! other are fetched when it is chosen.

use domain::best_time::{AudienceZone, Settings};
use domain::zone::Zone;
use leptos::prelude::*;

use super::api;
use super::chosen::Chosen;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number;
use crate::ui::outcome::Outcome;

/// As many as the server keeps.
const ZONES_MAX: usize = 8;
const WEIGHT: f64 = 1.0;
/// Opens the field for any other zone.
const OTHER: &str = "other";

#[component]
pub fn ZonesField(chosen: Chosen) -> impl IntoView {
    let names = Memo::new(move |_| {
        chosen
            .settings
            .with(|settings| settings.audience.iter().map(|part| part.zone.name().to_owned()).collect::<Vec<_>>())
    });
    let near = Memo::new(move |_| {
        chosen.screen.with(|screen| screen.near_zones.iter().map(|zone| zone.name().to_owned()).collect::<Vec<_>>())
    });
    let searching = RwSignal::new(false);
    let fetch = Action::new(move |name: &String| api::zone_rules(untrack(|| chosen.slug()), name.clone()));
    Effect::new(move |_| {
        if let Some(Ok(zone)) = fetch.value().get() {
            chosen.play(|settings| add(settings, zone));
            searching.set(false);
        }
    });
    let choose = move |name: String| {
        if name == OTHER {
            searching.set(true);
            return;
        }
        let zone =
            chosen.screen.with_untracked(|screen| screen.near_zones.iter().find(|zone| zone.name() == name).cloned());
        if let Some(zone) = zone {
            chosen.play(|settings| add(settings, zone));
        }
    };
    view! {
        <fieldset class="field zones">
            <legend>{t!("best-time-zones")}</legend>
            <For each=move || names.get() key=Clone::clone let:name>
                <ZoneRow name chosen/>
            </For>
            <p class="help">
                {move || {
                    if names.with(Vec::is_empty) {
                        t!("best-time-zones-one", zone = chosen.zone().name().to_owned())
                    } else {
                        t!("best-time-zones-help")
                    }
                }}
            </p>
            <Show when=move || names.with(|names| names.len() < ZONES_MAX)>
                <select
                    class="input"
                    name="zone"
                    aria-label=t!("best-time-zone-add")
                    on:change:target=move |event| {
                        choose(event.target().value());
                        event.target().set_value("");
                    }
                >
                    <option value="">{t!("best-time-zone-add")}</option>
                    {move || {
                        near.get()
                            .into_iter()
                            .filter(|name| names.with(|names| !names.contains(name)))
                            .map(|name| view! { <option value=name.clone()>{name.clone()}</option> })
                            .collect_view()
                    }}
                    <option value=OTHER>{t!("best-time-zone-other")}</option>
                </select>
            </Show>
            <Show when=move || searching.get()>
                <input
                    class="input"
                    list="all-zones"
                    aria-label=t!("best-time-zone-name")
                    placeholder=t!("best-time-zone-name")
                    on:change:target=move |event| {
                        fetch.dispatch(event.target().value());
                    }
                />
                <datalist id="all-zones">
                    {chosen
                        .screen
                        .with_untracked(|screen| {
                            screen.zones.iter().map(|name| view! { <option value=name.clone()></option> }).collect_view()
                        })}
                </datalist>
            </Show>
            <Outcome value=Signal::derive(move || fetch.value().get().filter(Result::is_err)) done=String::new()/>
        </fieldset>
    }
}

#[component]
fn ZoneRow(name: String, chosen: Chosen) -> impl IntoView {
    let name = StoredValue::new(name);
    let weight = Memo::new(move |_| {
        chosen.settings.with(|settings| {
            name.with_value(|name| {
                settings.audience.iter().find(|part| part.zone.name() == name).map(|part| part.weight)
            })
        })
    });
    let share = move || {
        let all: f64 = chosen.settings.with(|settings| settings.audience.iter().map(|part| part.weight).sum());
        weight.get().map_or_else(String::new, |weight| number::percent_whole(weight / all))
    };
    view! {
        <div class="zone">
            <span class="clip">{name.get_value()}</span>
            <input
                class="input"
                type="number"
                min="0.1"
                step="any"
                inputmode="decimal"
                aria-label=t!("best-time-zone-weight", zone = name.get_value())
                prop:value=move || weight.get().unwrap_or(WEIGHT).to_string()
                on:input:target=move |event| {
                    if let Some(weight) = event.target().value().parse().ok().filter(|weight: &f64| weight.is_finite() && *weight > 0.0) {
                        chosen.play(|settings| name.with_value(|name| set_weight(settings, name, weight)));
                    }
                }
            />
            <span class="share">{share}</span>
            <button
                class="icon-button"
                type="button"
                aria-label=t!("best-time-zone-remove", zone = name.get_value())
                on:click=move |_| {
                    let name = name.get_value();
                    chosen.play(|settings| remove(settings, &name));
                }
            >
                <Icon glyph=Glyph::Close size="small"/>
            </button>
        </div>
    }
}

/// Whoever names a second clock still has readers on the channel's own.
fn add(settings: &mut Settings, zone: Zone) {
    let mut put = |zone: Zone| {
        if settings.audience.iter().all(|part| part.zone != zone) {
            settings.audience.push(AudienceZone { zone, weight: WEIGHT });
        }
    };
    let own = settings.zone.clone();
    put(own);
    put(zone);
}

/// One clock is everybody's: no split is left where that is the channel's.
fn remove(settings: &mut Settings, name: &str) {
    settings.audience.retain(|part| part.zone.name() != name);
    if settings.audience.iter().all(|part| part.zone == settings.zone) {
        settings.audience.clear();
    }
}

fn set_weight(settings: &mut Settings, name: &str, weight: f64) {
    for part in settings.audience.iter_mut().filter(|part| part.zone.name() == name) {
        part.weight = weight;
    }
}

#[cfg(test)]
mod tests {
    use domain::best_time::Objective;

    use super::*;

    fn names(settings: &Settings) -> Vec<&str> {
        settings.audience.iter().map(|part| part.zone.name()).collect()
    }

    #[test]
    fn a_second_clock_stands_beside_the_channels() {
        let moscow = Zone::find("Europe/Moscow").expect("a zone");
        let mut settings = Settings::new(Objective::At24h, Zone::utc());
        add(&mut settings, moscow.clone());
        add(&mut settings, moscow);
        assert_eq!(names(&settings), ["UTC", "Europe/Moscow"]);
        set_weight(&mut settings, "Europe/Moscow", 3.0);
        assert!((settings.audience[1].weight - 3.0).abs() < f64::EPSILON);
        remove(&mut settings, "Europe/Moscow");
        assert!(settings.audience.is_empty(), "the channel's own clock alone is no split");
    }

    #[test]
    fn readers_may_all_live_elsewhere() {
        let mut settings = Settings::new(Objective::At24h, Zone::utc());
        add(&mut settings, Zone::find("Europe/Moscow").expect("a zone"));
        remove(&mut settings, "UTC");
        assert_eq!(names(&settings), ["Europe/Moscow"]);
    }
}
