//! Fields that Telegram has signed, as a page hands them on: read strictly, compared in constant time.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// More than Telegram ever sends: a photo's address and a start parameter of 512 characters fit several times.
pub const BYTES_MAX: usize = 16 << 10;
/// A clock may be this far behind Telegram's.
const SKEW_S: i64 = 60;

/// Why fields are not believed; nothing more is told to whoever sent them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("the data cannot be read")]
    Malformed,
    #[error("the data were not signed by Telegram for this bot")]
    BadSignature,
    #[error("the data are too old: open the app anew")]
    Expired,
}

impl Rejection {
    /// The reason class of the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::BadSignature => "bad_signature",
            Self::Expired => "expired",
        }
    }
}

/// Decoded pairs in the order of their keys, each key once.
#[derive(Debug)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `key=value&…` with percent-encoding.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        if text.len() > BYTES_MAX {
            return Err(Rejection::Malformed);
        }
        // bytes that are no UTF-8 would be replaced, and two different texts be taken for one
        let decoded = form_urlencoded::parse(text.as_bytes());
        let pairs = decoded.map(|(key, value)| (key.into_owned(), value.into_owned()));
        Self::of(pairs.filter(|(key, _)| !key.is_empty()))
    }

    pub fn of(pairs: impl Iterator<Item = (String, String)>) -> Result<Self, Rejection> {
        let mut pairs: Vec<_> = pairs.collect();
        let strange = |text: &str| text.contains(['\n', char::REPLACEMENT_CHARACTER]);
        if pairs.iter().any(|(key, value)| strange(key) || strange(value)) {
            return Err(Rejection::Malformed);
        }
        pairs.sort_unstable();
        // which of two would be believed?
        if pairs.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(Rejection::Malformed);
        }
        Ok(Self(pairs))
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
        Some(&self.0[at].1)
    }

    pub fn need(&self, key: &str) -> Result<&str, Rejection> {
        self.get(key).ok_or(Rejection::Malformed)
    }

    /// What is signed: all pairs but these, as lines `key=value`.
    pub fn check_string(&self, without: &[&str]) -> String {
        let pairs = self.0.iter().filter(|(key, _)| !without.contains(&key.as_str()));
        pairs.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n")
    }

    /// Whether the field `hash` is the HMAC-SHA-256 of the others under this key.
    pub fn verify_hash(&self, key: &[u8]) -> Result<(), Rejection> {
        let claimed = hex(self.need("hash")?).ok_or(Rejection::Malformed)?;
        let mut mac = mac(key);
        mac.update(self.check_string(&["hash"]).as_bytes());
        // in constant time
        mac.verify_slice(&claimed).map_err(|_| Rejection::BadSignature)
    }

    /// When Telegram signed, unix seconds, if that is at most `age_max_s` before `now`. Ask only what is verified: how old
    /// a forgery claims to be is nobody's business.
    pub fn signed_at(&self, now: i64, age_max_s: i64) -> Result<i64, Rejection> {
        let at: i64 = self.need("auth_date")?.parse().map_err(|_| Rejection::Malformed)?;
        let age = now.checked_sub(at).ok_or(Rejection::Malformed)?;
        if age < -SKEW_S {
            return Err(Rejection::Malformed);
        }
        if age > age_max_s { Err(Rejection::Expired) } else { Ok(at) }
    }
}

pub fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 {
        return None;
    }
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
