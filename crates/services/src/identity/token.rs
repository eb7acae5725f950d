//! Secrets that people carry: random, shown once, kept only as a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// 256 bits: cannot be guessed, so a plain hash is enough to keep it.
const TOKEN_BYTES: usize = 32;
/// What the secret of an API key starts with: scanners of leaked secrets know it by that, and so do we.
const API_KEY_PREFIX: &str = "abk_";

/// A session's, invitation's or API key's secret. Prints masked; [`Token::reveal`] is for the one moment of handing it over.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    pub fn random() -> Self {
        let mut bytes = [0; TOKEN_BYTES];
        fill_random(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The secret of a new API key.
    pub fn of_api_key() -> Self {
        Self(format!("{API_KEY_PREFIX}{}", Self::random().0))
    }

    /// Whether it looks like the secret of an API key, good or not.
    pub fn is_of_api_key(&self) -> bool {
        self.0.starts_with(API_KEY_PREFIX)
    }

    /// The last `count` characters.
    pub fn ending(&self, count: usize) -> &str {
        let start = self.0.char_indices().rev().take(count).last().map_or(self.0.len(), |(at, _)| at);
        &self.0[start..]
    }

    /// A token somebody presents; whether it is good shows only by its hash.
    pub fn presented(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The secret itself: 43 characters fit for an address, behind the prefix of an API key.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored: SHA-256 of the text.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Eight hexadecimal characters to find a log line by; not a secret.
pub(crate) fn short_id() -> String {
    let mut bytes = [0; 4];
    fill_random(&mut bytes);
    format!("{:08x}", u32::from_be_bytes(bytes))
}

fn fill_random(bytes: &mut [u8]) {
    // the operating system's generator fails only where nothing else works either
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_kept_as_sha_256() {
        let token = Token::random();
        assert_ne!(token, Token::random());
        assert_eq!(token.reveal().len(), 43);
        assert_eq!(token.hash().len(), 32);
        assert_eq!(Token::presented(&format!(" {}\n", token.reveal())).hash(), token.hash());
    }

    #[test]
    fn the_secret_of_a_key_is_told_by_its_beginning_and_its_ending() {
        let secret = Token::of_api_key();
        assert!(secret.is_of_api_key() && !Token::random().is_of_api_key());
        assert_eq!(secret.reveal().len(), 47);
        assert!(secret.reveal().ends_with(secret.ending(4)) && secret.ending(4).len() == 4);
        assert_eq!(Token::presented("цц").ending(4), "цц");
    }

    #[test]
    fn a_token_never_prints_itself() {
        let token = Token::random();
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
