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
        /// The time of sending is signed as well, and a request that is too old is refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timestamp: Option<Timestamp>,
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

/// When a request was sent, as its sender signed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timestamp {
    /// The header with the time, in seconds since the epoch. Where absent, the header of the signature is a list
    /// that has it: `t=1700000000,v1=…`, the signatures being those behind the prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    /// What is signed.
    #[serde(default = "time_and_body")]
    signed: String,
    /// Seconds that the time may differ from the engine's.
    #[serde(default = "five_minutes")]
    tolerance: u32,
}

fn time_and_body() -> String {
    format!("{TIME}.{BODY}")
}

fn five_minutes() -> u32 {
    300
}

impl Timestamp {
    fn check(&self) -> Result<(), String> {
        let is_header = |name: &String| axum::http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        if let Some(header) = self.header.as_ref().filter(|name| !is_header(name)) {
            return Err(format!("expected the name of a header in `timestamp`, found `{header}`"));
        }
        if self.signed.matches(TIME).count() != 1 || self.signed.matches(BODY).count() != 1 {
            let expected = format!("expected `{TIME}` and `{BODY}` once in `signed`");
            return Err(format!("{expected}, as in `v0:{TIME}:{BODY}`, found `{}`", self.signed));
        }
        match self.tolerance {
            1..=86_400 => Ok(()),
            other => Err(format!("expected 1 to 86400 seconds in `tolerance`, found {other}")),
        }
    }

    /// What the sender has signed, if it did so lately.
    fn signed(&self, shown: &str, headers: &HeaderMap, body: &[u8], now: i64) -> Option<Vec<u8>> {
        let time = match &self.header {
            Some(name) => headers.get(name)?.to_str().ok()?.trim(),
            None => shown.split(',').find_map(|part| part.trim().strip_prefix("t="))?,
        };
        let seconds: i64 = time.parse().ok()?;
        if (now / 1000).abs_diff(seconds) > u64::from(self.tolerance) {
            return None;
        }
        let text = self.signed.replace(TIME, time);
        let (before, after) = text.split_once(BODY)?;
        Some([before.as_bytes(), body, after.as_bytes()].concat())
    }
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
/// Signatures of one request that are looked at: while a secret is changed, senders show two.
const MOST_SIGNATURES: usize = 8;
const TIME: &str = "{timestamp}";
const BODY: &str = "{body}";

impl Verification {
    pub fn header(&self) -> &str {
        match self {
            Verification::HmacSha256 { header, .. } | Verification::SecretHeader { header, .. } => header,
        }
    }

