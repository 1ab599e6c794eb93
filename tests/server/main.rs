//! The engine of custom functions, over real HTTP on loopback.

// Tests read and write files themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

mod cli;
mod connections;
mod console;
mod console_connections;
mod console_functions;
mod console_triggers;
mod crm_api;
mod durable;
mod executor;
mod functions;
mod incoming;
mod nodes;
mod openapi;
mod outgoing;
mod own;
mod postgres;
mod rest;
mod retries;
mod schedules;
mod support;
#[cfg(all(feature = "otel", unix))]
mod traces;
