//! Hosts: who carries out what a script asks for.

mod offline;

pub use offline::{Offline, system_time};
//! Hosts: what carries out a script's wishes.
//!
//! `blocking` serves scripts run from files and the prompt; `mail` writes messages as files.

pub mod blocking;
pub mod mail;

pub use blocking::{BlockingHost, HostConfig};
