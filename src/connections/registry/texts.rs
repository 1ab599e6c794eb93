//! Texts that are sealed here and kept elsewhere, as the arguments of executions in the engine's own database.
//!
//! They have a key of their own, which is a secret of the vault like any other: a new key of the vault seals
//! that key anew, and what it sealed, wherever it is, still opens.

use super::Registry;
use crate::connections::Error;
use crate::connections::vault::{Sealed, Vault};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The name under which the vault keeps the key.
const NAME: &str = "key of texts";

impl Registry {
    /// Seals a text that is kept elsewhere, to be opened under the same name.
    pub async fn seal_text(&self, record: &str, plain: &str) -> Result<String, Error> {
        let sealed = self.new_texts().await?.seal(record, "text", plain.as_bytes())?;
        let (nonce, bytes) = (STANDARD.encode(&sealed.nonce), STANDARD.encode(&sealed.bytes));
        Ok(format!("{}:{}:{nonce}:{bytes}", sealed.schema, sealed.key_id))
    }

    /// Opens what `seal_text` gave.
    pub async fn open_text(&self, record: &str, text: &str) -> Result<Zeroizing<String>, Error> {
        let damaged = || Error::Store(format!("the sealed text of `{record}` is damaged"));
        let sealed = read(text).ok_or_else(damaged)?;
        let plain = match self.texts().await? {
            Some(texts) if texts.key_id() == sealed.key_id => texts.open(record, "text", &sealed)?,
            // Sealed before texts had a key of their own.
            Some(_) | None => self.vault_of(&sealed.key_id).await?.open(record, "text", &sealed)?,
        };
        Ok(Zeroizing::new(String::from_utf8(plain.to_vec()).map_err(|_| damaged())?))
    }

    /// What opens texts, if any was ever sealed.
    async fn texts(&self) -> Result<Option<Arc<Vault>>, Error> {
        if let Some(texts) = self.inner.texts.read().await.clone() {
            return Ok(Some(texts));
        }
        let Some(key) = self.kept_secret(NAME).await? else { return Ok(None) };
        let texts = Arc::new(Vault::new(&decoded(&key)?));
        *self.inner.texts.write().await = Some(texts.clone());
        Ok(Some(texts))
    }

    /// What seals texts; its key is made with the first one, by whoever is first.
    async fn new_texts(&self) -> Result<Arc<Vault>, Error> {
        loop {
            if let Some(texts) = self.texts().await? {
                return Ok(texts);
            }
            let key: Zeroizing<[u8; 32]> = Zeroizing::new(rand::random());
            self.keep_first_secret(NAME, &Zeroizing::new(STANDARD.encode(*key))).await?;
        }
    }
}

fn decoded(key: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
    let damaged = || Error::Store("the key of sealed texts is damaged".to_owned());
    let bytes = Zeroizing::new(STANDARD.decode(key).map_err(|_| damaged())?);
    Ok(Zeroizing::new(bytes.as_slice().try_into().map_err(|_| damaged())?))
}

/// `schema:key:nonce:bytes`.
fn read(text: &str) -> Option<Sealed> {
    let mut parts = text.split(':');
    let schema = parts.next()?.parse().ok()?;
    let key_id = parts.next()?.to_owned();
    let nonce = STANDARD.decode(parts.next()?).ok()?;
    let bytes = STANDARD.decode(parts.next()?).ok()?;
    Some(Sealed { schema, key_id, nonce, bytes })
}
