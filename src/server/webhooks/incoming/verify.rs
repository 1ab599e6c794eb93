//! Tells the sender of a webhook from anybody else who has learned its address.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a sender has to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Verification {
    /// The header is the body's HMAC-SHA256 under the secret, behind the prefix.
    HmacSha256 {
        header: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        prefix: String,
        #[serde(default)]
        encoding: Encoding,
        /// Made where absent; never shown again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
    },
    /// The header is the secret.
    SecretHeader {
        header: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
    },
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    #[default]
    Hex,
    Base64,
}

/// Stands for a secret that is in the vault.
const SHOWN: &str = "***";
const SHORTEST_SECRET: usize = 12;

impl Verification {
    pub fn header(&self) -> &str {
        match self {
            Verification::HmacSha256 { header, .. } | Verification::SecretHeader { header, .. } => header,
        }
    }

    fn secret(&mut self) -> &mut Option<String> {
        match self {
            Verification::HmacSha256 { secret, .. } | Verification::SecretHeader { secret, .. } => secret,
        }
    }

    /// Takes the secret out, unless it is one that was only shown.
    pub fn take_secret(&mut self) -> Option<String> {
        self.secret().replace(SHOWN.to_owned()).filter(|secret| secret != SHOWN)
    }

    /// # Errors
    /// What makes no sense in it.
    pub fn check(&mut self) -> Result<(), String> {
        let header = self.header();
        if axum::http::HeaderName::from_bytes(header.as_bytes()).is_err() {
            return Err(format!("expected the name of a header in `verification`, found `{header}`"));
        }
        match self.secret() {
            Some(secret) if secret != SHOWN && secret.chars().count() < SHORTEST_SECRET => {
                Err(format!("expected a secret of at least {SHORTEST_SECRET} characters, found a shorter one"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a request comes from who has the secret. Compares in constant time.
    pub fn holds(&self, secret: &str, headers: &HeaderMap, body: &[u8]) -> bool {
        let Some(shown) = headers.get(self.header()) else { return false };
        match self {
            Verification::SecretHeader { .. } => {
                // Hashes have one length, whatever was sent.
                let (given, expected) = (Sha256::digest(shown.as_bytes()), Sha256::digest(secret.as_bytes()));
                given.as_slice().ct_eq(expected.as_slice()).into()
            }
            Verification::HmacSha256 { prefix, encoding, .. } => {
                let signature = shown.to_str().ok().and_then(|text| text.trim().strip_prefix(prefix.as_str()));
                let signature = signature.and_then(|text| encoding.read(text.trim()));
                let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
                mac.update(body);
                signature.is_some_and(|signature| mac.verify_slice(&signature).is_ok())
            }
        }
    }
}

impl Encoding {
    fn read(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Encoding::Base64 => STANDARD.decode(text).ok(),
            Encoding::Hex if text.len().is_multiple_of(2) => {
                let pair = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
                (0..text.len()).step_by(2).map(pair).collect()
            }
            Encoding::Hex => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(axum::http::HeaderName::from_static(name), value.parse().expect("a value"))])
    }

    /// RFC 4231, test case 2.
    const KEY: &str = "Jefe";
    const DATA: &[u8] = b"what do ya want for nothing?";
    const HEX: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn signatures_are_those_of_the_rfc() {
        let prefix = "sha256=".to_owned();
        let hex = Verification::HmacSha256 {
            header: "X-Hub-Signature-256".into(),
            prefix,
            encoding: Encoding::Hex,
            secret: None,
        };
        let signed = |value: &str| hex.holds(KEY, &headers("x-hub-signature-256", value), DATA);
        assert!(signed(&format!("sha256={HEX}")));
        assert!(signed(&format!("sha256={}", HEX.to_uppercase())));
        assert!(!signed(HEX), "the prefix is missing");
        assert!(!signed(&format!("sha256={}", &HEX[..62])), "a part is not enough");
        assert!(!signed("sha256="));
        assert!(!signed("sha256=zz"));
        assert!(!hex.holds("other", &headers("x-hub-signature-256", &format!("sha256={HEX}")), DATA));
        assert!(!hex.holds(KEY, &headers("x-hub-signature-256", &format!("sha256={HEX}")), b"other"));
        assert!(!hex.holds(KEY, &HeaderMap::new(), DATA));
        let base64 = Verification::HmacSha256 {
            header: "x-sign".into(),
            prefix: String::new(),
            encoding: Encoding::Base64,
            secret: None,
        };
        assert!(base64.holds(KEY, &headers("x-sign", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="), DATA));
    }

    #[test]
    fn a_secret_header_is_the_secret_whole() {
        let row = Verification::SecretHeader { header: "X-Token".into(), secret: None };
        assert!(row.holds("s3cret", &headers("x-token", "s3cret"), b""));
        for wrong in ["s3cre", "s3crets", "S3CRET", ""] {
            assert!(!row.holds("s3cret", &headers("x-token", wrong), b""), "{wrong}");
        }
    }

    #[test]
    fn a_secret_that_was_only_shown_is_none() {
        let mut row = Verification::SecretHeader { header: "x".into(), secret: Some("long enough a secret".into()) };
        assert_eq!(row.take_secret().as_deref(), Some("long enough a secret"));
        assert_eq!(row.take_secret(), None);
        assert_eq!(row, Verification::SecretHeader { header: "x".into(), secret: Some(SHOWN.into()) });
    }
}
