//! Credentials at rest: each record sealed with XChaCha20-Poly1305 under one key.
//!
//! The associated data of a record are its id, field and schema version, so that a sealed record
//! cannot be moved to another place. Each record names the key it was sealed with. Where the key
//! comes from is for `key`; this file never touches the disk.

mod key;
mod keyring;
mod seal;

use key::RawKey;
pub use key::{KeyRow, KeySource, Means, Prompt, create, create_in, discard, export_key, open, with_passphrase};
#[cfg(feature = "keyring")]
pub use keyring::Stored;
pub use keyring::{Entries, Keyring};
pub use seal::{Sealed, Vault};
