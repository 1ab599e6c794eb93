//! `invokeurl [ … ]`: one HTTP request, its reply as a value (`deluge/help/webhook/invokeurl-api-task`).
//!
//! A status of 400 or more is no fault: the script sees the body, or the code with `detailed : true`.

use super::entries::Entries;
use super::payload::{self, wrong};
use crate::fault::Fault;
use crate::host::{Body, Host, Method, Request, Response, Target};
use crate::tasks::kind;
use crate::tasks::reply::{self, Wish};
use crate::tasks::send;
use crate::value::{Map, Settings, Value};
use encoding_rs::Encoding;

/// Carries out the block.
pub fn perform(entries: &Entries, settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    let url = entries.text("url", settings)?.ok_or_else(|| wrong("url", "a text", &entries.value("url")))?;
    let mut request = start(&url, method(entries, settings)?, "invokeurl", settings)?;
    request.headers = headers(&entries.value("headers"), settings)?;
    if let Some(content_type) = entries.text("content-type", settings)? {
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        request.headers.push(("Content-Type".to_owned(), content_type));
    }
    request.connection = entries.text("connection", settings)?;
    add_payload(&mut request, entries, settings)?;
    let format = ResponseFormat::of(entries, settings)?;
    let detailed = entries.flag("detailed", settings)?;
    entries.flag("useraccess", settings)?;
    let response = send::http(host, request)?;
    let body = reply::decoded(&response, format.wish, format.charset)?;
    Ok(if detailed { in_detail(&response, body) } else { body })
}

/// A request to a URL, with nothing but its method.
pub fn start(url: &str, method: Method, origin: &str, settings: &Settings) -> Result<Request, Fault> {
    let is_web = |url: &str| ["http://", "https://"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme));
    // `{base}/path` is filled from the connection's own parameters.
    if !is_web(url) && !url.starts_with('{') {
        return Err(Fault::value(format!("`url` expects an absolute URL such as https://host/path, found `{url}`")));
    }
    Ok(Request {
        method,
        max_response: most(url, settings),
        target: Target::Url(url.to_owned()),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::Empty,
        connection: None,
        scopes: Vec::new(),
        timeout: send::TIMEOUT,
        origin: origin.to_owned(),
    })
}

/// Zoho's domains, without and with their endings by data centre.
const OWN_DOMAINS: &[&str] = &["zoho", "zohoapis", "zohocloud", "manageengine"];
const ENDINGS: &[&str] = &["com", "eu", "in", "com.au", "com.cn", "cn", "jp", "ca", "sa", "uk", "ae"];

/// The size limit of a reply: more from Zoho's own hosts, except in Creator.
fn most(url: &str, settings: &Settings) -> usize {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or("").to_ascii_lowercase();
    let own = OWN_DOMAINS.iter().any(|name| {
        let ending =
            host.rsplit_once(&format!("{name}.")).filter(|(before, _)| before.is_empty() || before.ends_with('.'));
        ending.is_some_and(|(_, ending)| ENDINGS.contains(&ending))
    });
    if own && !settings.dialect.is_creator() { send::MAX_ZOHO } else { send::MAX_FOREIGN }
}

/// `type : GET`, or the same as a text.
pub fn method(entries: &Entries, settings: &Settings) -> Result<Method, Fault> {
    match entries.text("type", settings)? {
        None => Ok(Method::Get),
        Some(word) => named_method(&word),
    }
}

/// The method of a name.
pub fn named_method(word: &str) -> Result<Method, Fault> {
    Method::parse(word.trim())
        .filter(|method| *method != Method::Head)
        .ok_or_else(|| Fault::value(format!("`type` expects GET, POST, PUT, PATCH, DELETE or OPTIONS, found `{word}`")))
}

/// The headers of a map, values as text.
pub fn headers(value: &Value, settings: &Settings) -> Result<Vec<(String, String)>, Fault> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) if text.trim().is_empty() => Ok(Vec::new()),
        _ => {
            let map = kind::map(value).ok_or_else(|| wrong("headers", "a map", value))?;
            payload::pairs(&map, settings)
        }
    }
}

fn add_payload(request: &mut Request, entries: &Entries, settings: &Settings) -> Result<(), Fault> {
    let (parameters, body, files) = (entries.value("parameters"), entries.value("body"), entries.value("files"));
    if !files.is_null() {
        if matches!(request.method, Method::Get | Method::Head | Method::Options) {
            return Err(Fault::value(format!(
                "`files` needs a body, and {} has none: write `type : POST`",
                request.method.as_str()
            )));
        }
        let fields = if parameters.is_null() { &body } else { &parameters };
        request.body = payload::multipart(payload::file_parts(&files, settings)?, fields, settings)?;
    } else if !body.is_null() {
        request.body = payload::body(&body, &payload::asked_type(request), settings)?;
        if !parameters.is_null() {
            payload::add_query(request, &parameters, settings)?;
        }
    } else if !parameters.is_null() {
        payload::add_parameters(request, &parameters, settings)?;
    }
    Ok(())
}

/// What `response-format` and `response-decoding` ask for.
pub struct ResponseFormat {
    pub wish: Wish,
    pub charset: Option<&'static Encoding>,
}

impl ResponseFormat {
    pub fn of(entries: &Entries, settings: &Settings) -> Result<Self, Fault> {
        let wish = match entries.text("response-format", settings)?.map(|word| word.to_ascii_uppercase()) {
            None => Wish::Automatic,
            Some(word) => match word.as_str() {
                "FILE" => Wish::File,
                "STRING" => Wish::Text,
                "NONE" => Wish::Nothing,
                "DEFAULT" | "COLLECTION" => Wish::Automatic,
                _ => {
                    return Err(Fault::value(format!(
                        "`response-format` expects FILE, STRING or NONE, found `{word}`"
                    )));
                }
            },
        };
        let charset = match entries.text("response-decoding", settings)? {
            None => None,
            Some(name) => Some(Encoding::for_label(name.as_bytes()).ok_or_else(|| {
                Fault::value(format!("`response-decoding` expects a character set such as UTF-8, found `{name}`"))
            })?),
        };
        Ok(Self { wish, charset })
    }
}

/// The map that `detailed : true` gives.
pub fn in_detail(response: &Response, body: Value) -> Value {
    let map = Map::new();
    map.put_str("responseText", body);
    map.put_str("responseHeader", Value::Map(header_map(response)));
    map.put_str("responseCode", Value::Int(response.status.into()));
    Value::Map(map)
}

/// Lower-case names and text values; a header that came twice holds both, joined by a comma.
pub fn header_map(response: &Response) -> Map {
    let map = Map::new();
    for (name, value) in &response.headers {
        let joined = match map.get_str(name) {
            Some(Value::Text(before)) => Value::text(&format!("{}, {value}", before.as_str())),
            _ => Value::text(value),
        };
        map.put_str(name, joined);
    }
    map
}
