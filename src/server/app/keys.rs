//! Who may call: API keys, kept as hashes, compared in constant time.

use super::App;
use super::rate::Rate;
use crate::server::Error;
use crate::server::ids::{hex, random_hex};
use crate::server::store::KeyRow;
use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key's id, or a user's name.
    pub id: Arc<str>,
    pub name: Arc<str>,
    pub role: Role,
    /// Whose connections his calls use; the engine's own where absent.
    pub user: Option<Arc<str>>,
    /// How many requests the caller may make; absent without a limit.
    pub(super) rate: Option<Arc<Rate>>,
}

/// What a key is to be.
#[derive(Debug, Clone)]
pub struct KeyWish<'a> {
    pub name: &'a str,
    pub role: Role,
    /// Requests per minute; the engine's own limit where absent.
    pub rate: Option<u32>,
    /// The user whose connections it uses; the engine's own where absent.
    pub user: Option<&'a str>,
}

impl Caller {
    /// A person or a part of the engine, without a limit on requests.
    pub fn person(name: &str, role: Role) -> Self {
        Self { id: name.into(), name: name.into(), role, user: Some(name.into()), rate: None }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// That the caller has made too many.
    pub fn admit(&self) -> Result<(), Error> {
        let Some(rate) = &self.rate else { return Ok(()) };
        rate.take().map_err(|seconds| Error::TooOften { seconds })
    }
}

/// How long a token of OAuth is good.
pub const TOKEN_SECONDS: i64 = 3600;
/// Tokens known in memory; beyond it the database is asked anew.
const MOST_TOKENS: usize = 10_000;

/// A key that was just made; the only time it is seen.
pub struct NewKey {
    pub row: KeyRow,
    pub key: Zeroizing<String>,
}

/// The keys in force, by id.
#[derive(Default)]
pub(super) struct Keys {
    known: ArcSwap<HashMap<String, Known>>,
    /// Tokens that were looked up: hash, key, end.
    tokens: Mutex<HashMap<[u8; 32], (String, i64)>>,
}

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
/// And its tokens `1000.`.
const TOKEN_PREFIX: &str = "1000.";

impl App {
    /// Makes a key without a limit of its own.
    pub async fn create_key(&self, name: &str, role: Role, by: &str) -> Result<NewKey, Error> {
        self.create_key_as(&KeyWish { name, role, rate: None, user: None }, by).await
    }

    /// Makes a key.
    pub async fn create_key_as(&self, wish: &KeyWish<'_>, by: &str) -> Result<NewKey, Error> {
        let (id, secret) = (random_hex::<16>(), Zeroizing::new(random_hex::<32>()));
        let row = KeyRow {
            name: wish.name.to_owned(),
            role: wish.role.word().to_owned(),
            rate: wish.rate.map(i64::from),
            acts_as: wish.user.map(str::to_owned),
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
            let own = row.rate.and_then(|rate| u32::try_from(rate).ok());
            let rate = own.or(self.inner.config.rate).map(|rate| Arc::new(Rate::per_minute(rate)));
            let user = row.acts_as.map(Arc::from);
            let caller = Caller { id: row.id.as_str().into(), name: row.name.into(), role, user, rate };
            known.insert(row.id, Known { hash, caller });
        }
        self.inner.keys.known.store(Arc::new(known));
        Ok(())
    }

    /// Whether any key is in force.
    pub fn has_keys(&self) -> bool {
        !self.inner.keys.known.load().is_empty()
    }

    /// Whose key this is.
    pub fn caller_of_key(&self, key: &str) -> Option<Caller> {
        let (id, secret) = key.strip_prefix(PREFIX)?.split_once('.')?;
        self.caller_of_parts(id, secret)
    }

    fn caller_of_parts(&self, id: &str, secret: &str) -> Option<Caller> {
        let keys = self.inner.keys.known.load();
        let known = keys.get(id)?;
        let same: bool = hash_of(secret).ct_eq(known.hash.as_slice()).into();
        same.then(|| known.caller.clone())
    }

    /// Gives a token of OAuth to a key, whose public half is the client and whose secret half the
    /// client's secret. None where they are not those of a key in force.
    pub async fn create_token(&self, client: &str, secret: &str) -> Result<Option<Zeroizing<String>>, Error> {
        let Some(caller) = self.caller_of_parts(client, secret) else { return Ok(None) };
        let token = Zeroizing::new(format!("{TOKEN_PREFIX}{}.{}", random_hex::<16>(), random_hex::<32>()));
        let now = self.now();
        let hash = hex(&hash_of(&token));
        self.inner.store.insert_token(&hash, &caller.id, now, now + TOKEN_SECONDS * 1000).await?;
        Ok(Some(token))
    }

    /// Whose token of OAuth this is; a key is a token as well, one that does not end.
    pub async fn caller_of_token(&self, token: &str) -> Result<Option<Caller>, Error> {
        if !token.starts_with(TOKEN_PREFIX) {
            return Ok(self.caller_of_key(token));
        }
        // What is compared is a hash of 256 random bits: its timing tells nothing of them.
        let hash = hash_of(token);
        let remembered = self.lock_tokens().get(&hash).cloned();
        let found = match remembered {
            Some(found) => Some(found),
            None => self.inner.store.token(&hex(&hash)).await?,
        };
        let Some((key, ends)) = found.filter(|(_, ends)| *ends > self.now()) else { return Ok(None) };
        let caller = self.inner.keys.known.load().get(&key).map(|known| known.caller.clone());
        let mut tokens = self.lock_tokens();
        if tokens.len() >= MOST_TOKENS {
            tokens.clear();
        }
        tokens.insert(hash, (key, ends));
        Ok(caller)
    }

    fn lock_tokens(&self) -> MutexGuard<'_, HashMap<[u8; 32], (String, i64)>> {
        self.inner.keys.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(digits).collect()
}
