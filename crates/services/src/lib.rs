//! What the product does, one file or folder per slice. Four doors (screens, commands, jobs, API) lead to the same
//! functions: each takes the [`Ctx`] and the [`Viewer`](identity::Viewer), checks permission, decides, and does one
//! unit of work. SQL is in `store`, maths in `domain`; nothing here knows HTTP.
//!
//! To add a use case: a function in its slice that starts with [`identity::require`] (or goes through
//! [`channels::find`], which does), writes in one `Tx`, records who did it with [`audit::record`] in that same `Tx`,
//! and a row in the permission matrix under `tests/`.
//!
//! Slices use one another in this order, never back: identity, audit, entitlements, settings (the ground floor; these
//! know one another) → channels → forecast → analytics, collect → `best_time` → demo, maintenance, backup, scratch. One
//! look upwards: `channels::list` puts the headline of analytics on its cards.

pub mod analytics;
pub mod audit;
pub mod backup;
pub mod best_time;
pub mod bot_updates;
pub mod channels;
pub mod clock;
pub mod collect;
pub mod demo;
pub mod entitlements;
pub mod error;
pub mod forecast;
pub mod identity;
pub mod maintenance;
mod parallel;
mod recent;
pub mod scratch;
pub mod settings;

use std::sync::Arc;
use std::time::Duration;

use store::Db;

pub use clock::Clock;
pub use error::{Clash, Error, Outage, Result, What};
pub use identity::Viewer;
pub use parallel::Watch;

/// Everything a use case may need from the outside. Plain and cheap to clone; no container.
#[derive(Clone)]
pub struct Ctx {
    pub db: Db,
    pub clock: Clock,
    pub site: SiteSettings,
    /// asks for public pages of channels; without it nobody does
    pub preview: Option<preview::Client>,
    /// accounts of Telegram, where they are configured
    pub accounts: Option<Arc<collect::account::Accounts>>,
    /// where a token is set
    pub bot_api: Option<telegram::BotApi>,
    /// where charts are drawn for people who have no browser
    pub(crate) pictures: analytics::Pictures,
    pub(crate) cache: analytics::Cache,
    pub(crate) callers: identity::Callers,
}

/// What the product knows about the place it is served at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteSettings {
    /// where people reach it, without a slash at the end; links in invitations start with it
    pub public_url: Option<String>,
    /// signs the demo owner in without a question (loopback only; the server sees to that)
    pub demo: bool,
    /// whose Mini App this is; without it nobody signs in by Telegram
    pub bot: Option<telegram::BotToken>,
    /// the bot's username, without @: for links to it and for the Login Widget
    pub bot_username: Option<String>,
    /// where a page inside Telegram loads Telegram's own script from; `None`: from Telegram
    pub web_app_script: Option<String>,
    /// Telegram ids of those who own the workspace `default`
    pub owners: Vec<i64>,
}

impl Ctx {
    pub fn new(db: Db, clock: Clock, site: SiteSettings) -> Self {
        Self {
            db,
            clock,
            site,
            preview: None,
            accounts: None,
            bot_api: None,
            pictures: analytics::Pictures::default(),
            cache: analytics::Cache::new(),
            callers: identity::Callers::new(),
        }
    }

    /// The same for a process that reads public pages of channels.
    #[must_use]
    pub fn with_preview(self, client: preview::Client) -> Self {
        Self { preview: Some(client), ..self }
    }

    /// The same with accounts to ask Telegram by.
    #[must_use]
    pub fn with_accounts(self, accounts: Option<collect::account::Accounts>) -> Self {
        Self { accounts: accounts.map(Arc::new), ..self }
    }

    /// The same with a bot to ask Telegram by.
    #[must_use]
    pub fn with_bot_api(self, bot_api: Option<telegram::BotApi>) -> Self {
        Self { bot_api, ..self }
    }

    /// The same with charts drawn by this bundle (`charts-render.js` of the built site), started with the first one.
    #[must_use]
    pub fn with_charts(self, bundle: String) -> Self {
        Self { pictures: analytics::Pictures::new(bundle), ..self }
    }

    /// The same for requests, whose callers would rather hear that the database is away than wait for it, see
    /// [`Db::impatient`].
    #[must_use]
    pub fn impatient(&self, patience: Duration) -> Self {
        Self { db: self.db.impatient(patience), ..self.clone() }
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}
