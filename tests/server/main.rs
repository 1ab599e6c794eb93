//! The engine of custom functions, over real HTTP on loopback.

// Tests read and write files themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

mod cli;
mod durable;
mod executor;
mod functions;
mod rest;
mod support;
