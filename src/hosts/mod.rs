//! Hosts: who carries out what a script asks for.
//!
//! `blocking` serves scripts run from files and at the prompt, with network and connections;
//! `parked` serves scripts that run in coroutines by the thousand;
//! `replay` plays a recorded run back, without either; `watched` stands around one of them and
//! keeps the `tape` and the `timeline`. `offline` prints and tells the time; `post` sends mail and other
//! messages, composed by `mail`, through `smtp` or into files; `output` is what scripts print.

#[cfg(feature = "http")]
pub mod blocking;
#[cfg(feature = "http")]
mod mail;
mod offline;
#[cfg(feature = "http")]
mod output;
#[cfg(feature = "server")]
pub mod parked;
#[cfg(feature = "http")]
pub mod post;
#[cfg(feature = "http")]
pub mod replay;
#[cfg(feature = "http")]
pub mod smtp;
#[cfg(feature = "http")]
pub mod tape;
#[cfg(feature = "http")]
pub mod timeline;
#[cfg(feature = "http")]
pub mod watched;

#[cfg(feature = "http")]
pub use blocking::{BlockingHost, HostConfig};
pub use offline::{Offline, system_time};
#[cfg(feature = "http")]
pub use replay::{Match, ReplayHost};
#[cfg(feature = "http")]
pub use watched::{Inner, Watched};
