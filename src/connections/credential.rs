//! What a connection signs in with. Wiped when dropped, never printed, written only sealed.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// One secret text. Shown as `***` wherever it is printed.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Secret(SecretString::from(text.into()))
    }

    /// The secret itself, for the wire and for the vault.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        same(self.expose().as_bytes(), other.expose().as_bytes())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        String::deserialize(source).map(Secret::new)
    }
}

/// Compares in a time that does not tell where two texts differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
}

/// Serialising is for the vault only, so it is asked for field by field.
fn exposed<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

fn exposed_option<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(to)
}

fn exposed_map<S: Serializer>(secrets: &BTreeMap<String, Secret>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(secrets.iter().map(|(name, secret)| (name, secret.expose())))
}

/// Everything secret about one connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Credential {
    ApiKey {
        /// By the parameter's name on the wire.
        #[serde(serialize_with = "exposed_map")]
        values: BTreeMap<String, Secret>,
    },
    Basic {
        user: String,
        #[serde(serialize_with = "exposed")]
        password: Secret,
    },
    #[serde(rename = "oauth1")]
    OAuth1 {
        consumer_key: String,
        #[serde(serialize_with = "exposed")]
        consumer_secret: Secret,
        #[serde(default, serialize_with = "exposed_option")]
        token: Option<Secret>,
        #[serde(default, serialize_with = "exposed_option")]
        token_secret: Option<Secret>,
    },
    #[serde(rename = "oauth2")]
    OAuth2(Tokens),
    AwsSigv4 {
        access_key_id: String,
        #[serde(serialize_with = "exposed")]
        secret_access_key: Secret,
        #[serde(default, serialize_with = "exposed_option")]
        session_token: Option<Secret>,
    },
}

/// An OAuth 2 client and its tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tokens {
    pub client_id: String,
    #[serde(default, serialize_with = "exposed_option")]
    pub client_secret: Option<Secret>,
    #[serde(default, serialize_with = "exposed_option")]
    pub access: Option<Secret>,
    #[serde(default, serialize_with = "exposed_option")]
    pub refresh: Option<Secret>,
}

impl Credential {
    /// The text that the vault seals.
    pub fn to_plain(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).expect("a credential is made of texts"))
    }

    pub fn from_plain(plain: &[u8]) -> Result<Self, String> {
        // The text of a JSON error may quote its input.
        serde_json::from_slice(plain).map_err(|_| "the sealed record does not hold a credential".to_owned())
    }

    /// Every secret in it, for redaction.
    pub fn secrets(&self) -> Vec<&str> {
        match self {
            Credential::ApiKey { values } => values.values().map(Secret::expose).collect(),
            Credential::Basic { password, .. } => vec![password.expose()],
            Credential::OAuth1 { consumer_secret, token, token_secret, .. } => {
                let tokens = [token, token_secret].into_iter().flatten();
                std::iter::once(consumer_secret).chain(tokens).map(Secret::expose).collect()
            }
            Credential::AwsSigv4 { secret_access_key, session_token, .. } => {
                std::iter::once(secret_access_key).chain(session_token).map(Secret::expose).collect()
            }
            Credential::OAuth2(tokens) => {
                let all = [&tokens.client_secret, &tokens.access, &tokens.refresh];
                all.into_iter().flatten().map(Secret::expose).collect()
            }
        }
    }

    /// The client alone, as it is kept after a revocation.
    pub fn without_tokens(&self) -> Option<Credential> {
        match self {
            Credential::ApiKey { .. } | Credential::Basic { .. } | Credential::AwsSigv4 { .. } => None,
            Credential::OAuth1 { consumer_key, consumer_secret, .. } => Some(Credential::OAuth1 {
                consumer_key: consumer_key.clone(),
                consumer_secret: consumer_secret.clone(),
                token: None,
                token_secret: None,
            }),
            Credential::OAuth2(tokens) => {
                Some(Credential::OAuth2(Tokens { access: None, refresh: None, ..tokens.clone() }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_survives_the_vault_and_never_prints() {
        let tokens = Tokens {
            client_id: "1000.X".into(),
            client_secret: Some(Secret::new("planted-1")),
            access: Some(Secret::new("planted-2")),
            refresh: None,
        };
        let credential = Credential::OAuth2(tokens);
        let read = Credential::from_plain(&credential.to_plain()).expect("reads");
        assert_eq!(read, credential);
        assert!(!format!("{credential:?}").contains("planted"));
        assert_eq!(credential.secrets(), ["planted-1", "planted-2"]);
    }

    #[test]
    fn errors_do_not_quote_the_record() {
        let error = Credential::from_plain(br#"{"type":"planted-secret"}"#).expect_err("refused");
        assert!(!error.contains("planted"));
    }
}
