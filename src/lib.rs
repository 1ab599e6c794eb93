//! Ararat: Deluge, Zoho's scripting language, on your own machine.
//!
//! The layers, each knowing only those above it in this list: `source`, `diagnostic`, `syntax`
//! (text to tree), `fault`, `value`, `host` (the door to the world), `builtins` and `tasks`,
//! `program` and `check` (tree to slots), `eval`. Doors for people: `cli`, `repl`. Behind the host's
//! door: `hosts`, `http`, `connections`. The `sandbox` shares no code with any of them.

pub mod diagnostic;
pub mod fault;
pub mod host;
pub mod source;
pub mod syntax;

pub mod builtins;
#[cfg(feature = "http")]
pub mod connections;
#[cfg(feature = "http")]
pub mod hosts;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod value;
