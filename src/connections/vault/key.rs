//! Where the vault's key comes from: the system's keyring, a passphrase, the environment, or a key file.
//!
//! The registry remembers which of them its vault was made with (`KeyRow`) and asks for that one
//! only: a vault under a passphrase never falls back to a file. A new vault gets what the
//! environment names; else the keyring; else a passphrase, where someone can be asked; else a key
//! file, and says so.

use super::keyring::{Keyring, SWITCH};
use super::seal::Vault;
use crate::connections::{Error, home};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const PASSPHRASE: &str = "ARARAT_PASSPHRASE";
const KEY: &str = "ARARAT_VAULT_KEY";
const KEY_FILE: &str = "ARARAT_KEY_FILE";

pub(super) type RawKey = Zeroizing<[u8; 32]>;

/// Asks a person for a passphrase; absent where nobody can answer.
pub type Prompt<'a> = Option<&'a (dyn Fn(&str) -> Result<Zeroizing<String>, Error> + Sync)>;

/// What a key may be had from besides files and the environment.
#[derive(Default)]
pub struct Means<'a> {
    pub prompt: Prompt<'a>,
    /// The system's own where absent.
    pub keyring: Option<Keyring>,
}

impl Means<'_> {
    /// The keyring, or why there is none.
    pub fn keyring(&self) -> Result<Keyring, String> {
        self.keyring.clone().map_or_else(Keyring::system, Ok)
    }
}

/// How a vault's key is found again. Holds nothing secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum KeySource {
    /// An entry of the system's keyring.
    Keyring { account: String },
    /// Argon2id over a passphrase.
    Passphrase { salt: String, memory_kib: u32, passes: u32, lanes: u32 },
    /// Base64 of 32 bytes in `ARARAT_VAULT_KEY`.
    Environment,
    /// Base64 of 32 bytes in a file of mode 600.
    KeyFile { path: PathBuf },
}

/// The vault's header in the registry.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRow {
    pub key_id: String,
    pub source: KeySource,
}

impl KeySource {
    /// How `vault status` names it.
    pub fn describe(&self) -> String {
        match self {
            KeySource::Passphrase { memory_kib, passes, lanes, .. } => {
                format!("passphrase (argon2id, {memory_kib} KiB, {passes} passes, {lanes} lane)")
            }
            KeySource::Keyring { account } => format!("the system's keyring (`{account}` of ararat)"),
            KeySource::Environment => format!("the environment variable {KEY}"),
            KeySource::KeyFile { path } => format!("the key file {}", path.display()),
        }
    }

    /// An entry of its own, so that a key is never written over another.
    pub fn new_keyring() -> Self {
        KeySource::Keyring { account: format!("vault {:016x}", rand::random::<u64>()) }
    }

    /// A passphrase with a fresh salt and the present cost.
    pub fn new_passphrase() -> Self {
        let salt: [u8; 16] = rand::random();
        let params = Params::DEFAULT;
        KeySource::Passphrase {
            salt: STANDARD.encode(salt),
            memory_kib: params.m_cost(),
            passes: params.t_cost(),
            lanes: params.p_cost(),
        }
    }
}

/// Makes the vault of a registry that has none, and says where its key is where that matters.
/// A registry that other machines use too gets no key from this machine's keyring unasked.
pub fn create_in(dir: &Path, means: &Means<'_>, is_shared: bool) -> Result<(Vault, KeyRow), Error> {
    if let Some(source) = named_in_environment() {
        return create(source, means);
    }
    let kept = match is_shared {
        true => Err("other machines use the registry too".to_owned()),
        false => means.keyring().and_then(|keyring| in_keyring(&keyring, KeySource::new_keyring())),
    };
    let reason = match kept {
        Ok(made) => return Ok(made),
        Err(reason) => reason,
    };
    if let Some(ask) = means.prompt {
        errln!("note: the system's keyring is not used: {reason}");
        let first = ask("passphrase for the new vault (none: its key goes into a file): ")?;
        if !first.is_empty() {
            return match *first == *ask("once more: ")? {
                true => with_passphrase(KeySource::new_passphrase(), &first),
                false => Err(Error::usage("the two passphrases differ")),
            };
        }
    }
    create(KeySource::KeyFile { path: dir.join("vault.key") }, means)
}

