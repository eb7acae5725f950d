//! Errors in words: what happened, what is safe, the way out (design §5).

use domain::zone::Zone;
use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::{obstacle, time};
use crate::error::ApiError;
use crate::t;

/// Title and explanation of an error.
pub fn words(problem: &ApiError) -> (String, String) {
    match problem {
        ApiError::NotFound => (t!("problem-not-found"), t!("problem-not-found-more")),
        ApiError::SignIn => (t!("problem-sign-in"), t!("problem-sign-in-more")),
        ApiError::Forbidden => (t!("problem-forbidden"), t!("problem-forbidden-more")),
        ApiError::Invalid { field, allowed } => (t!("problem-invalid", field = field.clone()), allowed.clone()),
        ApiError::Conflict { what } => (t!("problem-conflict"), what.clone()),
        ApiError::Limited { .. } => (t!("problem-limited"), t!("problem-limited-more")),
        ApiError::Obstructed { obstacle, until } => {
            let (what, mut more) = obstacle::words(*obstacle);
            if let Some(until) = until {
                more.push(' ');
                more.push_str(&t!("obstacle-until", time = format!("{} UTC", time::moment(&Zone::utc(), *until))));
            }
            (what.trim_end_matches('.').to_owned(), more)
        }
        ApiError::Unavailable { what } => (t!("problem-unavailable"), what.clone()),
        ApiError::Internal { id } => (t!("problem-internal"), t!("problem-internal-more", id = id.clone())),
        ApiError::Offline => (t!("problem-offline"), t!("problem-offline-more")),
    }
}

/// Whether trying the same again can help.
fn can_retry(problem: &ApiError) -> bool {
    !matches!(problem, ApiError::NotFound | ApiError::SignIn | ApiError::Forbidden | ApiError::Invalid { .. })
}

#[component]
pub fn ProblemNotice(problem: ApiError, #[prop(into)] retry: Callback<()>) -> impl IntoView {
    let (title, more) = words(&problem);
    view! {
        <div class="notice bad" role="alert">
            <Icon glyph=Glyph::Stop/>
            <b>{title}</b>
            <p>{more}</p>
            <p class="ways">
                {can_retry(&problem)
                    .then(|| {
                        view! {
                            <button class="button" type="button" on:click=move |_| retry.run(())>
                                {t!("retry")}
                            </button>
                        }
                    })}
                <a class="button quiet" href="/">
                    {t!("problem-home")}
                </a>
            </p>
        </div>
    }
}

/// Older data stay on the screen; this line says that they are older and why.
#[component]
pub fn StaleLine(problem: ApiError, #[prop(into)] retry: Callback<()>) -> impl IntoView {
    let (title, _) = words(&problem);
    view! {
        <p class="stale-line" role="status">
            <Icon glyph=Glyph::Clock size="small"/>
            {t!("stale-because", why = title)}
            <button class="button quiet" type="button" on:click=move |_| retry.run(())>
                {t!("retry")}
            </button>
        </p>
    }
}
