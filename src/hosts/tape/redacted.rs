//! Requests and replies without their secrets, ready for a tape or a page.
//!
//! Known secrets go by value; headers, parameters and JSON members that hold credentials go by
//! name, and what they held is known from then on. Recording and replaying come through here
//! alike, so that redacted texts of both can be compared.

use super::entry::{Answer, Content, Exchange, Failure, PartContent, Posted};
use crate::fault::Fault;
use crate::host::{Ask, Body, Mail, Part, Request, Response, Target};
use crate::http::Redactor;
use crate::http::redact::{clean_query, is_secret_header, is_secret_parameter};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fancy_regex::{Captures, Regex};
use std::sync::OnceLock;
use url::Url;

/// What stands for a secret.
pub const MASK: &str = "***";
/// A header whose name has one of these is taken for a credential.
const TELLING: &[&str] = &["auth", "token", "secret", "password", "cookie", "signature", "session", "apikey"];

/// A request as the script means it, its secrets taken out; they are known to the redactor from now on.
pub fn asked(request: &Request, redactor: &Redactor) -> Exchange {
    let address = address(request);
    learn_from_request(request, &address, redactor);
    Exchange {
        method: request.method.as_str().to_owned(),
        url: clean_address(&address, redactor),
        origin: request.origin.clone(),
        connection: request.connection.clone(),
        headers: headers(&request.headers, redactor),
        body: content(&request.body, redactor),
        ..Exchange::default()
    }
}

/// A reply without its secrets.
pub fn answered(response: &Response, asked: &str, redactor: &Redactor) -> Answer {
    for (name, value) in &response.headers {
        if name == "set-cookie" {
            learn(redactor, value.split(';').next().and_then(|pair| pair.split_once('=')).map_or("", |(_, v)| v));
        }
    }
    if let Ok(text) = std::str::from_utf8(&response.body) {
        learn_members(text, redactor);
    }
    let url = clean_address(&response.url, redactor);
    Answer {
        status: response.status,
        url: Some(url).filter(|url| url != asked),
        headers: headers(&response.headers, redactor),
        body: (!response.body.is_empty()).then(|| Content::of(&clean_bytes(&response.body, redactor))),
    }
}

/// A fault without secrets.
pub fn failed(fault: &Fault, redactor: &Redactor) -> Failure {
    Failure {
        kind: fault.kind().name().to_owned(),
        message: redactor.clean(&fault.message()).into_owned(),
        help: fault.help_text().map(|help| redactor.clean(help).into_owned()),
    }
}

/// A named text without secrets, and without JSON members that hold credentials by their name; what
/// they held is known from now on.
pub fn text(name: &str, text: &str, redactor: &Redactor) -> String {
    if is_credential(name) {
        learn(redactor, text);
    }
    learn_members(text, redactor);
    clean_value(name, text, redactor)
}

/// A mail without secrets.
pub fn posted(mail: &Mail, redactor: &Redactor) -> Posted {
    message(&mail.to, &mail.subject, &mail.message, redactor)
}

/// A text message or a push notification without secrets, in the form of a mail whose subject says what it is;
/// none for any other wish.
pub fn noticed(ask: &Ask<'_>, redactor: &Redactor) -> Option<Posted> {
    match ask {
        Ask::Sms(sms) => Some(message(&sms.to, "sendsms", &sms.message, redactor)),
        Ask::Push { to, title, message: text } => {
            Some(message(to, &format!("zoho.pushNotification: {title}"), text, redactor))
        }
        Ask::Print(_) | Ask::Http(_) | Ask::Mail(_) | Ask::OpenUrl { .. } | Ask::Now | Ask::Account | Ask::Breathe => {
            None
        }
    }
}

fn message(to: &[String], subject: &str, message: &str, redactor: &Redactor) -> Posted {
    let clean = |text: &str| redactor.clean(text).into_owned();
    Posted {
        to: to.iter().map(|to| clean(to)).collect(),
        subject: clean(subject),
        message: clean(message),
        fault: None,
    }
}

/// Whether a text of now is what a tape holds, where secrets of the tape stand for anything.
pub fn same(on_tape: &str, found: &str) -> bool {
    let mut pieces = on_tape.split(MASK);
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = found.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}

/// Where a request goes, with its query; a task's address has no host before a connection is chosen.
fn address(request: &Request) -> String {
    let base = match &request.target {
        Target::Url(url) => url.trim().to_owned(),
        Target::Zoho { family, path } => format!("zoho://{family}/{}", path.trim_start_matches('/')),
    };
    if request.query.is_empty() {
        return base;
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.query).finish();
    match Url::parse(&base) {
        Ok(mut url) => {
            let whole = [url.query().unwrap_or_default(), query.as_str()];
            url.set_query(Some(whole.join("&").trim_start_matches('&')));
            url.to_string()
        }
        Err(_) => format!("{base}{}{query}", if base.contains('?') { '&' } else { '?' }),
    }
}

fn clean_address(address: &str, redactor: &Redactor) -> String {
    match (Url::parse(address), address.split_once('?')) {
        (Ok(url), _) => redactor.url(&url),
        (Err(_), Some((base, query))) => redactor.clean(&format!("{base}?{}", clean_query(query))).into_owned(),
        (Err(_), None) => redactor.clean(address).into_owned(),
    }
}

/// Headers that hold no credentials, known secrets masked.
fn headers(headers: &[(String, String)], redactor: &Redactor) -> Vec<(String, String)> {
    let kept = headers.iter().filter(|(name, _)| !holds_credentials(name));
    kept.map(|(name, value)| (name.clone(), redactor.clean(value).into_owned())).collect()
}

