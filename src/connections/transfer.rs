//! Sealed copies: connections, custom services and credentials in one file under a passphrase.
//!
//! The file is JSON: how the key is derived, a nonce, and one sealed text. Nothing in it is
//! readable without the passphrase, and nothing in it depends on the vault's own key.

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
const RECORD: &str = "export";

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
}

/// Writes everything to a sealed file (0600); says how many connections it holds.
pub async fn export(registry: &Registry, file: &Path, passphrase: &str) -> Result<usize, Error> {
    if passphrase.chars().count() < 8 {
        return Err(Error::usage("the passphrase of an export has at least 8 characters"));
    }
    let mut connections = Vec::new();
    for connection in registry.store().connections().await? {
        let credential = registry.credential(&connection).await?;
        connections.push(Entry { connection, credential });
    }
    let count = connections.len();
    let content = Content { services: registry.custom_services().await?, connections };
    let plain = Zeroizing::new(serde_json::to_vec(&content).map_err(|error| Error::Store(error.to_string()))?);
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
    let text = serde_json::to_vec_pretty(&parcel).map_err(|error| Error::Store(error.to_string()))?;
    home::write_private(file, &text)?;
    Ok(count)
}

/// Adds what a sealed file holds; link names that are taken stay as they are.
pub async fn import(registry: &Registry, file: &Path, passphrase: &str) -> Result<Imported, Error> {
    registry.must_administer("import connections").await?;
    let content = open(file, passphrase)?;
    let mut done = Imported::default();
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

fn open(file: &Path, passphrase: &str) -> Result<Content, Error> {
    let not_ours = || Error::usage(format!("{} is no export of connections", file.display()));
    let text = std::fs::read(file).map_err(|error| home::failed("read", file, &error))?;
    let parcel: Parcel = serde_json::from_slice(&text).map_err(|_| not_ours())?;
    if parcel.format != FORMAT {
        return Err(not_ours());
    }
    let vault = export_key(passphrase, &parcel.key)?;
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
