//! Hosts: what carries out a script's wishes.
//!
//! `blocking` serves scripts run from files and the prompt; `mail` writes messages as files.

pub mod blocking;
pub mod mail;

pub use blocking::{BlockingHost, HostConfig};
