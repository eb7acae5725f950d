//! The HTTP status of a server function that failed: the framework answers 500 to all of them, while a proxy, a log
//! and a check from outside read the status and not the body. What is not available just now says when to ask again.

use app::ApiError;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::problem::TRY_AGAIN_S;

/// Set by the framework on the answer of a failed server function.
const MARK: HeaderName = HeaderName::from_static("serverfnerror");

/// An error is a word or two and a sentence.
const ERROR_BYTES_MAX: usize = 64 * 1024;

pub async fn set_status(request: Request, next: Next) -> Response {
    let mut response = with_status(next.run(request).await).await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(RETRY_AFTER).or_insert(TRY_AGAIN_S.into());
    }
    response
}

async fn with_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !response.headers().contains_key(MARK) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // it is in memory already
    let Ok(bytes) = axum::body::to_bytes(body, ERROR_BYTES_MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    if let Ok(error) = serde_json::from_slice(&bytes) {
        parts.status = status(&error);
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Response::from_parts(parts, bytes.into())
}

fn status(error: &ApiError) -> StatusCode {
    match error {
        ApiError::NotFound => StatusCode::NOT_FOUND,
        ApiError::SignIn => StatusCode::UNAUTHORIZED,
        ApiError::Forbidden => StatusCode::FORBIDDEN,
        ApiError::Invalid { .. } => StatusCode::BAD_REQUEST,
        ApiError::Conflict { .. } => StatusCode::CONFLICT,
        ApiError::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
        ApiError::Unavailable { .. } | ApiError::Obstructed { .. } => StatusCode::SERVICE_UNAVAILABLE,
        // said by the browser, never by us
        ApiError::Internal { .. } | ApiError::Offline => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
