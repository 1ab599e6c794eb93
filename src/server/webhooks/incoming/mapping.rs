//! From a request to arguments: for each argument, where its value stands.
//!
//! `body` is the JSON or the form that came, `body.customer.emails.0` a part of it, `body/a.b/0` the
//! same with slashes, for names with dots. `query.NAME` and `header.NAME` are texts, `raw` is the body as text,
//! `method` the request's, and `request` all of it as JSON, as `crmAPIRequest` is.

use crate::server::app::Given;
use axum::http::{HeaderMap, Method};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A request that was delivered.
pub struct Delivered<'a> {
    pub method: &'a Method,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// The JSON of the body, or the object of its form; null where it is neither.
    pub content: Value,
    /// All of it as JSON, without credentials.
    pub request: String,
}

/// Where an argument comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Mapping {
    /// `body.customer.name`
    From(String),
    Entry(Entry),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// As in [`Mapping::From`]; without it the default is all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is where the request does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Without it the request is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(from) => Ok(Mapping::From(from)),
            other => Entry::deserialize(other).map(Mapping::Entry).map_err(serde::de::Error::custom),
        }
    }
}

/// A place in a request.
#[derive(Debug, PartialEq)]
enum Place {
    Body(Vec<String>),
    Query(String),
    Header(String),
    Raw,
    Method,
    Request,
}

impl Mapping {
    /// Checks that it can be read; `secret` is a header that functions do not get to see.
    ///
    /// # Errors
    /// What was expected.
    pub fn check(&self, secret: Option<&str>) -> Result<(), String> {
        let entry = self.entry();
        if entry.required && entry.default.is_some() {
            return Err("expected either `required` or a `default`, found both".to_owned());
        }
        match entry.from {
            None if entry.default.is_none() => Err("expected `from` or a `default`, found neither".to_owned()),
            None => Ok(()),
            Some(from) => match place(&from)? {
                Place::Header(name) if is_secret(&name, secret) => {
                    Err(format!("the header `{name}` holds credentials, which functions do not see"))
                }
                _ => Ok(()),
            },
        }
    }

    /// The argument, or none where the request does not have it.
    ///
    /// # Errors
    /// That it is required and missing.
    pub fn take(&self, delivered: &Delivered<'_>) -> Result<Option<Given>, String> {
        let entry = self.entry();
        let found = match &entry.from {
            Some(from) => delivered.at(&place(from)?),
            None => None,
        };
        match (found, entry.default) {
            (Some(found), _) => Ok(Some(found)),
            (None, Some(default)) => Ok(Some(Given::of(default))),
            (None, None) if entry.required => Err(format!("expected a value at `{}`", entry.from.unwrap_or_default())),
            (None, None) => Ok(None),
        }
    }

    fn entry(&self) -> Entry {
        match self {
            Mapping::From(from) => Entry { from: Some(from.clone()), default: None, required: false },
            Mapping::Entry(entry) => entry.clone(),
        }
    }
}

fn is_secret(name: &str, secret: Option<&str>) -> bool {
    let ours = secret.is_some_and(|secret| secret.eq_ignore_ascii_case(name));
    ours || crate::http::redact::is_secret_header(name)
}

fn place(text: &str) -> Result<Place, String> {
    let end = text.find(['.', '/']).unwrap_or(text.len());
    let (root, path) = text.split_at(end);
    let name = || path[1..].to_owned();
    match (root, path.len() > 1) {
        ("body", true) => Ok(Place::Body(segments(path)?)),
        ("body", false) if path.is_empty() => Ok(Place::Body(Vec::new())),
        ("query", true) => Ok(Place::Query(name())),
        ("header", true) => Ok(Place::Header(name().to_ascii_lowercase())),
        ("raw", false) if path.is_empty() => Ok(Place::Raw),
        ("method", false) if path.is_empty() => Ok(Place::Method),
        ("request", false) if path.is_empty() => Ok(Place::Request),
        _ => Err(format!(
            "expected `body`, `body.NAME`, `query.NAME`, `header.NAME`, `raw`, `method` or `request`, found `{text}`"
        )),
    }
}

fn segments(path: &str) -> Result<Vec<String>, String> {
    let found: Vec<String> = match path.strip_prefix('/') {
        Some(pointer) => pointer.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect(),
        None => path[1..].split('.').map(str::to_owned).collect(),
    };
    match found.iter().any(String::is_empty) {
        true => Err(format!("expected names between the separators of `body{path}`, found none")),
        false => Ok(found),
    }
}

