//! The scenario: what exists when the stand-in starts, what is scripted, how fast a client may ask. TOML or JSON.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::world::ScenarioError;

/// One file. Everything has a default, so that a test names only what it is about.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// Decides every made-up number; the same seed gives the same world.
    pub seed: u64,
    /// Where the clock starts, RFC 3339. Without it: an hour after the newest post.
    pub now: Option<jiff::Timestamp>,
    /// Seconds of the scenario per second of the machine. 0: the clock moves by hand only.
    pub speed: f64,
    /// The data centre accounts live in.
    pub home: i32,
    /// The data centre that answers `stats.*`.
    pub stats_dc: i32,
    pub accounts: Vec<AccountPlan>,
    pub channels: Vec<ChannelPlan>,
    pub bots: Vec<BotPlan>,
    /// People who talk to bots.
    pub people: Vec<PersonPlan>,
    /// Scripted faults, the first that fits is taken.
    pub script: Vec<Rule>,
    /// Milliseconds before every answer over MTProto.
    pub latency_ms: u64,
    /// Rate limits per account; none means that everything is allowed.
    pub rates: Vec<RatePlan>,
    /// Seconds of the limits are the scenario's, for clients whose clock moves with it; else the machine's: clients
    /// really wait.
    pub rates_by_scenario: bool,
    /// How many times an async graph is still async when asked for.
    pub graph_polls: u32,
    /// A graph's token is good for so many seconds of the scenario.
    pub graph_token_seconds: i64,
    /// A key in use by two sessions at once is voided with `AUTH_KEY_DUPLICATED`, as Telegram does.
    pub one_session_per_key: bool,
    /// A channel's difference with more events than this is too long.
    pub difference_events: usize,
    /// Whether the Bot API keeps Telegram's limits (one message a second to a chat, and so on).
    pub bot_limits: bool,
    /// The proxy asks for this name and password.
    pub socks5_login: Option<(String, String)>,
    /// Where the Mini App is; the host page opens it unless its address names another.
    pub mini_app_url: Option<String>,
    /// A copy of Telegram's script for Mini Apps, served beside the host page for want of telegram.org.
    pub web_app_script: Option<PathBuf>,
    /// Files named by the scenario are looked up from here; `read` sets it.
    #[serde(skip)]
    pub folder: PathBuf,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            seed: 1,
            now: None,
            speed: 0.0,
            home: 2,
            stats_dc: 5,
            accounts: Vec::new(),
            channels: Vec::new(),
            bots: Vec::new(),
            people: Vec::new(),
            script: Vec::new(),
            latency_ms: 0,
            rates: Vec::new(),
            rates_by_scenario: false,
            graph_polls: 1,
            graph_token_seconds: 300,
            one_session_per_key: false,
            difference_events: 1_000,
            bot_limits: true,
            socks5_login: None,
            mini_app_url: None,
            web_app_script: None,
            folder: PathBuf::new(),
        }
    }
}

impl Scenario {
    /// Reads a file; its ending (`.json`, else TOML) says which notation.
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let file = |error: String| ScenarioError::File(path.to_owned(), error);
        let text = std::fs::read_to_string(path).map_err(|error| file(error.to_string()))?;
        let json = path.extension().is_some_and(|ending| ending == "json");
        let mut scenario: Self = if json {
            serde_json::from_str(&text).map_err(|error| file(error.to_string()))?
        } else {
            toml::from_str(&text).map_err(|error| file(error.to_string()))?
        };
        scenario.folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(scenario)
    }

    /// From TOML in a test's source; files are looked up from the current folder.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        toml::from_str(text).map_err(|error| ScenarioError::Text(error.to_string()))
    }
}

/// A user account, for MTProto clients.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountPlan {
    pub id: i64,
    pub first_name: String,
    /// Digits only.
    pub phone: String,
    /// The code that Telegram would send.
    #[serde(default = "code_default")]
    pub code: String,
    /// With it, signing in asks for two steps.
    pub password: Option<String>,
    /// What it says to remind its owner of the password.
    pub hint: Option<String>,
    pub username: Option<String>,
    /// Usernames of channels it administers.
    #[serde(default)]
    pub admin_of: Vec<String>,
    #[serde(default)]
    pub member_of: Vec<String>,
    /// Telegram's answer to everything, as `USER_DEACTIVATED`.
    pub dead: Option<String>,
}

fn code_default() -> String {
    "12345".to_owned()
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelPlan {
    /// Without it: made from the username.
    pub id: Option<i64>,
    pub username: String,
    pub title: Option<String>,
    pub about: String,
    /// Without it and without `csv.daily`: 1000.
    pub members: Option<i32>,
    /// Everybody gets `CHANNEL_PRIVATE`.
    pub private: bool,
    /// Its public page shows no posts, as where Telegram or its owner has switched that off.
    pub no_preview: bool,
    /// Official statistics are answered to its administrators.
    pub stats: bool,
    pub csv: Option<CsvPlan>,
    pub generate: Option<GeneratePlan>,
    pub posts: Vec<PostPlan>,
}

/// Files of the product's import format; `channel` picks one of several in a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvPlan {
    pub posts: PathBuf,
    pub snapshots: Option<PathBuf>,
    pub daily: Option<PathBuf>,
    /// Name or id in the files, where they hold several channels.
    pub channel: Option<String>,
    /// When the counters of `posts` were read; without it, when the clock starts.
    pub taken_at: Option<jiff::Timestamp>,
}

