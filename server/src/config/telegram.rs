//! Settings of what is Telegram's: the bot, the Mini App, public pages.

use std::time::Duration;

use serde::Deserialize;
use telegram::{BotApi, BotToken};

use super::{ConfigError, Secret};
use crate::webhook::WEBHOOK_PATH;

#[derive(Debug, Clone, Deserialize)]
pub struct TelegramSettings {
    pub bot_token: Option<Secret>,
    bot_username: Option<String>,
    api_url: Option<String>,
    mode: UpdateMode,
    webhook_secret: Option<Secret>,
    web_app_script: String,
    /// as texts, as lists in the environment are
    owners: Vec<String>,
}

/// How updates of the bot come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UpdateMode {
    Polling,
    Webhook,
}

impl TelegramSettings {
    /// What is set must make sense, also together.
    pub(super) fn check(&self, public_url: Option<&str>) -> Result<(), ConfigError> {
        self.bot_api()?;
        self.bot_username()?;
        self.web_app_script()?;
        self.owners()?;
        self.webhook_secret()?;
        self.bot_settings(public_url).map(drop)
    }

    /// The Bot API, where there is a bot.
    pub fn bot_api(&self) -> Result<Option<BotApi>, ConfigError> {
        let Some(token) = self.bot()? else { return Ok(None) };
        let api = BotApi::new(&token, self.api_url.as_deref());
        api.map(Some).map_err(|error| ConfigError(format!("telegram.api_url: {error}")))
    }

    /// By which Telegram proves that a request to the webhook is its own.
    pub fn webhook_secret(&self) -> Result<Option<&Secret>, ConfigError> {
        let Some(secret) = &self.webhook_secret else { return Ok(None) };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let text = secret.expose();
        // fewer could be guessed; more, or others, Telegram refuses
        if !(16..=256).contains(&text.len()) || !text.bytes().all(plain) {
            return Err(ConfigError("telegram.webhook_secret: use 16 to 256 of A-Z a-z 0-9 _ and -".to_owned()));
        }
        Ok(Some(secret))
    }

    /// What the role `bot` works with.
    pub fn bot_settings(&self, public_url: Option<&str>) -> Result<bot::Settings, ConfigError> {
        let door = match self.mode {
            UpdateMode::Polling => bot::Door::Polling,
            UpdateMode::Webhook => {
                let secret = self.webhook_secret()?.ok_or_else(|| {
                    ConfigError("telegram.mode is webhook: set telegram.webhook_secret, too".to_owned())
                })?;
                let url = public_url.filter(|url| url.starts_with("https://") || self.api_url.is_some());
                let url = url.ok_or_else(|| {
                    ConfigError(
                        "telegram.mode is webhook: set server.public_url to the https:// address that Telegram calls"
                            .to_owned(),
                    )
                })?;
                bot::Door::Webhook { url: format!("{url}{WEBHOOK_PATH}"), secret: secret.expose().to_owned() }
            }
        };
        Ok(bot::Settings { door, public_url: public_url.map(str::to_owned) })
    }

    pub fn bot(&self) -> Result<Option<BotToken>, ConfigError> {
        let token = self.bot_token.as_ref().map(|token| BotToken::parse(token.expose())).transpose();
        token.map_err(|error| ConfigError(format!("telegram.bot_token: {error}")))
    }

    /// Without @.
    pub fn bot_username(&self) -> Result<Option<String>, ConfigError> {
        let Some(written) = &self.bot_username else { return Ok(None) };
        let name = written.trim().trim_start_matches('@');
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(ConfigError(format!(
                "telegram.bot_username is {written:?}: write the bot's username, such as my_channels_bot"
            )));
        }
        Ok(Some(name.to_owned()))
    }

    /// An address, or a path of this server. It goes into a header: a space or semicolon there would start another
    /// directive.
    pub fn web_app_script(&self) -> Result<String, ConfigError> {
        let script = self.web_app_script.trim();
        let rest = ["https://", "http://", "/"].iter().find_map(|start| script.strip_prefix(start));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~:/[]".contains(&byte);
        if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/') || !rest.bytes().all(plain)) {
            return Err(ConfigError(format!(
                "telegram.web_app_script is {script:?}: write an address without a query, such as https://telegram.org/js/telegram-web-app.js or /telegram-web-app.js"
            )));
        }
        Ok(script.to_owned())
    }

    pub fn owners(&self) -> Result<Vec<i64>, ConfigError> {
        let ids = self.owners.iter().map(|id| id.trim().parse().ok().filter(|id| *id > 0).ok_or(id));
        ids.collect::<Result<_, _>>().map_err(|id| {
            ConfigError(format!("telegram.owners holds {id:?}: write Telegram ids of people, such as \"42\""))
        })
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct PreviewSettings {
    pub url: String,
    pub pause_ms: u64,
}

impl PreviewSettings {
    /// Whoever is asked too often finds us at `contact`.
    pub fn client(&self, contact: Option<&str>) -> Result<preview::Client, ConfigError> {
        let settings = preview::Settings {
            base: self.url.trim_end_matches('/').to_owned(),
            pause: Duration::from_millis(self.pause_ms),
            contact: contact.map(str::to_owned),
            ..preview::Settings::default()
        };
        preview::Client::new(settings).map_err(|error| ConfigError(format!("preview.url is {error}")))
    }
}
