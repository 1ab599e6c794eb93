//! What went wrong, as a page.

use super::page::bare;
use crate::connections;
use crate::server::Error;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::html;

/// A page that says why there is no other.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub message: String,
    pub help: Option<String>,
    retry_after: Option<u64>,
}

impl Refusal {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Refusal { status, message: message.into(), help: None, retry_after: None }
    }

    /// Says what to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        Refusal { help: Some(help.into()), ..self }
    }

    /// Whether the person can mend it in the form.
    pub fn is_mendable(&self) -> bool {
        self.status.is_client_error()
    }
}

/// Help of the connections that names a command belongs to the terminal.
fn help_of(error: &connections::Error) -> Option<String> {
    error.help().filter(|help| !help.contains("`ararat ") && !help.contains("--"))
}

/// What a form says that cannot be read.
impl From<String> for Refusal {
    fn from(problem: String) -> Self {
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, problem)
    }
}

impl From<connections::Error> for Refusal {
    fn from(error: connections::Error) -> Self {
        use connections::Error as E;
        let status = match &error {
            E::UnknownConnection { .. } | E::UnknownService { .. } => StatusCode::NOT_FOUND,
            E::NotAllowed { .. } => StatusCode::FORBIDDEN,
            error if error.is_usage() => StatusCode::UNPROCESSABLE_ENTITY,
            E::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_GATEWAY,
        };
        let help = help_of(&error);
        Refusal { help, ..Refusal::new(status, sentence(&error.to_string())) }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let retry_after = match &error {
            Error::Full { seconds } | Error::TooOften { seconds } | Error::TooManyAttempts { seconds } => {
                Some(*seconds)
            }
            _ => None,
        };
        let status = match error {
            Error::Connections(error) => return error.into(),
            Error::Unknown { .. } => StatusCode::NOT_FOUND,
            Error::NotCompiled(_) | Error::Invalid(_) | Error::Arguments(_) | Error::Conflict(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Error::Full { .. } | Error::TooOften { .. } | Error::TooManyAttempts { .. } => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Error::Closing => StatusCode::SERVICE_UNAVAILABLE,
            Error::Store(_) | Error::System(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Refusal { retry_after, ..Refusal::new(status, sentence(&error.to_string())) }
    }
}

/// `a name cannot be empty` → `A name cannot be empty.`
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let body = html! {
            p.lead { (self.message) }
            @if let Some(help) = &self.help { p.muted { (help) } }
            p { a.button href=(super::HOME) { "Back to the console" } }
        };
        let mut response = (self.status, bare(title, body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// No such page.
pub async fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "There is no page at this address.")
}
