//! Signs as Telegram does, for tests.

use std::fmt::Write as _;

use hmac::Mac as _;

use crate::BotToken;
use crate::signed_fields::{Fields, mac};

/// Init data of a bot, with these fields besides the hash. Panics where a key comes twice: a test's mistake.
pub fn init_data(token: &BotToken, fields: &[(&str, &str)]) -> String {
    let owned = fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let check = Fields::of(owned).expect("fields that Telegram could send").check_string(&[]);
    let secret = mac(b"WebAppData").chain_update(token.reveal()).finalize().into_bytes();
    let hash = mac(&secret).chain_update(check).finalize().into_bytes();
    let hash = hash.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    });
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).append_pair("hash", &hash).finish()
}
