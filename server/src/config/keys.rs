//! The table of settings.

/// Every variable that is a setting starts with this; two underscores stand between section and key.
pub(super) const ENVIRONMENT_PREFIX: &str = "ANALYTICBOT_";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// a URL; its password is printed masked
    Url,
    /// printed masked
    Secret,
    Number,
    Switch,
    /// of texts; comma-separated in the environment
    List,
}

/// A setting as a person meets it.
pub(super) struct Key {
    pub section: &'static str,
    pub name: &'static str,
    pub kind: Kind,
    /// as TOML; `None` = absent, and then `sample` shows what a value looks like
    pub default: Option<&'static str>,
    pub sample: &'static str,
    pub meaning: &'static str,
    /// older plain name in the environment, without the prefix
    pub plain_variable: Option<&'static str>,
}

impl Key {
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    pub fn variable(&self) -> String {
        format!("{ENVIRONMENT_PREFIX}{}__{}", self.section, self.name).to_ascii_uppercase()
    }

    const fn new(
        section: &'static str,
        name: &'static str,
        kind: Kind,
        default: Option<&'static str>,
        sample: &'static str,
        meaning: &'static str,
    ) -> Self {
        Self { section, name, kind, default, sample, meaning, plain_variable: None }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "server",
        "bind",
        Kind::Text,
        Some("\"127.0.0.1:8080\""),
        "",
        "Address and port to listen on. `serve --demo` accepts a loopback address only.",
    ),
    Key::new(
        "server",
        "public_url",
        Kind::Text,
        None,
        "\"https://stats.example.org\"",
        "Address people reach the app at, without a path: invitation links start with it, and a request from it counts as the app's own. Absent: the address of the request.",
    ),
    Key::new(
        "server",
        "frame_ancestors",
        Kind::List,
        Some("[\"https://web.telegram.org\"]"),
        "",
        "Sites that may show the app in a frame: Telegram's web clients. An empty list allows none.",
    ),
    Key::new(
        "server",
        "metrics_bind",
        Kind::Text,
        None,
        "\"127.0.0.1:9090\"",
        "Address and port at which Prometheus reads /metrics, apart from the app. Absent: it is not listened there.",
    ),
    Key::new(
        "server",
        "metrics_token",
        Kind::Secret,
        None,
        "\"a long random text\"",
        "Opens /metrics on the app's own address: Authorization: Bearer <this>. Absent: there is no /metrics there.",
    ),
    Key::new(
        "api",
        "computed_per_minute",
        Kind::Number,
        Some("6000"),
        "",
        "Answers of /api/v2 computed a minute for one key or person; answers that are kept and 304 are free. 0: no limit.",
    ),
    Key::new(
        "database",
        "url",
        Kind::Url,
        None,
        "\"postgres://analyticbot:secret@127.0.0.1/analyticbot\"",
        "sqlite:///path/of/file.db or postgres://user:password@host/name. Absent: SQLite in ${XDG_DATA_HOME:-~/.local/share}/analyticbot/analyticbot.db, created when missing.",
    ),
    Key::new(
        "database",
        "replica_url",
        Kind::Url,
        None,
        "\"postgres://analyticbot:secret@replica.example/analyticbot\"",
        "A read replica of the Postgres at database.url, read by reports; one that is away or too far behind is left out. Absent: everything is read from database.url.",
    ),
    Key::new(
        "database",
        "max_connections",
        Kind::Number,
        Some("8"),
        "",
        "Connections kept at most, to the replica as many again; on SQLite all but one of them only read.",
    ),
    Key::new(
        "cache",
        "redis_url",
        Kind::Url,
        None,
        "\"redis://:secret@127.0.0.1:6379/0\"",
        "Redis that replicas share answers and quotas through: redis://user:password@host:port/number, or unix:///path/of/socket. It may be away: that costs speed only. Absent: every process keeps its own.",
    ),
    Key {
        plain_variable: Some("EXPORT_ENABLED"),
        ..Key::new(
            "export",
            "enabled",
            Kind::Switch,
            Some("true"),
            "",
            "Whether numbers may be exported as files. Also the plain variable EXPORT_ENABLED.",
        )
    },
    Key::new(
        "telegram",
        "bot_token",
        Kind::Secret,
        None,
        "\"123456789:the letters BotFather gave\"",
        "Token of the bot whose Mini App this is. Absent: nobody signs in by Telegram.",
    ),
    Key::new(
        "telegram",
        "bot_username",
        Kind::Text,
        None,
        "\"my_channels_bot\"",
        "The bot's username: links to the bot and the Login Widget for people in a browser need it. BotFather is told the address of this server, too (/setdomain). Absent: people sign in inside Telegram only.",
    ),
    Key::new(
        "telegram",
        "api_url",
        Kind::Text,
        None,
        "\"https://api.telegram.org\"",
        "Where the Bot API is, for a Bot API server of your own. Absent: Telegram's.",
    ),
    Key::new(
        "telegram",
        "mode",
        Kind::Text,
        Some("\"polling\""),
        "",
        "How the bot hears: polling asks Telegram and needs no setup; webhook lets Telegram call /hooks/telegram at server.public_url.",
    ),
    Key::new(
        "telegram",
        "webhook_secret",
        Kind::Secret,
        None,
        "\"16 to 256 letters, digits, _ and -\"",
        "Proves that a call of the webhook is Telegram's. Needed with mode = \"webhook\".",
    ),
    Key::new(
        "telegram",
        "web_app_script",
        Kind::Text,
        Some("\"https://telegram.org/js/telegram-web-app.js\""),
        "",
        "Where pages that Telegram has opened load its script for Mini Apps from. Name a copy on this server where telegram.org cannot be reached.",
    ),
    Key::new(
        "telegram",
        "owners",
        Kind::List,
        Some("[]"),
        "",
        "Telegram ids of those who own the workspace `default` once they have signed in. Everybody else who was invited nowhere gets a workspace of their own.",
    ),
    Key::new(
        "preview",
        "url",
        Kind::Text,
        Some("\"https://t.me\""),
        "",
        "Where public pages of channels are read (`import preview`, and channels connected by their page). Scheme and host only.",
    ),
    Key::new(
        "preview",
        "pause_ms",
        Kind::Number,
        Some("2000"),
        "",
        "Milliseconds between two of these requests; one is made at a time. Less than 1000 makes Telegram ask to wait.",
    ),
    Key::new(
        "mtproto",
        "api_id",
        Kind::Number,
        None,
        "12345",
        "Number of your application at my.telegram.org, for accounts that read channels (docs/collecting.md). Absent: there are no accounts.",
    ),
    Key::new(
        "mtproto",
        "api_hash",
        Kind::Secret,
        None,
        "\"32 hexadecimal digits\"",
        "The application's secret, from the same place.",
    ),
    Key::new(
        "mtproto",
        "encryption_key",
        Kind::Secret,
        None,
        "\"64 hexadecimal digits\"",
        "Seals the accounts' sessions in the database: openssl rand -hex 32 makes one. Whoever loses it signs the accounts in again.",
    ),
    Key {
        plain_variable: Some("MTPROTO_HISTORY_ENABLED"),
        ..Key::new(
            "mtproto",
            "history_enabled",
            Kind::Switch,
            Some("false"),
            "",
            "Whether accounts read what was published before a channel was connected. Also the plain variable MTPROTO_HISTORY_ENABLED.",
        )
    },
    Key {
        plain_variable: Some("MTPROTO_UPDATES_ENABLED"),
        ..Key::new(
            "mtproto",
            "updates_enabled",
            Kind::Switch,
            Some("false"),
            "",
            "Whether accounts follow what is published, and count the views of young posts. Also the plain variable MTPROTO_UPDATES_ENABLED.",
        )
    },
    Key {
        plain_variable: Some("MTPROTO_STATS_ENABLED"),
        ..Key::new(
            "mtproto",
            "stats_enabled",
            Kind::Switch,
            Some("false"),
            "",
            "Whether accounts read Telegram's own statistics, where they are allowed to. Also the plain variable MTPROTO_STATS_ENABLED.",
        )
    },
    Key {
        plain_variable: Some("MTPROTO_STATS_PEERS"),
        ..Key::new(
            "mtproto",
            "stats_peers",
            Kind::List,
            Some("[]"),
            "",
            "The only channels whose statistics are read: names or Telegram ids. Empty: all. Also the plain variable MTPROTO_STATS_PEERS.",
        )
    },
    Key::new(
        "mtproto",
        "proxies",
        Kind::Secret,
        None,
        "\"socks5://name:password@127.0.0.1:1080\"",
        "Proxies that accounts reach Telegram through, parted by commas; the next one is taken when one fails, and nothing goes past them. Absent: straight to Telegram.",
    ),
    Key::new(
        "mtproto",
        "pace_percent",
        Kind::Number,
        Some("100"),
        "",
        "How fast accounts read, in hundredths of a pace at which people's own apps read. More makes Telegram ask to wait.",
    ),
    Key::new(
        "mtproto",
        "call_timeout_s",
        Kind::Number,
        Some("10"),
        "",
        "Seconds after which an answer that has not come does not come, and the connection is made anew.",
    ),
    Key::new(
        "mtproto",
        "record",
        Kind::Text,
        None,
        "\"/var/lib/analyticbot/answers.jsonl\"",
        "A file that Telegram's answers are added to, without people, texts and keys: to correct the stand-in of our tests by. Absent: none.",
    ),
    Key::new(
        "mtproto",
        "stand_in",
        Kind::Text,
        None,
        "\"/tmp/describe.json\"",
        "For trying out: the description of a stand-in for Telegram on this machine (fake-telegram --describe). Absent: Telegram.",
    ),
    Key::new(
        "clock",
        "file",
        Kind::Text,
        None,
        "\"/run/analyticbot/now\"",
        "For checks from outside: a file whose content (unix seconds) is taken for the current time, read at every use. Absent: the machine's clock.",
    ),
    Key::new(
        "log",
        "filter",
        Kind::Text,
        Some("\"info\""),
        "",
        "What is logged, e.g. \"warn\" or \"info,store=debug\".",
    ),
    Key::new(
        "log",
        "format",
        Kind::Text,
        Some("\"text\""),
        "",
        "\"text\" for people, \"json\" for machines; either goes to standard error.",
    ),
    Key::new(
        "trace",
        "otlp_endpoint",
        Kind::Text,
        None,
        "\"http://127.0.0.1:4318\"",
        "OpenTelemetry collector that is sent the spans of requests and jobs (OTLP over plain HTTP; a collector beside the program passes them on encrypted). Absent: none are made.",
    ),
    Key::new(
        "trace",
        "sampled_percent",
        Kind::Number,
        Some("100"),
        "",
        "Of the requests and jobs that begin here, how many are traced. A caller that sends traceparent has decided itself.",
    ),
];
