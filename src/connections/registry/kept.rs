//! Secrets of other parts of the program, which live in the vault like credentials: changing its key
//! seals them anew.

use super::Registry;
use crate::connections::Error;
use zeroize::Zeroizing;

/// Part of every name, so that none is taken for a connection's.
const PREFIX: &str = "kept:";

impl Registry {
    /// Keeps a secret under a name, in place of what was there.
    ///
    /// # Errors
    /// That the vault does not open.
    pub async fn keep_secret(&self, name: &str, plain: &str) -> Result<(), Error> {
        let record = record(name);
        let vault = self.vault().await?;
        let is_stale = self.store().key_row().await?.is_some_and(|row| row.key_id != vault.key_id());
        let vault = if is_stale { self.reopen_vault().await? } else { vault };
        let sealed = vault.seal(&record, "credential", plain.as_bytes())?;
        self.store().put_secret(&record, &sealed).await
    }

    /// The secret under a name, where there is one.
    ///
    /// # Errors
    /// That the vault does not open.
    pub async fn kept_secret(&self, name: &str) -> Result<Option<Zeroizing<String>>, Error> {
        let record = record(name);
        let Some(sealed) = self.store().secret(&record).await? else { return Ok(None) };
        let vault = self.vault().await?;
        let vault = if vault.key_id() == sealed.key_id { vault } else { self.reopen_vault().await? };
        let plain = vault.open(&record, "credential", &sealed)?;
        let text = String::from_utf8(plain.to_vec());
        Ok(Some(Zeroizing::new(text.map_err(|_| Error::Store(format!("the secret `{name}` is no text")))?)))
    }

    /// Shreds the secret under a name, if there is one.
    pub async fn forget_secret(&self, name: &str) -> Result<(), Error> {
        self.store().shred_secret(&record(name)).await
    }
}

fn record(name: &str) -> String {
    format!("{PREFIX}{name}")
}
