//! Secrets of other parts of the program, which live in the vault like credentials: changing its key
//! seals them anew.

use super::Registry;
use crate::connections::Error;
use crate::connections::vault::Sealed;
use zeroize::Zeroizing;

/// Part of every name, so that none is taken for a connection's.
const PREFIX: &str = "kept:";
const FIELD: &str = "credential";

impl Registry {
    /// Keeps a secret under a name, in place of what was there.
    ///
    /// # Errors
    /// That the vault does not open.
    pub async fn keep_secret(&self, name: &str, plain: &str) -> Result<(), Error> {
        let sealed = self.sealed(name, plain).await?;
        self.store().put_secret(&record(name), &sealed).await
    }

    /// Keeps a secret under a name, unless there is one already.
    pub(super) async fn keep_first_secret(&self, name: &str, plain: &str) -> Result<(), Error> {
        let sealed = self.sealed(name, plain).await?;
        self.store().put_first_secret(&record(name), &sealed).await
    }

    async fn sealed(&self, name: &str, plain: &str) -> Result<Sealed, Error> {
        self.present_vault().await?.seal(&record(name), FIELD, plain.as_bytes())
    }

    /// The secret under a name, where there is one.
    ///
    /// # Errors
    /// That the vault does not open.
    pub async fn kept_secret(&self, name: &str) -> Result<Option<Zeroizing<String>>, Error> {
        let record = record(name);
        let Some(sealed) = self.store().secret(&record).await? else { return Ok(None) };
        let plain = self.vault_of(&sealed.key_id).await?.open(&record, FIELD, &sealed)?;
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