/// Made-up posts at a steady pace, the newest an hour before the clock starts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratePlan {
    pub posts: i32,
    #[serde(default = "pace_default")]
    pub every_minutes: i64,
    /// What a post gathers in the end, about.
    #[serde(default = "views_default")]
    pub views: i64,
    /// New ones keep coming at this pace as the clock moves.
    #[serde(default)]
    pub goes_on: bool,
    /// Every so-many-th id is a hole, as after a deletion; 0: none.
    #[serde(default)]
    pub hole_every: i32,
}

fn pace_default() -> i64 {
    180
}

fn views_default() -> i64 {
    1_000
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PostPlan {
    /// Without it: the next free one.
    pub id: Option<i32>,
    /// RFC 3339; without it, the clock's now.
    pub date: Option<jiff::Timestamp>,
    pub text: String,
    pub media: Media,
    /// More than one message with the same `grouped_id`; the text is the first one's.
    pub album: Option<i32>,
    /// What it gathers in the end.
    pub views: Option<i64>,
    pub forwards: Option<i64>,
    pub replies: Option<i64>,
    /// Emoji and count, in the end.
    pub reactions: Vec<(String, i64)>,
    /// Seconds after posting.
    pub edited_after: Option<i64>,
    pub author: Option<String>,
    /// `username/id` of another channel's post, or a name without a link.
    pub forwarded_from: Option<String>,
    /// A service message instead of a post: `created`, `pinned`, `renamed`.
    pub service: Option<Service>,
    pub pinned: bool,
    /// Of a kind that no client knows yet: it cannot be read, and nothing that it comes in.
    pub future: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    #[default]
    Text,
    Photo,
    Video,
    Gif,
    Voice,
    Audio,
    Sticker,
    Document,
    /// A link with its preview.
    Link,
    Poll,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    Created,
    Pinned,
    Renamed,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BotPlan {
    /// `<id>:<secret>`.
    pub token: String,
    pub username: String,
    pub name: String,
    /// Usernames of channels where it is an administrator already.
    #[serde(default)]
    pub admin_of: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonPlan {
    pub id: i64,
    pub first_name: String,
    pub last_name: Option<String>,
    pub username: Option<String>,
    #[serde(default = "language_default")]
    pub language: String,
    #[serde(default)]
    pub premium: bool,
    /// Usernames of channels it administers.
    #[serde(default)]
    pub admin_of: Vec<String>,
}

fn language_default() -> String {
    "en".to_owned()
}

/// A scripted fault: calls that fit, after the first `skip`, `times` times.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// As `messages.getHistory`; without it every method. A star at the end fits what begins so.
    pub method: Option<String>,
    pub dc: Option<i32>,
    pub account: Option<i64>,
    #[serde(default)]
    pub skip: u32,
    /// Without it: for ever.
    pub times: Option<u32>,
    pub then: Fault,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// `{ error = [420, "FLOOD_WAIT_5"] }`
    Error(i32, String),
    /// `FLOOD_WAIT_n`.
    FloodWait(u32),
    /// The connection ends before the call is carried out.
    DropBefore,
    /// Carried out, then the connection ends without an answer.
    DropAfter,
    /// Milliseconds before the answer; other calls are answered meanwhile.
    DelayMs(u64),
    /// Never answered.
    Silence,
    /// The same answer twice.
    AnswerTwice,
    /// The salt changes and the call must be sent again.
    BadSalt,
    /// A transport error such as 404 or 429, and the end of the connection.
    Transport(i32),
    /// The answer ends in the middle.
    Malformed,
    /// The answer begins with a constructor no client knows.
    UnknownConstructor,
    /// The first message in the answer has a constructor no client knows.
    FutureMessage,
    /// The account is voided everywhere, as by `AUTH_KEY_DUPLICATED` (the error is given).
    VoidKey(String),
}

/// A token bucket per account for the methods that fit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatePlan {
    /// As in [`Rule`].
    pub method: String,
    /// Calls at once.
    pub burst: f64,
    /// Calls a second after that.
    pub per_second: f64,
}

/// Does `pattern` (a name, a beginning with a star, or nothing) fit?
pub fn fits(pattern: Option<&str>, method: &str) -> bool {
    match pattern {
        None => true,
        Some(pattern) => match pattern.strip_suffix('*') {
            Some(beginning) => method.starts_with(beginning),
            None => pattern == method,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_kind_of_fault() {
        let scenario = Scenario::parse(
            r#"
            [[script]]
            method = "stats.*"
            times = 1
            then = { error = [400, "CHAT_ADMIN_REQUIRED"] }
            [[script]]
            then = "silence"
            [[script]]
            then = { flood_wait = 5 }
            "#,
        )
        .unwrap();
        assert_eq!(scenario.script[0].then, Fault::Error(400, "CHAT_ADMIN_REQUIRED".to_owned()));
        assert_eq!(scenario.script[1].then, Fault::Silence);
        assert_eq!(scenario.script[2].then, Fault::FloodWait(5));
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = Scenario::parse("sede = 1").unwrap_err().to_string();
        assert!(error.contains("sede"), "{error}");
    }

    #[test]
    fn patterns() {
        assert!(fits(None, "a.b"));
        assert!(fits(Some("a.*"), "a.b"));
        assert!(!fits(Some("a.c"), "a.b"));
    }
}
