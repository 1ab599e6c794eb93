//! Why a call of the engine did not succeed. A failing script is no error: it is an execution.

use crate::engine::{NotCompiled, Report};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no {what} `{name}`{}", near.as_ref().map(|near| format!("; is it `{near}`?")).unwrap_or_default())]
    Unknown { what: &'static str, name: String, near: Option<String> },
    /// The source is not one that can be published.
    #[error("{0}")]
    NotCompiled(NotCompiled),
    /// What was asked for makes no sense as it stands.
    #[error("{0}")]
    Invalid(String),
    /// The arguments do not fit the function.
    #[error("{0}")]
    Arguments(String),
    /// Too much is running and waiting; try again after some seconds.
    #[error("the engine is full; try again in {seconds} s")]
    Full { seconds: u64 },
    /// A key makes more requests than it may.
    #[error("this key makes too many requests; try again in {seconds} s")]
    TooOften { seconds: u64 },
    /// Passwords are guessed.
    #[error("too many attempts to sign in; try again in {seconds} s")]
    TooManyAttempts { seconds: u64 },
    /// A call on the connections did not succeed.
    #[error("{0}")]
    Connections(#[from] crate::connections::Error),
    #[error("the engine is shutting down")]
    Closing,
    /// The same idempotency key with another request.
    #[error("{0}")]
    Conflict(String),
    #[error("the engine's database failed: {0}")]
    Store(String),
    #[error("{0}")]
    System(String),
}

impl Error {
    pub fn unknown(what: &'static str, name: impl Into<String>) -> Self {
        Error::Unknown { what, name: name.into(), near: None }
    }

    /// The diagnostics, where the error is that a source does not compile.
    pub fn reports(&self) -> &[Report] {
        match self {
            Error::NotCompiled(NotCompiled(reports)) => reports,
            _ => &[],
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Error::Store(error.to_string())
    }
}

impl From<NotCompiled> for Error {
    fn from(error: NotCompiled) -> Self {
        Error::NotCompiled(error)
    }
}
