//! Connections end to end, over real HTTP on loopback against a scripted provider.
#![cfg(feature = "http")]

mod flows;
mod host;
mod provider;
mod refresh;
mod secrets;
mod stage;
mod vault;
