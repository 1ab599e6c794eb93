//! Sealing and opening single records.

use crate::connections::Error;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// The layout of what is sealed; part of the associated data.
pub const SCHEMA: i64 = 1;

/// One key, ready to seal and open.
pub struct Vault {
    cipher: XChaCha20Poly1305,
    key_id: String,
}

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    pub schema: i64,
    pub key_id: String,
    pub nonce: Vec<u8>,
    pub bytes: Vec<u8>,
}

impl Vault {
    pub fn new(key: &Zeroizing<[u8; 32]>) -> Self {
        Vault { cipher: XChaCha20Poly1305::new(&Key::from(**key)), key_id: key_id(key) }
    }

    /// A vault whose key ends with the process.
    pub fn ephemeral() -> Self {
        Vault::new(&Zeroizing::new(rand::random()))
    }

    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Seals a text for one field of one record.
    pub fn seal(&self, record: &str, field: &str, plain: &[u8]) -> Result<Sealed, Error> {
        let nonce: [u8; 24] = rand::random();
        let aad = associated(record, field, SCHEMA);
        let payload = Payload { msg: plain, aad: &aad };
        let bytes = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::Vault { message: "the vault could not seal a record".to_owned(), help: None })?;
        Ok(Sealed { schema: SCHEMA, key_id: self.key_id.clone(), nonce: nonce.to_vec(), bytes })
    }

    /// Opens a record; a wrong key and a changed record are errors, never an empty secret.
    pub fn open(&self, record: &str, field: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Error> {
        if sealed.key_id != self.key_id {
            return Err(Error::vault(
                format!("a record was sealed with the key {}, and the vault's key is {}", sealed.key_id, self.key_id),
                "give the key or the passphrase that it was sealed with; `ararat vault status` names it",
            ));
        }
        let tampered = || Error::Vault {
            message: format!("the sealed record `{record}` was changed or damaged: it does not open with its own key"),
            help: Some("delete the connection and make it anew, or restore the registry from a copy".to_owned()),
        };
        let nonce: [u8; 24] = sealed.nonce.as_slice().try_into().map_err(|_| tampered())?;
        let aad = associated(record, field, sealed.schema);
        let payload = Payload { msg: &sealed.bytes, aad: &aad };
        self.cipher.decrypt(&XNonce::from(nonce), payload).map(Zeroizing::new).map_err(|_| tampered())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault(key {})", self.key_id)
    }
}

/// Lengths stand before the texts, so that no two places have the same associated data.
fn associated(record: &str, field: &str, schema: i64) -> Vec<u8> {
    format!("ararat/{schema}/{}:{record}/{}:{field}", record.len(), field.len()).into_bytes()
}

/// Tells keys apart without telling anything about them.
fn key_id(key: &[u8; 32]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(b"ararat vault key id");
    mac.finalize().into_bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_opens_only_where_it_was_sealed() {
        let vault = Vault::ephemeral();
        let sealed = vault.seal("r1", "credential", b"planted").expect("seals");
        assert_eq!(&**vault.open("r1", "credential", &sealed).expect("opens"), b"planted");
        assert!(vault.open("r2", "credential", &sealed).is_err());
        assert!(vault.open("r1", "client", &sealed).is_err());
        let older = Sealed { schema: 0, ..sealed.clone() };
        assert!(vault.open("r1", "credential", &older).is_err());
        assert!(!sealed.bytes.windows(7).any(|window| window == b"planted"));
    }

    #[test]
    fn any_changed_bit_is_noticed() {
        let vault = Vault::ephemeral();
        let sealed = vault.seal("r", "f", b"planted").expect("seals");
        for index in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[index] ^= 1;
            let error = vault.open("r", "f", &changed).expect_err("refused");
            assert!(error.to_string().contains("changed or damaged"));
        }
        let mut cut = sealed;
        cut.nonce.pop();
        assert!(vault.open("r", "f", &cut).is_err());
    }

    #[test]
    fn another_key_is_named() {
        let sealed = Vault::ephemeral().seal("r", "f", b"x").expect("seals");
        let error = Vault::ephemeral().open("r", "f", &sealed).expect_err("refused");
        assert!(error.to_string().contains(&sealed.key_id));
    }

    #[test]
    fn the_same_text_is_never_sealed_the_same() {
        let vault = Vault::ephemeral();
        let (a, b) = (vault.seal("r", "f", b"x").expect("seals"), vault.seal("r", "f", b"x").expect("seals"));
        assert_ne!(a.nonce, b.nonce);
        assert_ne!(a.bytes, b.bytes);
    }
}
