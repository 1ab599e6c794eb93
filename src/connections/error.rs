//! What can go wrong with connections, and the command that mends it.

use crate::fault::Fault;
use crate::http::HttpError;

/// A failure of the registry, the vault or a sign-in. No message holds a secret.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    #[error("no connection has the link name `{link}`{}", did_you_mean(.near))]
    UnknownConnection {
        link: String,
        near: Option<String>,
        /// The connections of a sandbox, where it is one.
        sandbox: Vec<String>,
    },
    #[error("no service has the link name `{link}`{}", did_you_mean(.near))]
    UnknownService { link: String, near: Option<String> },
    #[error("the connection `{link}` is not connected yet")]
    NotConnected { link: String },
    /// A user has no sign-in of his own to a connection that wants one.
    #[error("`{user}` has not authorised the connection `{link}`, which uses the credentials of the login user")]
    NotAuthorised { link: String, user: String },
    #[error("`{user}` may not {what}: that needs an administrator")]
    NotAllowed { user: String, what: String, administrators: Vec<String> },
    #[error("the connection `{link}` was revoked")]
    Revoked { link: String },
    #[error("the connection `{link}` needs a new sign-in: {reason}")]
    NeedsSignIn { link: String, reason: String },
    #[error("the connection `{link}` lacks the scope {}", scope_list(.missing))]
    MissingScope { link: String, missing: Vec<String> },
    #[error("the connection `{link}` may not send its credentials to `{host}`, only to {}", scope_list(.allowed))]
    HostNotAllowed { link: String, host: String, allowed: Vec<String> },
    #[error("expected https for a request with credentials, found `http` to `{host}`")]
    NotEncrypted { host: String },
    #[error("the provider of the connection `{link}` refused: {reason}")]
    Provider { link: String, reason: String },
    /// Asked too often, or failed a moment ago.
    #[error("the connection `{link}` must wait {seconds} s before it asks for another token: {reason}")]
    Wait { link: String, seconds: i64, reason: String },
    /// Too many calls, or the provider wants none for a while.
    #[error("the connection `{link}` must wait {seconds} s before its next call: {reason}")]
    Crowded { link: String, seconds: i64, reason: String },
    /// A name, an option or a file that is not as it must be.
    #[error("{message}")]
    Usage { message: String, help: Option<String> },
    #[error("{message}")]
    Vault { message: String, help: Option<String> },
    #[error("the registry could not be read or written: {0}")]
    Store(String),
    #[error("{0}")]
    Http(#[from] HttpError),
    #[error("{0} is not supported here yet")]
    Unsupported(String),
}

impl Error {
    pub fn usage(message: impl Into<String>) -> Self {
        Error::Usage { message: message.into(), help: None }
    }

    pub fn usage_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Error::Usage { message: message.into(), help: Some(help.into()) }
    }

    pub fn vault(message: impl Into<String>, help: impl Into<String>) -> Self {
        Error::Vault { message: message.into(), help: Some(help.into()) }
    }

    /// What to do about it, where that is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Error::UnknownConnection { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            Error::UnknownConnection { sandbox, .. } if !sandbox.is_empty() => {
                Some(format!("the sandbox has {}; your own are used without `--sandbox`", scope_list(sandbox)))
            }
            Error::UnknownConnection { link, near: None, .. } => {
                Some(format!("add it with `ararat connections add SERVICE --link-name {link}`"))
            }
            Error::UnknownService { .. } => Some("list the services with `ararat services list`".to_owned()),
            Error::NotConnected { link } | Error::Revoked { link } | Error::NeedsSignIn { link, .. } => {
                Some(format!("run `ararat connections connect {link}`"))
            }
            Error::NotAuthorised { link, user } => {
                Some(format!("run `ararat connections connect {link} --as {}`", quoted(user)))
            }
            Error::NotAllowed { administrators, .. } => Some(format!("ask {}", scope_list(administrators))),
            Error::MissingScope { link, missing } => Some(format!(
                "sign in again with `ararat connections connect {link} --add-scope {}`",
                missing.join(",")
            )),
            Error::HostNotAllowed { link, host, .. } => {
                Some(format!("if you trust that host, run `ararat connections allow {link} {host}`"))
            }
            Error::Provider { link, .. } => Some(format!("check it with `ararat connections show {link}`")),
            Error::Usage { help, .. } | Error::Vault { help, .. } => help.clone(),
            Error::NotEncrypted { .. }
            | Error::Wait { .. }
            | Error::Crowded { .. }
            | Error::Store(_)
            | Error::Http(_)
            | Error::Unsupported(_) => None,
        }
    }

    /// Bad use or configuration, as against a failure of the world.
    pub fn is_usage(&self) -> bool {
        match self {
            Error::UnknownConnection { .. }
            | Error::UnknownService { .. }
            | Error::NotAllowed { .. }
            | Error::Usage { .. }
            | Error::Vault { .. }
            | Error::Unsupported(_) => true,
            Error::NotConnected { .. }
            | Error::NotAuthorised { .. }
            | Error::Revoked { .. }
            | Error::NeedsSignIn { .. }
            | Error::MissingScope { .. }
            | Error::HostNotAllowed { .. }
            | Error::NotEncrypted { .. }
            | Error::Provider { .. }
            | Error::Wait { .. }
            | Error::Crowded { .. }
            | Error::Store(_)
            | Error::Http(_) => false,
        }
    }
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@'));
    if is_plain { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}

fn did_you_mean(near: &Option<String>) -> String {
    near.as_ref().map_or(String::new(), |near| format!(" (there is `{near}`)"))
}

fn scope_list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Error::Store(error.to_string())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let help = error.help();
        let fault = match error {
            Error::Http(error) => error.into(),
            other => Fault::other("run.connection", other.to_string()),
        };
        match help {
            Some(help) => fault.help(help),
            None => fault,
        }
    }
}
