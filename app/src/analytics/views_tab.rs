//! The first tab: the whole channel at a glance.

use domain::screens::PostsCompared;
use leptos::prelude::*;

use super::compare_posts::ComparePosts;
use super::content_card::ContentCard;
use super::growth_card::GrowthCard;
use super::heatmap::Heatmap;
use super::reach_by_age::ReachByAge;
use super::shown::Shown;
use super::sources_card::SourcesCard;
use super::top_posts_table::TopPostsTable;
use super::trending_card::TrendingCard;
use super::views_over_time::ViewsOverTime;
use crate::error::ApiError;

/// Posts in the card; the tab lists them all.
const TRENDING: usize = 3;

#[component]
pub fn ViewsTab(
    shown: Shown,
    curves: Resource<Result<PostsCompared, ApiError>>,
    compared: Signal<Vec<i64>>,
) -> impl IntoView {
    let brushed = shown;
    let shown = shown.behind();
    view! {
        <div class="grid">
            <ViewsOverTime shown=brushed/>
            <ReachByAge shown/>
            <ComparePosts shown curves compared/>
            <GrowthCard shown class="span-6" height="tall"/>
            <Heatmap shown class="span-8"/>
            <SourcesCard shown class="span-4"/>
            <TopPostsTable shown compared/>
            <div class="span-4 stack mid-full">
                <TrendingCard shown class="flush" most=TRENDING/>
                <ContentCard shown/>
            </div>
        </div>
    }
}
