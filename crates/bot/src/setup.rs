//! What Telegram is told at every start: the commands, the menu button, how updates come.

use std::time::Duration;

use telegram::CallError;
use teloxide::payloads::{SetChatMenuButtonSetters as _, SetMyCommandsSetters as _};
use teloxide::requests::Requester as _;
use teloxide::types::{BotCommand, MenuButton};
use tokio_util::sync::CancellationToken;

use crate::conversation::{self, COMMANDS};
use crate::texts::Language;
use crate::{Desk, Door};

/// Between two tries.
const PAUSE: Duration = Duration::from_secs(30);

/// How updates come.
pub async fn door(desk: &Desk, stopping: &CancellationToken) {
    until_told(stopping, || tell_door(desk)).await;
}

/// What people see of the bot before they write; it hears them without that.
pub async fn introduction(desk: &Desk, stopping: &CancellationToken) {
    until_told(stopping, || introduce(desk)).await;
}

/// Tries until it works or the process stops.
async fn until_told<F>(stopping: &CancellationToken, tell: impl Fn() -> F)
where
    F: Future<Output = Result<(), CallError>>,
{
    loop {
        let told = tokio::select! {
            told = tell() => told,
            () = stopping.cancelled() => return,
        };
        match told {
            Ok(()) => return,
            Err(error) => tracing::warn!("the bot cannot be set up yet: {error}"),
        }
        if tokio::time::timeout(PAUSE, stopping.cancelled()).await.is_ok() {
            return;
        }
    }
}

async fn introduce(desk: &Desk) -> Result<(), CallError> {
    let (api, client) = (&desk.api, desk.api.client());
    for language in Language::ALL {
        let commands = COMMANDS.map(|name| BotCommand::new(name, language.plain(&format!("command-{name}"), &[])));
        let request = client.set_my_commands(commands);
        // whoever speaks none of ours reads English
        let request = if language == Language::En { request } else { request.language_code(language.code()) };
        api.call(request).await?;
    }
    if let Some(web_app) = conversation::web_app(desk, None) {
        let button = MenuButton::WebApp { text: Language::En.plain("button-menu", &[]), web_app };
        api.call(client.set_chat_menu_button().menu_button(button)).await?;
    }
    Ok(())
}

async fn tell_door(desk: &Desk) -> Result<(), CallError> {
    let api = &desk.api;
    match &desk.settings.door {
        // what waits there stays: it is fetched next
        Door::Polling => api.call(api.client().delete_webhook()).await.map(drop),
        Door::Webhook { url, secret } => api.set_webhook(url.clone(), secret.clone()).await,
    }
}
