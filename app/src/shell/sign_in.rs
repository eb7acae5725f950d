//! When nobody is signed in: a card with the ways in, for browsers; inside Telegram the pages' skeletons while init data
//! is exchanged for a token, and what to do when it is refused.
//!
//! The document of a stranger holds both, and the stylesheet shows the one that fits its host, so it can be taken over as
//! it is.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::frame::Session;
use crate::error::ApiError;
use crate::session::REFUSED_PARAM;
use crate::session::sign_in::Refusal;
use crate::t;
use crate::ui::icon::{Glyph, Icon};

/// Counts up with every token: what was refused without one is asked for again.
#[derive(Clone, Copy)]
pub struct SignedIn(pub RwSignal<u32>);

#[component]
pub fn SignIn(session: Session, refusal: RwSignal<Option<Refusal>>) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    inside_telegram::keep_signed_in(session, refusal);
    view! {
        <Transition>
            {move || matches!(session.0.get(), Some(Err(ApiError::SignIn))).then(|| view! { <WaysIn/> })}
        </Transition>
        {move || refusal.get().map(|why| view! { <Refused why session refusal/> })}
    }
}

/// Title and what to do.
fn words(refusal: Refusal) -> (String, String) {
    match refusal {
        Refusal::Expired => (t!("sign-in-expired"), t!("sign-in-expired-more")),
        Refusal::BadSignature => (t!("sign-in-bad"), t!("sign-in-bad-more")),
        Refusal::Off => (t!("sign-in-off"), t!("sign-in-off-more")),
        Refusal::Unreachable => (t!("problem-offline"), t!("problem-offline-more")),
    }
}

#[component]
fn Refused(why: Refusal, session: Session, refusal: RwSignal<Option<Refusal>>) -> impl IntoView {
    let (title, more) = words(why);
    let again = move |_| {
        refusal.set(None);
        session.0.refetch();
    };
    view! {
        <div class="notice bad sign-in-refused" role="alert">
            <Icon glyph=Glyph::Stop/>
            <b>{title}</b>
            <p>{more}</p>
            {(why == Refusal::Unreachable)
                .then(|| {
                    view! {
                        <p class="ways">
                            <button class="button" type="button" on:click=again>
                                {t!("retry")}
                            </button>
                        </p>
                    }
                })}
        </div>
    }
}

/// For a browser that nobody is signed in with.
#[component]
fn WaysIn() -> impl IntoView {
    let query = use_query_map();
    let refused = query.with_untracked(|query| query.get(REFUSED_PARAM)).and_then(|code| Refusal::of_code(&code));
    let bot = bot_username();
    let name = bot.clone().filter(|name| !name.is_empty());
    let more = match (&bot, &name) {
        (None, _) => t!("sign-in-off-more"),
        (Some(_), None) => t!("sign-in-bot-only"),
        (Some(_), Some(_)) => t!("sign-in-more"),
    };
    view! {
        <section class="sign-in empty" aria-labelledby="sign-in">
            <h2 id="sign-in">{t!("sign-in")}</h2>
            {refused
                .map(|why| {
                    let (title, _) = words(why);
                    view! { <p class="bad" role="alert">{format!("{title}. {}", t!("sign-in-again"))}</p> }
                })}
            <p>{more}</p>
            {name
                .map(|name| {
                    view! {
                        <Widget bot=name.clone()/>
                        <p class="ways">
                            <a class="button" href=format!("https://t.me/{name}")>
                                {t!("sign-in-open")}
                            </a>
                        </p>
                    }
                })}
        </section>
    }
}

