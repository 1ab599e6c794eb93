//! Hosts: who carries out what a script asks for.

mod offline;

pub use offline::{Offline, system_time};
