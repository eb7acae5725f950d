//! What decides which view stands is told last.
//!
//! When a view is taken down, the values it owns are gone at once, but what it drew from them may be woken once more:
//! the task of a nested effect keeps its views until that task is polled for the last time (`reactive_graph` 0.2,
//! `RenderEffect`). News that takes a view down and also reaches into it would then read a value that is gone, which
//! is a panic. So the views hear of news first, and the closure that swaps them one turn of the event loop later.

use leptos::prelude::*;

/// Follows `source` one turn of the event loop behind; the same at once while the page is built.
pub fn settled<T>(source: Memo<T>) -> Signal<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    #[cfg(feature = "hydrate")]
    {
        let late = RwSignal::new(source.get_untracked());
        Effect::new(move |_| {
            source.track();
            let tell = move || {
                // `None`: the page itself is gone by now
                let Some(news) = source.try_get_untracked() else { return };
                let _ = late.try_maybe_update(|known| {
                    let changed = *known != news;
                    *known = news;
                    (changed, ())
                });
            };
            set_timeout(tell, std::time::Duration::ZERO);
        });
        late.into()
    }
    #[cfg(not(feature = "hydrate"))]
    source.into()
}
