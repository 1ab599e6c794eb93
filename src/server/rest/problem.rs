//! What went wrong, as JSON: `{"code": …, "message": …}`.

use crate::engine::Report;
use crate::server::Error;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A refusal of the engine's own API.
#[derive(Debug)]
pub struct Problem {
    pub status: StatusCode,
    /// Stable; for programs.
    pub code: &'static str,
    pub message: String,
    /// Diagnostics of a source that does not compile.
    pub diagnostics: Vec<Value>,
    /// Seconds after which to try again.
    pub retry_after: Option<u64>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), diagnostics: Vec::new(), retry_after: None }
    }

    pub fn unauthorized() -> Self {
        let message = "expected `Authorization: Bearer KEY` with a key in force";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "this needs the key of an administrator")
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, code) = match &error {
            Error::Unknown { .. } => (StatusCode::NOT_FOUND, "not_found"),
            Error::NotCompiled(_) => (StatusCode::UNPROCESSABLE_ENTITY, "not_compiled"),
            Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Error::Arguments(_) => (StatusCode::BAD_REQUEST, "arguments"),
            Error::Full { .. } => (StatusCode::TOO_MANY_REQUESTS, "full"),
            Error::TooOften { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_often"),
            Error::TooManyAttempts { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_often"),
            Error::Connections(error) if error.is_usage() => (StatusCode::UNPROCESSABLE_ENTITY, "connections"),
            Error::Connections(_) => (StatusCode::BAD_GATEWAY, "connections"),
            Error::Closing => (StatusCode::SERVICE_UNAVAILABLE, "closing"),
            Error::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Error::Store(_) | Error::System(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        let retry_after = match &error {
            Error::Full { seconds } | Error::TooOften { seconds } | Error::TooManyAttempts { seconds } => {
                Some(*seconds)
            }
            Error::Closing => Some(5),
            _ => None,
        };
        let diagnostics = error.reports().iter().map(diagnostic).collect();
        Self { diagnostics, retry_after, ..Self::new(status, code, error.to_string()) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({ "code": self.code, "message": self.message });
        if !self.diagnostics.is_empty() {
            body["diagnostics"] = self.diagnostics.into();
        }
        let mut response = (self.status, axum::Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A message about a source, as data.
pub fn diagnostic(report: &Report) -> Value {
    serde_json::from_str(&report.diagnostic.to_json(&report.source)).unwrap_or(Value::Null)
}

/// No such address.
pub async fn not_found() -> Problem {
    nowhere()
}

/// The same for an address that leads nowhere now.
pub fn nowhere() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
}