    /// The seconds that a signed time of sending may differ, where there is one.
    pub fn tolerance(&self) -> Option<u32> {
        match self {
            Verification::HmacSha256 { timestamp, .. } => timestamp.as_ref().map(|timestamp| timestamp.tolerance),
            Verification::SecretHeader { .. } => None,
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
        if let Verification::HmacSha256 { timestamp: Some(timestamp), .. } = self {
            timestamp.check()?;
        }
        match self.secret() {
            Some(secret) if secret != SHOWN && secret.chars().count() < SHORTEST_SECRET => {
                Err(format!("expected a secret of at least {SHORTEST_SECRET} characters, found a shorter one"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a request comes from who has the secret. Compares in constant time.
    /// `now` is in milliseconds since the epoch.
    pub fn holds(&self, secret: &str, headers: &HeaderMap, body: &[u8], now: i64) -> bool {
        let Some(shown) = headers.get(self.header()) else { return false };
        match self {
            Verification::SecretHeader { .. } => {
                // Hashes have one length, whatever was sent.
                let (given, expected) = (Sha256::digest(shown.as_bytes()), Sha256::digest(secret.as_bytes()));
                given.as_slice().ct_eq(expected.as_slice()).into()
            }
            Verification::HmacSha256 { prefix, encoding, timestamp, .. } => {
                let Ok(shown) = shown.to_str() else { return false };
                let sent = timestamp.as_ref().map(|timestamp| timestamp.signed(shown, headers, body, now));
                let signed = match &sent {
                    None => body,
                    Some(Some(signed)) => signed.as_slice(),
                    Some(None) => return false,
                };
                let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
                mac.update(signed);
                let is_list = timestamp.as_ref().is_some_and(|timestamp| timestamp.header.is_none());
                let shown = if is_list { shown.split(',').collect() } else { vec![shown] };
                let signatures = shown.into_iter().filter_map(|text| text.trim().strip_prefix(prefix.as_str()));
                let mut signatures = signatures.filter_map(|text| encoding.read(text.trim())).take(MOST_SIGNATURES);
                signatures.any(|signature| mac.clone().verify_slice(&signature).is_ok())
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
            timestamp: None,
            secret: None,
        };
        let signed = |value: &str| hex.holds(KEY, &headers("x-hub-signature-256", value), DATA, 0);
        assert!(signed(&format!("sha256={HEX}")));
        assert!(signed(&format!("sha256={}", HEX.to_uppercase())));
        assert!(!signed(HEX), "the prefix is missing");
        assert!(!signed(&format!("sha256={}", &HEX[..62])), "a part is not enough");
        assert!(!signed("sha256="));
        assert!(!signed("sha256=zz"));
        assert!(!hex.holds("other", &headers("x-hub-signature-256", &format!("sha256={HEX}")), DATA, 0));
        assert!(!hex.holds(KEY, &headers("x-hub-signature-256", &format!("sha256={HEX}")), b"other", 0));
        assert!(!hex.holds(KEY, &HeaderMap::new(), DATA, 0));
        let base64 = Verification::HmacSha256 {
            header: "x-sign".into(),
            prefix: String::new(),
            encoding: Encoding::Base64,
            timestamp: None,
            secret: None,
        };
        assert!(base64.holds(KEY, &headers("x-sign", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="), DATA, 0));
    }

    #[test]
    fn a_secret_header_is_the_secret_whole() {
        let row = Verification::SecretHeader { header: "X-Token".into(), secret: None };
        assert!(row.holds("s3cret", &headers("x-token", "s3cret"), b"", 0));
        for wrong in ["s3cre", "s3crets", "S3CRET", ""] {
            assert!(!row.holds("s3cret", &headers("x-token", wrong), b"", 0), "{wrong}");
        }
    }

    #[test]
    fn a_secret_that_was_only_shown_is_none() {
        let mut row = Verification::SecretHeader { header: "x".into(), secret: Some("long enough a secret".into()) };
        assert_eq!(row.take_secret().as_deref(), Some("long enough a secret"));
        assert_eq!(row.take_secret(), None);
        assert_eq!(row, Verification::SecretHeader { header: "x".into(), secret: Some(SHOWN.into()) });
    }

    fn signed_at(wish: &str, parts: &[(&'static str, String)], now: i64) -> bool {
        let mut row: Verification = serde_json::from_str(wish).expect("a verification");
        row.check().expect("it makes sense");
        let name = |name: &'static str| axum::http::HeaderName::from_static(name);
        let headers = parts.iter().map(|(header, value)| (name(header), value.parse().expect("a value")));
        row.holds("planted-signing-secret", &headers.collect(), b"{\"a\":1}", now * 1000)
    }

    fn hmac(text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"planted-signing-secret").expect("any key");
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_signed_time_in_the_signatures_header_counts_for_five_minutes() {
        let wish = r#"{"type": "hmac_sha256", "header": "Stripe-Signature", "prefix": "v1=", "timestamp": {}}"#;
        let good = hmac("1700000000.{\"a\":1}");
        let at = |value: String, now| signed_at(wish, &[("stripe-signature", value)], now);
        let sent = format!("t=1700000000,v1={good},v0=ff");
        for (now, holds) in [
            (1_700_000_000, true),
            (1_700_000_300, true),
            (1_700_000_301, false),
            (1_699_999_700, true),
            (1_699_999_699, false),
        ] {
            assert_eq!(at(sent.clone(), now), holds, "{now}");
        }
        assert!(
            at(format!("t=1700000000, v1={}, v1={good}", hmac("other")), 1_700_000_000),
            "one of several is enough"
        );
        assert!(!at(format!("t=1700000009,v1={good}"), 1_700_000_009), "the time is signed");
        for wrong in [
            format!("v1={good}"),
            format!("t=,v1={good}"),
            format!("t=x,v1={good}"),
            "t=1700000000".to_owned(),
            format!("t=1700000000,v0={good}"),
        ] {
            assert!(!at(wrong.clone(), 1_700_000_000), "{wrong}");
        }
    }

    #[test]
    fn a_signed_time_in_a_header_of_its_own_counts_too() {
        let wish = r#"{"type": "hmac_sha256", "header": "X-Slack-Signature", "prefix": "v0=",
            "timestamp": {"header": "X-Slack-Request-Timestamp", "signed": "v0:{timestamp}:{body}", "tolerance": 60}}"#;
        let signature = format!("v0={}", hmac("v0:1700000000:{\"a\":1}"));
        let at = |time: &str, now| {
            let parts = [("x-slack-signature", signature.clone()), ("x-slack-request-timestamp", time.to_owned())];
            signed_at(wish, &parts, now)
        };
        assert!(at("1700000000", 1_700_000_060));
        assert!(!at("1700000000", 1_700_000_061));
        assert!(!at("1700000001", 1_700_000_001));
        assert!(!signed_at(wish, &[("x-slack-signature", signature.clone())], 1_700_000_000));
    }

    #[test]
    fn what_makes_no_sense_in_a_timestamp_is_told() {
        for (timestamp, message) in [
            (r#"{"signed": "{body}"}"#, "expected `{timestamp}` and `{body}` once in `signed`"),
            (r#"{"tolerance": 0}"#, "expected 1 to 86400 seconds"),
            (r#"{"header": "a b"}"#, "expected the name of a header in `timestamp`"),
        ] {
            let wish = format!(r#"{{"type": "hmac_sha256", "header": "x", "timestamp": {timestamp}}}"#);
            let mut row: Verification = serde_json::from_str(&wish).expect("a verification");
            assert!(row.check().expect_err("refused").contains(message), "{timestamp}");
        }
    }
}
