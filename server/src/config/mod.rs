//! Settings of one process: file, then environment, then flags. Nothing else in the product reads the environment.
//!
//! To add a setting: a row in [`keys`] (which feeds `config example`, `config print`, the environment and the search
//! for unknown keys) and the field that receives it in the section below; then `analyticbot config example >
//! config.example.toml`.

mod keys;
mod mtproto;
mod secrets;
mod telegram;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::providers::{Format as _, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use serde::Deserialize;

use keys::{ENVIRONMENT_PREFIX, KEYS, Key, Kind};
pub use mtproto::MtprotoSettings;
pub use secrets::{DatabaseUrl, RedisUrl, Secret};
use secrets::{MASK, without_password};
pub use telegram::{PreviewSettings, TelegramSettings};

/// Name of the file looked for in the current folder, then in the folder of personal settings.
pub const FILE_NAME: &str = "analyticbot.toml";

/// A variable this close to a known one is taken for a slip of the keyboard (`ANALYTICBOT_DATABASE_URL`).
const SLIP_DISTANCE_MAX: usize = 2;

#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    pub server: ServerSettings,
    pub api: ApiSettings,
    pub database: DatabaseSettings,
    pub cache: CacheSettings,
    pub export: ExportSettings,
    pub telegram: TelegramSettings,
    pub preview: PreviewSettings,
    pub mtproto: MtprotoSettings,
    pub clock: ClockSettings,
    pub log: LogSettings,
    pub trace: TraceSettings,
    #[serde(skip)]
    effective: Vec<EffectiveValue>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ServerSettings {
    pub bind: SocketAddr,
    pub public_url: Option<String>,
    pub frame_ancestors: Vec<String>,
    pub metrics_bind: Option<SocketAddr>,
    pub metrics_token: Option<Secret>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ApiSettings {
    pub computed_per_minute: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub struct DatabaseSettings {
    pub url: DatabaseUrl,
    /// of a copy that reports may read
    pub replica_url: Option<DatabaseUrl>,
    pub max_connections: u32,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct CacheSettings {
    pub redis_url: Option<RedisUrl>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ExportSettings {
    pub enabled: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ClockSettings {
    pub file: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct LogSettings {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Deserialize)]
pub struct TraceSettings {
    /// scheme, host and perhaps a path, to which `/v1/traces` is added
    pub otlp_endpoint: Option<String>,
    /// 0–100
    pub sampled_percent: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// A value as `config print` shows it.
#[derive(Debug, Clone)]
struct EffectiveValue {
    path: String,
    shown: Option<serde_json::Value>,
    origin: String,
}

/// What is wrong with the settings, in one sentence with the way out.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// Where settings are read from.
#[derive(Debug, Default, Clone)]
pub struct Sources {
    /// `--config`; it must exist
    pub file: Option<PathBuf>,
    pub environment: BTreeMap<String, String>,
    /// values of flags by path, e.g. `server.bind`
    pub flags: Vec<(&'static str, String)>,
    /// folder in which [`FILE_NAME`] is looked for first
    pub folder: PathBuf,
}

impl Sources {
    /// The real environment and the current folder.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        // a variable that is not text cannot be one of ours
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { file, environment, flags: Vec::new(), folder: PathBuf::from(".") }
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// `$XDG_…`, else the given folder inside the home folder.
    fn personal_folder(&self, variable: &str, inside_home: &str) -> Option<PathBuf> {
        let absolute = |path: &&str| Path::new(path).is_absolute();
        self.variable(variable)
            .filter(absolute)
            .map(PathBuf::from)
            .or_else(|| Some(Path::new(self.variable("HOME")?).join(inside_home)))
    }

    fn settings_file(&self) -> Result<Option<PathBuf>, ConfigError> {
        if let Some(file) = &self.file {
            return if file.is_file() {
                Ok(Some(file.clone()))
            } else {
                Err(ConfigError(format!(
                    "the settings file {} does not exist: name another after --config, or leave the flag away",
                    file.display()
                )))
            };
        }
        let personal =
            self.personal_folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("analyticbot").join(FILE_NAME));
        Ok([Some(self.folder.join(FILE_NAME)), personal].into_iter().flatten().find(|file| file.is_file()))
    }

    fn default_database(&self) -> Option<String> {
        let folder = self.personal_folder("XDG_DATA_HOME", ".local/share")?;
        Some(format!("sqlite://{}", folder.join("analyticbot").join("analyticbot.db").display()))
    }

    /// Reads, checks and merges everything.
    pub fn load(&self) -> Result<Config, ConfigError> {
        let mut figment = Figment::from(Defaults { database_url: self.default_database() });
        if let Some(file) = self.settings_file()? {
            let provider = Toml::file_exact(&file);
            let known = provider
                .data()
                .map_err(|error| ConfigError(format!("{} cannot be read: {}", file.display(), error.kind)))?;
            refuse_unknown_keys(&known, &file)?;
            figment = figment.merge(provider);
        }
        figment = figment.merge(Environment::read(&self.environment)?);
        for (path, value) in &self.flags {
            figment = figment.merge(Serialized::global(path, value));
        }
        let mut config: Config = figment.extract().map_err(|error| describe(&error))?;
        config.server.public_url = config.server.public_url.as_deref().map(origin_of);
        config.check()?;
        config.effective = KEYS.iter().map(|key| effective(&figment, key)).collect();
        Ok(config)
    }
}

impl Config {
    fn check(&self) -> Result<(), ConfigError> {
        let url = self.database.url.expose();
        let is_postgres = |url: &str| url.starts_with("postgres://") || url.starts_with("postgresql://");
        if !url.starts_with("sqlite:") && !is_postgres(url) {
            return Err(ConfigError(format!(
                "database.url is {:?}: use sqlite:///path/of/file.db or postgres://user:password@host/name",
                self.database.url.to_string()
            )));
        }
        if let Some(replica) = &self.database.replica_url
            && !(is_postgres(url) && is_postgres(replica.expose()))
        {
            return Err(ConfigError(format!(
                "database.replica_url is {:?}: a replica is a copy of a Postgres that database.url names; write both as postgres://user:password@host/name, or leave it away",
                replica.to_string()
            )));
        }
        if self.database.max_connections == 0 {
            return Err(ConfigError("database.max_connections is 0: use 1 or more".to_owned()));
        }
        if let Some(url) = &self.cache.redis_url
            && let Err(error) = redis::Client::open(url.expose())
        {
            return Err(ConfigError(format!(
                "cache.redis_url is {:?}, which cannot be used ({error}): write redis://user:password@host:port/number or unix:///path/of/socket",
                url.to_string()
            )));
        }
        if let Some(public_url) = &self.server.public_url
            && (public_url.contains('*') || !is_origin(public_url))
        {
            return Err(ConfigError(format!(
                "server.public_url is {public_url:?}: write scheme and host only, such as https://stats.example.org"
            )));
        }
        if self.server.metrics_token.as_ref().is_some_and(|token| token.expose().trim().is_empty()) {
            return Err(ConfigError(
                "server.metrics_token is empty: whoever sends nothing would read /metrics; write a long random text"
                    .to_owned(),
            ));
        }
        if let Some(endpoint) = &self.trace.otlp_endpoint
            && !endpoint
                .strip_prefix("http://")
                .is_some_and(|rest| !rest.is_empty() && !rest.contains(['?', '#', '@', ' ']))
        {
            return Err(ConfigError(format!(
                "trace.otlp_endpoint is {endpoint:?}: write http:// with host and port, such as http://127.0.0.1:4318; \
                for a collector far away, run one beside this program that passes spans on"
            )));
        }
        if self.trace.sampled_percent > 100 {
            return Err(ConfigError(format!("trace.sampled_percent is {}: use 0 to 100", self.trace.sampled_percent)));
        }
        self.telegram.check(self.server.public_url.as_deref())?;
        self.preview.client(None)?;
        self.mtproto.check()?;
        // these go into a header: a space or semicolon there would start another directive
        if let Some(origin) = self.server.frame_ancestors.iter().find(|origin| !is_origin(origin)) {
            return Err(ConfigError(format!(
                "server.frame_ancestors holds {origin:?}: write origins such as https://web.telegram.org"
            )));
        }
        Ok(())
    }

    /// Whether nobody has set the key with this path.
    pub fn is_default(&self, path: &str) -> bool {
        self.effective.iter().any(|value| value.path == path && value.origin == Defaults::NAME)
    }

    /// The values in force with secrets masked, as TOML with their origin.
    pub fn print(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for (key, value) in KEYS.iter().zip(&self.effective) {
            if section != key.section {
                section = key.section;
                text.push_str(if text.is_empty() { "[" } else { "\n[" });
                text.push_str(section);
                text.push_str("]\n");
            }
            match &value.shown {
                // JSON's strings, numbers, switches and lists of strings are TOML's too
                Some(shown) => _ = writeln!(text, "{} = {shown}  # {}", key.name, value.origin),
                None => _ = writeln!(text, "#{} =  # not set", key.name),
            }
        }
        text
    }

    /// The same as one JSON object: path → value and origin.
    pub fn print_json(&self) -> serde_json::Value {
        self.effective
            .iter()
            .map(|value| (value.path.clone(), serde_json::json!({ "value": value.shown, "from": value.origin })))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

/// A public address as browsers write it in `Origin`: in lower case, without a slash at its end.
fn origin_of(public_url: &str) -> String {
    public_url.trim_end_matches('/').to_ascii_lowercase()
}

fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:*[]".contains(&byte))
    })
}

/// Every key with its default and meaning, as a file that can be used as it is.
pub fn example() -> String {
    let mut text = String::from(
        "# Settings of AnalyticBot. Every key may be left out; what stands here is the default, and a key behind a # has none.\n\
         # Looked for as analyticbot.toml in the current folder, then in ${XDG_CONFIG_HOME:-~/.config}/analyticbot/, or named by --config.\n\
         # The environment goes before the file, flags go before both.\n",
    );
    let mut section = "";
    for key in KEYS {
        text.push('\n');
        if section != key.section {
            section = key.section;
            _ = writeln!(text, "[{section}]");
        }
        for line in wrap(key.meaning) {
            _ = writeln!(text, "# {line}");
        }
        _ = writeln!(text, "# {}", key.variable());
        match key.default {
            Some(default) => _ = writeln!(text, "{} = {default}", key.name),
            None => _ = writeln!(text, "#{} = {}", key.name, key.sample),
        }
    }
    text
}

/// Lines of at most this many characters, so that the example reads well in a terminal.
const EXAMPLE_LINE_CHARS: usize = 110;

fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("starts with one line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > EXAMPLE_LINE_CHARS {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

struct Defaults {
    database_url: Option<String>,
}

impl Defaults {
    const NAME: &str = "default";
}

impl Provider for Defaults {
    fn metadata(&self) -> Metadata {
        Metadata::named(Self::NAME)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let text: String = sections(|key| key.default.map(|default| format!("{} = {default}\n", key.name)));
        let mut data = Toml::string(&text).data()?;
        if let Some(url) = &self.database_url {
            let dict = data.entry(Profile::Default).or_default();
            if let Some(Value::Dict(_, database)) = dict.get_mut("database") {
                database.insert("url".to_owned(), url.as_str().into());
            }
        }
        Ok(data)
    }
}

/// TOML with every section, even one whose keys are all absent.
fn sections(line: impl Fn(&Key) -> Option<String>) -> String {
    let mut text = String::new();
    let mut section = "";
    for key in KEYS {
        if section != key.section {
            section = key.section;
            _ = writeln!(text, "[{section}]");
        }
        text.extend(line(key));
    }
    text
}

/// The variables that are settings, by path.
struct Environment(Vec<(String, Value)>);

impl Environment {
    fn read(variables: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let mut values = Vec::new();
        for key in KEYS {
            // the name with the prefix goes before the plain one
            let name = [Some(key.variable()), key.plain_variable.map(str::to_owned)]
                .into_iter()
                .flatten()
                .find(|name| variables.contains_key(name));
            if let Some(name) = name {
                values.push((key.path(), typed(key, &name, &variables[&name])?));
            }
        }
        for name in variables.keys().filter(|name| name.starts_with(ENVIRONMENT_PREFIX)) {
            if KEYS.iter().any(|key| key.variable() == *name) {
                continue;
            }
            let (nearest, distance) = nearest(name, KEYS.iter().map(Key::variable));
            if name.contains("__") || distance <= SLIP_DISTANCE_MAX {
                return Err(ConfigError(format!(
                    "the variable {name} is not a setting: did you mean {nearest}? `analyticbot config example` lists all"
                )));
            }
        }
        Ok(Self(values))
    }
}

fn typed(key: &Key, variable: &str, text: &str) -> Result<Value, ConfigError> {
    let wrong = |expected: &str| ConfigError(format!("{variable} is {text:?}: {expected}"));
    Ok(match key.kind {
        Kind::Text | Kind::Url | Kind::Secret => text.into(),
        Kind::Number => text.trim().parse::<u32>().map_err(|_| wrong("use a whole number"))?.into(),
        Kind::Switch => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "on" | "yes" => true.into(),
            "false" | "0" | "off" | "no" | "" => false.into(),
            _ => return Err(wrong("use true or false")),
        },
        Kind::List => {
            text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect::<Vec<_>>().into()
        }
    })
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("environment")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut dict = Dict::new();
        for (path, value) in &self.0 {
            let (section, name) = path.split_once('.').expect("a path is section.name");
            let entry = dict.entry(section.to_owned()).or_insert_with(|| Dict::new().into());
            if let Value::Dict(_, section) = entry {
                section.insert(name.to_owned(), value.clone());
            }
        }
        Ok(Map::from([(Profile::Default, dict)]))
    }
}

fn refuse_unknown_keys(data: &Map<Profile, Dict>, file: &Path) -> Result<(), ConfigError> {
    let unknown = |what: &str, candidates: Vec<String>| {
        let (nearest, _) = nearest(what, candidates.into_iter());
        ConfigError(format!(
            "{}: {what} is not a setting: did you mean {nearest}? `analyticbot config example` lists all",
            file.display()
        ))
    };
    for (section, value) in data.values().flatten() {
        if !KEYS.iter().any(|key| key.section == section) {
            let sections = KEYS.iter().map(|key| format!("[{}]", key.section));
            return Err(unknown(&format!("[{section}]"), sections.collect()));
        }
        let Value::Dict(_, keys) = value else {
            return Err(ConfigError(format!(
                "{}: {section} is a section: write [{section}] on a line of its own and its keys below",
                file.display()
            )));
        };
        for name in keys.keys() {
            let path = format!("{section}.{name}");
            if !KEYS.iter().any(|key| key.path() == path) {
                return Err(unknown(&path, KEYS.iter().map(Key::path).collect()));
            }
        }
    }
    Ok(())
}

fn nearest(text: &str, candidates: impl Iterator<Item = String>) -> (String, usize) {
    candidates
        .map(|candidate| (strsim::levenshtein(text, &candidate), candidate))
        .min()
        .map(|(distance, candidate)| (candidate, distance))
        .unwrap_or_default()
}

fn describe(error: &figment::Error) -> ConfigError {
    let path = error.path.join(".");
    let origin = error.metadata.as_ref().map_or_else(String::new, |metadata| format!(" ({})", origin(metadata)));
    if let figment::error::Kind::MissingField(field) = &error.kind {
        let path = if path.is_empty() { field.to_string() } else { format!("{path}.{field}") };
        // only the database has no default where there is no home folder to put it in
        return ConfigError(format!(
            "{path} is not set and no home folder is known: set ANALYTICBOT_DATABASE__URL=sqlite:///path/of/file.db"
        ));
    }
    let sample = KEYS
        .iter()
        .find(|key| key.path() == path)
        .map_or_else(String::new, |key| format!("; for example {}", key.default.unwrap_or(key.sample)));
    ConfigError(format!("{path}{origin}: {}{sample}", error.kind))
}

fn origin(metadata: &Metadata) -> String {
    match &metadata.source {
        Some(figment::Source::File(file)) => file.display().to_string(),
        Some(figment::Source::Code(_)) => "flag".to_owned(),
        _ => metadata.name.to_string(),
    }
}

fn effective(figment: &Figment, key: &Key) -> EffectiveValue {
    let path = key.path();
    let value = figment.find_value(&path).ok();
    let shown = value.as_ref().map(|value| match (key.kind, value.as_str()) {
        (Kind::Url, Some(url)) => without_password(url).into(),
        (Kind::Secret, Some(_)) => MASK.into(),
        _ => serde_json::to_value(value).unwrap_or_default(),
    });
    let origin = figment.find_metadata(&path).map_or_else(|| "not set".to_owned(), origin);
    EffectiveValue { path, shown, origin }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn sources(environment: &[(&str, &str)]) -> Sources {
        let mut environment: BTreeMap<String, String> =
            environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        environment.entry("HOME".to_owned()).or_insert_with(|| "/home/ann".to_owned());
        Sources { environment, folder: PathBuf::from("/nonexistent"), ..Sources::default() }
    }

    fn with_file(text: &str) -> (tempfile::TempDir, Sources) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        std::fs::write(folder.path().join(FILE_NAME), text).expect("the settings file");
        let sources = Sources { folder: folder.path().to_owned(), ..sources(&[]) };
        (folder, sources)
    }

    #[test]
    fn nothing_set_gives_the_documented_defaults() {
        let config = sources(&[]).load().expect("defaults");
        assert_eq!(config.server.bind, "127.0.0.1:8080".parse().expect("an address"));
        assert_eq!(config.database.url.expose(), "sqlite:///home/ann/.local/share/analyticbot/analyticbot.db");
        assert!(config.export.enabled);
        assert_eq!(config.clock.file, None);
    }

    #[test]
    fn the_example_is_a_file_of_defaults() {
        let (_folder, from_example) = with_file(&example());
        let example = from_example.load().expect("the example loads");
        let default = sources(&[]).load().expect("defaults");
        let values = |config: &Config| {
            config.effective.iter().map(|value| (value.path.clone(), value.shown.clone())).collect::<Vec<_>>()
        };
        assert_eq!(values(&example), values(&default));
        for key in KEYS {
            assert!(super::example().contains(&key.variable()), "{} is explained", key.path());
        }
    }

    #[test]
    fn environment_beats_file_and_flag_beats_environment() {
        let (_folder, mut sources) = with_file("[server]\nbind = \"127.0.0.1:1\"\n[database]\nmax_connections = 3\n");
        assert_eq!(sources.load().expect("file").server.bind.port(), 1);
        sources.environment.insert("ANALYTICBOT_SERVER__BIND".to_owned(), "127.0.0.1:2".to_owned());
        assert_eq!(sources.load().expect("environment").server.bind.port(), 2);
        sources.flags.push(("server.bind", "127.0.0.1:3".to_owned()));
        let config = sources.load().expect("flag");
        assert_eq!(config.server.bind.port(), 3);
        assert_eq!(config.database.max_connections, 3);
    }

    #[test]
    fn the_plain_name_of_a_rollout_flag_works_and_the_full_one_goes_before_it() {
        assert!(!sources(&[("EXPORT_ENABLED", "false")]).load().expect("plain").export.enabled);
        assert!(
            sources(&[("EXPORT_ENABLED", "0"), ("ANALYTICBOT_EXPORT__ENABLED", "true")])
                .load()
                .expect("both")
                .export
                .enabled
        );
    }

    #[test]
    fn mistakes_are_named_with_the_way_out() {
        let file = |text: &str| {
            let (_folder, sources) = with_file(text);
            sources.load().expect_err(text).to_string()
        };
        let variable = |name: &str, value: &str| sources(&[(name, value)]).load().expect_err(name).to_string();

        assert!(file("[server]\nbnid = \"x\"\n").contains("did you mean server.bind?"));
        assert!(file("[databse]\nurl = \"x\"\n").contains("did you mean [database]?"));
        assert!(file("[server\n").contains(FILE_NAME));
        assert!(file("[server]\nbind = \"here\"\n").contains("for example \"127.0.0.1:8080\""));
        assert!(file("[log]\nformat = \"xml\"\n").contains("log.format"));
        assert!(variable("ANALYTICBOT_DATABASE__ULR", "x").contains("did you mean ANALYTICBOT_DATABASE__URL?"));
        assert!(variable("ANALYTICBOT_DATABASE_URL", "x").contains("did you mean ANALYTICBOT_DATABASE__URL?"));
        assert!(variable("ANALYTICBOT_DATABASE__MAX_CONNECTIONS", "many").contains("whole number"));
        assert!(variable("ANALYTICBOT_DATABASE__URL", "mysql://x").contains("sqlite:///path"));
        for url in ["", "127.0.0.1:6379", "http://h", "rediss://:s3cret@h", "redis://:s3cret@h/first"] {
            let error = variable("ANALYTICBOT_CACHE__REDIS_URL", url);
            assert!(error.contains("redis://user:password@host:port") && !error.contains("s3cret"), "{error}");
        }
        assert!(variable("EXPORT_ENABLED", "perhaps").contains("true or false"));
        assert!(
            variable("ANALYTICBOT_SERVER__FRAME_ANCESTORS", "https://a.example; script-src *")
                .contains("frame_ancestors")
        );
        assert!(variable("ANALYTICBOT_SERVER__PUBLIC_URL", "stats.example.org").contains("https://stats.example.org"));
        for more_than_an_origin in ["/stats", "/stats/", "?a", "#a"] {
            let error =
                variable("ANALYTICBOT_SERVER__PUBLIC_URL", &format!("https://example.org{more_than_an_origin}"));
            assert!(error.contains("host only"), "{more_than_an_origin}: {error}");
        }
        assert!(variable("ANALYTICBOT_SERVER__PUBLIC_URL", "https://*.example.org").contains("host only"));
        for endpoint in ["https://otel.example:4318", "127.0.0.1:4318", "http://", "http://me:secret@otel.example"] {
            assert!(variable("ANALYTICBOT_TRACE__OTLP_ENDPOINT", endpoint).contains("http://127.0.0.1:4318"));
        }
        assert!(variable("ANALYTICBOT_TRACE__SAMPLED_PERCENT", "101").contains("0 to 100"));
        assert!(variable("ANALYTICBOT_PREVIEW__URL", "t.me").contains("https://t.me"));
        assert!(variable("ANALYTICBOT_TELEGRAM__BOT_TOKEN", "not a token").contains("BotFather"));
        assert!(variable("ANALYTICBOT_TELEGRAM__OWNERS", "42,@ann").contains("@ann"));
        let missing = Sources { file: Some("/nonexistent/a.toml".into()), ..sources(&[]) };
        assert!(missing.load().expect_err("missing").to_string().contains("--config"));
    }

    #[test]
    fn the_public_address_is_what_browsers_send_as_origin() {
        let public_url =
            |text| sources(&[("ANALYTICBOT_SERVER__PUBLIC_URL", text)]).load().expect(text).server.public_url;
        assert_eq!(public_url("HTTPS://Stats.Example.org:8443/").as_deref(), Some("https://stats.example.org:8443"));
        assert_eq!(public_url("https://stats.example.org").as_deref(), Some("https://stats.example.org"));
    }

    #[test]
    fn how_the_bot_hears_makes_sense_as_a_whole() {
        const SECRET: &str = "s3cret_s3cret_s3cret";
        let load = |mode: &str, url: Option<&str>, secret: Option<&str>| {
            let url = url.map(|url| ("ANALYTICBOT_SERVER__PUBLIC_URL", url));
            let secret = secret.map(|secret| ("ANALYTICBOT_TELEGRAM__WEBHOOK_SECRET", secret));
            let mode = ("ANALYTICBOT_TELEGRAM__MODE", mode);
            sources(&[Some(mode), url, secret].into_iter().flatten().collect::<Vec<_>>()).load()
        };
        let door = |config: &Config| {
            let url = config.server.public_url.as_deref();
            config.telegram.bot_settings(url).expect("checked").door
        };
        assert!(door(&load("polling", None, None).expect("needs no setup")) == bot::Door::Polling);
        let config = load("webhook", Some("https://stats.example.org"), Some(SECRET)).expect("all is there");
        let url = "https://stats.example.org/hooks/telegram".to_owned();
        assert!(door(&config) == bot::Door::Webhook { url, secret: SECRET.to_owned() });
        assert!(!config.print().contains(SECRET) && !format!("{config:?}").contains(SECRET));
        for (mode, url, secret, said) in [
            ("webhook", Some("https://a.example"), None, "telegram.webhook_secret"),
            ("webhook", None, Some(SECRET), "server.public_url"),
            ("webhook", Some("http://a.example"), Some(SECRET), "https://"),
            ("webhook", Some("https://a.example"), Some("short"), "16 to 256"),
            ("webhook", Some("https://a.example"), Some("with a space in the middle"), "16 to 256"),
            ("carrier pigeon", None, None, "telegram.mode"),
        ] {
            let error = load(mode, url, secret).expect_err(said).to_string();
            assert!(error.contains(said) && !error.contains(SECRET), "{error}");
        }
    }

    #[test]
    fn variables_of_other_tools_are_left_alone() {
        sources(&[("ANALYTICBOT_REAL_DATA", "/x"), ("ANALYTICBOT_SITE", "/y")]).load().expect("not settings");
    }

    #[test]
    fn without_a_home_the_database_must_be_named() {
        let homeless = Sources { folder: "/nonexistent".into(), ..Sources::default() };
        assert!(homeless.load().expect_err("no home").to_string().contains("ANALYTICBOT_DATABASE__URL"));
    }

    #[test]
    fn passwords_are_never_printed() {
        let config =
            sources(&[("ANALYTICBOT_DATABASE__URL", "postgres://me:s3c:r@t@db.example/a?password=s3cret&x=1")])
                .load()
                .expect("loads");
        for text in
            [config.print(), config.print_json().to_string(), format!("{config:?}"), config.database.url.to_string()]
        {
            assert!(!text.contains("s3c"), "{text}");
            assert!(text.contains("me:***@db.example"), "{text}");
        }
        assert_eq!(config.database.url.expose(), "postgres://me:s3c:r@t@db.example/a?password=s3cret&x=1");
    }

    #[test]
    fn nor_is_the_password_of_redis() {
        let config =
            sources(&[("ANALYTICBOT_CACHE__REDIS_URL", "redis://:s3cret@r.example:1/2")]).load().expect("loads");
        for text in [config.print(), config.print_json().to_string(), format!("{config:?}")] {
            assert!(text.contains(":***@r.example:1/2") && !text.contains("s3cret"), "{text}");
        }
        assert_eq!(sources(&[]).load().expect("defaults").cache.redis_url, None);
    }

    #[test]
    fn a_replica_is_a_copy_of_a_postgres() {
        let load = |url: &str, replica: &str| {
            sources(&[("ANALYTICBOT_DATABASE__URL", url), ("ANALYTICBOT_DATABASE__REPLICA_URL", replica)]).load()
        };
        let config = load("postgres://h/a", "postgres://me:s3cret@r/a").expect("loads");
        assert_eq!(config.database.replica_url.as_ref().map(DatabaseUrl::expose), Some("postgres://me:s3cret@r/a"));
        assert!(!config.print().contains("s3cret") && !format!("{config:?}").contains("s3cret"));
        for (url, replica) in [("sqlite:///a.db", "postgres://r/a"), ("postgres://h/a", "mysql://me:s3cret@h/a")] {
            let error = load(url, replica).expect_err("refused").to_string();
            assert!(error.contains("database.replica_url") && !error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn printed_values_can_be_loaded_again() {
        let printed = sources(&[("ANALYTICBOT_SERVER__FRAME_ANCESTORS", "https://a.example,https://b.example:8443")])
            .load()
            .expect("loads")
            .print();
        let (_folder, again) = with_file(&printed);
        assert_eq!(
            again.load().expect("printed settings load").server.frame_ancestors,
            ["https://a.example", "https://b.example:8443"]
        );
    }
}
