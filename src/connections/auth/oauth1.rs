//! OAuth 1.0a (RFC 5849): the signature base string, the signature, and its place in a request.

use crate::connections::Error;
use crate::connections::credential::{Credential, Secret};
use crate::connections::service::{OAuth1, Place, Signature};
use crate::host::Body;
use crate::http::Hop;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha1::Digest;
use url::{Url, form_urlencoded};

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

type Pairs = Vec<(String, String)>;

/// What signs a request.
pub struct Signer<'a> {
    pub consumer_key: &'a str,
    pub consumer_secret: &'a str,
    /// Token and its secret, once there are any.
    pub token: Option<(&'a str, &'a str)>,
    pub signature: Signature,
}

/// What makes two equal requests differ.
pub struct Moment {
    pub timestamp: i64,
    pub nonce: String,
}

impl Moment {
    /// A moment by the provider's clock, in milliseconds since the epoch.
    pub fn at(now: i64) -> Self {
        Moment { timestamp: now / 1000, nonce: format!("{:032x}", rand::random::<u128>()) }
    }
}

/// Signs a script's request.
pub fn put(hop: &mut Hop, row: &OAuth1, credential: &Credential, now: i64) -> Result<(), Error> {
    let Credential::OAuth1 { consumer_key, consumer_secret, token, token_secret } = credential else {
        return Err(Error::usage("the connection holds no OAuth 1 credential"));
    };
    let token = token.as_ref().map(Secret::expose);
    let token_secret = token_secret.as_ref().map_or("", Secret::expose);
    let signer = Signer {
        consumer_key,
        consumer_secret: consumer_secret.expose(),
        token: token.map(|token| (token, token_secret)),
        signature: row.signature,
    };
    sign(hop, &signer, &Moment::at(now), &[], row.place)
}

/// Signs a request; `extra` holds further `oauth_` parameters.
pub fn sign(
    hop: &mut Hop,
    signer: &Signer<'_>,
    moment: &Moment,
    extra: &[(&str, &str)],
    place: Place,
) -> Result<(), Error> {
    let mut oauth = signer.parameters(moment, extra);
    let mut all = oauth.clone();
    all.extend(hop.url.query_pairs().into_owned());
    all.extend(form_pairs(hop));
    let base = base_string(hop.method.as_str(), &hop.url, all)?;
    oauth.push(("oauth_signature".to_owned(), signer.sign(&base)?));
    match place {
        Place::Header => hop.set_header("Authorization", &header(&oauth)),
        Place::Query | Place::Form => {
            for (name, value) in &oauth {
                super::place(hop, place, name, value)?;
            }
        }
        Place::Path => return Err(Error::usage("an OAuth 1 signature has no place in the path")),
    }
    Ok(())
}

impl Signer<'_> {
    fn parameters(&self, moment: &Moment, extra: &[(&str, &str)]) -> Pairs {
        let method = match self.signature {
            Signature::HmacSha1 => "HMAC-SHA1",
            Signature::HmacSha256 => "HMAC-SHA256",
            Signature::HmacSha512 => "HMAC-SHA512",
            Signature::RsaSha1 => "RSA-SHA1",
            Signature::Plaintext => "PLAINTEXT",
        };
        let timestamp = moment.timestamp.to_string();
        let mut pairs = vec![("oauth_consumer_key", self.consumer_key), ("oauth_signature_method", method)];
        pairs.extend([("oauth_timestamp", timestamp.as_str()), ("oauth_nonce", &moment.nonce)]);
        pairs.extend(self.token.map(|(token, _)| ("oauth_token", token)));
        pairs.extend(extra);
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The signature of a base string.
    pub fn sign(&self, base: &str) -> Result<String, Error> {
        let token_secret = self.token.map_or("", |(_, secret)| secret);
        let key = format!("{}&{}", encode(self.consumer_secret), encode(token_secret));
        Ok(match self.signature {
            Signature::HmacSha1 => mac::<Hmac<sha1::Sha1>>(&key, base),
            Signature::HmacSha256 => mac::<Hmac<sha2::Sha256>>(&key, base),
            Signature::HmacSha512 => mac::<Hmac<sha2::Sha512>>(&key, base),
            Signature::RsaSha1 => rsa_sha1(self.consumer_secret, base)?,
            Signature::Plaintext => key,
        })
    }
}

fn mac<M: Mac + KeyInit>(key: &str, base: &str) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(base.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// What stands before a SHA-1 digest in a PKCS #1 signature: its algorithm's name (RFC 8017, 9.2).
const SHA1_NAME: [u8; 15] = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

fn rsa_sha1(key: &str, base: &str) -> Result<String, Error> {
    // The parser's error could quote the key.
    let wrong = |_| {
        Error::usage_help(
            "expected an RSA private key in PEM as the consumer secret",
            "make one with `openssl genrsa 2048`, and give the public key to the provider",
        )
    };
    let key = RsaPrivateKey::from_pkcs8_pem(key.trim())
        .map_err(wrong)
        .or_else(|_| RsaPrivateKey::from_pkcs1_pem(key.trim()).map_err(|_| wrong(rsa::pkcs8::Error::KeyMalformed)))?;
    let padding = Pkcs1v15Sign { hash_len: Some(20), prefix: SHA1_NAME.into() };
    let digest = sha1::Sha1::digest(base.as_bytes());
    // With blinding, so that the time it takes tells nothing about the key.
    let signature = key
        .sign_with_rng(&mut rsa::rand_core::OsRng, padding, &digest)
        .map_err(|_| Error::usage("the RSA key is too short to sign with"))?;
    Ok(STANDARD.encode(signature))
}

/// `METHOD&address&parameters`, each part encoded (RFC 5849, 3.4.1).
pub fn base_string(method: &str, url: &Url, parameters: Pairs) -> Result<String, Error> {
    let address = base_address(url)?;
    let parameters = normalised(parameters);
    Ok(format!("{}&{}&{}", method.to_uppercase(), encode(&address), encode(&parameters)))
}

/// Scheme, host, port unless it is the scheme's own, and path; the URL parser lowers and escapes.
fn base_address(url: &Url) -> Result<String, Error> {
    let host = url.host_str().ok_or_else(|| Error::usage("expected an address with a host"))?;
    let port = match url.port() {
        Some(0) => return Err(Error::usage("expected a port from 1 to 65535, found 0")),
        Some(port) => format!(":{port}"),
        None => String::new(),
    };
    Ok(format!("{}://{host}{port}{}", url.scheme(), url.path()))
}

/// Encoded first, then sorted by name and value.
fn normalised(parameters: Pairs) -> String {
    let mut encoded: Pairs = parameters.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    encoded.sort();
    let pairs: Vec<String> = encoded.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Form parameters take part in the signature; other bodies do not.
fn form_pairs(hop: &Hop) -> Pairs {
    let form = "application/x-www-form-urlencoded";
    match &hop.body {
        Body::Form(pairs) => pairs.clone(),
        Body::Bytes { content_type, bytes } => {
            let own = hop.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            let named = own.map_or(content_type.as_str(), |(_, value)| value);
            if named.trim().to_ascii_lowercase().starts_with(form) {
                form_urlencoded::parse(bytes).into_owned().collect()
            } else {
                Vec::new()
            }
        }
        Body::Empty | Body::Multipart(_) => Vec::new(),
    }
}

fn header(parameters: &Pairs) -> String {
    let quoted: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}=\"{}\"", encode(name), encode(value))).collect();
    format!("OAuth {}", quoted.join(", "))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
#[path = "oauth1_tests.rs"]
mod tests;
