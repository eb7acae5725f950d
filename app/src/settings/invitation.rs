//! `/invite/{token}`: joining a workspace.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::api::AcceptInvitation;
use crate::shell::frame::Refresh;
use crate::t;
use crate::ui::problem;

#[component]
pub fn InvitationPage() -> impl IntoView {
    let params = use_params_map();
    let refresh = expect_context::<Refresh>();
    let accept = ServerAction::<AcceptInvitation>::new();
    Effect::new(move || {
        if matches!(accept.value().get(), Some(Ok(_))) {
            refresh.0.update(|count| *count += 1);
        }
    });
    let join = move |()| {
        let token = params.with_untracked(|params| params.get("token")).unwrap_or_default();
        accept.dispatch(AcceptInvitation { token });
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        if accept.value().with(Option::is_none) {
            crate::shell::telegram::use_main_button(t!("invitation-join"), move || join(()));
        }
    });
    view! {
        <Title text=t!("invitation")/>
        <div class="empty">
            <b>{t!("invitation")}</b>
            {move || match accept.value().get() {
                None => {
                    view! {
                        <p>{t!("invitation-more")}</p>
                        <p class="ways own-action">
                            <button class="button primary" type="button" disabled=move || accept.pending().get() on:click=move |_| join(())>
                                {t!("invitation-join")}
                            </button>
                        </p>
                    }
                        .into_any()
                }
                Some(Ok(_)) => {
                    view! {
                        <p role="status">{t!("invitation-done")}</p>
                        <p class="ways">
                            <a href="/" class="button primary">
                                {t!("problem-home")}
                            </a>
                        </p>
                    }
                        .into_any()
                }
                Some(Err(error)) => {
                    let (title, more) = problem::words(&error);
                    view! { <p role="alert">{format!("{title}. {more}")}</p> }.into_any()
                }
            }}
        </div>
    }
}
