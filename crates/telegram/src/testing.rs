//! Signs as Telegram does, for tests.

use std::fmt::Write as _;

use hmac::Mac as _;
use sha2::{Digest as _, Sha256};

use crate::BotToken;
use crate::signed_fields::{Fields, mac};

/// Init data of a bot, with these fields besides the hash. Panics where a key comes twice: a test's mistake.
pub fn init_data(token: &BotToken, fields: &[(&str, &str)]) -> String {
    signed(&mac(b"WebAppData").chain_update(token.reveal()).finalize().into_bytes(), fields)
}

/// The query with which the Login Widget of a bot comes back, likewise.
pub fn login(token: &BotToken, fields: &[(&str, &str)]) -> String {
    signed(&Sha256::digest(token.reveal()), fields)
}

fn signed(key: &[u8], fields: &[(&str, &str)]) -> String {
    let owned = fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let check = Fields::of(owned).expect("fields that Telegram could send").check_string(&[]);
    let hash = mac(key).chain_update(check).finalize().into_bytes();
    let hash = hash.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    });
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).append_pair("hash", &hash).finish()
}
