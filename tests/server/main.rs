//! The engine of custom functions, over real HTTP on loopback.

mod executor;
mod rest;
mod support;
