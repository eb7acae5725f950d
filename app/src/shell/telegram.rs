//! The app inside Telegram: what `window.Telegram.WebApp` offers (<https://core.telegram.org/bots/webapps>), used where it
//! is there. `launch.js` marks the document and loads Telegram's script; variables of colours, viewport and safe areas are
//! set by that script and read by `style/tokens.css`. Fullscreen is left to the reader.

/// A choice among several was changed.
pub fn feel_choice() {
    #[cfg(feature = "hydrate")]
    browser::feel(browser::Haptics::selection_changed);
}

/// Something succeeded or failed.
pub fn feel_outcome(good: bool) {
    #[cfg(feature = "hydrate")]
    browser::feel(|haptics| haptics.notification_occurred(if good { "success" } else { "error" }));
    #[cfg(not(feature = "hydrate"))]
    let _ = good;
}

/// Whether Telegram has opened this page.
#[cfg(feature = "hydrate")]
pub fn is_host() -> bool {
    browser::root().and_then(|root| root.get_attribute("data-host")).as_deref() == Some("telegram")
}

#[cfg(feature = "hydrate")]
pub use browser::{follow, use_main_button};

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Function, Reflect};
    use leptos::prelude::*;
    use leptos_router::NavigateOptions;
    use leptos_router::hooks::{use_location, use_navigate};
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::prelude::wasm_bindgen;
    use wasm_bindgen::{JsCast as _, JsValue};

    use crate::shell::place::{Page, Place, channel_path};

    #[wasm_bindgen]
    extern "C" {
        type WebApp;
        #[wasm_bindgen(method)]
        fn ready(this: &WebApp);
        #[wasm_bindgen(method)]
        fn expand(this: &WebApp);
        #[wasm_bindgen(method, getter, js_name = colorScheme)]
        fn color_scheme(this: &WebApp) -> String;
        #[wasm_bindgen(method, getter, js_name = themeParams)]
        fn theme_params(this: &WebApp) -> JsValue;
        #[wasm_bindgen(method, js_name = onEvent)]
        fn on_event(this: &WebApp, name: &str, heard: &Function);
        #[wasm_bindgen(method, js_name = setBackgroundColor)]
        fn set_background_color(this: &WebApp, name: &str);
        #[wasm_bindgen(method, js_name = enableClosingConfirmation)]
        fn enable_closing_confirmation(this: &WebApp);
        #[wasm_bindgen(method, js_name = disableClosingConfirmation)]
        fn disable_closing_confirmation(this: &WebApp);
        #[wasm_bindgen(method, js_name = openLink)]
        fn open_link(this: &WebApp, url: &str);
        #[wasm_bindgen(method, js_name = openTelegramLink)]
        fn open_telegram_link(this: &WebApp, url: &str);
        #[wasm_bindgen(method, getter, js_name = BackButton)]
        fn back_button(this: &WebApp) -> Button;
        #[wasm_bindgen(method, getter, js_name = MainButton)]
        fn main_button(this: &WebApp) -> Button;
        #[wasm_bindgen(method, getter, js_name = HapticFeedback)]
        fn haptic_feedback(this: &WebApp) -> Haptics;

        type Button;
        #[wasm_bindgen(method, js_name = setText)]
        fn set_text(this: &Button, text: &str);
        #[wasm_bindgen(method)]
        fn show(this: &Button);
        #[wasm_bindgen(method)]
        fn hide(this: &Button);
        #[wasm_bindgen(method, js_name = onClick)]
        fn on_click(this: &Button, pressed: &Function);
        #[wasm_bindgen(method, js_name = offClick)]
        fn off_click(this: &Button, pressed: &Function);

        pub type Haptics;
        #[wasm_bindgen(method, js_name = selectionChanged)]
        pub fn selection_changed(this: &Haptics);
        #[wasm_bindgen(method, js_name = notificationOccurred)]
        pub fn notification_occurred(this: &Haptics, kind: &str);
    }

    pub fn root() -> Option<web_sys::Element> {
        web_sys::window()?.document()?.document_element()
    }

    /// `None` outside Telegram, and while its script has not come.
    fn web_app() -> Option<WebApp> {
        let telegram = Reflect::get(&web_sys::window()?.into(), &"Telegram".into()).ok()?;
        let web_app = Reflect::get(&telegram, &"WebApp".into()).ok()?;
        (super::is_host() && web_app.is_object()).then(|| web_app.unchecked_into())
    }

    pub fn feel(run: impl FnOnce(&Haptics)) {
        if let Some(web_app) = web_app() {
            run(&web_app.haptic_feedback());
        }
    }

    /// Lives as long as the document.
    fn listener(heard: impl Fn() + 'static) -> Function {
        Closure::<dyn Fn()>::new(heard).into_js_value().unchecked_into()
    }

    /// Binds the app to its host for as long as the document lives.
    pub fn follow(place: Memo<Place>) {
        if !super::is_host() {
            return;
        }
        let here = RwSignal::new(web_app().is_some());
        let script = document().get_element_by_id("telegram-web-app");
        if let Some(script) = script.filter(|_| !here.get_untracked()) {
            let came = listener(move || here.set(web_app().is_some()));
            let _ = script.add_event_listener_with_callback("load", &came);
        }
        Effect::new(move || {
            if here.get()
                && let Some(web_app) = web_app()
            {
                web_app.set_background_color("secondary_bg_color");
                web_app.on_event("themeChanged", &listener(wear_theme));
                web_app.expand();
                web_app.ready();
                wear_theme();
            }
        });
        follow_history(here, place);
        listen_to_links();
        listen_to_forms();
    }

    /// Telegram's script has set the colours; these say which of our own go with them.
    fn wear_theme() {
        let (Some(web_app), Some(root)) = (web_app(), root()) else { return };
        let _ = root.set_attribute("data-theme", &web_app.color_scheme());
        let ink = Reflect::get(&web_app.theme_params(), &"button_text_color".into()).ok();
        let _ = if ink.and_then(|ink| ink.as_string()).is_some_and(|ink| is_dark(&ink)) {
            root.set_attribute("data-button-ink", "dark")
        } else {
            root.remove_attribute("data-button-ink")
        };
    }

    /// By the weights and the limit that Telegram's script takes for its colour scheme.
    fn is_dark(colour: &str) -> bool {
        let part = |at: usize| colour.get(at..at + 2).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let (Some(red), Some(green), Some(blue)) = (part(1), part(3), part(5)) else { return false };
        299 * red + 587 * green + 114 * blue < 120_000
    }

    /// The back button goes back in the history of the app, and where there is none to the page above.
    fn follow_history(here: RwSignal<bool>, place: Memo<Place>) {
        let (location, navigate) = (use_location(), use_navigate());
        let visited = StoredValue::new(Vec::<String>::new());
        let above = move || {
            let place = place.get_untracked();
            let is_top = matches!(place.page, Page::Dashboard | Page::Analytics | Page::Settings | Page::Other);
            place.channel.filter(|_| !is_top).map(|slug| channel_path(&slug, ""))
        };
        let pressed = listener(move || {
            if visited.with_value(|visited| visited.len() > 1) {
                let _ = window().history().map(|history| history.back());
            } else if let Some(path) = above() {
                navigate(&path, NavigateOptions { replace: true, ..NavigateOptions::default() });
            }
        });
        let pressed = send_wrapper::SendWrapper::new(pressed);
        Effect::new(move || {
            if here.get()
                && let Some(web_app) = web_app()
            {
                web_app.back_button().on_click(&pressed);
            }
        });
        Effect::new(move |before: Option<()>| {
            let path = location.pathname.get();
            visited.update_value(|visited| {
                match visited.len() {
                    // gone back
                    2.. if visited[visited.len() - 2] == path => _ = visited.pop(),
                    _ if visited.last() != Some(&path) => visited.push(path.clone()),
                    _ => {}
                }
                // the first page only leads on to a channel
                visited.retain(|path| path != "/");
            });
            let Some(web_app) = here.get().then(web_app).flatten() else { return };
            // what was typed has been sent or left behind
            web_app.disable_closing_confirmation();
            if before.is_some() {
                web_app.haptic_feedback().selection_changed();
            }
            if visited.with_value(|visited| visited.len() > 1) || above().is_some() {
                web_app.back_button().show();
            } else {
                web_app.back_button().hide();
            }
        });
    }

    fn closest(event: &web_sys::Event, selector: &str) -> Option<web_sys::Element> {
        event.target()?.dyn_into::<web_sys::Element>().ok()?.closest(selector).ok()?
    }

    fn on_document(name: &str, heard: impl Fn(web_sys::Event) + 'static) {
        let heard = Closure::<dyn Fn(web_sys::Event)>::new(heard).into_js_value();
        let _ = document().add_event_listener_with_callback_and_bool(name, heard.unchecked_ref(), true);
    }

    /// Links that lead elsewhere are opened by Telegram: the frame may not.
    fn listen_to_links() {
        on_document("click", |click| {
            let href =
                closest(&click, "a[href]").and_then(|link| Reflect::get(&link, &"href".into()).ok()?.as_string());
            let Some((href, web_app)) = href.zip(web_app()) else { return };
            let ours = window().location().origin().is_ok_and(|origin| href.starts_with(&format!("{origin}/")));
            if ours || !href.starts_with("http") {
                return;
            }
            click.prevent_default();
            click.stop_propagation();
            if href.starts_with("https://t.me/") { web_app.open_telegram_link(&href) } else { web_app.open_link(&href) }
        });
    }

    /// Closing asks first while a form holds what was typed and not sent.
    fn listen_to_forms() {
        on_document("input", |input| {
            if closest(&input, "form").is_some()
                && let Some(web_app) = web_app()
            {
                web_app.enable_closing_confirmation();
            }
        });
        on_document("submit", |_| {
            if let Some(web_app) = web_app() {
                web_app.disable_closing_confirmation();
            }
        });
    }

    /// Telegram's main button, for the one action of the page that calls this; `data-main-button` hides the page's own.
    pub fn use_main_button(text: String, act: impl Fn() + 'static) {
        let (Some(web_app), Some(root)) = (web_app(), root()) else { return };
        let (button, pressed) = (web_app.main_button(), listener(act));
        button.set_text(&text);
        button.on_click(&pressed);
        button.show();
        let _ = root.set_attribute("data-main-button", "");
        let shown = send_wrapper::SendWrapper::new((button, pressed, root));
        on_cleanup(move || {
            let (button, pressed, root) = shown.take();
            button.off_click(&pressed);
            button.hide();
            let _ = root.remove_attribute("data-main-button");
        });
    }
}
