//! Keys with which programs read the public API: making one, what there is, ending one.

use domain::api_keys::{ApiKey, Scope};
use domain::channels::Channel;
use domain::zone::Zone;
use leptos::prelude::*;

use super::Outcome;
use super::api::{self, CreateApiKey, RevokeApiKey};
use super::shown_once::ShownOnce;
use crate::shell::side_bar::Avatar;
use crate::t;
use crate::ui::card::{Card, SkeletonCard};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::loaded::loaded;
use crate::ui::time;

/// Lives that a key may have, days; longer ones are made in the shell.
const ENDS_IN_DAYS: [u32; 3] = [30, 90, 365];
const ENDS_IN_DAYS_USUAL: u32 = 90;
/// As `services` checks it.
const NAME_CHARS_MAX: &str = "64";

#[component]
pub fn ApiKeysSection() -> impl IntoView {
    let create = ServerAction::<CreateApiKey>::new();
    let revoke = ServerAction::<RevokeApiKey>::new();
    let settings = Resource::new(move || (create.version().get(), revoke.version().get()), |_| api::list_api_keys());
    loaded(
        settings,
        || view! { <div class="grid"><SkeletonCard class="span-8" rows=3/></div> }.into_any(),
        move |settings| {
            let channels = Memo::new(move |_| settings.with(|settings| settings.channels.clone()));
            view! {
                <div class="grid">
                    <Card class="span-8 flush" id="settings-keys-list" title=|| t!("settings-keys") sub=|| t!("settings-keys-sub")>
                        <Outcome value=revoke.value() done=t!("settings-key-revoked")/>
                        <ul class="settings-list">
                            {move || {
                                let settings = settings.get();
                                settings
                                    .keys
                                    .into_iter()
                                    .map(|key| {
                                        let channels = channels_of(&key, &settings.channels);
                                        view! { <KeyRow key channels now=settings.now revoke/> }
                                    })
                                    .collect_view()
                            }}
                        </ul>
                        <Show when=move || settings.with(|settings| settings.keys.is_empty())>
                            <p class="empty-line">{t!("settings-keys-none")}</p>
                        </Show>
                    </Card>
                    <Card class="span-4" id="settings-key-new" title=|| t!("settings-key-new") sub=|| t!("settings-key-new-sub")>
                        <NewKeyForm create channels/>
                        {move || {
                            create
                                .value()
                                .get()
                                .map(|answer| match answer {
                                    Err(_) => view! { <Outcome value=create.value() done=String::new()/> }.into_any(),
                                    Ok(secret) => {
                                        view! { <ShownOnce title=t!("settings-key-shown") text=secret/> }.into_any()
                                    }
                                })
                        }}
                        <p class="muted docs-link">
                            // not a page of the app
                            <a href="/api/v2/docs" rel="external">
                                {t!("settings-keys-docs")}
                            </a>
                        </p>
                    </Card>
                </div>
            }
        },
    )
}

/// Names of the channels a key sees, or that it sees all.
fn channels_of(key: &ApiKey, channels: &[Channel]) -> String {
    let Some(ids) = &key.channels else { return t!("settings-key-every-channel") };
    let titles = channels.iter().filter(|channel| ids.contains(&channel.id)).map(|channel| channel.title.as_str());
    let titles: Vec<&str> = titles.collect();
    if titles.is_empty() { t!("settings-key-no-channel") } else { titles.join(", ") }
}

