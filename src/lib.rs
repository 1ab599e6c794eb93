//! Ararat: Deluge, Zoho's scripting language, on your own machine.
//!
//! The layers, each knowing only those above it in this list: `source`, `diagnostic`, `syntax`
//! (text to tree), `fault`, `memory`, `value`, `host` (the door to the world), `builtins` and `tasks`,
//! `program` and `check` (tree to slots), `eval`, `engine`. Doors for people: `cli`, `repl`. Behind
//! the host's door: `hosts`, `http`, `connections`. The `server` runs functions by the thousand. The `sandbox`
//! shares no code with any of them.
//!
//! Start at [`Engine`].
#![deny(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

#[macro_use]
mod terminal;

pub mod builtins;
pub mod check;
#[allow(clippy::disallowed_methods)]
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod eval;
pub mod fault;
pub mod host;
#[allow(clippy::disallowed_methods)]
pub mod hosts;
pub mod memory;
pub mod program;
pub mod source;
pub mod syntax;
pub mod tasks;
pub mod value;

#[cfg(feature = "http")]
#[allow(clippy::disallowed_methods)]
pub mod connections;
#[cfg(feature = "http")]
pub(crate) mod database;
#[cfg(feature = "http")]
#[allow(clippy::disallowed_methods)]
pub mod http;
#[cfg(feature = "repl")]
#[allow(clippy::disallowed_methods)]
pub mod repl;
#[cfg(feature = "sandbox")]
#[allow(clippy::disallowed_methods)]
pub mod sandbox;
#[cfg(feature = "server")]
#[allow(clippy::disallowed_methods)]
pub mod server;

pub use engine::{Args, Engine, Failure, NotCompiled, Report, Run, Script, Session, SessionError};
pub use source::Source;
