//! The places of the analytics page, each with an address.

use leptos::html::Nav;
use leptos::prelude::*;

use super::address::Address;
use crate::shell::place::{BEST_TIME, channel_path};
use crate::t;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Views,
    Growth,
    Reach,
    Sources,
    Content,
    Trending,
    Compare,
}

impl Tab {
    pub const ALL: [Self; 7] =
        [Self::Views, Self::Growth, Self::Reach, Self::Sources, Self::Content, Self::Trending, Self::Compare];

    /// Last part of the address; the first tab has none.
    pub fn segment(self) -> &'static str {
        match self {
            Self::Views => "",
            Self::Growth => "growth",
            Self::Reach => "reach",
            Self::Sources => "sources",
            Self::Content => "content",
            Self::Trending => "trending",
            Self::Compare => "compare",
        }
    }

    /// `None`: there is no such tab.
    pub fn of_segment(segment: Option<&str>) -> Option<Self> {
        let segment = segment.unwrap_or_default();
        Self::ALL.into_iter().find(|tab| tab.segment() == segment)
    }

    fn name(self) -> String {
        match self {
            Self::Views => t!("analytics-tab-views"),
            Self::Growth => t!("analytics-tab-growth"),
            Self::Reach => t!("analytics-tab-reach"),
            Self::Sources => t!("analytics-tab-sources"),
            Self::Content => t!("analytics-tab-content"),
            Self::Trending => t!("analytics-tab-trending"),
            Self::Compare => t!("analytics-tab-compare"),
        }
    }

    /// Whether it speaks of posts, so that a kind of posts can be chosen.
    pub fn has_posts(self) -> bool {
        matches!(self, Self::Views | Self::Reach | Self::Content | Self::Trending)
    }

    /// Address of a channel's tab; `query` begins with a question mark or is empty.
    pub fn path(self, slug: &str, query: &str) -> String {
        let rest = match self.segment() {
            "" => "analytics".to_owned(),
            segment => format!("analytics/{segment}"),
        };
        format!("{}{query}", channel_path(slug, &rest))
    }
}

/// Which entry of the row is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Current {
    Tab(Tab),
    /// a page of its own, last in the row
    BestTime,
    Nowhere,
}

#[component]
pub fn Tabs(
    #[prop(into)] slug: Signal<String>,
    #[prop(into)] current: Signal<Current>,
    address: Address,
) -> impl IntoView {
    let row = NodeRef::<Nav>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        current.track();
        if let Some(row) = row.get() {
            show_current(&row);
        }
    });
    view! {
        <nav class="tabs" aria-label=t!("nav-analytics") node_ref=row>
            {Tab::ALL
                .map(|tab| {
                    view! {
                        // not `A`: that calls the first tab current on all of them
                        <a
                            href=move || tab.path(&slug.get(), &address.kept_on_other_tabs())
                            aria-current=move || (current.get() == Current::Tab(tab)).then_some("page")
                        >
                            {tab.name()}
                        </a>
                    }
                })}
            <a
                href=move || format!("{}{}", channel_path(&slug.get(), BEST_TIME), address.kept_on_other_tabs())
                aria-current=move || (current.get() == Current::BestTime).then_some("page")
            >
                {t!("best-time-tab")}
            </a>
        </nav>
    }
}

/// On a phone the row is longer than the window.
#[cfg(feature = "hydrate")]
fn show_current(row: &web_sys::HtmlElement) {
    use wasm_bindgen::JsCast as _;
    let current = row.query_selector("[aria-current]").ok().flatten();
    if let Some(current) = current.and_then(|current| current.dyn_into::<web_sys::HtmlElement>().ok()) {
        let past_middle = current.offset_left() + current.offset_width() / 2 - row.client_width() / 2;
        row.set_scroll_left(past_middle.max(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tab_finds_itself_in_its_address() {
        for tab in Tab::ALL {
            let path = tab.path("orbit_daily", "?period=7d");
            let segment = path.trim_start_matches("/channels/orbit_daily/analytics").trim_end_matches("?period=7d");
            let segment = segment.trim_start_matches('/');
            assert_eq!(Tab::of_segment((!segment.is_empty()).then_some(segment)), Some(tab));
        }
        assert_eq!(Tab::of_segment(Some("best-time")), None);
    }
}
