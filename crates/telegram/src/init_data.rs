//! Init data of a Mini App: who has opened it, signed by Telegram
//! (<https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app>).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::Mac as _;
use serde::Deserialize;

use crate::BotToken;
use crate::signed_fields::{Fields, Rejection, mac};

/// Telegram's key for init data of any bot.
const PRODUCTION_KEY: [u8; 32] = [
    0xe7, 0xbf, 0x03, 0xa2, 0xfa, 0x46, 0x02, 0xaf, 0x45, 0x80, 0x70, 0x3d, 0x88, 0xdd, 0xa5, 0xbb, 0x59, 0xf3, 0x2e,
    0xd8, 0xb0, 0x2a, 0x56, 0xc1, 0x87, 0xfe, 0x7d, 0x34, 0xca, 0xed, 0x24, 0x2d,
];
/// The same of Telegram's test environment.
const TEST_KEY: [u8; 32] = [
    0x40, 0x05, 0x50, 0x58, 0xa4, 0xee, 0x38, 0x15, 0x6a, 0x06, 0x56, 0x2e, 0x52, 0xee, 0xce, 0x92, 0xa7, 0x71, 0xbc,
    0xd8, 0x34, 0x6a, 0x8c, 0x46, 0x15, 0xcb, 0x73, 0x76, 0xed, 0xdf, 0x72, 0xec,
];

/// Verified: only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InitData {
    /// absent where the app was opened from a keyboard button
    pub user: Option<User>,
    /// when the app was opened, unix seconds; Telegram never renews it
    pub auth_date: i64,
    pub query_id: Option<String>,
    /// `startapp` of the link: letters, digits, `_` and `-`
    pub start_param: Option<String>,
    pub chat_instance: Option<String>,
    /// tells one opening of the app from another
    pub hash: String,
}

/// A person, as Telegram names them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    pub id: i64,
    pub first_name: String,
    #[serde(default)]
    pub last_name: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    /// IETF tag, as `ru`
    #[serde(default)]
    pub language_code: Option<String>,
    #[serde(default)]
    pub allows_write_to_pm: bool,
}

impl User {
    /// First and last name.
    pub fn name(&self) -> String {
        match self.last_name.as_deref().filter(|last| !last.is_empty()) {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.clone(),
        }
    }
}

/// Which Telegram signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Environment {
    #[default]
    Production,
    Test,
}

impl Environment {
    fn key(self) -> Result<VerifyingKey, Rejection> {
        let bytes = match self {
            Self::Production => &PRODUCTION_KEY,
            Self::Test => &TEST_KEY,
        };
        VerifyingKey::from_bytes(bytes).map_err(|_| Rejection::BadSignature)
    }
}

/// Init data of our own bot, whose token we have. `now` is unix seconds.
pub fn verify(text: &str, token: &BotToken, now: i64, age_max_s: i64) -> Result<InitData, Rejection> {
    let fields = Fields::parse(text)?;
    let secret = mac(b"WebAppData").chain_update(token.reveal()).finalize().into_bytes();
    fields.verify_hash(&secret)?;
    read(&fields, now, age_max_s)
}

/// Init data of a bot whose token we do not have, by Telegram's own signature.
pub fn verify_of_other_bot(
    text: &str,
    bot_id: i64,
    environment: Environment,
    now: i64,
    age_max_s: i64,
) -> Result<InitData, Rejection> {
    verify_signature(text, bot_id, &environment.key()?, now, age_max_s)
}

fn verify_signature(
    text: &str,
    bot_id: i64,
    key: &VerifyingKey,
    now: i64,
    age_max_s: i64,
) -> Result<InitData, Rejection> {
    let fields = Fields::parse(text)?;
    let signature = fields.need("signature")?.trim_end_matches('=');
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Rejection::Malformed)?;
    let signature = Signature::from_slice(&signature).map_err(|_| Rejection::Malformed)?;
    let signed = format!("{bot_id}:WebAppData\n{}", fields.check_string(&["hash", "signature"]));
    key.verify_strict(signed.as_bytes(), &signature).map_err(|_| Rejection::BadSignature)?;
    read(&fields, now, age_max_s)
}