fn holds_credentials(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let told = || name.ends_with("-key") || TELLING.iter().any(|word| name.contains(word));
    is_secret_header(&name) || (name != "www-authenticate" && told())
}

fn content(body: &Body, redactor: &Redactor) -> Option<Content> {
    match body {
        Body::Empty => None,
        Body::Bytes { content_type, bytes } => {
            let form = content_type.starts_with("application/x-www-form-urlencoded");
            let content = match std::str::from_utf8(bytes) {
                Ok(text) if form => Content::of(redactor.clean(&clean_query(text)).as_bytes()),
                Ok(_) | Err(_) => Content::of(&clean_bytes(bytes, redactor)),
            };
            Some(Content { content_type: Some(content_type.clone()).filter(|named| !named.is_empty()), ..content })
        }
        Body::Form(pairs) => {
            let pair = |(name, value): &(String, String)| (name.clone(), clean_value(name, value, redactor));
            Some(Content { form: Some(pairs.iter().map(pair).collect()), ..Content::default() })
        }
        Body::Multipart(parts) => {
            let parts = parts.iter().map(|part| part_content(part, redactor)).collect();
            Some(Content { parts: Some(parts), ..Content::default() })
        }
    }
}

fn part_content(part: &Part, redactor: &Redactor) -> PartContent {
    let content = match std::str::from_utf8(&part.bytes) {
        Ok(text) if part.file_name.is_none() => Content::of(clean_value(&part.name, text, redactor).as_bytes()),
        Ok(_) | Err(_) => Content::of(&clean_bytes(&part.bytes, redactor)),
    };
    let content = Content { content_type: part.content_type.clone(), ..content };
    PartContent { name: part.name.clone(), file_name: part.file_name.clone(), content }
}

fn clean_value(name: &str, value: &str, redactor: &Redactor) -> String {
    if is_secret_parameter(name) { MASK.to_owned() } else { clean_text(value, redactor) }
}

/// A body without known secrets, and without the JSON members that hold credentials by their name.
fn clean_bytes(bytes: &[u8], redactor: &Redactor) -> Vec<u8> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return clean_text(text, redactor).into_bytes();
    }
    // One character per byte, so that a secret is found in any coding that leaves ASCII as it is.
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    match redactor.clean(&text) {
        std::borrow::Cow::Borrowed(_) => bytes.to_vec(),
        std::borrow::Cow::Owned(clean) => clean.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
    }
}

fn clean_text(text: &str, redactor: &Redactor) -> String {
    let clean = redactor.clean(text);
    if !has_members(&clean) {
        return clean.into_owned();
    }
    let masked = members().replace_all(&clean, |found: &Captures<'_, _>| {
        if is_credential(&found[1]) && !found[3].contains(MASK) {
            format!("\"{}\"{}\"{MASK}\"", &found[1], &found[2])
        } else {
            found[0].to_owned()
        }
    });
    masked.into_owned()
}

/// Whether it is worth a closer look: most texts are none of JSON.
fn has_members(text: &str) -> bool {
    text.contains(':')
}

/// A member of a JSON object that holds a text, wherever it stands.
fn members() -> &'static Regex {
    static MEMBERS: OnceLock<Regex> = OnceLock::new();
    MEMBERS.get_or_init(|| {
        Regex::new(r#""([A-Za-z_-]{1,40})"(\s*:\s*)"((?:[^"\\]|\\.)*)""#).expect("the expression is well formed")
    })
}

/// Parameters that hold credentials, but for `code`: in replies of Zoho that is `SUCCESS` and its like.
fn is_credential(name: &str) -> bool {
    is_secret_parameter(name) && !name.eq_ignore_ascii_case("code")
}

fn learn_from_request(request: &Request, address: &str, redactor: &Redactor) {
    for (name, value) in request.headers.iter().filter(|(name, _)| holds_credentials(name)) {
        learn_header(name, value, redactor);
    }
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.filter(|(name, _)| is_credential(name)).for_each(|(_, value)| learn(redactor, &value));
    if let Some(password) = Url::parse(address).ok().as_ref().and_then(Url::password) {
        learn(redactor, password);
    }
    match &request.body {
        Body::Empty | Body::Multipart(_) => {}
        Body::Bytes { bytes, .. } => learn_members(&String::from_utf8_lossy(bytes), redactor),
        Body::Form(pairs) => {
            pairs.iter().filter(|(name, _)| is_credential(name)).for_each(|(_, value)| learn(redactor, value));
        }
    }
}

/// `Bearer TOKEN`, `Basic BASE64`, or the bare value.
fn learn_header(name: &str, value: &str, redactor: &Redactor) {
    let value = value.trim();
    let secret = value.split_once(' ').filter(|(scheme, _)| scheme.len() < 20).map_or(value, |(_, rest)| rest.trim());
    learn(redactor, secret);
    let decoded = STANDARD.decode(secret).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    if let (true, Some((_, password))) =
        (name.eq_ignore_ascii_case("authorization"), decoded.as_deref().and_then(|text| text.split_once(':')))
    {
        learn(redactor, password);
    }
}

fn learn_members(text: &str, redactor: &Redactor) {
    if !has_members(text) {
        return;
    }
    for found in members().captures_iter(text).flatten() {
        if is_credential(&found[1]) {
            learn(redactor, &found[3]);
        }
    }
}

fn learn(redactor: &Redactor, secret: &str) {
    // What a tape has masked is no secret, and its mask shall stay as it is.
    if !secret.contains(MASK) {
        redactor.learn(secret);
    }
}
