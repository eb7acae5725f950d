//! What the bot says: commands, keyboards, texts. Decides nothing by itself: `services` does.
//!
//! An update is stored before anything else ([`intake`], or the webhook of `server`), then handled once by [`worker`],
//! one chat in order: what happens in channels goes to `services::collect::bot` ([`collecting`]), what people write is
//! answered ([`conversation`]).
//!
//! To add a command: its name in [`conversation::COMMANDS`], an arm in `conversation::command`, a file under
//! `conversation/` with what it says, its texts in `locales/{en,ru,uz}/bot.ftl`, a conversation in `tests/it/`.

mod collecting;
mod conversation;
mod intake;
mod numbers;
mod sending;
mod setup;
mod texts;
mod throttle;
mod worker;

use std::sync::Arc;

use services::{Ctx, bot_updates};
use telegram::BotApi;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use worker::SECONDS_BETWEEN_TRIES;

/// How updates come.
#[derive(Clone, PartialEq, Eq)]
pub enum Door {
    /// we ask; needs no setup
    Polling,
    /// Telegram calls `url`, with `secret` in a header
    Webhook { url: String, secret: String },
}

/// What the bot needs to know of where it runs.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    pub door: Door,
    /// where people reach the app, without a slash at the end
    pub public_url: Option<String>,
}

/// What everything here works with.
struct Desk {
    ctx: Ctx,
    api: BotApi,
    settings: Settings,
    throttle: throttle::Throttle,
    /// another at every start: what the process before held is not ours
    name: String,
    /// something was stored
    news: Notify,
}

/// The role: until `stopping`, then ends when what was begun is finished. Without a token it has nothing to do.
pub async fn run(ctx: Ctx, settings: Settings, stopping: CancellationToken) {
    let Some(api) = ctx.bot_api.clone() else {
        tracing::info!("the bot is off: set telegram.bot_token to the token that BotFather gave");
        return;
    };
    let desk = Arc::new(Desk {
        ctx,
        api,
        settings,
        throttle: throttle::Throttle::default(),
        name: bot_updates::worker_name(),
        news: Notify::new(),
    });
    let intake = async {
        setup::door(&desk, &stopping).await;
        if desk.settings.door == Door::Polling {
            intake::poll(&desk, &stopping).await;
        }
    };
    let introduction = setup::introduction(&desk, &stopping);
    tokio::join!(introduction, intake, worker::run(Arc::clone(&desk), &stopping));
}
