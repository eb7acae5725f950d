//! Settings of accounts that read channels over MTProto.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mtproto::{ApiHash, Centre, ProxyUrl, Recorder, SessionKey};
use serde::Deserialize;
use services::collect::account::{Accounts, Reads};

use super::{ConfigError, Secret};

#[derive(Debug, Clone, Deserialize)]
pub struct MtprotoSettings {
    api_id: Option<i32>,
    api_hash: Option<Secret>,
    encryption_key: Option<Secret>,
    history_enabled: bool,
    updates_enabled: bool,
    stats_enabled: bool,
    stats_peers: Vec<String>,
    proxies: Option<Secret>,
    pace_percent: u32,
    call_timeout_s: u32,
    record: Option<PathBuf>,
    stand_in: Option<PathBuf>,
}

/// The part of a stand-in's description that says where it is.
#[derive(Deserialize)]
struct StandIn {
    dcs: Vec<StandInCentre>,
    home: i32,
    auth_key: String,
}

#[derive(Deserialize)]
struct StandInCentre {
    id: i32,
    host: String,
    port: u16,
}

impl MtprotoSettings {
    /// What is set must make sense. Files are looked at when they are used.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.application()?;
        self.proxies()?;
        if !(1..=1_000).contains(&self.pace_percent) {
            return Err(ConfigError(format!("mtproto.pace_percent is {}: use 1 to 1000", self.pace_percent)));
        }
        if !(1..=60).contains(&self.call_timeout_s) {
            return Err(ConfigError(format!("mtproto.call_timeout_s is {}: use 1 to 60", self.call_timeout_s)));
        }
        let reads = self.history_enabled || self.updates_enabled || self.stats_enabled;
        if reads && self.api_id.is_none() {
            return Err(ConfigError(
                "mtproto.api_id is not set, but accounts are to read: get api_id and api_hash at my.telegram.org, or switch history_enabled, updates_enabled and stats_enabled off".to_owned(),
            ));
        }
        Ok(())
    }

    /// Accounts, where they are configured.
    pub fn accounts(&self) -> Result<Option<Accounts>, ConfigError> {
        let Some((api_id, api_hash, key)) = self.application()? else { return Ok(None) };
        let stand_in = self.stand_in.as_deref().map(read_stand_in).transpose()?;
        let (centres, home) = stand_in.unzip();
        let record = |path: &PathBuf| {
            Recorder::to_file(path)
                .map_err(|error| ConfigError(format!("mtproto.record: {} cannot be written: {error}", path.display())))
        };
        let telegram = mtproto::Settings {
            api_id,
            api_hash,
            key,
            centres,
            home,
            call_timeout: Duration::from_secs(u64::from(self.call_timeout_s)),
            recorder: self.record.as_ref().map(record).transpose()?,
        };
        let names = self.stats_peers.iter().map(|name| name.trim().trim_start_matches('@').to_lowercase());
        let reads = Reads {
            history: self.history_enabled,
            updates: self.updates_enabled,
            statistics: self.stats_enabled,
            statistics_of: (!self.stats_peers.is_empty()).then(|| names.collect()),
        };
        Ok(Some(Accounts { telegram, proxies: self.proxies()?, reads, pace_percent: self.pace_percent }))
    }

    /// All three or none: half a configuration is a slip.
    fn application(&self) -> Result<Option<(i32, ApiHash, SessionKey)>, ConfigError> {
        match (self.api_id, &self.api_hash, &self.encryption_key) {
            (None, None, None) => Ok(None),
            (Some(id), Some(hash), Some(key)) => {
                let key = SessionKey::parse(key.expose())
                    .map_err(|error| ConfigError(format!("mtproto.encryption_key: {error}")))?;
                Ok(Some((id, ApiHash::new(hash.expose()), key)))
            }
            (id, hash, key) => {
                let missing =
                    [("api_id", id.is_none()), ("api_hash", hash.is_none()), ("encryption_key", key.is_none())];
                let missing: Vec<&str> = missing.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
                Err(ConfigError(format!(
                    "[mtproto] lacks {}: api_id and api_hash are got at my.telegram.org, encryption_key is made with `openssl rand -hex 32`",
                    missing.join(" and ")
                )))
            }
        }
    }

    fn proxies(&self) -> Result<Vec<ProxyUrl>, ConfigError> {
        let listed = self.proxies.as_ref().map(Secret::expose).unwrap_or_default();
        let urls = listed.split(',').map(str::trim).filter(|url| !url.is_empty()).map(ProxyUrl::parse);
        urls.collect::<Result<_, _>>().map_err(|error| ConfigError(format!("mtproto.proxies: {error}")))
    }
}

