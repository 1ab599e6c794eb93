//! Who may call: API keys, kept as hashes, compared in constant time.

use super::App;
use crate::server::Error;
use crate::server::ids::{hex, random_hex};
use crate::server::store::KeyRow;
use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Administrator,
    /// Run functions and see executions.
    Execute,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// The key's id, or a user's name.
    pub id: Arc<str>,
    pub name: Arc<str>,
    pub role: Role,
}

/// A key that was just made; the only time it is seen.
pub struct NewKey {
    pub row: KeyRow,
    pub key: Zeroizing<String>,
}

/// The keys in force, by id.
#[derive(Default)]
pub(super) struct Keys(ArcSwap<HashMap<String, Known>>);

#[derive(Clone)]
struct Known {
    hash: Vec<u8>,
    caller: Caller,
}

impl Role {
    pub fn word(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Execute => "execute",
        }
    }

    pub fn parse(word: &str) -> Option<Role> {
        [Role::Administrator, Role::Execute].into_iter().find(|role| role.word() == word)
    }
}

/// Zoho's keys read `1003.` and two runs of hexadecimal digits; ours do as well.
const PREFIX: &str = "1003.";

impl App {
    /// Makes a key.
    pub async fn create_key(&self, name: &str, role: Role, by: &str) -> Result<NewKey, Error> {
        let (id, secret) = (random_hex::<16>(), Zeroizing::new(random_hex::<32>()));
        let row = KeyRow {
            name: name.to_owned(),
            role: role.word().to_owned(),
            hash: hex(&hash_of(&secret)),
            created_at: self.now(),
            created_by: by.to_owned(),
            revoked_at: None,
            id,
        };
        self.inner.store.insert_key(&row).await?;
        self.inner.store.audit(row.created_at, by, "create key", &row.id).await?;
        self.load_keys().await?;
        let key = Zeroizing::new(format!("{PREFIX}{}.{}", row.id, &*secret));
        Ok(NewKey { row, key })
    }

    /// All keys, revoked ones too.
    pub async fn keys(&self) -> Result<Vec<KeyRow>, Error> {
        self.inner.store.keys().await
    }

    /// Revokes a key at once.
    pub async fn revoke_key(&self, id: &str, by: &str) -> Result<(), Error> {
        if !self.inner.store.revoke_key(id, self.now()).await? {
            return Err(Error::unknown("key in force", id));
        }
        self.inner.store.audit(self.now(), by, "revoke key", id).await?;
        self.load_keys().await
    }

    /// Reads the keys anew from the database.
    pub async fn load_keys(&self) -> Result<(), Error> {
        let mut known = HashMap::new();
        for row in self.inner.store.keys().await?.into_iter().filter(|row| row.revoked_at.is_none()) {
            let (Some(role), Some(hash)) = (Role::parse(&row.role), unhex(&row.hash)) else { continue };
            let caller = Caller { id: row.id.as_str().into(), name: row.name.into(), role };
            known.insert(row.id, Known { hash, caller });
        }
        self.inner.keys.0.store(Arc::new(known));
        Ok(())
    }

    /// Whether any key is in force.
    pub fn has_keys(&self) -> bool {
        !self.inner.keys.0.load().is_empty()
    }

    /// Whose key this is.
    pub fn caller_of_key(&self, key: &str) -> Option<Caller> {
        let (id, secret) = key.strip_prefix(PREFIX)?.split_once('.')?;
        let keys = self.inner.keys.0.load();
        let known = keys.get(id)?;
        let same: bool = hash_of(secret).ct_eq(known.hash.as_slice()).into();
        same.then(|| known.caller.clone())
    }
}

fn hash_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(digits).collect()
}
