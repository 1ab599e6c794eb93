//! The arguments of a call in Zoho's shape, and the `crmAPIRequest` that a function can ask for.
//!
//! Arguments stand in the query or a form under their names, or together as JSON under
//! `arguments`; a JSON body is an object of them, or has them under `arguments`.

use crate::server::app::Given;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, Method, header};
use serde_json::{Map, Value, json};
use url::form_urlencoded::parse;

/// The argument that the platform fills in.
pub const REQUEST: &str = "crmAPIRequest";
/// Query parameters that are not the function's.
const OURS: &[&str] = &["auth_type", "zapikey", "arguments"];
/// Headers that a function does not get to see.
const SECRET: &[&str] = &["authorization", "cookie", "proxy-authorization"];

/// A call as it came in.
pub struct Incoming<'a> {
    pub method: &'a Method,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

impl Incoming<'_> {
    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        parse(self.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// A field of the form in the body, or a parameter of the query.
    pub fn field(&self, name: &str) -> Option<String> {
        let in_form = parse(self.body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        in_form.or_else(|| self.parameter(name))
    }

    /// The function's arguments; later ones win.
    ///
    /// # Errors
    /// That what should be JSON is none.
    pub fn arguments(&self) -> Result<Vec<(String, Given)>, String> {
        let mut arguments = Vec::new();
        pairs(parse(self.query.as_bytes()), &mut arguments)?;
        match self.content_type().as_deref() {
            Some("application/x-www-form-urlencoded") => pairs(parse(self.body), &mut arguments)?,
            Some("application/json") => {
                // A body that is no object belongs to `crmAPIRequest` alone.
                if let Ok(Value::Object(object)) = serde_json::from_slice(self.body) {
                    body_object(object, &mut arguments);
                }
            }
            _ => {}
        }
        Ok(arguments)
    }

    /// The request as JSON, without credentials.
    pub fn as_request(&self, auth_type: &str) -> String {
        let mut params = Map::new();
        for (name, value) in parse(self.query.as_bytes()).filter(|(name, _)| name != "zapikey") {
            params.insert(name.into_owned(), value.into_owned().into());
        }
        let mut headers = Map::new();
        for (name, value) in self.headers.iter().filter(|(name, _)| !SECRET.contains(&name.as_str())) {
            headers.insert(name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into());
        }
        json!({
            "auth_type": auth_type,
            "method": self.method.as_str(),
            "params": params,
            "headers": headers,
            "body": String::from_utf8_lossy(self.body),
            "user_info": {},
        })
        .to_string()
    }

    pub fn content_type(&self) -> Option<String> {
        let text = self.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }
}

fn pairs(found: url::form_urlencoded::Parse<'_>, arguments: &mut Vec<(String, Given)>) -> Result<(), String> {
    fields(found.into_owned(), arguments)
}

/// Takes fields as arguments, those in `arguments` apart.
///
/// # Errors
/// That `arguments` is no JSON object.
pub fn fields(
    found: impl Iterator<Item = (String, String)>,
    arguments: &mut Vec<(String, Given)>,
) -> Result<(), String> {
    for (name, value) in found {
        if name == "arguments" {
            let object: Map<String, Value> = serde_json::from_str(&value)
                .map_err(|error| format!("expected a JSON object in `arguments`, found other: {error}"))?;
            arguments.extend(object.into_iter().map(given));
        } else if !OURS.contains(&name.as_str()) {
            arguments.push((name, Given::Text(value)));
        }
    }
    Ok(())
}

/// The text fields of a multipart body, files left out; none where it is no such body.
///
/// # Errors
/// That it cannot be read.
pub async fn multipart(headers: &HeaderMap, body: &Bytes) -> Result<Vec<(String, String)>, String> {
    let kind = headers.get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data")) {
        return Ok(Vec::new());
    }
    let broken = |error: &dyn std::fmt::Display| format!("the multipart body cannot be read: {error}");
    let mut request = Request::new(Body::from(body.clone()));
    request.headers_mut().clone_from(headers);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|error| broken(&error))?;
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_none() {
            fields.push((name, part.text().await.map_err(|error| broken(&error))?));
        }
    }
    Ok(fields)
}

fn body_object(mut object: Map<String, Value>, arguments: &mut Vec<(String, Given)>) {
    let inner = match object.remove("arguments") {
        Some(Value::Object(inner)) => inner,
        Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
        _ => Map::new(),
    };
    arguments.extend(object.into_iter().map(given));
    arguments.extend(inner.into_iter().map(given));
}

/// A text of JSON is read by the argument's type, as a text of a form is.
fn given((name, value): (String, Value)) -> (String, Given) {
    match value {
        Value::String(text) => (name, Given::Text(text)),
        other => (name, Given::Json(other.to_string())),
    }
}