fn named_in_environment() -> Option<KeySource> {
    if variable(PASSPHRASE).is_some() {
        return Some(KeySource::new_passphrase());
    }
    if variable(KEY).is_some() {
        return Some(KeySource::Environment);
    }
    let path = std::env::var_os(KEY_FILE).filter(|path| !path.is_empty())?;
    Some(KeySource::KeyFile { path: PathBuf::from(path) })
}

/// Makes the key of a new vault. A new key file is announced on stderr.
pub fn create(source: KeySource, means: &Means<'_>) -> Result<(Vault, KeyRow), Error> {
    match &source {
        KeySource::Keyring { .. } => {
            let keyring = means.keyring().map_err(|reason| no_keyring(&reason))?;
            return in_keyring(&keyring, source).map_err(|reason| no_keyring(&reason));
        }
        KeySource::KeyFile { path } if !path.exists() => make_key_file(path)?,
        KeySource::KeyFile { .. } | KeySource::Environment | KeySource::Passphrase { .. } => {}
    }
    let vault = Vault::new(&raw_key(&source, means)?);
    let row = KeyRow { key_id: vault.key_id().to_owned(), source };
    Ok((vault, row))
}

fn make_key_file(path: &Path) -> Result<(), Error> {
    let key: RawKey = Zeroizing::new(rand::random());
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(*key)));
    // Another process may have made one meanwhile; then that is the key.
    if home::write_private_new(path, text.as_bytes())? {
        errln!("note: the vault's key is now in {}; whoever reads it can open your credentials", path.display());
    }
    Ok(())
}

fn in_keyring(keyring: &Keyring, source: KeySource) -> Result<(Vault, KeyRow), String> {
    let KeySource::Keyring { account } = &source else {
        return Err("the key is kept elsewhere".to_owned());
    };
    let key: RawKey = Zeroizing::new(rand::random());
    keyring.put(account, &key)?;
    let vault = Vault::new(&key);
    let row = KeyRow { key_id: vault.key_id().to_owned(), source };
    Ok((vault, row))
}

/// Takes a key that is not in use any more out of the keyring; others lie where their owner put them.
pub fn discard(source: &KeySource, means: &Means<'_>) {
    if let KeySource::Keyring { account } = source
        && let Err(reason) = means.keyring().and_then(|keyring| keyring.forget(account))
    {
        errln!("note: the old key `{account}` stays in the system's keyring: {reason}");
    }
}

/// Opens the vault of a registry.
pub fn open(row: &KeyRow, means: &Means<'_>) -> Result<Vault, Error> {
    let vault = Vault::new(&raw_key(&row.source, means)?);
    if vault.key_id() == row.key_id {
        return Ok(vault);
    }
    let found = match &row.source {
        KeySource::Keyring { .. } => "the key in the system's keyring is not the one".to_owned(),
        KeySource::Passphrase { .. } => "the passphrase is not the one".to_owned(),
        KeySource::Environment => format!("the key in {KEY} is not the one"),
        KeySource::KeyFile { path } => format!("the key in {} is not the one", path.display()),
    };
    Err(Error::Vault { message: format!("{found} that the vault was locked with (key {})", row.key_id), help: None })
}

fn raw_key(source: &KeySource, means: &Means<'_>) -> Result<RawKey, Error> {
    match source {
        KeySource::Keyring { account } => {
            let found = means.keyring().and_then(|keyring| keyring.get(account));
            found.map_err(|reason| no_keyring(&reason))?.ok_or_else(|| {
                Error::vault(
                    format!("the system's keyring has no entry `{account}` of ararat, which is the vault's key"),
                    "restore the entry, or use the user and the machine that made the vault",
                )
            })
        }
        KeySource::Passphrase { salt, memory_kib, passes, lanes } => {
            derived(&passphrase(means.prompt)?, salt, *memory_kib, *passes, *lanes)
        }
        KeySource::Environment => {
            let text = variable(KEY).ok_or_else(|| {
                Error::vault(
                    format!("the vault was locked with a key in {KEY}, which is not set"),
                    format!("set {KEY} to that key"),
                )
            })?;
            decode(&text, KEY)
        }
        KeySource::KeyFile { path } => read_key_file(path),
    }
}

