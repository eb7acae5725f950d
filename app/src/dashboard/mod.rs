//! The dashboard: numbers, what needs attention, last posts, trend.

mod api;
mod attention;
mod headline;
pub mod home;
mod latest;
mod metric_card;
mod trend;

use domain::analytics::headline::Headline;
use domain::screens::DashboardScreen;
use domain::zone::Zone;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use crate::shell::frame::Refresh;
use crate::shell::period::{PERIOD, PeriodControl, period_name, use_period};
use crate::shell::place::with_param;
use crate::t;
use crate::ui::card::SkeletonCard;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::loaded::loaded;
use crate::ui::page_title::PageTitle;
use crate::ui::settled::settled;
use crate::ui::time;

use attention::AttentionList;
pub use home::Home;
use latest::LatestPosts;
use metric_card::{Metric, MetricCard};
use trend::Trend;

/// A period that most channels have posts in.
const LONGER: &str = "90d";
/// Posts that the list shows, nearly always.
const LATEST: usize = 6;

#[component]
pub fn DashboardPage() -> impl IntoView {
    let params = use_params_map();
    let channel = Memo::new(move |_| params.with(|params| params.get("channel").unwrap_or_default()));
    // another channel is another page: nothing of the one before stays
    let channel = settled(channel);
    move || view! { <ChannelDashboard channel=channel.get()/> }
}

#[component]
fn ChannelDashboard(channel: String) -> impl IntoView {
    let (period, refresh) = (use_period(), expect_context::<Refresh>());
    let screen = Resource::new(
        move || (period.get(), refresh.0.get()),
        move |(period, _)| api::screen(channel.clone(), period.to_string()),
    );
    loaded(screen, || view! { <Skeleton/> }.into_any(), |screen| view! { <Dashboard screen/> })
}

#[component]
fn Dashboard(screen: Signal<DashboardScreen>) -> impl IntoView {
    let title = move || screen.with(|screen| screen.channel.title.clone());
    let unread = Memo::new(move |_| screen.with(|screen| screen.latest.is_empty() && screen.freshness.as_of.is_none()));
    let posts = Memo::new(move |_| screen.with(|screen| !screen.latest.is_empty()));
    view! {
        <PageTitle text=Signal::derive(title)/>
        <PeriodControl place="phone-only fill" id="period-own-phone"/>
        <Numbers screen/>
        <Show when=move || !unread.get() fallback=NoPosts>
            <NothingInPeriod screen/>
            <div class="grid">
                <AttentionList screen/>
                <Show when=move || posts.get() fallback=NoneBefore>
                    <LatestPosts screen/>
                </Show>
                <Trend screen/>
            </div>
        </Show>
    }
}

#[component]
fn Numbers(screen: Signal<DashboardScreen>) -> impl IntoView {
    let period = use_period();
    let metric = move |of: fn(&Headline, &Zone) -> Metric| {
        Memo::new(move |_| screen.with(|screen| of(&screen.headline, &screen.window.zone)))
    };
    view! {
        <section
            class="grid"
            aria-label=move || t!("dashboard-numbers", period = period.with(period_name))
        >
            <MetricCard id="metric-reach" metric=metric(headline::reach)/>
            <MetricCard id="metric-err" metric=metric(headline::err)/>
            <MetricCard id="metric-subscribers" metric=metric(headline::subscribers)/>
            <MetricCard id="metric-posts" metric=metric(headline::posts)/>
        </section>
    }
}

/// The period has no posts though the channel has some before it.
#[component]
fn NothingInPeriod(screen: Signal<DashboardScreen>) -> impl IntoView {
    let href = with_param(PERIOD);
    let newest = Memo::new(move |_| {
        screen.with(|screen| {
            let newest = screen.latest.first().filter(|_| screen.headline.inputs.posts == 0)?;
            Some(time::day_year(screen.window.zone.day(newest.post.date_utc)))
        })
    });
    move || {
        newest.get().map(|day| {
            view! {
                <div class="notice info">
                    <Icon glyph=Glyph::Info/>
                    <b>{t!("dashboard-no-posts")}</b>
                    <p>{t!("dashboard-no-posts-more", day = day)}</p>
                    <p class="ways">
                        <A href=move || href(Some(LONGER)) attr:class="button">
                            {t!("period-days", n = 90)}
                        </A>
                    </p>
                </div>
            }
        })
    }
}

/// The channel's posts begin after the period.
#[component]
fn NoneBefore() -> impl IntoView {
    let href = with_param(PERIOD);
    view! {
        <section class="card span-8 wide-5" aria-labelledby="latest">
            <header>
                <h2 class="heading" id="latest">
                    {t!("latest-posts")}
                </h2>
            </header>
            <div class="empty">
                <b>{t!("dashboard-no-posts")}</b>
                <p>{t!("dashboard-no-posts-yet")}</p>
                <p class="ways">
                    <A href=move || href(Some(LONGER)) attr:class="button">
                        {t!("period-days", n = 90)}
                    </A>
                </p>
            </div>
        </section>
    }
}

#[component]
fn NoPosts() -> impl IntoView {
    view! {
        <section class="card">
            <div class="empty">
                <svg class="art" viewBox="0 0 96 64" aria-hidden="true">
                    <rect class="soft" x="8" y="8" width="80" height="48" rx="8"></rect>
                    <path class="ink" d="M18 46h60M18 46V18"></path>
                    <path class="hue" d="M24 40c10-2 14-12 22-12s10 6 26-12"></path>
                </svg>
                <b>{t!("dashboard-empty")}</b>
                <p>{t!("dashboard-empty-more")}</p>
                <p class="ways">
                    <A href="/settings/channels" attr:class="button primary">
                        {t!("home-import")}
                    </A>
                </p>
            </div>
        </section>
    }
}

/// Grey shapes where numbers, lists and chart will be.
#[component]
pub(crate) fn Skeleton() -> impl IntoView {
    view! {
        <div class="grid" role="status" aria-busy="true">
            <span class="visually-hidden">{t!("loading")}</span>
            {[(); 4].map(|()| view! { <MetricSkeleton/> })}
        </div>
        <div class="grid" aria-hidden="true">
            <ListSkeleton class="span-4 wide-3 mid-full" rows=2/>
            <ListSkeleton class="span-8 wide-5 as-list" rows=LATEST/>
            <SkeletonCard class="span-12 wide-4 as-chart"/>
        </div>
    }
}

#[component]
fn MetricSkeleton() -> impl IntoView {
    view! {
        <div class="card metric-card span-3 half-phone">
            <div class="skeleton">
                <i class="w-45"></i>
                <i class="value w-60"></i>
                <i class="w-80"></i>
                <i class="spark-box"></i>
                <i class="w-30"></i>
            </div>
        </div>
    }
}

#[component]
fn ListSkeleton(class: &'static str, rows: usize) -> impl IntoView {
    view! {
        <div class=format!("card {class}")>
            <div class="skeleton list-skeleton">
                <i class="w-30"></i>
                {(0..rows)
                    .map(|_| {
                        view! {
                            <span class="row">
                                <i class="thumb-box"></i>
                                <span>
                                    <i class="w-80"></i>
                                    <i class="w-45"></i>
                                </span>
                                <i></i>
                            </span>
                        }
                    })
                    .collect_view()}
            </div>
        </div>
    }
}
