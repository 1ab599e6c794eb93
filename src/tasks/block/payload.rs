//! What `parameters`, `body` and `files` become on the way: query, form, raw body or multipart.
//!
//! The rules are those of `deluge/help/webhook/invokeurl-api-task`; where the page is silent, a comment says so.

use crate::fault::Fault;
use crate::host::{Body, Method, Part, Request, Target};
use crate::tasks::kind;
use crate::tasks::request::{file_part, text_part};
use crate::tasks::template::field_text;
use crate::value::{File, Map, Settings, Value};

const PLAIN: &str = "text/plain";
const BINARY: &str = "application/octet-stream";
const MULTIPART: &str = "multipart/form-data";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// The content type that a script asks for, in lower case, without parameters.
pub fn asked_type(request: &Request) -> String {
    let header = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let value = header.map_or("", |(_, value)| value.as_str());
    value.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Puts `parameters` into the query of a GET, into the body of every other method.
pub fn add_parameters(request: &mut Request, value: &Value, settings: &Settings) -> Result<(), Fault> {
    match request.method {
        // HEAD and OPTIONS: as GET; the page names neither.
        Method::Get | Method::Head | Method::Options => add_query(request, value, settings),
        // DELETE: as POST; the page is silent.
        Method::Post | Method::Put | Method::Patch | Method::Delete => {
            request.body = parameter_body(value, &asked_type(request), settings)?;
            Ok(())
        }
    }
}

/// Appends a map to the query, encoded by the client, or a text as it is.
pub fn add_query(request: &mut Request, value: &Value, settings: &Settings) -> Result<(), Fault> {
    if let Value::Text(text) = value {
        append_raw(&mut request.target, text.trim().trim_start_matches(['?', '&']));
        return Ok(());
    }
    let map = kind::map(value).ok_or_else(|| wrong("parameters", "a map or a text", value))?;
    request.query.extend(pairs(&map, settings)?);
    Ok(())
}

fn append_raw(target: &mut Target, query: &str) {
    let (Target::Url(url) | Target::Zoho { path: url, .. }) = target;
    if query.is_empty() {
        return;
    }
    let (base, fragment) = match url.split_once('#') {
        Some((base, fragment)) => (base.to_owned(), format!("#{fragment}")),
        None => (url.clone(), String::new()),
    };
    let joint = match base.find('?') {
        None => "?",
        Some(at) if at + 1 == base.len() || base.ends_with('&') => "",
        Some(_) => "&",
    };
    *url = format!("{base}{joint}{query}{fragment}");
}

/// The body that `parameters` makes.
fn parameter_body(value: &Value, asked: &str, settings: &Settings) -> Result<Body, Fault> {
    match value {
        Value::Text(text) => Ok(raw(PLAIN, text.as_bytes())),
        Value::File(file) => Ok(raw(BINARY, &file.borrow().bytes)),
        _ => {
            let map = map_or_list_text(value, settings)?;
            match map {
                Ok(map) if asked == MULTIPART => Ok(Body::Multipart(map_parts(&map, settings)?)),
                Ok(map) => Ok(Body::Form(pairs(&map, settings)?)),
                Err(text) => Ok(raw(PLAIN, text.as_bytes())),
            }
        }
    }
}

/// A map; or, of a list, its JSON text: some scripts forget `toString()`. Inferred.
fn map_or_list_text(value: &Value, settings: &Settings) -> Result<Result<Map, String>, Fault> {
    match (kind::map(value), kind::list(value)) {
        (Some(map), _) => Ok(Ok(map)),
        (None, Some(_)) => Ok(Err(field_text(value, settings)?)),
        (None, None) => Err(wrong("parameters", "a map, a text or a file", value)),
    }
}

/// The body that `body` makes: text raw, a map as multipart unless a header asks for a form, a file as it is.
pub fn body(value: &Value, asked: &str, settings: &Settings) -> Result<Body, Fault> {
    match value {
        Value::Text(text) => return Ok(raw(PLAIN, text.as_bytes())),
        Value::File(file) => return Ok(raw(BINARY, &file.borrow().bytes)),
        _ => {}
    }
    let map = kind::map(value).ok_or_else(|| wrong("body", "a text, a map or a file", value))?;
    match asked {
        FORM => Ok(Body::Form(pairs(&map, settings)?)),
        JSON => Err(Fault::value("`body` is a map, and the content type is application/json")
            .help("send JSON as text: `body : map.toString()`")),
        _ => Ok(Body::Multipart(map_parts(&map, settings)?)),
    }
}

fn raw(content_type: &str, bytes: &[u8]) -> Body {
    Body::Bytes { content_type: content_type.to_owned(), bytes: bytes.to_vec() }
}

/// A map's pairs as texts; nested maps and lists as their JSON text.
pub fn pairs(map: &Map, settings: &Settings) -> Result<Vec<(String, String)>, Fault> {
    let pairs = map.snapshot();
    let real = pairs.iter().filter(|(key, _)| !key.is_empty());
    real.map(|(key, value)| Ok((key.to_string(), field_text(value, settings)?))).collect()
}

fn map_parts(map: &Map, settings: &Settings) -> Result<Vec<Part>, Fault> {
    let pairs = map.snapshot();
    let parts = pairs.iter().filter(|(key, _)| !key.is_empty()).map(|(key, value)| match value {
        Value::File(file) => Ok(file_part(key, file)),
        _ => text_part(key, value, settings),
    });
    parts.collect()
}

/// The parts that `files` makes, before those that `parameters` adds.
pub fn file_parts(value: &Value, settings: &Settings) -> Result<Vec<Part>, Fault> {
    match kind::list(value) {
        Some(list) => list.borrow().iter().map(|item| single_part(item, settings)).collect(),
        None => Ok(vec![single_part(value, settings)?]),
    }
}

fn single_part(value: &Value, settings: &Settings) -> Result<Part, Fault> {
    match value {
        Value::File(file) => Ok(file_part(&part_name(file), file)),
        Value::Text(_) => text_part(UNNAMED, value, settings),
        _ => {
            let map = kind::map(value).ok_or_else(|| wrong("files", "a file, a text or a map", value))?;
            map_part(&map, settings)
        }
    }
}

/// The name of a part that no `setParamName` names; the page is silent.
const UNNAMED: &str = "file";

fn part_name(file: &File) -> String {
    file.borrow().param_name.clone().unwrap_or_else(|| UNNAMED.to_owned())
}

/// `{"paramName": k, "content": FILE}`, or with `"stringPart": "true"` a plain field.
fn map_part(map: &Map, settings: &Settings) -> Result<Part, Fault> {
    let content = map.get_str("content").unwrap_or(Value::Null);
    let name = match map.get_str("paramName") {
        Some(name) => field_text(&name, settings)?,
        None => UNNAMED.to_owned(),
    };
    match &content {
        Value::File(file) => Ok(file_part(&name, file)),
        Value::Null => Err(Fault::value("a map in `files` needs the key `content`")),
        // Text without `stringPart` is the content of a file in the page's samples of generated documents.
        _ if is_string_part(map) => text_part(&name, &content, settings),
        _ => {
            let part = text_part(&name, &content, settings)?;
            Ok(Part { file_name: Some(name), content_type: Some(PLAIN.to_owned()), ..part })
        }
    }
}

fn is_string_part(map: &Map) -> bool {
    match map.get_str("stringPart") {
        Some(Value::Bool(flag)) => flag,
        Some(Value::Text(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// Multipart of files, with the `parameters` map as fields beside them (inferred).
pub fn multipart(files: Vec<Part>, parameters: &Value, settings: &Settings) -> Result<Body, Fault> {
    let mut parts = files;
    if !parameters.is_null() {
        let map = kind::map(parameters).ok_or_else(|| wrong("parameters", "a map beside `files`", parameters))?;
        parts.extend(map_parts(&map, settings)?);
    }
    Ok(Body::Multipart(parts))
}

/// A fault for an entry of a kind that it cannot be.
pub fn wrong(key: &str, expected: &str, found: &Value) -> Fault {
    Fault::value(format!("`{key}` expects {expected}, found {}", found.kind().name()))
}
