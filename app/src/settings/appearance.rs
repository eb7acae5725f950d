//! Language and theme of this browser, and who is signed in with it.

use leptos::prelude::*;

use super::Outcome;
use super::api::SetLanguage;
use crate::i18n::{Language, language};
use crate::session::api::SignOut;
use crate::shell::frame::Session;
use crate::shell::theme::{Theme, choose};
use crate::t;
use crate::ui::card::Card;
use crate::ui::segmented::Segmented;

fn theme_name(theme: Theme) -> String {
    crate::i18n::text_with(&format!("theme-{}", theme.name()), &[])
}

#[component]
pub fn AppearanceSection() -> impl IntoView {
    let theme = RwSignal::new(current_theme());
    let set_language = ServerAction::<SetLanguage>::new();
    // the document is in one language: a switch loads it anew, at the same address
    Effect::new(move || {
        if set_language.value().get().is_some() {
            reload();
        }
    });
    view! {
        <div class="grid">
            <Card class="span-6" id="settings-language" title=|| t!("settings-language")>
                <div class="segmented fill" role="group" aria-label=t!("settings-language")>
                    {Language::ALL
                        .map(|choice| {
                            view! {
                                <button
                                    type="button"
                                    lang=choice.code()
                                    aria-pressed=(choice == language()).to_string()
                                    on:click=move |_| {
                                        keep_language(choice);
                                        set_language
                                            .dispatch(SetLanguage {
                                                language: Some(choice.code().to_owned()),
                                            });
                                    }
                                >
                                    {choice.name()}
                                </button>
                            }
                        })
                        .collect_view()}
                </div>
            </Card>
            <Card class="span-6" id="settings-theme" title=|| t!("settings-theme")>
                <Segmented
                    class="fill"
                    label=t!("settings-theme")
                    choices=Theme::ALL.map(|choice| (choice, theme_name(choice))).to_vec()
                    value=theme
                    choose=move |choice| {
                        choose(choice);
                        theme.set(choice);
                    }
                />
            </Card>
            <SignOutCard/>
        </div>
    }
}

/// Not for who is signed in by `--demo`; hidden inside Telegram, where a session ends with its page.
#[component]
fn SignOutCard() -> impl IntoView {
    let session = expect_context::<Session>();
    let sign_out = ServerAction::<SignOut>::new();
    // nothing that was read stays in the page's memory
    Effect::new(move || {
        if matches!(sign_out.value().get(), Some(Ok(()))) {
            leave();
        }
    });
    view! {
        <Transition>
            {move || {
                let info = session.info().filter(|info| !info.demo)?;
                Some(
                    view! {
                        <Card class="span-6" id="settings-session" title=|| t!("settings-session")>
                            <p>{t!("settings-session-of", name = info.person)}</p>
                            <ActionForm action=sign_out>
                                <button class="button" type="submit" disabled=move || sign_out.pending().get()>
                                    {t!("settings-sign-out")}
                                </button>
                            </ActionForm>
                            <Outcome value=sign_out.value() done=String::new()/>
                        </Card>
                    },
                )
            }}
        </Transition>
    }
}

fn leave() {
    #[cfg(feature = "hydrate")]
    if let Some(window) = web_sys::window() {
        let _ = window.location().assign("/");
    }
}

fn current_theme() -> Theme {
    #[cfg(feature = "ssr")]
    {
        crate::ssr::request_theme()
    }
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    {
        web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.document_element())
            .and_then(|root| root.get_attribute("data-theme"))
            .and_then(|name| Theme::parse(&name))
            .unwrap_or_default()
    }
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    Theme::default()
}

fn keep_language(language: Language) {
    #[cfg(feature = "hydrate")]
    {
        crate::shell::theme::keep_cookie(crate::i18n::LANGUAGE_COOKIE, language.code());
        // `launch.js` reads it inside Telegram, where there is no cookie; a browser without storage forgets the choice
        let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        let _ = storage.map(|storage| storage.set_item(crate::i18n::LANGUAGE_COOKIE, language.code()));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = language;
}

fn reload() {
    #[cfg(feature = "hydrate")]
    if let Some(window) = web_sys::window() {
        // inside Telegram the address names a language
        let location = window.location();
        let names_one = location.search().is_ok_and(|search| search.contains("language="));
        let _ = if names_one { location.set_search("") } else { location.reload() };
    }
}
