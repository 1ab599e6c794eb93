//! The registry's vault: unlocked at first need, noticed when another process changes its key, sealed anew.

use super::Registry;
use crate::connections::vault::{self, KeyRow, KeySource, Vault};
use crate::connections::{Credential, Error};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

impl Registry {
    pub(super) async fn seal(&self, record: &str, credential: &Credential) -> Result<vault::Sealed, Error> {
        self.present_vault().await?.seal(record, "credential", &credential.to_plain())
    }

    pub(super) async fn vault(&self) -> Result<Arc<Vault>, Error> {
        if let Some(vault) = self.inner.vault.read().await.clone() {
            return Ok(vault);
        }
        self.reopen_vault().await
    }

    /// The vault with the key that is in force now, to seal with.
    pub(super) async fn present_vault(&self) -> Result<Arc<Vault>, Error> {
        match self.inner.store.key_row().await? {
            Some(row) => self.vault_of(&row.key_id).await,
            None => self.vault().await,
        }
    }

    /// The vault with this key, where the registry has it by now: another process may have changed the key.
    pub(super) async fn vault_of(&self, key_id: &str) -> Result<Arc<Vault>, Error> {
        let vault = self.vault().await?;
        if vault.key_id() == key_id { Ok(vault) } else { self.reopen_vault().await }
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
