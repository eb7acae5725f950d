//! Every route, and what stands around them. Pages and server functions come from the app; what else there is stands
//! in one table below.

use std::sync::LazyLock;

use app::ssr::FrameAncestors;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use http::header::{CONNECTION, ETAG, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, generate_route_list};
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};
use tower_http::compression::{CompressionLayer, CompressionLevel};

use crate::problem::Problem;
use crate::state::AppState;
use crate::{api, api_errors, health, live, login_widget, metrics, requests, security, sign_in, webhook};

/// Where the pages are. While they are listed, no resource of the process loads, and one that is made meanwhile waits
/// for ever: they are listed once, before the first page is rendered.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));

pub fn router(state: AppState) -> Router {
    let context = {
        let (ctx, frame_ancestors) = (state.ctx.clone(), FrameAncestors(state.frame_ancestors.to_string()));
        move || {
            provide_context(ctx.clone());
            provide_context(frame_ancestors.clone());
        }
    };
    let document = {
        let options = state.leptos_options.clone();
        move || app::document(options.clone())
    };
    // a tagged answer is a file as it is on disk: compressing it again would make its tag a lie
    let untagged =
        |_: StatusCode, _: http::Version, headers: &HeaderMap, _: &http::Extensions| !headers.contains_key(ETAG);
    let compression =
        CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(DefaultPredicate::new().and(untagged));

    // the last layer is the outermost; each clones what it stands around with every request, so they are few
    Router::new()
        .leptos_routes_with_context(&state, PAGES.clone(), context, document)
        .route_layer(from_fn(api_errors::set_status))
        .route_layer(from_fn(redirect_everybody))
        .route_layer(from_fn_with_state(state.clone(), sign_in::identify))
        .merge(api::router())
        .route("/api/live", get(live::open))
        .route("/sign-in/telegram/{state}", get(login_widget::come_back))
        .route(webhook::WEBHOOK_PATH, webhook::route())
        .route("/api/{*rest}", any(unknown_api))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::behind_token))
        .layer(compression)
        .layer(from_fn_with_state(state.clone(), around))
        .layer(from_fn(requests::observe))
        .with_state(state)
}

/// What every answer says, whoever made it.
async fn around(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = admit(&state, request, next).await;
    security::add_headers(&state, response.headers_mut());
    // while the process stops, every answer ends its connection: the client opens the next one elsewhere, and none is
    // cut in the middle of a request
    if state.stopping.is_cancelled() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Who comes to the routes, and who is answered before.
async fn admit(state: &AppState, request: Request, next: Next) -> Response {
    if let Some(refusal) = sign_in::refuse_other_hosts(state, &request) {
        return refusal;
    }
    if let Some(file) = site_file(state, request.method(), request.uri(), request.headers()).await {
        return file;
    }
    if let Some(refusal) = security::refuse_forged(state, &request) {
        return refusal;
    }
    next.run(request).await
}

/// A name with a dot in it is looked for among the site's files before any page gets it.
async fn site_file(state: &AppState, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    if !uri.path().contains('.') || uri.path().starts_with("/api/") {
        return None;
    }
    state.site_files.respond(method, uri, headers).await
}

/// The framework redirects who says to accept HTML, and tells all others in a header of its own; a page redirects
/// everybody.
async fn redirect_everybody(request: Request, next: Next) -> Response {
    let is_page = !request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if is_page && response.headers().contains_key(LOCATION) && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::FOUND;
    }
    response
}

async fn unknown_api(request: Request) -> Response {
    Problem::new(StatusCode::NOT_FOUND, format!("there is nothing at {}", request.uri().path())).into_response()
}
