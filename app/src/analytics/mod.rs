//! Analytics: views over time, posts, reach, growth, sources, content, trending, channels side by side.
//!
//! One server function sends a period's dataset; `shown` holds what of it is chosen (`address` keeps that in the
//! query string), and every card asks its question of `domain::analytics` there and then.
//!
//! To add a tab: a variant of [`tab::Tab`], a file with its component, an arm in `Places` below, texts.

pub mod address;
mod api;
mod compare_channels;
mod compare_posts;
mod content_card;
mod content_tab;
mod explain;
mod figures;
mod growth_card;
mod growth_tab;
mod heatmap;
mod link_joins_card;
mod media_chips;
mod post_cell;
mod reach_by_age;
mod reach_tab;
mod senders_card;
mod shown;
mod sources_card;
mod sources_tab;
pub mod tab;
mod top_posts_table;
mod trending_card;
mod views_over_time;
mod views_tab;

use domain::screens::{AnalyticsScreen, PostsCompared};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::error::ApiError;
use crate::not_found::NotFound;
use crate::shell::frame::Refresh;
use crate::shell::period::{PeriodControl, use_period};
use crate::t;
use crate::ui::card::SkeletonCard;
use crate::ui::loaded::loaded;
use crate::ui::settled::settled;

use address::{Address, posts_param};
use compare_channels::{CompareChannels, Compared};
use content_tab::ContentTab;
use growth_tab::GrowthTab;
use media_chips::MediaChips;
use reach_tab::ReachTab;
use shown::Shown;
use sources_tab::SourcesTab;
use tab::{Current, Tab, Tabs};
use trending_card::TrendingCard;
use views_tab::ViewsTab;

/// Resources are made before any view: those that the tab does not need answer with nothing at once.
#[derive(Clone, Copy)]
struct Resources {
    screen: Resource<Result<AnalyticsScreen, ApiError>>,
    curves: Resource<Result<PostsCompared, ApiError>>,
    channels: Resource<Result<Compared, ApiError>>,
    /// posts compared: chosen in the address, else those that the server chose; none where it knows none of them. Here and not on its tab, because a
    /// card that waits for newer curves may outlive the tab for a moment.
    compared: Signal<Vec<i64>>,
}

#[component]
pub fn AnalyticsPage() -> impl IntoView {
    let params = use_params_map();
    let channel = Memo::new(move |_| params.with(|params| params.get("channel").unwrap_or_default()));
    let tab = Memo::new(move |_| params.with(|params| Tab::of_segment(params.get("tab").as_deref())));
    // another channel is another page: nothing of the one before stays
    let channel = settled(channel);
    move || view! { <ChannelAnalytics channel=channel.get() tab/> }
}

#[component]
fn ChannelAnalytics(channel: String, tab: Memo<Option<Tab>>) -> impl IntoView {
    let address = Address::here();
    let resources = resources(&channel, tab, address);
    let place = Memo::new(move |_| match tab.get() {
        None => Place::Nowhere,
        Some(Tab::Compare) => Place::Channels,
        Some(_) => Place::Channel,
    });
    let place = settled(place);
    view! {
        <Title text=t!("nav-analytics")/>
        <PeriodControl place="phone-only fill" id="period-own-phone"/>
        <Tabs slug=channel current=Signal::derive(move || tab.get().map_or(Current::Nowhere, Current::Tab)) address/>
        {move || match place.get() {
            Place::Nowhere => view! { <NotFound/> }.into_any(),
            Place::Channels => view! { <CompareChannels channels=resources.channels address/> }.into_any(),
            Place::Channel => {
                loaded(
                    resources.screen,
                    || view! { <Skeleton/> }.into_any(),
                    move |screen| view! { <Screen screen resources tab address/> },
                )
                    .into_any()
            }
        }}
    }
}

/// What the tabs have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// tabs about the channel: all from one dataset
    Channel,
    Channels,
    Nowhere,
}

fn resources(channel: &str, tab: Memo<Option<Tab>>, address: Address) -> Resources {
    let (period, refresh) = (use_period(), expect_context::<Refresh>());
    let period = Memo::new(move |_| period.get().to_string());
    let posts = address.posts();
    let at = channel.to_owned();
    let screen =
        Resource::new(move || (period.get(), refresh.0.get()), move |(period, _)| api::screen(at.clone(), period));
    let at = channel.to_owned();
    // leaving the tab changes nothing: news would reach cards that are just going
    let wanted = Memo::new(move |before: Option<&Option<_>>| {
        if tab.get() != Some(Tab::Views) {
            return before.cloned().flatten();
        }
        let posts = posts.get().map(|ids| posts_param(&ids));
        // posts somebody chose do not change with the period
        let period = if posts.is_some() { String::new() } else { period.get() };
        Some((period, posts, refresh.0.get()))
    });
    let curves = Resource::new(
        move || wanted.get(),
        move |wanted| {
            let channel = at.clone();
            async move {
                match wanted {
                    Some((period, posts, _)) => api::curves(channel, period, posts).await,
                    None => Ok(api::no_curves()),
                }
            }
        },
    );
    let at = channel.to_owned();
    let channels = Resource::new(
        move || (tab.get() == Some(Tab::Compare)).then(|| (period.get(), refresh.0.get())),
        move |wanted| {
            let channel = at.clone();
            async move {
                match wanted {
                    Some((period, _)) => api::compare(channel, period).await.map(Some),
                    None => Ok(None),
                }
            }
        },
    );
    let compared = Signal::derive(move || {
        let known: Option<Vec<i64>> =
            curves.get().and_then(Result::ok).map(|curves| curves.curves.iter().map(|curve| curve.post_id).collect());
        match (posts.get(), known) {
            (Some(chosen), known) if known.as_ref().is_none_or(|known| !known.is_empty()) => chosen,
            (_, known) => known.unwrap_or_default(),
        }
    });
    Resources { screen, curves, channels, compared }
}

#[component]
fn Screen(
    screen: Signal<AnalyticsScreen>,
    resources: Resources,
    tab: Memo<Option<Tab>>,
    address: Address,
) -> impl IntoView {
    let shown = Shown::new(address, screen);
    let standing = settled(tab);
    view! {
        <MediaChips shown with_kinds=Signal::derive(move || tab.get().is_some_and(Tab::has_posts))/>
        {move || match standing.get() {
            Some(Tab::Views) => view! { <ViewsTab shown curves=resources.curves compared=resources.compared/> }.into_any(),
            Some(Tab::Growth) => view! { <GrowthTab shown/> }.into_any(),
            Some(Tab::Reach) => view! { <ReachTab shown/> }.into_any(),
            Some(Tab::Sources) => view! { <SourcesTab shown/> }.into_any(),
            Some(Tab::Content) => view! { <ContentTab shown/> }.into_any(),
            Some(Tab::Trending) => {
                view! {
                    <div class="grid">
                        <TrendingCard shown class="flush" most=domain::analytics::trending::MOST/>
                    </div>
                }
                    .into_any()
            }
            Some(Tab::Compare) | None => ().into_any(),
        }}
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="grid">
            <SkeletonCard class="span-8"/>
            <SkeletonCard class="span-4" rows=3/>
            <SkeletonCard class="span-6"/>
            <SkeletonCard class="span-6"/>
            <SkeletonCard class="span-8" rows=5/>
            <SkeletonCard class="span-4" rows=3/>
        </div>
    }
}
