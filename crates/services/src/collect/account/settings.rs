//! What this process may do with accounts.

use std::collections::BTreeSet;

use domain::channels::Channel;
use domain::collect::budget::Pace;

/// How accounts reach Telegram, and what they are used for. Without it there are none.
#[derive(Debug, Clone)]
pub struct Accounts {
    pub telegram: mtproto::Settings,
    /// taken in turns; empty: straight to Telegram
    pub proxies: Vec<mtproto::ProxyUrl>,
    pub reads: Reads,
    /// the usual [`Pace`] in hundredths
    pub pace_percent: u32,
}

/// What accounts read: everything is off unless somebody has switched it on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads {
    /// what was published before the channel was connected
    pub history: bool,
    /// what happens from now on, and the counters of young posts
    pub updates: bool,
    pub statistics: bool,
    /// Telegram ids and names (without @, in lower case) of the channels whose statistics are read; `None`: all
    pub statistics_of: Option<BTreeSet<String>>,
}

impl Accounts {
    pub fn pace(&self, method: &str) -> Pace {
        Pace::of(method).scaled(self.pace_percent)
    }
}

impl Reads {
    pub fn statistics_of(&self, channel: &Channel) -> bool {
        let Some(wanted) = self.statistics_of.as_ref() else { return self.statistics };
        let is_named = |name: &String| wanted.contains(&name.to_lowercase());
        let has_id = |id: i64| wanted.contains(&id.to_string());
        self.statistics && (channel.username.as_ref().is_some_and(is_named) || channel.telegram_id.is_some_and(has_id))
    }
}
