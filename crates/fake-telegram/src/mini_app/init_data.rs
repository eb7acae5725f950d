//! Init data, signed as Telegram signs them: HMAC with the bot's token, Ed25519 with a key of the stand-in's own.

use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::scenario::PersonPlan;
use crate::world::digest::hex;

/// Known to everybody; a product under test is told the public half.
const SEED: [u8; 32] = *b"fake-telegram signs init data   ";

/// What encodeURIComponent leaves alone.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The public key of the third-party signature, in hex.
pub fn public_key() -> String {
    hex(SigningKey::from_bytes(&SEED).verifying_key().as_bytes())
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // a key of any length will do
    Hmac::<Sha256>::new_from_slice(key)
        .map_or_else(|_| Vec::new(), |mac| mac.chain_update(message).finalize().into_bytes().to_vec())
}

/// What a launch says besides who opens it.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// Unix seconds.
    pub auth_date: i64,
    pub start_param: Option<String>,
    pub query_id: Option<String>,
}

/// The pairs with their text before encoding, sorted by key, without the two proofs.
fn pairs(person: &PersonPlan, launch: &Launch) -> Vec<(&'static str, String)> {
    let mut user = json!({"id": person.id, "first_name": person.first_name});
    user["last_name"] = json!(person.last_name.clone().unwrap_or_default());
    if let Some(username) = &person.username {
        user["username"] = json!(username);
    }
    user["language_code"] = json!(person.language);
    if person.premium {
        user["is_premium"] = json!(true);
    }
    user["allows_write_to_pm"] = json!(true);
    user["photo_url"] = json!("https://t.me/i/userpic/320/photo.svg");
    // PHP's way: what is signed is this text, not what a JSON library makes of it
    let user = user.to_string().replace('/', "\\/");
    let mut pairs = vec![("auth_date", launch.auth_date.to_string()), ("user", user)];
    if let Some(query) = &launch.query_id {
        pairs.push(("query_id", query.clone()));
    } else {
        pairs.push(("chat_type", "sender".to_owned()));
        pairs.push(("chat_instance", (person.id.wrapping_mul(7_919) | 1).to_string()));
    }
    if let Some(parameter) = &launch.start_param {
        pairs.push(("start_param", parameter.clone()));
    }
    pairs.sort();
    pairs
}

fn lines(pairs: &[(&'static str, String)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n")
}

/// The value of `tgWebAppData`, once decoded.
pub fn signed(token: &str, person: &PersonPlan, launch: &Launch) -> String {
    use base64::Engine as _;
    let mut pairs = pairs(person, launch);
    let bot = token.split(':').next().unwrap_or_default();
    let message = format!("{bot}:WebAppData\n{}", lines(&pairs));
    let signature = SigningKey::from_bytes(&SEED).sign(message.as_bytes()).to_bytes();
    pairs.push(("signature", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(signature)));
    pairs.sort();
    let secret = hmac(b"WebAppData", token.as_bytes());
    pairs.push(("hash", hex(&hmac(&secret, lines(&pairs).as_bytes()))));
    let encoded = pairs.iter().map(|(key, value)| format!("{key}={}", encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

/// What the Login Widget adds to its return address: the person, signed with the hash of the bot's token.
pub fn widget(token: &str, person: &PersonPlan, auth_date: i64) -> String {
    let mut pairs = vec![("auth_date", auth_date.to_string()), ("first_name", person.first_name.clone())];
    pairs.push(("id", person.id.to_string()));
    if let Some(name) = &person.last_name {
        pairs.push(("last_name", name.clone()));
    }
    if let Some(username) = &person.username {
        pairs.push(("username", username.clone()));
    }
    pairs.sort();
    let secret = Sha256::digest(token);
    pairs.push(("hash", hex(&hmac(&secret, lines(&pairs).as_bytes()))));
    let encoded = pairs.iter().map(|(key, value)| format!("{key}={}", encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

/// As encodeURIComponent.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
    use percent_encoding::percent_decode_str;

    use super::*;

    const TOKEN: &str = "7000000001:secret";

    fn fields() -> Vec<(String, String)> {
        let person = PersonPlan {
            id: 5,
            first_name: "Аня \"A/B\"".into(),
            last_name: None,
            username: Some("anya".into()),
            language: "ru".into(),
            premium: true,
            admin_of: Vec::new(),
        };
        let launch = Launch { auth_date: 1_700_000_000, start_param: Some("channel_1".into()), query_id: None };
        let data = signed(TOKEN, &person, &launch);
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap();
            (key.to_owned(), percent_decode_str(value).decode_utf8().unwrap().into_owned())
        };
        let mut fields: Vec<_> = data.split('&').map(pair).collect();
        fields.sort();
        fields
    }

    fn check(fields: &[(String, String)], without: &[&str]) -> String {
        let kept = fields.iter().filter(|(key, _)| !without.contains(&key.as_str()));
        kept.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_bots_own_check_holds() {
        let fields = fields();
        let hash = &fields.iter().find(|(key, _)| key == "hash").unwrap().1;
        let secret = hmac(b"WebAppData", TOKEN.as_bytes());
        assert_eq!(*hash, hex(&hmac(&secret, check(&fields, &["hash"]).as_bytes())));
    }

    #[test]
    fn a_third_partys_check_holds() {
        use base64::Engine as _;
        let fields = fields();
        let signature = &fields.iter().find(|(key, _)| key == "signature").unwrap().1;
        let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature).unwrap();
        let message = format!("7000000001:WebAppData\n{}", check(&fields, &["hash", "signature"]));
        let digits = public_key();
        let key: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).unwrap()).collect();
        let key = VerifyingKey::from_bytes(&key.try_into().unwrap()).unwrap();
        assert!(key.verify(message.as_bytes(), &Signature::from_slice(&signature).unwrap()).is_ok());
    }

    #[test]
    fn the_widgets_check_holds() {
        let person = PersonPlan {
            id: 5,
            first_name: "Аня & Co".into(),
            last_name: None,
            username: None,
            language: "ru".into(),
            premium: false,
            admin_of: Vec::new(),
        };
        let address = widget(TOKEN, &person, 1_700_000_000);
        let check = "auth_date=1700000000\nfirst_name=Аня & Co\nid=5";
        let hash = hex(&hmac(&Sha256::digest(TOKEN), check.as_bytes()));
        assert!(
            address.ends_with(&format!("&hash={hash}")) && address.contains("first_name=%D0%90%D0%BD%D1%8F%20%26%20Co")
        );
    }

    #[test]
    fn slashes_in_json_are_escaped_as_telegram_does() {
        let user = fields().into_iter().find(|(key, _)| key == "user").unwrap().1;
        assert!(user.contains("\\/") && serde_json::from_str::<serde_json::Value>(&user).unwrap()["id"] == 5);
    }
}
