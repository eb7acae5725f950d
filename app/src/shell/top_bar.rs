//! Channel, page, freshness, period.

use leptos::prelude::*;

use super::channel_switch::ChannelSwitch;
use super::frame::{Refresh, Session};
use super::period::PeriodControl;
use super::place::{Page, Place};
use crate::t;
use crate::ui::icon::{Glyph, Icon};

#[component]
pub fn TopBar(place: Memo<Place>, session: Session) -> impl IntoView {
    let refresh = expect_context::<Refresh>();
    let title = move || match place.get().page {
        Page::Dashboard => t!("nav-dashboard"),
        Page::Analytics => t!("nav-analytics"),
        Page::BestTime => t!("best-time-title"),
        Page::Post => t!("nav-post"),
        Page::Settings => t!("nav-settings"),
        Page::Other => "AnalyticBot".to_owned(),
    };
    let has_period = Memo::new(move |_| matches!(place.get().page, Page::Dashboard | Page::Analytics));
    let reads_facts = Memo::new(move |_| has_period.get() || place.get().page == Page::BestTime);
    view! {
        <header class="top-bar">
            <Transition>
                <ChannelSwitch place session/>
            </Transition>
            <div class="title">
                <h1>{title}</h1>
                <span class="meta wide-only">
                    <Transition>
                        {move || {
                            let channel = session.channel(place.get().channel.as_deref())?;
                            Some(view! { <AsOf at=channel.as_of offset_s=channel.as_of_offset_s/> })
                        }}
                    </Transition>
                </span>
            </div>
            <div class="actions">
                <Transition>
                    {move || {
                        let place = place.get();
                        session
                            .channel(place.channel.as_deref())
                            .is_some_and(|channel| channel.demo)
                            .then(|| view! { <span class="demo-mark">{t!("demo-data")}</span> })
                    }}
                </Transition>
                <Show when=move || has_period.get()>
                    <PeriodControl place="wide-only" id="period-own-wide"/>
                </Show>
                <Show when=move || reads_facts.get()>
                    <button
                        class="icon-button"
                        type="button"
                        aria-label=t!("refresh")
                        title=t!("refresh")
                        on:click=move |_| refresh.0.update(|count| *count += 1)
                    >
                        <Icon glyph=Glyph::Refresh/>
                    </button>
                </Show>
            </div>
        </header>
    }
}

/// When the channel's data were last read, on the channel's clock.
#[component]
fn AsOf(at: Option<i64>, offset_s: i32) -> impl IntoView {
    at.map(|at| t!("as-of", time = crate::ui::time::moment_at_offset(at, offset_s)))
}
