//! Addresses and their pages. Every page is a part of the WebAssembly of its own, loaded when its address is opened.
//!
//! To add a page: a route below and its [`LazyRoute`]; `./dev test site` tells what it costs.

#![allow(
    clippy::used_underscore_binding,
    reason = "the macro of lazy routes hands on a value that these pages do not need"
)]

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::{Lazy, LazyRoute, SsrMode, lazy_route, path};

use crate::analytics::AnalyticsPage;
use crate::best_time::BestTimePage;
use crate::dashboard::{DashboardPage, Home};
use crate::not_found::NotFound;
use crate::posts::PostPage;
use crate::settings::{InvitationPage, SettingsPage};
use crate::shell::frame::Frame;

/// Pages are rendered whole (`SsrMode::Async`): the numbers are in the HTML before any script runs, and a missing
/// channel answers 404.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|text: String| if text.is_empty() { "AnalyticBot".to_owned() } else { format!("{text} · AnalyticBot") }/>
        <Router>
            <Routes fallback=NotFound>
                <ParentRoute path=path!("") view=Frame>
                    <Route path=path!("") view=Home ssr=SsrMode::Async/>
                    <Route path=path!("channels/:channel") view={Lazy::<DashboardRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("channels/:channel/analytics/:tab?") view={Lazy::<AnalyticsRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("channels/:channel/best-time") view={Lazy::<BestTimeRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("channels/:channel/posts/:post_id") view={Lazy::<PostRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings/:section?") view={Lazy::<SettingsRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("invite/:token") view={Lazy::<SettingsRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("*missing") view=NotFound ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

struct DashboardRoute;

#[lazy_route]
impl LazyRoute for DashboardRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        DashboardPage().into_any()
    }
}

struct AnalyticsRoute;

#[lazy_route]
impl LazyRoute for AnalyticsRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        AnalyticsPage().into_any()
    }
}

struct BestTimeRoute;

#[lazy_route]
impl LazyRoute for BestTimeRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        BestTimePage().into_any()
    }
}

struct PostRoute;

#[lazy_route]
impl LazyRoute for PostRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        PostPage().into_any()
    }
}

/// Settings, and the few lines of an invitation: one part, because every further part cuts what pages share into smaller
/// pieces, which pack worse.
struct SettingsRoute;

#[lazy_route]
impl LazyRoute for SettingsRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let is_invitation = use_params_map().with_untracked(|params| params.get("token").is_some());
        if is_invitation { InvitationPage().into_any() } else { SettingsPage().into_any() }
    }
}
