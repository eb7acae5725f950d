//! What stands in for data: skeleton while loading, the last data while reading again or when the server is gone, a
//! notice with a way out when there is nothing to show.

use std::sync::Arc;

use leptos::prelude::*;

use super::problem::{ProblemNotice, StaleLine, words};
use crate::error::ApiError;
use crate::not_found::Missing;
#[cfg(feature = "hydrate")]
use crate::shell::{frame::Session, sign_in::SignedIn};

/// What is known of a resource. Newer data replace older ones; a failure takes data away only when they are not the
/// reader's to see (any more).
#[derive(Debug, Clone, PartialEq)]
struct Known<T> {
    data: Option<T>,
    problem: Option<ApiError>,
}

impl<T> Known<T> {
    fn stage(&self) -> Stage {
        match self {
            Self { data: Some(_), .. } => Stage::Ready,
            Self { problem: Some(problem), .. } => Stage::Failed(problem.clone()),
            Self { .. } => Stage::Loading,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Stage {
    Loading,
    Ready,
    Failed(ApiError),
}

/// Builds `view` once, from a signal of the data: charts and tables update in place. What is not there answers 404 and
/// says that there is no such channel.
pub fn loaded<T, V>(
    resource: Resource<Result<T, ApiError>>,
    skeleton: impl Fn() -> AnyView + Send + Sync + 'static,
    view: impl Fn(Signal<T>) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    let missing = || {
        let (title, more) = words(&ApiError::NotFound);
        view! { <Missing title more/> }.into_any()
    };
    loaded_or_missing(resource, skeleton, missing, view)
}

/// [`loaded`] with its own page for what is not there.
pub fn loaded_or_missing<T, V>(
    resource: Resource<Result<T, ApiError>>,
    skeleton: impl Fn() -> AnyView + Send + Sync + 'static,
    missing: impl Fn() -> AnyView + Clone + Send + Sync + 'static,
    view: impl Fn(Signal<T>) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    let retry = Callback::new(move |()| resource.refetch());
    let standing = move || {
        let known = Memo::new(move |before: Option<&Known<T>>| {
            let kept = before.and_then(|before| before.data.clone());
            match resource.get() {
                Some(Ok(data)) => Known { data: Some(data), problem: None },
                Some(Err(problem @ (ApiError::NotFound | ApiError::SignIn | ApiError::Forbidden))) => {
                    Known { data: None, problem: Some(problem) }
                }
                Some(Err(problem)) => Known { data: kept, problem: Some(problem) },
                None => Known { data: kept, problem: None },
            }
        });
        let stage = Memo::new(move |_| known.with(Known::stage));
        let problem = Signal::derive(move || known.try_with(|known| known.problem.clone()).flatten());
        let view = view.clone();
        let ready = move || {
            // the stage is Ready only while there are data
            let Some(first) = known.with_untracked(|known| known.data.clone()) else { return ().into_any() };
            let data = Signal::derive(move || {
                known.try_with(|known| known.data.clone()).flatten().unwrap_or_else(|| first.clone())
            });
            view(data).into_any()
        };
        (stage, problem, Arc::new(ready) as Drawn)
    };
    standing_in(Arc::new(standing), Arc::new(skeleton), Arc::new(missing), retry)
}

type Drawn = Arc<dyn Fn() -> AnyView + Send + Sync>;
/// Of some data: their stage, what went wrong with them, how they are shown.
type Standing = Arc<dyn Fn() -> (Memo<Stage>, Signal<Option<ApiError>>, Drawn) + Send + Sync>;

/// All that does not depend on what is loaded: the browser gets it once, and not once for each kind of data.
fn standing_in(standing: Standing, skeleton: Drawn, missing: Drawn, retry: Callback<()>) -> AnyView {
    let while_signing_in = skeleton.clone();
    let (busy, set_busy) = signal(false);
    // the document is whole when it is sent: whatever the server was still waiting for, the reader is not
    let busy = move || !cfg!(feature = "ssr") && busy.get();
    let standing = move || {
        let (stage, problem, ready) = standing();
        #[cfg(feature = "hydrate")]
        ask_again_once_signed_in(problem, retry);
        let (missing, skeleton) = (missing.clone(), while_signing_in.clone());
        // a card that is going may be told of news once more: it shows nothing then
        move || match stage.try_get().unwrap_or(Stage::Loading) {
            Stage::Loading => ().into_any(),
            // the frame says how to sign in; the stylesheet shows the skeleton inside Telegram, where that happens by itself
            Stage::Failed(ApiError::SignIn) => view! { <div class="unsigned">{skeleton()}</div> }.into_any(),
            Stage::Failed(ApiError::NotFound) => {
                #[cfg(feature = "ssr")]
                crate::ssr::set_status(http::StatusCode::NOT_FOUND);
                missing()
            }
            Stage::Failed(problem) => {
                #[cfg(feature = "ssr")]
                if matches!(problem, ApiError::Unavailable { .. }) {
                    crate::ssr::set_status(http::StatusCode::SERVICE_UNAVAILABLE);
                }
                view! { <ProblemNotice problem retry/> }.into_any()
            }
            Stage::Ready => view! {
                <div class="loaded" aria-busy=move || busy().to_string()>
                    {move || problem.try_get().flatten().map(|problem| view! { <StaleLine problem retry/> })}
                    {ready()}
                </div>
            }
            .into_any(),
        }
    };
    // the effect behind `set_pending` runs on the server, too, and there it may outlive the page
    #[cfg(feature = "ssr")]
    {
        let _ = set_busy;
        view! { <Transition fallback=move || skeleton()>{standing}</Transition> }.into_any()
    }
    #[cfg(not(feature = "ssr"))]
    view! { <Transition fallback=move || skeleton() set_pending=set_busy>{standing}</Transition> }.into_any()
}

/// What was refused to a stranger is asked for once they are known; where the frame still takes them for known, it is told.
#[cfg(feature = "hydrate")]
fn ask_again_once_signed_in(problem: Signal<Option<ApiError>>, again: Callback<()>) {
    let (signed_in, session) = (expect_context::<SignedIn>(), expect_context::<Session>());
    let is_refused = Memo::new(move |_| problem.get() == Some(ApiError::SignIn));
    Effect::new(move |before: Option<u32>| {
        let count = signed_in.0.get();
        if before.is_some_and(|before| before != count) && is_refused.get_untracked() {
            again.run(());
        }
        count
    });
    Effect::new(move || {
        if is_refused.get() && matches!(session.0.get_untracked(), Some(Ok(_))) {
            session.0.refetch();
        }
    });
}
