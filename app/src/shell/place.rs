//! Where the reader is, read from the address: page, channel, and the query that follows along.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

/// Last part of the address of the page about the best time to post.
pub const BEST_TIME: &str = "best-time";

/// A page of the main navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Dashboard,
    Analytics,
    BestTime,
    Post,
    Settings,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub page: Page,
    /// slug of the channel in the address
    pub channel: Option<String>,
}

impl Place {
    pub fn of(path: &str) -> Self {
        let mut parts = path.trim_matches('/').split('/');
        let (page, channel) = match parts.next() {
            Some("settings") => (Page::Settings, None),
            Some("channels") => {
                let channel = parts.next().filter(|slug| !slug.is_empty()).map(decode);
                let page = match parts.next() {
                    None => Page::Dashboard,
                    Some("analytics") => Page::Analytics,
                    Some(BEST_TIME) => Page::BestTime,
                    Some("posts") => Page::Post,
                    Some(_) => Page::Other,
                };
                (page, channel)
            }
            _ => (Page::Other, None),
        };
        Self { page, channel }
    }
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

pub fn use_place() -> Memo<Place> {
    let location = use_location();
    Memo::new(move |_| Place::of(&location.pathname.get()))
}

/// Address of a channel's page.
pub fn channel_path(slug: &str, rest: &str) -> String {
    let slug = percent_encoding::utf8_percent_encode(slug, percent_encoding::NON_ALPHANUMERIC).to_string();
    // names are letters, digits and underscores nearly always: keep those readable
    let slug = slug.replace("%5F", "_").replace("%2D", "-");
    if rest.is_empty() { format!("/channels/{slug}") } else { format!("/channels/{slug}/{rest}") }
}

/// The current address with one query parameter changed (`None` removes it).
pub fn with_param(name: &'static str) -> impl Fn(Option<&str>) -> String + Copy + Send + Sync {
    let location = use_location();
    let query = use_query_map();
    let (path, query) = (StoredValue::new(location.pathname), StoredValue::new(query));
    move |value| {
        let mut params = query.get_value().get();
        params.remove(name);
        if let Some(value) = value {
            params.insert(name, value.to_owned());
        }
        format!("{}{}", path.get_value().get(), params.to_query_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_page_and_channel() {
        let place = |page, channel: Option<&str>| Place { page, channel: channel.map(str::to_owned) };
        assert_eq!(Place::of("/"), place(Page::Other, None));
        assert_eq!(Place::of("/channels/orbit_daily"), place(Page::Dashboard, Some("orbit_daily")));
        assert_eq!(Place::of("/channels/orbit_daily/analytics/growth"), place(Page::Analytics, Some("orbit_daily")));
        assert_eq!(Place::of("/channels/orbit_daily/best-time"), place(Page::BestTime, Some("orbit_daily")));
        assert_eq!(Place::of("/channels/17/posts/4"), place(Page::Post, Some("17")));
        assert_eq!(Place::of("/settings/members"), place(Page::Settings, None));
        assert_eq!(channel_path("osh va", "analytics"), "/channels/osh%20va/analytics");
        assert_eq!(channel_path("d_code", ""), "/channels/d_code");
    }
}
