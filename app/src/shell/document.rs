//! The HTML document around the app.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::routes::App;
use crate::ssr;

/// Every page's document, in the request's language and theme, with its security policy.
pub fn document(options: LeptosOptions) -> impl IntoView {
    ssr::set_content_security_policy();
    let language = ssr::request_language();
    provide_context(language);
    let theme = ssr::request_theme().attribute();
    // inside Telegram: host, theme and language before anything is painted
    let launch = ssr::web_app_script().map(|script| {
        view! { <script nonce=use_nonce() data-script=script inner_html=include_str!("launch.js")></script> }
    });
    view! {
        <!DOCTYPE html>
        <html lang=language.code() data-theme=theme data-bot=ssr::bot_username()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                {launch}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href="/pkg/app.css"/>
                // the WebAssembly waits for them
                <link rel="preload" href=language.texts_path() r#as="fetch" crossorigin="anonymous"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
