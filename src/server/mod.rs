//! The engine of custom functions: publishes them, runs them by the thousand, logs what they did.
//!
//! [`App`] is the engine as a value: every page, route and schedule goes through its calls.
//! `functions` says what a function is and holds the published ones, `executor` runs them in
//! coroutines, `log` writes down what they did, `store` is the database, `rest` the doors over HTTP.

pub mod app;
mod backoff;
mod concealed;
pub mod config;
pub mod console;
mod error;
pub mod executor;
pub mod functions;
mod ids;
pub mod log;
pub mod metrics;
mod names;
pub mod rest;
pub mod schedules;
pub mod senders;
pub mod serve;
pub mod store;
pub mod traces;
pub mod webhooks;

pub use app::App;
pub use config::Config;
pub use error::Error;