#[component]
fn NewKeyForm(create: ServerAction<CreateApiKey>, channels: Memo<Vec<Channel>>) -> impl IntoView {
    let every_channel = RwSignal::new(true);
    view! {
        <ActionForm action=create attr:class="form">
            <label class="field">
                <span>{t!("settings-key-name")}</span>
                <input class="input" name="name" required maxlength=NAME_CHARS_MAX placeholder="Grafana" autocomplete="off"/>
            </label>
            <label class="field">
                <span>{t!("settings-key-scope")}</span>
                <select class="input" name="scope">
                    {Scope::ALL
                        .map(|scope| view! { <option value=scope.as_str()>{scope_name(scope)}</option> })
                        .collect_view()}
                </select>
            </label>
            <fieldset class="checks">
                <legend>{t!("settings-channels")}</legend>
                <label>
                    <input
                        type="checkbox"
                        name="every_channel"
                        value="true"
                        checked
                        on:change:target=move |event| every_channel.set(event.target().checked())
                    />
                    {t!("settings-key-every-channel")}
                </label>
                <Show when=move || !every_channel.get()>
                    {move || {
                        channels
                            .get()
                            .into_iter()
                            .map(|channel| {
                                view! {
                                    <label>
                                        <input type="checkbox" name="channels[]" value=channel.slug()/>
                                        {channel.title}
                                    </label>
                                }
                            })
                            .collect_view()
                    }}
                </Show>
            </fieldset>
            <label class="field">
                <span>{t!("settings-key-ends")}</span>
                <select class="input" name="ends_in_days">
                    {ENDS_IN_DAYS
                        .map(|days| {
                            view! {
                                <option value=days selected=days == ENDS_IN_DAYS_USUAL>
                                    {t!("settings-key-ends-in", n = i64::from(days))}
                                </option>
                            }
                        })
                        .collect_view()}
                    <option value="">{t!("settings-key-ends-never")}</option>
                </select>
            </label>
            <button class="button primary" type="submit" disabled=move || create.pending().get()>
                {t!("settings-key-make")}
            </button>
        </ActionForm>
    }
}

fn scope_name(scope: Scope) -> String {
    match scope {
        Scope::ReadAnalytics => t!("settings-key-scope-read"),
    }
}

#[component]
fn KeyRow(key: ApiKey, channels: String, now: i64, revoke: ServerAction<RevokeApiKey>) -> impl IntoView {
    let id = key.id;
    let dialog = format!("revoke-{id}");
    let day = |at: i64| time::day_year(Zone::utc().day(at));
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let what = format!("abk_…{} · {} · {channels}", key.ending, scopes.join(", "));
    let used = match key.used_at {
        Some(at) => t!("settings-key-used", time = format!("{} UTC", time::moment(&Zone::utc(), at))),
        None => t!("settings-key-unused"),
    };
    let ends = match key.expires_at {
        Some(at) => t!("settings-key-until", day = day(at)),
        None => t!("settings-key-ends-never"),
    };
    let state = if key.revoked_at.is_some() {
        Some(t!("settings-key-is-revoked"))
    } else {
        (!key.is_usable(now)).then(|| t!("settings-key-is-expired"))
    };
    view! {
        <li>
            <Avatar title=key.name.clone()/>
            <div class="what">
                <b>{key.name.clone()}</b>
                {state.map(|state| view! { <span class="badge">{state}</span> })}
                <small>{what}</small>
                <small>
                    {[t!("settings-key-made", day = day(key.created_at)), used, ends].join(" · ")}
                </small>
            </div>
            <div class="do">
                {key
                    .is_usable(now)
                    .then(|| {
                        view! {
                            <button
                                class="icon-button"
                                type="button"
                                popovertarget=dialog.clone()
                                aria-label=t!("settings-key-revoke-name", name = key.name.clone())
                                title=t!("settings-key-revoke")
                            >
                                <Icon glyph=Glyph::Trash/>
                            </button>
                        }
                    })}
            </div>
            <div class="popover sheet" id=dialog popover="auto" role="dialog" aria-label=t!("settings-key-revoke")>
                <h2>{t!("settings-key-revoke-name", name = key.name)}</h2>
                <p class="muted">{t!("settings-key-revoke-more")}</p>
                <button
                    class="button danger-fill"
                    type="button"
                    on:click=move |_| {
                        revoke.dispatch(RevokeApiKey { id });
                    }
                >
                    {t!("settings-key-revoke")}
                </button>
            </div>
        </li>
    }
}
