//! What an account needs to know before it connects. Secrets print as `***`.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::recorder::Recorder;

/// The same for all accounts of a process.
#[derive(Debug, Clone)]
pub struct Settings {
    /// From my.telegram.org, with its hash.
    pub api_id: i32,
    pub api_hash: ApiHash,
    /// Seals sessions.
    pub key: SessionKey,
    /// `None`: Telegram's own. A stand-in's must be on loopback.
    pub centres: Option<Vec<Centre>>,
    /// Where a login begins; without it, data centre 2.
    pub home: Option<i32>,
    /// An answer that has not come by then does not come.
    pub call_timeout: Duration,
    /// Keeps raw answers, to correct the stand-in by; usually off.
    pub recorder: Option<Recorder>,
}

/// What a call may take where the configuration says nothing.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// A data centre of a stand-in.
#[derive(Clone)]
pub struct Centre {
    pub id: i32,
    pub address: SocketAddr,
    /// Agreed on beforehand: grammers exchanges keys with Telegram only.
    pub auth_key: Option<[u8; 256]>,
}

impl fmt::Debug for Centre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Centre({} at {})", self.id, self.address)
    }
}

/// The application's secret, from my.telegram.org.
#[derive(Clone)]
pub struct ApiHash(Zeroizing<String>);

impl ApiHash {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiHash(***)")
    }
}

/// 32 bytes from the configuration.
#[derive(Clone)]
pub struct SessionKey(Zeroizing<[u8; 32]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a key for sessions: it has 64 hexadecimal digits (make one with `openssl rand -hex 32`)")]
pub struct NotAKey;

impl SessionKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// From 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let bytes = hex(text.trim()).ok_or(NotAKey)?;
        Ok(Self::new(bytes.as_slice().try_into().map_err(|_| NotAKey)?))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(***)")
    }
}

/// The bytes of an even number of hexadecimal digits.
pub(crate) fn hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let bytes = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok());
    bytes.collect::<Option<Vec<u8>>>().map(Zeroizing::new)
}

/// `socks5://[name:password@]host:port`. Prints without the login.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not a proxy's address: it reads socks5://host:port or socks5://name:password@host:port, with no other signs \
     than {LOGIN_SIGNS} in name and password"
)]
pub struct NotAProxy;

/// Besides letters and digits. grammers hands a login to the proxy as it stands in the address, where others would be
/// written with `%`.
const LOGIN_SIGNS: &str = "-._~!$&'()*+,";

impl ProxyUrl {
    pub fn parse(text: &str) -> Result<Self, NotAProxy> {
        let text = text.trim();
        let rest = text.strip_prefix("socks5://").ok_or(NotAProxy)?;
        let (login, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (name, password) = login.split_once(':').unwrap_or((login, ""));
        let sent_otherwise = |c: char| !c.is_ascii_alphanumeric() && !LOGIN_SIGNS.contains(c);
        if name.contains(sent_otherwise) || password.contains(sent_otherwise) {
            return Err(NotAProxy);
        }
        let (host, port) = place.rsplit_once(':').ok_or(NotAProxy)?;
        let strange = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '@');
        if host.is_empty() || host.contains(strange) || port.parse::<u16>().is_err() {
            return Err(NotAProxy);
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Host and port.
    pub fn place(&self) -> &str {
        let rest = self.0.trim_start_matches("socks5://");
        rest.rsplit_once('@').map_or(rest, |(_, place)| place)
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyUrl({})", self.place())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_prints_without_its_login() {
        let proxy = ProxyUrl::parse("socks5://anna:kare!nina@proxy.example:1080").expect("a proxy");
        assert_eq!(format!("{proxy:?}"), "ProxyUrl(proxy.example:1080)");
        assert_eq!(ProxyUrl::parse("socks5://[::1]:1080").expect("a proxy").place(), "[::1]:1080");
        for text in [
            "http://a:1",
            "socks5://a",
            "socks5://:1",
            "socks5://a:b",
            "socks5://a/b:1",
            "socks5://a:b@c@d:1",
            "socks5://a:%40@b:1",
            "",
        ] {
            assert_eq!(ProxyUrl::parse(text), Err(NotAProxy), "{text}");
        }
    }

    #[test]
    fn keys_are_64_digits_and_print_as_nothing() {
        let key = SessionKey::parse(&"0f".repeat(32)).expect("a key");
        assert_eq!(key.bytes(), &[15; 32]);
        assert_eq!(format!("{key:?} {:?}", ApiHash::new("abc")), "SessionKey(***) ApiHash(***)");
        for text in [String::new(), "0f".repeat(31), "0g".repeat(32), "ы".repeat(32)] {
            assert!(SessionKey::parse(&text).is_err(), "{text}");
        }
    }
}
