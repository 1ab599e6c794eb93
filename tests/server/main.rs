//! The engine of custom functions, over real HTTP on loopback.

mod cli;
mod durable;
mod executor;
mod functions;
mod rest;
mod support;
