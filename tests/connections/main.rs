//! Connections end to end, over real HTTP on loopback against a scripted provider.
#![cfg(feature = "http")]
#![allow(clippy::disallowed_methods)]

mod cli;
mod clocks;
mod crash;
mod device;
mod flows;
mod host;
#[cfg(feature = "keyring")]
mod keyring;
mod manners;
mod postgres;
mod provider;
mod refresh;
mod sandbox;
mod secrets;
mod sharing;
mod stage;
mod vault;
mod walk;
