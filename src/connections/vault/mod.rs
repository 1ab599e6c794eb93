//! Credentials at rest: each record sealed with XChaCha20-Poly1305 under one key.
//!
//! The associated data of a record are its id, field and schema version, so that a sealed record
//! cannot be moved to another place. Each record names the key it was sealed with. Where the key
//! comes from is for `key`; this file never touches the disk.

mod key;
mod seal;

pub use key::{KeyRow, KeySource, Prompt, create, export_key, open, source_of_new_vault, with_passphrase};
pub use seal::{Sealed, Vault};