fn read_stand_in(path: &Path) -> Result<(Vec<Centre>, i32), ConfigError> {
    let wrong = |what: String| ConfigError(format!("mtproto.stand_in: {}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("cannot be read ({error})")))?;
    let described: StandIn = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let auth_key =
        auth_key(&described.auth_key).ok_or_else(|| wrong("auth_key has 512 hexadecimal digits".to_owned()))?;
    let centre = |centre: StandInCentre| {
        let host = centre.host.parse().map_err(|_| wrong(format!("{} is no address", centre.host)))?;
        Ok(Centre { id: centre.id, address: SocketAddr::new(host, centre.port), auth_key: Some(auth_key) })
    };
    Ok((described.dcs.into_iter().map(centre).collect::<Result<_, ConfigError>>()?, described.home))
}

fn auth_key(digits: &str) -> Option<[u8; 256]> {
    let mut key = [0; 256];
    if digits.len() != 512 || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sources;
    use super::*;

    const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn load(more: &[(&str, &str)]) -> Result<super::super::Config, ConfigError> {
        let mut environment = vec![
            ("ANALYTICBOT_MTPROTO__API_ID", "12"),
            ("ANALYTICBOT_MTPROTO__API_HASH", "made-up"),
            ("ANALYTICBOT_MTPROTO__ENCRYPTION_KEY", KEY),
        ];
        environment.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        environment.extend(more.iter().filter(|(_, value)| *value != "unset"));
        sources(&environment).load()
    }

    #[test]
    fn nothing_is_read_unless_somebody_switches_it_on() {
        assert!(sources(&[]).load().expect("defaults").mtproto.accounts().expect("none").is_none());
        let accounts = load(&[]).expect("settings").mtproto.accounts().expect("accounts").expect("configured");
        assert_eq!(accounts.reads, Reads::default());
        assert_eq!((accounts.pace_percent, accounts.proxies.len()), (100, 0));
        let plain = load(&[
            ("MTPROTO_HISTORY_ENABLED", "true"),
            ("MTPROTO_STATS_ENABLED", "1"),
            ("MTPROTO_STATS_PEERS", "@Orbit, 1234"),
        ]);
        let reads = plain.expect("settings").mtproto.accounts().expect("accounts").expect("configured").reads;
        assert!(reads.history && !reads.updates && reads.statistics);
        assert_eq!(reads.statistics_of, Some(["orbit", "1234"].map(str::to_owned).into()));
    }

    #[test]
    fn half_a_configuration_names_what_is_missing() {
        for (more, told) in [
            (&[("ANALYTICBOT_MTPROTO__API_HASH", "unset")][..], "lacks api_hash"),
            (&[("ANALYTICBOT_MTPROTO__ENCRYPTION_KEY", "abc")], "64 hexadecimal digits"),
            (&[("ANALYTICBOT_MTPROTO__PROXIES", "http://x:1")], "socks5://"),
            (&[("ANALYTICBOT_MTPROTO__PACE_PERCENT", "0")], "use 1 to 1000"),
            (&[("ANALYTICBOT_MTPROTO__CALL_TIMEOUT_S", "61")], "use 1 to 60"),
        ] {
            let error = load(more).expect_err("refused").to_string();
            assert!(error.contains(told), "{error}");
        }
        let error = sources(&[("MTPROTO_UPDATES_ENABLED", "true")]).load().expect_err("refused").to_string();
        assert!(error.contains("my.telegram.org"), "{error}");
    }

    #[test]
    fn secrets_are_masked_and_proxies_are_secrets() {
        let config = load(&[("ANALYTICBOT_MTPROTO__PROXIES", "socks5://ann:hush@127.0.0.1:1080, socks5://h:2")]);
        let config = config.expect("settings");
        assert_eq!(config.mtproto.accounts().expect("accounts").expect("configured").proxies.len(), 2);
        let printed = format!("{} {:?}", config.print(), config.mtproto);
        assert!(!printed.contains("hush") && !printed.contains("made-up") && !printed.contains(KEY), "{printed}");
    }

    #[test]
    fn a_stand_in_is_read_from_its_description() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("describe.json");
        let path = file.display().to_string();
        let write = |key: &str| {
            let text = format!(
                r#"{{"dcs":[{{"id":2,"host":"127.0.0.1","port":7}}],"home":2,"auth_key":"{key}","username":"orbit"}}"#
            );
            std::fs::write(&file, text).expect("written");
        };
        write(&"ab".repeat(256));
        let accounts = || load(&[("ANALYTICBOT_MTPROTO__STAND_IN", &path)]).expect("settings").mtproto.accounts();
        let telegram = accounts().expect("accounts").expect("configured").telegram;
        let centre = &telegram.centres.expect("centres")[0];
        assert_eq!(
            (centre.id, centre.address.port(), centre.auth_key, telegram.home),
            (2, 7, Some([0xab; 256]), Some(2))
        );
        write("ab");
        assert!(accounts().expect_err("refused").to_string().contains("512"));
        std::fs::remove_file(&file).expect("removed");
        assert!(accounts().expect_err("refused").to_string().contains("cannot be read"));
    }
}
