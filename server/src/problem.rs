//! Errors below `/api` outside server functions: RFC 9457 problem+json.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

#[derive(Debug)]
pub struct Problem {
    pub status: StatusCode,
    /// what happened and the way out
    pub detail: String,
    pub request_id: String,
}

impl Problem {
    /// About the running request.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), request_id: crate::requests::current_id() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
            "request_id": self.request_id,
        });
        (self.status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }
}