/// Telegram's button for web pages, which its own script draws.
#[component]
fn Widget(bot: String) -> impl IntoView {
    let place = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        if let Some(place) = place.get() {
            login_widget::draw(&place, &bot);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = bot;
    view! { <div class="login-widget" node_ref=place></div> }
}

/// The bot's username, empty where it is not known; `None` where there is no bot.
fn bot_username() -> Option<String> {
    #[cfg(feature = "ssr")]
    {
        crate::ssr::bot_username()
    }
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    {
        document().document_element()?.get_attribute("data-bot")
    }
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    None
}

#[cfg(feature = "hydrate")]
mod inside_telegram {
    use std::time::Duration;

    use domain::identity::SESSION_S;
    use domain::links::Link;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use leptos_router::NavigateOptions;
    use leptos_router::hooks::use_navigate;

    use super::SignedIn;
    use crate::error::ApiError;
    use crate::session::sign_in::{Refusal, exchange, follow_start_link};
    use crate::shell::frame::Session;
    use crate::shell::place::channel_path;
    use crate::shell::telegram::is_host;

    /// An open page uses its session this often: that is how a session lives on.
    const RENEW_EVERY: Duration = Duration::from_secs(SESSION_S as u64 / 4);

    /// Signs in whenever the session says that nobody is, opens what the link has named, and renews the session.
    pub fn keep_signed_in(session: Session, refusal: RwSignal<Option<Refusal>>) {
        if !is_host() {
            return;
        }
        let signed_in = expect_context::<SignedIn>();
        let navigate = use_navigate();
        if let Some(path) = follow_start_link().map(path_of) {
            // after the page has been taken over as it was sent
            let go = move || navigate(&path, NavigateOptions { replace: true, ..NavigateOptions::default() });
            set_timeout(go, Duration::ZERO);
        }
        // a new token that is refused at once would be followed by another for ever
        let tried = StoredValue::new(false);
        Effect::new(move || match session.0.get() {
            Some(Ok(_)) => tried.set_value(false),
            Some(Err(ApiError::SignIn)) if tried.get_value() => refusal.set(Some(Refusal::Expired)),
            Some(Err(ApiError::SignIn)) => {
                let Some(exchange) = exchange() else { return };
                spawn_local(async move {
                    match exchange.await {
                        Ok(()) => {
                            tried.set_value(true);
                            session.0.refetch();
                            signed_in.0.update(|count| *count += 1);
                        }
                        Err(why) => refusal.set(Some(why)),
                    }
                });
            }
            _ => {}
        });
        set_interval(
            move || {
                if !document().hidden() {
                    session.0.refetch();
                }
            },
            RENEW_EVERY,
        );
    }

    fn path_of(link: Link) -> String {
        match link {
            Link::Channel { slug } => channel_path(&slug, ""),
            Link::Post { slug, post_id } => channel_path(&slug, &format!("posts/{post_id}")),
            Link::Invitation { token } => format!("/invite/{token}"),
        }
    }
}

#[cfg(feature = "hydrate")]
mod login_widget {
    use std::fmt::Write as _;

    use leptos::prelude::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use wasm_bindgen::JsCast as _;

    use crate::session::LOGIN_COOKIE;
    use crate::shell::telegram::is_host;

    /// As Telegram's page for making a widget writes it (<https://core.telegram.org/widgets/login>).
    const SCRIPT: &str = "https://telegram.org/js/telegram-widget.js?22";
    /// As long as somebody may look at the card before they sign in.
    const COOKIE_S: u32 = 24 * 3600;

    /// Puts the widget's script into the page, which puts its frame beside itself.
    pub fn draw(place: &web_sys::HtmlElement, bot: &str) {
        if is_host() {
            return;
        }
        let (Some(state), Ok(script)) = (random(), document().create_element("script")) else { return };
        let location = window().location();
        let page = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        let page = utf8_percent_encode(&page, NON_ALPHANUMERIC);
        let cookie = format!("{LOGIN_COOKIE}={state}.{page}; path=/; max-age={COOKIE_S}; samesite=lax");
        if let Some(document) = document().dyn_ref::<web_sys::HtmlDocument>() {
            let _ = document.set_cookie(&cookie);
        }
        let back = format!("{}/sign-in/telegram/{state}", location.origin().unwrap_or_default());
        for (name, value) in [
            ("src", SCRIPT),
            ("data-telegram-login", bot),
            ("data-size", "large"),
            ("data-userpic", "false"),
            ("data-lang", crate::i18n::language().code()),
            ("data-auth-url", &back),
        ] {
            let _ = script.set_attribute(name, value);
        }
        let _ = place.append_child(&script);
    }

    /// 128 bits as hexadecimal digits.
    fn random() -> Option<String> {
        let mut bytes = [0_u8; 16];
        window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
        Some(bytes.iter().fold(String::new(), |mut text, byte| {
            _ = write!(text, "{byte:02x}");
            text
        }))
    }
}
