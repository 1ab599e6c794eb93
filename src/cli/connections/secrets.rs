//! Where the command line gets secrets from: a JSON object, or a prompt without echo.

use crate::connections::{Error, Secret};
use clap::Args;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Where secrets are read from.
#[derive(Args)]
pub struct Secrets {
    /// JSON object with secrets by name (`client_secret`, `refresh_token`, `code`, `password` or the
    /// service's own names); `-` reads standard input. Without it they are asked for
    #[arg(long, value_name = "FILE")]
    secrets: Option<PathBuf>,
    #[arg(skip)]
    read: OnceCell<BTreeMap<String, Secret>>,
}

impl Secrets {
    /// A secret, if it is in the object.
    pub fn given(&self, name: &str) -> Result<Option<Secret>, Error> {
        let Some(path) = &self.secrets else {
            return Ok(None);
        };
        if self.read.get().is_none() {
            let _ = self.read.set(read(path)?);
        }
        Ok(self.read.get().and_then(|secrets| secrets.get(name)).cloned())
    }

    /// A secret from the object or the prompt.
    pub fn need(&self, name: &str, label: &str) -> Result<Secret, Error> {
        if let Some(secret) = self.given(name)? {
            return Ok(secret);
        }
        if !std::io::stdin().is_terminal() {
            return Err(Error::usage_help(
                format!("the {label} is needed"),
                format!("give a JSON object with \"{name}\" through --secrets FILE, or run in a terminal"),
            ));
        }
        let text = prompt_secret(&format!("{label}: "))?;
        if text.is_empty() {
            return Err(Error::usage(format!("the {label} cannot be empty")));
        }
        Ok(Secret::new(text.as_str()))
    }
}

fn read(path: &std::path::Path) -> Result<BTreeMap<String, Secret>, Error> {
    let mut text = Zeroizing::new(String::new());
    let result = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(path).map(|read| *text = read)
    };
    result.map_err(|error| Error::usage(format!("could not read {}: {error}", path.display())))?;
    // The error of the JSON parser could quote a secret.
    serde_json::from_str(&text)
        .map_err(|error| Error::usage(format!("--secrets: expected a JSON object of texts (line {})", error.line())))
}

/// Asks for a secret on the terminal, without echo.
pub fn prompt_secret(question: &str) -> Result<Zeroizing<String>, Error> {
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .map_err(|error| Error::usage(format!("could not ask for a secret: {error}")))
}
