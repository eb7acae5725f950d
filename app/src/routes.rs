//! Addresses and their pages.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::analytics::AnalyticsPage;
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
                    <Route path=path!("channels/:channel") view=DashboardPage ssr=SsrMode::Async/>
                    <Route path=path!("channels/:channel/analytics/:tab?") view=AnalyticsPage ssr=SsrMode::Async/>
                    <Route path=path!("channels/:channel/posts/:post_id") view=PostPage ssr=SsrMode::Async/>
                    <Route path=path!("settings/:section?") view=SettingsPage ssr=SsrMode::Async/>
                    <Route path=path!("invite/:token") view=InvitationPage ssr=SsrMode::Async/>
                    <Route path=path!("*missing") view=NotFound ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
