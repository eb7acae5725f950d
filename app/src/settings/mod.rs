//! Settings: channels, members and invitations, data, appearance.

use leptos::prelude::*;

#[component]
pub fn SettingsPage() -> impl IntoView {}

#[component]
pub fn InvitationPage() -> impl IntoView {}
