//! Where a database is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;
use std::path::PathBuf;
use url::Url;

/// What stays readable in the path of a file's address.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a database is.
#[derive(Clone, PartialEq)]
pub enum Place {
    /// Ends with the process.
    Memory,
    /// An SQLite file, made where it is missing.
    File(PathBuf),
    /// A PostgreSQL server; the address may hold a password and is never shown whole.
    Server(Url),
}

impl Place {
    /// Reads `postgres://USER@HOST/DATABASE` or `sqlite:PATH`.
    ///
    /// # Errors
    /// What was expected; never quotes the address, which may hold a password.
    pub fn parse(address: &str) -> Result<Self, String> {
        let expected = "expected a database address such as postgres://user@host/database or sqlite:/path/file.db";
        if let Some(path) = address.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(expected.to_owned()) } else { Ok(Place::File(PathBuf::from(path))) };
        }
        let url = Url::parse(address).map_err(|error| format!("{expected}: {error}"))?;
        match url.scheme() {
            "postgres" | "postgresql" => Ok(Place::Server(url)),
            other => Err(format!("{expected}, found `{other}:`")),
        }
    }

    pub(super) fn url(&self) -> Result<String, sqlx::Error> {
        match self {
            Place::Memory => Ok("sqlite::memory:".to_owned()),
            Place::File(path) => {
                let text = path.to_str().ok_or_else(|| {
                    sqlx::Error::Configuration(format!("the path {} is not Unicode", path.display()).into())
                })?;
                // Windows writes `\`, which addresses do not have.
                let text = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
                Ok(format!("sqlite:{}?mode=rwc", utf8_percent_encode(&text, PATH)))
            }
            Place::Server(url) => Ok(url.as_str().to_owned()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Memory => f.write_str("memory"),
            Place::File(path) => write!(f, "{}", path.display()),
            Place::Server(url) => {
                write!(f, "postgres://{}", url.host_str().unwrap_or("localhost"))?;
                if let Some(port) = url.port() {
                    write!(f, ":{port}")?;
                }
                f.write_str(url.path())
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_files_and_servers() {
        assert_eq!(Place::parse("sqlite:///a/b c.db"), Ok(Place::File("/a/b c.db".into())));
        assert_eq!(Place::parse("sqlite:x.db"), Ok(Place::File("x.db".into())));
        assert_eq!(Place::File("/a/b?c#d".into()).url().expect("an address"), "sqlite:/a/b%3Fc%23d?mode=rwc");
        for wrong in ["mysql://root:planted@h/x", "planted", "sqlite:", ""] {
            let error = Place::parse(wrong).expect_err("refused");
            assert!(error.starts_with("expected a database address") && !error.contains("planted"), "{error}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let place = Place::parse("postgres://ann:planted@db.example.com:5433/ararat?password=planted").expect("reads");
        assert_eq!(
            format!("{place} {place:?}"),
            "postgres://db.example.com:5433/ararat postgres://db.example.com:5433/ararat"
        );
    }
}
