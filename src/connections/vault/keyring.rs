//! The system's keyring: macOS Keychain, Windows Credential Manager, or the Secret Service of a
//! Linux desktop (GNOME Keyring, KWallet, KeePassXC).
//!
//! A keyring may ask the person at the desktop to unlock it, so each call waits for a while and no
//! longer. Where there is none, that is known at once.

use super::RawKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use zeroize::Zeroizing;

/// `off` keeps the vault away from the system's keyring.
pub const SWITCH: &str = "ARARAT_KEYRING";
#[cfg(feature = "keyring")]
const SERVICE: &str = "ararat";
/// Long enough to type a password into the desktop's question.
const PATIENCE: Duration = Duration::from_secs(60);

/// Named secrets of the user that the system keeps. Failures are reasons to print.
pub trait Entries: Send + Sync {
    fn read(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String>;
    fn write(&self, account: &str, secret: &[u8]) -> Result<(), String>;
    fn remove(&self, account: &str) -> Result<(), String>;
}

/// A keyring that answered.
#[derive(Clone)]
pub struct Keyring(Arc<dyn Entries>);

impl Keyring {
    pub fn new(entries: Arc<dyn Entries>) -> Self {
        Keyring(entries)
    }

    /// The system's, or why there is none.
    pub fn system() -> Result<Self, String> {
        let switch = std::env::var(SWITCH).unwrap_or_default();
        if matches!(switch.as_str(), "off" | "no" | "0") {
            return Err(format!("{SWITCH} switches it off"));
        }
        connect()
    }

    /// The key of an account; none where there is no such entry.
    pub fn get(&self, account: &str) -> Result<Option<RawKey>, String> {
        let (entries, account) = (self.0.clone(), account.to_owned());
        let Some(text) = patiently(move || entries.read(&account))? else { return Ok(None) };
        let unfit = |_| "its entry holds no key".to_owned();
        let bytes = Zeroizing::new(STANDARD.decode(text.as_slice()).map_err(|_| unfit(()))?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| unfit(()))?;
        Ok(Some(Zeroizing::new(key)))
    }

    /// Keeps a key, and makes sure that it can be had again.
    pub fn put(&self, account: &str, key: &RawKey) -> Result<(), String> {
        let (entries, name) = (self.0.clone(), account.to_owned());
        // As text, so that the desktop's own programs can show and copy it.
        let text = Zeroizing::new(STANDARD.encode(**key));
        patiently(move || entries.write(&name, text.as_bytes()))?;
        match self.get(account)? {
            Some(kept) if *kept == **key => Ok(()),
            Some(_) | None => Err("it did not keep what was written".to_owned()),
        }
    }

    /// Removes an entry; one that is not there is no failure.
    pub fn forget(&self, account: &str) -> Result<(), String> {
        let (entries, account) = (self.0.clone(), account.to_owned());
        patiently(move || entries.remove(&account))
    }
}

/// Runs a call that may wait for a person on a thread of its own.
fn patiently<T: Send + 'static>(call: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody listens any more after the time.
        let _ = tell.send(call());
    });
    let late = |_| format!("it did not answer within {} s", PATIENCE.as_secs());
    told.recv_timeout(PATIENCE).map_err(late)?
}

#[cfg(not(feature = "keyring"))]
fn connect() -> Result<Keyring, String> {
    Err("this build has no support for it (the feature `keyring`)".to_owned())
}

#[cfg(feature = "keyring")]
fn connect() -> Result<Keyring, String> {
    let store = patiently(native::store)?;
    Ok(Keyring::new(Arc::new(Stored(store))))
}

/// A store of the keyring crates.
#[cfg(feature = "keyring")]
pub struct Stored(pub Arc<keyring_core::CredentialStore>);

#[cfg(feature = "keyring")]
impl Stored {
    fn entry(&self, account: &str) -> Result<keyring_core::Entry, String> {
        self.0.build(SERVICE, account, None).map_err(reason)
    }
}

#[cfg(feature = "keyring")]
impl Entries for Stored {
    fn read(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        match self.entry(account)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(keyring_core::Error::NoEntry) => Ok(None),
            Err(error) => Err(reason(error)),
        }
    }

    fn write(&self, account: &str, secret: &[u8]) -> Result<(), String> {
        self.entry(account)?.set_secret(secret).map_err(reason)
    }

    fn remove(&self, account: &str) -> Result<(), String> {
        match self.entry(account)?.delete_credential() {
            Ok(()) | Err(keyring_core::Error::NoEntry) => Ok(()),
            Err(error) => Err(reason(error)),
        }
    }
}

/// Errors of the store never show what is stored: those that could are worded here.
#[cfg(feature = "keyring")]
fn reason(error: keyring_core::Error) -> String {
    use keyring_core::Error;
    match error {
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => inner.to_string(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "its entry holds no key".to_owned(),
        Error::Ambiguous(entries) => format!("it has {} entries of that name", entries.len()),
        other => other.to_string(),
    }
}

#[cfg(all(feature = "keyring", any(target_os = "linux", target_os = "freebsd")))]
mod native {
    use keyring_core::CredentialStore;
    use std::path::Path;
    use std::sync::Arc;

    /// Without a bus there is no keyring; asking for one would start programs in search of it.
    pub fn store() -> Result<Arc<CredentialStore>, String> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let has_socket = set("XDG_RUNTIME_DIR").is_some_and(|dir| Path::new(&dir).join("bus").exists());
        if set("DBUS_SESSION_BUS_ADDRESS").is_none() && !has_socket {
            return Err("there is no desktop session with a Secret Service".to_owned());
        }
        let store = dbus_secret_service_keyring_store::Store::new().map_err(super::reason)?;
        Ok(store)
    }
}

#[cfg(all(feature = "keyring", target_os = "macos"))]
mod native {
    use keyring_core::CredentialStore;
    use std::sync::Arc;

    pub fn store() -> Result<Arc<CredentialStore>, String> {
        let store = apple_native_keyring_store::keychain::Store::new().map_err(super::reason)?;
        Ok(store)
    }
}

#[cfg(all(feature = "keyring", windows))]
mod native {
    use keyring_core::CredentialStore;
    use std::sync::Arc;

    pub fn store() -> Result<Arc<CredentialStore>, String> {
        let store = windows_native_keyring_store::Store::new().map_err(super::reason)?;
        Ok(store)
    }
}

#[cfg(all(feature = "keyring", not(any(target_os = "linux", target_os = "freebsd", target_os = "macos", windows))))]
mod native {
    use keyring_core::CredentialStore;
    use std::sync::Arc;

    pub fn store() -> Result<Arc<CredentialStore>, String> {
        Err("this system has none that is known here".to_owned())
    }
}
