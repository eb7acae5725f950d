//! Deep links into the Mini App: what stands behind `?startapp=` in `https://t.me/<bot>?startapp=…`, which Telegram hands
//! to the page as `start_param`. At most 512 of `A-Za-z0-9_-` (<https://core.telegram.org/bots/webapps>).
//!
//! | parameter | opens |
//! | --- | --- |
//! | `c-<channel>` | a channel's dashboard |
//! | `p-<post>-<channel>` | a post; the number is Telegram's id of the message |
//! | `i-<token>` | an invitation to a workspace |
//!
//! `<channel>` is what stands for it in addresses ([`Channel::slug`](crate::channels::Channel::slug)). Letters and digits
//! of ASCII and `_` stand for themselves, so a username is readable; every other byte is `-` and two hexadecimal digits.

use std::fmt;

/// Telegram's limit.
pub const START_PARAM_CHARS_MAX: usize = 512;

/// A place in the app that a link of Telegram opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Channel { slug: String },
    Post { slug: String, post_id: i64 },
    Invitation { token: String },
}

impl Link {
    /// The parameter, if it fits: a name in another script takes seven characters a letter.
    pub fn start_param(&self) -> Option<String> {
        let text = match self {
            Self::Channel { slug } => format!("c-{}", Escaped(slug)),
            Self::Post { slug, post_id } => format!("p-{post_id}-{}", Escaped(slug)),
            Self::Invitation { token } => format!("i-{token}"),
        };
        is_start_param(&text).then_some(text)
    }

    /// `None` for what is no link of ours, as a mistyped one or that of a newer version.
    pub fn of_start_param(text: &str) -> Option<Self> {
        if !is_start_param(text) {
            return None;
        }
        let (kind, rest) = text.split_once('-')?;
        match kind {
            "c" => Some(Self::Channel { slug: unescaped(rest)? }),
            "p" => {
                let (post_id, slug) = rest.split_once('-')?;
                let post_id = post_id.parse().ok().filter(|id| *id > 0)?;
                Some(Self::Post { slug: unescaped(slug)?, post_id })
            }
            "i" => Some(Self::Invitation { token: rest.to_owned() }).filter(|_| !rest.is_empty()),
            _ => None,
        }
    }
}

fn is_start_param(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !text.is_empty() && text.len() <= START_PARAM_CHARS_MAX && text.bytes().all(plain)
}

struct Escaped<'s>(&'s str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| {
            if byte.is_ascii_alphanumeric() || byte == b'_' {
                write!(f, "{}", char::from(byte))
            } else {
                write!(f, "-{byte:02x}")
            }
        })
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).ok().filter(|slug| !slug.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_username_is_readable_in_its_link() {
        let channel = Link::Channel { slug: "orbit_daily".to_owned() };
        assert_eq!(channel.start_param().unwrap(), "c-orbit_daily");
        let post = Link::Post { slug: "orbit_daily".to_owned(), post_id: 1002 };
        assert_eq!(post.start_param().unwrap(), "p-1002-orbit_daily");
        let invitation = Link::Invitation { token: "aB-_9".to_owned() };
        assert_eq!(invitation.start_param().unwrap(), "i-aB-_9");
        assert_eq!(Link::of_start_param("i-aB-_9"), Some(invitation));
    }

    #[test]
    fn what_is_no_link() {
        for text in [
            "",
            "c",
            "c-",
            "orbit_daily",
            "x-orbit",
            "C-orbit",
            "p-orbit",
            "p-0-orbit",
            "p--1-orbit",
            "p-1002",
            "p-1002-",
            "c-osh-2",
            "c-osh-zz",
            "c-osh-+1",
            "c-osh-d0",
            "c-osh va",
            "c-../..",
            "i-",
            "p-99999999999999999999-orbit",
        ] {
            assert_eq!(Link::of_start_param(text), None, "{text}");
        }
        let long = format!("c-{}", "a".repeat(START_PARAM_CHARS_MAX));
        assert_eq!(Link::of_start_param(&long), None);
    }

    #[test]
    fn a_name_too_long_for_telegram_has_no_link() {
        assert_eq!(Link::Channel { slug: "ош".repeat(80) }.start_param(), None);
        assert_eq!(Link::Invitation { token: "not a token".to_owned() }.start_param(), None);
    }

    proptest! {
        #[test]
        fn what_was_linked_is_found(slug in "\\PC{1,30}", post_id in 1..i64::MAX) {
            for link in [Link::Channel { slug: slug.clone() }, Link::Post { slug: slug.clone(), post_id }] {
                let text = link.start_param();
                prop_assert_eq!(text.as_deref().and_then(Link::of_start_param), text.is_some().then_some(link));
            }
        }

        #[test]
        fn whatever_comes_is_read_without_a_panic(text in "\\PC{0,40}|[cpi]-[A-Za-z0-9_-]{0,40}") {
            if let Some(link) = Link::of_start_param(&text) {
                prop_assert!(link.start_param().is_some());
            }
        }
    }
}
