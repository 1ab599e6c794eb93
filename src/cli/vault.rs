//! `ararat vault`: where the key is, a new key, and sealed copies of the registry's secrets.

use super::Exit;
use super::connections::{Actor, block_on, finish, new_passphrase, open_registry, print, print_json};
use crate::connections::transfer;
use crate::connections::vault::KeySource;
use crate::connections::{Error, Registry};
use clap::{Args, Subcommand, ValueEnum};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// See to the vault that keeps the secrets of connections
#[derive(Args)]
pub struct Vault {
    #[command(flatten)]
    actor: Actor,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say where the key comes from and what is sealed with it
    Status {
        #[arg(long)]
        json: bool,
    },
    /// Seal everything under a new key
    Rekey {
        /// Where the new key comes from
        #[arg(long, value_enum)]
        to: Place,
        /// The new key file
        #[arg(long, value_name = "FILE", required_if_eq("to", "key-file"))]
        file: Option<PathBuf>,
    },
    /// Write connections and secrets to a file, sealed under a passphrase (ARARAT_EXPORT_PASSPHRASE or a prompt)
    Export {
        file: PathBuf,
        /// Write the secrets in clear, under no passphrase: whoever reads the file has them
        #[arg(long)]
        plain: bool,
    },
    /// Read connections and secrets from an exported file, sealed or plain; those whose link names are taken are left out
    Import { file: PathBuf },
}

#[derive(Clone, Copy, ValueEnum)]
enum Place {
    Keyring,
    Passphrase,
    KeyFile,
}

impl Vault {
    pub fn main(self) -> Exit {
        finish(block_on(self.run()))
    }

    async fn run(self) -> Result<(), Error> {
        let registry = open_registry(&self.actor).await?;
        match self.command {
            Command::Status { json } => status(&registry, json).await,
            Command::Rekey { to, file } => rekey(&registry, to, file).await,
            Command::Export { file, plain: false } => export(&registry, &file).await,
            Command::Export { file, plain: true } => export_in_clear(&registry, &file).await,
            Command::Import { file } => import(&registry, &file).await,
        }
    }
}

async fn status(registry: &Registry, json: bool) -> Result<(), Error> {
    let header = registry.vault_header().await?;
    let records = registry.sealed_count().await?;
    if json {
        let header = header.map(|row| serde_json::json!({"key_id": row.key_id, "key": row.source}));
        let missing = registry.keyring().err();
        let keyring = serde_json::json!({"available": missing.is_none(), "reason": missing});
        return print_json(&serde_json::json!({"vault": header, "records": records, "keyring": keyring}));
    }
    let in_use = matches!(&header, Some(row) if matches!(row.source, KeySource::Keyring { .. }));
    match header {
        Some(row) => {
            print(&format!("key      {} from {}", row.key_id, row.source.describe()));
            print(&format!("records  {records}"));
        }
        None => print("no vault yet: it is made with the first secret"),
    }
    match registry.keyring() {
        Ok(_) if in_use => print("keyring  in use"),
        Ok(_) => print("keyring  there, and not in use; `ararat vault rekey --to keyring` takes it"),
        Err(reason) => print(&format!("keyring  none: {reason}")),
    }
    Ok(())
}

async fn rekey(registry: &Registry, to: Place, file: Option<PathBuf>) -> Result<(), Error> {
    let count = match (to, file) {
        (Place::Keyring, _) => registry.rekey(KeySource::new_keyring(), None).await?,
        (Place::KeyFile, Some(path)) => {
            let path = std::path::absolute(&path).map_err(|error| Error::usage(error.to_string()))?;
            if path.exists() {
                return Err(Error::usage(format!("{} is there already; name a new file", path.display())));
            }
            registry.rekey(KeySource::KeyFile { path }, None).await?
        }
        (Place::KeyFile, None) => return Err(Error::usage("name the new key file with --file")),
        (Place::Passphrase, _) => {
            let passphrase = passphrase("ARARAT_NEW_PASSPHRASE", "new passphrase of the vault: ", true)?;
            registry.rekey(KeySource::new_passphrase(), Some(passphrase)).await?
        }
    };
    errln!("sealed {count} records under a new key; the old key opens nothing any more");
    Ok(())
}

async fn export(registry: &Registry, file: &Path) -> Result<(), Error> {
    let passphrase = passphrase("ARARAT_EXPORT_PASSPHRASE", "passphrase for the export: ", true)?;
    let count = transfer::export(registry, file, &passphrase).await?;
    errln!("exported {count} connections to {}", file.display());
    Ok(())
}

async fn export_in_clear(registry: &Registry, file: &Path) -> Result<(), Error> {
    let count = transfer::export_in_clear(registry, file).await?;
    errln!("exported {count} connections to {}", file.display());
    errln!("warning: their secrets are in it IN CLEAR; whoever reads the file, or a copy of it, has them");
    Ok(())
}

async fn import(registry: &Registry, file: &Path) -> Result<(), Error> {
    let passphrase = || passphrase("ARARAT_EXPORT_PASSPHRASE", "passphrase of the export: ", false);
    let done = transfer::import(registry, file, passphrase).await?;
    for link in &done.taken {
        errln!("left out `{link}`: the link name is taken");
    }
    errln!("imported {} connections and services", done.added.len());
    if !done.was_sealed {
        errln!("warning: {} holds secrets in clear; remove it when you need it no more", file.display());
    }
    Ok(())
}

fn passphrase(variable: &str, question: &str, new: bool) -> Result<Zeroizing<String>, Error> {
    if let Ok(text) = std::env::var(variable)
        && !text.is_empty()
    {
        return Ok(Zeroizing::new(text));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::usage_help("a passphrase is needed", format!("set {variable}, or run in a terminal")));
    }
    if new { new_passphrase(question) } else { super::connections::prompt_secret(question) }
}
