//! Signing in inside Telegram: what Telegram has told the page about its reader, for the token of a session. Cookies are
//! third-party in Telegram's frame, so the token is kept in memory, and a page that is loaded again asks again.

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Telegram never renews what it tells a page
    Expired,
    BadSignature,
    /// the server knows no bot
    Off,
    /// no answer that says anything
    Unreachable,
}

impl Refusal {
    /// The reason class of the API.
    pub fn of_code(code: &str) -> Option<Self> {
        match code {
            "expired" => Some(Self::Expired),
            "bad_signature" | "malformed" => Some(Self::BadSignature),
            "off" => Some(Self::Off),
            _ => None,
        }
    }
}

#[cfg(feature = "hydrate")]
pub use browser::{arrived, exchange, follow_start_link, is_underway, waited};

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::{Cell, RefCell};

    use domain::links::Link;
    use futures::FutureExt as _;
    use futures::future::{LocalBoxFuture, Shared};
    use gloo_net::http::Request;
    use web_sys::UrlSearchParams;

    use super::Refusal;
    use crate::session::client::token;

    type Exchange = Shared<LocalBoxFuture<'static, Result<(), Refusal>>>;

    thread_local! {
        /// the newest one, whatever became of it
        static EXCHANGE: RefCell<Option<Exchange>> = const { RefCell::new(None) };
        /// the app is on its way to where its link leads
        static UNDERWAY: Cell<bool> = const { Cell::new(false) };
    }

    /// Begins to exchange init data for a token; `None` where Telegram has not opened the page.
    pub fn exchange() -> Option<Exchange> {
        let init_data = launch_param("tgWebAppData")?;
        let exchange = ask(init_data).boxed_local().shared();
        EXCHANGE.with_borrow_mut(|kept| *kept = Some(exchange.clone()));
        Some(exchange)
    }

    /// Over once it is known who asks: requests go out after that.
    pub async fn waited() {
        if let Some(exchange) = EXCHANGE.with_borrow(Clone::clone) {
            // a refusal is shown by whoever has begun it
            let _ = exchange.await;
        }
    }

    /// Where the link or the bot's button that has opened the app leads; whoever asks goes there. A page that is loaded
    /// again has lost its fragment and stays where it was.
    pub fn follow_start_link() -> Option<Link> {
        let link = start_link();
        UNDERWAY.set(link.is_some());
        link
    }

    /// Between [`follow_start_link`] and [`arrived`]. The router loses the first of two ways that it has not come to the
    /// end of, so nobody leads on meanwhile.
    pub fn is_underway() -> bool {
        UNDERWAY.get()
    }

    pub fn arrived() {
        UNDERWAY.set(false);
    }

    fn start_link() -> Option<Link> {
        let init_data = fragment()?.get("tgWebAppData")?;
        let start_param = UrlSearchParams::new_with_str(&init_data).ok()?.get("start_param");
        Link::of_start_param(&start_param.or_else(start_param_of_button)?)
    }

    /// Telegram signs no `start_param` for a button, whose address says it as a link's does.
    fn start_param_of_button() -> Option<String> {
        let search = web_sys::window()?.location().search().ok()?;
        UrlSearchParams::new_with_str(&search).ok()?.get("tgWebAppStartParam")
    }

    fn fragment() -> Option<UrlSearchParams> {
        let hash = web_sys::window()?.location().hash().ok()?;
        UrlSearchParams::new_with_str(hash.strip_prefix('#')?).ok()
    }

    /// From the fragment, else from the copy that outlives it (`shell/launch.js`).
    fn launch_param(name: &str) -> Option<String> {
        fragment().and_then(|params| params.get(name)).or_else(|| {
            let kept = web_sys::window()?.session_storage().ok()??.get_item("__telegram__initParams").ok()??;
            text_of(&kept, name)
        })
    }

    /// A member of a JSON object, read by the browser: a parser of our own for that would be part of every page.
    fn text_of(json: &str, name: &str) -> Option<String> {
        let object = js_sys::JSON::parse(json).ok()?;
        js_sys::Reflect::get(&object, &name.into()).ok()?.as_string()
    }

    async fn ask(init_data: String) -> Result<(), Refusal> {
        // the address, which may end up in logs, holds nothing of it
        let text = js_sys::JSON::stringify(&init_data.into()).map_err(|_| Refusal::Unreachable)?;
        let body = format!("{{\"init_data\":{}}}", String::from(text));
        let request = Request::post("/api/v2/session").header("content-type", "application/json").body(body);
        let response = request.map_err(|_| Refusal::Unreachable)?.send().await.map_err(|_| Refusal::Unreachable)?;
        let answer = response.text().await.map_err(|_| Refusal::Unreachable)?;
        let said = |key: &str| text_of(&answer, key);
        match response.status() {
            200 => {
                token::keep(Some(said("token").ok_or(Refusal::Unreachable)?));
                Ok(())
            }
            401 => Err(said("detail").and_then(|code| Refusal::of_code(&code)).unwrap_or(Refusal::BadSignature)),
            404 => Err(Refusal::Off),
            _ => Err(Refusal::Unreachable),
        }
    }
}
