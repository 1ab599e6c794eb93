//! One HTTP client for every outgoing request.
//!
//! `client` sends and follows redirects, `inflate` undoes compression with a bound, `multipart`
//! builds bodies, `network` keeps requests away from private addresses where that is wished,
//! `redact` removes secrets from anything a person may read, `curl` prints a request as a command.
//! Credentials come in through [`Attach`]; this module never looks at a connection or the vault.

pub mod client;
pub mod clock;
pub mod curl;
mod fail;
mod inflate;
pub mod multipart;
pub mod network;
pub mod redact;
pub mod runtime;

pub use client::{Attach, Client, Hop, Options, Outgoing, Received};
pub use fail::HttpError;
pub use redact::Redactor;
