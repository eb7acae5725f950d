//! Errors below `/api` outside server functions: RFC 9457 problem+json.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use services::Error;

/// Seconds after which what is not available may be asked for again.
pub const TRY_AGAIN_S: u64 = 1;

#[derive(Debug, Clone)]
pub struct Problem {
    pub status: StatusCode,
    /// what happened and the way out
    pub detail: String,
    /// the parameter that is wrong
    pub field: Option<String>,
    pub request_id: String,
    /// besides the content type; boxed, so that a `Result` stays small
    pub headers: Box<HeaderMap>,
}

impl Problem {
    /// About the running request.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let request_id = crate::requests::current_id();
        Self { status, detail: detail.into(), field: None, request_id, headers: Box::default() }
    }

    /// A parameter whose value cannot be used; `allowed` says which can.
    pub fn invalid(field: impl Into<String>, allowed: impl AsRef<str>) -> Self {
        let field = field.into();
        let detail = format!("{field}: {}", allowed.as_ref());
        Self::bad_request(field, detail)
    }

    /// Something is wrong about a parameter.
    pub fn bad_request(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    /// Goes by itself.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).with_header(RETRY_AFTER, TRY_AGAIN_S.into())
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same about the running request, where several waited for one answer.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { request_id: crate::requests::current_id(), ..self.clone() }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::NotFound(_) => Self::new(StatusCode::NOT_FOUND, detail),
            Error::SignInNeeded => Self::new(StatusCode::UNAUTHORIZED, detail),
            Error::Forbidden { .. } => Self::new(StatusCode::FORBIDDEN, detail),
            Error::Invalid { field, allowed } => Self::invalid(field, allowed),
            Error::LimitedUntil { .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, detail),
            Error::Unavailable(_) | Error::Obstructed { .. } => Self::unavailable(detail),
            Error::Conflict(_) => Self::new(StatusCode::CONFLICT, detail),
            Error::Internal { .. } => Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail),
        }
    }
}

impl Problem {
    /// As it goes out.
    pub fn body(&self) -> serde_json::Value {
        let mut body = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
            "request_id": self.request_id,
        });
        if let Some(field) = &self.field {
            body["field"] = field.as_str().into();
        }
        body
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.body().to_string();
        (self.status, *self.headers, [(CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}