fn read(fields: &Fields, now: i64, age_max_s: i64) -> Result<InitData, Rejection> {
    let auth_date = fields.signed_at(now, age_max_s)?;
    let user = fields.get("user").map(serde_json::from_str).transpose().map_err(|_| Rejection::Malformed)?;
    let owned = |key: &str| fields.get(key).map(str::to_owned);
    Ok(InitData {
        user,
        auth_date,
        query_id: owned("query_id"),
        start_param: owned("start_param"),
        chat_instance: owned("chat_instance"),
        hash: fields.need("hash")?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};
    use proptest::prelude::*;

    use super::*;
    use crate::signed_fields::BYTES_MAX;

    const NOW: i64 = 1_800_000_000;
    const HOUR: i64 = 3600;
    const USER: &str = r#"{"id":42,"first_name":"Ann","last_name":"Ой","username":"ann","language_code":"ru","photo_url":"https:\/\/t.me\/i\/a.svg"}"#;

    fn token() -> BotToken {
        BotToken::parse("7654321:AAmade-up_made-up_made-up").unwrap()
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn pairs() -> Vec<(&'static str, String)> {
        vec![
            ("query_id", "AAH".to_owned()),
            ("user", USER.to_owned()),
            ("auth_date", NOW.to_string()),
            ("start_param", "c_orbit-daily".to_owned()),
        ]
    }

    /// As Telegram signs: Ed25519 without the hash, then HMAC over all of it.
    fn sign(pairs: &[(&str, String)]) -> String {
        let owned = pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        let check = Fields::of(owned).unwrap().check_string(&[]);
        let signed = key().sign(format!("{}:WebAppData\n{check}", token().bot_id()).as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signed.to_bytes());
        let mut pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (*key, value.as_str())).collect();
        pairs.push(("signature", &signature));
        crate::testing::init_data(&token(), &pairs)
    }

    fn verify_both(text: &str, now: i64) -> [Result<InitData, Rejection>; 2] {
        [verify(text, &token(), now, HOUR), verify_signature(text, token().bot_id(), &key().verifying_key(), now, HOUR)]
    }

    #[test]
    fn what_telegram_has_signed_is_read() {
        for read in verify_both(&sign(&pairs()), NOW + 5) {
            let read = read.unwrap();
            let user = read.user.unwrap();
            assert_eq!((user.id, user.name().as_str(), user.language_code.as_deref()), (42, "Ann Ой", Some("ru")));
            assert_eq!((read.auth_date, read.start_param.as_deref()), (NOW, Some("c_orbit-daily")));
        }
    }

    #[test]
    fn another_person_another_bot_or_a_changed_letter_is_refused() {
        let good = sign(&pairs());
        let swapped = good.replace("%22id%22%3A42", "%22id%22%3A43");
        assert_ne!(swapped, good);
        for refused in verify_both(&swapped, NOW) {
            assert_eq!(refused, Err(Rejection::BadSignature));
        }
        let other = BotToken::parse("7654321:AAanother_made-up_made-up").unwrap();
        assert_eq!(verify(&good, &other, NOW, HOUR), Err(Rejection::BadSignature));
        assert_eq!(verify_signature(&good, 7_654_322, &key().verifying_key(), NOW, HOUR), Err(Rejection::BadSignature));
        assert_eq!(
            verify_of_other_bot(&good, 7_654_321, Environment::Production, NOW, HOUR),
            Err(Rejection::BadSignature),
            "our key is not Telegram's"
        );
        // a hash that somebody else has made without the token
        let forged = good.rsplit_once("hash=").unwrap().0.to_owned() + "hash=" + &"0".repeat(64);
        assert_eq!(verify(&forged, &token(), NOW, HOUR), Err(Rejection::BadSignature));
    }

    #[test]
    fn age_counts_from_the_opening_of_the_app() {
        let text = sign(&pairs());
        for read in verify_both(&text, NOW + HOUR) {
            assert!(read.is_ok());
        }
        for late in verify_both(&text, NOW + HOUR + 1) {
            assert_eq!(late, Err(Rejection::Expired));
        }
        assert!(verify(&text, &token(), NOW - 60, HOUR).is_ok(), "clocks differ a little");
        assert_eq!(verify(&text, &token(), NOW - 61, HOUR), Err(Rejection::Malformed), "signed tomorrow");
        // a forgery does not learn that it is old
        let old = text.replace(&NOW.to_string(), &(NOW - 9 * HOUR).to_string());
        assert_eq!(verify(&old, &token(), NOW, HOUR), Err(Rejection::BadSignature));
    }

    #[test]
    fn what_cannot_be_read() {
        let good = sign(&pairs());
        let without = |key: &str| {
            let kept = good.split('&').filter(|pair| !pair.starts_with(key));
            kept.collect::<Vec<_>>().join("&")
        };
        for text in [
            String::new(),
            "&&=&".to_owned(),
            "nonsense".to_owned(),
            without("hash="),
            format!("{good}&user={{}}"),
            format!("{good}&hash={}", "0".repeat(64)),
            good.replace("hash=", "hash=0"),
            format!("{good}&x=%FF"),
            format!("{good}&x=a%0Auser=b"),
            format!("{good}&x={}", "y".repeat(BYTES_MAX)),
        ] {
            assert_eq!(verify(&text, &token(), NOW, HOUR), Err(Rejection::Malformed), "{text}");
        }
        for pairs in [
            vec![("user", USER.to_owned())],
            vec![("auth_date", "yesterday".to_owned())],
            vec![("auth_date", i64::MIN.to_string())],
            vec![("auth_date", NOW.to_string()), ("user", "{}".to_owned())],
        ] {
            assert_eq!(verify(&sign(&pairs), &token(), NOW, HOUR), Err(Rejection::Malformed), "{pairs:?}");
        }
        assert_eq!(
            verify_signature(&without("signature="), 7_654_321, &key().verifying_key(), NOW, HOUR),
            Err(Rejection::Malformed)
        );
    }

    /// Genuinely signed by Telegram, as the crate init-data-rs has published it among its tests.
    #[test]
    fn telegrams_own_signature_is_believed() {
        const BOT: i64 = 7_342_037_359;
        let sample = published_sample(&source_of("init-data-rs"));
        let at: i64 = Fields::parse(&sample).unwrap().need("auth_date").unwrap().parse().unwrap();
        let read = verify_of_other_bot(&sample, BOT, Environment::Production, at, HOUR).unwrap();
        assert!(read.user.is_some_and(|user| user.id > 0));
        for (bot, environment) in [(BOT, Environment::Test), (BOT + 1, Environment::Production)] {
            let refused = verify_of_other_bot(&sample, bot, environment, at, HOUR);
            assert_eq!(refused, Err(Rejection::BadSignature));
        }
    }

    /// Where cargo has put the sources of a crate that we depend on.
    fn source_of(package: &str) -> std::path::PathBuf {
        let said = |program: &str, arguments: &[&str]| {
            let output = std::process::Command::new(program).args(arguments).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        // the sources for other machines may not be here
        let host = said("rustc", &["--print", "host-tuple"]);
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let arguments = ["metadata", "--format-version=1", "--offline", "--locked", "--manifest-path", manifest];
        let metadata = said(env!("CARGO"), &[&arguments[..], &["--filter-platform", host.trim()]].concat());
        let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let manifest = &packages.iter().find(|known| known["name"] == package).unwrap()["manifest_path"];
        std::path::Path::new(manifest.as_str().unwrap()).parent().unwrap().to_owned()
    }

    /// The string literal with a signature that stands nearest to the bot's id.
    fn published_sample(package: &std::path::Path) -> String {
        let mut files = vec![package.to_owned()];
        let mut found = Vec::new();
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                if text.contains("7342037359") {
                    let literals = text.split('"').filter(|part| part.contains("signature=") && part.contains("hash="));
                    found.extend(literals.map(str::to_owned));
                }
            }
        }
        let real = |text: &String| {
            verify_of_other_bot(text, 7_342_037_359, Environment::Production, i64::MAX / 2, i64::MAX).is_ok()
        };
        found.into_iter().find(real).expect("a sample that Telegram has signed")
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,400}") {
            prop_assert!(verify(&text, &token(), NOW, HOUR).is_err());
        }

        #[test]
        fn not_one_byte_may_differ(at in any::<prop::sample::Index>(), byte in 33_u8..127) {
            let good = sign(&pairs());
            let at = at.index(good.len());
            let mut bytes = good.clone().into_bytes();
            bytes[at] = byte;
            let other = String::from_utf8(bytes).unwrap();
            let same = Fields::parse(&good).map(|fields| fields.check_string(&[]).to_lowercase()).ok()
                == Fields::parse(&other).map(|fields| fields.check_string(&[]).to_lowercase()).ok();
            prop_assume!(!same);
            prop_assert!(verify(&other, &token(), NOW, HOUR).is_err());
        }
    }
}
