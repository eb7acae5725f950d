//! Sessions that were made elsewhere. Telegram voids a key that is used in two places: the other program must not run
//! any more.

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::GeneralPurposeConfig;
use base64::{alphabet, engine::DecodePaddingMode};
use zeroize::Zeroizing;

use crate::session::OpenSession;
use crate::settings::hex;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("an authorisation key has 512 hexadecimal digits")]
    NotAKey,
    #[error("data centres of Telegram have numbers from 1 to 5, not {0}")]
    NotACentre(i32),
    #[error("this is not a session string of Telethon: it begins with 1 and has 353 or 369 characters")]
    NotATelethonString,
}

const CENTRES: std::ops::RangeInclusive<i32> = 1..=5;
const KEY_BYTES: usize = 256;
/// Data centre, IPv4 or IPv6 address, port, key.
const TELETHON_BYTES: [usize; 2] = [1 + 4 + 2 + KEY_BYTES, 1 + 16 + 2 + KEY_BYTES];
/// Padding as it comes: strings are pasted.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// From the 512 hexadecimal digits of an authorisation key and the data centre where it is signed in.
pub fn from_auth_key(digits: &str, dc: i32) -> Result<OpenSession, ImportError> {
    let bytes = hex(digits.trim()).ok_or(ImportError::NotAKey)?;
    of_key(dc, &bytes).ok_or(ImportError::NotAKey)?
}

/// From what Telethon's `StringSession` saves: `1`, then base64 of data centre, address, port and key. The address is
/// left aside: Telegram tells its own.
pub fn from_telethon(text: &str) -> Result<OpenSession, ImportError> {
    let encoded = text.trim().strip_prefix('1').ok_or(ImportError::NotATelethonString)?;
    let bytes = URL_SAFE.decode(encoded).map(Zeroizing::new).map_err(|_| ImportError::NotATelethonString)?;
    if !TELETHON_BYTES.contains(&bytes.len()) {
        return Err(ImportError::NotATelethonString);
    }
    let key = &bytes[bytes.len() - KEY_BYTES..];
    of_key(i32::from(bytes[0]), key).ok_or(ImportError::NotATelethonString)?
}

/// `None` if the key has another length.
fn of_key(dc: i32, key: &[u8]) -> Option<Result<OpenSession, ImportError>> {
    let key: Zeroizing<[u8; KEY_BYTES]> = Zeroizing::new(key.try_into().ok()?);
    Some(if CENTRES.contains(&dc) { Ok(OpenSession::of_key(dc, &key)) } else { Err(ImportError::NotACentre(dc)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telethon(dc: u8, address: &[u8]) -> String {
        let bytes = [&[dc], address, &443_u16.to_be_bytes(), &[0xab; 256]].concat();
        format!("1{}", URL_SAFE.encode(bytes))
    }

    #[test]
    fn keys_and_strings_become_sessions() {
        let from_key = from_auth_key(&"ab".repeat(256), 4).expect("a session");
        let from_v4 = from_telethon(&telethon(4, &[149, 154, 167, 92])).expect("a session");
        let from_v6 = from_telethon(&telethon(4, &[7; 16])).expect("a session");
        for session in [&from_key, &from_v4, &from_v6] {
            assert_eq!(session.home, 4);
            assert!(session.centres[&4].key == from_key.centres[&4].key);
        }
        assert_eq!(telethon(4, &[1, 2, 3, 4]).len(), 353);
        assert_eq!(telethon(4, &[7; 16]).len(), 369);
    }

    #[test]
    fn what_is_none_is_told() {
        assert_eq!(from_auth_key(&"ab".repeat(255), 4).unwrap_err(), ImportError::NotAKey);
        assert_eq!(from_auth_key("xyz", 4).unwrap_err(), ImportError::NotAKey);
        assert_eq!(from_auth_key(&"ab".repeat(256), 9).unwrap_err(), ImportError::NotACentre(9));
        let cut = &telethon(4, &[1, 2, 3, 4])[..300];
        for text in ["", "1", "2abc", "1????", cut] {
            assert_eq!(from_telethon(text).unwrap_err(), ImportError::NotATelethonString, "{text}");
        }
        assert_eq!(from_telethon(&telethon(0, &[1, 2, 3, 4])).unwrap_err(), ImportError::NotACentre(0));
    }
}
