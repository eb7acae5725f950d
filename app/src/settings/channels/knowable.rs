//! What a way of collecting can know and what it cannot, in two lists.

use domain::collect::connection::{Knowable, Mode};
use leptos::prelude::*;

use crate::t;
use crate::ui::icon::{Glyph, Icon};

#[component]
pub(super) fn KnowableLists(mode: Mode) -> impl IntoView {
    let known = mode.knows();
    // whoever has exact views needs no rounded ones
    let unknown: Vec<Knowable> = Knowable::ALL
        .into_iter()
        .filter(|fact| !known.contains(fact))
        .filter(|fact| *fact != Knowable::RoundedViews || !known.contains(&Knowable::Views))
        .collect();
    view! {
        <details class="knowable">
            <summary>{t!("settings-knows")}</summary>
            <div class="knowable-lists">
                <Facts title=t!("settings-knows-yes") facts=known.to_vec() glyph=Glyph::Check/>
                <Facts title=t!("settings-knows-no") facts=unknown glyph=Glyph::Close/>
            </div>
        </details>
    }
}

#[component]
fn Facts(title: String, facts: Vec<Knowable>, glyph: Glyph) -> impl IntoView {
    view! {
        <div>
            <b>{title}</b>
            <ul>
                {facts
                    .into_iter()
                    .map(|fact| view! { <li><Icon glyph size="small"/> {name(fact)}</li> })
                    .collect_view()}
            </ul>
        </div>
    }
}

/// In the reader's language.
fn name(fact: Knowable) -> String {
    match fact {
        Knowable::NewPosts => t!("knowable-new-posts"),
        Knowable::History => t!("knowable-history"),
        Knowable::Views => t!("knowable-views"),
        Knowable::RoundedViews => t!("knowable-rounded-views"),
        Knowable::Forwards => t!("knowable-forwards"),
        Knowable::Reactions => t!("knowable-reactions"),
        Knowable::Replies => t!("knowable-replies"),
        Knowable::Changes => t!("knowable-changes"),
        Knowable::Members => t!("knowable-members"),
        Knowable::JoinsByLink => t!("knowable-joins-by-link"),
        Knowable::OfficialStatistics => t!("knowable-official-statistics"),
        Knowable::Mentions => t!("knowable-mentions"),
    }
}
