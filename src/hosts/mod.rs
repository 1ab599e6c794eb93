//! Hosts: who carries out what a script asks for.
//!
//! `blocking` serves scripts run from files and at the prompt, with network and connections;
//! `offline` prints and tells the time; `mail` writes messages as files.

#[cfg(feature = "http")]
pub mod blocking;
#[cfg(feature = "http")]
pub mod mail;
mod offline;

#[cfg(feature = "http")]
pub use blocking::{BlockingHost, HostConfig};
pub use offline::{Offline, system_time};
