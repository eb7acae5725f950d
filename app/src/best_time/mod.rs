//! Best time to post: verdict, slots, all hours, how to choose, what else matters, the recommender's own past, and an
//! experiment with slots.
//!
//! One server function sends the channel's posts with their outcomes; `chosen` holds how the reader wants to choose,
//! and every change is answered by `domain::best_time::recommend` there and then.

mod api;
mod choosing_card;
mod chosen;
mod effects_card;
mod experiment_card;
mod experiment_log;
mod experiment_plan;
mod hours_card;
mod past_card;
mod slot_list;
mod slots_card;
mod verdict_card;
mod words;
mod zones_field;

use domain::best_time::Objective;
use domain::screens::BestTimeScreen;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::analytics::address::{Address, OBJECTIVE};
use crate::analytics::tab::{Current, Tabs};
use crate::shell::frame::Refresh;
use crate::t;
use crate::ui::card::SkeletonCard;
use crate::ui::loaded::loaded;
use crate::ui::segmented::Segmented;
use crate::ui::settled::settled;
use crate::ui::toast::{Toast, Toasts};

use choosing_card::ChoosingCard;
use chosen::Chosen;
use effects_card::EffectsCard;
use experiment_card::ExperimentCard;
use hours_card::HoursCard;
use past_card::PastCard;
use slots_card::SlotsCard;
use verdict_card::VerdictCard;

#[component]
pub fn BestTimePage() -> impl IntoView {
    let params = use_params_map();
    let channel = Memo::new(move |_| params.with(|params| params.get("channel").unwrap_or_default()));
    // another channel is another page: nothing of the one before stays
    let channel = settled(channel);
    move || view! { <ChannelBestTime channel=channel.get()/> }
}

#[component]
fn ChannelBestTime(channel: String) -> impl IntoView {
    let (address, refresh) = (Address::here(), expect_context::<Refresh>());
    let at = channel.clone();
    let screen = Resource::new(move || refresh.0.get(), move |_| api::screen(at.clone()));
    view! {
        <Title text=t!("best-time-title")/>
        <Tabs slug=channel current=Current::BestTime address/>
        {loaded(screen, || view! { <Skeleton/> }.into_any(), move |screen| view! { <Screen screen address/> })}
    }
}

#[component]
fn Screen(screen: Signal<BestTimeScreen>, address: Address) -> impl IntoView {
    let chosen = Chosen::new(address, screen);
    let toast = Toast::here();
    view! {
        <div class="toolbar">
            <Segmented
                label=t!("best-time-objective")
                choices=Objective::ALL.map(|objective| (objective, words::objective(objective))).to_vec()
                value=chosen.objective
                choose=Callback::new(move |objective: Objective| {
                    address.replace(&[(OBJECTIVE, Some(objective.as_str().to_owned()))]);
                })
            />
            <span class="meta">{move || t!("best-time-clock", zone = chosen.zone().name().to_owned())}</span>
        </div>
        <div class="grid best-time">
            <VerdictCard chosen/>
            <SlotsCard chosen toast/>
            <HoursCard chosen/>
            <ChoosingCard chosen/>
            <EffectsCard chosen/>
            <PastCard chosen/>
            <ExperimentCard chosen toast/>
        </div>
        <Toasts toast/>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="grid">
            <SkeletonCard class="span-5 mid-full"/>
            <SkeletonCard class="span-7 mid-full" rows=2/>
            <SkeletonCard class="span-8 mid-full"/>
            <SkeletonCard class="span-4 mid-full" rows=2/>
            <SkeletonCard class="span-8 mid-full" rows=3/>
            <SkeletonCard class="span-4 mid-full"/>
        </div>
    }
}
