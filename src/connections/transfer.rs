//! Copies: connections, custom services and credentials in one file, sealed under a passphrase.
//!
//! The file is JSON: how the key is derived, a nonce, and one sealed text. Nothing in it is
//! readable without the passphrase, and nothing in it depends on the vault's own key. A copy in
//! clear is what was to be sealed, and is written only where someone asked for just that.

use super::credential::Credential;
use super::registry::Registry;
use super::service::Service;
use super::vault::{KeySource, Sealed, export_key};
use super::{Connection, Error, State, home};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::path::Path;
use zeroize::Zeroizing;

const FORMAT: &str = "ararat connections, sealed";
const PLAIN_FORMAT: &str = "ararat connections, in clear";
const RECORD: &str = "export";
/// What the history calls it; such a line belongs to no connection.
const EXPORTED: &str = "exported";

/// The file.
#[derive(Serialize, Deserialize)]
struct Parcel {
    format: String,
    key: KeySource,
    schema: i64,
    key_id: String,
    nonce: String,
    sealed: String,
}

/// What is sealed in it.
#[derive(Serialize, Deserialize)]
struct Content {
    /// Only where it is not sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    services: Vec<Service>,
    connections: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    connection: Connection,
    credential: Option<Credential>,
}

/// What an import did, by link name.
#[derive(Debug, Default, PartialEq)]
pub struct Imported {
    pub added: Vec<String>,
    pub taken: Vec<String>,
    pub was_sealed: bool,
}

/// Writes everything to a sealed file (0600); says how many connections it holds.
pub async fn export(registry: &Registry, file: &Path, passphrase: &str) -> Result<usize, Error> {
    if passphrase.chars().count() < 8 {
        return Err(Error::usage("the passphrase of an export has at least 8 characters"));
    }
    let content = content(registry, None).await?;
    let plain = Zeroizing::new(json(&content)?);
    let key = KeySource::new_passphrase();
    let sealed = export_key(passphrase, &key)?.seal(RECORD, FORMAT, &plain)?;
    let parcel = Parcel {
        format: FORMAT.to_owned(),
        key,
        schema: sealed.schema,
        key_id: sealed.key_id,
        nonce: STANDARD.encode(sealed.nonce),
        sealed: STANDARD.encode(sealed.bytes),
    };
    write(file, &json(&parcel)?)?;
    registry.log("", EXPORTED, Some("sealed under a passphrase")).await?;
    Ok(content.connections.len())
}

/// Writes everything to a file (0600) that is not sealed: whoever reads it has the credentials.
pub async fn export_in_clear(registry: &Registry, file: &Path) -> Result<usize, Error> {
    let content = content(registry, Some(PLAIN_FORMAT.to_owned())).await?;
    write(file, &Zeroizing::new(json(&content)?))?;
    registry.log("", EXPORTED, Some("in clear")).await?;
    Ok(content.connections.len())
}

async fn content(registry: &Registry, format: Option<String>) -> Result<Content, Error> {
    registry.must_administer("export connections").await?;
    let mut connections = Vec::new();
    for connection in registry.store().connections().await? {
        let credential = registry.credential(&connection).await?;
        connections.push(Entry { connection, credential });
    }
    Ok(Content { format, services: registry.custom_services().await?, connections })
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(value).map_err(|error| Error::Store(error.to_string()))
}

/// Into a file and nowhere else: a terminal or a pipe keeps what it shows.
fn write(file: &Path, content: &[u8]) -> Result<(), Error> {
    if file.exists() && !file.is_file() {
        return Err(Error::usage(format!("expected the name of a file, found {}", file.display())));
    }
    home::write_private(file, content)
}

/// Adds what a file holds; link names that are taken stay as they are. The passphrase is asked for
/// where the file is sealed.
pub async fn import(
    registry: &Registry,
    file: &Path,
    passphrase: impl Fn() -> Result<Zeroizing<String>, Error>,
) -> Result<Imported, Error> {
    registry.must_administer("import connections").await?;
    let content = open(file, passphrase)?;
    let mut done = Imported { was_sealed: content.format.is_none(), ..Imported::default() };
    for service in content.services {
        let link = service.link_name.clone();
        match registry.service(&link).await {
            Ok(_) => done.taken.push(link),
            Err(Error::UnknownService { .. }) => {
                registry.add_service(&service).await?;
                done.added.push(link);
            }
            Err(error) => return Err(error),
        }
    }
    for Entry { connection, credential } in content.connections {
        let link = connection.link_name.clone();
        match registry.restore(connection, credential.as_ref()).await {
            Ok(true) => done.added.push(link),
            Ok(false) => done.taken.push(link),
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

fn open(file: &Path, passphrase: impl Fn() -> Result<Zeroizing<String>, Error>) -> Result<Content, Error> {
    let not_ours = || Error::usage(format!("{} is no export of connections", file.display()));
    let text = Zeroizing::new(std::fs::read(file).map_err(|error| home::failed("read", file, &error))?);
    if let Ok(plain) = serde_json::from_slice::<Content>(&text) {
        return if plain.format.as_deref() == Some(PLAIN_FORMAT) { Ok(plain) } else { Err(not_ours()) };
    }
    let parcel: Parcel = serde_json::from_slice(&text).map_err(|_| not_ours())?;
    if parcel.format != FORMAT {
        return Err(not_ours());
    }
    let vault = export_key(&passphrase()?, &parcel.key)?;
    if vault.key_id() != parcel.key_id {
        return Err(Error::usage("the passphrase is not the one that the export was sealed with"));
    }
    let sealed = Sealed {
        schema: parcel.schema,
        key_id: parcel.key_id,
        nonce: STANDARD.decode(parcel.nonce).map_err(|_| not_ours())?,
        bytes: STANDARD.decode(parcel.sealed).map_err(|_| not_ours())?,
    };
    let plain = vault.open(RECORD, FORMAT, &sealed)?;
    serde_json::from_slice(&plain).map_err(|_| not_ours())
}

/// A connection as it is taken over from elsewhere: without a credential there is nothing to connect with.
pub fn arriving(mut connection: Connection, has_credential: bool) -> Connection {
    if !has_credential && connection.state == State::Connected {
        connection.state = State::NeedsReauth;
        connection.reason = Some("it was imported without its credentials".to_owned());
    }
    connection
}
