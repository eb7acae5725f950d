//! The public name of a channel.

use std::fmt;
use std::str::FromStr;

/// Telegram's rule: 4 to 32 letters of the Latin alphabet, digits and underscores, a letter first.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=32;

/// Without `@`, safe to be put into an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

/// What was typed is no public name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a public name such as @durov, or its address https://t.me/durov")]
pub struct NotAUsername;

impl Username {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Telegram does not tell names apart by case.
    pub fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Username {
    type Err = NotAUsername;

    /// Reads `name`, `@name`, and the addresses that people copy: `t.me/name`, `https://t.me/s/name/123?single`.
    fn from_str(text: &str) -> Result<Self, NotAUsername> {
        let text = text.trim();
        let address = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
        let hosts = ["t.me/", "telegram.me/", "telegram.dog/", "www.t.me/"];
        let name = match hosts.iter().find_map(|host| address.strip_prefix(host)) {
            Some(path) => {
                let path = path.strip_prefix("s/").unwrap_or(path);
                path.split(['/', '?', '#']).next().unwrap_or_default()
            }
            None => text.strip_prefix('@').unwrap_or(text),
        };
        let is_name = LENGTHS.contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name { Ok(Self(name.to_owned())) } else { Err(NotAUsername) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_read() {
        for text in [
            "orbit_daily",
            " @orbit_daily ",
            "t.me/orbit_daily",
            "https://t.me/s/orbit_daily?before=5",
            "https://t.me/orbit_daily/7",
        ] {
            assert_eq!(text.parse::<Username>().expect(text).as_str(), "orbit_daily");
        }
    }

    #[test]
    fn nothing_else_becomes_part_of_an_address() {
        for text in [
            "",
            "@",
            "abc",
            "1abcd",
            "or bit",
            "../etc",
            "орбита",
            "https://t.me/+AbCdEf",
            "a/b/c/d",
            "https://example.org/orbit",
        ] {
            assert_eq!(text.parse::<Username>(), Err(NotAUsername), "{text}");
        }
        assert!("a".repeat(33).parse::<Username>().is_err());
    }
}
