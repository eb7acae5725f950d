//! The public API, `/api/v2`: the product's contract with other programs. It takes no cookie, so that no page can make
//! somebody's browser ask for them, and answers in `{"data", "meta"}` or problem+json.
//!
//! One request goes through these files: [`caller`] (who asks, may they?) → [`parameters`] (what exactly?) →
//! [`subject`] (which channel, window and data version is it about?) → [`answering`] (is it still the same, is it known,
//! else compute). [`document`] describes all of it from the same tables, [`docs_page`] shows that to people.
//!
//! To add a question about a channel: a row in [`question`] with its parameters and answer, and its schema there; an
//! example in `examples/`. Routes, validation, caching and the document follow from the row.

pub mod answering;
pub mod caller;
pub mod cursor;
pub mod docs_page;
pub mod document;
pub mod parameters;
pub mod question;
pub mod quota;
pub mod session;
pub mod subject;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::de::DeserializeOwned;

use crate::problem::Problem;
use crate::state::AppState;
use parameters::Parameter;
use question::Question;
use subject::{Asked, What};

/// Where the contract begins; version 1 was another product's.
pub const PREFIX: &str = "/api/v2";

/// Parameters of the requests that are no [`Question`].
pub const CHANNELS_PARAMETERS: &[Parameter] = &[Parameter::ChannelsLimit, Parameter::Cursor];
pub const POSTS_PARAMETERS: &[Parameter] = &[
    Parameter::From,
    Parameter::To,
    Parameter::Tz,
    Parameter::PostsLimit,
    Parameter::PostsSort,
    Parameter::PostsMinViews,
    Parameter::MaxGap,
    Parameter::Cursor,
];
pub const COMPARE_PARAMETERS: &[Parameter] =
    &[Parameter::From, Parameter::To, Parameter::Tz, Parameter::CompareSort, Parameter::MaxGap];

pub const BEST_TIMES_PARAMETERS: &[Parameter] = &[Parameter::Objective, Parameter::Tz];

pub fn router() -> Router<AppState> {
    let mut router = Router::new()
        .route("/channels", only_get(get(channels)))
        .route("/compare", only_get(get(compare)))
        .route("/channels/{channel}/best-times", only_get(get(best_times)))
        .route("/channels/{channel}/posts", only_get(get(posts)))
        .route("/channels/{channel}/posts/{post_id}", only_get(get(post)))
        .route("/channels/{channel}/posts/{post_id}/views", only_get(get(post_views)))
        .route("/session", session::route())
        .route("/openapi.json", only_get(get(openapi)))
        .route("/docs", only_get(get(docs)));
    for question in Question::ALL {
        let ask =
            move |state: State<AppState>, path, query, headers| about_channel(question, state, path, query, headers);
        router = router.route(&format!("/channels/{{channel}}/{}", question.name()), only_get(get(ask)));
    }
    Router::new().nest(PREFIX, router)
}

fn only_get(route: MethodRouter<AppState>) -> MethodRouter<AppState> {
    only(route, "GET, HEAD", "use GET")
}

/// Another method is told which there is.
fn only(route: MethodRouter<AppState>, allow: &'static str, way_out: &'static str) -> MethodRouter<AppState> {
    route.fallback(move |request: Request| async move {
        let detail = format!("{} does nothing here: {way_out}", request.method());
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
            .with_header(ALLOW, HeaderValue::from_static(allow))
            .into_response()
    })
}

/// The parts of a path, or what is wrong with them.
type Parts<T> = Result<Path<T>, PathRejection>;

async fn channels(State(state): State<AppState>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    respond(&state, &headers, || {
        let given = parameters::read(query.as_deref(), CHANNELS_PARAMETERS)?;
        Asked::new(What::Channels, given)
    })
    .await
}

async fn compare(State(state): State<AppState>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    respond(&state, &headers, || {
        let given = parameters::read(query.as_deref(), COMPARE_PARAMETERS)?;
        Asked::new(What::Compare, given)
    })
    .await
}

async fn about_channel(
    question: Question,
    State(state): State<AppState>,
    path: Parts<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let what = |channel: String| What::Question(channel.into(), question);
    respond_about(&state, &headers, path, query, question.parameters(), what).await
}

async fn best_times(
    State(state): State<AppState>,
    path: Parts<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let what = |channel: String| What::BestTimes(channel.into());
    respond_about(&state, &headers, path, query, BEST_TIMES_PARAMETERS, what).await
}

async fn posts(
    State(state): State<AppState>,
    path: Parts<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let what = |channel: String| What::Posts(channel.into());
    respond_about(&state, &headers, path, query, POSTS_PARAMETERS, what).await
}

/// A request that names a channel in its path and nothing else there.
async fn respond_about(
    state: &AppState,
    headers: &HeaderMap,
    path: Parts<String>,
    query: Option<String>,
    parameters: &[Parameter],
    what: impl FnOnce(String) -> What,
) -> Response {
    respond(state, headers, || {
        let channel = part(path, "channel")?;
        let given = parameters::read(query.as_deref(), parameters)?;
        Asked::new(what(channel), given)
    })
    .await
}

async fn post(
    State(state): State<AppState>,
    path: Parts<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    respond(&state, &headers, || {
        let (channel, post_id) = part(path, "channel")?;
        let given = parameters::read(query.as_deref(), &[])?;
        Asked::new(What::Post(channel.into(), parameters::post_id(&post_id)?), given)
    })
    .await
}

async fn post_views(
    State(state): State<AppState>,
    path: Parts<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    respond(&state, &headers, || {
        let (channel, post_id) = part(path, "channel")?;
        let given = parameters::read(query.as_deref(), &[])?;
        Asked::new(What::PostViews(channel.into(), parameters::post_id(&post_id)?), given)
    })
    .await
}

fn part<T: DeserializeOwned>(path: Parts<T>, name: &str) -> Result<T, Problem> {
    path.map(|Path(value)| value).map_err(|_| Problem::invalid(name, "text in UTF-8, percent-encoded"))
}

/// Who asks goes before what they ask: a stranger learns nothing from a complaint.
async fn respond(state: &AppState, headers: &HeaderMap, asked: impl FnOnce() -> Result<Asked, Problem>) -> Response {
    let answer = async {
        let viewer = caller::identify(state, headers).await?;
        answering::answer(state, &viewer, headers, &asked()?).await
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], document::text()).into_response()
}

async fn docs() -> Response {
    axum::response::Html(docs_page::html()).into_response()
}
