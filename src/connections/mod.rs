//! Connections by link name: services, credentials, sign-in flows, the vault.
//!
//! A *service* says how a provider is signed in to and where its credentials may go (`service`,
//! `catalogue`); a *connection* is one sign-in to it, under a link name that scripts use
//! (`connection`, `link`). Both live in an SQLite file (`store`), their secrets sealed by the
//! `vault`. `registry` ties these together, `sign_in` and `refresh` talk to providers, `outbound`
//! carries a script's request out. Nothing here knows the language.

pub mod account;
mod age;
pub mod auth;
pub mod catalogue;
pub mod connection;
pub mod credential;
pub mod data_centre;
pub mod definition;
pub mod dependency;
mod dry_run;
pub mod edit;
mod error;
pub mod events;
pub mod home;
pub mod keep_alive;
pub mod link;
pub mod outbound;
mod pace;
pub mod refresh;
pub mod registry;
pub mod resolve;
pub mod scope;
pub mod service;
pub mod sign_in;
mod store;
pub mod summary;
pub mod template;
pub mod transfer;
pub mod users;
pub mod vault;
mod warm;
pub mod zoho_export;

pub use connection::{Connection, State};
pub use credential::{Credential, Secret};
pub use dependency::{Use, UseKind};
pub use error::Error;
pub use outbound::Outbound;
pub use registry::{NewConnection, Registry, SandboxAccount};
pub use service::Service;
pub use users::Role;
