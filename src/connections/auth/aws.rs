//! AWS Signature Version 4: the canonical request, the derived key, the `Authorization` header.
//!
//! Region and AWS service are dynamic parameters of the connection (`aws_region`, `aws_service`).
//! Signed are the host, the content type and every `x-amz-` header.

use crate::connections::Error;
use crate::connections::credential::{Credential, Secret};
use crate::connections::template::Values;
use crate::host::Body;
use crate::http::Hop;
use crate::http::client::wire_body;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use url::Url;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// Where and as whom a request is signed.
pub struct Scope<'a> {
    pub access_key_id: &'a str,
    pub secret_access_key: &'a str,
    pub region: &'a str,
    pub service: &'a str,
    /// `20150830T123600Z`.
    pub time: &'a str,
}

/// Signs a script's request.
pub fn put(hop: &mut Hop, credential: &Credential, values: &Values, now: i64) -> Result<(), Error> {
    let Credential::AwsSigv4 { access_key_id, secret_access_key, session_token } = credential else {
        return Err(Error::usage("the connection holds no AWS credential"));
    };
    let value = |name: &str| {
        values.get(name).map(String::as_str).ok_or_else(|| {
            Error::usage_help(
                format!("the connection has no value for `{name}`"),
                format!("give it with --param {name}=VALUE"),
            )
        })
    };
    let time = time_text(now);
    let scope = Scope {
        access_key_id,
        secret_access_key: secret_access_key.expose(),
        region: value("aws_region")?,
        service: value("aws_service")?,
        time: &time,
    };
    if let Some(token) = session_token {
        hop.set_header("X-Amz-Security-Token", token.expose());
    }
    sign(hop, &scope)
}

/// Signs a request at a given time.
pub fn sign(hop: &mut Hop, scope: &Scope<'_>) -> Result<(), Error> {
    if matches!(hop.body, Body::Multipart(_)) {
        return Err(Error::Unsupported("signing a multipart body for AWS".to_owned()));
    }
    let (_, bytes) = wire_body(&hop.body);
    let body_hash = hex(&Sha256::digest(bytes.unwrap_or_default()));
    hop.set_header("X-Amz-Date", scope.time);
    if scope.service == "s3" {
        hop.set_header("X-Amz-Content-Sha256", &body_hash);
    }
    let headers = signed_headers(hop);
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let path = canonical_path(hop.url.path(), scope.service);
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let method = hop.method.as_str();
    let request = format!("{method}\n{path}\n{}\n{lines}\n{names}\n{body_hash}", canonical_query(&hop.url));
    let day = scope.time.get(..8).unwrap_or(scope.time);
    let place = format!("{day}/{}/{}/aws4_request", scope.region, scope.service);
    let text = format!("{ALGORITHM}\n{}\n{place}\n{}", scope.time, hex(&Sha256::digest(request.as_bytes())));
    let signature = hex(&mac(&signing_key(scope, day), &text));
    let who = scope.access_key_id;
    let header = format!("{ALGORITHM} Credential={who}/{place}, SignedHeaders={names}, Signature={signature}");
    hop.set_header("Authorization", &header);
    Ok(())
}

/// Each path segment is encoded once more than on the wire; S3 takes it as it stands.
fn canonical_path(path: &str, service: &str) -> String {
    match (path, service) {
        ("", _) => "/".to_owned(),
        (path, "s3") => path.to_owned(),
        (path, _) => utf8_percent_encode(path, PATH).to_string(),
    }
}

/// Encoded, then sorted by name and value.
fn canonical_query(url: &Url) -> String {
    let encode = |text: &str| utf8_percent_encode(text, QUERY).to_string();
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (encode(&name), encode(&value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Lower-case names in order, values with their spaces folded.
fn signed_headers(hop: &Hop) -> Vec<(String, String)> {
    let host = hop.url.host_str().unwrap_or_default();
    let host = hop.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut headers = vec![("host".to_owned(), host)];
    for (name, value) in &hop.headers {
        let name = name.trim().to_ascii_lowercase();
        if name == "content-type" || name.starts_with("x-amz-") {
            headers.push((name, value.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    headers.sort();
    headers
}

fn signing_key(scope: &Scope<'_>, day: &str) -> Vec<u8> {
    let secret = Secret::new(format!("AWS4{}", scope.secret_access_key));
    let steps = [day, scope.region, scope.service, "aws4_request"];
    steps.iter().fold(secret.expose().as_bytes().to_vec(), |key, step| mac(&key, step))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn time_text(now: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(now).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Method;

    fn hop(method: Method, url: &str) -> Hop {
        Hop { method, url: Url::parse(url).expect("a url"), headers: vec![], body: Body::Empty }
    }

    fn signature(mut hop: Hop, service: &str) -> String {
        let scope = Scope {
            access_key_id: "AKIDEXAMPLE",
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service,
            time: "20150830T123600Z",
        };
        sign(&mut hop, &scope).expect("signs");
        let header = hop.headers.iter().find(|(name, _)| name == "Authorization").expect("a header").1.clone();
        header.split("Signature=").nth(1).expect("a signature").to_owned()
    }

    /// The cases of AWS's published test suite, by their names there.
    #[test]
    fn the_published_suite() {
        let base = "https://example.amazonaws.com";
        let of = |method, rest: &str| signature(hop(method, &format!("{base}{rest}")), "service");
        let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        assert_eq!(of(Method::Get, "/"), vanilla, "get-vanilla");
        assert_eq!(of(Method::Get, ""), vanilla, "get-vanilla without a path");
        let order = "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500";
        assert_eq!(of(Method::Get, "/?Param2=value2&Param1=value1"), order, "get-vanilla-query-order-key-case");
        let post = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
        assert_eq!(of(Method::Post, "/"), post, "post-vanilla");
        let plain = "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let unreserved = "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f";
        assert_eq!(of(Method::Get, plain), unreserved, "get-unreserved");
        let mut form = hop(Method::Post, base);
        form.headers.push(("Content-Type".into(), "application/x-www-form-urlencoded".into()));
        form.body = Body::Form(vec![("Param1".into(), "value1".into())]);
        let expected = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";
        assert_eq!(signature(form, "service"), expected, "post-x-www-form-urlencoded");
        let mut users = hop(Method::Get, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08");
        users.headers.push(("content-type".into(), "application/x-www-form-urlencoded; charset=utf-8".into()));
        let expected = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        assert_eq!(signature(users, "iam"), expected, "the worked example");
    }

    #[test]
    fn paths_are_encoded_once_more_but_for_s3() {
        assert_eq!(canonical_path("/\u{1234}", "service"), "/%E1%88%B4", "get-utf8");
        assert_eq!(canonical_path("/a%20b", "iam"), "/a%2520b");
        assert_eq!(canonical_path("/a%20b", "s3"), "/a%20b");
    }

    #[test]
    fn a_multipart_body_is_refused_by_name() {
        let mut hop = hop(Method::Post, "https://example.amazonaws.com/");
        hop.body = Body::Multipart(vec![]);
        let scope =
            Scope { access_key_id: "a", secret_access_key: "b", region: "r", service: "s", time: "20150830T123600Z" };
        assert!(sign(&mut hop, &scope).expect_err("refused").to_string().contains("multipart"));
    }
}
