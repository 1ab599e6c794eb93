//! The registry's vault: unlocked at first need, noticed when another process changes its key, sealed anew.

use super::Registry;
use crate::connections::vault::{self, KeyRow, KeySource, Vault};
use crate::connections::{Credential, Error};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

impl Registry {
    pub(super) async fn seal(&self, record: &str, credential: &Credential) -> Result<vault::Sealed, Error> {
        self.vault().await?.seal(record, "credential", &credential.to_plain())
    }

    /// Seals a text that is kept elsewhere, to be opened under the same name.
    pub async fn seal_text(&self, record: &str, plain: &str) -> Result<String, Error> {
        let sealed = self.vault().await?.seal(record, "text", plain.as_bytes())?;
        let (nonce, bytes) = (STANDARD.encode(&sealed.nonce), STANDARD.encode(&sealed.bytes));
        Ok(format!("{}:{}:{nonce}:{bytes}", sealed.schema, sealed.key_id))
    }

    /// Opens what `seal_text` gave.
    pub async fn open_text(&self, record: &str, text: &str) -> Result<Zeroizing<String>, Error> {
        let damaged = || Error::Store(format!("the sealed text of `{record}` is damaged"));
        let mut parts = text.split(':');
        let mut next = || parts.next().ok_or_else(damaged);
        let schema = next()?.parse().map_err(|_| damaged())?;
        let key_id = next()?.to_owned();
        let nonce = STANDARD.decode(next()?).map_err(|_| damaged())?;
        let bytes = STANDARD.decode(next()?).map_err(|_| damaged())?;
        let sealed = vault::Sealed { schema, key_id, nonce, bytes };
        let plain = self.vault().await?.open(record, "text", &sealed)?;
        Ok(Zeroizing::new(String::from_utf8(plain.to_vec()).map_err(|_| damaged())?))
    }

    pub(super) async fn vault(&self) -> Result<Arc<Vault>, Error> {
        if let Some(vault) = self.inner.vault.read().await.clone() {
            return Ok(vault);
        }
        self.reopen_vault().await
    }

    pub(super) async fn reopen_vault(&self) -> Result<Arc<Vault>, Error> {
        let mut held = self.inner.vault.write().await;
        let fresh = match (self.inner.store.key_row().await?, &self.inner.dir) {
            (Some(row), _) => vault::open(&row, &self.means())?,
            (None, Some(dir)) => self.new_vault(dir).await?,
            (None, None) => Vault::ephemeral(),
        };
        let fresh = Arc::new(fresh);
        *held = Some(fresh.clone());
        Ok(fresh)
    }

    /// The first vault of a registry, unless another process is faster: then that one's.
    async fn new_vault(&self, dir: &Path) -> Result<Vault, Error> {
        let (vault, row) = vault::create_in(dir, &self.means(), self.inner.store.is_server())?;
        let claimed = self.inner.store.claim_vault(&row).await?;
        if claimed == row {
            return Ok(vault);
        }
        vault::discard(&row.source, &self.means());
        vault::open(&claimed, &self.means())
    }

    fn means(&self) -> vault::Means<'_> {
        let prompt = self.inner.ask.as_deref().map(|ask| ask as &(dyn Fn(&str) -> _ + Sync));
        vault::Means { prompt, keyring: self.inner.keyring.clone() }
    }

    /// The system's keyring, or why it is not at hand.
    pub fn keyring(&self) -> Result<vault::Keyring, String> {
        self.means().keyring()
    }

    /// The vault's header, or none before the first credential.
    pub async fn vault_header(&self) -> Result<Option<KeyRow>, Error> {
        self.inner.store.key_row().await
    }

    /// How many records are sealed.
    pub async fn sealed_count(&self) -> Result<usize, Error> {
        Ok(self.inner.store.secrets().await?.len())
    }

    /// Seals every record under a new key, or none. The new key is in place before anything needs
    /// it, and the old one works until everything is sealed anew, so a crash in between loses nothing.
    pub async fn rekey(&self, source: KeySource, passphrase: Option<Zeroizing<String>>) -> Result<usize, Error> {
        let old = self.vault().await?;
        let (new, row) = match &passphrase {
            Some(text) => vault::with_passphrase(source, text)?,
            None => vault::create(source, &self.means())?,
        };
        let before = self.inner.store.key_row().await?;
        let count = self.inner.store.rekey(&row, old.key_id(), |record, sealed| {
            let plain = old.open(record, "credential", sealed)?;
            new.seal(record, "credential", &plain)
        });
        let count = count.await?;
        if let Some(before) = before {
            vault::discard(&before.source, &self.means());
        }
        *self.inner.vault.write().await = Some(Arc::new(new));
        Ok(count)
    }
}