impl Delivered<'_> {
    fn at(&self, place: &Place) -> Option<Given> {
        match place {
            Place::Body(segments) => {
                let step = |value: &'_ Value, segment: &String| -> Option<Value> {
                    match value {
                        Value::Array(items) => items.get(segment.parse::<usize>().ok()?).cloned(),
                        other => other.get(segment).cloned(),
                    }
                };
                let found = segments.iter().try_fold(self.content.clone(), |value, segment| step(&value, segment))?;
                (!found.is_null()).then(|| Given::of(found))
            }
            Place::Query(name) => {
                let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
                pairs.find(|(key, _)| key == name).map(|(_, value)| Given::Text(value.into_owned()))
            }
            Place::Header(name) => {
                let value = self.headers.get(name.as_str())?;
                Some(Given::Text(String::from_utf8_lossy(value.as_bytes()).into_owned()))
            }
            Place::Raw => Some(Given::Text(String::from_utf8_lossy(self.body).into_owned())),
            Place::Method => Some(Given::Text(self.method.as_str().to_owned())),
            Place::Request => Some(Given::Text(self.request.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn taken(mapping: Value) -> Result<Option<Given>, String> {
        let mut headers = HeaderMap::new();
        headers.insert("x-event", "push".parse().expect("a value"));
        let delivered = Delivered {
            method: &Method::POST,
            query: "page=2&empty=",
            headers: &headers,
            body: b"{}",
            content: json!({ "a": { "b": [1, { "c": "text" }] }, "x.y": { "/~": true }, "none": null }),
            request: "all".to_owned(),
        };
        let mapping: Mapping = serde_json::from_value(mapping).expect("a mapping");
        mapping.check(Some("X-Signature"))?;
        mapping.take(&delivered)
    }

    fn json_of(text: &str) -> Result<Option<Given>, String> {
        Ok(Some(Given::Json(text.to_owned())))
    }

    fn text(text: &str) -> Result<Option<Given>, String> {
        Ok(Some(Given::Text(text.to_owned())))
    }

    #[test]
    fn finds_values_by_their_place() {
        assert_eq!(taken(json!("body.a.b.0")), json_of("1"));
        assert_eq!(taken(json!("body.a.b.1.c")), text("text"));
        assert_eq!(taken(json!("body/x.y/~1~0")), json_of("true"));
        assert_eq!(taken(json!("body.a")), json_of(r#"{"b":[1,{"c":"text"}]}"#));
        assert_eq!(taken(json!("query.page")), text("2"));
        assert_eq!(taken(json!("query.empty")), text(""));
        assert_eq!(taken(json!("header.X-Event")), text("push"));
        assert_eq!(taken(json!("raw")), text("{}"));
        assert_eq!(taken(json!("method")), text("POST"));
        assert_eq!(taken(json!("request")), text("all"));
    }

    #[test]
    fn what_is_missing_is_its_default_or_refused() {
        for missing in ["body.a.b.7", "body.a.b.x", "body.none", "body.q", "query.q", "header.q"] {
            assert_eq!(taken(json!(missing)), Ok(None), "{missing}");
        }
        assert_eq!(taken(json!({ "from": "body.q", "default": "d" })), text("d"));
        assert_eq!(taken(json!({ "default": 5 })), json_of("5"));
        let refused = taken(json!({ "from": "body.q", "required": true }));
        assert_eq!(refused, Err("expected a value at `body.q`".to_owned()));
    }

    #[test]
    fn says_what_it_expects() {
        for wrong in ["", "body.", "body/", "bodyx", "query", "query.", "raw.x", "cookie.a"] {
            let message = taken(json!(wrong)).expect_err("no place");
            assert!(message.starts_with("expected `body`"), "{wrong}: {message}");
        }
        assert!(taken(json!("body.a..b")).expect_err("empty").contains("`body.a..b`"));
        for secret in ["header.x-signature", "header.Authorization", "header.cookie"] {
            assert!(taken(json!(secret)).expect_err("a secret").contains("credentials"), "{secret}");
        }
        assert!(taken(json!({ "required": true })).expect_err("nothing").contains("found neither"));
        assert!(taken(json!({ "from": "raw", "default": 1, "required": true })).expect_err("both").contains("both"));
    }
}
