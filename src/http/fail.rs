//! How an HTTP request can fail before there is an answer.
//!
//! Every message names the method, the address (redacted) and the connection. An answer with
//! status 4xx or 5xx is an answer, not a failure.

use crate::fault::{Fault, FaultKind};

/// Why no answer came back.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HttpError {
    #[error("no answer within {seconds} s ({call})")]
    Timeout { seconds: u64, call: String },
    #[error("expected a response of at most {limit} bytes, found a larger one ({call})")]
    TooLarge { limit: usize, call: String },
    #[error("could not reach the server: {reason} ({call})")]
    Unreachable { reason: String, call: String },
    #[error("the server closed the connection before its answer was complete: {reason} ({call})")]
    Broken { reason: String, call: String },
    /// A server that is down or busy, and when it wants to be asked again, in seconds.
    #[error("the server is busy: status {status} ({call})")]
    Busy { status: u16, retry_after: Option<i64>, call: String },
    #[error("expected at most {limit} redirects, found more ({call})")]
    Redirects { limit: usize, call: String },
    /// The request itself is wrong: its address, a header, its encoding.
    #[error("{reason} ({call})")]
    Refused { reason: String, call: String },
    /// Credentials could not be attached.
    #[error("{0}")]
    Credentials(String),
}

impl HttpError {
    /// A failure that a second try may mend.
    pub fn is_transient(&self) -> bool {
        match self {
            HttpError::Timeout { .. }
            | HttpError::Unreachable { .. }
            | HttpError::Broken { .. }
            | HttpError::Busy { .. } => true,
            HttpError::TooLarge { .. }
            | HttpError::Redirects { .. }
            | HttpError::Refused { .. }
            | HttpError::Credentials(_) => false,
        }
    }
}

impl From<HttpError> for Fault {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Timeout { .. } => Fault::new(FaultKind::SocketTimeout).help(error.to_string()),
            HttpError::Credentials(message) => Fault::other("run.connection", message),
            HttpError::TooLarge { .. }
            | HttpError::Unreachable { .. }
            | HttpError::Broken { .. }
            | HttpError::Busy { .. }
            | HttpError::Redirects { .. }
            | HttpError::Refused { .. } => Fault::other("run.http", error.to_string()),
        }
    }
}
