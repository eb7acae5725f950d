//! What the page shows: the loaded dataset, the kind of posts chosen, the window zoomed into. Everything on the page
//! is worked out from these, in the browser as on the server.

use std::sync::Arc;

use domain::analytics::table::{MediaKind, media_counts};
use domain::analytics::{Dataset, Window};
use domain::collect::edge::Sender;
use domain::screens::{AnalyticsScreen, Freshness};
use domain::zone::Zone;
use leptos::prelude::*;

use super::address::Address;
use crate::ui::settled::settled;

#[derive(Clone, Copy)]
pub struct Shown {
    pub address: Address,
    screen: Memo<Arc<AnalyticsScreen>>,
    /// the posts of the chosen kind; facts about the whole channel
    pub data: Memo<Arc<Dataset>>,
    /// the period, or the part of it that is zoomed into
    pub window: Memo<Window>,
    /// the equal window before; `None` where it reaches back beyond what is loaded, or beyond the first post known:
    /// half a window is nothing to compare with
    pub before: Memo<Option<Window>>,
}

impl Shown {
    pub fn new(address: Address, screen: Signal<AnalyticsScreen>) -> Self {
        let screen = Memo::new(move |_| Arc::new(screen.get()));
        let (media, zoom) = (address.media(), address.zoom());
        let data = Memo::new(move |_| {
            screen.with(|screen| match media.get() {
                Some(kind) => Arc::new(screen.dataset.of_kind(kind)),
                None => Arc::new(screen.dataset.clone()),
            })
        });
        let window = Memo::new(move |_| screen.with(|screen| zoomed(&screen.window, zoom.get())));
        let before = Memo::new(move |_| {
            let (loaded_from, first_post) =
                screen.with(|screen| (screen.window.needs_from(), screen.dataset.posts.date_utc.first().copied()));
            window.with(|window| comparable(window.previous(), loaded_from, first_post))
        });
        Self { address, screen, data, window, before }
    }

    /// The same one turn of the event loop behind: while a brush moves the window, the chart under it comes first.
    #[must_use]
    pub fn behind(self) -> Self {
        let (window, before) = (settled(self.window), settled(self.before));
        Self { window: Memo::new(move |_| window.get()), before: Memo::new(move |_| before.get()), ..self }
    }

    /// An answer of `question` over the window, again whenever data, kind or window change.
    pub fn ask<T>(self, question: impl Fn(&Dataset, &Window) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| self.data.with(|data| self.window.with(|window| question(data, window))))
    }

    /// The same over the window before, where it is loaded.
    pub fn ask_before<T>(self, question: impl Fn(&Dataset, &Window) -> T + Send + Sync + 'static) -> Memo<Option<T>>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            self.data.with(|data| self.before.with(|before| before.as_ref().map(|window| question(data, window))))
        })
    }

    /// The window that was asked for, without a zoom.
    pub fn whole_window(self) -> Window {
        self.screen.with(|screen| screen.window.clone())
    }

    /// Everything loaded, as one window.
    pub fn loaded_window(self) -> Window {
        self.screen.with(|screen| {
            let window = &screen.window;
            Window::new(window.needs_from(), window.to, window.zone.clone())
        })
    }

    pub fn is_zoomed(self) -> bool {
        self.screen.with(|screen| self.window.with(|window| *window != screen.window))
    }

    /// Kinds of the window's posts with their numbers, whatever kind is chosen.
    pub fn kinds(self) -> Memo<Vec<(MediaKind, u64)>> {
        Memo::new(move |_| self.screen.with(|screen| self.window.with(|window| media_counts(&screen.dataset, window))))
    }

    pub fn slug(self) -> String {
        self.screen.with(|screen| screen.slug.clone())
    }

    pub fn freshness(self) -> Freshness {
        self.screen.with(|screen| screen.freshness)
    }

    /// Channels that send readers, over the whole period: a zoom does not narrow them.
    pub fn senders(self) -> Vec<Sender> {
        self.screen.with(|screen| screen.senders.clone())
    }

    pub fn zone(self) -> Zone {
        self.window.with(|window| window.zone.clone())
    }
}

/// A window before, where everything about it is known. The dataset holds some posts from before `loaded_from`, if
/// there are any, so that a `first_post` within the window is the first of the channel.
fn comparable(before: Window, loaded_from: i64, first_post: Option<i64>) -> Option<Window> {
    Some(before).filter(|before| before.from >= loaded_from && first_post.is_some_and(|first| first <= before.from))
}

/// The part of a window between two instants; all of it when that part is not among what is loaded for it.
fn zoomed(window: &Window, zoom: Option<(i64, i64)>) -> Window {
    zoom.filter(|(from, to)| *from >= window.needs_from() && *to <= window.to)
        .map_or_else(|| window.clone(), |(from, to)| Window::new(from, to, window.zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_window_is_nothing_to_compare_with() {
        let before = Window::new(30, 60, Zone::utc());
        assert_eq!(comparable(before.clone(), 30, Some(30)), Some(before.clone()));
        assert_eq!(comparable(before.clone(), 30, Some(31)), None);
        assert_eq!(comparable(before.clone(), 30, None), None);
        assert_eq!(comparable(before, 31, Some(0)), None);
    }

    #[test]
    fn a_zoom_stays_within_what_is_loaded() {
        let day = 86_400;
        let window = Window::new(60 * day, 90 * day, Zone::utc());
        assert_eq!(zoomed(&window, None), window);
        assert_eq!(zoomed(&window, Some((70 * day, 80 * day))).from, 70 * day);
        // the window before is loaded, too
        assert_eq!(zoomed(&window, Some((40 * day, 80 * day))).from, 40 * day);
        assert_eq!(zoomed(&window, Some((10 * day, 80 * day))), window);
        assert_eq!(zoomed(&window, Some((70 * day, 91 * day))), window);
    }
}