fn no_keyring(reason: &str) -> Error {
    Error::vault(
        format!("the vault's key belongs into the system's keyring, which cannot be used: {reason}"),
        format!("unlock it, or run in a desktop session without {SWITCH}=off"),
    )
}

fn passphrase(prompt: Prompt<'_>) -> Result<Zeroizing<String>, Error> {
    match (variable(PASSPHRASE), prompt) {
        (Some(text), _) => Ok(text),
        (None, Some(ask)) => ask("passphrase of the vault: "),
        (None, None) => Err(Error::vault(
            "the vault is locked with a passphrase",
            format!("set {PASSPHRASE}, or run in a terminal to be asked"),
        )),
    }
}

fn derive(passphrase: &str, salt: &[u8], params: Params) -> Result<RawKey, Error> {
    let mut key = Zeroizing::new([0; 32]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(|error| broken(&error.to_string()))?;
    Ok(key)
}

fn read_key_file(path: &Path) -> Result<RawKey, Error> {
    if !path.exists() {
        return Err(Error::vault(
            format!("the vault's key file {} is gone", path.display()),
            format!("restore it, or name another place in {KEY_FILE}"),
        ));
    }
    home::check_private(path)?;
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| home::failed("read", path, &error))?);
    decode(&text, &path.display().to_string())
}

fn decode(text: &str, place: &str) -> Result<RawKey, Error> {
    let wrong = || {
        Error::vault(
            format!("expected 32 bytes in base64 in {place}"),
            "make a key with `head -c 32 /dev/urandom | base64`",
        )
    };
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| wrong())?);
    let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| wrong())?;
    Ok(Zeroizing::new(key))
}

/// A vault under a passphrase that is at hand.
pub fn with_passphrase(source: KeySource, passphrase: &str) -> Result<(Vault, KeyRow), Error> {
    let vault = export_key(passphrase, &source)?;
    let key_id = vault.key_id().to_owned();
    Ok((vault, KeyRow { key_id, source }))
}

/// Seals what is exported under a passphrase of its own.
pub fn export_key(passphrase: &str, source: &KeySource) -> Result<Vault, Error> {
    let KeySource::Passphrase { salt, memory_kib, passes, lanes } = source else {
        return Err(broken("it is not locked with a passphrase"));
    };
    Ok(Vault::new(&derived(passphrase, salt, *memory_kib, *passes, *lanes)?))
}

/// The most memory that a header may ask for: a forged one must not exhaust the machine.
const MOST_MEMORY_KIB: u32 = 1 << 20;

fn derived(passphrase: &str, salt: &str, memory_kib: u32, passes: u32, lanes: u32) -> Result<RawKey, Error> {
    if memory_kib > MOST_MEMORY_KIB || passes > 64 || lanes > 64 {
        return Err(broken("its passphrase costs more than is sensible"));
    }
    let salt = STANDARD.decode(salt).map_err(|_| broken("its salt is not base64"))?;
    let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|error| broken(&error.to_string()))?;
    derive(passphrase, &salt, params)
}

fn variable(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name).ok().filter(|text| !text.is_empty()).map(Zeroizing::new)
}

fn broken(reason: &str) -> Error {
    Error::Vault { message: format!("the vault's header is damaged: {reason}"), help: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_gives_one_key_per_salt() {
        let params = || Params::new(64, 1, 1, Some(32)).expect("small");
        let key = |text: &str, salt: &[u8]| Vault::new(&derive(text, salt, params()).expect("derives"));
        assert_eq!(key("a", b"saltsalt").key_id(), key("a", b"saltsalt").key_id());
        assert_ne!(key("a", b"saltsalt").key_id(), key("b", b"saltsalt").key_id());
        assert_ne!(key("a", b"saltsalt").key_id(), key("a", b"saltsals").key_id());
    }

    #[test]
    fn keys_are_32_bytes_of_base64() {
        assert!(decode("c2hvcnQ=", "KEY").is_err());
        assert!(decode("!", "KEY").is_err());
        assert!(decode(&STANDARD.encode([7; 32]), "KEY").is_ok());
    }
}
